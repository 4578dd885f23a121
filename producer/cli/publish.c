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
#include "producer/cli/known.h"
#include "producer/cli/publication.h"
#include "producer/cli/session.h"

struct publishing {
    struct session session;
    struct inputs inputs;
    size_t passed_over; /* files of folders that are no reports */
    const struct report_ops *format;
    struct publication publication;
    struct gate gate;
};

static int open_inputs(struct publishing *publishing)
{
    const struct option_list *reports = &publishing->session.options.reports;

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
    const char *name = publishing->session.options.format;
    char names[REPORT_NAMES_BYTES_MAX];

    publishing->format = name ? report_format(name) : NULL;
    if (!name || publishing->format)
        return EX_OK;
    report_names(names);
    fprintf(stderr, "tocsin: --format: expected one of %s\n", names);
    return EX_USAGE;
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
    if (publication->publisher.counts.masked > 0)
        fprintf(stderr, ", %llu secrets masked",
                (unsigned long long)publication->publisher.counts.masked);
    if (publication->measurements > 0)
        fprintf(stderr, ", %zu measurements", publication->measurements);
    for (size_t i = 0; i < publication->books_count; i++)
        fprintf(stderr, "%s %s (%s)", i ? "," : "; run", publication->books[i].run.id,
                publication->books[i].has_coverage ? run_status_names[publication->books[i].status]
                                                   : "without coverage");
    session_print_end(&publishing->session);
}

static void no_reports(void)
{
    char names[REPORT_NAMES_BYTES_MAX];

    report_names(names);
    fprintf(stderr, "tocsin: no report was found; known are: %s\n", names);
}

/* Asks Kafka what was known, where somebody wants to know. */
static int find_standings(struct publishing *publishing, struct error *err)
{
    const struct options *options = &publishing->session.options;
    struct publication *publication = &publishing->publication;
    struct property properties[OPTION_PROPERTIES_MAX];
    struct sink_kafka_config kafka;
    const struct known_source source = {.kafka = &kafka,
                                        .prefix = options->prefix ? options->prefix
                                                                  : TOPIC_PREFIX_DEFAULT,
                                        .run = &publication->run,
                                        .now_ms = publisher_now_ms()};

    if (options->fail_on.count == 0 || options->dry_run || !publication->problems.rows)
        return 0;
    return session_kafka(&publishing->session, publishing->session.topic, properties, &kafka, err)
               ? -1
               : known_read(&source, &publication->problems, err);
}

/* Everything is published; may the build go on? */
static int judge(struct publishing *publishing)
{
    const struct options *options = &publishing->session.options;
    struct publication *publication = &publishing->publication;
    const struct verdict verdict = {.gate = &publishing->gate,
                                    .problems = &publication->problems,
                                    .books = publication->books,
                                    .books_count = publication->books_count};
    struct error err = {0};

    if (!publication->collects)
        return EX_OK;
    if (find_standings(publishing, &err))
        return session_fail(&err, EX_UNAVAILABLE);
    gate_judge(&publishing->gate, &publication->problems);
    gate_print(&verdict, stderr);
    if (gate_write_files(&verdict, options, &err))
        return session_fail(&err, EX_IOERR);
    return publishing->gate.fired ? GATE_EXIT : EX_OK;
}

static int publish(struct publishing *publishing)
{
    struct publication *publication = &publishing->publication;
    struct error err = {0};
    size_t readable;
    int code;

    if (gate_init(&publishing->gate, &publishing->session.options, &publishing->session.arena,
                  &err) ||
        publication_init(publication, &publishing->session.options, publishing->session.sink, &err))
        return session_fail(&err, EX_USAGE);
    if (publishing->session.options.reports.count == 0) {
        if (publication_finding(publication, &err))
            return session_fail(&err, EX_USAGE);
    } else if (read_reports(publishing, &readable, &err)) {
        return session_fail(&err, EX_DATAERR);
    } else if (readable == 0) {
        if (publishing->passed_over == publishing->inputs.count)
            no_reports();
        return EX_DATAERR;
    }
    if (publishing->session.sink->ops->flush(publishing->session.sink, &err) ||
        publication_end(publication, &err))
        return session_fail(&err, EX_UNAVAILABLE);
    if (!publishing->session.options.quiet)
        summarise(publishing);
    code = session_end(&publishing->session);
    return code ? code : judge(publishing);
}

static int run(struct publishing *publishing)
{
    int code = find_format(publishing);

    code = code ? code : open_inputs(publishing);
    code = code ? code : session_connect(&publishing->session);
    if (code)
        return code;
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
    inputs_init(&publishing->inputs, &publishing->session.arena);
    if (session_open(&publishing->session, COMMAND_PUBLISH, count, arguments, &code))
        code = run(publishing);
    inputs_fini(&publishing->inputs);
    session_close(&publishing->session);
    free(publishing);
    return code;
}
