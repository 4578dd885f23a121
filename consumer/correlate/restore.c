/*
 * restore.c - the tables from what lies on `alerts` and `state`.
 *
 * Records come in the order they were written; the last of a key counts, and a tombstone takes it
 * away. A record that cannot be read is an error with its key: this topic is ours alone, so
 * somebody else has written to it, and going on would forget what is there.
 */
#include <stdlib.h>
#include <string.h>

#include "consumer/correlate/correlator_private.h"
#include "consumer/correlate/pack.h"

#define OFFSET_TEXT_BYTES 24

struct entry {
    struct correlator *correlator;
    struct partition *partition;
    const char *key;
    size_t key_bytes;
    const char *value; /* NULL: a tombstone */
    size_t value_bytes;
    struct error *err;
};

static bool starts_with(const struct entry *entry, const char *prefix)
{
    size_t bytes = strlen(prefix);

    return entry->key_bytes >= bytes && memcmp(entry->key, prefix, bytes) == 0;
}

static bool ends_with(const char *text, size_t text_bytes, const char *suffix)
{
    size_t bytes = strlen(suffix);

    return text_bytes >= bytes && memcmp(text + text_bytes - bytes, suffix, bytes) == 0;
}

static int decode(const struct entry *entry, const struct record_type *type, void *ret)
{
    return record_decode(type, entry->value, entry->value_bytes, &entry->correlator->arena, ret,
                         entry->err);
}

/* A slot without alert and evidence is none. */
static void drop_if_empty(struct partition *partition, struct alert_slot *slot)
{
    if (!slot->alert && !slot->evidence)
        alert_slot_free(key_table_take(&partition->alerts, &slot->key));
}

static int restore_alert(const struct entry *entry)
{
    bool is_evidence = ends_with(entry->key, entry->key_bytes, EVIDENCE_KEY_SUFFIX);
    size_t bytes = entry->key_bytes - (is_evidence ? strlen(EVIDENCE_KEY_SUFFIX) : 0);
    const struct record_type *type = is_evidence ? &evidence_type : &alert_type;
    union {
        struct alert alert;
        struct evidence evidence;
    } record;
    struct alert_slot *slot;
    struct key key;
    void *packed = NULL;

    if (!key_of_fingerprint(entry->key, bytes, &key))
        return error_set(entry->err, ERROR_INPUT, "no key of an alert");
    slot = partition_alert(entry->correlator, entry->partition, &key, entry->err);
    if (!slot)
        return -1;
    if (entry->value) {
        if (decode(entry, type, &record))
            return -1;
        packed = record_pack(type, &record, is_evidence ? NULL : &slot->bytes);
        if (!packed)
            return error_set(entry->err, ERROR_MEMORY, "no memory for an alert");
    }
    if (is_evidence) {
        free(slot->evidence);
        slot->evidence = packed;
    } else {
        free(slot->alert);
        slot->alert = packed;
    }
    drop_if_empty(entry->partition, slot);
    return 0;
}

static struct run_slot *run_of(const struct entry *entry, const char *id, size_t bytes)
{
    struct run_slot *slot;
    struct key key;

    key_of_text(id, bytes, &key);
    slot = key_table_get(&entry->partition->runs, &key);
    if (slot)
        return slot;
    slot = run_slot_new(&key, entry->correlator->seed, entry->err);
    if (slot && key_table_put(&entry->partition->runs, &key, slot, entry->err)) {
        run_slot_free(slot);
        return NULL;
    }
    return slot;
}

static int restore_state(const struct entry *entry, const struct run_state *state)
{
    struct run_slot *slot = run_of(entry, state->run.id, strlen(state->run.id));
    struct run_state *packed;

    if (!slot)
        return -1;
    if (state->ends.count > 0)
        return run_slot_restore_shard(slot, state, entry->err);
    packed = record_pack(&run_state_type, state, NULL);
    if (!packed)
        return error_set(entry->err, ERROR_MEMORY, "no memory for a run");
    free(slot->state);
    slot->state = packed;
    return 0;
}

/* run/<run id>#<fingerprint>: true, with where the run id ends. */
static bool is_tally(const struct entry *entry, size_t *ret_id_bytes, struct key *ret_fingerprint)
{
    size_t tail = FINGERPRINT_BYTES; /* with its # */
    size_t head = strlen(RUN_KEY_PREFIX);

    if (entry->key_bytes <= head + tail || entry->key[entry->key_bytes - tail] != '#' ||
        !key_of_fingerprint(entry->key + entry->key_bytes - tail + 1, tail - 1, ret_fingerprint))
        return false;
    *ret_id_bytes = entry->key_bytes - head - tail;
    return true;
}

static void forget_tally(const struct entry *entry, const char *id, size_t id_bytes,
                         const struct key *fingerprint)
{
    struct key key;
    struct run_slot *slot;

    key_of_text(id, id_bytes, &key);
    slot = key_table_get(&entry->partition->runs, &key);
    if (slot)
        free(key_table_take(&slot->tallies, fingerprint));
}

static int restore_tally(const struct entry *entry, const char *id, size_t id_bytes,
                         const struct key *fingerprint)
{
    struct run_count count;
    struct run_slot *slot;
    struct tally *tally;

    if (!entry->value) {
        forget_tally(entry, id, id_bytes, fingerprint);
        return 0;
    }
    slot = run_of(entry, id, id_bytes);
    tally = slot ? run_slot_tally(slot, fingerprint, entry->err) : NULL;
    if (!tally || decode(entry, &run_count_type, &count))
        return -1;
    tally->accepted = count.accepted;
    return 0;
}

static void forget_run(const struct entry *entry, const char *id, size_t id_bytes)
{
    struct key key;
    struct run_slot *slot;

    key_of_text(id, id_bytes, &key);
    slot = key_table_get(&entry->partition->runs, &key);
    if (slot) {
        key_table_take(&entry->partition->runs, &key);
        run_slot_free(slot);
        return;
    }
    for (size_t at = id_bytes; at > 0; at--) {
        if (id[at - 1] != '#')
            continue;
        key_of_text(id, at - 1, &key);
        slot = key_table_get(&entry->partition->runs, &key);
        if (slot)
            run_slot_forget_shard(slot, strtoll(id + at, NULL, 10));
        return;
    }
}

static int restore_run(const struct entry *entry)
{
    const char *id = entry->key + strlen(RUN_KEY_PREFIX);
    size_t id_bytes = entry->key_bytes - strlen(RUN_KEY_PREFIX);
    size_t tally_id_bytes;
    struct key fingerprint;
    struct run_state state;

    if (is_tally(entry, &tally_id_bytes, &fingerprint))
        return restore_tally(entry, id, tally_id_bytes, &fingerprint);
    if (!entry->value) {
        const char *text = arena_strndup(&entry->correlator->arena, id, id_bytes);

        if (!text)
            return error_set(entry->err, ERROR_MEMORY, "no memory for a run");
        forget_run(entry, text, id_bytes);
        return 0;
    }
    return decode(entry, &run_state_type, &state) ? -1 : restore_state(entry, &state);
}

static int restore_pipeline(const struct entry *entry)
{
    struct key_table *table = &entry->partition->pipelines;
    size_t head = strlen(PIPELINE_KEY_PREFIX);
    struct pipeline_state state;
    struct pipeline_slot *slot;
    struct key key;

    if (!key_of_fingerprint(entry->key + head, entry->key_bytes - head, &key))
        return error_set(entry->err, ERROR_INPUT, "no key of a pipeline");
    slot = key_table_get(table, &key);
    if (!entry->value) {
        pipeline_slot_free(key_table_take(table, &key));
        return 0;
    }
    if (decode(entry, &pipeline_state_type, &state))
        return -1;
    if (!slot) {
        slot = pipeline_slot_new(&key, entry->err);
        if (!slot || key_table_put(table, &key, slot, entry->err)) {
            pipeline_slot_free(slot);
            return -1;
        }
    }
    free(slot->state);
    slot->state = record_pack(&pipeline_state_type, &state, NULL);
    return slot->state ? 0 : error_set(entry->err, ERROR_MEMORY, "no memory for a pipeline");
}

static int restore_seen(const struct entry *entry)
{
    size_t head = strlen(SEEN_KEY_PREFIX);
    char text[OFFSET_TEXT_BYTES] = "";
    int64_t offset;

    if (entry->key_bytes - head >= sizeof(text))
        return error_set(entry->err, ERROR_INPUT, "no offset");
    memcpy(text, entry->key + head, entry->key_bytes - head);
    offset = strtoll(text, NULL, 10);
    if (!entry->value) {
        seen_forget(&entry->partition->seen, offset);
        return 0;
    }
    return seen_restore(&entry->partition->seen, offset, (const unsigned char *)entry->value,
                        entry->value_bytes, entry->err);
}

static int restore_series(const struct entry *entry)
{
    size_t head = strlen(SERIES_KEY_PREFIX);
    struct series_slot *slot = series_slot_get(&entry->partition->series, entry->key + head,
                                               entry->key_bytes - head, entry->err);
    struct series_state state;

    if (!slot)
        return -1;
    free(slot->state);
    slot->state = NULL;
    if (!entry->value) {
        series_slot_free(key_table_take(&entry->partition->series, &slot->key));
        return 0;
    }
    if (decode(entry, &series_state_type, &state))
        return -1;
    slot->state = record_pack(&series_state_type, &state, NULL);
    return slot->state ? 0 : error_set(entry->err, ERROR_MEMORY, "no memory for a series");
}

static int restore_position(const struct entry *entry)
{
    struct position position;

    if (!entry->value)
        return 0;
    if (decode(entry, &position_type, &position))
        return -1;
    entry->partition->next = entry->partition->next_before = position.next;
    return 0;
}

static const struct {
    const char *prefix;
    int (*restore)(const struct entry *entry);
} readers[] = {
    {SEEN_KEY_PREFIX, restore_seen},         {RUN_KEY_PREFIX, restore_run},
    {PIPELINE_KEY_PREFIX, restore_pipeline}, {SERIES_KEY_PREFIX, restore_series},
    {POSITION_KEY, restore_position},
};

/* What else lies there is of a newer tocsind. */
static int restore_entry(const struct entry *entry, enum output_topic topic)
{
    if (topic == OUTPUT_ALERTS)
        return restore_alert(entry);
    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
        if (starts_with(entry, readers[i].prefix))
            return readers[i].restore(entry);
    }
    return 0;
}

int correlator_restore(struct correlator *correlator, enum output_topic topic, int32_t number,
                       const char *key, size_t key_bytes, const char *value, size_t value_bytes,
                       struct error *err)
{
    struct error why = {0};
    struct entry entry = {
        .correlator = correlator,
        .partition = correlator_partition(correlator, number),
        .key = key,
        .key_bytes = key_bytes,
        .value = value,
        .value_bytes = value_bytes,
        .err = &why,
    };

    if (!entry.partition)
        return error_set(err, ERROR_INPUT, "there is no partition %d", number);
    arena_reset(&correlator->arena);
    if (restore_entry(&entry, topic) == 0)
        return 0;
    return error_set(err, why.kind, "cannot restore %.*s of partition %d: %s%s%s",
                     (int)(key_bytes < 100 ? key_bytes : 100), key, number, why.pointer,
                     why.pointer[0] ? ": " : "", why.text);
}

int correlator_restored(struct correlator *correlator, int32_t number, int64_t *ret_next,
                        struct error *err)
{
    struct partition *partition = correlator_partition(correlator, number);
    struct run_slot *run;
    size_t cursor = 0;

    if (!partition)
        return error_set(err, ERROR_INPUT, "there is no partition %d", number);
    while ((run = key_table_next(&partition->runs, &cursor))) {
        if (!run->state || run_slot_sum(run, err))
            return run->state
                       ? -1
                       : error_set(err, ERROR_INPUT,
                                   "partition %d has counts of a run but not the run", number);
        run->closing = run->state->phase == RUN_OPEN && run_slot_complete(run);
    }
    if (inhibit_restored(correlator, partition, err))
        return -1;
    partition->live = true;
    *ret_next = partition->next;
    return 0;
}
