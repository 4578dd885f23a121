/*
 * table.c - see table.h.
 */
#include "consumer/control/table.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

const char *const mute_kind_names[] = {"silenced", "accepted", "inhibited", NULL};

/* A silence or an accepted fingerprint, with the record as it was read. */
struct entry {
    char *id; /* the key behind its prefix */
    char *json;
    size_t json_bytes;
    struct silence_filter filter; /* of a silence */
    int64_t until_ms;             /* of an accepted fingerprint */
    int64_t episode;              /* likewise, of a baseline; 0: of any */
    int severity;                 /* likewise: no worse than this */
    UT_hash_handle hh;
};

struct control_table {
    struct entry *silences, *accepted;
    struct inhibition *inhibition;
    struct arena scratch; /* for one record */
};

int control_table_new(const struct inhibit_rule *rules, size_t rules_count,
                      struct control_table **ret, struct error *err)
{
    struct control_table *table = calloc(1, sizeof(*table));

    *ret = NULL;
    if (table == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for the control table");
    if (inhibition_new(rules, rules_count, &table->inhibition, err)) {
        free(table);
        return -1;
    }
    arena_init(&table->scratch);
    *ret = table;
    return 0;
}

static void entry_free(struct entry *entry)
{
    silence_filter_fini(&entry->filter);
    free(entry->id);
    free(entry->json);
    free(entry);
}

static struct entry *entry_find(struct entry *entries, const char *id)
{
    struct entry *entry = NULL;

    HASH_FIND_STR(entries, id, entry);
    return entry;
}

static void entry_remove(struct entry **entries, const char *id)
{
    struct entry *entry = entry_find(*entries, id);

    if (entry == NULL)
        return;
    HASH_DEL(*entries, entry);
    entry_free(entry);
}

void control_table_clear(struct control_table *table)
{
    while (table->silences != NULL)
        entry_remove(&table->silences, table->silences->id);
    while (table->accepted != NULL)
        entry_remove(&table->accepted, table->accepted->id);
    inhibition_clear(table->inhibition);
}

void control_table_free(struct control_table *table)
{
    if (table == NULL)
        return;
    control_table_clear(table);
    inhibition_free(table->inhibition);
    arena_fini(&table->scratch);
    free(table);
}

bool control_table_is_empty(const struct control_table *table)
{
    return table->silences == NULL && table->accepted == NULL &&
           inhibition_count(table->inhibition) == 0;
}

static int no_memory(struct error *err)
{
    return error_set(err, ERROR_MEMORY, "out of memory for a record of control");
}

/* A record as it is read: what its kind does with it. */
struct reading {
    struct control_table *table;
    const char *id; /* the key behind the prefix of its kind */
    const char *json;
    size_t bytes;
};

static int decode(const struct reading *reading, const struct record_type *type, void *ret,
                  struct error *err)
{
    return record_decode(type, reading->json, reading->bytes, &reading->table->scratch, ret, err);
}

static int check_id(const struct reading *reading, const char *id, struct error *err)
{
    return strcmp(reading->id, id) == 0
               ? 0
               : error_set(err, ERROR_INPUT, "the record's key names another than the record");
}

/* An entry that holds the record, not in the table yet. */
static struct entry *entry_new(const struct reading *reading, struct error *err)
{
    struct entry *entry = calloc(1, sizeof(*entry));

    if (entry != NULL) {
        entry->id = strdup(reading->id);
        entry->json = malloc(reading->bytes + 1);
        entry->json_bytes = reading->bytes;
    }
    if (entry == NULL || entry->id == NULL || entry->json == NULL) {
        if (entry != NULL)
            entry_free(entry);
        no_memory(err);
        return NULL;
    }
    memcpy(entry->json, reading->json, reading->bytes);
    entry->json[reading->bytes] = '\0';
    return entry;
}

static int apply_silence(const struct reading *reading, struct error *err)
{
    struct silence silence;
    struct entry *entry;

    if (decode(reading, &silence_type, &silence, err) || check_id(reading, silence.id, err))
        return -1;
    entry = entry_new(reading, err);
    if (entry == NULL)
        return -1;
    if (silence_filter_init(&entry->filter, &silence, err)) {
        entry_free(entry);
        return -1;
    }
    HASH_ADD_KEYPTR(hh, reading->table->silences, entry->id, strlen(entry->id), entry);
    return 0;
}

static int apply_accepted(const struct reading *reading, struct error *err)
{
    struct accepted accepted;
    struct entry *entry;

    if (decode(reading, &accepted_type, &accepted, err) ||
        check_id(reading, accepted.fingerprint, err))
        return -1;
    entry = entry_new(reading, err);
    if (entry == NULL)
        return -1;
    entry->until_ms = accepted.until_ms;
    if (accepted.baseline) {
        entry->episode = accepted.baseline->episode;
        entry->severity = accepted.baseline->severity;
    }
    HASH_ADD_KEYPTR(hh, reading->table->accepted, entry->id, strlen(entry->id), entry);
    return 0;
}

static int apply_inhibitor(const struct reading *reading, struct error *err)
{
    struct inhibitor inhibitor;
    bool changed;

    if (decode(reading, &inhibitor_type, &inhibitor, err) ||
        check_id(reading, inhibitor.fingerprint, err))
        return -1;
    return inhibition_put(reading->table->inhibition, &inhibitor, &changed, err);
}

static void remove_silence(struct control_table *table, const char *id)
{
    entry_remove(&table->silences, id);
}

static void remove_accepted(struct control_table *table, const char *id)
{
    entry_remove(&table->accepted, id);
}

static void remove_inhibitor(struct control_table *table, const char *id)
{
    inhibition_remove(table->inhibition, id);
}

static const struct kind {
    const char *prefix;
    void (*remove)(struct control_table *table, const char *id);
    int (*apply)(const struct reading *reading, struct error *err); /* `id` is not there */
} kinds[] = {
    {SILENCE_KEY_PREFIX, remove_silence, apply_silence},
    {ACCEPTED_KEY_PREFIX, remove_accepted, apply_accepted},
    {INHIBITOR_KEY_PREFIX, remove_inhibitor, apply_inhibitor},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

int control_table_apply(struct control_table *table, const char *key, size_t key_bytes,
                        const char *value, size_t value_bytes, struct error *err)
{
    struct reading reading = {.table = table, .json = value, .bytes = value_bytes};

    arena_reset(&table->scratch);
    for (size_t i = 0; i < KINDS; i++) {
        size_t prefix_bytes = strlen(kinds[i].prefix);

        if (key_bytes < prefix_bytes || memcmp(key, kinds[i].prefix, prefix_bytes) != 0)
            continue;
        reading.id = arena_strndup(&table->scratch, key + prefix_bytes, key_bytes - prefix_bytes);
        if (reading.id == NULL)
            return no_memory(err);
        kinds[i].remove(table, reading.id);
        return value ? kinds[i].apply(&reading, err) : 0;
    }
    return 0;
}

static void add_reason(struct mute *mute, enum mute_kind kind, const char *id, int64_t until_ms)
{
    if (mute->count == 0 || until_ms > mute->change_ms)
        mute->change_ms = until_ms;
    if (mute->count < MUTE_REASONS_MAX) {
        struct mute_reason *reason = &mute->reasons[mute->count];
        size_t bytes = utf8_prefix(id, MUTE_ID_BYTES - 1);

        reason->kind = kind;
        memcpy(reason->id, id, bytes);
        reason->id[bytes] = '\0';
    }
    mute->count++;
}

/* Silences that mute it now; *pending_ms: when the first begins of those that will. */
static void find_silences(const struct control_table *table, const struct label *labels,
                          size_t count, int64_t now_ms, struct mute *mute, int64_t *pending_ms)
{
    for (const struct entry *entry = table->silences; entry != NULL; entry = entry->hh.next) {
        const struct silence_filter *filter = &entry->filter;
        enum silence_state state = silence_state(filter->starts_ms, filter->ends_ms, now_ms);

        if (state == SILENCE_EXPIRED || !silence_filter_matches(filter, labels, count))
            continue;
        if (state == SILENCE_ACTIVE)
            add_reason(mute, MUTE_SILENCE, entry->id, filter->ends_ms);
        else if (filter->starts_ms < *pending_ms)
            *pending_ms = filter->starts_ms;
    }
}

/* A baseline holds for the alert as it was: the same episode, no worse. */
static bool is_accepted(const struct entry *entry, const struct mute_subject *subject,
                        int64_t now_ms)
{
    const char *severity = label_value(subject->labels, subject->count, "severity");

    if (entry == NULL || now_ms >= entry->until_ms)
        return false;
    if (entry->episode == 0)
        return true;
    for (int worse = entry->severity + 1; worse < SEVERITIES; worse++) {
        if (strcmp(severity, severity_names[worse]) == 0)
            return false;
    }
    return subject->episode == 0 || subject->episode == entry->episode;
}

bool control_table_muted(const struct control_table *table, const struct mute_subject *subject,
                         int64_t now_ms, struct mute *ret_mute)
{
    const struct entry *accepted = entry_find(table->accepted, subject->fingerprint);
    const char *source = inhibition_find(table->inhibition, subject->labels, subject->count);
    int64_t pending_ms = NEVER_MS;

    ret_mute->count = 0;
    find_silences(table, subject->labels, subject->count, now_ms, ret_mute, &pending_ms);
    if (is_accepted(accepted, subject, now_ms))
        add_reason(ret_mute, MUTE_ACCEPTED, accepted->id, accepted->until_ms);
    if (source != NULL)
        add_reason(ret_mute, MUTE_INHIBITED, source, NEVER_MS);
    if (ret_mute->count == 0)
        ret_mute->change_ms = pending_ms;
    return ret_mute->count > 0;
}

static int64_t end_of(const struct entry *entry)
{
    return entry->filter.count > 0 ? entry->filter.ends_ms : entry->until_ms;
}

static int by_end(const void *left, const void *right)
{
    const struct entry *a = *(const struct entry *const *)left;
    const struct entry *b = *(const struct entry *const *)right;

    if (end_of(a) != end_of(b))
        return end_of(a) < end_of(b) ? -1 : 1;
    return strcmp(a->id, b->id);
}

/* The records of `entries`, decoded into the arena. */
static int list_entries(const struct entry *entries, const struct record_type *type,
                        struct arena *arena, struct list *ret, struct error *err)
{
    size_t count = HASH_COUNT(entries), n = 0;
    const struct entry **sorted = arena_array(arena, count + 1, sizeof(struct entry *));
    char *records = arena_array(arena, count + 1, type->size);

    if (sorted == NULL || records == NULL)
        return no_memory(err);
    for (const struct entry *entry = entries; entry != NULL; entry = entry->hh.next)
        sorted[n++] = entry;
    qsort(sorted, n, sizeof(struct entry *), by_end);
    for (size_t i = 0; i < n; i++) {
        if (record_decode(type, sorted[i]->json, sorted[i]->json_bytes, arena,
                          records + i * type->size, err))
            return -1;
    }
    *ret = (struct list){records, n};
    return 0;
}

static int add_ended(const struct entry *entries, const char *prefix, int64_t before_ms,
                     struct arena *arena, const char **keys, size_t *count, struct error *err)
{
    for (const struct entry *entry = entries; entry != NULL; entry = entry->hh.next) {
        if (end_of(entry) >= before_ms)
            continue;
        keys[*count] = arena_printf(arena, "%s%s", prefix, entry->id);
        if (keys[(*count)++] == NULL)
            return no_memory(err);
    }
    return 0;
}

int control_table_ended(const struct control_table *table, int64_t before_ms, struct arena *arena,
                        struct list *ret_keys, struct error *err)
{
    size_t room = HASH_COUNT(table->silences) + HASH_COUNT(table->accepted) + 1;
    const char **keys = arena_array(arena, room, sizeof(*keys));
    size_t count = 0;

    if (keys == NULL)
        return no_memory(err);
    if (add_ended(table->silences, SILENCE_KEY_PREFIX, before_ms, arena, keys, &count, err) ||
        add_ended(table->accepted, ACCEPTED_KEY_PREFIX, before_ms, arena, keys, &count, err))
        return -1;
    *ret_keys = (struct list){.items = keys, .count = count};
    return 0;
}

int control_table_silences(const struct control_table *table, struct arena *arena,
                           struct list *ret_silences, struct error *err)
{
    return list_entries(table->silences, &silence_type, arena, ret_silences, err);
}

int control_table_accepted(const struct control_table *table, struct arena *arena,
                           struct list *ret_accepted, struct error *err)
{
    return list_entries(table->accepted, &accepted_type, arena, ret_accepted, err);
}
