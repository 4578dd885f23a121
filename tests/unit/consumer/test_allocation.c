/*
 * test_allocation.c - memory runs out at the first, second, … allocation of a piece of work: it
 * ends with an error or with the right answer, and leaves nothing behind.
 *
 * The program is linked so that our own units' malloc and its kin come here first, and jansson's
 * are told to. What libraries allocate by themselves (librdkafka aborts) never fails.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/channels/channel.h"
#include "consumer/config/config.h"
#include "consumer/correlate/correlator.h"
#include "consumer/route/matcher.h"
#include "producer/mask.h"

#define ALLOCATIONS_MAX 20000 /* of one piece of work */
#define NOW_MS          INT64_C(1795421040000)

static bool counting;
static long countdown;

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *memory, size_t bytes);
void *__real_reallocarray(void *memory, size_t count, size_t bytes);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t bytes);
void *__real_arena_alloc(struct arena *arena, size_t bytes);
void *__real_arena_array(struct arena *arena, size_t count, size_t size);
char *__real_arena_strdup(struct arena *arena, const char *text);
char *__real_arena_strndup(struct arena *arena, const char *text, size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *memory, size_t bytes);
void *__wrap_reallocarray(void *memory, size_t count, size_t bytes);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t bytes);
void *__wrap_arena_alloc(struct arena *arena, size_t bytes);
void *__wrap_arena_array(struct arena *arena, size_t count, size_t size);
char *__wrap_arena_strdup(struct arena *arena, const char *text);
char *__wrap_arena_strndup(struct arena *arena, const char *text, size_t bytes);

/* One allocation fails, those after it do not: what is built half is seen. */
static bool fails(void)
{
    return counting && countdown-- == 0;
}

void *__wrap_malloc(size_t bytes)
{
    return fails() ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t count, size_t bytes)
{
    return fails() ? NULL : __real_calloc(count, bytes);
}

void *__wrap_realloc(void *memory, size_t bytes)
{
    return fails() ? NULL : __real_realloc(memory, bytes);
}

void *__wrap_reallocarray(void *memory, size_t count, size_t bytes)
{
    return fails() ? NULL : __real_reallocarray(memory, count, bytes);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t bytes)
{
    return fails() ? NULL : __real_strndup(text, bytes);
}

void *__wrap_arena_alloc(struct arena *arena, size_t bytes)
{
    return fails() ? NULL : __real_arena_alloc(arena, bytes);
}

void *__wrap_arena_array(struct arena *arena, size_t count, size_t size)
{
    return fails() ? NULL : __real_arena_array(arena, count, size);
}

char *__wrap_arena_strdup(struct arena *arena, const char *text)
{
    return text && fails() ? NULL : __real_arena_strdup(arena, text);
}

char *__wrap_arena_strndup(struct arena *arena, const char *text, size_t bytes)
{
    return text && fails() ? NULL : __real_arena_strndup(arena, text, bytes);
}

static const char finding_json[] =
    "{\"type\": \"tocsin.finding.v1\", \"rule\": {\"id\": \"garak/p.P/d.D\", \"title\": \"P\"},"
    " \"model\": {\"name\": \"helpbot\", \"version\": \"2\"}, \"target\": \"acme/helpbot\","
    " \"severity\": \"high\", \"confidence\": 0.5, \"prompt\": \"say it\", \"output\": \"it\","
    " \"labels\": {\"owasp_llm_2025\": \"llm01\"}, \"links\": {\"report\": "
    "\"https://ci.example/r\"},"
    " \"run\": {\"id\": \"github:1\", \"started\": \"2026-11-20T02:00:13Z\","
    " \"repository\": \"acme/helpbot\"}}";

static const char configuration[] =
    "kafka: {bootstrap.servers: nowhere}\n"
    "global: {slack_api_url: 'https://hooks.example/slack'}\n"
    "route:\n"
    "  receiver: all\n"
    "  group_by: [alertname, model]\n"
    "  routes: [{receiver: all, matchers: ['severity>=high', 'team=~\"a|b\"'], continue: true}]\n"
    "inhibit_rules: [{source_matchers: [severity=critical], target_matchers: [severity<high]}]\n"
    "owners: [{matchers: [model=helpbot], team: search, owner: ada}]\n"
    "receivers:\n"
    "  - name: all\n"
    "    slack_configs: [{}]\n"
    "    pagerduty_configs: [{routing_key: 0123456789abcdef0123456789abcdef}]\n"
    "    opsgenie_configs: [{api_key: 01234567-89ab-cdef-0123-456789abcdef}]\n"
    "    webhook_configs: [{url: 'https://hook.example/x', headers: {X-Team: ours}}]\n"
    "    console_configs: [{}]\n";

/* A piece of work: 0 with the right answer, -1 with an error. */
typedef int work(struct error *err);

/* Makes allocation n fail for n = 0, 1, … until there are no more; returns how many there were. */
static long try_all(work *piece)
{
    for (long n = 0; n < ALLOCATIONS_MAX; n++) {
        struct error err = {0};

        countdown = n;
        counting = true;
        int rc = piece(&err);
        counting = false;
        bool ran_out = countdown < 0;
        cr_assert(rc == 0 || ran_out, "without a failed allocation: %s", err.text);
        cr_assert(rc == 0 || err.kind == ERROR_MEMORY, "allocation %ld: kind %d: %s", n, err.kind,
                  err.text);
        if (!ran_out)
            return n;
    }
    cr_assert_fail("more than %d allocations", ALLOCATIONS_MAX);
    return 0;
}

static int record_there_and_back(struct error *err)
{
    struct arena arena;
    struct finding finding;
    size_t bytes;
    char *json = NULL;

    arena_init(&arena);
    if (finding_decode(finding_json, strlen(finding_json), 1, &arena, &finding, err) == 0)
        json = record_encode(&finding_type, &finding, &arena, &bytes, err);
    if (json)
        cr_assert_str_eq(finding.model.name, "helpbot");
    arena_fini(&arena);
    return json ? 0 : -1;
}

Test(allocation, record)
{
    cr_assert_gt(try_all(record_there_and_back), 5);
}

static int load_configuration(struct error *err)
{
    struct config *config = NULL;
    int rc = config_parse("t.yaml", configuration, strlen(configuration), &config, err);

    if (rc == 0)
        cr_assert_eq(config->integrations_count, 5);
    config_free(config);
    return rc;
}

Test(allocation, configuration)
{
    cr_assert_gt(try_all(load_configuration), 20);
}

static int parse_matchers(struct error *err)
{
    struct matcher *list[MATCHER_LIST_MAX];
    size_t count = 0;
    int rc = matcher_parse_list("{severity>=high,\"größe\"=~\"1|2\",team!=x}", list, &count, err);

    for (size_t i = 0; rc == 0 && i < count; i++)
        matcher_free(list[i]);
    return rc;
}

Test(allocation, matchers)
{
    cr_assert_gt(try_all(parse_matchers), 3);
}

static int hide(struct error *err)
{
    static const struct mask_options options = {.kinds = MASK_SECRETS | MASK_PERSONAL};
    struct mask *mask = NULL;
    struct arena arena;
    int rc = mask_new(&options, &mask, err);

    arena_init(&arena);
    if (rc == 0) {
        const char *masked = mask_text(mask, "write to ada@example.org", &arena, NULL);
        if (masked)
            cr_assert_null(strstr(masked, "ada@"));
        else
            rc = error_set(err, ERROR_MEMORY, "out of memory");
    }
    arena_fini(&arena);
    mask_free(mask);
    return rc;
}

Test(allocation, mask)
{
    cr_assert_gt(try_all(hide), 1);
}

static struct config *config;

static int render(struct error *err)
{
    const struct stored stored = {.count = 0};
    struct label labels[] = {{"alertname", "garak/p.P/d.D"}};
    struct sample sample = {.finding = "5f5c9c1e-7a0f-5e0a-9d3b-0123456789ab",
                            .prompt = "say `it`",
                            .output = "<it>",
                            .time_ms = NOW_MS};
    const struct picture picture = {.fingerprint = "v1:0123456789abcdef0123456789abcdef",
                                    .version = 7,
                                    .episode = 1,
                                    .model = "helpbot",
                                    .rule = {.id = "garak/p.P/d.D", .title = "P"},
                                    .severity = SEVERITY_HIGH,
                                    .count = 3,
                                    .opened_ms = NOW_MS,
                                    .labels = {labels, 1},
                                    .sample = &sample};
    const struct message_alert alert = {.picture = &picture, .changed = true};
    const struct message message = {.integration = "all/x/0",
                                    .receiver = "all",
                                    .group = "00",
                                    .group_key = "{}:{}",
                                    .alerts = &alert,
                                    .alerts_count = 1,
                                    .version = 7,
                                    .now_ms = NOW_MS,
                                    .attempt = 1};
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < config->integrations_count; i++) {
        const struct integration *integration = &config->integrations[i];
        struct step step = {.kind = STEP_SKIP};
        struct arena arena;
        arena_init(&arena);
        rc = integration->ops->next(integration->ctx, &message, &stored, 0, NULL, RENDER_FULL,
                                    &arena, &step, err);
        if (rc == 0)
            cr_assert(step.request.body_bytes > 0, "%s says nothing", integration->ops->name);
        arena_fini(&arena);
    }
    return rc;
}

Test(allocation, channels)
{
    struct error err = {0};

    cr_assert_eq(config_parse("t.yaml", configuration, strlen(configuration), &config, &err), 0,
                 "%s", err.text);
    cr_assert_gt(try_all(render), 20);
    config_free(config);
}

static size_t records_written;

static int take_record(void *self, const struct output *output, struct error *err)
{
    (void)self;
    (void)output;
    (void)err;
    records_written++;
    return 0;
}

static int take_position(void *self, int32_t partition, int64_t next, struct error *err)
{
    (void)self;
    (void)partition;
    (void)next;
    (void)err;
    return 0;
}

/* A finding is accepted and written; after a failure the batch is rolled back and it goes again. */
static int correlate_one(struct correlator *correlator, const struct finding *finding,
                         struct error *err)
{
    static const struct envelope none;
    const struct output_sink sink = {.record = take_record, .position = take_position};
    const struct arrival arrival = {.time_ms = NOW_MS,
                                    .key = finding->fingerprint,
                                    .key_bytes = strlen(finding->fingerprint),
                                    .value = finding_json,
                                    .value_bytes = strlen(finding_json),
                                    .envelope = &none};
    enum reception reception;

    if (correlator_accept(correlator, &arrival, NOW_MS, &reception, err) != 0 ||
        correlator_flush(correlator, NOW_MS, &sink, err) != 0) {
        correlator_rollback(correlator);
        return -1;
    }
    correlator_commit(correlator);
    return reception == RECEIVED_NEWS || reception == RECEIVED_DUPLICATE ? 0 : -1;
}

static int correlate(struct error *err)
{
    static const char *const by[] = {"fingerprint"};
    static const struct route route = {
        .receiver = "team", .group_by = (const char **)(uintptr_t)by, .group_by_count = 1};
    static const struct addressee addressee = {
        .integration = "team/slack/0", .receiver = "team", .shards = 1};
    const struct correlator_rules rules = {.route = &route,
                                           .addressees = &addressee,
                                           .addressees_count = 1,
                                           .lifecycle = {.clean_runs = 1},
                                           .dedupe_window_ms = 1000,
                                           .run_time_limit_ms = 1000,
                                           .seen_ids_max = 1000,
                                           .partitions = 1,
                                           .notification_partitions = 1,
                                           .findings_topic = "f"};
    struct correlator *correlator = NULL;
    struct arena arena;
    struct finding finding;
    int64_t next;

    arena_init(&arena);
    records_written = 0;
    int rc = correlator_new(&rules, &correlator, err);
    if (rc == 0)
        rc = correlator_restored(correlator, 0, &next, err);
    if (rc == 0)
        rc = finding_decode(finding_json, strlen(finding_json), 1, &arena, &finding, err);
    if (rc == 0 && correlate_one(correlator, &finding, err) != 0) {
        struct error second = {0};
        cr_assert_eq(correlate_one(correlator, &finding, &second), 0, "after a rollback: %s",
                     second.text);
        rc = -1;
    }
    if (rc == 0)
        cr_assert_gt(records_written, 2);
    correlator_free(correlator);
    arena_fini(&arena);
    return rc;
}

Test(allocation, correlator)
{
    cr_assert_gt(try_all(correlate), 50);
}
