/*
 * summary.c - see summary.h. One table of rows: name, and the function that writes its value.
 */
#include "consumer/channels/summary.h"

#include <inttypes.h>

#include "consumer/channels/buffer.h"
#include "consumer/channels/text.h"
#include "consumer/channels/url.h"
#include "consumer/channels/words.h"

#define VALUE_BYTES_MAX    4096 /* before it is cut to the caller's measure */
#define HEADLINE_BYTES_MAX 4096

static bool is_text(const char *text)
{
    return text && text[0] != '\0';
}

static const char *status_words(const struct run_summary *summary)
{
    static const char *const words[] = {
        [RUN_COMPLETE] = "RUN ENDED",
        [RUN_PARTIAL] = "RUN ENDED IN PART",
        [RUN_CRASHED] = "RUN CRASHED",
    };

    if (summary->lost)
        return "RUN LOST";
    return summary->status >= RUN_COMPLETE && summary->status <= RUN_CRASHED
               ? words[summary->status]
               : words[RUN_COMPLETE];
}

/* "redteam on main", "acme/helpbot", or the run's own name. */
static void add_place(const struct run *run, struct buffer *value)
{
    const char *name = is_text(run->pipeline)     ? run->pipeline
                       : is_text(run->repository) ? run->repository
                                                  : run->id;

    buffer_text(value, name ? name : "");
    if (is_text(run->branch))
        buffer_printf(value, " on %s", run->branch);
}

char *summary_headline(const struct run_summary *summary, size_t units_max, struct arena *arena)
{
    const struct run_counts *counts = &summary->counts;
    struct buffer line;

    buffer_init(&line, HEADLINE_BYTES_MAX, arena);
    buffer_printf(&line, "%s \u00B7 %" PRId64 " new, %" PRId64 " still open, %" PRId64 " resolved",
                  status_words(summary), severity_counts_sum(&counts->opened),
                  severity_counts_sum(&counts->still_open), severity_counts_sum(&counts->resolved));
    buffer_text(&line, " \u00B7 ");
    add_place(&summary->run, &line);
    return text_line(buffer_get(&line), units_max, arena);
}

/* "3: 1 critical, 2 high"; nothing where there is none. */
static void add_counts(const struct severity_counts *counts, struct buffer *value)
{
    int64_t sum = severity_counts_sum(counts);
    const char *separator = ": ";

    if (sum == 0)
        return;
    buffer_printf(value, "%" PRId64, sum);
    for (int severity = SEVERITY_CRITICAL; severity >= SEVERITY_INFO; severity--) {
        if (counts->of[severity] == 0)
            continue;
        buffer_printf(value, "%s%" PRId64 " %s", separator, counts->of[severity],
                      severity_names[severity]);
        separator = ", ";
    }
}

static void write_new(const struct run_summary *summary, struct buffer *value)
{
    add_counts(&summary->counts.opened, value);
}

static void write_open(const struct run_summary *summary, struct buffer *value)
{
    add_counts(&summary->counts.still_open, value);
}

static void write_resolved(const struct run_summary *summary, struct buffer *value)
{
    add_counts(&summary->counts.resolved, value);
}

static void write_trend(const struct run_summary *summary, struct buffer *value)
{
    int64_t now = run_counts_open(&summary->counts);

    buffer_printf(value, "%" PRId64 " open", now);
    if (!summary->before)
        return;
    int64_t more = now - run_counts_open(&summary->before->counts);
    if (more == 0)
        buffer_text(value, ", as many as after the run before");
    else
        buffer_printf(value, ", %" PRId64 " %s than after the run before", more > 0 ? more : -more,
                      more > 0 ? "more" : "fewer");
}

static void write_note(const struct run_summary *summary, struct buffer *value)
{
    if (summary->lost)
        buffer_text(value, "its end did not come in time: it resolves nothing");
    else if (summary->status != RUN_COMPLETE)
        buffer_text(value, "it did not try everything: it resolves nothing");
}

static void write_pipeline(const struct run_summary *summary, struct buffer *value)
{
    const struct run *run = &summary->run;

    if (is_text(run->repository) && is_text(run->pipeline))
        buffer_printf(value, "%s ", run->repository);
    add_place(run, value);
}

static void write_run(const struct run_summary *summary, struct buffer *value)
{
    const struct run *run = &summary->run;

    if (is_text(run->id))
        buffer_text(value, run->id);
    if (is_text(run->commit))
        buffer_printf(value, "%scommit %.12s", value->bytes > 0 ? ", " : "", run->commit);
}

static void write_team(const struct run_summary *summary, struct buffer *value)
{
    if (is_text(summary->run.team))
        buffer_text(value, summary->run.team);
}

static const struct {
    const char *name;
    void (*write)(const struct run_summary *summary, struct buffer *value);
} rows[] = {
    {"New", write_new},     {"Still open", write_open}, {"Resolved", write_resolved},
    {"Trend", write_trend}, {"Run", write_note},        {"Pipeline", write_pipeline},
    {"CI run", write_run},  {"Team", write_team},
};
#define ROWS_COUNT (sizeof rows / sizeof *rows)
_Static_assert(ROWS_COUNT + 1 <= FACTS_MAX, "every row has a place, and the time");

static int add_fact(struct facts *facts, const char *name, const char *value, size_t units_max,
                    struct arena *arena, struct error *err)
{
    char *line = text_line(value, units_max, arena);

    if (!line)
        return error_set(err, ERROR_MEMORY, "no memory for a run's summary");
    if (line[0] != '\0')
        facts->rows[facts->count++] = (struct fact){.name = name, .value = line};
    return 0;
}

int summary_facts(const struct message *message, size_t value_units_max, struct arena *arena,
                  struct facts *ret_facts, struct error *err)
{
    const struct run_summary *summary = message->summary;
    struct facts facts = {.count = 0};
    char time[WORDS_BYTES_MAX];

    for (size_t i = 0; i < ROWS_COUNT; i++) {
        struct buffer value;
        buffer_init(&value, VALUE_BYTES_MAX, arena);
        rows[i].write(summary, &value);
        if (add_fact(&facts, rows[i].name, buffer_get(&value), value_units_max, arena, err) != 0)
            return -1;
    }
    words_time_ago(summary->ended_ms, message->now_ms, time);
    if (add_fact(&facts, "Ended", time, value_units_max, arena, err) != 0)
        return -1;
    *ret_facts = facts;
    return 0;
}

void summary_links(const struct run_summary *summary, size_t bytes_max, struct arena *arena,
                   struct link_list *ret_links)
{
    const char *url = url_link(summary->run.url, bytes_max, arena);

    ret_links->count = 0;
    if (url)
        ret_links->links[ret_links->count++] = (struct link){"run", "CI run", url};
}

int summary_severity(const struct run_summary *summary)
{
    const struct severity_counts *by_weight[] = {&summary->counts.opened,
                                                 &summary->counts.still_open};

    for (size_t i = 0; i < 2; i++) {
        for (int severity = SEVERITY_CRITICAL; severity >= SEVERITY_INFO; severity--) {
            if (by_weight[i]->of[severity] > 0)
                return severity;
        }
    }
    return SEVERITY_INFO;
}

bool summary_is_clear(const struct run_summary *summary)
{
    return run_counts_open(&summary->counts) == 0;
}
