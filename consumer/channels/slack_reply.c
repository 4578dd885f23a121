/*
 * slack_reply.c - the reply in a message's thread that says what changed: a line an alert.
 *
 * An update in place notifies nobody, so what someone should see now (a problem that is new, worse,
 * back, or still open after a while) is also shown in the channel; a resolve stays in the thread.
 */
#include "consumer/channels/slack.h"

#include "consumer/channels/buffer.h"
#include "consumer/channels/slack_page.h"
#include "consumer/channels/text.h"
#include "consumer/channels/words.h"

#define LINES_MAX       10
#define LINE_UNITS_MAX  250
#define LINES_BYTES_MAX ((size_t)16384)

_Static_assert((LINES_MAX + 1) * (LINE_UNITS_MAX + 1) <= SLACK_SECTION_MAX,
               "one section holds them");

static bool is_urgent(const struct message *message)
{
    bool urgent = message->repeat;

    for (size_t i = 0; i < message->alerts_count; i++) {
        const struct message_alert *alert = &message->alerts[i];
        urgent = urgent ||
                 (alert->changed && alert->picture->status == ALERT_OPEN &&
                  (alert->picture->news == NEWS_OPENED || alert->picture->news == NEWS_ESCALATED ||
                   alert->picture->news == NEWS_REOPENED));
    }
    return urgent;
}

/* The changed alerts, or in a reminder all of them in one line. */
static const char *lines_of(const struct message *message, struct arena *arena)
{
    struct buffer lines;
    size_t count = 0;

    if (message->repeat)
        return words_headline(message, LINE_UNITS_MAX, arena);
    buffer_init(&lines, LINES_BYTES_MAX, arena);
    for (size_t i = 0; i < message->alerts_count; i++) {
        if (!message->alerts[i].changed || count++ >= LINES_MAX)
            continue;
        char *line = words_alert(message, &message->alerts[i], LINE_UNITS_MAX, arena);
        if (!line)
            return NULL;
        buffer_printf(&lines, "%s%s", lines.bytes > 0 ? "\n" : "", line);
    }
    if (count > LINES_MAX)
        buffer_printf(&lines, "\n\u2026 and %zu more", count - LINES_MAX);
    return lines.bytes > 0 ? buffer_get(&lines) : words_headline(message, LINE_UNITS_MAX, arena);
}

const char *slack_reply(const struct slack *slack, const struct slack_place *place,
                        const struct message *message, struct arena *arena, size_t *ret_bytes,
                        struct error *err)
{
    const char *lines = lines_of(message, arena), *note = words_note(message), *body = NULL;
    struct document document;
    struct slack_page page;

    if (!lines) {
        error_set(err, ERROR_MEMORY, "no memory for a message to Slack");
        return NULL;
    }
    document_init(&document);
    document_set_text(&document, document.root, "channel", place->channel);
    document_set_text(&document, document.root, "thread_ts", place->ts);
    document_set(&document, document.root, "reply_broadcast",
                 json_boolean(slack->reply_broadcast && is_urgent(message)));
    slack_author(slack, &document);
    slack_page_init(&page, &document, arena);
    slack_page_notification(&page, lines);
    slack_page_section(&page, lines);
    slack_page_context(&page, &note, note ? 1 : 0);
    body = document_print(&document, SLACK_BODY_BYTES_MAX, arena, ret_bytes, err);
    document_fini(&document);
    return body;
}
