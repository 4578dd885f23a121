/*
 * facts.c - the rows and links of an alert. See facts.h.
 *
 * One table of rows: name, whether the short form keeps it, and the function that writes its value.
 * A new row is a function and a line, and every channel has it.
 */
#include "consumer/channels/facts.h"

#include <inttypes.h>
#include <string.h>

#include "consumer/channels/buffer.h"
#include "consumer/channels/text.h"
#include "consumer/channels/url.h"
#include "consumer/channels/words.h"

#define VALUE_BYTES_MAX 16384 /* before it is cut to the caller's measure */

typedef void (*fact_writer)(const struct message *message, const struct picture *picture,
                            struct buffer *value);

static bool is_text(const char *text)
{
    return text && text[0] != '\0';
}

static void add_listed(struct buffer *value, const struct list *strings, int64_t total)
{
    const char *const *items = strings->items;

    for (size_t i = 0; i < strings->count; i++)
        buffer_printf(value, "%s%s", i > 0 ? ", " : "", items[i]);
    if (strings->count > 0 && total > (int64_t)strings->count)
        buffer_printf(value, " and %" PRId64 " more", total - (int64_t)strings->count);
}

static const char *annotation(const struct picture *picture, const char *name)
{
    const struct label *annotations = picture->annotations.items;

    for (size_t i = 0; i < picture->annotations.count; i++) {
        if (strcmp(annotations[i].name, name) == 0)
            return annotations[i].value;
    }
    return NULL;
}

static void add_annotation(const struct picture *picture, const char *name, struct buffer *value)
{
    const char *text = annotation(picture, name);

    buffer_text(value, is_text(text) ? text : "");
}

static void write_trigger(const struct message *message, const struct picture *picture,
                          struct buffer *value)
{
    const struct rule *rule = &picture->rule;

    (void)message;
    if (!is_text(rule->tool) && !is_text(rule->probe) && !is_text(rule->detector)) {
        buffer_text(value, is_text(rule->id) ? rule->id : "");
        return;
    }
    if (is_text(rule->tool))
        buffer_text(value, rule->tool);
    if (is_text(rule->probe))
        buffer_printf(value, "%sprobe %s", value->bytes > 0 ? ", " : "", rule->probe);
    if (is_text(rule->detector))
        buffer_printf(value, "%sdetector %s", value->bytes > 0 ? ", " : "", rule->detector);
}

static void write_severity(const struct message *message, const struct picture *picture,
                           struct buffer *value)
{
    const char *note = annotation(picture, "severity_note");

    (void)message;
    buffer_printf(value, "%s, confidence %.2f", words_severity(picture->severity),
                  picture->confidence);
    if (is_text(note))
        buffer_printf(value, "; %s", note);
}

static void write_model(const struct message *message, const struct picture *picture,
                        struct buffer *value)
{
    (void)message;
    if (!is_text(picture->model))
        return;
    buffer_text(value, picture->model);
    if (picture->model_versions.count > 0)
        buffer_text(value, picture->model_versions.count > 1 ? ", versions " : ", version ");
    add_listed(value, &picture->model_versions, 0);
}

static void write_target(const struct message *message, const struct picture *picture,
                         struct buffer *value)
{
    (void)message;
    if (is_text(picture->target))
        buffer_text(value, picture->target);
}

static void write_category(const struct message *message, const struct picture *picture,
                           struct buffer *value)
{
    (void)message;
    if (is_text(picture->category))
        buffer_text(value, picture->category);
}

static void write_owasp(const struct message *message, const struct picture *picture,
                        struct buffer *value)
{
    (void)message;
    add_annotation(picture, "owasp_llm", value);
}

static void write_atlas(const struct message *message, const struct picture *picture,
                        struct buffer *value)
{
    (void)message;
    add_annotation(picture, "mitre_atlas", value);
}

static void write_findings(const struct message *message, const struct picture *picture,
                           struct buffer *value)
{
    char words[WORDS_BYTES_MAX];

    (void)message;
    words_findings(picture->count, words);
    buffer_text(value, words);
    if (picture->episode > 1)
        buffer_printf(value, ", %" PRId64 " since it reopened (episode %" PRId64 ")",
                      picture->episode_count, picture->episode);
    if (picture->sightings > 1)
        buffer_printf(value, ", in %" PRId64 " places", picture->sightings);
}

static void add_time(const struct message *message, int64_t time_ms, struct buffer *value)
{
    char words[WORDS_BYTES_MAX];

    words_time_ago(time_ms, message->now_ms, words);
    buffer_text(value, words);
}

static void write_first_seen(const struct message *message, const struct picture *picture,
                             struct buffer *value)
{
    add_time(message, picture->first_seen_ms, value);
}

static void write_last_seen(const struct message *message, const struct picture *picture,
                            struct buffer *value)
{
    add_time(message, picture->last_seen_ms, value);
}

static void write_resolved(const struct message *message, const struct picture *picture,
                           struct buffer *value)
{
    static const char *const reasons[] = {
        [RESOLVED_NOT] = "",
        [RESOLVED_CLEAN] = ": a later run found nothing",
        [RESOLVED_STALE] = ": not seen for too long to say",
        [RESOLVED_SUPERSEDED] = ": another alert took its place",
    };
    int reason = picture->resolved_reason;

    if (picture->status != ALERT_RESOLVED)
        return;
    add_time(message, picture->resolved_ms, value);
    if (value->bytes > 0 && reason > RESOLVED_NOT && reason <= RESOLVED_SUPERSEDED)
        buffer_text(value, reasons[reason]);
}

static void write_flapping(const struct message *message, const struct picture *picture,
                           struct buffer *value)
{
    (void)message;
    if (picture->flapping)
        buffer_text(value, "it opened and resolved again and again: it takes more clean runs to "
                           "resolve it");
}

static void write_pipelines(const struct message *message, const struct picture *picture,
                            struct buffer *value)
{
    (void)message;
    add_listed(value, &picture->pipelines, 0);
}

static void write_run(const struct message *message, const struct picture *picture,
                      struct buffer *value)
{
    (void)message;
    if (is_text(picture->run))
        buffer_text(value, picture->run);
    if (is_text(picture->commit))
        buffer_printf(value, "%scommit %.12s", value->bytes > 0 ? ", " : "", picture->commit);
}

static void write_owner(const struct message *message, const struct picture *picture,
                        struct buffer *value)
{
    (void)message;
    if (is_text(picture->owner))
        buffer_text(value, picture->owner);
}

static void write_description(const struct message *message, const struct picture *picture,
                              struct buffer *value)
{
    (void)message;
    add_annotation(picture, "description", value);
}

static const struct {
    const char *name;
    enum facts_depth depth;
    fact_writer write;
} rows[] = {
    {"Trigger", FACTS_SHORT, write_trigger},     {"Severity", FACTS_SHORT, write_severity},
    {"Model", FACTS_SHORT, write_model},         {"Target", FACTS_ALL, write_target},
    {"Category", FACTS_ALL, write_category},     {"OWASP LLM", FACTS_ALL, write_owasp},
    {"MITRE ATLAS", FACTS_ALL, write_atlas},     {"Findings", FACTS_SHORT, write_findings},
    {"First seen", FACTS_ALL, write_first_seen}, {"Last seen", FACTS_SHORT, write_last_seen},
    {"Resolved", FACTS_ALL, write_resolved},     {"Flapping", FACTS_SHORT, write_flapping},
    {"Pipeline", FACTS_ALL, write_pipelines},    {"CI run", FACTS_ALL, write_run},
    {"Owner", FACTS_ALL, write_owner},           {"Description", FACTS_ALL, write_description},
};
#define ROWS_COUNT (sizeof rows / sizeof *rows)
_Static_assert(ROWS_COUNT <= FACTS_MAX, "every row has a place");

int facts_of(const struct message *message, const struct picture *picture, enum facts_depth depth,
             size_t value_units_max, struct arena *arena, struct facts *ret_facts,
             struct error *err)
{
    struct facts facts = {.count = 0};

    for (size_t i = 0; i < ROWS_COUNT; i++) {
        struct buffer value;
        buffer_init(&value, VALUE_BYTES_MAX, arena);
        if (rows[i].depth <= depth)
            rows[i].write(message, picture, &value);
        if (value.bytes == 0)
            continue;
        char *line = text_line(buffer_get(&value), value_units_max, arena);
        if (!line)
            return error_set(err, ERROR_MEMORY, "no memory for the facts of an alert");
        facts.rows[facts.count++] = (struct fact){.name = rows[i].name, .value = line};
    }
    *ret_facts = facts;
    return 0;
}

void links_of(const struct picture *picture, size_t bytes_max, struct arena *arena,
              struct link_list *ret_links)
{
    const char *ticket = picture->ticket_url ? picture->ticket_url : picture->links.ticket;
    const char *runbook =
        picture->links.runbook ? picture->links.runbook : annotation(picture, "runbook_url");
    const struct link all[] = {
        {"report", "Full report", picture->links.report},
        {"run", "CI run", picture->run_url},
        {"compare", "What changed", picture->compare_url},
        {"ticket", "Create ticket", ticket},
        {"runbook", "Runbook", runbook},
        {"artifact", "Artifact", picture->links.artifact},
        {"commit", "Commit", picture->commit_url},
    };
    _Static_assert(sizeof all / sizeof *all <= LINKS_MAX, "every link has a place");

    ret_links->count = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        bool is_over = picture->status == ALERT_RESOLVED && strcmp(all[i].id, "ticket") == 0;
        const char *url = is_over ? NULL : url_link(all[i].url, bytes_max, arena);
        if (!url)
            continue;
        ret_links->links[ret_links->count] = all[i];
        ret_links->links[ret_links->count++].url = url;
    }
}

size_t evidence_of(const struct picture *picture, struct evidence_text ret_texts[2])
{
    const struct sample *sample = picture->sample;
    size_t count = 0;

    if (!sample)
        return 0;
    if (is_text(sample->prompt))
        ret_texts[count++] =
            (struct evidence_text){"Prompt", sample->prompt, sample->prompt_cut_bytes};
    if (is_text(sample->output))
        ret_texts[count++] =
            (struct evidence_text){"Output", sample->output, sample->output_cut_bytes};
    return count;
}
