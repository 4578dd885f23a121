/*
 * addresses.c - see addresses.h.
 */
#include "consumer/enrich/addresses.h"

#include <string.h>

#include "consumer/enrich/address_template.h"
#include "consumer/enrich/ticket.h"

#define MORE_VARIABLES 2

const char *const link_names[] = {"runbook", "report", "artifact", "commit", "compare", NULL};

/* What a template may name: the labels, and commits, which are no labels. */
static int variables_of(const struct enriched *enriched, const struct sighting *sighting,
                        struct arena *arena, struct list *ret)
{
    size_t count = enriched->labels.count;
    struct label *items = arena_array(arena, count + MORE_VARIABLES, sizeof(*items));

    if (!items)
        return -1;
    memcpy(items, enriched->labels.items, count * sizeof(*items));
    if (sighting && sighting->commit)
        items[count++] = (struct label){"commit", sighting->commit};
    if (sighting && sighting->previous_commit)
        items[count++] = (struct label){"previous_commit", sighting->previous_commit};
    *ret = (struct list){items, count};
    return 0;
}

/* NULL: no rule gives one. */
static const char *by_rule(const struct enrichment *rules, enum link_kind kind,
                           const struct enriched *enriched, const struct list *variables,
                           struct arena *arena)
{
    const struct link_rule *rule = rules ? rules->links.items : NULL;

    for (size_t i = 0; rule && i < rules->links.count; i++) {
        if (rule[i].link == (int)kind && condition_holds(&rule[i].when, &enriched->labels))
            return address_template_fill(rule[i].url, variables, arena);
    }
    return NULL;
}

static void replace(const char **link, const char *by)
{
    if (by)
        *link = by;
}

int addresses_of(const struct enrichment *rules, const struct alert *alert,
                 const struct sighting *sighting, const struct enriched *enriched,
                 const struct sample *sample, struct arena *arena, struct addresses *ret,
                 struct error *err)
{
    struct repository repository = repository_of(rules, sighting, &enriched->labels, arena);
    struct list variables;

    *ret = (struct addresses){.links = alert->links};
    if (sighting) {
        ret->commit = repository_commit_url(&repository, sighting->commit, arena);
        ret->compare =
            repository_compare_url(&repository, sighting->previous_commit, sighting->commit, arena);
    }
    if (variables_of(enriched, sighting, arena, &variables))
        return error_set(err, ERROR_MEMORY, "no memory for links");
    const char **const places[] = {
        [LINK_RUNBOOK] = &ret->links.runbook,   [LINK_REPORT] = &ret->links.report,
        [LINK_ARTIFACT] = &ret->links.artifact, [LINK_COMMIT] = &ret->commit,
        [LINK_COMPARE] = &ret->compare,
    };
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        replace(places[i], by_rule(rules, (enum link_kind)i, enriched, &variables, arena));
    const struct ticket ticket = {
        .alert = alert,
        .sighting = sighting,
        .enriched = enriched,
        .repository = &repository,
        .sample = sample,
        .owasp = taxonomy_owasp_text(&enriched->taxonomy, arena),
        .atlas = taxonomy_atlas_text(&enriched->taxonomy, arena),
        .report = ret->links.report,
        .runbook = ret->links.runbook,
        .commit_url = ret->commit,
    };
    ret->ticket = alert->links.ticket ? alert->links.ticket : ticket_url(rules, &ticket, arena);
    return 0;
}
