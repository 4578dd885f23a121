/*
 * correlate_role.c - the loop of the role correlate: it joins Kafka and the clock to the
 * correlator.
 *
 * Poll, take the record, and commit: as soon as the input is empty when the batch has news (or
 * after NEWS_MS_MAX, so that a stream of news shares transactions), every COUNTS_MS when it has
 * only counts, and before it grows too large. Before a revoke, what is pending is committed. An
 * abort goes back to what was committed; the records come again. Asked to stop, it commits what it
 * has and returns.
 */
#include <string.h>
#include <time.h>

#include "consumer/correlate_rules.h"
#include "consumer/kafka/message.h"
#include "consumer/kafka/role.h"
#include "consumer/log.h"
#include "consumer/roles.h"

#define NEWS_MS_MAX      100
#define COUNTS_MS        1000
#define TICK_MS          1000
#define SWEEP_MS         3600000 /* between two looks at what of `control` is over */
#define POLL_MS_MAX      100
#define WEIGHT_MAX       (BATCH_BYTES_MAX / 2)
#define LOOK_EVERY       64    /* records between two looks at the batch */
#define DEAD_BYTES_SMALL 16384 /* of a dead letter, where the broker took no larger one */

static const struct {
    const char *name;
    enum topic_use use;
} topics[] = {
    [OUTPUT_FINDINGS] = {"findings", TOPIC_INPUT},
    [OUTPUT_ALERTS] = {"alerts", TOPIC_CHANGELOG},
    [OUTPUT_STATE] = {"state", TOPIC_CHANGELOG},
    [OUTPUT_NOTIFICATIONS] = {"notifications", TOPIC_OUTPUT},
    [OUTPUT_DEAD_LETTER] = {"dead-letter", TOPIC_OUTPUT},
    [OUTPUT_CONTROL] = {"control", TOPIC_OUTPUT},
};
#define TOPICS (sizeof(topics) / sizeof(topics[0]))

struct loop {
    const struct role_run *run;
    const struct config *config; /* the newest that was taken */
    struct arena arena;          /* names */
    struct arena rules_arena;
    struct role_topic topics[TOPICS];
    struct role *role;
    struct correlator *correlator;
    struct batch batch;
    struct correlator_counters said; /* what the log knows */
    uint64_t records;
    int64_t staged_mono_ms; /* since when something is staged; 0: nothing */
    int64_t tick_mono_ms, sweep_mono_ms;
    bool small_dead;
    bool leaving;     /* the last batch was written */
    struct error err; /* of a callback */
};

static int64_t clock_ms(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t wall_ms(void)
{
    return clock_ms(CLOCK_REALTIME_COARSE);
}

static int64_t mono_ms(void)
{
    return clock_ms(CLOCK_MONOTONIC_COARSE);
}

static int on_restore(void *self, topic_index topic, int32_t partition, const void *key,
                      size_t key_bytes, const void *value, size_t value_bytes, struct error *err)
{
    struct loop *loop = self;

    return correlator_restore(loop->correlator, (enum output_topic)topic, partition, key, key_bytes,
                              value, value_bytes, err);
}

/* NOLINTBEGIN(readability-non-const-parameter): the type is that of role_ops */
static int on_restored(void *self, int32_t partition, int64_t *ret_next,
                       int64_t ret_side_next[ROLE_TOPICS_MAX], struct error *err)
/* NOLINTEND(readability-non-const-parameter) */
{
    struct loop *loop = self;

    (void)ret_side_next;
    if (correlator_restored(loop->correlator, partition, ret_next, err))
        return -1;
    log_event(LOG_INFO, "restored", "role", "correlate", "partition", LOG_NUMBER(partition), "next",
              LOG_NUMBER(*ret_next), NULL);
    return 0;
}

static void on_drop(void *self, int32_t partition)
{
    correlator_drop(((struct loop *)self)->correlator, partition);
}

static int put_record(void *self, const struct output *output, struct error *err)
{
    struct loop *loop = self;

    return batch_put(
        &loop->batch, (topic_index)output->topic,
        output->partition == OUTPUT_ANY_PARTITION ? PARTITION_BY_KEY : output->partition,
        output->key, output->key_bytes, output->value, output->value_bytes, output->envelope, err);
}

static int put_position(void *self, int32_t partition, int64_t next, struct error *err)
{
    return batch_position(&((struct loop *)self)->batch, partition, next, err);
}

/* What grew since the last line. */
static void say(struct loop *loop)
{
    struct correlator_counters now;
    const struct correlator_counters *said = &loop->said;

    correlator_counters(loop->correlator, &now);
    if (now.received[RECEIVED_DEAD] > said->received[RECEIVED_DEAD])
        log_event(
            LOG_WARNING, "dead_letters", "role", "correlate", "count",
            LOG_NUMBER((int64_t)(now.received[RECEIVED_DEAD] - said->received[RECEIVED_DEAD])),
            "last", now.last_dead, NULL);
    if (now.ids_over_bound > said->ids_over_bound)
        log_event(LOG_WARNING, "finding_ids_forgotten", "role", "correlate", "count",
                  LOG_NUMBER((int64_t)(now.ids_over_bound - said->ids_over_bound)), "why",
                  "more than lifecycle.seen_ids_max within lifecycle.dedupe_window: a report "
                  "published again now would count twice",
                  NULL);
    if (now.cut > said->cut)
        log_event(LOG_WARNING, "alerts_cut", "role", "correlate", "count",
                  LOG_NUMBER((int64_t)(now.cut - said->cut)), NULL);
    if (now.runs_lost > said->runs_lost)
        log_event(LOG_WARNING, "runs_lost", "role", "correlate", "count",
                  LOG_NUMBER((int64_t)(now.runs_lost - said->runs_lost)), "why",
                  "their ends did not come within lifecycle.run_time_limit", NULL);
    if (now.runs_ended > said->runs_ended)
        log_event(LOG_INFO, "runs_ended", "role", "correlate", "count",
                  LOG_NUMBER((int64_t)(now.runs_ended - said->runs_ended)), NULL);
    loop->said = now;
    atomic_store(&loop->run->status->written, now.notifications);
    atomic_store(&loop->run->status->runs, now.runs_ended);
}

static int aborted(struct loop *loop, const struct error *why, struct error *err)
{
    log_event(LOG_WARNING, "commit_aborted", "role", "correlate", "why", why->text, NULL);
    correlator_rollback(loop->correlator);
    if (why->kind != ERROR_LIMIT)
        return 0;
    if (loop->small_dead)
        return error_set(err, ERROR_FATAL, "%s", why->text);
    loop->small_dead = true;
    correlator_limit_dead(loop->correlator, DEAD_BYTES_SMALL);
    return 0;
}

/* Writes what is pending, whatever it is. */
static int commit(struct loop *loop, struct error *err)
{
    const struct output_sink sink = {.record = put_record, .position = put_position, .self = loop};
    struct error why = {0};
    int rc = 0;

    loop->staged_mono_ms = 0;
    if (!correlator_pending(loop->correlator))
        return 0;
    batch_reset(&loop->batch);
    if (correlator_flush(loop->correlator, wall_ms(), &sink, err))
        return -1;
    switch (role_commit(loop->role, &loop->batch, &why)) {
    case COMMITTED:
        correlator_commit(loop->correlator);
        loop->tick_mono_ms = 0; /* there may be more of the same */
        say(loop);
        break;
    case ABORTED:
        rc = aborted(loop, &why, err);
        break;
    case UNKNOWN:
        log_event(LOG_WARNING, "commit_unknown", "role", "correlate", "why", why.text, NULL);
        correlator_rollback(loop->correlator);
        break;
    case FATAL:
        rc = error_set(err, ERROR_FATAL, "commit: %s", why.text);
        break;
    }
    batch_reset(&loop->batch);
    return rc;
}

static void on_revoking(void *self)
{
    struct loop *loop = self;

    if (!loop->leaving)
        commit(loop, &loop->err);
}

static const struct role_ops ops = {
    .name = "correlate",
    .restore = on_restore,
    .restored = on_restored,
    .drop = on_drop,
    .revoking = on_revoking,
};

static int take(struct loop *loop, const rd_kafka_message_t *message, struct error *err)
{
    rd_kafka_timestamp_type_t kind;
    struct envelope envelope;
    enum reception reception;
    struct arrival arrival = {
        .partition = message->partition,
        .offset = message->offset,
        .time_ms = rd_kafka_message_timestamp(message, &kind),
        .key = message->key,
        .key_bytes = message->key_len,
        .value = message->payload,
        .value_bytes = message->len,
        .envelope = &envelope,
    };

    message_headers(message, &envelope);
    loop->records++;
    return correlator_accept(loop->correlator, &arrival, wall_ms(), &reception, err);
}

/* Silences and accepted risks that ended a month ago. */
static int sweep_control(struct loop *loop, int64_t now_mono_ms, struct error *err)
{
    struct control *control = loop->run->control;
    struct arena arena;
    struct list keys;
    int rc;

    if (now_mono_ms < loop->sweep_mono_ms || !control_ready(control) ||
        !correlator_sweeps(loop->correlator))
        return 0;
    loop->sweep_mono_ms = now_mono_ms + SWEEP_MS;
    arena_init(&arena);
    rc = control_ended(control, wall_ms() - CONTROL_KEEP_MS, &arena, &keys, err);
    for (size_t i = 0; rc == 0 && i < keys.count; i++)
        rc = correlator_bury(loop->correlator, ((const char *const *)keys.items)[i], err);
    arena_fini(&arena);
    return rc;
}

static int tick(struct loop *loop, int64_t now_mono_ms, struct error *err)
{
    if (now_mono_ms - loop->tick_mono_ms < TICK_MS || role_restoring(loop->role))
        return 0;
    loop->tick_mono_ms = now_mono_ms;
    if (sweep_control(loop, now_mono_ms, err))
        return -1;
    return correlator_tick(loop->correlator, wall_ms(), err);
}

static int make_rules(struct loop *loop, struct correlator_rules *ret, struct error *err);

/* A newer configuration is taken when nothing is pending under the old one. */
static int take_config(struct loop *loop, struct error *err)
{
    const struct config *held = loop->config;
    const struct config *next = config_share_take(loop->run->share, held);
    struct correlator_rules rules;

    if (next == held)
        return 0;
    if (commit(loop, err))
        return -1;
    if (correlator_pending(loop->correlator)) {
        config_share_give(loop->run->share, next);
        return 0; /* later */
    }
    loop->config = next;
    if (make_rules(loop, &rules, err) || correlator_reload(loop->correlator, &rules, err))
        return -1;
    config_share_give(loop->run->share, held);
    log_event(LOG_INFO, "configuration_taken", "role", "correlate", "sha256", next->hash, NULL);
    return 0;
}

/* Looks at the batch: whether it is time. `idle`: there is no more input at once. */
static int look(struct loop *loop, bool idle, struct error *err)
{
    int64_t now = mono_ms(), waited;
    bool urgent;

    atomic_store(&loop->run->status->records, loop->records);
    if (role_live_count(loop->role) > 0 && !role_restoring(loop->role))
        atomic_store(&loop->run->status->ready, true);
    if (take_config(loop, err) || tick(loop, now, err))
        return -1;
    if (!correlator_pending(loop->correlator)) {
        loop->staged_mono_ms = 0;
        return 0;
    }
    if (loop->staged_mono_ms == 0)
        loop->staged_mono_ms = now;
    waited = now - loop->staged_mono_ms;
    urgent = correlator_urgent(loop->correlator);
    if ((urgent && (idle || waited >= NEWS_MS_MAX)) || waited >= COUNTS_MS ||
        correlator_weight(loop->correlator) >= WEIGHT_MAX)
        return commit(loop, err);
    return 0;
}

static int serve(struct loop *loop, struct error *err)
{
    int timeout_ms = 0;

    for (uint64_t n = 0; !atomic_load_explicit(loop->run->stop, memory_order_relaxed); n++) {
        rd_kafka_message_t *message = NULL;
        topic_index topic;
        int rc = 0;

        if (role_poll(loop->role, timeout_ms, &message, &topic, err))
            return -1;
        if (message) {
            rc = take(loop, message, err);
            rd_kafka_message_destroy(message);
        }
        if (error_is_set(&loop->err)) {
            *err = loop->err;
            return -1;
        }
        timeout_ms = message ? 0 : POLL_MS_MAX;
        if (rc || ((!message || n % LOOK_EVERY == 0) && look(loop, !message, err)))
            return -1;
    }
    loop->leaving = true;
    return commit(loop, err);
}

static int name_topics(struct loop *loop, struct error *err)
{
    for (size_t i = 0; i < TOPICS; i++) {
        loop->topics[i].use = topics[i].use;
        loop->topics[i].name =
            arena_printf(&loop->arena, "%s%s", loop->run->config->topics.prefix, topics[i].name);
        if (!loop->topics[i].name)
            return error_set(err, ERROR_MEMORY, "no memory for names of topics");
    }
    return 0;
}

/* The newest configuration's, in an arena of their own. */
static int make_rules(struct loop *loop, struct correlator_rules *ret, struct error *err)
{
    const struct correlate_place place = {
        .partitions = role_partitions(loop->role),
        .notification_partitions = role_topic_partitions(loop->role, OUTPUT_NOTIFICATIONS),
        .findings_topic = loop->topics[OUTPUT_FINDINGS].name,
    };

    arena_reset(&loop->rules_arena);
    return correlate_rules(loop->config, &place, &loop->rules_arena, ret, err);
}

static int open_loop(struct loop *loop, struct error *err)
{
    const struct config *config = loop->run->config;
    struct correlator_rules rules;
    const struct role_config role = {
        .kafka = config->kafka.items,
        .kafka_count = config->kafka.count,
        .group = arena_printf(&loop->arena, "%scorrelate", config->topics.prefix),
        .instance = config->instance,
        .static_membership = config->static_membership,
        .topics = loop->topics,
        .topics_count = TOPICS,
        .in_memory_cluster = loop->run->in_memory_cluster,
    };

    if (!role.group)
        return error_set(err, ERROR_MEMORY, "no memory for the group's name");
    loop->config = config_share_take(loop->run->share, NULL);
    if (name_topics(loop, err) || role_new(&role, &ops, loop, &loop->role, err) ||
        make_rules(loop, &rules, err))
        return -1;
    return correlator_new(&rules, &loop->correlator, err);
}

int correlate_run(const struct role_run *run, struct error *err)
{
    struct loop loop = {.run = run};
    int rc = -1;

    arena_init(&loop.arena);
    arena_init(&loop.rules_arena);
    batch_init(&loop.batch);
    if (open_loop(&loop, err) == 0)
        rc = serve(&loop, err);
    loop.leaving = true;
    role_free(loop.role);
    correlator_free(loop.correlator);
    batch_fini(&loop.batch);
    arena_fini(&loop.rules_arena);
    arena_fini(&loop.arena);
    return rc;
}
