/*
 * alert_slot.c - see alert_slot.h.
 */
#include "consumer/correlate/alert_slot.h"

#include <stdlib.h>

#include "consumer/correlate/pack.h"

static int no_memory(struct error *err)
{
    return error_set(err, ERROR_MEMORY, "no memory for an alert");
}

struct alert_slot *alert_slot_new(const struct key *key, struct error *err)
{
    struct alert_slot *slot = calloc(1, sizeof(*slot));

    if (!slot) {
        no_memory(err);
        return NULL;
    }
    slot->key = *key;
    slot->news = NEWS_NONE;
    return slot;
}

void alert_slot_free(struct alert_slot *slot)
{
    if (!slot)
        return;
    if (slot->touched) {
        free(slot->before);
        if (slot->evidence_changed)
            free(slot->evidence_before);
    }
    free(slot->alert);
    free(slot->evidence);
    free(slot);
}

int alert_slot_touch(struct alert_slot *slot, struct alert_slot **touched, struct error *err)
{
    struct alert *copy = NULL;

    if (slot->touched)
        return 0;
    if (slot->alert && !(copy = record_pack(&alert_type, slot->alert, &slot->bytes)))
        return no_memory(err);
    slot->before = slot->alert;
    slot->alert = copy;
    slot->touched = true;
    slot->next_touched = *touched;
    *touched = slot;
    return 0;
}

int alert_slot_replace(struct alert_slot *slot, const struct alert *draft, struct error *err)
{
    struct alert *packed = record_pack(&alert_type, draft, &slot->bytes);

    if (!packed)
        return no_memory(err);
    free(slot->alert);
    slot->alert = packed;
    return 0;
}

int alert_slot_replace_evidence(struct alert_slot *slot, const struct evidence *draft,
                                struct error *err)
{
    struct evidence *packed = record_pack(&evidence_type, draft, NULL);

    if (!packed)
        return no_memory(err);
    if (slot->evidence_changed)
        free(slot->evidence);
    else
        slot->evidence_before = slot->evidence;
    slot->evidence = packed;
    slot->evidence_changed = true;
    return 0;
}

void alert_slot_news(struct alert_slot *slot, int news)
{
    bool opening = slot->news == NEWS_OPENED || slot->news == NEWS_REOPENED;

    if ((news == NEWS_ESCALATED && opening) || (news == NEWS_VERSION && slot->news != NEWS_NONE))
        return;
    slot->news = news;
}

static void settle(struct alert_slot *slot)
{
    slot->before = NULL;
    slot->evidence_before = NULL;
    slot->touched = slot->evidence_changed = false;
    slot->news = NEWS_NONE;
    slot->new_sighting = slot->final = slot->leaving = false;
    slot->next_touched = NULL;
}

bool alert_slot_commit(struct alert_slot *slot)
{
    bool stays = !slot->leaving;

    slot->restored = false;
    free(slot->before);
    if (slot->evidence_changed)
        free(slot->evidence_before);
    settle(slot);
    return stays;
}

bool alert_slot_rollback(struct alert_slot *slot)
{
    free(slot->alert);
    slot->alert = slot->before;
    if (slot->evidence_changed) {
        free(slot->evidence);
        slot->evidence = slot->evidence_before;
    }
    settle(slot);
    return slot->alert != NULL;
}
