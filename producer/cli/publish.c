/*
 * publish.c - tocsin publish: options, reports, records, the runs' ends, a summary, an exit code.
 *
 * Reports are opened before anything is sent, so that a wrong name sends nothing. A report of which
 * nothing is readable does not keep the others from being published. The exit code is 0 only when
 * every record was acknowledged; the handle is left to the end of the process, which waits for
 * nothing.
 */
#include "producer/cli/publish.h"

#include <stdlib.h>
#include <sysexits.h>

#include "producer/cli/inputs.h"
#include "producer/cli/publication.h"

#define TOPIC_BYTES_MAX 250

struct publishing {
    struct options options;
    struct inputs inputs;
    size_t passed_over; /* files of folders that are no reports */
    const struct report_ops *format;
    char topic[TOPIC_BYTES_MAX];
    struct sink *sink;
    struct publication publication;
    struct arena arena;
};

/* By what an error means at the place where it ended the command. */
static int exit_code(enum error_kind kind, int for_input)
{
    switch (kind) {
    case ERROR_NONE:
        return EX_OK;
    case ERROR_INPUT:
    case ERROR_LIMIT:
        return for_input;
    case ERROR_MEMORY:
        return EX_SOFTWARE;
    case ERROR_IO:
        return EX_IOERR;
    case ERROR_RETRIABLE:
        return EX_TEMPFAIL;
    case ERROR_FATAL:
        return EX_NOPERM;
    }
    return EX_SOFTWARE;
}

static int fail(const struct error *err, int for_input)
{
    fprintf(stderr, "tocsin: %s%s%s\n", err->pointer, *err->pointer ? ": " : "", err->text);
    return exit_code(err->kind, for_input);
}

static void log_line(int level, const char *text)
{
    fprintf(stderr, "tocsin: librdkafka %d: %s\n", level, text);
}

static int open_inputs(struct publishing *publishing)
{
    const struct option_list *reports = &publishing->options.reports;

    for (size_t i = 0; i < reports->count; i++) {
        struct error err = {0};

        if (inputs_add(&publishing->inputs, reports->items[i], &err)) {
            fprintf(stderr, "tocsin: %s: %s\n", reports->items[i], err.text);
            return EX_NOINPUT;
        }
    }
    return EX_OK;
}

static int find_format(struct publishing *publishing)
{
    const char *name = publishing->options.format;
    char names[REPORT_NAMES_BYTES_MAX];

    publishing->format = name ? report_format(name) : NULL;
    if (!name || publishing->format)
        return EX_OK;
    report_names(names);
    fprintf(stderr, "tocsin: --format: expected one of %s\n", names);
    return EX_USAGE;
}

static int name_topic(struct publishing *publishing)
{
    const struct options *options = &publishing->options;
    const char *prefix = options->prefix ? options->prefix : TOPIC_PREFIX_DEFAULT;
    int bytes = options->topic
                    ? snprintf(publishing->topic, TOPIC_BYTES_MAX, "%s", options->topic)
                    : snprintf(publishing->topic, TOPIC_BYTES_MAX, "%s" FINDINGS_TOPIC, prefix);

    if (bytes > 0 && bytes < TOPIC_BYTES_MAX)
        return EX_OK;
    fprintf(stderr, "tocsin: a topic's name has at most %d bytes\n", TOPIC_BYTES_MAX - 1);
    return EX_USAGE;
}

static int open_sink(struct publishing *publishing, struct error *err)
{
    const struct options *options = &publishing->options;
    struct property properties[OPTION_LIST_MAX];
    struct sink_kafka_config config = {.brokers = options->brokers,
                                       .topic = publishing->topic,
                                       .properties = properties,
                                       .properties_count = options->properties.count,
                                       .timeout_ms = options->timeout_ms,
                                       .log = options->verbose ? log_line : NULL};

    if (options->dry_run)
        return sink_print_new(stdout, &publishing->sink, err);
    for (size_t i = 0; i < options->properties.count; i++) {
        if (options_pair(options->properties.items[i], &publishing->arena, &properties[i].name,
                         &properties[i].value, err))
            return error_set(err, ERROR_INPUT, "-X: expected name=value");
    }
    return sink_kafka_new(&config, &publishing->sink, err);
}

static int read_report(struct publishing *publishing, struct input *input,
                       const struct report_ops **ret_format, struct error *err)
{
    struct report_input report = {.path = input->path, .format = publishing->format};
    int rc;

    *ret_format = publishing->format;
    if (input_open(input, err))
        return -1;
    report.fd = input->fd;
    rc = publication_report(&publishing->publication, input->name, &report, ret_format, err);
    input_close(input);
    return rc;
}

/* All reports; ret_readable counts those of which something was readable. */
static int read_reports(struct publishing *publishing, size_t *ret_readable, struct error *err)
{
    *ret_readable = 0;
    for (size_t i = 0; i < publishing->inputs.count; i++) {
        struct input *input = &publishing->inputs.items[i];
        const struct report_ops *format;
        struct error why = {0};

        if (read_report(publishing, input, &format, &why) == 0) {
            (*ret_readable)++;
            continue;
        }
        if (why.kind != ERROR_INPUT && why.kind != ERROR_LIMIT) {
            *err = why;
            return -1;
        }
        if (input->is_of_folder && (!format || format->instead)) {
            publishing->passed_over++;
            continue;
        }
        fprintf(stderr, "tocsin: %s: %s\n", input->name, why.text);
    }
    if (publishing->passed_over > 0)
        fprintf(stderr, "tocsin: %zu files of folders are no reports and were passed over\n",
                publishing->passed_over);
    return 0;
}

static void summarise(const struct publishing *publishing)
{
    const struct publication *publication = &publishing->publication;
    const uint64_t *by = publication->publisher.counts.by;
    size_t problems = 0;

    for (size_t i = 0; i < publication->books_count; i++)
        problems += publication->books[i].problems;
    fprintf(stderr, "tocsin: %zu findings read, %llu published (%zu problems), %llu withheld, ",
            publication->findings, (unsigned long long)by[FATE_SENT], problems,
            (unsigned long long)by[FATE_WITHHELD]);
    fprintf(stderr, "%llu repeated, %llu cut, %zu lines repaired, %zu bad lines",
            (unsigned long long)by[FATE_REPEATED],
            (unsigned long long)publication->publisher.counts.cut, publication->repaired,
            publication->bad);
    if (publication->measurements > 0)
        fprintf(stderr, ", %zu measurements", publication->measurements);
    for (size_t i = 0; i < publication->books_count; i++)
        fprintf(stderr, "%s %s (%s)", i ? "," : "; run", publication->books[i].run.id,
                publication->books[i].has_coverage ? run_status_names[publication->books[i].status]
                                                   : "without coverage");
    if (publishing->options.dry_run)
        fprintf(stderr, "; dry run: nothing was sent\n");
    else
        fprintf(stderr, "; topic %s at %s\n", publishing->topic, publishing->options.brokers);
}

static void no_reports(void)
{
    char names[REPORT_NAMES_BYTES_MAX];

    report_names(names);
    fprintf(stderr, "tocsin: no report was found; known are: %s\n", names);
}

static int publish(struct publishing *publishing)
{
    struct publication *publication = &publishing->publication;
    struct error err = {0};
    size_t readable;

    if (publication_init(publication, &publishing->options, publishing->sink, &err))
        return fail(&err, EX_USAGE);
    if (publishing->options.reports.count == 0) {
        if (publication_finding(publication, &err))
            return fail(&err, EX_USAGE);
    } else if (read_reports(publishing, &readable, &err)) {
        return fail(&err, EX_DATAERR);
    } else if (readable == 0) {
        if (publishing->passed_over == publishing->inputs.count)
            no_reports();
        return EX_DATAERR;
    }
    if (publishing->sink->ops->flush(publishing->sink, &err) || publication_end(publication, &err))
        return fail(&err, EX_UNAVAILABLE);
    summarise(publishing);
    return EX_OK;
}

static int run(struct publishing *publishing, int count, char *const *arguments)
{
    struct error err = {0};
    int code;

    if (options_parse(count, arguments, run_environment, NULL, &publishing->arena,
                      &publishing->options, &err)) {
        fail(&err, EX_USAGE);
        fprintf(stderr, "tocsin: see tocsin publish --help\n");
        return EX_USAGE;
    }
    if (publishing->options.help) {
        options_help(stdout);
        report_help(stdout);
        return EX_OK;
    }
    code = find_format(publishing);
    code = code ? code : name_topic(publishing);
    code = code ? code : open_inputs(publishing);
    if (code)
        return code;
    if (open_sink(publishing, &err))
        return fail(&err, EX_USAGE);
    code = publish(publishing);
    publication_fini(&publishing->publication);
    return code;
}

int publish_command(int count, char *const *arguments)
{
    struct publishing *publishing = calloc(1, sizeof(*publishing));
    int code;

    if (!publishing) {
        fprintf(stderr, "tocsin: no memory\n");
        return EX_SOFTWARE;
    }
    arena_init(&publishing->arena);
    inputs_init(&publishing->inputs, &publishing->arena);
    code = run(publishing, count, arguments);
    sink_free(publishing->sink);
    inputs_fini(&publishing->inputs);
    arena_fini(&publishing->arena);
    free(publishing);
    return code;
}
