/*
 * tocsin.c - the public API: options by name, findings by value, over the same publisher as the
 * program's.
 *
 * Translates and nothing more: structs of the public header into records, errors into codes. Each
 * call has an arena of its own, so that calls may run side by side.
 */
#include "tocsin.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "producer/api_options.h"
#include "producer/publisher.h"

struct tocsin_publisher {
    struct api_options options; /* strings in the arena */
    struct sink *sink;
    struct scrub *scrub;
    struct publisher publisher;
    struct run_book book;
    struct arena arena; /* written by open only */
};

int tocsin_abi_version(void)
{
    return TOCSIN_ABI_VERSION;
}

const char *tocsin_version(void)
{
    return TOCSIN_VERSION;
}

static enum tocsin_error_code code_of(enum error_kind kind)
{
    switch (kind) {
    case ERROR_NONE:
        return TOCSIN_OK;
    case ERROR_INPUT:
    case ERROR_LIMIT:
        return TOCSIN_ERROR_INPUT;
    case ERROR_RETRIABLE:
        return TOCSIN_ERROR_AGAIN;
    default:
        return TOCSIN_ERROR_FAILED;
    }
}

/* Hands an error over to the caller; returns `rc`. */
static int tell(int rc, const struct error *err, struct tocsin_error *error)
{
    if (!error)
        return rc;
    memset(error, 0, sizeof(*error));
    if (rc == 0)
        return 0;
    error->code = code_of(err->kind);
    snprintf(error->text, sizeof(error->text), "%s%s%.*s", err->pointer, *err->pointer ? ": " : "",
             (int)(sizeof(error->text) - sizeof(err->pointer) - 3), err->text);
    return rc;
}

static int open_scrub(struct tocsin_publisher *publisher, const struct run *run, struct error *err)
{
    const struct api_options *api = &publisher->options;
    const struct secret_sources sources = {.environment = environ,
                                           .properties = api->kafka.properties,
                                           .properties_count = api->kafka.properties_count,
                                           .run = run};

    if (api->mask == API_MASK_NONE)
        return 0;
    if (scrub_new(api->mask == API_MASK_PERSONAL ? MASK_SECRETS | MASK_PERSONAL : MASK_SECRETS,
                  &sources, &publisher->scrub, err))
        return -1;
    publisher->publisher.scrub = publisher->scrub;
    return 0;
}

static int open_publisher(struct tocsin_publisher *publisher, const struct tocsin_pair *options,
                          size_t count, struct error *err)
{
    struct api_options *api = &publisher->options;
    struct run run;

    if (api_options_read(options, count, &publisher->arena, api, err) ||
        run_context(&api->run, run_environment, NULL, &publisher->arena, &run, err))
        return -1;
    run.started_ms = publisher_now_ms();
    if (!run.id)
        run.id = run_id_random(&publisher->arena);
    if (!run.id)
        return error_set(err, ERROR_MEMORY, "no memory for a run");
    publisher_init(&publisher->publisher, NULL, api->min_severity, api->min_confidence);
    if (open_scrub(publisher, &run, err) ||
        publisher_scrub_run(&publisher->publisher, &run, &publisher->arena, err) ||
        run_book_init(&publisher->book, &run, err) ||
        sink_kafka_new(&api->kafka, &publisher->sink, err))
        return -1;
    publisher->publisher.sink = publisher->sink;
    return 0;
}

static void free_publisher(struct tocsin_publisher *publisher)
{
    sink_free(publisher->sink);
    scrub_free(publisher->scrub);
    publisher_fini(&publisher->publisher);
    run_book_fini(&publisher->book);
    arena_fini(&publisher->arena);
    free(publisher);
}

int tocsin_publisher_open(const struct tocsin_pair *options, size_t count,
                          struct tocsin_publisher **ret, struct tocsin_error *error)
{
    struct tocsin_publisher *publisher = calloc(1, sizeof(*publisher));
    struct error err = {0};
    int rc;

    if (!publisher)
        return tell(error_set(&err, ERROR_MEMORY, "no memory for a publisher"), &err, error);
    arena_init(&publisher->arena);
    arena_init(&publisher->book.arena);
    rc = open_publisher(publisher, options, count, &err);
    if (rc)
        free_publisher(publisher);
    else
        *ret = publisher;
    return tell(rc, &err, error);
}

/* The caller's struct, which may be that of an older header. */
static int known_part(const struct tocsin_finding *given, struct tocsin_finding *ret_finding,
                      struct error *err)
{
    const size_t least = offsetof(struct tocsin_finding, time_ms) + sizeof(given->time_ms);

    if (!given || given->size < least)
        return error_set(err, ERROR_INPUT, "finding.size: expected sizeof(struct tocsin_finding)");
    memset(ret_finding, 0, sizeof(*ret_finding));
    memcpy(ret_finding, given, given->size < sizeof(*given) ? given->size : sizeof(*given));
    return 0;
}

static int labels_of(const struct tocsin_finding *given, struct arena *arena,
                     struct list *ret_labels, struct error *err)
{
    struct label *labels = arena_array(arena, given->labels_count + 1, sizeof(*labels));

    if (!labels)
        return error_set(err, ERROR_MEMORY, "no memory for labels");
    for (size_t i = 0; i < given->labels_count; i++)
        labels[i] = (struct label){given->labels[i].name, given->labels[i].value};
    *ret_labels = (struct list){.items = labels, .count = given->labels_count};
    return 0;
}

static int finding_of(const struct tocsin_publisher *publisher, const struct tocsin_finding *from,
                      struct arena *arena, struct finding *ret_finding, struct error *err)
{
    const struct api_options *api = &publisher->options;
    struct tocsin_finding given = {0};
    struct finding finding = {0};

    if (known_part(from, &given, err) || labels_of(&given, arena, &finding.labels, err))
        return -1;
    finding.time_ms = given.time_ms;
    finding.rule = (struct rule){.id = given.rule, .title = given.title, .tool = given.tool};
    finding.model.name = given.model ? given.model : api->model;
    finding.model.version = given.model_version ? given.model_version : api->model_version;
    finding.target = given.target ? given.target : api->target;
    finding.category = given.category;
    finding.severity = (int)given.severity;
    finding.confidence = given.confidence;
    finding.prompt = given.prompt;
    finding.output = given.output;
    finding.links = (struct links){.report = given.link_report,
                                   .artifact = given.link_artifact,
                                   .runbook = given.link_runbook};
    finding.run = publisher->book.run;
    if (!finding.rule.id || !finding.model.name)
        return error_set(err, ERROR_INPUT, "expected a rule and a model");
    if (finding.severity < SEVERITY_INFO || finding.severity > SEVERITY_CRITICAL)
        return error_set_at(err, ERROR_INPUT, "/severity", "expected one of enum tocsin_severity");
    *ret_finding = finding;
    return 0;
}

int tocsin_publisher_publish(struct tocsin_publisher *publisher,
                             const struct tocsin_finding *finding, struct tocsin_error *error)
{
    struct error err = {0};
    enum finding_fate fate;
    struct finding record;
    struct arena arena;
    int rc;

    arena_init(&arena);
    rc = finding_of(publisher, finding, &arena, &record, &err);
    if (rc == 0)
        rc = publisher_finding(&publisher->publisher, &publisher->book, &record, &arena, &fate,
                               &err);
    arena_fini(&arena);
    return tell(rc, &err, error);
}

/* A finding's document with our run and, where it has none, our model. */
static int publish_document(struct tocsin_publisher *publisher, json_t *document,
                            struct arena *arena, struct error *err)
{
    const struct api_options *api = &publisher->options;
    enum finding_fate fate;
    struct finding record;

    if (!json_is_object(document))
        return error_set(err, ERROR_INPUT, "expected a JSON object");
    if (json_object_set_new(document, "type", json_string(FINDING_TYPE)) ||
        json_object_set_new(document, "run",
                            record_encode_value(&run_type, &publisher->book.run, err)))
        return error_set(err, ERROR_MEMORY, "no memory for a finding");
    if (!json_object_get(document, "model") && api->model &&
        json_object_set_new(document, "model", json_pack("{s:s}", "name", api->model)))
        return error_set(err, ERROR_MEMORY, "no memory for a finding");
    if (record_decode_value(&finding_type, document, "", arena, &record, err))
        return -1;
    record.id = NULL; /* of another run */
    record.model.version = record.model.version ? record.model.version : api->model_version;
    record.target = record.target ? record.target : api->target;
    return publisher_finding(&publisher->publisher, &publisher->book, &record, arena, &fate, err);
}

int tocsin_publisher_publish_json(struct tocsin_publisher *publisher, const char *json,
                                  size_t bytes, struct tocsin_error *error)
{
    struct error err = {0};
    json_t *document = record_parse(json, bytes, &err);
    struct arena arena;
    int rc = -1;

    arena_init(&arena);
    if (document)
        rc = publish_document(publisher, document, &arena, &err);
    json_decref(document);
    arena_fini(&arena);
    return tell(rc, &err, error);
}

int tocsin_publisher_tried(struct tocsin_publisher *publisher, const char *rule, const char *model,
                           const char *target, const char *category, int64_t attempts,
                           int64_t failures, struct tocsin_error *error)
{
    const struct api_options *api = &publisher->options;
    const struct coverage coverage = {.rule = rule,
                                      .model = model ? model : api->model,
                                      .target = target ? target : api->target,
                                      .category = category ? category : "",
                                      .attempts = attempts,
                                      .failures = failures};
    struct error err = {0};

    if (!coverage.rule || !coverage.model || attempts < 0 || failures < 0 || failures > attempts)
        return tell(error_set(&err, ERROR_INPUT,
                              "expected a rule, a model and no more failures than attempts"),
                    &err, error);
    return tell(publisher_tried(&publisher->publisher, &publisher->book, &coverage, &err), &err,
                error);
}

int tocsin_publisher_flush(struct tocsin_publisher *publisher, struct tocsin_error *error)
{
    struct error err = {0};

    return tell(publisher->sink->ops->flush(publisher->sink, &err), &err, error);
}

void tocsin_publisher_counts(struct tocsin_publisher *publisher, struct tocsin_counts *ret_counts)
{
    struct publisher *inner = &publisher->publisher;
    struct sink_counts sink;

    publisher->sink->ops->counts(publisher->sink, &sink);
    pthread_mutex_lock(&inner->lock);
    *ret_counts = (struct tocsin_counts){.published = inner->counts.by[FATE_SENT],
                                         .withheld = inner->counts.by[FATE_WITHHELD],
                                         .repeated = inner->counts.by[FATE_REPEATED],
                                         .acknowledged = sink.acknowledged,
                                         .problems = publisher->book.problems};
    pthread_mutex_unlock(&inner->lock);
}

int tocsin_publisher_close(struct tocsin_publisher *publisher, enum tocsin_run_status status,
                           struct tocsin_error *error)
{
    struct error err = {0};
    struct arena arena;
    int rc;

    if (!publisher)
        return tell(0, &err, error);
    arena_init(&arena);
    run_book_status(&publisher->book, status == TOCSIN_RUN_COMPLETE  ? RUN_COMPLETE
                                      : status == TOCSIN_RUN_PARTIAL ? RUN_PARTIAL
                                                                     : RUN_CRASHED);
    rc = publisher_end_book(&publisher->publisher, &publisher->book, publisher_now_ms(), &arena,
                            &err);
    arena_fini(&arena);
    free_publisher(publisher);
    return tell(rc, &err, error);
}
