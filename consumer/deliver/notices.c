/*
 * notices.c - what the operator hears of a receiver: alerts of our own, opened and resolved.
 *
 * A row of the table is a condition of an outlet and how it is said. What was opened is in the
 * outlet's record, in the batch with the notification itself, so each change is said once however
 * often a batch is aborted or a process restarted. group_wait keeps a condition quiet that is over
 * at once. The operator's own receivers are never reported to themselves: that goes to the log.
 */
#include <stdio.h>
#include <string.h>
#include <utlist.h>

#include "consumer/deliver/state.h"

#define NOTICE_WAIT_MS     10000
#define NOTICE_INTERVAL_MS 60000
#define NOTICE_REPEAT_MS   ((int64_t)24 * 3600 * 1000)
#define NOTICE_LABELS      5
#define NOTICE_MODEL       "tocsind"
#define NOTICE_TOOL        "tocsin"
#define NOTICE_PROBE       "receiver"

static bool is_blocked(const struct outlet *outlet)
{
    return outlet->limiter.broken_ms != 0;
}

static bool is_guarded(const struct outlet *outlet)
{
    return outlet->limiter.guarded_ms != 0;
}

static bool is_clamped(const struct outlet *outlet)
{
    return outlet->limiter.clamped;
}

/* The configuration of this process has no such receiver, and somebody wants to tell it something.
 */
static bool is_unknown(const struct outlet *outlet)
{
    const struct group_head *group;

    if (outlet->integration != NULL)
        return false;
    DL_FOREACH2(outlet->groups, group, outlet_next)
    {
        if (group->unsettled > 0 && !group->given_up)
            return true;
    }
    return false;
}

static const struct {
    bool (*is_so)(const struct outlet *outlet);
    int severity;
    const char *rule, *title; /* the title is said of the outlet's id */
    const char *then;
} rows[NOTICES] = {
    [NOTICE_BLOCKED] =
        {is_blocked, SEVERITY_CRITICAL, "tocsin/receiver/blocked", "cannot be told anything",
         "One request at a time tries it; what waits longer than age_max goes to the "
         "dead letters."},
    [NOTICE_GUARDED] =
        {is_guarded, SEVERITY_CRITICAL, "tocsin/receiver/guarded", "refuses nearly everything",
         "Nothing more of it goes to the dead letters until something was delivered; "
         "one request at a time tries it."},
    [NOTICE_UNKNOWN] =
        {is_unknown, SEVERITY_HIGH, "tocsin/receiver/unknown", "is not in the configuration",
         "What is for it waits 15 minutes for a configuration that has it, then goes "
         "to the dead letters."},
    [NOTICE_CLAMPED] = {is_clamped, SEVERITY_LOW, "tocsin/receiver/clamped",
                        "asks for longer pauses than allowed",
                        "Its Retry-After is cut to retry_after_max."},
};

static bool is_operators(const struct deliverer *deliverer, const struct outlet *outlet)
{
    const char *receiver = deliverer->config->operator_receiver;
    size_t bytes = strlen(receiver);

    if (outlet->integration != NULL)
        return strcmp(outlet->integration->receiver, receiver) == 0;
    return strncmp(outlet->id, receiver, bytes) == 0 && outlet->id[bytes] == '/';
}

static const struct notice *notice_find(const struct receiver_state *state, int kind)
{
    const struct notice *notices = state->notices.items;

    for (size_t i = 0; i < state->notices.count; i++) {
        if (notices[i].kind == kind)
            return &notices[i];
    }
    return NULL;
}

/* The partition of a receiver with shards is a receiver of its own: each may be in trouble alone.
 */
static const char *target_of(const struct receiver_head *head, struct arena *arena)
{
    const struct integration *integration = head->outlet->integration;

    return integration != NULL && integration->shards > 1
               ? arena_printf(arena, "%s, partition %d", head->outlet->id, head->partition->number)
               : head->outlet->id;
}

static int describe(const struct receiver_head *head, const struct notice *notice, bool open,
                    struct arena *arena, struct picture *picture, struct error *err)
{
    const struct outlet *outlet = head->outlet;
    const char *rule = rows[notice->kind].rule, *target = target_of(head, arena);
    const char *why = outlet->why[0] && notice->kind <= NOTICE_GUARDED ? outlet->why : NULL;
    char *fingerprint = arena_alloc(arena, FINGERPRINT_BYTES);
    struct label *labels = arena_array(arena, NOTICE_LABELS, sizeof(*labels));
    struct label *annotations = arena_array(arena, 2, sizeof(*annotations));
    const char *title =
        arena_printf(arena, "%s %s", target ? target : "", rows[notice->kind].title);
    const char *text =
        arena_printf(arena, "%s%s%s", why ? why : "", why ? ". " : "", rows[notice->kind].then);

    if (!target || !fingerprint || !labels || !annotations || !title || !text)
        return error_set(err, ERROR_MEMORY, "out of memory for a notice");
    fingerprint_compute(rule, NOTICE_MODEL, target, "", fingerprint);
    labels[0] = (struct label){"alertname", rule};
    labels[1] = (struct label){"severity", severity_names[rows[notice->kind].severity]};
    labels[2] = (struct label){"tool", NOTICE_TOOL};
    labels[3] = (struct label){"integration", outlet->id};
    labels[4] = (struct label){"fingerprint", fingerprint};
    annotations[0] = (struct label){"summary", title};
    annotations[1] = (struct label){"description", text};
    *picture = (struct picture){
        .fingerprint = fingerprint,
        .version = notice->version,
        .status = open ? ALERT_OPEN : ALERT_RESOLVED,
        .resolved_reason = open ? RESOLVED_NOT : RESOLVED_CLEAN,
        .news = open ? NEWS_OPENED : NEWS_RESOLVED,
        .episode = 1,
        .rule = {.id = rule,
                 .title = title,
                 .tool = NOTICE_TOOL,
                 .probe = NOTICE_PROBE,
                 .detector = notice_names[notice->kind]},
        .model = NOTICE_MODEL,
        .target = target,
        .category = "",
        .severity = rows[notice->kind].severity,
        .confidence = 1,
        .count = 1,
        .episode_count = 1,
        .first_seen_ms = notice->since_ms,
        .last_seen_ms = notice->version,
        .opened_ms = notice->since_ms,
        .resolved_ms = open ? 0 : notice->version,
        .labels = {labels, NOTICE_LABELS},
        .annotations = {annotations, 2},
    };
    return 0;
}

static int say(struct deliverer *deliverer, const struct receiver_head *head,
               const struct notice *notice, bool open, struct moment now, struct error *err)
{
    struct arena *arena = &deliverer->notes;
    struct picture picture;
    const struct integration *to;
    size_t count = config_receiver(deliverer->config, deliverer->config->operator_receiver, &to);

    if (describe(head, notice, open, arena, &picture, err) != 0)
        return -1;
    struct label group_label = {"fingerprint", picture.fingerprint};
    struct notification notification = {
        .group_key = arena_printf(arena, "{}/tocsin:{fingerprint=\"%s\"}", picture.fingerprint),
        .group_labels = {&group_label, 1},
        .timing = {.group_wait_ms = NOTICE_WAIT_MS,
                   .group_interval_ms = NOTICE_INTERVAL_MS,
                   .repeat_interval_ms = NOTICE_REPEAT_MS},
        .picture = &picture,
    };
    if (notification.group_key == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for a notice");
    for (size_t i = 0; i < count; i++) {
        if (relay_write(deliverer, head->partition, &to[i], &notification, now, err) != 0)
            return -1;
    }
    deliverer->counters.notices++;
    return 0;
}

int notices_update(struct deliverer *deliverer, const struct receiver_head *head,
                   struct receiver_state *state, struct moment now, struct error *err)
{
    struct notice *open = arena_array(&deliverer->notes, NOTICES, sizeof(*open));
    size_t count = 0;

    if (open == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for notices");
    if (deliverer->config->operator_receiver == NULL || is_operators(deliverer, head->outlet)) {
        state->notices.count = 0;
        return 0;
    }
    for (int kind = 0; kind < NOTICES; kind++) {
        const struct notice *known = notice_find(state, kind);
        bool is_so = rows[kind].is_so(head->outlet);
        struct notice notice = {.kind = kind,
                                .version = now.wall_ms,
                                .since_ms = known ? known->since_ms : now.wall_ms};
        if (known != NULL && now.wall_ms <= known->version)
            notice.version = known->version + 1;
        if (is_so != (known != NULL) && say(deliverer, head, &notice, is_so, now, err) != 0)
            return -1;
        if (is_so)
            open[count++] = known != NULL ? *known : notice;
    }
    state->notices = (struct list){open, count};
    return 0;
}
