/*
 * fuzz_report - any bytes as a report of any format: read, or refused in words; every finding and
 * measurement that comes out becomes a record that tocsind takes.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "producer/publisher.h"
#include "producer/reports/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct run ours = {.id = "ours",
                                .attempt = 1,
                                .shard = 1,
                                .shards = 1,
                                .started_ms = 1700000000000,
                                .provider = "",
                                .pipeline = "p",
                                .repository = "acme/helpbot",
                                .branch = "b"};

static struct publisher publisher;
static bool is_run_said;
static char run_id[4 * NAME_MAX_CHARS + 1]; /* as the report says it */

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* A record on its way to the topic, read as tocsind reads it. */
static int take(struct sink *sink, const struct sink_record *record, struct error *err)
{
    struct arena arena;
    struct finding finding;
    struct measurement measurement;
    const char *type = strstr(record->value, "\"tocsin.");

    (void)sink;
    arena_init(&arena);
    must(type != NULL);
    if (strncmp(type + 1, FINDING_TYPE, strlen(FINDING_TYPE)) == 0)
        must(finding_decode(record->value, record->value_bytes, 1, &arena, &finding, err) == 0);
    else
        must(record_decode(&measurement_type, record->value, record->value_bytes, &arena,
                           &measurement, err) == 0);
    arena_fini(&arena);
    return 0;
}

static const struct sink_ops take_ops = {.name = "take", .send = take};
static struct sink sink_of_records = {.ops = &take_ops};

static int only_bad(int rc, const struct error *err)
{
    must(rc == 0 || err->kind == ERROR_INPUT || err->kind == ERROR_LIMIT);
    return rc;
}

static int on_run(void *ctx, const struct run *run, struct error *err)
{
    (void)ctx;
    (void)err;
    must(!run->id || strlen(run->id) < sizeof(run_id));
    strcpy(run_id, run->id ? run->id : "");
    is_run_said = true;
    return 0;
}

/* A record of the run that was said last. */
static void complete(struct run *run)
{
    if (run->id)
        return;
    *run = ours;
    if (*run_id)
        run->id = run_id;
}

static int on_finding(void *ctx, struct finding *finding, struct arena *arena, struct error *err)
{
    enum finding_fate fate;

    (void)ctx;
    must(is_run_said);
    complete(&finding->run);
    return only_bad(publisher_finding(&publisher, NULL, finding, arena, &fate, err), err);
}

static int on_measurement(void *ctx, struct measurement *measurement, struct arena *arena,
                          struct error *err)
{
    (void)ctx;
    must(is_run_said);
    complete(&measurement->run);
    return only_bad(publisher_measurement(&publisher, measurement, arena, err), err);
}

static int on_coverage(void *ctx, const struct coverage *coverage, struct error *err)
{
    (void)ctx;
    (void)err;
    must(is_run_said && coverage->rule && coverage->model && coverage->attempts >= 0);
    must(coverage->failures >= 0);
    return 0;
}

static int on_run_end(void *ctx, struct run_end *end, struct arena *arena, struct error *err)
{
    (void)ctx;
    (void)end;
    (void)arena;
    (void)err;
    return 0;
}

static int on_ended(void *ctx, enum run_status status, struct error *err)
{
    (void)ctx;
    (void)err;
    must(is_run_said && status <= RUN_CRASHED);
    return 0;
}

static void on_bad(void *ctx, size_t line, const struct error *why)
{
    (void)ctx;
    must(line > 0 && error_is_set(why));
}

static void on_repaired(void *ctx, size_t line, size_t places)
{
    (void)ctx;
    must(line > 0 && places > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct report_sink sink = {.run = on_run,
                                            .finding = on_finding,
                                            .measurement = on_measurement,
                                            .coverage = on_coverage,
                                            .run_end = on_run_end,
                                            .ended = on_ended,
                                            .bad = on_bad,
                                            .repaired = on_repaired};
    const struct report_defaults defaults = {.run = &ours, .model.name = "helpbot"};
    const struct report_input input = {.fd = memfd_create("report", MFD_CLOEXEC)};
    struct error err = {0};

    must(input.fd != -1 && write(input.fd, data, size) == (ssize_t)size &&
         lseek(input.fd, 0, SEEK_SET) == 0);
    publisher_init(&publisher, &sink_of_records, SEVERITY_INFO, 0);
    is_run_said = false;
    if (report_read(&input, &defaults, &sink, NULL, &err) != 0)
        must(err.kind == ERROR_INPUT || err.kind == ERROR_LIMIT);
    publisher_fini(&publisher);
    close(input.fd);
    return 0;
}
