/*
 * alert_story.c - one alert on the terminal: the rows that every channel shows, where it was found,
 * its samples, its links, who was told what and how that went.
 *
 * Texts that someone else wrote are neutralised.
 */
#include <inttypes.h>
#include <string.h>

#include "consumer/alerts.h"
#include "consumer/channels/buffer.h"
#include "consumer/channels/console.h"
#include "consumer/channels/facts.h"
#include "consumer/channels/lines.h"
#include "consumer/channels/text.h"
#include "consumer/channels/words.h"
#include "consumer/enrich/picture.h"
#include "consumer/text_table.h"

#define FACT_UNITS_MAX  1000
#define BLOCK_UNITS_MAX 20000
#define PAGE_BYTES_MAX  ((size_t)1 << 20)
#define URL_BYTES_MAX   4096
#define WIDTH           100
#define NAME_COLUMNS    15

struct page {
    const struct alerts_query *query;
    const struct alert_view *view;
    struct arena *arena;
    struct buffer text;
};

static int no_memory(struct error *err)
{
    return error_set(err, ERROR_MEMORY, "out of memory");
}

static void put_row(struct page *page, const char *name, const char *value)
{
    char first[NAME_COLUMNS + 8], next[NAME_COLUMNS + 8];

    snprintf(first, sizeof first, "  %-*s", NAME_COLUMNS, name);
    snprintf(next, sizeof next, "  %-*s", NAME_COLUMNS, "");
    lines_wrap(&page->text, value,
               (struct lines){.width = WIDTH, .first_indent = first, .next_indent = next});
}

/* What was put so far goes out. */
static void flush(struct page *page)
{
    fputs(buffer_get(&page->text), page->query->out);
    buffer_init(&page->text, PAGE_BYTES_MAX, page->arena);
}

static int put_facts(struct page *page, const struct picture *picture, struct error *err)
{
    const struct message message = {.now_ms = page->query->now_ms};
    struct facts facts;
    struct link_list links;

    if (facts_of(&message, picture, FACTS_ALL, FACT_UNITS_MAX, page->arena, &facts, err))
        return -1;
    for (size_t i = 0; i < facts.count; i++)
        put_row(page, facts.rows[i].name, facts.rows[i].value);
    put_row(page, "Fingerprint", picture->fingerprint);
    buffer_text(&page->text, "\nLinks\n");
    links_of(picture, URL_BYTES_MAX, page->arena, &links);
    for (size_t i = 0; i < links.count; i++)
        put_row(page, links.links[i].text, links.links[i].url);
    flush(page);
    return 0;
}

static int put_heading(struct page *page, const struct picture *picture, struct error *err)
{
    const struct alerts_query *query = page->query;
    const char *colour = alert_colour(query, page->view->alert, picture->severity);
    const char *title = picture->rule.title[0] ? picture->rule.title : picture->rule.id;
    char *line = text_line(title, FACT_UNITS_MAX, page->arena);

    if (!line)
        return no_memory(err);
    fprintf(query->out, "%s%s, %s%s: %s\n", colour ? colour : "", words_severity(picture->severity),
            alert_status_names[picture->status], colour ? CONSOLE_COLOUR_OFF : "", line);
    return 0;
}

static int put_places(struct page *page, struct error *err)
{
    static const char *const headings[] = {"  REPOSITORY",  "PIPELINE", "BRANCH",
                                           "MODEL VERSION", "TEAM",     "FINDINGS",
                                           "LAST SEEN",     "STATE",    "RUN"};
    struct text_table table = {.arena = page->arena,
                               .columns = sizeof(headings) / sizeof(headings[0])};
    const struct alert *alert = page->view->alert;
    const struct sighting *at = alert->sightings.items;

    fputs("\nFound in\n", page->query->out);
    if (text_table_add(&table, headings, NULL, err))
        return -1;
    for (size_t i = alert->sightings.count; i-- > 0;) {
        char seen[WORDS_BYTES_MAX], count[WORDS_BYTES_MAX];
        const char *repository = arena_printf(page->arena, "  %s", at[i].repository);

        words_time(at[i].last_seen_ms, seen);
        snprintf(count, sizeof(count), "%" PRId64, at[i].count);
        const char *const cells[] = {
            repository, at[i].pipeline, at[i].branch, at[i].model_version,
            at[i].team, count,          seen,         at[i].clean ? "clean" : "open",
            at[i].run};

        if (!repository || text_table_add(&table, cells, NULL, err))
            return error_is_set(err) ? -1 : no_memory(err);
    }
    text_table_print(&table, page->query->out);
    return 0;
}

static int put_block(struct page *page, const char *name, const char *text, int64_t missing_bytes,
                     struct error *err)
{
    const struct text_style style = {.shape = TEXT_BLOCK, .units_max = BLOCK_UNITS_MAX};
    char *block = text_render(&style, text, missing_bytes, page->arena);

    if (!block)
        return no_memory(err);
    if (!*block)
        return 0;
    buffer_printf(&page->text, "  %s\n", name);
    lines_wrap(
        &page->text, block,
        (struct lines){.width = WIDTH, .first_indent = "  \u2502 ", .next_indent = "  \u2502 "});
    return 0;
}

static int put_samples(struct page *page, struct error *err)
{
    const struct evidence *evidence = page->view->evidence;
    const struct sample *samples = evidence ? evidence->samples.items : NULL;

    for (size_t i = 0; samples && i < evidence->samples.count; i++) {
        char *run = text_line(samples[i].run, FACT_UNITS_MAX, page->arena);

        if (!run)
            return no_memory(err);
        buffer_printf(&page->text, "\nSample %zu of %zu: %s, confidence %.2f, run %s\n", i + 1,
                      evidence->samples.count, severity_names[samples[i].severity],
                      samples[i].confidence, run);
        if (put_block(page, "Prompt", samples[i].prompt, samples[i].prompt_cut_bytes, err) ||
            put_block(page, "Output", samples[i].output, samples[i].output_cut_bytes, err))
            return -1;
        flush(page);
    }
    return 0;
}

/* What the receiver knows: "open", "resolved", "left"; what it waits for. */
static const char *knows(const struct alert_delivery *delivery)
{
    const struct member *member = delivery->member;

    if (member && member->told < member->wanted)
        return member->told == 0 ? "not yet" : "an older state";
    if (delivery->told)
        return alert_status_names[delivery->told->status];
    return "that it left";
}

/* What the service gave back, or what went wrong. */
static const char *answer(const struct alert_delivery *delivery, struct arena *arena)
{
    const struct group_state *group = delivery->group;
    const struct label *stored = group ? group->stored.items : NULL;
    const char *text = "";

    if (group && group->attempt > 0)
        text =
            arena_printf(arena, "%" PRId64 " tries failed%s%s", group->attempt,
                         group->last_error ? ": " : "", group->last_error ? group->last_error : "");
    for (size_t i = 0; text && stored && i < group->stored.count; i++)
        text = arena_printf(arena, "%s%s%s=%s", text, *text ? ", " : "", stored[i].name,
                            stored[i].value);
    return text;
}

static int put_deliveries(struct page *page, struct error *err)
{
    static const char *const headings[] = {"  RECEIVER", "KNOWS", "LAST TOLD", "ANSWER", "GROUP"};
    struct text_table table = {.arena = page->arena,
                               .columns = sizeof(headings) / sizeof(headings[0])};
    const struct alert_view *view = page->view;

    fputs(view->deliveries_count > 0 ? "\nTold\n" : "\nNobody was told.\n", page->query->out);
    if (view->deliveries_count == 0)
        return 0;
    if (text_table_add(&table, headings, NULL, err))
        return -1;
    for (size_t i = 0; i < view->deliveries_count; i++) {
        const struct alert_delivery *delivery = &view->deliveries[i];
        const char *name = arena_printf(page->arena, "  %s", delivery->integration);
        const char *said = answer(delivery, page->arena);
        char told[WORDS_BYTES_MAX] = "";

        if (delivery->group)
            words_time(delivery->group->told_ms, told);
        const char *const cells[] = {name, knows(delivery), told, said, delivery->group_key};

        if (!name || !said || text_table_add(&table, cells, NULL, err))
            return error_is_set(err) ? -1 : no_memory(err);
    }
    text_table_print(&table, page->query->out);
    return 0;
}

int alert_story_print(const struct alerts_query *query, const struct alert_view *view,
                      struct arena *arena, struct error *err)
{
    struct page page = {.query = query, .view = view, .arena = arena};
    struct picture picture;

    buffer_init(&page.text, PAGE_BYTES_MAX, arena);
    if (picture_of(&query->config->enrichment, view->alert, view->evidence, view->enriched.sighting,
                   &view->enriched, NEWS_OPENED, arena, &picture, err) ||
        put_heading(&page, &picture, err) || put_facts(&page, &picture, err) ||
        put_places(&page, err) || put_samples(&page, err))
        return -1;
    return put_deliveries(&page, err);
}
