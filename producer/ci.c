/*
 * ci.c - the run that a row of the CI tables gives.
 *
 * Order counts: the first row that detects itself wins. A pull request is from a fork when its head
 * lies in a repository other than the run's. Values that are too long for a record are cut on a
 * character boundary.
 */
#include "producer/ci.h"

#include <stdlib.h>
#include <string.h>

#include "producer/text.h"

const struct ci_provider *const ci_tables[] = {ci_services, ci_builders, ci_platforms, ci_servers,
                                               NULL};

static int64_t number(const char *template, ci_lookup *lookup, void *ctx, struct arena *arena,
                      int64_t max)
{
    const char *text = template ? ci_expand(template, lookup, ctx, arena) : NULL;
    long long value = text ? strtoll(text, NULL, 10) : 0;

    return value >= 1 && value <= max ? value : 1;
}

const struct ci_provider *ci_detect(ci_lookup *lookup, void *ctx)
{
    const struct ci_provider *found = NULL;
    struct arena arena;

    arena_init(&arena);
    for (size_t i = 0; ci_tables[i] && !found; i++) {
        for (const struct ci_provider *row = ci_tables[i]; row->name && !found; row++)
            found = ci_expand(row->detect, lookup, ctx, &arena) ? row : NULL;
    }
    arena_fini(&arena);
    return found;
}

struct fact {
    const char *template;
    const char **value;
    size_t chars_max;
    const char *missing;
};

int ci_run(ci_lookup *lookup, void *ctx, struct arena *arena, struct run *ret_run,
           struct error *err)
{
    static const struct ci_provider outside;
    const struct ci_provider *row = ci_detect(lookup, ctx);
    struct run run = {.attempt = 1, .shard = 1, .shards = 1};
    const char *head;

    row = row ? row : &outside;
    const struct fact facts[] = {
        {row->run_id, &run.id, NAME_MAX_CHARS, NULL},
        {row->name, &run.provider, NAME_MAX_CHARS, ""},
        {row->pipeline, &run.pipeline, NAME_MAX_CHARS, ""},
        {row->repository, &run.repository, NAME_MAX_CHARS, ""},
        {row->branch, &run.branch, NAME_MAX_CHARS, NULL},
        {row->tag, &run.tag, NAME_MAX_CHARS, NULL},
        {row->commit, &run.commit, NAME_MAX_CHARS, NULL},
        {row->job, &run.job, NAME_MAX_CHARS, NULL},
        {row->url, &run.url, URL_MAX_CHARS, NULL},
        {row->actor, &run.actor, NAME_MAX_CHARS, NULL},
        {row->pull_request, &run.pull_request, NAME_MAX_CHARS, NULL},
        {row->head, &head, NAME_MAX_CHARS, NULL},
    };
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
        const char *value = ci_expand(facts[i].template, lookup, ctx, arena);

        *facts[i].value = value ? text_cut(value, facts[i].chars_max, arena) : facts[i].missing;
        if (value && !*facts[i].value)
            return error_set(err, ERROR_MEMORY, "no memory for the CI run");
    }
    if (!run.branch)
        run.branch = run.tag ? run.tag : "";
    run.fork = run.pull_request && head && strcasecmp(head, run.repository) != 0;
    run.attempt = number(row->attempt, lookup, ctx, arena, INT32_MAX);
    run.shards = number(row->shards, lookup, ctx, arena, SHARDS_MAX);
    run.shard = number(row->shard, lookup, ctx, arena, run.shards);
    *ret_run = run;
    return 0;
}
