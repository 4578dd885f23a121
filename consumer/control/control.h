/*
 * control.h - the topic `control` as every process sees it: read whole at the start, then followed.
 *
 * A thread of its own reads partitions 0 and 1, committed records only, and keeps the table; roles
 * ask it from any thread. Until both partitions were read to the end that they had at the start
 * nobody may be told anything: control_ready() says when. What changes is seen within the
 * brokers' fetch wait (100 ms). When reading fails it begins again, and is not ready until it has
 * read everything once more; the reason goes to the log.
 */
#ifndef TOCSIN_CONSUMER_CONTROL_CONTROL_H
#define TOCSIN_CONSUMER_CONTROL_CONTROL_H

#include "consumer/control/table.h"

#define CONTROL_POLL_MS     100
#define CONTROL_QUESTION_MS 2000 /* for the end of a partition */
#define CONTROL_AGAIN_MS    500  /* pause before reading begins again */

/* All of it is kept by reference. */
struct control_config {
    const struct label *kafka;
    size_t kafka_count;
    const char *topic; /* whole name, with prefix */
    const char *group; /* for access lists alone: nobody joins it */
    const char *instance;
    const struct inhibit_rule *rules;
    size_t rules_count;
};

struct control;

int control_new(const struct control_config *config, struct control **ret, struct error *err);
void control_free(struct control *control);

bool control_ready(struct control *control);

/* From now on with other rules; the old ones are not needed any more after it. Everything is read
 * once more, and it is not ready until then. On failure nothing has changed. */
int control_rules(struct control *control, const struct inhibit_rule *rules, size_t count,
                  struct error *err);

/* Waits for that. ERROR_RETRIABLE: not in time, with why reading failed last. */
int control_wait_ready(struct control *control, int64_t timeout_ms, struct error *err);

/* Only grows. Another number: ask again about everything. */
uint64_t control_changes(struct control *control);

/* Readable after a change or when it has become ready, until the next take. For one loop alone. */
int control_event_fd(const struct control *control);
void control_event_take(struct control *control);

/* As control_table_muted() and its like. */
bool control_muted(struct control *control, const struct mute_subject *subject, int64_t now_ms,
                   struct mute *ret_mute);
bool control_is_empty(struct control *control);
int control_silences(struct control *control, struct arena *arena, struct list *ret_silences,
                     struct error *err);
int control_accepted(struct control *control, struct arena *arena, struct list *ret_accepted,
                     struct error *err);

int control_ended(struct control *control, int64_t before_ms, struct arena *arena,
                  struct list *ret_keys, struct error *err);

#endif
