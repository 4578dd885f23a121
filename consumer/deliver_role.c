/*
 * deliver_role.c - the loop of the role deliver: it joins Kafka, HTTP and the clock to the
 * deliverer.
 *
 * One thread serves all requests and all input; a second one only commits. Nothing here decides
 * what is sent: it hands records in, batches to the committer, requests to HTTP and answers back.
 * After a gap of the monotonic clock nothing is sent before the group has confirmed that the
 * partitions are still ours. Asked to stop, it finishes what is in the air, commits what that led
 * to, and returns; what is not finished in time keeps its intent, and the next owner waits for that
 * to end.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "consumer/deliver/deliverer.h"
#include "consumer/deliver/http.h"
#include "consumer/deliver/random.h"
#include "consumer/kafka/committer.h"
#include "consumer/log.h"
#include "consumer/roles.h"

#define WAIT_MS_MAX         1000 /* also how often positions alone are committed */
#define INPUT_RECORDS_MAX   500  /* taken before the sockets get their turn */
#define SESSION_MS_DEFAULT  10000
#define CONFIRM_MS_MAX      5000
#define DRAIN_MARGIN_MS     500
#define TOPICS_BEFORE_RETRY DELIVER_RETRY

struct loop {
    const struct role_run *run;
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
    bool unconfirmed; /* frozen for too long: ask before sending */
    struct error err; /* of a callback */
};

static int64_t session_ms_of(const struct config *config)
{
    const struct label *labels = config->kafka.items;

    for (size_t i = 0; i < config->kafka.count; i++) {
        if (strcmp(labels[i].name, "session.timeout.ms") == 0)
            return strtoll(labels[i].value, NULL, 10);
    }
    return SESSION_MS_DEFAULT;
}

static int name_topics(struct loop *loop, struct error *err)
{
    static const struct role_topic fixed[TOPICS_BEFORE_RETRY] = {
        [DELIVER_NOTIFICATIONS] = {"notifications", TOPIC_INPUT},
        [DELIVER_DELIVERIES] = {"deliveries", TOPIC_CHANGELOG},
        [DELIVER_DEAD_LETTER] = {"dead-letter", TOPIC_OUTPUT},
    };
    const struct topics_config *config = &loop->run->config->topics;
    const struct retry_tier *tiers = config->retry_tiers.items;

    loop->topics_count = TOPICS_BEFORE_RETRY + config->retry_tiers.count;
    if (loop->topics_count > ROLE_TOPICS_MAX)
        return error_set(err, ERROR_LIMIT, "too many retry tiers");
    for (size_t i = 0; i < loop->topics_count; i++) {
        bool retry = i >= TOPICS_BEFORE_RETRY;
        loop->topics[i].use = retry ? TOPIC_SIDE : fixed[i].use;
        loop->topics[i].name =
            arena_printf(&loop->arena, "%s%s%s", config->prefix, retry ? "retry." : fixed[i].name,
                         retry ? tiers[i - TOPICS_BEFORE_RETRY].name : "");
        if (loop->topics[i].name == NULL)
            return error_set(err, ERROR_MEMORY, "out of memory");
    }
    return 0;
}

static uint64_t on_random(void *self)
{
    return random_next(&((struct loop *)self)->random);
}

static void on_say(void *self, enum say_level level, const char *text)
{
    (void)self;
    log_event(level == SAY_WARNING ? LOG_WARNING : LOG_INFO, "deliver", "text", text, NULL);
}

static int on_restore(void *self, topic_index topic, int32_t partition, const void *key,
                      size_t key_bytes, const void *value, size_t value_bytes, struct error *err)
{
    struct loop *loop = self;

    (void)topic;
    return deliverer_restore(loop->deliverer, partition, key, key_bytes, value, value_bytes, err);
}

static int on_restored(void *self, int32_t partition, int64_t *ret_next,
                       int64_t ret_side_next[ROLE_TOPICS_MAX], struct error *err)
{
    struct loop *loop = self;
    int64_t tiers[RETRY_TIERS_MAX];

    if (deliverer_restored(loop->deliverer, partition, moment_now(), ret_next, tiers, err) != 0)
        return -1;
    for (size_t i = DELIVER_RETRY; i < loop->topics_count; i++)
        ret_side_next[i] = tiers[i - DELIVER_RETRY];
    return 0;
}

static void on_drop(void *self, int32_t partition)
{
    deliverer_drop(((struct loop *)self)->deliverer, partition);
}

static int settle(struct loop *loop, enum commit_result result, struct error *err)
{
    switch (result) {
    case COMMITTED:
        deliverer_committed(loop->deliverer);
        return 0;
    case ABORTED:
        log_event(LOG_WARNING, "commit_aborted", "role", "deliver", "why", err->text, NULL);
        if (err->kind == ERROR_LIMIT)
            return -1; /* the same batch would come again */
        error_clear(err);
        return deliverer_aborted(loop->deliverer, moment_now(), err);
    case UNKNOWN:
        log_event(LOG_WARNING, "commit_unknown", "role", "deliver", "why", err->text, NULL);
        error_clear(err);
        return deliverer_aborted(loop->deliverer, moment_now(), err);
    case FATAL:
        break;
    }
    return error_set(err, ERROR_FATAL, "commit failed");
}

static int fetch_commit(struct loop *loop, struct error *err)
{
    enum commit_result result;
    struct error why = {0};

    if (!committer_poll(loop->committer, &result, &why))
        return 0;
    if (settle(loop, result, &why) == 0)
        return 0;
    *err = why;
    return -1;
}

static int start_commit(struct loop *loop, struct moment now, struct error *err)
{
    const struct batch *batch = NULL;
    struct error why = {0};
    bool lazily = now.mono_ms < loop->lazy_mono_ms;

    if (committer_busy(loop->committer))
        return 0;
    if (deliverer_stage(loop->deliverer, lazily, &batch, err) != 0)
        return -1;
    if (batch == NULL)
        return 0;
    loop->lazy_mono_ms = now.mono_ms + WAIT_MS_MAX;
    if (committer_start(loop->committer, batch, &why) == 0)
        return 0;
    if (why.kind == ERROR_RETRIABLE) /* a partition of it was lost */
        return deliverer_aborted(loop->deliverer, now, err);
    *err = why;
    return -1;
}

/* Standard output is a receiver like any other: what it took is delivered. */
static int print(struct loop *loop, struct flight *flight, struct error *err)
{
    const struct request *request = flight_request(flight);
    struct response response = {.status = 200, .sent = true, .retry_after_ms = -1, .body = ""};

    for (size_t done = 0; done < request->body_bytes;) {
        ssize_t bytes = write(STDOUT_FILENO, request->body + done, request->body_bytes - done);
        if (bytes < 0 && errno != EINTR) {
            response.status = 0;
            response.sent = done > 0;
            response.transport_error = "standard output cannot be written";
            break;
        }
        done += bytes > 0 ? (size_t)bytes : 0;
    }
    return deliverer_response(loop->deliverer, flight, &response, moment_now(), err);
}

static int start_requests(struct loop *loop, struct error *err)
{
    struct flight *flight;

    for (;;) {
        struct error why = {0};
        struct moment now = moment_now();
        if (deliverer_start(loop->deliverer, now, &flight, err) != 0)
            return -1;
        if (flight == NULL)
            return 0;
        if (flight_kind(flight) == STEP_PRINT) {
            if (print(loop, flight, err) != 0)
                return -1;
            continue;
        }
        if (http_start(loop->http, flight_request(flight), flight_timeout_ms(flight), flight,
                       &why) == 0)
            continue;
        struct response refused = {.transport_error = why.text, .retry_after_ms = -1, .body = ""};
        if (deliverer_response(loop->deliverer, flight, &refused, now, err) != 0)
            return -1;
    }
}

static int take_answers(struct loop *loop, struct error *err)
{
    struct moment now = moment_now();
    struct response response;
    void *flight;

    while (http_next(loop->http, now.wall_ms, &flight, &response)) {
        if (deliverer_response(loop->deliverer, flight, &response, now, err) != 0)
            return -1;
    }
    return 0;
}

static int take_record(struct loop *loop, const rd_kafka_message_t *message, topic_index topic,
                       struct moment now, struct error *err)
{
    struct header headers[ENVELOPE_HEADERS_MAX];
    rd_kafka_timestamp_type_t kind;
    rd_kafka_headers_t *list = NULL;
    struct delivered_record record = {
        .topic = loop->topics[topic].name,
        .partition = message->partition,
        .offset = message->offset,
        .time_ms = rd_kafka_message_timestamp(message, &kind),
        .key = message->key,
        .key_bytes = message->key_len,
        .value = message->payload,
        .value_bytes = message->len,
        .headers = headers,
    };

    if (topic >= DELIVER_RETRY)
        return deliverer_wakeup(loop->deliverer, (size_t)(topic - DELIVER_RETRY), &record, now,
                                err);
    if (rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR) {
        struct header *at = headers;
        const void *value;
        while (record.headers_count < ENVELOPE_HEADERS_MAX &&
               rd_kafka_header_get_all(list, record.headers_count, &at->name, &value, &at->bytes) ==
                   RD_KAFKA_RESP_ERR_NO_ERROR) {
            (at++)->value = value;
            record.headers_count++;
        }
    }
    atomic_fetch_add(&loop->run->status->records, 1);
    return deliverer_notification(loop->deliverer, &record, now, err);
}

/* *ret_more: there may be more at once. */
static int take_input(struct loop *loop, bool *ret_more, struct error *err)
{
    *ret_more = true;
    for (int i = 0; i < INPUT_RECORDS_MAX; i++) {
        rd_kafka_message_t *message = NULL;
        topic_index topic = 0;
        if (i > 0 && deliverer_full(loop->deliverer))
            break;
        if (role_poll(loop->role, 0, &message, &topic, err) != 0)
            return -1;
        if (error_is_set(&loop->err)) {
            *err = loop->err;
            return -1;
        }
        if (message == NULL) {
            *ret_more = false;
            return 0;
        }
        int rc = take_record(loop, message, topic, moment_now(), err);
        rd_kafka_message_destroy(message);
        if (rc != 0)
            return -1;
    }
    return 0;
}

/* Lets requests in the air end, without beginning others, until `end_ms`. */
static int drain(struct loop *loop, int64_t end_mono_ms, struct error *err)
{
    deliverer_hold(loop->deliverer, true);
    while (deliverer_recall(loop->deliverer, moment_now(), err) == 0) {
        int64_t left_ms = end_mono_ms - moment_now().mono_ms;
        if (deliverer_in_flight(loop->deliverer) == 0 || left_ms <= 0)
            return 0;
        if (http_wait(loop->http, NULL, 0, left_ms, err) != 0 || take_answers(loop, err) != 0)
            return -1;
    }
    return -1;
}

/* Commits on this thread until nothing is left, or a commit did not go through. */
static int commit_all(struct loop *loop, struct error *err)
{
    const struct batch *batch = NULL;

    committer_wait(loop->committer);
    if (fetch_commit(loop, err) != 0)
        return -1;
    for (;;) {
        struct error why = {0};
        if (deliverer_stage(loop->deliverer, false, &batch, err) != 0)
            return -1;
        if (batch == NULL)
            return 0;
        enum commit_result result = role_commit(loop->role, batch, &why);
        if (settle(loop, result, &why) != 0) {
            *err = why;
            return -1;
        }
        if (result != COMMITTED)
            return 0;
    }
}

static int64_t longest_request_ms(const struct config *config)
{
    int64_t longest_ms = 0;

    for (size_t i = 0; i < config->integrations_count; i++) {
        if (config->integrations[i].request_timeout_ms > longest_ms)
            longest_ms = config->integrations[i].request_timeout_ms;
    }
    return longest_ms;
}

static void on_revoking(void *self)
{
    struct loop *loop = self;
    int64_t end_ms = moment_now().mono_ms + longest_request_ms(loop->run->config) + DRAIN_MARGIN_MS;

    if (loop->committer == NULL)
        return; /* leaving: what could be committed is, and nothing is sent any more */
    committer_wait(loop->committer);
    if (fetch_commit(loop, &loop->err) == 0 && drain(loop, end_ms, &loop->err) == 0)
        commit_all(loop, &loop->err);
    deliverer_hold(loop->deliverer, false);
}

static const struct role_ops ops = {
    .name = "deliver",
    .restore = on_restore,
    .restored = on_restored,
    .drop = on_drop,
    .revoking = on_revoking,
};

static const struct deliverer_ops deliverer_callbacks = {.random = on_random, .say = on_say};

static int open_loop(struct loop *loop, struct error *err)
{
    const struct config *config = loop->run->config;
    const struct role_config role = {
        .kafka = config->kafka.items,
        .kafka_count = config->kafka.count,
        .group = arena_printf(&loop->arena, "%sdeliver", config->topics.prefix),
        .instance = config->instance,
        .static_membership = config->static_membership,
        .topics = loop->topics,
        .topics_count = loop->topics_count,
        .in_memory_cluster = loop->run->in_memory_cluster,
    };

    loop->session_ms = session_ms_of(config);
    if (random_seed(&loop->random, err) != 0)
        return -1;
    if (deliverer_new(config, &deliverer_callbacks, loop, &loop->deliverer, err) != 0 ||
        http_new(&loop->http, err) != 0 || role_new(&role, &ops, loop, &loop->role, err) != 0)
        return -1;
    return committer_new(loop->role, &loop->committer, err);
}

/* True when something may be sent. */
static bool confirm(struct loop *loop, struct moment now, struct error *err)
{
    struct clock_news news = clock_watch_tick(&loop->watch, now, loop->session_ms / 2);

    if (news.jumped) {
        log_event(LOG_WARNING, "clock_set", "role", "deliver", "by_ms", LOG_NUMBER(news.jump_ms),
                  NULL);
        if (deliverer_rearm(loop->deliverer, now, err) != 0)
            return false;
    }
    loop->unconfirmed = loop->unconfirmed || news.frozen;
    if (!loop->unconfirmed)
        return true;
    loop->unconfirmed = !role_confirm_membership(loop->role, CONFIRM_MS_MAX);
    log_event(LOG_WARNING, "was_frozen", "role", "deliver", "membership",
              loop->unconfirmed ? "not confirmed" : "confirmed", NULL);
    loop->watch.last_mono_ms = moment_now().mono_ms; /* the answer took time of its own */
    return !loop->unconfirmed;
}

static void show(struct loop *loop)
{
    struct role_status *status = loop->run->status;

    if (role_live_count(loop->role) > 0 && !role_restoring(loop->role))
        atomic_store(&status->ready, true);
    atomic_store(&status->written, deliverer_counters(loop->deliverer).told);
    atomic_store(&status->pending, deliverer_pending(loop->deliverer));
}

static int turn(struct loop *loop, struct error *err)
{
    struct moment now;
    bool more = false;

    if (take_input(loop, &more, err) != 0 || fetch_commit(loop, err) != 0 ||
        take_answers(loop, err) != 0)
        return -1;
    now = moment_now();
    bool may_send = confirm(loop, now, err);
    if (error_is_set(err) || deliverer_tick(loop->deliverer, now, err) != 0 ||
        start_commit(loop, now, err) != 0)
        return -1;
    if (may_send && start_requests(loop, err) != 0)
        return -1;
    show(loop);

    const int fds[] = {role_event_fd(loop->role), committer_event_fd(loop->committer)};
    int64_t wait_ms = deliverer_wait_ms(loop->deliverer, moment_now());
    if (wait_ms > WAIT_MS_MAX)
        wait_ms = WAIT_MS_MAX;
    if (!may_send && wait_ms < WAIT_MS_MAX / 10)
        wait_ms = WAIT_MS_MAX / 10;
    if (more)
        wait_ms = 0;
    return http_wait(loop->http, fds, sizeof(fds) / sizeof(fds[0]),
                     role_wait_ms(loop->role, (int)wait_ms), err);
}

static int serve(struct loop *loop, struct error *err)
{
    while (!atomic_load(loop->run->stop)) {
        if (turn(loop, err) != 0)
            return -1;
    }
    if (drain(loop, moment_now().mono_ms + loop->run->grace_ms, err) != 0)
        return -1;
    return commit_all(loop, err);
}

int deliver_run(const struct role_run *run, struct error *err)
{
    struct loop loop = {.run = run};
    int rc = -1;

    arena_init(&loop.arena);
    if (name_topics(&loop, err) == 0 && open_loop(&loop, err) == 0)
        rc = serve(&loop, err);
    struct committer *committer = loop.committer;
    loop.committer = NULL;
    committer_free(committer);
    role_free(loop.role);
    http_free(loop.http);
    deliverer_free(loop.deliverer);
    arena_fini(&loop.arena);
    return rc;
}
