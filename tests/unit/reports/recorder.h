/*
 * recorder.h - a report from a string, and a sink that remembers what its reader told.
 */
#ifndef TOCSIN_TESTS_RECORDER_H
#define TOCSIN_TESTS_RECORDER_H

#include <criterion/criterion.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "producer/reports/report.h"

#define RECORDED_MAX 512

struct recorder {
    struct arena arena;
    struct run run; /* said last */
    size_t runs;
    struct finding findings[RECORDED_MAX];
    struct coverage coverage[RECORDED_MAX];
    struct measurement measured[RECORDED_MAX];
    struct run_end run_end;
    size_t findings_count, coverage_count, measurements, run_ends, ended;
    enum run_status status;
    size_t bad_line[RECORDED_MAX];
    struct error bad[RECORDED_MAX];
    size_t bad_count, repaired;
    const struct report_ops *format;
    struct report_defaults defaults;
};

static const struct run recorder_run = {.id = "ours",
                                        .attempt = 1,
                                        .shard = 1,
                                        .shards = 1,
                                        .started_ms = 1700000000000,
                                        .provider = "",
                                        .pipeline = "p",
                                        .repository = "acme/helpbot",
                                        .branch = "b"};

static inline const char *recorder_keep(struct recorder *recorder, const char *text)
{
    return arena_strdup(&recorder->arena, text);
}

static inline int recorder_on_run(void *ctx, const struct run *run, struct error *err)
{
    struct recorder *recorder = ctx;

    (void)err;
    recorder->runs++;
    recorder->run = *run;
    recorder->run.id = recorder_keep(recorder, run->id);
    recorder->run.tool_version = recorder_keep(recorder, run->tool_version);
    return 0;
}

static inline int recorder_on_finding(void *ctx, struct finding *finding, struct arena *arena,
                                      struct error *err)
{
    struct recorder *recorder = ctx;
    struct finding *kept = &recorder->findings[recorder->findings_count++];
    struct label *labels =
        arena_array(&recorder->arena, finding->labels.count + 1, sizeof(*labels));
    const struct label *from = finding->labels.items;

    (void)arena;
    (void)err;
    *kept = *finding;
    kept->rule.id = recorder_keep(recorder, finding->rule.id);
    kept->rule.title = recorder_keep(recorder, finding->rule.title);
    kept->model.name = recorder_keep(recorder, finding->model.name);
    kept->model.version = recorder_keep(recorder, finding->model.version);
    kept->category = recorder_keep(recorder, finding->category);
    kept->links.report = recorder_keep(recorder, finding->links.report);
    kept->links.runbook = recorder_keep(recorder, finding->links.runbook);
    kept->prompt = recorder_keep(recorder, finding->prompt);
    kept->output = recorder_keep(recorder, finding->output);
    kept->run.id = recorder_keep(recorder, finding->run.id);
    kept->run.job = recorder_keep(recorder, finding->run.job);
    for (size_t i = 0; i < finding->labels.count; i++)
        labels[i] = (struct label){recorder_keep(recorder, from[i].name),
                                   recorder_keep(recorder, from[i].value)};
    kept->labels.items = labels;
    return 0;
}

static inline int recorder_on_measurement(void *ctx, struct measurement *measurement,
                                          struct arena *arena, struct error *err)
{
    struct recorder *recorder = ctx;
    struct measurement *kept = &recorder->measured[recorder->measurements++];

    (void)arena;
    (void)err;
    *kept = *measurement;
    kept->model.name = recorder_keep(recorder, measurement->model.name);
    kept->benchmark = recorder_keep(recorder, measurement->benchmark);
    kept->metric = recorder_keep(recorder, measurement->metric);
    return 0;
}

static inline int recorder_on_coverage(void *ctx, const struct coverage *coverage,
                                       struct error *err)
{
    struct recorder *recorder = ctx;
    struct coverage *kept = &recorder->coverage[recorder->coverage_count++];

    (void)err;
    *kept = *coverage;
    kept->rule = recorder_keep(recorder, coverage->rule);
    kept->model = recorder_keep(recorder, coverage->model);
    kept->category = recorder_keep(recorder, coverage->category);
    return 0;
}

static inline int recorder_on_run_end(void *ctx, struct run_end *end, struct arena *arena,
                                      struct error *err)
{
    struct recorder *recorder = ctx;

    (void)arena;
    (void)err;
    recorder->run_ends++;
    recorder->run_end = *end;
    return 0;
}

static inline int recorder_on_ended(void *ctx, enum run_status status, struct error *err)
{
    struct recorder *recorder = ctx;

    (void)err;
    recorder->ended++;
    recorder->status = status;
    return 0;
}

static inline void recorder_on_bad(void *ctx, size_t line, const struct error *why)
{
    struct recorder *recorder = ctx;

    recorder->bad_line[recorder->bad_count] = line;
    recorder->bad[recorder->bad_count++] = *why;
}

static inline void recorder_on_repaired(void *ctx, size_t line, size_t places)
{
    struct recorder *recorder = ctx;

    (void)line;
    recorder->repaired += places;
}

static inline int recorder_file(const char *text, size_t bytes)
{
    int fd = memfd_create("report", MFD_CLOEXEC);

    cr_assert_neq(fd, -1);
    cr_assert_eq(write(fd, text, bytes), (ssize_t)bytes);
    cr_assert_eq(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static inline int recorder_read_bytes(struct recorder *recorder, const char *text, size_t bytes,
                                      struct error *err)
{
    const struct report_sink sink = {.ctx = recorder,
                                     .run = recorder_on_run,
                                     .finding = recorder_on_finding,
                                     .measurement = recorder_on_measurement,
                                     .coverage = recorder_on_coverage,
                                     .run_end = recorder_on_run_end,
                                     .ended = recorder_on_ended,
                                     .bad = recorder_on_bad,
                                     .repaired = recorder_on_repaired};
    int fd = recorder_file(text, bytes), rc;
    const struct report_input input = {.fd = fd, .format = recorder->format};

    if (!recorder->defaults.run)
        recorder->defaults.run = &recorder_run;
    rc = report_read(&input, &recorder->defaults, &sink, &recorder->format, err);
    close(fd);
    return rc;
}

static inline int recorder_read(struct recorder *recorder, const char *text, struct error *err)
{
    return recorder_read_bytes(recorder, text, strlen(text), err);
}

static inline const char *recorder_label(const struct finding *finding, const char *name)
{
    const struct label *labels = finding->labels.items;

    for (size_t i = 0; i < finding->labels.count; i++) {
        if (strcmp(labels[i].name, name) == 0)
            return labels[i].value;
    }
    return NULL;
}

#endif
