/*
 * report.c - the table of formats, and which of them a report is of.
 *
 * The first bytes are tried against what is no JSON, then sketches of the head's lines, then one of
 * the whole document, against each format in the table's order. A report of which nothing could be
 * used is an error.
 */
#include "producer/reports/report.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "producer/reports/agentdojo.h"
#include "producer/reports/avid.h"
#include "producer/reports/deepeval.h"
#include "producer/reports/deepteam.h"
#include "producer/reports/fairness.h"
#include "producer/reports/garak.h"
#include "producer/reports/giskard.h"
#include "producer/reports/helm.h"
#include "producer/reports/inspect.h"
#include "producer/reports/junit.h"
#include "producer/reports/lm_eval.h"
#include "producer/reports/ocsf.h"
#include "producer/reports/openai_evals.h"
#include "producer/reports/promptfoo.h"
#include "producer/reports/pyrit.h"
#include "producer/reports/reading.h"
#include "producer/reports/sarif.h"
#include "producer/reports/sketch.h"
#include "producer/reports/tocsin_lines.h"

/* clang-format off */
const struct report_ops *const report_formats[] = {
    &report_tocsin_lines,
    &report_garak,
    &report_garak_hitlog,
    &report_promptfoo,
    &report_promptfoo_lines,
    &report_inspect,
    &report_inspect_eval,
    &report_lm_eval,
    &report_lm_eval_samples,
    &report_pyrit,
    &report_pyrit_lines,
    &report_pyrit_conversations,
    &report_deepteam,
    &report_deepeval,
    &report_openai_evals,
    &report_helm,
    &report_sarif,
    &report_junit,
    &report_agentdojo,
    &report_giskard,
    &report_avid_lines,
    &report_avid,
    &report_ocsf_lines,
    &report_ocsf,
    &report_aif360_lines,
    &report_aif360,
    &report_fairlearn,
    NULL,
};
/* clang-format on */

const struct report_ops *report_format(const char *name)
{
    for (size_t i = 0; report_formats[i]; i++) {
        if (strcmp(report_formats[i]->name, name) == 0)
            return report_formats[i];
    }
    return NULL;
}

void report_names(char text[REPORT_NAMES_BYTES_MAX])
{
    size_t at = 0;

    *text = '\0';
    for (size_t i = 0; report_formats[i] && at < REPORT_NAMES_BYTES_MAX; i++)
        at += (size_t)snprintf(text + at, REPORT_NAMES_BYTES_MAX - at, "%s%s", i ? ", " : "",
                               report_formats[i]->name);
}

void report_help(FILE *file)
{
    fprintf(file, "\nReports, recognised by their content:\n");
    for (size_t i = 0; report_formats[i]; i++)
        fprintf(file, "  %-20s %s\n", report_formats[i]->name, report_formats[i]->help);
    fprintf(
        file,
        "\nA report of lines (JSON Lines) needs the memory of its longest line. One that is a\n"
        "document has at most %zu MiB, and needs its own size and about fifteen times its longest\n"
        "record (a test, a sample, a result) of at most %zu MiB.\n",
        REPORT_DOCUMENT_BYTES_MAX >> 20, REPORT_LINE_BYTES_MAX >> 20);
}

/* The first row of one shape or another that takes the sketch. */
static const struct report_ops *recognised(const json_t *sketch, bool is_line)
{
    for (size_t i = 0; report_formats[i]; i++) {
        const struct report_ops *format = report_formats[i];

        if (format->shape == REPORT_LINES && !(is_line && json_is_object(sketch)))
            continue;
        if (format->recognises && format->recognises(sketch))
            return format;
    }
    return NULL;
}

/* By the lines of a head; NULL where none tells. */
static const struct report_ops *format_of_lines(const char *head, size_t bytes)
{
    const struct report_ops *format = NULL;

    for (size_t count = 0; !format && bytes > 0 && count < REPORT_HEAD_LINES_MAX; count++) {
        const char *feed = memchr(head, '\n', bytes);
        size_t line = feed ? (size_t)(feed - head) : bytes;
        json_t *sketch = sketch_of(head, line);

        format = sketch ? recognised(sketch, true) : NULL;
        json_decref(sketch);
        head += line + (feed != NULL);
        bytes -= line + (feed != NULL);
    }
    return format;
}

static const struct report_ops *format_of_text(const char *head, size_t bytes)
{
    for (size_t i = 0; report_formats[i]; i++) {
        if (report_formats[i]->shape == REPORT_TEXT &&
            report_formats[i]->recognises_text(head, bytes))
            return report_formats[i];
    }
    return NULL;
}

static void skip_space(const char **head, size_t *bytes)
{
    while (*bytes > 0 && **head && strchr(" \t\r\n", **head)) {
        (*head)++;
        (*bytes)--;
    }
}

/* By the whole text: a document whose first line says nothing. */
static int recognise_document(struct reading *reading, struct error *err)
{
    const char *text;
    size_t bytes;
    json_t *sketch;

    if (lines_all(&reading->lines, REPORT_DOCUMENT_BYTES_MAX, &text, &bytes, err))
        return -1;
    sketch = sketch_of(text, bytes);
    reading->format = sketch ? recognised(sketch, false) : NULL;
    json_decref(sketch);
    return 0;
}

static int recognise(struct reading *reading, struct error *err)
{
    char names[REPORT_NAMES_BYTES_MAX];
    const char *head;
    size_t bytes;

    if (lines_head(&reading->lines, REPORT_HEAD_LINES_MAX, REPORT_LINE_BYTES_MAX, &head, &bytes,
                   err))
        return -1;
    skip_space(&head, &bytes);
    if (bytes == 0)
        return error_set(err, ERROR_INPUT, "the report is empty");
    /* the first line of markup says nothing: <?xml version="1.0"?> */
    if (*head == '<') {
        if (lines_all(&reading->lines, REPORT_DOCUMENT_BYTES_MAX, &head, &bytes, err))
            return -1;
        skip_space(&head, &bytes);
    }
    reading->format = format_of_text(head, bytes);
    if (!reading->format && *head != '[')
        reading->format = format_of_lines(head, bytes);
    if (!reading->format && (*head == '{' || *head == '[') && recognise_document(reading, err))
        return -1;
    if (reading->format)
        return 0;
    report_names(names);
    return error_set(err, ERROR_INPUT, "the format is not known; known are: %s", names);
}

static int (*const readers[])(struct reading *reading, struct error *err) = {
    [REPORT_LINES] = reading_lines,
    [REPORT_DOCUMENT] = reading_document,
    [REPORT_TEXT] = reading_text,
};

static int read_all(struct reading *reading, struct error *err)
{
    const struct report_ops *format = reading->format;
    struct report *report = &reading->report;

    if (format->instead)
        return error_set(err, ERROR_INPUT, "%s", format->instead);
    report->state = arena_alloc(&reading->kept, format->state_bytes + 1);
    if (!report->state)
        return error_set(err, ERROR_MEMORY, "no memory for a report");
    if ((format->init && format->init(report, err)) || readers[format->shape](reading, err))
        return -1;
    if (reading->used == 0 && report->bad > 0)
        return error_set(err, ERROR_INPUT, "nothing of the report can be read");
    return format->end ? format->end(report, err)
                       : report->sink->ended(report->sink->ctx, report_status(report), err);
}

int report_read(const struct report_input *input, const struct report_defaults *defaults,
                const struct report_sink *sink, const struct report_ops **ret_format,
                struct error *err)
{
    struct reading reading = {.format = input->format,
                              .report = {.defaults = defaults, .sink = sink, .path = input->path}};
    int rc;

    lines_init(&reading.lines, input->fd);
    arena_init(&reading.arena);
    arena_init(&reading.kept);
    reading.report.arena = &reading.arena;
    reading.report.kept = &reading.kept;
    rc = (!reading.format && recognise(&reading, err)) || read_all(&reading, err) ? -1 : 0;
    if (reading.format && reading.format->fini && reading.report.state)
        reading.format->fini(&reading.report);
    if (ret_format)
        *ret_format = reading.format;
    arena_fini(&reading.kept);
    arena_fini(&reading.arena);
    lines_fini(&reading.lines);
    return rc;
}

enum run_status report_status(const struct report *report)
{
    if (report->is_cut)
        return RUN_CRASHED;
    return report->bad > 0 ? RUN_PARTIAL : RUN_COMPLETE;
}

json_t *report_sibling(const struct report *report, const char *name)
{
    const char *slash = report->path ? strrchr(report->path, '/') : NULL;
    struct stat status;
    char *path;

    if (!report->path)
        return NULL;
    path = slash ? arena_printf(report->kept, "%.*s/%s", (int)(slash - report->path), report->path,
                                name)
                 : arena_strdup(report->kept, name);
    if (!path || stat(path, &status) || !S_ISREG(status.st_mode) ||
        status.st_size > (off_t)REPORT_SIBLING_BYTES_MAX)
        return NULL;
    return json_load_file(path, 0, NULL);
}
