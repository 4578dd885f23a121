/*
 * compose.c - see compose.h.
 */
#include "consumer/deliver/compose.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

static bool is_closing(const struct member_head *head)
{
    return head->news == NEWS_LEFT || head->wanted_status == ALERT_RESOLVED;
}

static bool is_held(const struct member_head *head, const struct group_state *state, int64_t now_ms,
                    struct arena *arena)
{
    return state->flush == FLUSH_RUN_END && head->run != NULL && now_ms < state->waits_until_ms &&
           !run_complete(head->group->partition, state->integration, head->run, arena);
}

/* A receiver that never heard of a problem need not hear that it is gone. One that may have heard
 * of it does: after an intent, and where requests are sent without one. */
static bool is_silent(const struct member_head *head, const struct integration *integration)
{
    bool believes_open = head->told_episode > 0 && head->told_status == ALERT_OPEN;
    bool may_believe =
        head->group->in_doubt || (integration != NULL && integration->ops->has_identity);

    if (!is_closing(head))
        return false;
    if (integration != NULL && !integration->send_resolved)
        return true;
    return !believes_open && !may_believe;
}

/* Open before resolved, worst first, newest first; then by name, so that the order is one. */
static int worse(const void *a, const void *b)
{
    const struct member_head *one = *(struct member_head *const *)a;
    const struct member_head *two = *(struct member_head *const *)b;

    if (is_closing(one) != is_closing(two))
        return is_closing(one) ? 1 : -1;
    if (one->severity != two->severity)
        return one->severity > two->severity ? -1 : 1;
    if (one->wanted != two->wanted)
        return one->wanted > two->wanted ? -1 : 1;
    return strcmp(one->entry->key, two->entry->key);
}

/* Notes in the facts that the member is muted, by its group's times or by itself. */
static int ask_mute(struct deliverer *deliverer, struct member_head *head,
                    const struct group_state *state, int64_t now_ms, struct due_facts *facts,
                    bool *ret_muted, struct error *err)
{
    int64_t until_ms = 0;

    *ret_muted = group_mute(deliverer, head->group, state, now_ms, &until_ms);
    if (!*ret_muted && member_mute(deliverer, head, now_ms, ret_muted, &until_ms, err) != 0)
        return -1;
    if (*ret_muted && (!facts->muted || until_ms < facts->muted_until_ms))
        facts->muted_until_ms = until_ms;
    facts->muted = facts->muted || *ret_muted;
    return 0;
}

int plan_make(struct deliverer *deliverer, const struct group_head *group,
              const struct group_state *state, int64_t now_ms, struct arena *arena,
              struct plan *ret_plan, struct error *err)
{
    size_t count = group->members_count + 1;
    struct plan plan = {
        .changed = arena_array(arena, count, sizeof(struct member_head *)),
        .context = arena_array(arena, count, sizeof(struct member_head *)),
        .silent = arena_array(arena, count, sizeof(struct member_head *)),
    };
    struct member_head *head;

    if (plan.changed == NULL || plan.context == NULL || plan.silent == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for a group of %zu", count);
    DL_FOREACH (group->members, head) {
        bool settled = head->wanted == head->told, muted = false;
        plan.facts.open = plan.facts.open || !is_closing(head);
        if (settled && is_closing(head))
            continue;
        if (!settled && is_held(head, state, now_ms, arena)) {
            plan.facts.held = true;
            continue;
        }
        if (!settled && is_silent(head, group->outlet->integration)) {
            plan.silent[plan.silent_count++] = head;
            continue;
        }
        if (ask_mute(deliverer, head, state, now_ms, &plan.facts, &muted, err) != 0)
            return -1;
        if (muted)
            continue;
        plan.open = plan.open || !is_closing(head);
        if (settled)
            plan.context[plan.context_count++] = head;
        else
            plan.changed[plan.changed_count++] = head;
    }
    plan.summary = summary_waits(state);
    plan.facts.changed = plan.changed_count > 0 || plan.summary;
    qsort(plan.changed, plan.changed_count, sizeof(struct member_head *), worse);
    qsort(plan.context, plan.context_count, sizeof(struct member_head *), worse);
    *ret_plan = plan;
    return 0;
}

static bool has_label(const struct picture *picture, const struct label *label)
{
    const struct label *labels = picture->labels.items;

    for (size_t i = 0; i < picture->labels.count; i++) {
        if (strcmp(labels[i].name, label->name) == 0)
            return strcmp(labels[i].value, label->value) == 0;
    }
    return false;
}

int compose_common_labels(struct message *message, struct arena *arena, struct error *err)
{
    const struct picture *first = message->alerts_count ? message->alerts[0].picture : NULL;
    const struct label *labels = first ? first->labels.items : NULL;
    size_t count = first ? first->labels.count : 0;
    struct label *common = arena_array(arena, count + 1, sizeof(*common));

    if (common == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for labels");
    message->common_labels = common;
    for (size_t i = 0; i < count; i++) {
        size_t at = 1;
        while (at < message->alerts_count && has_label(message->alerts[at].picture, &labels[i]))
            at++;
        if (at == message->alerts_count)
            common[message->common_labels_count++] = labels[i];
    }
    return 0;
}

int compose_hide(const struct masking *masks, int policy, struct message *message,
                 struct arena *arena, struct error *err)
{
    for (size_t i = 0; i < message->alerts_count; i++) {
        struct picture *picture = (struct picture *)message->alerts[i].picture;
        if (masking_picture(masks, policy, picture, arena, err) != 0)
            return -1;
    }
    message->group_key = masking_text(masks, policy, message->group_key, arena);
    if (message->group_key == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for a mask");
    return masking_labels(masks, policy, message->group_labels, message->group_labels_count, arena,
                          &message->group_labels, err);
}

static int show(const struct member_head *head, bool changed, struct message_alert *alert,
                struct arena *arena, struct error *err)
{
    struct member *member = arena_alloc(arena, sizeof(*member));

    if (member == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for a message");
    if (member_load(head, arena, member, err) != 0)
        return -1;
    *alert = (struct message_alert){.picture = &member->picture, .changed = changed};
    return 0;
}

static int show_all(const struct plan *plan, struct message *message, struct arena *arena,
                    struct error *err)
{
    size_t total = plan->changed_count + plan->context_count;
    size_t count = total < GROUP_MEMBERS_SHOWN_MAX ? total : GROUP_MEMBERS_SHOWN_MAX;
    struct message_alert *alerts = arena_array(arena, count + 1, sizeof(*alerts));

    if (alerts == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for a message");
    for (size_t i = 0; i < count; i++) {
        bool changed = i < plan->changed_count;
        const struct member_head *head =
            changed ? plan->changed[i] : plan->context[i - plan->changed_count];
        if (show(head, changed, &alerts[i], arena, err) != 0)
            return -1;
    }
    message->alerts = alerts;
    message->alerts_count = count;
    message->omitted = total - count;
    return 0;
}

static struct flight_member *snapshot(const struct plan *plan, struct arena *arena)
{
    struct flight_member *members = arena_array(arena, plan->changed_count + 1, sizeof(*members));

    for (size_t i = 0; members != NULL && i < plan->changed_count; i++) {
        const struct member_head *head = plan->changed[i];
        const char *fingerprint = strrchr(head->entry->key, '|') + 1;
        members[i] = (struct flight_member){
            .fingerprint = arena_strdup(arena, fingerprint),
            .version = head->wanted,
            .episode = head->episode,
            .status = head->wanted_status,
            .news = head->news,
        };
        if (members[i].fingerprint == NULL)
            return NULL;
    }
    return members;
}

int compose(const struct deliverer *deliverer, const struct group_head *group,
            const struct group_state *state, const struct plan *plan, bool repeat, int64_t now_ms,
            struct arena *arena, struct message *ret_message, struct flight_member **ret_members,
            struct error *err)
{
    const struct integration *integration = group->outlet->integration;
    const struct masking *masks = &deliverer->config->masking.masks;
    struct group_state *kept = arena_alloc(arena, sizeof(*kept));

    /* The message outlives the state that it was made from. */
    if (kept == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for a message");
    if (group_load(group, arena, kept, err) != 0)
        return -1;
    *ret_message = (struct message){
        .integration = integration->id,
        .receiver = integration->receiver,
        .group = kept->group,
        .group_key = kept->group_key,
        .group_labels = kept->group_labels.items,
        .group_labels_count = kept->group_labels.count,
        .summary = plan->summary ? &kept->summary->summary : NULL,
        .resolved =
            plan->summary ? run_counts_open(&kept->summary->summary.counts) == 0 : !plan->open,
        .repeat = repeat,
        .in_doubt = state->intent != NULL,
        .version = state->version,
        .now_ms = now_ms,
        .attempt = state->attempt + 1,
        .external_url = deliverer->config->external_url,
        .texts = integration->texts,
    };
    if (group->is_rollup)
        ret_message->storm = rollup_words(deliverer, plan, arena);
    *ret_members = snapshot(plan, arena);
    if (*ret_members == NULL || (group->is_rollup && ret_message->storm == NULL))
        return error_set(err, ERROR_MEMORY, "out of memory for a message");
    if (show_all(plan, ret_message, arena, err) != 0 ||
        compose_hide(masks, integration->evidence, ret_message, arena, err) != 0)
        return -1;
    return compose_common_labels(ret_message, arena, err);
}
