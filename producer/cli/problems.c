/*
 * problems.c - see problems.h.
 */
#include "producer/cli/problems.h"

#include <stdlib.h>
#include <string.h>

#include "producer/text.h"

const char *const problem_standing_names[] = {"new", "known", "accepted", NULL};

void problems_init(struct problems *problems)
{
    memset(problems, 0, sizeof(*problems));
    arena_init(&problems->arena);
}

void problems_fini(struct problems *problems)
{
    struct problem *row, *next;

    HASH_ITER (hh, problems->rows, row, next) {
        HASH_DEL(problems->rows, row);
        free(row);
    }
    arena_fini(&problems->arena);
}

struct problem *problems_find(const struct problems *problems, const char *fingerprint)
{
    struct problem *row;

    HASH_FIND_STR(problems->rows, fingerprint, row);
    return row;
}

/* Always a copy: a finding's arena is soon used again. */
static const char *copy(struct problems *problems, const char *text, size_t chars_max)
{
    const char *all = arena_strdup(&problems->arena, text ? text : "");

    return all ? text_cut(all, chars_max, &problems->arena) : NULL;
}

static const char *evidence(struct problems *problems, const char *text)
{
    size_t bytes = utf8_prefix(text, 4 * PROBLEM_EVIDENCE_CHARS);
    const char *beginning = arena_strndup(&problems->arena, text, bytes);

    return beginning ? text_cut(beginning, PROBLEM_EVIDENCE_CHARS, &problems->arena) : NULL;
}

static struct problem *new_row(struct problems *problems, const struct finding *finding,
                               const char *report)
{
    struct problem *row = calloc(1, sizeof(*row));
    const char *link = finding->links.report ? finding->links.report : finding->run.url;

    if (!row)
        return NULL;
    memccpy(row->fingerprint, finding->fingerprint, '\0', sizeof(row->fingerprint) - 1);
    row->rule = copy(problems, finding->rule.id, NAME_MAX_CHARS);
    row->title = copy(problems, finding->rule.title, TITLE_MAX_CHARS);
    row->model = copy(problems, finding->model.name, NAME_MAX_CHARS);
    row->target = copy(problems, finding->target, NAME_MAX_CHARS);
    row->category = copy(problems, finding->category, NAME_MAX_CHARS);
    row->prompt = evidence(problems, finding->prompt);
    row->output = evidence(problems, finding->output);
    row->report = report;
    row->link = link ? arena_strdup(&problems->arena, link) : NULL;
    if (!row->rule || !row->title || !row->model || !row->target || !row->category ||
        !row->prompt || !row->output || (link && !row->link)) {
        free(row);
        return NULL;
    }
    HASH_ADD_STR(problems->rows, fingerprint, row);
    return row;
}

int problems_add(struct problems *problems, const struct finding *finding, const char *report,
                 struct error *err)
{
    struct problem *row = problems_find(problems, finding->fingerprint);

    if (!row && HASH_COUNT(problems->rows) == PROBLEMS_MAX) {
        problems->left_out++;
        return 0;
    }
    if (!row)
        row = new_row(problems, finding, report);
    if (!row)
        return error_set(err, ERROR_MEMORY, "no memory for a problem");
    row->findings++;
    if (finding->severity > row->severity)
        row->severity = finding->severity;
    if (finding->confidence > row->confidence)
        row->confidence = finding->confidence;
    return 0;
}

static int by_weight(const struct problem *a, const struct problem *b)
{
    if (a->fails != b->fails)
        return a->fails ? -1 : 1;
    if (a->severity != b->severity)
        return b->severity - a->severity;
    if (a->findings != b->findings)
        return a->findings > b->findings ? -1 : 1;
    return strcmp(a->rule, b->rule);
}

void problems_sort(struct problems *problems)
{
    HASH_SORT(problems->rows, by_weight);
}
