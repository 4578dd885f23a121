/*
 * run_book.c - the rows of a run, and the end that they give.
 */
#include "producer/run_book.h"

#include <stdlib.h>
#include <string.h>

/* Left for run and names in the end's record, besides its rows. */
#define END_ROWS_BYTES_MAX (FINDING_RECORD_BYTES_MAX - 65536)
#define COUNT_ROW_BYTES    64  /* "v1:…":12345, */
#define COVERAGE_ROW_BYTES 128 /* names of members, numbers */

static int no_memory(struct error *err)
{
    return error_set(err, ERROR_MEMORY, "no memory for what a run tried");
}

/* Every string of a run, so that copying forgets none. */
static const size_t run_strings[] = {
    offsetof(struct run, id),           offsetof(struct run, provider),
    offsetof(struct run, pipeline),     offsetof(struct run, repository),
    offsetof(struct run, branch),       offsetof(struct run, commit),
    offsetof(struct run, job),          offsetof(struct run, url),
    offsetof(struct run, actor),        offsetof(struct run, team),
    offsetof(struct run, pull_request), offsetof(struct run, tool_version),
    offsetof(struct run, tag),
};

static int copy_string(struct arena *arena, const char **to, const char *from, struct error *err)
{
    *to = arena_strdup(arena, from);
    return from && !*to ? no_memory(err) : 0;
}

int run_book_init(struct run_book *book, const struct run *run, struct error *err)
{
    memset(book, 0, sizeof(*book));
    arena_init(&book->arena);
    book->run = *run;
    for (size_t i = 0; i < sizeof(run_strings) / sizeof(run_strings[0]); i++) {
        const char **to = (const char **)((char *)&book->run + run_strings[i]);

        if (copy_string(&book->arena, to, *to, err))
            return -1;
    }
    return 0;
}

void run_book_fini(struct run_book *book)
{
    struct book_row *row = book->rows, *next;

    HASH_CLEAR(hh, book->rows);
    for (; row; row = next) {
        next = row->hh.next;
        free(row);
    }
    arena_fini(&book->arena);
}

int run_book_learn(struct run_book *book, const struct run *run, struct error *err)
{
    if (run->started_ms && (!book->run.started_ms || run->started_ms < book->run.started_ms))
        book->run.started_ms = run->started_ms;
    if (run->tool_version && !book->run.tool_version)
        return copy_string(&book->arena, &book->run.tool_version, run->tool_version, err);
    return 0;
}

void run_book_status(struct run_book *book, enum run_status status)
{
    if (status > book->status)
        book->status = status;
}

static struct book_row *row_of(struct run_book *book, const char *fingerprint, struct error *err)
{
    struct book_row *row;

    HASH_FIND_STR(book->rows, fingerprint, row);
    if (row)
        return row;
    row = calloc(1, sizeof(*row));
    if (!row) {
        no_memory(err);
        return NULL;
    }
    memccpy(row->fingerprint, fingerprint, '\0', sizeof(row->fingerprint) - 1);
    HASH_ADD_STR(book->rows, fingerprint, row);
    return row;
}

int run_book_published(struct run_book *book, const char *fingerprint, struct error *err)
{
    struct book_row *row = row_of(book, fingerprint, err);

    if (!row)
        return -1;
    if (row->published++ == 0)
        book->problems++;
    return 0;
}

int run_book_withheld(struct run_book *book, const char *fingerprint, struct error *err)
{
    struct book_row *row = row_of(book, fingerprint, err);

    if (!row)
        return -1;
    row->withheld++;
    return 0;
}

int run_book_tried(struct run_book *book, const struct coverage *coverage, struct error *err)
{
    char fingerprint[FINGERPRINT_BYTES];
    struct book_row *row;

    coverage_fingerprint(coverage, &book->run, fingerprint);
    row = row_of(book, fingerprint, err);
    if (!row)
        return -1;
    book->has_coverage = true;
    if (!row->is_tried) {
        if (copy_string(&book->arena, &row->coverage.rule, coverage->rule, err) ||
            copy_string(&book->arena, &row->coverage.model, coverage->model, err) ||
            copy_string(&book->arena, &row->coverage.target, coverage->target, err) ||
            copy_string(&book->arena, &row->coverage.category, coverage->category, err))
            return -1;
        row->is_tried = true;
    }
    row->coverage.attempts += coverage->attempts;
    row->coverage.failures += coverage->failures;
    row->withheld += coverage->withheld;
    return 0;
}

static size_t length(const char *text)
{
    return text ? 2 * strlen(text) : 0;
}

/* An upper bound of what a row takes in JSON (names hold few characters that are escaped). */
static size_t coverage_bytes(const struct coverage *coverage)
{
    return COVERAGE_ROW_BYTES + length(coverage->rule) + length(coverage->model) +
           length(coverage->target) + length(coverage->category);
}

static struct coverage coverage_of(const struct book_row *row)
{
    struct coverage coverage = row->coverage;
    int64_t missing = coverage.failures - row->published;

    coverage.withheld = missing > row->withheld ? missing : row->withheld;
    return coverage;
}

/* A row of any category would speak for the rows that had no room. */
static void leave_any_out(struct list *rows)
{
    struct coverage *row = rows->items;
    size_t kept = 0;

    for (size_t i = 0; i < rows->count; i++) {
        if (strcmp(row[i].category, COVERAGE_ANY) != 0)
            row[kept++] = row[i];
    }
    rows->count = kept;
}

int run_book_end(struct run_book *book, int64_t now_ms, struct arena *arena,
                 struct run_end *ret_end, struct error *err)
{
    size_t count = HASH_COUNT(book->rows), bytes = 0;
    struct coverage *coverage = arena_array(arena, count + 1, sizeof(*coverage));
    struct count *published = arena_array(arena, count + 1, sizeof(*published));
    struct run_end end = {.time_ms = now_ms,
                          .run = book->run,
                          .status = (int)book->status,
                          .has_coverage = book->has_coverage,
                          .coverage.items = coverage,
                          .published.items = published};
    char id[FINDING_ID_BYTES];

    run_end_id(&book->run, id);
    end.id = arena_strdup(arena, id);
    if (!coverage || !published || !end.id)
        return no_memory(err);
    for (struct book_row *row = book->rows; row; row = row->hh.next) {
        if (row->published == 0 || end.published.count == COVERAGE_ROWS_MAX)
            continue;
        published[end.published.count++] = (struct count){row->fingerprint, row->published};
        bytes += COUNT_ROW_BYTES;
    }
    book->coverage_left = 0;
    for (struct book_row *row = book->rows; row; row = row->hh.next) {
        if (!row->is_tried)
            continue;
        if (end.coverage.count == COVERAGE_ROWS_MAX ||
            bytes + coverage_bytes(&row->coverage) > END_ROWS_BYTES_MAX) {
            book->coverage_left++;
            continue;
        }
        coverage[end.coverage.count++] = coverage_of(row);
        bytes += coverage_bytes(&row->coverage);
    }
    if (book->coverage_left > 0)
        leave_any_out(&end.coverage);
    *ret_end = end;
    return 0;
}
