/*
 * merge.c - takes a notification into the state of its group: the newest wins.
 *
 * A picture replaces an older one of the same alert; the final counts of a run replace the picture
 * of the same version without being news. Whatever the order in which pictures and the parts of a
 * run's end arrive, the state after the last of them is the same. A record that is no notification
 * becomes a dead letter and the flow goes on; its position is part of the same batch.
 */
#include "consumer/deliver/state.h"

#include <string.h>
#include <utlist.h>

#include "consumer/deliver/dead_letter.h"
#include "consumer/deliver/due.h"

/* Does this picture say more than what the member holds? */
enum merge_result { MERGE_STALE, MERGE_COUNTS, MERGE_NEWS };

static enum merge_result merge_member(struct member *member, const struct picture *picture)
{
    bool known = member->fingerprint != NULL;

    if (known && picture->version < member->wanted)
        return MERGE_STALE;
    if (known && picture->version == member->wanted) {
        bool counts = picture->news == NEWS_FINAL || picture->count > member->picture.count;
        int news = member->picture.news;
        if (counts) {
            member->picture = *picture;
            member->picture.news = news;
            if (member->told == member->wanted)
                member->picture.sample = NULL;
        }
        /* Given up earlier and said again, as a replay does: it is news once more. */
        return member->told != member->wanted ? MERGE_NEWS : counts ? MERGE_COUNTS : MERGE_STALE;
    }
    member->fingerprint = picture->fingerprint;
    member->wanted = picture->version;
    member->wanted_status = picture->status;
    member->picture = *picture;
    return MERGE_NEWS;
}

/* Nothing that the receiver was told is open: the group begins anew. */
static bool is_idle(const struct group_head *group)
{
    const struct member_head *head;

    DL_FOREACH (group->members, head) {
        if (head->told_episode > 0 && head->told_status == ALERT_OPEN && head->news != NEWS_LEFT)
            return false;
    }
    return true;
}

static int load_or_begin(struct deliverer *deliverer, const struct notification *notification,
                         const struct group_head *group, struct group_state *state,
                         struct error *err)
{
    *state = (struct group_state){0};
    if (group != NULL && group->entry->value.data != NULL &&
        group_load(group, &deliverer->scratch, state, err) != 0)
        return -1;
    state->integration = notification->integration;
    state->group = notification->group;
    state->group_key = notification->group_key;
    state->group_labels = notification->group_labels;
    state->timing = notification->timing;
    state->flush = notification->flush;
    return 0;
}

static void plan(struct deliverer *deliverer, const struct group_head *group,
                 const struct notification *notification, struct group_state *state,
                 struct moment now)
{
    const char *run = notification->flush == FLUSH_RUN_END ? notification->run : NULL;
    bool ended = run != NULL && run_complete(group->partition, notification->integration, run,
                                             &deliverer->scratch);

    state->given_up_ms = 0;
    if (state->attempt > 0 && state->due_ms != 0)
        return; /* failing: the next try takes the news along */
    due_news(state, run, ended, is_idle(group), notification->time_ms, now.wall_ms);
}

static int merge_picture(struct deliverer *deliverer, struct partition *partition,
                         const struct notification *notification, struct moment now,
                         struct error *err)
{
    const char *key =
        arena_printf(&deliverer->scratch, "%s|%s", notification->integration, notification->group);
    struct group_head *group = key ? group_find(partition, key, strlen(key)) : NULL;
    struct group_state state;
    struct member member = {0};

    if (key == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory");
    if (group == NULL)
        group = group_make(deliverer, partition, key, strlen(key), notification->integration, err);
    if (group == NULL || load_or_begin(deliverer, notification, group, &state, err) != 0)
        return -1;
    struct member_head *head =
        member_find(group, notification->picture->fingerprint, &deliverer->scratch);
    if (head != NULL && member_load(head, &deliverer->scratch, &member, err) != 0)
        return -1;

    if (notification->flush == FLUSH_RUN_END)
        notification->picture->run = notification->run; /* what a restored member waits for */
    enum merge_result result = merge_member(&member, notification->picture);
    if (result == MERGE_STALE) {
        deliverer->counters.stale++;
        return 0;
    }
    deliverer->counters.merged++;
    if (member.wanted > state.version)
        state.version = member.wanted;
    if (result == MERGE_NEWS)
        plan(deliverer, group, notification, &state, now);
    if (member_store(deliverer, group, head, &member, err) != 0)
        return -1;
    return group_store(deliverer, group, &state, now, err);
}

/* A part that comes again, because its run ended again, replaces itself. */
static int part_add(struct run_parts *parts, const struct notification *notification,
                    struct arena *arena, struct error *err)
{
    size_t count = parts->got.count, at = 0;
    struct part_number *got = arena_array(arena, count + 1, sizeof(*got));

    if (got == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory");
    if (count > 0)
        memcpy(got, parts->got.items, count * sizeof(*got));
    while (at < count && got[at].part != notification->part)
        at++;
    got[at] = (struct part_number){.part = notification->part};
    if (notification->summary != NULL)
        got[at].counts = notification->summary->counts;
    parts->got = (struct list){.items = got, .count = at == count ? count + 1 : count};
    return 0;
}

/* Groups of the integration in which something waited for this run. */
static int wake_groups(struct deliverer *deliverer, struct partition *partition,
                       const struct notification *notification, struct moment now,
                       struct error *err)
{
    for (struct entry *entry = partition->table.entries; entry != NULL; entry = entry->hh.next) {
        struct group_head *group = entry->head;
        const struct member_head *head;
        struct group_state state;
        if (entry->kind != ENTRY_GROUP || group == NULL || group->unsettled == 0 ||
            strcmp(group->outlet->id, notification->integration) != 0)
            continue;
        DL_FOREACH (group->members, head) {
            if (head->wanted != head->told && head->run != NULL &&
                strcmp(head->run, notification->run) == 0)
                break;
        }
        if (head == NULL)
            continue;
        if (group_load(group, &deliverer->scratch, &state, err) != 0)
            return -1;
        if (state.given_up_ms != 0 || state.attempt > 0)
            continue; /* failing already: the retry takes it along */
        due_run_ended(&state, now.wall_ms);
        if (group_store(deliverer, group, &state, now, err) != 0)
            return -1;
    }
    return 0;
}

static int merge_part(struct deliverer *deliverer, struct partition *partition,
                      const struct notification *notification, struct moment now, struct error *err)
{
    const char *key = arena_printf(&deliverer->scratch, "%s|run|%s", notification->integration,
                                   notification->run);
    struct entry *entry = key ? table_find(&partition->table, key, strlen(key)) : NULL;
    struct run_parts parts = {.run = notification->run, .first_ms = now.wall_ms};

    if (key == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory");
    if (entry != NULL && entry->value.data != NULL &&
        record_decode(&run_parts_type, entry->value.data, entry->value.bytes, &deliverer->scratch,
                      &parts, err) != 0)
        return -1;
    parts.parts = notification->parts;
    parts.status = notification->run_status;
    if (part_add(&parts, notification, &deliverer->scratch, err) != 0 ||
        run_store(deliverer, partition, key, strlen(key), &parts, err) != 0)
        return -1;
    deliverer->counters.merged++;
    if ((int64_t)parts.got.count < parts.parts)
        return 0;
    if (notification->summary != NULL &&
        summary_merge(deliverer, partition, notification, &parts, now, err) != 0)
        return -1;
    return wake_groups(deliverer, partition, notification, now, err);
}

/* What a notification must have beyond its table. */
static int check(const struct notification *notification, struct error *err)
{
    if (notification->parts == 0 && notification->picture != NULL) {
        if (*notification->group == '\0')
            return error_set_at(err, ERROR_INPUT, "/group", "a picture names its group");
    } else {
        if (notification->run == NULL)
            return error_set_at(err, ERROR_INPUT, "/run", "a part of a run's end names no run");
        if (notification->part < 1 || notification->part > notification->parts)
            return error_set_at(err, ERROR_INPUT, "/part", "expected 1 to parts");
        if (notification->summary != NULL && *notification->group == '\0')
            return error_set_at(err, ERROR_INPUT, "/group", "a summary names its group");
    }
    return 0;
}

static int take(struct deliverer *deliverer, struct partition *partition,
                const struct delivered_record *record, struct moment now, struct error *err)
{
    struct notification notification = {0};
    struct error why = {0};

    if (record->value == NULL)
        error_set(&why, ERROR_INPUT, "a tombstone is no notification");
    else if (record_decode(&notification_type, record->value, record->value_bytes,
                           &deliverer->scratch, &notification, &why) == 0)
        check(&notification, &why);
    if (error_is_set(&why)) {
        if (why.kind == ERROR_MEMORY)
            return error_set(err, why.kind, "%s", why.text);
        deliverer->counters.dead_records++;
        return dead_record_write(&partition->output, DELIVER_DEAD_LETTER, record, DEAD_MALFORMED,
                                 &why, now.wall_ms, &deliverer->scratch, err);
    }
    return notification.parts > 0 ? merge_part(deliverer, partition, &notification, now, err)
                                  : merge_picture(deliverer, partition, &notification, now, err);
}

int deliverer_notification(struct deliverer *deliverer, const struct delivered_record *record,
                           struct moment now, struct error *err)
{
    struct partition *partition = partition_find(deliverer, record->partition);

    if (partition == NULL || !partition->live || record->offset < partition->now.input)
        return 0;                       /* is in the tables already */
    if (partition->committed.input < 0) /* the first record of all */
        partition->committed.input = partition->staged.input = record->offset;
    arena_reset(&deliverer->scratch);
    if (take(deliverer, partition, record, now, err) != 0)
        return -1;
    partition->now.input = record->offset + 1;
    return 0;
}
