/*
 * words.c - the words of a message. See words.h.
 */
#include "consumer/channels/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "consumer/channels/buffer.h"
#include "consumer/channels/summary.h"
#include "consumer/channels/text.h"
#include "consumer/channels/texts.h"

#define HEADLINE_BYTES_MAX 512

/* By enum news: in an alert's headline, and in a group's count of them. */
static const struct {
    const char *headline, *counted;
} news_words[] = {
    [NEWS_OPENED] = {"NEW", "new"},
    [NEWS_ESCALATED] = {"ESCALATED", "escalated"},
    [NEWS_REOPENED] = {"REOPENED", "reopened"},
    [NEWS_RESOLVED] = {"RESOLVED", "resolved"},
    [NEWS_LEFT] = {"NO LONGER ROUTED HERE", "no longer routed here"},
    [NEWS_VERSION] = {"NEW MODEL VERSION", "in a new model version"},
    [NEWS_FINAL] = {"RUN ENDED", "counted to the run's end"},
};
#define NEWS_KINDS (sizeof news_words / sizeof *news_words)

static const char *const severity_words[SEVERITIES] = {
    [SEVERITY_INFO] = "INFO", [SEVERITY_LOW] = "LOW",           [SEVERITY_MEDIUM] = "MEDIUM",
    [SEVERITY_HIGH] = "HIGH", [SEVERITY_CRITICAL] = "CRITICAL",
};

void words_time(int64_t time_ms, char ret_words[WORDS_BYTES_MAX])
{
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm utc;

    ret_words[0] = '\0';
    if (time_ms > 0 && gmtime_r(&seconds, &utc))
        strftime(ret_words, WORDS_BYTES_MAX, "%Y-%m-%d %H:%M UTC", &utc);
}

void words_duration(int64_t duration_ms, char ret_words[WORDS_BYTES_MAX])
{
    static const struct {
        int64_t ms;
        const char *unit;
    } units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "min"}, {1000, "s"}};
    size_t i = 0;

    while (i < 3 && duration_ms < units[i].ms)
        i++;
    int64_t n = duration_ms > 0 ? duration_ms / units[i].ms : 0;
    snprintf(ret_words, WORDS_BYTES_MAX, "%" PRId64 " %s", n, units[i].unit);
}

void words_time_ago(int64_t time_ms, int64_t now_ms, char ret_words[WORDS_BYTES_MAX])
{
    char ago[WORDS_BYTES_MAX];

    words_time(time_ms, ret_words);
    if (ret_words[0] == '\0' || now_ms < time_ms)
        return;
    words_duration(now_ms - time_ms, ago);
    size_t used = strlen(ret_words);
    snprintf(ret_words + used, WORDS_BYTES_MAX - used, ", %.30s ago", ago);
}

void words_findings(int64_t count, char ret_words[WORDS_BYTES_MAX])
{
    snprintf(ret_words, WORDS_BYTES_MAX, "%" PRId64 " finding%s", count, count == 1 ? "" : "s");
}

static void word_and_duration(const char *word, const char *link, int64_t from_ms, int64_t to_ms,
                              char ret_words[WORDS_BYTES_MAX])
{
    char duration[WORDS_BYTES_MAX];

    if (from_ms <= 0 || to_ms < from_ms) {
        snprintf(ret_words, WORDS_BYTES_MAX, "%s", word);
        return;
    }
    words_duration(to_ms - from_ms, duration);
    snprintf(ret_words, WORDS_BYTES_MAX, "%.24s %s %.30s", word, link, duration);
}

/* A number's word, whatever a newer writer put there. */
static size_t news_of(const struct picture *picture)
{
    return picture->news >= 0 && (size_t)picture->news < NEWS_KINDS ? (size_t)picture->news
                                                                    : NEWS_FINAL;
}

void words_news(const struct message *message, const struct message_alert *alert,
                char ret_words[WORDS_BYTES_MAX])
{
    const struct picture *picture = alert->picture;

    if (picture->status == ALERT_RESOLVED) {
        const char *word = picture->resolved_reason == RESOLVED_STALE        ? "CLOSED AS STALE"
                           : picture->resolved_reason == RESOLVED_SUPERSEDED ? "SUPERSEDED"
                                                                             : "RESOLVED";
        word_and_duration(word, "after", picture->opened_ms, picture->resolved_ms, ret_words);
        return;
    }
    if (!alert->changed || message->repeat)
        word_and_duration("STILL OPEN", "for", picture->opened_ms, message->now_ms, ret_words);
    else
        snprintf(ret_words, WORDS_BYTES_MAX, "%s", news_words[news_of(picture)].headline);
}

static int severity_of(const struct picture *picture)
{
    return picture->severity >= 0 && picture->severity < SEVERITIES ? picture->severity
                                                                    : SEVERITY_INFO;
}

const char *words_severity(int severity)
{
    return severity >= 0 && severity < SEVERITIES ? severity_words[severity]
                                                  : severity_words[SEVERITY_INFO];
}

int message_severity(const struct message *message)
{
    int worst = SEVERITY_INFO;

    if (message->summary)
        return summary_severity(message->summary);
    for (size_t i = 0; i < message->alerts_count; i++) {
        const struct picture *picture = message->alerts[i].picture;
        if ((message->resolved || picture->status == ALERT_OPEN) && severity_of(picture) > worst)
            worst = severity_of(picture);
    }
    return worst;
}

bool message_is_single(const struct message *message)
{
    return message->alerts_count == 1 && message->omitted == 0;
}

size_t message_total(const struct message *message)
{
    return message->alerts_count + message->omitted;
}

/* ": 3 new, 1 resolved, 12 still open": of the alerts that the message carries. */
static void count_news(const struct message *message, struct buffer *line)
{
    size_t counts[NEWS_KINDS] = {0}, still_open = 0;
    const char *separator = ": ";

    for (size_t i = 0; i < message->alerts_count; i++) {
        const struct message_alert *alert = &message->alerts[i];
        if (alert->picture->status == ALERT_RESOLVED)
            counts[NEWS_RESOLVED]++;
        else if (!alert->changed || message->repeat)
            still_open++;
        else
            counts[news_of(alert->picture)]++;
    }
    for (size_t i = 0; i < NEWS_KINDS; i++) {
        if (counts[i] == 0)
            continue;
        buffer_printf(line, "%s%zu %s", separator, counts[i], news_words[i].counted);
        separator = ", ";
    }
    if (still_open > 0) {
        buffer_printf(line, "%s%zu still open", separator, still_open);
        separator = ", ";
    }
    if (message->omitted > 0)
        buffer_printf(line, "%s%zu more", separator, message->omitted);
}

char *words_alert(const struct message *message, const struct message_alert *alert,
                  size_t units_max, struct arena *arena)
{
    const struct rule *rule = &alert->picture->rule;
    const char *title = rule->title && rule->title[0] != '\0' ? rule->title : rule->id;
    char news[WORDS_BYTES_MAX];

    words_news(message, alert, news);
    char *line =
        arena_printf(arena, "%s \u00B7 %s \u00B7 %s", words_severity(severity_of(alert->picture)),
                     news, title ? title : "");
    return line ? text_line(line, units_max, arena) : NULL;
}

char *words_own_headline(const struct message *message, size_t units_max, struct arena *arena)
{
    struct buffer line;

    if (message->summary)
        return summary_headline(message->summary, units_max, arena);
    if (message_total(message) == 1 && message->alerts_count == 1)
        return words_alert(message, &message->alerts[0], units_max, arena);
    buffer_init(&line, HEADLINE_BYTES_MAX, arena);
    buffer_printf(&line, "%s%s \u00B7 %zu problems", message->resolved ? "ALL CLOSED \u00B7 " : "",
                  words_severity(message_severity(message)), message_total(message));
    count_news(message, &line);
    return text_line(buffer_get(&line), units_max, arena);
}

char *words_headline(const struct message *message, size_t units_max, struct arena *arena)
{
    char *title = texts_title(message, units_max, arena);

    return title ? title : words_own_headline(message, units_max, arena);
}

const char *words_note(const struct message *message)
{
    if (message->in_doubt)
        return "An earlier try to send this may have arrived: it can be there twice.";
    if (message->repeat)
        return "A reminder: nothing has changed since the last message.";
    return message->storm;
}
