/*
 * fake_channel.h - a deliverer with a channel that records, a clock that is set, and a topic in
 * memory.
 *
 * The channel notes every message that it renders and does what its ctx says. The topic keeps what
 * was committed, so that a second deliverer can be restored from it at any point.
 */
#ifndef TOCSIN_TESTS_UNIT_DELIVER_FAKE_CHANNEL_H
#define TOCSIN_TESTS_UNIT_DELIVER_FAKE_CHANNEL_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/deliver/deliverer.h"
#include "consumer/records/dead_letter.h"
#include "consumer/records/delivery.h"
#include "consumer/records/run_state.h"

#define FAKE           __attribute__((unused)) /* not every test needs all of it */
#define FP_A           "v1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define FP_B           "v1:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define FP_C           "v1:cccccccccccccccccccccccccccccccc"
#define START_MS       1700000000000
#define FAKE_SAID_MAX  64
#define FAKE_TOPIC_MAX 32768

struct fake_ctx {
    int unrenderable; /* sizes below this are refused */
    size_t requests;  /* steps before DONE; 1 by default */
    bool skips;
    bool stores;       /* "ticket" with the last step */
    bool stores_first; /* "begun" with each request */
    int64_t later_ms;  /* in doubt: look again after this */
    bool settles;      /* its requests are made when the doubt is over */
};

/* What the channel rendered, most recent last. */
struct fake_said {
    char text[512]; /* "+fp" changed, " fp" context, e.g. "+a:opened b" */
    bool repeat, in_doubt, resolved;
    size_t omitted;
    int64_t attempt, version;
    enum render_size size;
    char stored[64];
    char storm[200];
};
static struct fake_said fake_said[FAKE_SAID_MAX];
static size_t fake_said_count;

static int fake_next(const void *ctx, const struct message *message, const struct stored *stored,
                     size_t step_number, const struct response *last, enum render_size size,
                     struct arena *arena, struct step *ret_step, struct error *err)
{
    const struct fake_ctx *fake = ctx;
    struct step step = {.kind = STEP_REQUEST};
    struct fake_said *said = &fake_said[fake_said_count];

    if ((int)size < fake->unrenderable)
        return error_set(err, ERROR_LIMIT, "does not fit");
    if (fake->skips) {
        ret_step->kind = STEP_SKIP;
        return 0;
    }
    if (message->in_doubt && fake->later_ms > 0) {
        ret_step->kind = STEP_LATER;
        ret_step->delay_ms = fake->later_ms;
        ret_step->why = "looks";
        return 0;
    }
    step.settles_doubt = fake->settles;
    if (step_number == (fake->requests ? fake->requests : 1)) {
        cr_assert_not_null(last);
        step.kind = STEP_DONE;
        if (fake->stores) {
            struct label *label = arena_alloc(arena, sizeof(*label));
            *label = (struct label){.name = "ticket", .value = arena_strdup(arena, last->body)};
            step.stored = label;
            step.stored_count = 1;
        }
        *ret_step = step;
        return 0;
    }
    cr_assert_lt(fake_said_count, (size_t)FAKE_SAID_MAX);
    *said = (struct fake_said){.repeat = message->repeat,
                               .in_doubt = message->in_doubt,
                               .resolved = message->resolved,
                               .omitted = message->omitted,
                               .attempt = message->attempt,
                               .version = message->version,
                               .size = size};
    snprintf(said->storm, sizeof(said->storm), "%s", message->storm ? message->storm : "");
    if (message->summary)
        snprintf(
            said->text, sizeof(said->text), "%s %lld/%lld/%lld of %lld", message->summary->run.id,
            (long long)severity_counts_sum(&message->summary->counts.opened),
            (long long)severity_counts_sum(&message->summary->counts.still_open),
            (long long)severity_counts_sum(&message->summary->counts.resolved),
            message->summary->before ? (long long)run_counts_open(&message->summary->before->counts)
                                     : -1);
    for (size_t i = 0; i < message->alerts_count; i++) {
        const struct message_alert *alert = &message->alerts[i];
        size_t bytes = strlen(said->text);
        if (bytes + 40 < sizeof(said->text))
            snprintf(said->text + bytes, sizeof(said->text) - bytes, "%s%s%c:%s%s", i ? " " : "",
                     alert->changed ? "+" : "", alert->picture->fingerprint[3],
                     news_names[alert->picture->news], alert->picture->sample ? "*" : "");
    }
    for (size_t i = 0; i < stored->count; i++)
        snprintf(said->stored, sizeof(said->stored), "%s=%s", stored->values[i].name,
                 stored->values[i].value);
    fake_said_count++;
    step.request = (struct request){.method = "POST",
                                    .url = "https://example.test/secret-path?token=abc",
                                    .body = "{}",
                                    .body_bytes = 2};
    if (fake->stores_first) {
        step.stored = arena_alloc(arena, sizeof(*step.stored));
        *(struct label *)step.stored = (struct label){.name = "begun", .value = "1"};
        step.stored_count = 1;
    }
    *ret_step = step;
    return 0;
}

static const struct channel_ops fake_channel = {
    .name = "fake", .ctx_size = sizeof(struct fake_ctx), .next = fake_next};
static const struct channel_ops fake_identity_channel = {.name = "fake_identity",
                                                         .ctx_size = sizeof(struct fake_ctx),
                                                         .has_identity = true,
                                                         .next = fake_next};

struct fake_topic_record {
    char *key, *value;
    size_t key_bytes, value_bytes;
};

struct fake_world {
    struct config config;
    struct integration integrations[3]; /* two of "team", one of "ops" */
    struct retry_tier tiers[2];
    struct fake_ctx ctx;
    struct deliverer *deliverer;
    const struct deliverer_ops *ops; /* NULL: fake_ops */
    struct moment now;
    uint64_t random;
    int64_t offset; /* of notifications */
    struct fake_topic_record deliveries[FAKE_TOPIC_MAX];
    size_t deliveries_count;
    struct fake_topic_record dead[FAKE_SAID_MAX];
    char dead_reason[FAKE_SAID_MAX][40];
    size_t dead_count;
    char wakeup_tiers[FAKE_SAID_MAX];
    struct fake_topic_record wakeups[FAKE_SAID_MAX];
    size_t wakeups_count;
    struct fake_topic_record relayed[FAKE_SAID_MAX]; /* notifications of its own */
    size_t relayed_count;
    int64_t committed_input;
    char say[1024];
    const struct batch *batch; /* staged */
    struct arena arena;
};

static uint64_t fake_random(void *self)
{
    return ((struct fake_world *)self)->random;
}

FAKE static void fake_say(void *self, enum say_level level, const char *text)
{
    struct fake_world *world = self;
    size_t bytes = strlen(world->say);

    (void)level;
    snprintf(world->say + bytes, sizeof(world->say) - bytes, "%s\n", text);
}

static const struct deliverer_ops fake_ops = {.random = fake_random, .say = fake_say};

FAKE static void fake_new_deliverer(struct fake_world *world)
{
    struct error err = {0};
    int64_t next, tiers[RETRY_TIERS_MAX];

    cr_assert_eq(deliverer_new(&world->config, world->ops ? world->ops : &fake_ops, world,
                               &world->deliverer, &err),
                 0);
    for (size_t i = 0; i < world->deliveries_count; i++) {
        const struct fake_topic_record *record = &world->deliveries[i];
        cr_assert_eq(deliverer_restore(world->deliverer, 0, record->key, record->key_bytes,
                                       record->value, record->value_bytes, &err),
                     0);
    }
    cr_assert_eq(deliverer_restored(world->deliverer, 0, world->now, &next, tiers, &err), 0, "%s",
                 err.text);
    cr_assert_eq(next, world->committed_input);
}

FAKE static struct fake_world *fake_world_new(void)
{
    struct fake_world *world = calloc(1, sizeof(*world));

    fake_said_count = 0;
    arena_init(&world->arena);
    world->now = (struct moment){.wall_ms = START_MS, .mono_ms = 5000};
    world->committed_input = -1;
    world->tiers[0] = (struct retry_tier){.name = "1m", .delay_ms = 60000};
    world->tiers[1] = (struct retry_tier){.name = "10m", .delay_ms = 600000};
    world->integrations[0] = (struct integration){
        .id = "team/fake/0",
        .receiver = "team",
        .ops = &fake_channel,
        .ctx = &world->ctx,
        .send_resolved = true,
        .concurrency = 4,
        .request_timeout_ms = 5000,
        .age_max_ms = 259200000,
        .backoff_min_ms = 1000,
        .backoff_max_ms = 600000,
        .retry_after_max_ms = 3600000,
        .breaker_failures = 5,
    };
    world->integrations[1] = world->integrations[0];
    world->integrations[1].id = "team/fake/1";
    world->integrations[2] = world->integrations[0];
    world->integrations[2].id = "ops/fake/0";
    world->integrations[2].receiver = "ops";
    cr_assert_eq(
        masking_init(&world->config.masking.masks, true, &(struct list){0}, &world->arena, NULL),
        0);
    world->config.integrations = world->integrations;
    world->config.integrations_count = 3;
    world->config.topics.notification_partitions = 1;
    world->config.topics.retry_tiers.items = world->tiers;
    world->config.topics.retry_tiers.count = 2;
    fake_new_deliverer(world);
    return world;
}

FAKE static void fake_records_free(struct fake_topic_record *records, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(records[i].key);
        free(records[i].value);
    }
}

/* For long stories in which what was committed is of no interest. */
FAKE static void fake_forget_written(struct fake_world *world)
{
    fake_records_free(world->deliveries, world->deliveries_count);
    fake_records_free(world->wakeups, world->wakeups_count);
    world->deliveries_count = world->wakeups_count = fake_said_count = 0;
}

FAKE static void fake_world_free(struct fake_world *world)
{
    deliverer_free(world->deliverer);
    fake_records_free(world->deliveries, world->deliveries_count);
    fake_records_free(world->dead, world->dead_count);
    fake_records_free(world->wakeups, world->wakeups_count);
    fake_records_free(world->relayed, world->relayed_count);
    masking_fini(&world->config.masking.masks);
    arena_fini(&world->arena);
    free(world);
}

FAKE static void fake_pass(struct fake_world *world, int64_t ms)
{
    world->now.wall_ms += ms;
    world->now.mono_ms += ms;
}

/* kill -9 and a new process. */
FAKE static void fake_crash(struct fake_world *world)
{
    deliverer_free(world->deliverer);
    world->batch = NULL;
    world->offset = world->committed_input < 0 ? 0 : world->committed_input;
    fake_new_deliverer(world);
}

/* notifications */

FAKE static struct notification fake_notification(struct fake_world *world, const char *fingerprint,
                                                  int64_t version, enum news news)
{
    struct picture *picture = arena_alloc(&world->arena, sizeof(*picture));
    struct sample *sample = arena_alloc(&world->arena, sizeof(*sample));

    *sample = (struct sample){.finding = "11111111-1111-1111-1111-111111111111",
                              .severity = SEVERITY_HIGH,
                              .confidence = 1,
                              .model_version = "1",
                              .prompt = "p",
                              .output = "o",
                              .run = "run-1",
                              .time_ms = START_MS};
    *picture = (struct picture){
        .fingerprint = fingerprint,
        .version = version,
        .status = news == NEWS_RESOLVED ? ALERT_RESOLVED : ALERT_OPEN,
        .resolved_reason = news == NEWS_RESOLVED ? RESOLVED_CLEAN : RESOLVED_NOT,
        .news = (int)news,
        .episode = 1,
        .rule = {.id = "r", .title = "t", .tool = "garak", .probe = "p", .detector = "d"},
        .model = "m",
        .target = "t",
        .category = "",
        .severity = SEVERITY_HIGH,
        .confidence = 1,
        .count = 1,
        .episode_count = 1,
        .first_seen_ms = START_MS,
        .last_seen_ms = START_MS,
        .opened_ms = START_MS,
        .sample = sample,
    };
    return (struct notification){
        .integration = "team/fake/0",
        .group = "0123456789abcdef0123456789abcdef",
        .group_key = "{}:{}",
        .timing = {.group_wait_ms = 30000,
                   .group_interval_ms = 300000,
                   .repeat_interval_ms = 86400000,
                   .max_wait_ms = 3600000},
        .flush = FLUSH_TIMERS,
        .time_ms = world->now.wall_ms,
        .picture = picture,
    };
}

FAKE static void fake_put_json(struct fake_world *world, const char *value, size_t bytes)
{
    struct error err = {0};
    struct delivered_record record = {.topic = "notifications",
                                      .partition = 0,
                                      .offset = world->offset++,
                                      .time_ms = world->now.wall_ms,
                                      .key = "k",
                                      .key_bytes = 1,
                                      .value = value,
                                      .value_bytes = bytes};

    cr_assert_eq(deliverer_notification(world->deliverer, &record, world->now, &err), 0, "%s",
                 err.text);
}

FAKE static void fake_put(struct fake_world *world, const struct notification *notification)
{
    struct error err = {0};
    size_t bytes;
    const char *json = record_encode(&notification_type, notification, &world->arena, &bytes, &err);

    cr_assert_not_null(json, "%s %s", err.pointer, err.text);
    fake_put_json(world, json, bytes);
}

FAKE static void fake_news(struct fake_world *world, const char *fingerprint, int64_t version,
                           enum news news)
{
    struct notification notification = fake_notification(world, fingerprint, version, news);

    fake_put(world, &notification);
}

FAKE static void fake_run_news(struct fake_world *world, const char *fingerprint, int64_t version,
                               enum news news, const char *run)
{
    struct notification notification = fake_notification(world, fingerprint, version, news);

    notification.flush = FLUSH_RUN_END;
    notification.run = run;
    fake_put(world, &notification);
}

FAKE static void fake_part(struct fake_world *world, const char *run, int64_t part, int64_t parts)
{
    struct notification notification = fake_notification(world, FP_A, 1, NEWS_OPENED);

    notification.picture = NULL;
    notification.group = "";
    notification.flush = FLUSH_RUN_END;
    notification.run = run;
    notification.part = part;
    notification.parts = parts;
    fake_put(world, &notification);
}

/* commits */

FAKE static void fake_keep(struct fake_topic_record *record, const struct batch_record *from)
{
    *record = (struct fake_topic_record){
        .key = strndup(from->key, from->key_bytes),
        .key_bytes = from->key_bytes,
        .value = from->value ? strndup(from->value, from->value_bytes) : NULL,
        .value_bytes = from->value_bytes};
}

FAKE static void fake_write(struct fake_world *world, const struct batch_record *record)
{
    if (record->topic == DELIVER_DELIVERIES) {
        cr_assert_lt(world->deliveries_count, (size_t)FAKE_TOPIC_MAX);
        fake_keep(&world->deliveries[world->deliveries_count++], record);
    } else if (record->topic == DELIVER_DEAD_LETTER) {
        const struct header *reason = envelope_find(record->envelope, DEAD_HEADER_REASON);
        cr_assert_lt(world->dead_count, (size_t)FAKE_SAID_MAX);
        snprintf(world->dead_reason[world->dead_count], sizeof(world->dead_reason[0]), "%.*s",
                 (int)reason->bytes, reason->value);
        fake_keep(&world->dead[world->dead_count++], record);
    } else if (record->topic == DELIVER_NOTIFICATIONS) {
        cr_assert_lt(world->relayed_count, (size_t)FAKE_SAID_MAX);
        fake_keep(&world->relayed[world->relayed_count++], record);
    } else {
        cr_assert_lt(world->wakeups_count, (size_t)FAKE_SAID_MAX);
        world->wakeup_tiers[world->wakeups_count] = (char)('0' + record->topic - DELIVER_RETRY);
        fake_keep(&world->wakeups[world->wakeups_count++], record);
    }
}

FAKE static bool fake_stage(struct fake_world *world)
{
    struct error err = {0};

    cr_assert_eq(deliverer_stage(world->deliverer, true, &world->batch, &err), 0, "%s", err.text);
    return world->batch != NULL;
}

FAKE static void fake_commit_staged(struct fake_world *world)
{
    const struct batch *batch = world->batch;

    cr_assert_not_null(batch);
    for (size_t i = 0; i < batch->count; i++)
        fake_write(world, &batch->records[i]);
    cr_assert_gt(batch->positions_count, (size_t)0, "no transaction without offsets");
    for (size_t i = 0; i < batch->positions_count; i++) {
        if (batch->positions[i].topic == 0)
            world->committed_input = batch->positions[i].next;
    }
    world->batch = NULL;
    deliverer_committed(world->deliverer);
}

FAKE static void fake_commit(struct fake_world *world)
{
    if (fake_stage(world))
        fake_commit_staged(world);
}

FAKE static void fake_abort(struct fake_world *world)
{
    struct error err = {0};

    world->batch = NULL;
    world->offset = world->committed_input < 0 ? 0 : world->committed_input;
    cr_assert_eq(deliverer_aborted(world->deliverer, world->now, &err), 0, "%s", err.text);
}

FAKE static void fake_tick(struct fake_world *world)
{
    struct error err = {0};

    cr_assert_eq(deliverer_tick(world->deliverer, world->now, &err), 0, "%s", err.text);
}

FAKE static struct flight *fake_start(struct fake_world *world)
{
    struct error err = {0};
    struct flight *flight;

    cr_assert_eq(deliverer_start(world->deliverer, world->now, &flight, &err), 0, "%s", err.text);
    return flight;
}

/* Commit, look, commit, and whatever may start now. */
FAKE static struct flight *fake_run(struct fake_world *world)
{
    fake_commit(world);
    fake_tick(world);
    fake_commit(world);
    return fake_start(world);
}

FAKE static void fake_respond(struct fake_world *world, struct flight *flight,
                              struct response response)
{
    struct error err = {0};

    if (response.body == NULL)
        response.body = "";
    response.body_bytes = strlen(response.body);
    if (response.content_type == NULL)
        response.content_type = "";
    cr_assert_not_null(flight);
    cr_assert_eq(deliverer_response(world->deliverer, flight, &response, world->now, &err), 0, "%s",
                 err.text);
}

#define FAKE_OK           ((struct response){.status = 200, .sent = true, .retry_after_ms = -1})
#define FAKE_STATUS(code) ((struct response){.status = (code), .sent = true, .retry_after_ms = -1})
#define FAKE_CUT                                                                                   \
    ((struct response){.status = 0, .sent = true, .transport_error = "cut", .retry_after_ms = -1})
#define FAKE_NO_CONNECTION                                                                         \
    ((struct response){.status = 0, .transport_error = "no", .retry_after_ms = -1})

FAKE static const struct fake_said *fake_last(void)
{
    static const struct fake_said nothing;

    return fake_said_count ? &fake_said[fake_said_count - 1] : &nothing;
}

/* The committed record of a key: the last one. NULL: none, or a tombstone. */
FAKE static const char *fake_record(const struct fake_world *world, const char *key)
{
    for (size_t i = world->deliveries_count; i > 0; i--) {
        if (strcmp(world->deliveries[i - 1].key, key) == 0)
            return world->deliveries[i - 1].value;
    }
    return NULL;
}

#define GROUP_KEY "team/fake/0|0123456789abcdef0123456789abcdef"

FAKE static struct group_state fake_group(struct fake_world *world)
{
    struct group_state state = {0};
    struct error err = {0};
    const char *json = fake_record(world, GROUP_KEY);

    cr_assert_not_null(json);
    cr_assert_eq(record_decode(&group_state_type, json, strlen(json), &world->arena, &state, &err),
                 0);
    return state;
}

FAKE static struct member fake_member(struct fake_world *world, const char *fingerprint)
{
    struct member member = {0};
    struct error err = {0};
    const char *key = arena_printf(&world->arena, "%s|%s", GROUP_KEY, fingerprint);
    const char *json = fake_record(world, key);

    cr_assert_not_null(json);
    cr_assert_eq(record_decode(&member_type, json, strlen(json), &world->arena, &member, &err), 0);
    return member;
}

/* A notification that deliver wrote itself. */
FAKE static struct notification fake_relayed(struct fake_world *world, size_t index)
{
    struct notification notification = {0};
    struct error err = {0};

    cr_assert_lt(index, world->relayed_count);
    cr_assert_eq(record_decode(&notification_type, world->relayed[index].value,
                               world->relayed[index].value_bytes, &world->arena, &notification,
                               &err),
                 0, "%s %s", err.pointer, err.text);
    return notification;
}

/* Everything that it wrote itself comes back to it, as if it owned all partitions. */
FAKE static void fake_take_relayed(struct fake_world *world)
{
    for (size_t i = 0; i < world->relayed_count; i++)
        fake_put_json(world, world->relayed[i].value, world->relayed[i].value_bytes);
    fake_records_free(world->relayed, world->relayed_count);
    world->relayed_count = 0;
}

#endif
