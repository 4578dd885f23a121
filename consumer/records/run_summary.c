/*
 * run_summary.c - the tables of a run's summary, and sums of its counts.
 */
#include "consumer/records/run_summary.h"

#include <string.h>

#define SEVERITY_FIELD(name_, severity_)                                                           \
    RECORD_FIELD(FIELD_INTEGER, name_, severity_counts, of[severity_], .max = RECORD_INTEGER_MAX,  \
                 .help = "Alerts of this severity")

static const struct field severity_counts_fields[] = {
    SEVERITY_FIELD("critical", SEVERITY_CRITICAL), SEVERITY_FIELD("high", SEVERITY_HIGH),
    SEVERITY_FIELD("medium", SEVERITY_MEDIUM),     SEVERITY_FIELD("low", SEVERITY_LOW),
    SEVERITY_FIELD("info", SEVERITY_INFO),         RECORD_FIELD_END,
};
static const struct record_type severity_counts_type = {
    .name = "severity_counts",
    .title = "Alerts by severity",
    .size = sizeof(struct severity_counts),
    .fields = severity_counts_fields,
};

static const struct field run_counts_fields[] = {
    RECORD_FIELD(FIELD_OBJECT, "new", run_counts, opened, .of = &severity_counts_type,
                 .help = "Opened or reopened by the run"),
    RECORD_FIELD(FIELD_OBJECT, "still_open", run_counts, still_open, .of = &severity_counts_type,
                 .help = "Known before, and open where the run looked"),
    RECORD_FIELD(FIELD_OBJECT, "resolved", run_counts, resolved, .of = &severity_counts_type,
                 .help = "Shown clean by the run"),
    RECORD_FIELD_END,
};
const struct record_type run_counts_type = {
    .name = "run_counts",
    .title = "What a run changed",
    .size = sizeof(struct run_counts),
    .fields = run_counts_fields,
};

static const struct field run_before_fields[] = {
    RECORD_FIELD(FIELD_STRING, "run", run_before, run, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS, .help = "The run before"),
    RECORD_FIELD(FIELD_TIME, "started", run_before, started_ms, .required = true,
                 .help = "When it started"),
    RECORD_FIELD(FIELD_OBJECT, "counts", run_before, counts, .of = &run_counts_type,
                 .help = "What it changed"),
    RECORD_FIELD_END,
};
static const struct record_type run_before_type = {
    .name = "run_before",
    .title = "The run before, of the same repository, pipeline and branch",
    .size = sizeof(struct run_before),
    .fields = run_before_fields,
};

static const struct field run_summary_fields[] = {
    RECORD_FIELD(FIELD_OBJECT, "run", run_summary, run, .required = true, .of = &run_type,
                 .help = "The run"),
    RECORD_FIELD(FIELD_ENUM, "status", run_summary, status, .names = run_status_names,
                 .help = "How it ended"),
    RECORD_FIELD(FIELD_BOOL, "lost", run_summary, lost,
                 .help = "It never said that it ended: its time was over"),
    RECORD_FIELD(FIELD_TIME, "ended", run_summary, ended_ms, .required = true,
                 .help = "When it ended here"),
    RECORD_FIELD(FIELD_OBJECT, "counts", run_summary, counts, .of = &run_counts_type,
                 .help = "Of the alerts that this receiver is told of"),
    RECORD_FIELD(FIELD_POINTER, "before", run_summary, before, .of = &run_before_type,
                 .help = "The run before, to see the trend"),
    RECORD_FIELD_END,
};
const struct record_type run_summary_type = {
    .name = "run_summary",
    .title = "A run's summary for one receiver",
    .size = sizeof(struct run_summary),
    .fields = run_summary_fields,
};

int64_t severity_counts_sum(const struct severity_counts *counts)
{
    int64_t sum = 0;

    for (size_t i = 0; i < SEVERITIES; i++)
        sum += counts->of[i];
    return sum;
}

static void add(struct severity_counts *counts, const struct severity_counts *more)
{
    for (size_t i = 0; i < SEVERITIES; i++)
        counts->of[i] += more->of[i];
}

void run_counts_add(struct run_counts *counts, const struct run_counts *more)
{
    add(&counts->opened, &more->opened);
    add(&counts->still_open, &more->still_open);
    add(&counts->resolved, &more->resolved);
}

bool run_counts_equal(const struct run_counts *left, const struct run_counts *right)
{
    return memcmp(left, right, sizeof(*left)) == 0; /* nothing but int64_t */
}

bool run_counts_news(const struct run_counts *counts)
{
    return severity_counts_sum(&counts->opened) > 0 || severity_counts_sum(&counts->resolved) > 0;
}

int64_t run_counts_open(const struct run_counts *counts)
{
    return severity_counts_sum(&counts->opened) + severity_counts_sum(&counts->still_open);
}
