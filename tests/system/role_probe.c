/*
 * role_probe.c - a small correlate: counts keys in a changelog, with nothing but the role's API.
 *
 *   role_probe BROKERS PREFIX INSTANCE [--committer] [--static] [--slow MS] [--gap MS] [--kafka
 * NAME=VALUE]...
 *
 * Reads <prefix>in; keeps in <prefix>table one record a key (its count) and "pos"; writes one
 * record to <prefix>out when a key is counted for the first time, and one to <prefix>side for every
 * tenth of a key, which it reads back and counts under "side/<key>". So a record that is lost,
 * counted twice or opened twice shows in the topics. Standard output tells what happens, a line
 * each. SIGTERM: commits what is pending and ends with 0.
 */
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uthash.h>

#include "consumer/kafka/client.h"
#include "consumer/kafka/committer.h"
#include "consumer/kafka/role.h"

#define KEY_BYTES_MAX   128
#define PARTITIONS_MAX  64
#define COMMIT_EVERY_MS 50
#define CHANGES_MAX     2000
#define PROPERTIES_MAX  32
#define SIDE_EVERY      10

enum { TOPIC_IN, TOPIC_TABLE, TOPIC_OUT, TOPIC_SIDE_IN, TOPICS };

struct entry {
    char key[KEY_BYTES_MAX];
    long safe, now, flying; /* committed; with what is staged; as written by the batch under way */
    bool changed, in_flight;
    UT_hash_handle hh;
};

struct part {
    struct entry *entries;
    int64_t next, side_next; /* as restored */
    bool changed;
};

struct probe {
    struct role *role;
    struct committer *committer;
    struct part parts[PARTITIONS_MAX];
    struct batch batch;
    size_t changes;
    int64_t committed_ms, turned_ms;
    int slow_ms, gap_ms;
    bool failed;
};

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
    (void)number;
    stopped = 1;
}

static struct entry *entry_get(struct part *part, const void *key, size_t bytes, const char *prefix)
{
    char name[KEY_BYTES_MAX];
    struct entry *entry;

    snprintf(name, sizeof(name), "%s%.*s", prefix, (int)bytes, (const char *)key);
    HASH_FIND_STR(part->entries, name, entry);
    if (entry == NULL) {
        entry = calloc(1, sizeof(*entry));
        if (entry == NULL)
            abort();
        snprintf(entry->key, sizeof(entry->key), "%s", name);
        HASH_ADD_STR(part->entries, key, entry);
    }
    return entry;
}

static int on_restore(void *self, topic_index topic, int32_t partition, const void *key,
                      size_t key_bytes, const void *value, size_t value_bytes, struct error *err)
{
    struct probe *probe = self;
    struct part *part = &probe->parts[partition];
    char text[KEY_BYTES_MAX];
    long long next, side_next;

    (void)topic;
    if (value == NULL)
        return 0;
    snprintf(text, sizeof(text), "%.*s", (int)value_bytes, (const char *)value);
    if (key_bytes == 3 && memcmp(key, "pos", 3) == 0) {
        if (sscanf(text, "%lld %lld", &next, &side_next) != 2)
            return error_set(err, ERROR_INPUT, "position \"%s\"", text);
        part->next = next;
        part->side_next = side_next;
        return 0;
    }
    struct entry *entry = entry_get(part, key, key_bytes, "");
    entry->safe = entry->now = atol(text);
    return 0;
}

static int on_restored(void *self, int32_t partition, int64_t *ret_next,
                       int64_t ret_side_next[ROLE_TOPICS_MAX], struct error *err)
{
    struct part *part = &((struct probe *)self)->parts[partition];

    (void)err;
    *ret_next = part->next > 0 ? part->next : -1;
    ret_side_next[TOPIC_SIDE_IN] = part->side_next > 0 ? part->side_next : -1;
    printf("restored %d at %lld\n", partition, (long long)part->next);
    return 0;
}

static void on_drop(void *self, int32_t partition)
{
    struct part *part = &((struct probe *)self)->parts[partition];
    struct entry *entry, *next;

    HASH_ITER (hh, part->entries, entry, next) {
        HASH_DEL(part->entries, entry);
        free(entry);
    }
    *part = (struct part){0};
    printf("drop %d\n", partition);
}

static int stage_entry(struct probe *probe, int32_t partition, struct entry *entry,
                       struct error *err)
{
    struct header header = {.name = "probe", .value = entry->key, .bytes = strlen(entry->key)};
    struct envelope envelope = {.headers = {header}, .count = 1};
    size_t bytes = strlen(entry->key);
    char text[32];

    snprintf(text, sizeof(text), "%ld", entry->now);
    if (batch_put(&probe->batch, TOPIC_TABLE, partition, entry->key, bytes, text, strlen(text),
                  NULL, err) != 0)
        return -1;
    if (entry->safe == 0 && batch_put(&probe->batch, TOPIC_OUT, PARTITION_BY_KEY, entry->key, bytes,
                                      "open", 4, &envelope, err) != 0)
        return -1;
    for (long n = entry->safe / SIDE_EVERY;
         strncmp(entry->key, "side/", 5) != 0 && n < entry->now / SIDE_EVERY; n++)
        if (batch_put(&probe->batch, TOPIC_SIDE_IN, partition, entry->key, bytes, "tenth", 5, NULL,
                      err) != 0)
            return -1;
    entry->flying = entry->now;
    entry->in_flight = true;
    entry->changed = false;
    return 0;
}

static int stage(struct probe *probe, struct error *err)
{
    batch_reset(&probe->batch);
    for (int32_t i = 0; i < PARTITIONS_MAX; i++) {
        struct part *part = &probe->parts[i];
        int64_t next = role_position(probe->role, TOPIC_IN, i);
        int64_t side_next = role_position(probe->role, TOPIC_SIDE_IN, i);
        char text[64];

        if (!part->changed || !role_partition_live(probe->role, i))
            continue;
        for (struct entry *entry = part->entries; entry != NULL; entry = entry->hh.next)
            if (entry->changed && stage_entry(probe, i, entry, err) != 0)
                return -1;
        snprintf(text, sizeof(text), "%lld %lld", (long long)next, (long long)side_next);
        if (batch_put(&probe->batch, TOPIC_TABLE, i, "pos", 3, text, strlen(text), NULL, err) !=
                0 ||
            batch_position(&probe->batch, i, next, err) != 0 ||
            batch_side_position(&probe->batch, TOPIC_SIDE_IN, i, side_next, err) != 0)
            return -1;
        part->changed = false;
    }
    probe->changes = 0;
    probe->committed_ms = client_now_ms();
    return 0;
}

/* After an abort consumption goes back, so that all that was staged comes again. */
static void settle(struct probe *probe, enum commit_result result, const struct error *err)
{
    static const char *const words[] = {"committed", "aborted", "unknown", "fatal"};

    if (result != COMMITTED)
        printf("%s: %s\n", words[result], err->text);
    for (int32_t i = 0; i < PARTITIONS_MAX; i++) {
        if (result != COMMITTED)
            probe->parts[i].changed = false;
        for (struct entry *entry = probe->parts[i].entries; entry != NULL; entry = entry->hh.next) {
            if (result == COMMITTED && entry->in_flight)
                entry->safe = entry->flying;
            if (result != COMMITTED) {
                entry->now = entry->safe;
                entry->changed = false;
            }
            entry->in_flight = false;
        }
    }
    probe->failed = probe->failed || result == FATAL;
}

static void commit_now(struct probe *probe)
{
    struct error err = {0};

    if (stage(probe, &err) != 0) {
        printf("stage: %s\n", err.text);
        probe->failed = true;
    } else if (probe->batch.positions_count > 0) {
        settle(probe, role_commit(probe->role, &probe->batch, &err), &err);
    }
}

static void hand_over(struct probe *probe)
{
    struct error err = {0};

    if (stage(probe, &err) != 0 || (probe->batch.positions_count > 0 &&
                                    committer_start(probe->committer, &probe->batch, &err) != 0)) {
        printf("hand over: %s\n", err.text);
        probe->failed = true;
    }
}

static void fetch_result(struct probe *probe)
{
    struct error err = {0};
    enum commit_result result;

    if (probe->committer != NULL && committer_poll(probe->committer, &result, &err))
        settle(probe, result, &err);
}

static void on_revoking(void *self)
{
    printf("revoking\n");
    fetch_result(self);
    commit_now(self);
}

static void count(struct probe *probe, const rd_kafka_message_t *message, topic_index topic)
{
    struct part *part = &probe->parts[message->partition];
    struct entry *entry =
        entry_get(part, message->key, message->key_len, topic == TOPIC_SIDE_IN ? "side/" : "");

    entry->now++;
    entry->changed = true;
    part->changed = true;
    probe->changes++;
}

static bool commit_is_due(const struct probe *probe)
{
    return probe->changes > 0 && (probe->changes >= CHANGES_MAX ||
                                  client_now_ms() - probe->committed_ms >= COMMIT_EVERY_MS);
}

/* What deliver does after it was frozen: ask before anything is sent. */
static void mind_the_gap(struct probe *probe)
{
    int64_t now_ms = client_now_ms();

    if (probe->gap_ms > 0 && probe->turned_ms > 0 && now_ms - probe->turned_ms > probe->gap_ms)
        printf("after a gap: %s\n",
               role_confirm_membership(probe->role, probe->gap_ms) ? "member" : "no member");
    probe->turned_ms = client_now_ms();
}

static void turn(struct probe *probe)
{
    struct error err = {0};
    rd_kafka_message_t *message;
    topic_index topic;

    if (role_poll(probe->role, COMMIT_EVERY_MS, &message, &topic, &err) != 0) {
        printf("fatal: %s\n", err.text);
        probe->failed = true;
        return;
    }
    if (message != NULL) {
        count(probe, message, topic);
        rd_kafka_message_destroy(message);
    }
    fetch_result(probe);
    if (!commit_is_due(probe))
        return;
    if (probe->slow_ms > 0)
        nanosleep(&(struct timespec){.tv_nsec = probe->slow_ms * 1000000L}, NULL);
    if (probe->committer == NULL)
        commit_now(probe);
    else if (!committer_busy(probe->committer))
        hand_over(probe);
}

/* deliver's way: asleep in a poll of its own until one of the two has something. */
static void wait_for_either(const struct probe *probe)
{
    struct pollfd fds[] = {{.fd = role_event_fd(probe->role), .events = POLLIN},
                           {.fd = committer_event_fd(probe->committer), .events = POLLIN}};

    poll(fds, 2, role_wait_ms(probe->role, COMMIT_EVERY_MS));
}

static void loop_with_committer(struct probe *probe)
{
    struct error err = {0};
    rd_kafka_message_t *message = NULL;
    topic_index topic;

    wait_for_either(probe);
    do {
        fetch_result(probe);
        if (role_poll(probe->role, 0, &message, &topic, &err) != 0) {
            printf("fatal: %s\n", err.text);
            probe->failed = true;
            return;
        }
        if (message != NULL) {
            count(probe, message, topic);
            rd_kafka_message_destroy(message);
        }
        if (commit_is_due(probe) && !committer_busy(probe->committer))
            hand_over(probe);
    } while (message != NULL && !stopped && !probe->failed);
}

static const struct role_ops ops = {
    .name = "probe",
    .restore = on_restore,
    .restored = on_restored,
    .drop = on_drop,
    .revoking = on_revoking,
};

static int run(struct probe *probe, const struct role_config *config, bool with_committer)
{
    struct role_counters counters;
    struct error err = {0};

    if (role_new(config, &ops, probe, &probe->role, &err) != 0 ||
        (with_committer && committer_new(probe->role, &probe->committer, &err) != 0)) {
        printf("start: %s\n", err.text);
        role_free(probe->role);
        return 2;
    }
    printf("started\n");
    while (!stopped && !probe->failed) {
        mind_the_gap(probe);
        if (with_committer)
            loop_with_committer(probe);
        else
            turn(probe);
    }
    if (with_committer) {
        committer_wait(probe->committer);
        fetch_result(probe);
        committer_free(probe->committer);
        probe->committer = NULL;
    }
    role_counters(probe->role, &counters);
    role_free(probe->role);
    printf("records %llu commits %llu aborts %llu unknown %llu restores %llu rebalances %llu\n",
           (unsigned long long)counters.records, (unsigned long long)counters.commits,
           (unsigned long long)counters.aborts, (unsigned long long)counters.unknown,
           (unsigned long long)counters.restores, (unsigned long long)counters.rebalances);
    return probe->failed ? 1 : 0;
}

int main(int argc, char **argv)
{
    struct label properties[PROPERTIES_MAX] = {{"bootstrap.servers", argc > 1 ? argv[1] : ""}};
    struct role_config config = {.kafka = properties, .kafka_count = 1, .topics_count = TOPICS};
    static const char *const suffixes[] = {"in", "table", "out", "side"};
    static const enum topic_use uses[] = {TOPIC_INPUT, TOPIC_CHANGELOG, TOPIC_OUTPUT, TOPIC_SIDE};
    struct role_topic topics[TOPICS];
    char names[TOPICS + 1][KEY_BYTES_MAX];
    struct probe probe = {0};
    bool with_committer = false;
    int rc;

    if (argc < 4) {
        fprintf(stderr, "usage: role_probe BROKERS PREFIX INSTANCE [OPTION]...\n");
        return 64;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 0; i < TOPICS; i++) {
        snprintf(names[i], sizeof(names[i]), "%s%s", argv[2], suffixes[i]);
        topics[i] = (struct role_topic){.name = names[i], .use = uses[i]};
    }
    snprintf(names[TOPICS], sizeof(names[TOPICS]), "%sprobe", argv[2]);
    config.topics = topics;
    config.group = names[TOPICS];
    config.instance = argv[3];
    for (int i = 4; i < argc; i++) {
        if (strcmp(argv[i], "--committer") == 0) {
            with_committer = true;
        } else if (strcmp(argv[i], "--static") == 0) {
            config.static_membership = true;
        } else if (strcmp(argv[i], "--slow") == 0 && i + 1 < argc) {
            probe.slow_ms = atoi(argv[++i]);
        } else if (strcmp(argv[i], "--gap") == 0 && i + 1 < argc) {
            probe.gap_ms = atoi(argv[++i]);
        } else if (strcmp(argv[i], "--kafka") == 0 && i + 1 < argc) {
            char *equals = strchr(argv[++i], '=');

            *equals = '\0';
            properties[config.kafka_count++] = (struct label){argv[i], equals + 1};
        }
    }
    signal(SIGTERM, on_signal);
    batch_init(&probe.batch);
    rc = run(&probe, &config, with_committer);
    batch_fini(&probe.batch);
    return rc;
}
