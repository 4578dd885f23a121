/*
 * alerts_view.c - an alert as `tocsind alerts` sees it: the record, and what the rules of the
 * configuration make of it.
 */
#include <string.h>

#include "consumer/alerts.h"
#include "consumer/channels/console.h"

int alert_view_of(const struct config *config, const struct alert *alert,
                  const struct evidence *evidence, struct arena *arena, struct alert_view *ret,
                  struct error *err)
{
    const struct sample *sample =
        evidence && evidence->samples.count > 0 ? evidence->samples.items : NULL;

    *ret = (struct alert_view){.alert = alert, .evidence = evidence};
    if (enriched_worst(&config->enrichment, alert, arena, &ret->enriched, err))
        return -1;
    return addresses_of(&config->enrichment, alert, ret->enriched.sighting, &ret->enriched, sample,
                        arena, &ret->addresses, err);
}

/* Of the first `count` pairs one has this receiver already. */
static bool is_named(const struct told *told, size_t count, size_t receiver_bytes)
{
    const char *receiver = told[count].integration;

    for (size_t i = 0; i < count; i++) {
        if (strncmp(told[i].integration, receiver, receiver_bytes) == 0 &&
            told[i].integration[receiver_bytes] == '/')
            return true;
    }
    return false;
}

/* The receiver's name, in front of /kind/number. */
static size_t receiver_bytes(const char *integration)
{
    size_t slashes = 0, at = strlen(integration);

    while (at > 0 && slashes < 2)
        slashes += integration[--at] == '/';
    return slashes == 2 ? at : strlen(integration);
}

const char *alert_receivers(const struct alert *alert, struct arena *arena)
{
    const struct told *told = alert->told.items;
    const char *text = "";

    for (size_t i = 0; text && i < alert->told.count; i++) {
        size_t bytes = receiver_bytes(told[i].integration);

        if (!is_named(told, i, bytes))
            text = arena_printf(arena, "%s%s%.*s", text, *text ? ", " : "", (int)bytes,
                                told[i].integration);
    }
    return text;
}

const char *alert_colour(const struct alerts_query *query, const struct alert *alert, int severity)
{
    return query->colour ? console_colour(alert->status == ALERT_RESOLVED, severity) : NULL;
}
