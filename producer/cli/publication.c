/*
 * publication.c - the callbacks of a report's reader, and the books behind them.
 */
#include "producer/cli/publication.h"

#include <stdlib.h>
#include <string.h>

#include "producer/cli/given.h"
#include "producer/cli/run_command.h"
#include "producer/cli/secrets.h"

/* A book for the run that a report says it is of. */
static struct run_book *book_of(struct publication *publication, const struct run *said,
                                struct error *err)
{
    struct run run = publication->run;
    struct run_book *book;

    if (!publication->is_run_known && said->id && *said->id)
        run.id = said->id;
    if (publisher_scrub_run(&publication->publisher, &run, &publication->arena, err))
        return NULL;
    for (size_t i = 0; i < publication->books_count; i++) {
        if (strcmp(publication->books[i].run.id, run.id) == 0)
            return &publication->books[i];
    }
    if (publication->books_count == BOOKS_MAX) {
        error_set(err, ERROR_LIMIT, "the reports are of more than %d runs", BOOKS_MAX);
        return NULL;
    }
    book = &publication->books[publication->books_count++];
    return run_book_init(book, &run, err) ? NULL : book;
}

static int on_run(void *ctx, const struct run *run, struct error *err)
{
    struct publication *publication = ctx;

    publication->book = book_of(publication, run, err);
    return publication->book ? run_book_learn(publication->book, run, err) : -1;
}

/* Whether a record that names its run is of the one said last. */
static bool is_same_run(const struct run_book *book, const struct run *run)
{
    return book && strcmp(book->run.id, run->id) == 0 && book->run.shard == run->shard;
}

static int on_finding(void *ctx, struct finding *finding, struct arena *arena, struct error *err)
{
    struct publication *publication = ctx;
    struct run_book *book = publication->book;
    enum finding_fate fate;

    publication->findings++;
    progress_count(&publication->progress);
    if (!finding->run.id)
        finding->run = book->run;
    else if (!is_same_run(book, &finding->run))
        book = NULL;
    if (finding->time_ms == 0)
        finding->time_ms = finding->run.started_ms;
    if (given_to_finding(publication, finding, arena, err))
        return -1;
    if (publisher_finding(&publication->publisher, book, finding, arena, &fate, err))
        return -1;
    return publication->collects && fate == FATE_SENT
               ? problems_add(&publication->problems, finding, publication->report, err)
               : 0;
}

static int on_measurement(void *ctx, struct measurement *measurement, struct arena *arena,
                          struct error *err)
{
    struct publication *publication = ctx;

    publication->measurements++;
    if (!measurement->run.id)
        measurement->run = publication->book->run;
    if (measurement->time_ms == 0)
        measurement->time_ms = measurement->run.started_ms;
    given_to_measurement(publication, measurement);
    return publisher_measurement(&publication->publisher, measurement, arena, err);
}

static int on_coverage(void *ctx, const struct coverage *coverage, struct error *err)
{
    struct publication *publication = ctx;
    struct coverage given = *coverage;

    given_to_coverage(publication, &given);
    return publisher_tried(&publication->publisher, publication->book, &given, err);
}

/* Our own run ends once, with all that is known of it. */
static int unite(struct publication *publication, const struct run_end *end, struct error *err)
{
    const struct coverage *coverage = end->coverage.items;

    run_book_status(publication->book, (enum run_status)end->status);
    publication->book->has_coverage |= end->has_coverage;
    for (size_t i = 0; i < end->coverage.count; i++) {
        if (on_coverage(publication, &coverage[i], err))
            return -1;
    }
    return 0;
}

static int on_run_end(void *ctx, struct run_end *end, struct arena *arena, struct error *err)
{
    struct publication *publication = ctx;

    if (is_same_run(publication->book, &end->run))
        return unite(publication, end, err);
    if (given_changes_identity(publication))
        return error_set(err, ERROR_INPUT,
                         "another run's end cannot be published under another model or target");
    given_to_run(publication, &end->run);
    return publisher_run_end(&publication->publisher, end, arena, err);
}

static int on_ended(void *ctx, enum run_status status, struct error *err)
{
    struct publication *publication = ctx;

    (void)err;
    run_book_status(publication->book, status);
    return 0;
}

static void on_bad(void *ctx, size_t line, const struct error *why)
{
    struct publication *publication = ctx;

    publication->bad++;
    if (++publication->bad_here > BAD_LINES_SHOWN_MAX && !publication->options->verbose)
        return;
    progress_hide(&publication->progress);
    fprintf(stderr, "tocsin: %s:%zu: %s%s%s\n", publication->report, line, why->pointer,
            *why->pointer ? ": " : "", why->text);
}

static void on_repaired(void *ctx, size_t line, size_t places)
{
    struct publication *publication = ctx;

    publication->repaired++;
    if (!publication->options->verbose)
        return;
    progress_hide(&publication->progress);
    fprintf(stderr, "tocsin: %s:%zu: %zu characters that JSON cannot hold became U+FFFD\n",
            publication->report, line, places);
}

static struct report_sink sink_of(struct publication *publication)
{
    return (struct report_sink){
        .ctx = publication,
        .run = on_run,
        .finding = on_finding,
        .measurement = on_measurement,
        .coverage = on_coverage,
        .run_end = on_run_end,
        .ended = on_ended,
        .bad = on_bad,
        .repaired = on_repaired,
    };
}

int publication_init(struct publication *publication, const struct options *options,
                     struct sink *sink, struct error *err)
{
    struct run *run = &publication->run;

    memset(publication, 0, sizeof(*publication));
    arena_init(&publication->arena);
    publication->options = options;
    publication->collects = gate_is_wanted(options);
    problems_init(&publication->problems);
    publisher_init(&publication->publisher, sink, options->min_severity, options->min_confidence);
    if (run_context(&options->run, run_environment, NULL, &publication->arena, run, err) ||
        secrets_open(options, run, &publication->arena, &publication->scrub, err) ||
        given_labels(publication, err))
        return -1;
    publication->publisher.scrub = publication->scrub;
    run->started_ms = publisher_now_ms();
    publication->is_run_known = run->id != NULL;
    if (options->run_open && run_leave_open(run, err))
        return -1;
    if (!run->id)
        run->id = run_id_random(&publication->arena);
    return run->id ? 0 : error_set(err, ERROR_MEMORY, "no memory for a run");
}

void publication_fini(struct publication *publication)
{
    for (size_t i = 0; i < publication->books_count; i++)
        run_book_fini(&publication->books[i]);
    publisher_fini(&publication->publisher);
    problems_fini(&publication->problems);
    scrub_free(publication->scrub);
    arena_fini(&publication->arena);
}

int publication_report(struct publication *publication, const char *name,
                       const struct report_input *input, const struct report_ops **ret_format,
                       struct error *err)
{
    const struct options *options = publication->options;
    const struct report_defaults defaults = {
        .run = &publication->run,
        .model = {.name = options->model, .version = options->model_version},
        .target = options->target};
    const struct report_sink sink = sink_of(publication);
    int rc;

    publication->report = name;
    publication->bad_here = 0;
    if (publisher_next_report(&publication->publisher, err))
        return -1;
    progress_start(&publication->progress, name, input->fd, options->quiet);
    rc = report_read(input, &defaults, &sink, ret_format, err);
    progress_hide(&publication->progress);
    if (publication->bad_here > BAD_LINES_SHOWN_MAX && !options->verbose)
        fprintf(stderr, "tocsin: %s: %zu more lines cannot be used (--verbose names them)\n", name,
                publication->bad_here - BAD_LINES_SHOWN_MAX);
    return rc;
}

int publication_finding(struct publication *publication, struct error *err)
{
    struct finding finding;

    if (given_finding(publication, &finding, err) || on_run(publication, &publication->run, err) ||
        on_finding(publication, &finding, &publication->arena, err))
        return -1;
    return on_ended(publication, RUN_COMPLETE, err);
}

int publication_measurement(struct publication *publication, struct error *err)
{
    const struct options *options = publication->options;
    struct measurement measurement = {.benchmark = options->benchmark,
                                      .metric = options->metric,
                                      .value = options->value,
                                      .n = options->n,
                                      .higher_is_better = !options->lower_is_better,
                                      .labels = publication->labels,
                                      .links = options->links};

    return on_run(publication, &publication->run, err) ||
                   on_measurement(publication, &measurement, &publication->arena, err)
               ? -1
               : 0;
}

int publication_end(struct publication *publication, struct error *err)
{
    for (size_t i = 0; i < publication->books_count; i++) {
        struct run_book *book = &publication->books[i];

        if (publisher_end_book(&publication->publisher, book, publisher_now_ms(),
                               &publication->arena, err))
            return -1;
        if (book->coverage_left > 0)
            fprintf(stderr,
                    "tocsin: the end of run %s has no room for %zu rules: these resolve nothing\n",
                    book->run.id, book->coverage_left);
    }
    return 0;
}
