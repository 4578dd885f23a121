/*
 * webhook_body.c - a message as Alertmanager's webhook JSON, version 4.
 *
 * Receivers written for Alertmanager read it unchanged: `fingerprint` has Alertmanager's 16 hex
 * digits (the first 64 bits of ours; the whole one is tocsin.fingerprint), `endsAt` is the zero
 * time while an alert is open, and `summary` and `description` are there for their templates. What
 * Alertmanager has no place for stands in each alert's object `tocsin`, of a run's summary in the
 * body's own. Strings are neutralised
 * like everywhere: these receivers are often bridges to a chat. A sample says so when its text
 * differs from what was published.
 */
#include "consumer/channels/webhook.h"

#include <inttypes.h>
#include <string.h>

#include "consumer/channels/buffer.h"
#include "consumer/channels/document.h"
#include "consumer/channels/facts.h"
#include "consumer/channels/summary.h"
#include "consumer/channels/text.h"
#include "consumer/channels/texts.h"
#include "consumer/channels/words.h"

#define TEXT_UNITS_MAX        65536
#define TEXT_SHORT_UNITS_MAX  500
#define NAME_UNITS_MAX        2048
#define SUMMARY_UNITS_MAX     300
#define URL_BYTES_MAX         8192
#define DESCRIPTION_BYTES_MAX 8192
#define ZERO_TIME             "0001-01-01T00:00:00Z"
#define FINGERPRINT_PREFIX    "v1:"
#define FINGERPRINT_HEX       16

/* One body under construction. */
struct writer {
    struct document document;
    const struct message *message;
    struct arena *arena;
    enum render_size size;
    json_t *common_annotations; /* owned: a copy of the first alert's, less what the others do not
                                   share */
};

static void set_line(struct writer *writer, json_t *object, const char *name, const char *text)
{
    char *line = text ? text_line(text, NAME_UNITS_MAX, writer->arena) : NULL;

    if (text && !line)
        writer->document.failed = true;
    if (line && line[0] != '\0')
        document_set(&writer->document, object, name, json_string(line));
}

static void set_labels(struct writer *writer, json_t *object, const struct label *labels,
                       size_t count)
{
    for (size_t i = 0; i < count; i++)
        set_line(writer, object, labels[i].name, labels[i].value);
}

static void set_lines(struct writer *writer, json_t *object, const char *name,
                      const struct list *strings)
{
    const char *const *items = strings->items;
    json_t *array = document_array(&writer->document, object, name);

    for (size_t i = 0; i < strings->count; i++) {
        char *line = text_line(items[i], NAME_UNITS_MAX, writer->arena);
        document_append(&writer->document, array, line ? json_string(line) : NULL);
    }
}

static void set_number(struct writer *writer, json_t *object, const char *name, int64_t number)
{
    document_set(&writer->document, object, name, json_integer(number));
}

/* Prompt or output of a sample; `<name>_changed` when the receiver does not see it as published. */
static void set_evidence(struct writer *writer, json_t *sample, const char *name, const char *text,
                         int64_t missing_bytes)
{
    const struct text_style style = {
        .shape = TEXT_BLOCK,
        .units_max = writer->size == RENDER_FULL ? TEXT_UNITS_MAX : TEXT_SHORT_UNITS_MAX,
    };
    char *shown = text ? text_render(&style, text, missing_bytes, writer->arena) : NULL;
    char *changed = arena_printf(writer->arena, "%s_changed", name);

    if (!text)
        return;
    document_set(&writer->document, sample, name, shown ? json_string(shown) : NULL);
    if (shown && changed && strcmp(shown, text) != 0)
        document_set(&writer->document, sample, changed, json_true());
}

static void set_samples(struct writer *writer, json_t *tocsin, const struct picture *picture)
{
    const struct sample *sample = picture->sample;
    json_t *samples = document_array(&writer->document, tocsin, "samples");

    if (!sample || writer->size >= RENDER_NO_EVIDENCE)
        return;
    document_append(&writer->document, samples, json_object());
    json_t *object = json_array_get(samples, 0);
    set_line(writer, object, "finding", sample->finding);
    document_set_text(&writer->document, object, "severity", severity_names[sample->severity]);
    document_set(&writer->document, object, "confidence", json_real(sample->confidence));
    set_line(writer, object, "model_version", sample->model_version);
    set_evidence(writer, object, "prompt", sample->prompt, sample->prompt_cut_bytes);
    set_evidence(writer, object, "output", sample->output, sample->output_cut_bytes);
    set_line(writer, object, "prompt_sha256", sample->prompt_sha256);
    set_line(writer, object, "output_sha256", sample->output_sha256);
    set_line(writer, object, "run", sample->run);
    document_set_time(&writer->document, object, "time", sample->time_ms);
}

static void set_identity(struct writer *writer, json_t *tocsin, const struct picture *picture)
{
    json_t *rule = document_object(&writer->document, tocsin, "rule");
    json_t *model = document_object(&writer->document, tocsin, "model");

    set_line(writer, rule, "id", picture->rule.id);
    set_line(writer, rule, "title", picture->rule.title);
    set_line(writer, rule, "tool", picture->rule.tool);
    set_line(writer, rule, "probe", picture->rule.probe);
    set_line(writer, rule, "detector", picture->rule.detector);
    set_line(writer, model, "name", picture->model);
    set_lines(writer, model, "versions", &picture->model_versions);
    set_line(writer, tocsin, "target", picture->target);
    set_line(writer, tocsin, "category", picture->category);
}

static void set_tocsin(struct writer *writer, json_t *alert,
                       const struct message_alert *message_alert, const struct link_list *links)
{
    const struct picture *picture = message_alert->picture;
    struct document *document = &writer->document;
    json_t *tocsin = document_object(document, alert, "tocsin");

    set_line(writer, tocsin, "fingerprint", picture->fingerprint);
    set_number(writer, tocsin, "version", picture->version);
    set_number(writer, tocsin, "episode", picture->episode);
    document_set_text(document, tocsin, "news",
                      message_alert->changed ? news_names[picture->news] : "unchanged");
    if (picture->status == ALERT_RESOLVED)
        document_set_text(document, tocsin, "resolved_reason",
                          resolved_reason_names[picture->resolved_reason]);
    document_set_text(document, tocsin, "severity", severity_names[picture->severity]);
    document_set(document, tocsin, "confidence", json_real(picture->confidence));
    set_identity(writer, tocsin, picture);
    set_number(writer, tocsin, "count", picture->count);
    set_number(writer, tocsin, "episode_count", picture->episode_count);
    document_set_time(document, tocsin, "first_seen", picture->first_seen_ms);
    document_set_time(document, tocsin, "last_seen", picture->last_seen_ms);
    if (picture->flapping)
        document_set(document, tocsin, "flapping", json_true());
    set_lines(writer, tocsin, "pipelines", &picture->pipelines);
    set_number(writer, tocsin, "sightings", picture->sightings);
    set_line(writer, tocsin, "run", picture->run);
    set_line(writer, tocsin, "commit", picture->commit);
    set_line(writer, tocsin, "owner", picture->owner);
    json_t *object = document_object(document, tocsin, "links");
    for (size_t i = 0; i < links->count; i++)
        document_set_text(document, object, links->links[i].id, links->links[i].url);
    set_samples(writer, tocsin, picture);
}

static void facts_print(const struct facts *facts, struct buffer *text)
{
    for (size_t i = 0; i < facts->count; i++)
        buffer_printf(text, "%s%s: %s", i > 0 ? "\n" : "", facts->rows[i].name,
                      facts->rows[i].value);
}

/* "Model: helpbot, version 1\nFindings: 256 findings …": for a receiver that knows nothing of
 * `tocsin`. Without "3 d ago": annotations of an alert that did not change are the same in every
 * message. */
static const char *description(struct writer *writer, const struct picture *picture)
{
    struct message timeless = *writer->message;
    struct buffer text;
    struct facts facts;

    timeless.now_ms = 0;
    buffer_init(&text, DESCRIPTION_BYTES_MAX, writer->arena);
    if (facts_of(&timeless, picture, FACTS_ALL, SUMMARY_UNITS_MAX, writer->arena, &facts, NULL) !=
        0) {
        writer->document.failed = true;
        return NULL;
    }
    facts_print(&facts, &text);
    return buffer_get(&text);
}

static void set_annotations(struct writer *writer, json_t *alert,
                            const struct message_alert *message_alert,
                            const struct link_list *links)
{
    const struct picture *picture = message_alert->picture;
    json_t *annotations = document_object(&writer->document, alert, "annotations");

    set_line(writer, annotations, "summary",
             picture->rule.title ? picture->rule.title : picture->rule.id);
    document_set_text(&writer->document, annotations, "description", description(writer, picture));
    for (size_t i = 0; i < links->count; i++) {
        if (strcmp(links->links[i].id, "runbook") == 0)
            document_set_text(&writer->document, annotations, "runbook_url", links->links[i].url);
    }
    const struct label *given = picture->annotations.items;
    for (size_t i = 0; i < picture->annotations.count; i++) {
        if (strcmp(given[i].name, "runbook_url") != 0)
            set_line(writer, annotations, given[i].name, given[i].value);
    }
    if (!writer->common_annotations) {
        writer->common_annotations = json_copy(annotations);
        return;
    }
    const char *name;
    json_t *value;
    void *next;
    json_object_foreach_safe (writer->common_annotations, next, name, value) {
        if (!json_equal(value, json_object_get(annotations, name)))
            json_object_del(writer->common_annotations, name);
    }
}

static const char *generator_url(const struct link_list *links)
{
    for (size_t i = 0; i < links->count; i++) {
        if (strcmp(links->links[i].id, "report") == 0 || strcmp(links->links[i].id, "run") == 0)
            return links->links[i].url;
    }
    return "";
}

static const char *short_fingerprint(const struct picture *picture, struct arena *arena)
{
    const char *hex = picture->fingerprint ? picture->fingerprint : "";

    if (strncmp(hex, FINGERPRINT_PREFIX, strlen(FINGERPRINT_PREFIX)) == 0)
        hex += strlen(FINGERPRINT_PREFIX);
    return arena_printf(arena, "%.*s", FINGERPRINT_HEX, hex);
}

static void add_alert(struct writer *writer, json_t *alerts,
                      const struct message_alert *message_alert)
{
    const struct picture *picture = message_alert->picture;
    struct document *document = &writer->document;
    struct link_list links = {.count = 0};
    bool resolved = picture->status == ALERT_RESOLVED;
    const char *fingerprint = short_fingerprint(picture, writer->arena);

    if (writer->size < RENDER_IDENTITY)
        links_of(picture, URL_BYTES_MAX, writer->arena, &links);
    document_append(document, alerts, json_object());
    json_t *alert = json_array_get(alerts, json_array_size(alerts) - 1);
    document_set_text(document, alert, "status", resolved ? "resolved" : "firing");
    json_t *labels = document_object(document, alert, "labels");
    set_labels(writer, labels, picture->labels.items, picture->labels.count);
    if (!json_object_get(labels, "alertname"))
        set_line(writer, labels, "alertname", picture->rule.id);
    set_annotations(writer, alert, message_alert, &links);
    document_set(document, alert, "startsAt", json_string(ZERO_TIME));
    document_set_time(document, alert, "startsAt", picture->opened_ms);
    document_set(document, alert, "endsAt", json_string(ZERO_TIME));
    if (resolved)
        document_set_time(document, alert, "endsAt", picture->resolved_ms);
    document_set(document, alert, "generatorURL", json_string(generator_url(&links)));
    document_set(document, alert, "fingerprint", fingerprint ? json_string(fingerprint) : NULL);
    set_tocsin(writer, alert, message_alert, &links);
}

/* {"critical": 1, …, "total": 3} */
static void set_counts(struct writer *writer, json_t *object, const char *name,
                       const struct severity_counts *counts)
{
    json_t *member = document_object(&writer->document, object, name);

    for (int severity = SEVERITY_CRITICAL; severity >= SEVERITY_INFO; severity--)
        set_number(writer, member, severity_names[severity], counts->of[severity]);
    set_number(writer, member, "total", severity_counts_sum(counts));
}

static void set_run(struct writer *writer, json_t *object, const struct run *run)
{
    set_line(writer, object, "run", run->id);
    set_line(writer, object, "repository", run->repository);
    set_line(writer, object, "pipeline", run->pipeline);
    set_line(writer, object, "branch", run->branch);
    set_line(writer, object, "commit", run->commit);
    set_line(writer, object, "team", run->team);
    document_set_time(&writer->document, object, "started", run->started_ms);
}

/* A receiver that knows alerts alone finds none; the words are where it looks for words. */
static void add_summary(struct writer *writer, json_t *root)
{
    const struct run_summary *summary = writer->message->summary;
    struct document *document = &writer->document;
    struct buffer text;
    struct facts facts;
    struct link_list links;

    json_t *tocsin = document_object(document, root, "tocsin");
    json_t *object = document_object(document, tocsin, "run_summary");
    set_run(writer, object, &summary->run);
    document_set_time(document, object, "ended", summary->ended_ms);
    document_set_text(document, object, "status",
                      summary->lost ? "lost" : run_status_names[summary->status]);
    set_counts(writer, object, "new", &summary->counts.opened);
    set_counts(writer, object, "still_open", &summary->counts.still_open);
    set_counts(writer, object, "resolved", &summary->counts.resolved);
    if (summary->before) {
        json_t *before = document_object(document, object, "before");
        set_line(writer, before, "run", summary->before->run);
        set_number(writer, before, "open", run_counts_open(&summary->before->counts));
    }
    summary_links(summary, URL_BYTES_MAX, writer->arena, &links);
    for (size_t i = 0; i < links.count; i++)
        document_set_text(document, object, "url", links.links[i].url);
    buffer_init(&text, DESCRIPTION_BYTES_MAX, writer->arena);
    if (summary_facts(writer->message, SUMMARY_UNITS_MAX, writer->arena, &facts, NULL) != 0)
        document->failed = true;
    else
        facts_print(&facts, &text);
    writer->common_annotations = json_object();
    document_set_text(document, writer->common_annotations, "summary",
                      words_headline(writer->message, SUMMARY_UNITS_MAX, writer->arena));
    document_set_text(document, writer->common_annotations, "description", buffer_get(&text));
}

/* {"tocsin": {"title": …, "text": …}} where they are configured. */
static void add_texts(struct writer *writer, json_t *root)
{
    const struct message *message = writer->message;
    struct document *document = &writer->document;
    char *title = texts_title(message, SUMMARY_UNITS_MAX, writer->arena);
    char *text = texts_body(message, writer->size, writer->arena);

    if (!title && !text)
        return;
    json_t *tocsin = json_object_get(root, "tocsin");
    if (!tocsin)
        tocsin = document_object(document, root, "tocsin");
    document_set_text(document, tocsin, "title", title);
    document_set_text(document, tocsin, "text", text);
}

const char *webhook_body(const struct webhook *webhook, const struct message *message,
                         enum render_size size, struct arena *arena, size_t *ret_bytes,
                         struct error *err)
{
    struct writer writer = {.message = message, .arena = arena, .size = size};
    struct document *document = &writer.document;
    size_t count = message->alerts_count;

    document_init(document);
    json_t *root = document->root;
    if (webhook->max_alerts > 0 && (size_t)webhook->max_alerts < count)
        count = (size_t)webhook->max_alerts;
    document_set(document, root, "receiver", json_string(message->receiver));
    document_set(document, root, "status", json_string(message->resolved ? "resolved" : "firing"));
    json_t *alerts = document_array(document, root, "alerts");
    for (size_t i = 0; i < count; i++)
        add_alert(&writer, alerts, &message->alerts[i]);
    if (message->summary)
        add_summary(&writer, root);
    add_texts(&writer, root);
    set_labels(&writer, document_object(document, root, "groupLabels"), message->group_labels,
               message->group_labels_count);
    set_labels(&writer, document_object(document, root, "commonLabels"), message->common_labels,
               message->common_labels_count);
    document_set(document, root, "commonAnnotations",
                 writer.common_annotations ? json_incref(writer.common_annotations)
                                           : json_object());
    document_set(document, root, "externalURL",
                 json_string(message->external_url ? message->external_url : ""));
    document_set(document, root, "version", json_string("4"));
    set_line(&writer, root, "groupKey", message->group_key);
    set_number(&writer, root, "truncatedAlerts", (int64_t)(message_total(message) - count));
    const char *body = document_print(document, WEBHOOK_BODY_BYTES_MAX, arena, ret_bytes, err);
    json_decref(writer.common_annotations);
    document_fini(document);
    return body;
}
