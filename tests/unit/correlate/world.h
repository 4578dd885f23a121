/*
 * world.h - a correlator with everything around it that a test needs: rules, findings as JSON, an
 * output that is kept, and tables restored from it.
 */
#ifndef TOCSIN_TESTS_UNIT_CORRELATE_WORLD_H
#define TOCSIN_TESTS_UNIT_CORRELATE_WORLD_H

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/correlate/correlator.h"
#include "consumer/records/dead_letter.h"
#include "consumer/records/run_state.h"

#define NOW       INT64_C(1790000000000)
#define RUN_START INT64_C(1789990000000)
#define HOUR      INT64_C(3600000)
#define DAY       (24 * HOUR)
#define ROWS_MAX  1024

struct kept {
    enum output_topic topic;
    int32_t partition;
    char *key, *value;
    size_t key_bytes, value_bytes;
    bool has_value;
    struct envelope envelope; /* deep */
};

struct world {
    struct route route, child;
    const char *group_by[4];
    struct addressee addressees[4];
    struct correlator_rules rules;
    struct correlator *correlator;
    int64_t offsets[16], now_ms;
    struct kept *kept; /* all that was committed */
    size_t count;
    struct kept *batch; /* of the last flush */
    size_t batch_count;
    int64_t positions[16];
    struct arena arena;
};

/* What a test says of a finding; 0 and NULL: the usual. */
struct say {
    const char *rule, *model, *version, *severity, *prompt, *run, *pipeline, *branch, *team,
        *target, *category;
    double confidence;
    int64_t started_ms, shard, shards, attempt;
    const char *url;
};

static inline char *world_copy(const void *bytes, size_t count)
{
    char *copy = malloc(count + 1);

    cr_assert(copy);
    if (count > 0)
        memcpy(copy, bytes, count);
    copy[count] = '\0';
    return copy;
}

static inline int world_record(void *self, const struct output *output, struct error *err)
{
    struct world *world = self;
    struct kept kept = {
        .topic = output->topic,
        .partition = output->partition,
        .key = world_copy(output->key, output->key_bytes),
        .key_bytes = output->key_bytes,
        .value = world_copy(output->value, output->value ? output->value_bytes : 0),
        .value_bytes = output->value_bytes,
        .has_value = output->value != NULL,
    };

    (void)err;
    for (size_t i = 0; output->envelope && i < output->envelope->count; i++) {
        const struct header *header = &output->envelope->headers[i];

        kept.envelope.headers[kept.envelope.count++] =
            (struct header){.name = world_copy(header->name, strlen(header->name)),
                            .value = world_copy(header->value, header->bytes),
                            .bytes = header->bytes};
    }
    world->batch = realloc(world->batch, (world->batch_count + 1) * sizeof(kept));
    world->batch[world->batch_count++] = kept;
    return 0;
}

static inline int world_position(void *self, int32_t partition, int64_t next, struct error *err)
{
    (void)err;
    ((struct world *)self)->positions[partition] = next;
    return 0;
}

static inline void kept_fini(struct kept *kept)
{
    free(kept->key);
    free(kept->value);
    for (size_t i = 0; i < kept->envelope.count; i++) {
        free((char *)(uintptr_t)kept->envelope.headers[i].name);
        free((char *)(uintptr_t)kept->envelope.headers[i].value);
    }
}

static inline void world_drop_batch(struct world *world)
{
    for (size_t i = 0; i < world->batch_count; i++)
        kept_fini(&world->batch[i]);
    world->batch_count = 0;
}

static inline struct correlator *world_correlator(struct world *world)
{
    struct correlator *correlator;
    struct error err = {0};

    cr_assert_eq(correlator_new(&world->rules, &correlator, &err), 0, "%s", err.text);
    return correlator;
}

static inline void world_live(struct world *world, struct correlator *correlator)
{
    struct error err = {0};
    int64_t next;

    for (int32_t i = 0; i < world->rules.partitions; i++)
        cr_assert_eq(correlator_restored(correlator, i, &next, &err), 0, "%s", err.text);
}

/* One receiver "team" with one integration that is told at a run's end, grouped by fingerprint. */
static inline void world_init_rules(struct world *world, int32_t partitions)
{
    memset(world, 0, sizeof(*world));
    arena_init(&world->arena);
    world->now_ms = NOW;
    world->group_by[0] = "fingerprint";
    world->route = (struct route){
        .receiver = "team",
        .group_by = world->group_by,
        .group_by_count = 1,
        .timing = {.group_wait_ms = 30000, .group_interval_ms = 300000, .repeat_interval_ms = DAY},
    };
    world->addressees[0] = (struct addressee){.integration = "team/slack/0",
                                              .receiver = "team",
                                              .flush = FLUSH_RUN_END,
                                              .max_wait_ms = HOUR,
                                              .shards = 1};
    world->rules = (struct correlator_rules){
        .route = &world->route,
        .addressees = world->addressees,
        .addressees_count = 1,
        .lifecycle = {.clean_runs = 1, .stale_after_ms = 30 * DAY},
        .dedupe_window_ms = 3 * DAY,
        .run_time_limit_ms = 6 * HOUR,
        .seen_ids_max = 1000000,
        .partitions = partitions,
        .notification_partitions = 3,
        .findings_topic = "tocsin.findings",
    };
}

static inline void world_start(struct world *world)
{
    world->correlator = world_correlator(world);
    world_live(world, world->correlator);
}

static inline void world_init(struct world *world, int32_t partitions)
{
    world_init_rules(world, partitions);
    world_start(world);
}

static inline void world_fini(struct world *world)
{
    world_drop_batch(world);
    for (size_t i = 0; i < world->count; i++)
        kept_fini(&world->kept[i]);
    free(world->batch);
    free(world->kept);
    correlator_free(world->correlator);
    arena_fini(&world->arena);
}

static inline void world_flush(struct world *world)
{
    struct output_sink sink = {.record = world_record, .position = world_position, .self = world};
    struct error err = {0};

    world_drop_batch(world);
    cr_assert_eq(correlator_flush(world->correlator, world->now_ms, &sink, &err), 0, "%s %s",
                 err.pointer, err.text);
}

/* Flushes and commits; what was written is in world->batch until the next flush, and kept. */
static inline void world_commit(struct world *world)
{
    world_flush(world);
    correlator_commit(world->correlator);
    world->kept =
        realloc(world->kept, (world->count + world->batch_count + 1) * sizeof(struct kept));
    for (size_t i = 0; i < world->batch_count; i++) {
        struct kept kept = world->batch[i];

        kept.key = world_copy(kept.key, kept.key_bytes);
        kept.value = world_copy(kept.value, kept.has_value ? kept.value_bytes : 0);
        kept.envelope.count = 0;
        world->kept[world->count++] = kept;
    }
}

static inline struct finding world_finding(const struct say *say)
{
    static int64_t number;
    static char prompts[64][32];
    char *prompt = prompts[number % 64];
    struct finding finding = {
        .time_ms = NOW - 1000,
        .rule = {.id = say->rule ? say->rule : "garak/probe.P/detector.D",
                 .title = "A rule",
                 .tool = "garak",
                 .probe = "probe.P",
                 .detector = "detector.D"},
        .model = {.name = say->model ? say->model : "helpbot", .version = say->version},
        .target = say->target ? say->target : "acme/helpbot",
        .category = say->category ? say->category : "",
        .severity = SEVERITY_HIGH,
        .confidence = say->confidence > 0 ? say->confidence : 0.5,
        .output = "an answer",
        .run = {.id = say->run ? say->run : "github:1",
                .attempt = say->attempt ? say->attempt : 1,
                .shard = say->shard ? say->shard : 1,
                .shards = say->shards ? say->shards : 1,
                .started_ms = say->started_ms ? say->started_ms : RUN_START,
                .provider = "github",
                .pipeline = say->pipeline ? say->pipeline : "redteam",
                .repository = "acme/helpbot",
                .branch = say->branch ? say->branch : "main",
                .team = say->team,
                .url = say->url},
    };

    for (int i = 0; say->severity && severity_names[i]; i++) {
        if (strcmp(severity_names[i], say->severity) == 0)
            finding.severity = i;
    }
    snprintf(prompt, sizeof(prompts[0]), "prompt %" PRId64, number++);
    finding.prompt = say->prompt ? say->prompt : prompt;
    return finding;
}

static inline void world_complete(struct world *world, struct finding *finding)
{
    char fingerprint[FINGERPRINT_BYTES], id[FINDING_ID_BYTES];

    finding_fingerprint(finding, fingerprint);
    finding_id(finding, fingerprint, id);
    finding->fingerprint = arena_strdup(&world->arena, fingerprint);
    finding->id = arena_strdup(&world->arena, id);
}

static inline enum reception world_arrive(struct world *world, struct arrival arrival)
{
    static const struct envelope none;
    struct error err = {0};
    enum reception reception;

    arrival.offset = world->offsets[arrival.partition]++;
    if (arrival.time_ms == 0)
        arrival.time_ms = world->now_ms;
    if (!arrival.envelope)
        arrival.envelope = &none;
    cr_assert_eq(correlator_accept(world->correlator, &arrival, world->now_ms, &reception, &err), 0,
                 "%s %s", err.pointer, err.text);
    return reception;
}

/* As a publisher sends it. */
static inline enum reception world_send(struct world *world, struct finding finding)
{
    struct error err = {0};
    struct envelope envelope;
    struct arrival arrival = {.envelope = &envelope};

    world_complete(world, &finding);
    arrival.value =
        record_encode(&finding_type, &finding, &world->arena, &arrival.value_bytes, &err);
    cr_assert(arrival.value, "%s %s", err.pointer, err.text);
    cr_assert_eq(envelope_of_finding(&finding, &world->arena, &envelope, &err), 0);
    arrival.key = finding.fingerprint;
    arrival.key_bytes = strlen(finding.fingerprint);
    arrival.partition = partition_of_key(arrival.key, arrival.key_bytes, world->rules.partitions);
    return world_arrive(world, arrival);
}

static inline enum reception world_say(struct world *world, struct say say)
{
    return world_send(world, world_finding(&say));
}

/* A row of a run's end. */
struct row {
    const char *rule;
    int64_t attempts, failures, withheld, published;
    const char *target, *category; /* NULL: the usual */
};
struct end {
    struct say say;
    const struct row *rows; /* ends with rule NULL; NULL: no coverage */
    int status;
    bool no_coverage; /* rows give `published` alone */
};

static inline struct run_end world_end(struct world *world, const struct end *end)
{
    struct run_end run_end = {.time_ms = NOW,
                              .run = world_finding(&end->say).run,
                              .status = end->status,
                              .has_coverage = !end->no_coverage};
    struct coverage *coverage = arena_array(&world->arena, ROWS_MAX, sizeof(*coverage));
    struct count *counts = arena_array(&world->arena, ROWS_MAX, sizeof(*counts));
    char id[FINDING_ID_BYTES];

    run_end_id(&run_end.run, id);
    run_end.id = arena_strdup(&world->arena, id);
    run_end.coverage.items = coverage;
    run_end.published.items = counts;
    for (const struct row *row = end->rows; row && row->rule; row++) {
        struct coverage one = {.rule = row->rule,
                               .model = end->say.model ? end->say.model : "helpbot",
                               .target = row->target ? row->target : "acme/helpbot",
                               .category = row->category ? row->category : "",
                               .attempts = row->attempts,
                               .failures = row->failures,
                               .withheld = row->withheld};
        char fingerprint[FINGERPRINT_BYTES];

        coverage_fingerprint(&one, &run_end.run, fingerprint);
        if (!end->no_coverage)
            coverage[run_end.coverage.count++] = one;
        if (row->published > 0)
            counts[run_end.published.count++] =
                (struct count){arena_strdup(&world->arena, fingerprint), row->published};
    }
    return run_end;
}

/* A copy to each partition. */
static inline void world_say_end(struct world *world, struct end end)
{
    struct run_end run_end = world_end(world, &end);
    struct error err = {0};
    struct envelope envelope;
    struct arrival arrival = {.envelope = &envelope, .key = run_end.run.id};

    arrival.key_bytes = strlen(arrival.key);
    arrival.value =
        record_encode(&run_end_type, &run_end, &world->arena, &arrival.value_bytes, &err);
    cr_assert(arrival.value, "%s %s", err.pointer, err.text);
    cr_assert_eq(envelope_of_run_end(&run_end, true, &world->arena, &envelope, &err), 0);
    for (int32_t i = 0; i < world->rules.partitions; i++) {
        arrival.partition = i;
        cr_assert_eq(world_arrive(world, arrival), RECEIVED_RUN_END);
    }
}

/* A copy to each partition; `copy` false: the one that is sent. */
static inline enum reception world_say_begin(struct world *world, struct say say, bool copy)
{
    struct run_begin begin = {.time_ms = NOW, .run = world_finding(&say).run};
    struct error err = {0};
    struct envelope envelope;
    struct arrival arrival = {.envelope = &envelope, .key = begin.run.id};
    enum reception reception = RECEIVED_DEAD;
    char id[FINDING_ID_BYTES];

    run_begin_id(&begin.run, id);
    begin.id = id;
    arrival.key_bytes = strlen(arrival.key);
    arrival.value =
        record_encode(&run_begin_type, &begin, &world->arena, &arrival.value_bytes, &err);
    cr_assert(arrival.value, "%s %s", err.pointer, err.text);
    cr_assert_eq(envelope_of_run_begin(&begin, copy, &world->arena, &envelope, &err), 0);
    for (int32_t i = 0; i < (copy ? world->rules.partitions : 1); i++) {
        arrival.partition = i;
        reception = world_arrive(world, arrival);
    }
    return reception;
}

static inline void world_tick(struct world *world, int64_t now_ms)
{
    struct error err = {0};

    world->now_ms = now_ms;
    cr_assert_eq(correlator_tick(world->correlator, now_ms, &err), 0, "%s", err.text);
}

/* The last committed value of a key, or NULL. */
static inline const struct kept *world_kept(const struct world *world, enum output_topic topic,
                                            const char *key)
{
    for (size_t i = world->count; i > 0; i--) {
        const struct kept *kept = &world->kept[i - 1];

        if (kept->topic == topic && strcmp(kept->key, key) == 0)
            return kept->has_value ? kept : NULL;
    }
    return NULL;
}

static inline const char *world_fingerprint(struct world *world, struct say say)
{
    struct finding finding = world_finding(&say);

    world_complete(world, &finding);
    return finding.fingerprint;
}

/* The committed alert of a rule. */
static inline struct alert world_alert(struct world *world, struct say say)
{
    const struct kept *kept = world_kept(world, OUTPUT_ALERTS, world_fingerprint(world, say));
    struct alert alert;
    struct error err = {0};

    cr_assert(kept, "no alert of %s", say.rule ? say.rule : "the usual rule");
    cr_assert_eq(
        record_decode(&alert_type, kept->value, kept->value_bytes, &world->arena, &alert, &err), 0,
        "%s %s", err.pointer, err.text);
    return alert;
}

/* The notifications of the last flush, decoded. */
static inline size_t world_notifications(struct world *world, struct notification ret[64])
{
    size_t count = 0;
    struct error err = {0};

    for (size_t i = 0; i < world->batch_count; i++) {
        if (world->batch[i].topic != OUTPUT_NOTIFICATIONS)
            continue;
        cr_assert_lt(count, 64);
        cr_assert_eq(record_decode(&notification_type, world->batch[i].value,
                                   world->batch[i].value_bytes, &world->arena, &ret[count++], &err),
                     0, "%s %s", err.pointer, err.text);
    }
    return count;
}

/* How many pictures with this news the last flush has; -1: of any. */
static inline size_t world_news(struct world *world, int news)
{
    struct notification notifications[64];
    size_t count = world_notifications(world, notifications), found = 0;

    for (size_t i = 0; i < count; i++)
        found += notifications[i].picture && (news < 0 || notifications[i].picture->news == news);
    return found;
}

static inline size_t world_parts(struct world *world)
{
    struct notification notifications[64];
    size_t count = world_notifications(world, notifications), found = 0;

    for (size_t i = 0; i < count; i++)
        found += notifications[i].part > 0;
    return found;
}

/* A correlator restored from all that was committed. */
static inline struct correlator *world_restored(struct world *world)
{
    struct correlator *correlator = world_correlator(world);
    struct error err = {0};

    for (size_t i = 0; i < world->count; i++) {
        const struct kept *kept = &world->kept[i];

        if (kept->topic != OUTPUT_ALERTS && kept->topic != OUTPUT_STATE)
            continue;
        cr_assert_eq(correlator_restore(correlator, kept->topic, kept->partition, kept->key,
                                        kept->key_bytes, kept->has_value ? kept->value : NULL,
                                        kept->value_bytes, &err),
                     0, "%s", err.text);
    }
    world_live(world, correlator);
    return correlator;
}

/* Ends the process and starts another on what was committed. */
static inline void world_restart(struct world *world)
{
    struct correlator *restored = world_restored(world);

    correlator_free(world->correlator);
    world->correlator = restored;
}

#endif
