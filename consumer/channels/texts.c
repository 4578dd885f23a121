/*
 * texts.c - a receiver's own title and text. See texts.h.
 */
#include "consumer/channels/texts.h"

#include <string.h>

#include "consumer/channels/buffer.h"
#include "consumer/channels/mustache.h"
#include "consumer/channels/text.h"
#include "consumer/channels/words.h"

#define OUTPUT_BYTES_MAX   ((size_t)TEXTS_UNITS_MAX * 3 + 4096) /* more is cut anyway */
#define HEADLINE_UNITS_MAX 300

static void set(json_t *object, const char *name, json_t *value)
{
    json_object_set_new(object, name, value);
}

static void set_text(json_t *object, const char *name, const char *text)
{
    if (text)
        set(object, name, json_string(text));
}

static json_t *labels_json(const struct label *labels, size_t count)
{
    json_t *object = json_object();

    for (size_t i = 0; i < count; i++)
        set_text(object, labels[i].name, labels[i].value);
    return object;
}

static json_t *alert_json(const struct message *message, const struct message_alert *alert,
                          struct arena *arena)
{
    struct error err = {0};
    json_t *object = record_encode_value(&picture_type, alert->picture, &err);

    if (!object)
        return NULL;
    set_text(object, "headline", words_alert(message, alert, HEADLINE_UNITS_MAX, arena));
    set(object, "changed", json_boolean(alert->changed));
    return object;
}

/* NULL where a picture can't be written as its record. */
static json_t *alerts_json(const struct message *message, struct arena *arena)
{
    json_t *alerts = json_array();

    for (size_t i = 0; i < message->alerts_count; i++) {
        if (json_array_append_new(alerts, alert_json(message, &message->alerts[i], arena)) != 0) {
            json_decref(alerts);
            return NULL;
        }
    }
    return alerts;
}

static json_t *context_of(const struct message *message, struct arena *arena)
{
    json_t *alerts = alerts_json(message, arena), *root = alerts ? json_object() : NULL;
    struct error err = {0};

    if (!root) {
        json_decref(alerts);
        return NULL;
    }
    set_text(root, "headline", words_own_headline(message, HEADLINE_UNITS_MAX, arena));
    set_text(root, "receiver", message->receiver);
    set_text(root, "storm", message->storm);
    set_text(root, "external_url", message->external_url);
    set(root, "group", labels_json(message->group_labels, message->group_labels_count));
    set(root, "labels", labels_json(message->common_labels, message->common_labels_count));
    set(root, "total", json_integer((json_int_t)message_total(message)));
    set(root, "omitted", json_integer((json_int_t)message->omitted));
    set(root, "resolved", json_boolean(message->resolved));
    set(root, "repeat", json_boolean(message->repeat));
    set(root, "in_doubt", json_boolean(message->in_doubt));
    set(root, "severity", json_string(severity_names[message_severity(message)]));
    if (message->summary)
        set(root, "summary", record_encode_value(&run_summary_type, message->summary, &err));
    if (message->alerts_count > 0)
        json_object_update_missing(root, json_array_get(alerts, 0));
    set(root, "alerts", alerts);
    return root;
}

/* What does not fit is left out whole, piece by piece: the channel's limit is far below. */
static void write_text(void *ctx, const char *text, size_t bytes)
{
    struct buffer *out = ctx;
    size_t room = out->bytes_max - out->bytes;

    if (bytes > room)
        bytes = room;
    while (bytes > 0 && bytes == room && ((unsigned char)text[bytes] & 0xC0) == 0x80)
        bytes--;
    buffer_add(out, text, bytes);
}

static const char *render(const struct mustache *template, const struct message *message,
                          struct arena *arena)
{
    struct buffer out;
    const struct mustache_output output = {&out, write_text, write_text};
    json_t *context = template ? context_of(message, arena) : NULL;
    struct error err = {0};

    buffer_init(&out, OUTPUT_BYTES_MAX, arena);
    int rc = context ? mustache_render(template, context, &output, &err) : -1;
    json_decref(context);
    const char *text = buffer_get(&out);
    return rc == 0 && text[strspn(text, " \t\r\n")] != '\0' ? text : NULL;
}

char *texts_title(const struct message *message, size_t units_max, struct arena *arena)
{
    const struct texts *texts = &message->texts;
    const char *text =
        render(message->summary ? texts->summary_title : texts->title, message, arena);

    return text ? text_line(text, units_max, arena) : NULL;
}

/* Without empty lines at the end. */
static void cut_lines(char *text)
{
    char *at = text;

    for (size_t lines = 1; (at = strchr(at, '\n')) != NULL; lines++, at++) {
        if (lines == TEXTS_LINES_MAX) {
            *at = '\0';
            break;
        }
    }
    for (size_t bytes = strlen(text); bytes > 0 && text[bytes - 1] == '\n'; bytes--)
        text[bytes - 1] = '\0';
}

char *texts_body(const struct message *message, enum render_size size, struct arena *arena)
{
    const struct text_style style = {.shape = TEXT_BLOCK, .units_max = TEXTS_UNITS_MAX};
    const struct texts *texts = &message->texts;
    const char *text =
        size == RENDER_IDENTITY
            ? NULL
            : render(message->summary ? texts->summary_text : texts->text, message, arena);
    char *block = text ? text_render(&style, text, 0, arena) : NULL;

    if (block)
        cut_lines(block);
    return block;
}
