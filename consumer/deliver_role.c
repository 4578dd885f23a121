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
#include <stdlib.h>
#include <string.h>

#include "consumer/deliver_loop.h"
#include "consumer/log.h"

#define SESSION_MS_DEFAULT 10000
#define CONFIRM_MS_MAX     5000
#define DRAIN_MARGIN_MS    500

static int64_t session_ms_of(const struct config *config)
{
    const struct label *labels = config->kafka.items;

    for (size_t i = 0; i < config->kafka.count; i++) {
        if (strcmp(labels[i].name, "session.timeout.ms") == 0)
            return strtoll(labels[i].value, NULL, 10);
    }
    return SESSION_MS_DEFAULT;
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

/* While control is read anew nobody knows: then it is asked again soon. */
static bool on_muted(void *self, const struct picture *picture, int64_t now_ms,
                     int64_t *ret_change_ms)
{
    struct control *control = ((struct loop *)self)->run->control;
    const struct mute_subject subject = {.labels = picture->labels.items,
                                         .count = picture->labels.count,
                                         .fingerprint = picture->fingerprint,
                                         .episode = picture->episode};
    struct mute mute;
    bool muted = control_muted(control, &subject, now_ms, &mute);

    *ret_change_ms = mute.change_ms;
    if (control_ready(control))
        return muted;
    *ret_change_ms = now_ms + LOOP_WAIT_MS_MAX;
    return true;
}

/* Hands on what has changed in control. */
static int take_mutes(struct loop *loop, struct moment now, struct error *err)
{
    struct control *control = loop->run->control;
    uint64_t changes;

    control_event_take(control);
    changes = control_changes(control);
    if (changes == loop->control_changes)
        return 0;
    loop->control_changes = changes;
    return deliverer_mutes(loop->deliverer,
                           !control_ready(control)     ? MUTES_UNKNOWN
                           : control_is_empty(control) ? MUTES_NONE
                                                       : MUTES_SOME,
                           now, err);
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
    int64_t end_ms = moment_now().mono_ms + longest_request_ms(loop->config) + DRAIN_MARGIN_MS;

    if (loop->committer == NULL)
        return; /* leaving: what could be committed is, and nothing is sent any more */
    committer_wait(loop->committer);
    if (loop_fetch_commit(loop, &loop->err) == 0 && loop_drain(loop, end_ms, &loop->err) == 0)
        loop_commit_all(loop, &loop->err);
    deliverer_hold(loop->deliverer, false);
}

static const struct role_ops ops = {
    .name = "deliver",
    .restore = loop_restore,
    .restored = loop_restored,
    .drop = loop_drop,
    .revoking = on_revoking,
};

static const struct deliverer_ops deliverer_callbacks = {
    .random = on_random,
    .say = on_say,
    .muted = on_muted,
};

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
    loop->config = config_share_take(loop->run->share, NULL);
    if (random_seed(&loop->random, err) != 0)
        return -1;
    if (deliverer_new(loop->config, &deliverer_callbacks, loop, &loop->deliverer, err) != 0 ||
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

    if (role_live_count(loop->role) > 0 && !role_restoring(loop->role) &&
        control_ready(loop->run->control))
        atomic_store(&status->ready, true);
    atomic_store(&status->written, deliverer_counters(loop->deliverer).told);
    atomic_store(&status->pending, deliverer_pending(loop->deliverer));
}

static int turn(struct loop *loop, struct error *err)
{
    struct moment now;
    bool more = false;

    if (loop_take_input(loop, &more, err) != 0 || loop_fetch_commit(loop, err) != 0 ||
        loop_take_answers(loop, err) != 0)
        return -1;
    now = moment_now();
    bool may_send = confirm(loop, now, err);
    if (error_is_set(err) || loop_take_config(loop, now, err) != 0 ||
        take_mutes(loop, now, err) != 0 || deliverer_tick(loop->deliverer, now, err) != 0 ||
        loop_start_commit(loop, now, err) != 0)
        return -1;
    if (may_send && loop_start_requests(loop, err) != 0)
        return -1;
    show(loop);

    const int fds[] = {role_event_fd(loop->role), committer_event_fd(loop->committer),
                       control_event_fd(loop->run->control)};
    int64_t wait_ms = deliverer_wait_ms(loop->deliverer, moment_now());
    if (wait_ms > LOOP_WAIT_MS_MAX)
        wait_ms = LOOP_WAIT_MS_MAX;
    if (!may_send && wait_ms < LOOP_WAIT_MS_MAX / 10)
        wait_ms = LOOP_WAIT_MS_MAX / 10;
    if (more && !deliverer_full(loop->deliverer))
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
    if (loop_drain(loop, moment_now().mono_ms + loop->config->shutdown_grace_ms, err) != 0)
        return -1;
    return loop_commit_all(loop, err);
}

int deliver_run(const struct role_run *run, struct error *err)
{
    struct loop loop = {.run = run};
    int rc = -1;

    arena_init(&loop.arena);
    if (loop_name_topics(&loop, err) == 0 && open_loop(&loop, err) == 0)
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
