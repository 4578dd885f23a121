/*
 * words.h - what a message says, in words that every channel uses: news, severity, times,
 * durations.
 *
 * Pure: the only clock is the message's. A time that is not known (0) has no words: "".
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_WORDS_H
#define TOCSIN_CONSUMER_CHANNELS_WORDS_H

#include "consumer/channels/channel.h"

#define WORDS_BYTES_MAX 64

/* "2026-11-23 08:04 UTC" */
void words_time(int64_t time_ms, char ret_words[WORDS_BYTES_MAX]);

/* The largest unit alone: "3 d", "2 h", "5 min", "12 s". Negative counts as 0. */
void words_duration(int64_t duration_ms, char ret_words[WORDS_BYTES_MAX]);

/* "2026-11-23 08:04 UTC, 3 d ago" */
void words_time_ago(int64_t time_ms, int64_t now_ms, char ret_words[WORDS_BYTES_MAX]);

/* "256 findings", "1 finding" */
void words_findings(int64_t count, char ret_words[WORDS_BYTES_MAX]);

/* Why this alert is in this message: "NEW", "ESCALATED", "RESOLVED after 3 d", "STILL OPEN for 2 d"
 * … */
void words_news(const struct message *message, const struct message_alert *alert,
                char ret_words[WORDS_BYTES_MAX]);

/* "CRITICAL" … "INFO" */
const char *words_severity(int severity);

/* The worst severity of the open alerts, or of all where none is open; of a summary its own. */
int message_severity(const struct message *message);

/* The group is one alert. */
bool message_is_single(const struct message *message);

/* All alerts of the group, shown or not. */
size_t message_total(const struct message *message);

/* One line: "HIGH · NEW · <title>" for one alert, "HIGH · 5 problems: 3 new, 1 resolved" for a
 * group, "RUN ENDED · 3 new, …" for a run's summary. */
char *words_own_headline(const struct message *message, size_t units_max, struct arena *arena);

/* That, or what the receiver's title makes of it (texts.h). */
char *words_headline(const struct message *message, size_t units_max, struct arena *arena);

/* "HIGH · NEW · <title>" */
char *words_alert(const struct message *message, const struct message_alert *alert,
                  size_t units_max, struct arena *arena);

/* What a person should know about this message as such ("a reminder", "an earlier try may have
 * arrived"); NULL where there is nothing to say. */
const char *words_note(const struct message *message);

#endif
