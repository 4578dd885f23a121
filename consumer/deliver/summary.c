/*
 * summary.c - what a run changed: added up from the parts of its end, and told once.
 *
 * The group of a repository, pipeline and branch holds the summary of its last run, and with it
 * what the run before had, so that the next message can say where it goes. A run that started
 * before the one that is held comes too late and says nothing. Without news nothing is told, unless
 * the part says so, but it is what the next run is held against. A run that ends again (a further
 * attempt or report) is told again only when its counts changed, and not before group_interval.
 */
#include <string.h>

#include "consumer/deliver/due.h"
#include "consumer/deliver/state.h"

bool summary_waits(const struct group_state *state)
{
    return state->summary != NULL && state->summary->wanted > state->summary->told;
}

static struct run_counts add_up(const struct run_parts *parts)
{
    const struct part_number *got = parts->got.items;
    struct run_counts sum = {0};

    for (size_t i = 0; i < parts->got.count; i++)
        run_counts_add(&sum, &got[i].counts);
    return sum;
}

static bool is_nothing(const struct run_counts *counts)
{
    static const struct run_counts nothing;

    return run_counts_equal(counts, &nothing);
}

static bool is_same_run(const struct summary_state *held, const struct run_summary *summary)
{
    return held != NULL && strcmp(held->summary.run.id, summary->run.id) == 0;
}

/* It says nothing that the group does not hold. */
static bool is_stale(const struct summary_state *held, const struct run_summary *summary)
{
    if (held == NULL)
        return false;
    if (!is_same_run(held, summary))
        return summary->run.started_ms < held->summary.run.started_ms;
    return held->summary.status == summary->status && held->summary.lost == summary->lost &&
           run_counts_equal(&held->summary.counts, &summary->counts);
}

static int remember_before(const struct summary_state *held, struct run_summary *summary,
                           struct arena *arena, struct error *err)
{
    if (is_same_run(held, summary)) {
        summary->before = held->summary.before;
        return 0;
    }
    summary->before = arena_alloc(arena, sizeof(*summary->before));
    if (summary->before == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for a run's summary");
    *summary->before = (struct run_before){
        .run = held->summary.run.id,
        .started_ms = held->summary.run.started_ms,
        .counts = held->summary.counts,
    };
    return 0;
}

/* Takes the summary into the state, and plans when it is told. */
static int take(struct group_state *state, struct summary_state *fresh, bool told,
                struct arena *arena, struct moment now, struct error *err)
{
    const struct summary_state *held = state->summary;
    bool again = is_same_run(held, &fresh->summary) && held->told > 0;

    fresh->wanted = fresh->summary.ended_ms > 0 ? fresh->summary.ended_ms : now.wall_ms;
    if (held != NULL) {
        if (remember_before(held, &fresh->summary, arena, err) != 0)
            return -1;
        if (fresh->wanted <= held->wanted)
            fresh->wanted = held->wanted + 1;
        fresh->told = held->told;
    }
    if (!told && !again)
        fresh->told = fresh->wanted;
    state->summary = fresh;
    state->version = fresh->wanted;
    state->given_up_ms = 0;
    if (!summary_waits(state))
        due_settled(state, &(struct due_facts){0}, now.wall_ms);
    else if (state->attempt == 0 || state->due_ms == 0)
        due_news(state, again ? NULL : fresh->summary.run.id, true, false, now.wall_ms,
                 now.wall_ms);
    return 0;
}

int summary_merge(struct deliverer *deliverer, struct partition *partition,
                  const struct notification *notification, const struct run_parts *parts,
                  struct moment now, struct error *err)
{
    struct arena *arena = &deliverer->scratch;
    const char *key = arena_printf(arena, "%s|%s", notification->integration, notification->group);
    struct summary_state *fresh = arena_alloc(arena, sizeof(*fresh));
    struct group_state state = {0};

    if (key == NULL || fresh == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for a run's summary");
    *fresh = (struct summary_state){.summary = *notification->summary};
    fresh->summary.counts = add_up(parts);
    fresh->summary.before = NULL;
    bool told = notification->always || run_counts_news(&fresh->summary.counts);
    struct group_head *group = group_find(partition, key, strlen(key));
    if (group == NULL && !told && is_nothing(&fresh->summary.counts))
        return 0; /* a run that is none of this receiver's business */
    if (group == NULL)
        group = group_make(deliverer, partition, key, strlen(key), notification->integration, err);
    if (group == NULL ||
        (group->entry->value.data != NULL && group_load(group, arena, &state, err) != 0))
        return -1;
    if (is_stale(state.summary, &fresh->summary)) {
        deliverer->counters.stale++;
        return 0;
    }
    state.integration = notification->integration;
    state.group = notification->group;
    state.group_key = notification->group_key;
    state.group_labels = notification->group_labels;
    state.timing = notification->timing;
    state.flush = notification->flush;
    if (take(&state, fresh, told, arena, now, err) != 0)
        return -1;
    return group_store(deliverer, group, &state, now, err);
}
