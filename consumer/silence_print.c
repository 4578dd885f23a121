/*
 * silence_print.c - see silence_print.h.
 */
#include "consumer/silence_print.h"

#include <stdlib.h>
#include <string.h>

#include "consumer/control/amtool_json.h"
#include "consumer/route/silence.h"

enum { COLUMN_ID, COLUMN_STATE, COLUMN_MATCHERS, COLUMN_ENDS, COLUMN_AUTHOR, COLUMN_COMMENT };
#define COLUMNS       (COLUMN_COMMENT + 1)
#define COLUMN_GAP    2
#define ACCEPTED_WORD "accepted"

static const char *const headings[COLUMNS] = {"ID",      "State",  "Matchers",
                                              "Ends At", "Author", "Comment"};

struct row {
    const char *cells[COLUMNS];
};

static bool is_shown(const struct silence_view *view, int64_t ends_ms)
{
    return (ends_ms <= view->now_ms) == view->expired;
}

/* Control characters of both tables (C0, DEL, C1) become spaces. */
static char *cleaned(struct arena *arena, const char *text)
{
    char *copy = arena_strdup(arena, text ? text : "");

    for (char *c = copy; c && *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f) {
            *c = ' ';
        } else if ((unsigned char)c[0] == 0xc2 && (unsigned char)c[1] >= 0x80 &&
                   (unsigned char)c[1] < 0xa0) {
            c[0] = c[1] = ' ';
        }
    }
    return copy;
}

static const char *matchers_text(const struct silence *silence, struct arena *arena,
                                 struct error *err)
{
    const struct silence_matcher *matchers = silence->matchers.items;
    char *all = arena_strdup(arena, "");
    char one[MATCHER_TEXT_BYTES_MAX];

    for (size_t i = 0; all && i < silence->matchers.count; i++) {
        struct matcher *matcher = NULL;

        if (matcher_new(matchers[i].name, silence_matcher_operator(&matchers[i]), matchers[i].value,
                        &matcher, err))
            return NULL;
        matcher_format(matcher, one, sizeof(one));
        matcher_free(matcher);
        all = arena_printf(arena, "%s%s%s", all, i > 0 ? " " : "", one);
    }
    if (all == NULL)
        error_set(err, ERROR_MEMORY, "out of memory for a table");
    return all;
}

static int add_row(struct row *row, const struct silence *silence, const char *state,
                   struct arena *arena, struct error *err)
{
    char ends[TIME_TEXT_BYTES];

    time_format(silence->ends_ms, ends);
    row->cells[COLUMN_ID] = silence->id;
    row->cells[COLUMN_STATE] = state;
    row->cells[COLUMN_MATCHERS] = matchers_text(silence, arena, err);
    row->cells[COLUMN_ENDS] = ends;
    row->cells[COLUMN_AUTHOR] = silence->author;
    row->cells[COLUMN_COMMENT] = silence->comment;
    if (row->cells[COLUMN_MATCHERS] == NULL)
        return -1;
    for (size_t i = 0; i < COLUMNS; i++) {
        row->cells[i] = cleaned(arena, row->cells[i]);
        if (row->cells[i] == NULL)
            return error_set(err, ERROR_MEMORY, "out of memory for a table");
    }
    return 0;
}

static int fill(const struct silence_view *view, struct row *rows, size_t *ret_count,
                struct arena *arena, struct error *err)
{
    const struct silence *silences = view->silences.items;
    const struct accepted *accepted = view->accepted.items;
    size_t n = 1;

    memcpy(rows[0].cells, headings, sizeof(headings));
    for (size_t i = 0; i < view->silences.count; i++) {
        enum silence_state state =
            silence_state(silences[i].starts_ms, silences[i].ends_ms, view->now_ms);

        if (is_shown(view, silences[i].ends_ms) &&
            add_row(&rows[n++], &silences[i], silence_state_names[state], arena, err))
            return -1;
    }
    for (size_t i = 0; i < view->accepted.count; i++) {
        struct silence_matcher matcher = {"fingerprint", accepted[i].fingerprint, false, true};
        const struct silence as_silence = {.id = accepted[i].fingerprint,
                                           .matchers = {&matcher, 1},
                                           .ends_ms = accepted[i].until_ms,
                                           .author = accepted[i].author,
                                           .comment = accepted[i].comment};

        if (is_shown(view, accepted[i].until_ms) &&
            add_row(&rows[n++], &as_silence, view->expired ? "expired" : ACCEPTED_WORD, arena, err))
            return -1;
    }
    *ret_count = n;
    return 0;
}

static void print_rows(const struct row *rows, size_t count, FILE *out)
{
    size_t widths[COLUMNS] = {0};

    for (size_t i = 0; i < count; i++) {
        for (size_t c = 0; c < COLUMNS; c++) {
            size_t width = utf8_length(rows[i].cells[c], strlen(rows[i].cells[c]));

            widths[c] = width > widths[c] ? width : widths[c];
        }
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t c = 0; c < COLUMNS; c++) {
            const char *cell = rows[i].cells[c];
            size_t room = widths[c] - utf8_length(cell, strlen(cell)) + COLUMN_GAP;

            fprintf(out, "%s%*s", cell, c + 1 < COLUMNS ? (int)room : 0, "");
        }
        fputc('\n', out);
    }
}

int silence_print_table(const struct silence_view *view, FILE *out, struct error *err)
{
    size_t count = view->silences.count + view->accepted.count + 1;
    struct arena arena;
    struct row *rows;
    int rc;

    arena_init(&arena);
    rows = arena_array(&arena, count, sizeof(*rows));
    if (rows == NULL)
        rc = error_set(err, ERROR_MEMORY, "out of memory for a table");
    else if ((rc = fill(view, rows, &count, &arena, err)) == 0)
        print_rows(rows, count, out);
    arena_fini(&arena);
    return rc;
}

int silence_print_json(const struct silence_view *view, FILE *out, struct error *err)
{
    const struct silence *silences = view->silences.items;
    const struct accepted *accepted = view->accepted.items;
    json_t *list = json_array();
    int rc = 0;

    for (size_t i = 0; i < view->silences.count; i++) {
        if (is_shown(view, silences[i].ends_ms))
            rc |= json_array_append_new(list, amtool_silence(&silences[i], view->now_ms));
    }
    for (size_t i = 0; i < view->accepted.count; i++) {
        if (is_shown(view, accepted[i].until_ms))
            rc |= json_array_append_new(list, amtool_accepted(&accepted[i], view->now_ms));
    }
    if (rc == 0)
        rc = json_dumpf(list, out, JSON_COMPACT);
    json_decref(list);
    fputc('\n', out);
    return rc ? error_set(err, ERROR_MEMORY, "the list cannot be written") : 0;
}
