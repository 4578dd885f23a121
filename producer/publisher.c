/*
 * publisher.c - one finding at a time: mask, cut, thresholds, identity, record.
 *
 * Secrets go before anything else, so that they are in no hash and no key. A finding
 * is remembered as sent before it is handed to the sink: when the sink fails, the program ends
 * anyway.
 */
#include "producer/publisher.h"

#include <string.h>
#include <time.h>

#include "producer/cut.h"
#include "producer/digest.h"

int64_t publisher_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void publisher_init(struct publisher *publisher, struct sink *sink, int min_severity,
                    double min_confidence)
{
    memset(publisher, 0, sizeof(*publisher));
    publisher->sink = sink;
    publisher->min_severity = min_severity;
    publisher->min_confidence = min_confidence;
    pthread_mutex_init(&publisher->lock, NULL);
}

void publisher_fini(struct publisher *publisher)
{
    sent_fini(&publisher->sent);
    pthread_mutex_destroy(&publisher->lock);
}

int publisher_next_report(struct publisher *publisher, struct error *err)
{
    int rc;

    pthread_mutex_lock(&publisher->lock);
    rc = sent_next_report(&publisher->sent, err);
    pthread_mutex_unlock(&publisher->lock);
    return rc;
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

/* What a reader of a report may leave out. */
static void fill(struct finding *finding)
{
    finding->rule.title = or_empty(finding->rule.title);
    finding->rule.tool = or_empty(finding->rule.tool);
    finding->rule.probe = or_empty(finding->rule.probe);
    finding->rule.detector = or_empty(finding->rule.detector);
    finding->category = or_empty(finding->category);
    finding->prompt = or_empty(finding->prompt);
    finding->output = or_empty(finding->output);
    if (!finding->target && *or_empty(finding->run.repository))
        finding->target = finding->run.repository;
    if (finding->time_ms == 0)
        finding->time_ms = publisher_now_ms();
}

/* Which occurrence it is, its id, and whether that was sent before. */
static int identify(struct publisher *publisher, struct finding *finding, struct arena *arena,
                    bool *ret_before, struct error *err)
{
    struct finding first = *finding;
    char id[FINDING_ID_BYTES];
    uint32_t occurrence;

    first.occurrence = 0;
    finding_id(&first, finding->fingerprint, id);
    if (finding->id) {
        if (sent_one(&publisher->sent, id, (uint32_t)finding->occurrence, ret_before, err))
            return -1;
    } else {
        if (sent_next(&publisher->sent, id, &occurrence, ret_before, err))
            return -1;
        finding->occurrence = occurrence;
    }
    if (finding->occurrence > 0)
        finding_id(finding, finding->fingerprint, id);
    finding->id = arena_strdup(arena, id);
    return finding->id ? 0 : error_set(err, ERROR_MEMORY, "no memory for a finding");
}

/* Decides what becomes of a complete finding, under the lock. */
static int decide(struct publisher *publisher, struct run_book *book, struct finding *finding,
                  struct arena *arena, enum finding_fate *ret_fate, struct error *err)
{
    bool sent_before = false;

    if (finding->severity < publisher->min_severity ||
        finding->confidence < publisher->min_confidence) {
        *ret_fate = FATE_WITHHELD;
        return book ? run_book_withheld(book, finding->fingerprint, err) : 0;
    }
    if (identify(publisher, finding, arena, &sent_before, err))
        return -1;
    *ret_fate = sent_before ? FATE_REPEATED : FATE_SENT;
    return 0;
}

static int send_finding(struct publisher *publisher, const struct finding *finding,
                        struct arena *arena, struct error *err)
{
    struct sink_record record = {.key = finding->fingerprint, .partition = SINK_BY_KEY};
    struct envelope envelope;

    record.value = record_encode(&finding_type, finding, arena, &record.value_bytes, err);
    if (!record.value || envelope_of_finding(finding, arena, &envelope, err))
        return -1;
    if (record.value_bytes > FINDING_RECORD_BYTES_MAX)
        return error_set(err, ERROR_INPUT,
                         "a record takes %zu bytes without its evidence's end, at most %d may be",
                         record.value_bytes, FINDING_RECORD_BYTES_MAX);
    record.envelope = &envelope;
    return publisher->sink->ops->send(publisher->sink, &record, err);
}

static int count(struct publisher *publisher, struct run_book *book, const struct finding *finding,
                 enum finding_fate fate, size_t masked, struct error *err)
{
    int rc = 0;

    pthread_mutex_lock(&publisher->lock);
    publisher->counts.by[fate]++;
    if (fate == FATE_SENT) {
        publisher->counts.masked += masked;
        publisher->counts.cut += finding->output_cut_bytes || finding->prompt_cut_bytes;
        rc = book ? run_book_published(book, finding->fingerprint, err) : 0;
    }
    pthread_mutex_unlock(&publisher->lock);
    return rc;
}

int publisher_scrub_run(struct publisher *publisher, struct run *run, struct arena *arena,
                        struct error *err)
{
    return scrub_record(publisher->scrub, &run_type, run, arena, NULL, err);
}

int publisher_tried(struct publisher *publisher, struct run_book *book,
                    const struct coverage *coverage, struct error *err)
{
    struct coverage masked = *coverage;
    struct arena arena;
    int rc;

    arena_init(&arena);
    rc = scrub_record(publisher->scrub, &coverage_type, &masked, &arena, NULL, err);
    if (rc == 0) {
        pthread_mutex_lock(&publisher->lock);
        rc = run_book_tried(book, &masked, err);
        pthread_mutex_unlock(&publisher->lock);
    }
    arena_fini(&arena);
    return rc;
}

int publisher_finding(struct publisher *publisher, struct run_book *book, struct finding *finding,
                      struct arena *arena, enum finding_fate *ret_fate, struct error *err)
{
    char fingerprint[FINGERPRINT_BYTES];
    enum finding_fate fate;
    size_t masked = 0;
    int rc;

    fill(finding);
    if (scrub_record(publisher->scrub, &finding_type, finding, arena, &masked, err) ||
        cut_finding(finding, arena, err))
        return -1;
    finding_fingerprint(finding, fingerprint);
    finding->fingerprint = arena_strdup(arena, fingerprint);
    if (!finding->fingerprint)
        return error_set(err, ERROR_MEMORY, "no memory for a finding");
    pthread_mutex_lock(&publisher->lock);
    rc = decide(publisher, book, finding, arena, &fate, err);
    pthread_mutex_unlock(&publisher->lock);
    if (rc || (fate == FATE_SENT && send_finding(publisher, finding, arena, err)) ||
        count(publisher, book, finding, fate, masked, err))
        return -1;
    *ret_fate = fate;
    return 0;
}

int publisher_measurement(struct publisher *publisher, struct measurement *measurement,
                          struct arena *arena, struct error *err)
{
    struct sink_record record = {.partition = SINK_BY_KEY};
    char series[SERIES_BYTES], id[FINDING_ID_BYTES];
    struct envelope envelope;

    if (scrub_record(publisher->scrub, &measurement_type, measurement, arena, NULL, err))
        return -1;
    if (!*or_empty(measurement->target))
        measurement->target = or_empty(measurement->run.repository);
    if (measurement->time_ms == 0)
        measurement->time_ms = publisher_now_ms();
    measurement_series(measurement, series);
    if (!measurement->id) {
        measurement_id(measurement, series, id);
        measurement->id = arena_strdup(arena, id);
        if (!measurement->id)
            return error_set(err, ERROR_MEMORY, "no memory for a measurement");
    }
    record.key = series;
    record.value = record_encode(&measurement_type, measurement, arena, &record.value_bytes, err);
    if (!record.value || envelope_of_measurement(measurement, arena, &envelope, err))
        return -1;
    record.envelope = &envelope;
    return publisher->sink->ops->send(publisher->sink, &record, err);
}

/* A copy to each partition. */
static int send_copies(struct publisher *publisher, struct sink_record *record, struct error *err)
{
    struct sink *sink = publisher->sink;
    int32_t partitions;

    if (sink->ops->partitions(sink, &partitions, err))
        return -1;
    for (record->partition = 0; record->partition < partitions; record->partition++) {
        if (sink->ops->send(sink, record, err))
            return -1;
    }
    return 0;
}

int publisher_run_begin(struct publisher *publisher, const struct run_begin *begin,
                        struct arena *arena, struct error *err)
{
    struct run_begin masked = *begin;
    struct sink_record record = {0};
    struct envelope envelope;

    if (scrub_record(publisher->scrub, &run_begin_type, &masked, arena, NULL, err))
        return -1;
    record.key = masked.run.id;
    record.value = record_encode(&run_begin_type, &masked, arena, &record.value_bytes, err);
    if (!record.value || envelope_of_run_begin(&masked, true, arena, &envelope, err))
        return -1;
    record.envelope = &envelope;
    return send_copies(publisher, &record, err);
}

int publisher_run_end(struct publisher *publisher, const struct run_end *end, struct arena *arena,
                      struct error *err)
{
    struct sink *sink = publisher->sink;
    struct run_end masked = *end;
    struct sink_record record = {0};
    struct envelope envelope;

    if (scrub_record(publisher->scrub, &run_end_type, &masked, arena, NULL, err))
        return -1;
    record.key = masked.run.id;
    record.value = record_encode(&run_end_type, &masked, arena, &record.value_bytes, err);
    if (!record.value || envelope_of_run_end(&masked, true, arena, &envelope, err))
        return -1;
    record.envelope = &envelope;
    return sink->ops->flush(sink, err) || send_copies(publisher, &record, err) ||
                   sink->ops->flush(sink, err)
               ? -1
               : 0;
}

int publisher_end_book(struct publisher *publisher, struct run_book *book, int64_t now_ms,
                       struct arena *arena, struct error *err)
{
    struct run_end end;
    int rc;

    pthread_mutex_lock(&publisher->lock);
    rc = run_book_end(book, now_ms, arena, &end, err);
    pthread_mutex_unlock(&publisher->lock);
    return rc ? rc : publisher_run_end(publisher, &end, arena, err);
}
