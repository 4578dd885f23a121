/*
 * silence_print.c - see silence_print.h.
 */
#include "consumer/silence_print.h"

#include <string.h>

#include "consumer/control/amtool_json.h"
#include "consumer/route/silence.h"
#include "consumer/text_table.h"

enum { COLUMN_ID, COLUMN_STATE, COLUMN_MATCHERS, COLUMN_ENDS, COLUMN_AUTHOR, COLUMN_COMMENT };
#define COLUMNS       (COLUMN_COMMENT + 1)
#define ACCEPTED_WORD "accepted"

static const char *const headings[COLUMNS] = {"ID",      "State",  "Matchers",
                                              "Ends At", "Author", "Comment"};

static bool is_shown(const struct silence_view *view, int64_t ends_ms)
{
    return (ends_ms <= view->now_ms) == view->expired;
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

static int add_row(struct text_table *table, const struct silence *silence, const char *state,
                   struct error *err)
{
    char ends[TIME_TEXT_BYTES];
    const char *matchers = matchers_text(silence, table->arena, err);

    if (matchers == NULL)
        return -1;
    time_format(silence->ends_ms, ends);
    const char *const cells[COLUMNS] = {
        [COLUMN_ID] = silence->id,         [COLUMN_STATE] = state,
        [COLUMN_MATCHERS] = matchers,      [COLUMN_ENDS] = ends,
        [COLUMN_AUTHOR] = silence->author, [COLUMN_COMMENT] = silence->comment,
    };

    return text_table_add(table, cells, NULL, err);
}

static int fill(const struct silence_view *view, struct text_table *table, struct error *err)
{
    const struct silence *silences = view->silences.items;
    const struct accepted *accepted = view->accepted.items;

    if (text_table_add(table, headings, NULL, err))
        return -1;
    for (size_t i = 0; i < view->silences.count; i++) {
        enum silence_state state =
            silence_state(silences[i].starts_ms, silences[i].ends_ms, view->now_ms);

        if (is_shown(view, silences[i].ends_ms) &&
            add_row(table, &silences[i], silence_state_names[state], err))
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
            add_row(table, &as_silence, view->expired ? "expired" : ACCEPTED_WORD, err))
            return -1;
    }
    return 0;
}

int silence_print_table(const struct silence_view *view, FILE *out, struct error *err)
{
    struct arena arena;
    struct text_table table = {.arena = &arena, .columns = COLUMNS};
    int rc;

    arena_init(&arena);
    rc = fill(view, &table, err);
    if (rc == 0)
        text_table_print(&table, out);
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
