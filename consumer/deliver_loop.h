/*
 * deliver_loop.h - the loop of the role deliver and its three sides: Kafka, commits, requests.
 */
#ifndef TOCSIN_CONSUMER_DELIVER_LOOP_H
#define TOCSIN_CONSUMER_DELIVER_LOOP_H

#include "consumer/deliver/deliverer.h"
#include "consumer/deliver/http.h"
#include "consumer/deliver/random.h"
#include "consumer/kafka/committer.h"
#include "consumer/roles.h"

#define LOOP_CONFIGS_MAX 8    /* that flights began with and that are not the newest */
#define LOOP_WAIT_MS_MAX 1000 /* also how often positions alone are committed */

struct loop {
    const struct role_run *run;
    const struct config *config; /* the newest that was taken */
    const struct config *old[LOOP_CONFIGS_MAX];
    size_t old_count;
    struct arena arena; /* topic names */
    struct role_topic topics[ROLE_TOPICS_MAX];
    size_t topics_count;
    struct role *role;
    struct committer *committer;
    struct http *http;
    struct deliverer *deliverer;
    struct clock_watch watch;
    struct random random;
    int64_t session_ms, lazy_mono_ms;
    uint64_t control_changes; /* that the deliverer knows of */
    bool unconfirmed;         /* frozen for too long: ask before sending */
    struct error err;         /* of a callback */
};

/* deliver_input.c */
int loop_name_topics(struct loop *loop, struct error *err);
int loop_restore(void *self, topic_index topic, int32_t partition, const void *key,
                 size_t key_bytes, const void *value, size_t value_bytes, struct error *err);
int loop_restored(void *self, int32_t partition, int64_t *ret_next,
                  int64_t ret_side_next[ROLE_TOPICS_MAX], struct error *err);
void loop_drop(void *self, int32_t partition);
/* Takes what is there, not too much of it. *ret_more: there may be more at once. */
int loop_take_input(struct loop *loop, bool *ret_more, struct error *err);

/* deliver_reload.c: takes a newer configuration, and gives back those that are not used any more.
 */
int loop_take_config(struct loop *loop, struct moment now, struct error *err);

/* deliver_commit.c */
int loop_fetch_commit(struct loop *loop, struct error *err);
int loop_start_commit(struct loop *loop, struct moment now, struct error *err);
/* On this thread, until nothing is left or a commit did not go through. */
int loop_commit_all(struct loop *loop, struct error *err);

/* deliver_requests.c */
int loop_start_requests(struct loop *loop, struct error *err);
int loop_take_answers(struct loop *loop, struct error *err);
/* Lets requests in the air end, without beginning others, until `end_mono_ms`. */
int loop_drain(struct loop *loop, int64_t end_mono_ms, struct error *err);

#endif
