/*
 * run_context.c - a run out of settings and environment.
 */
#include "producer/run_context.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uuid.h>

/* The value of the first variable whose name begins and ends so. */
static const char *any_variable(const char *begin, size_t begin_bytes, const char *end)
{
    size_t end_bytes = strlen(end);

    for (char *const *at = environ; *at; at++) {
        const char *equals = strchr(*at, '=');

        if (equals && (size_t)(equals - *at) > begin_bytes + end_bytes &&
            memcmp(*at, begin, begin_bytes) == 0 && memcmp(equals - end_bytes, end, end_bytes) == 0)
            return equals + 1;
    }
    return NULL;
}

const char *run_environment(void *ctx, const char *name)
{
    const char *star = strchr(name, '*');

    (void)ctx;
    return star ? any_variable(name, (size_t)(star - name), star + 1) : getenv(name);
}

const char *run_id_random(struct arena *arena)
{
    char text[UUID_STR_LEN];
    uuid_t id;

    uuid_generate_random(id);
    uuid_unparse_lower(id, text);
    return arena_strdup(arena, text);
}

/* A decimal number from 1 that ends where `end` says. */
static bool parse_number(const char *text, char end, int64_t max, int64_t *ret_number,
                         const char **ret_rest)
{
    char *rest;
    long long number;

    errno = 0;
    number = strtoll(text, &rest, 10);
    if (errno || rest == text || *rest != end || *text == ' ' || *text == '+')
        return false;
    if (number < 1 || number > max)
        return false;
    *ret_number = number;
    *ret_rest = rest;
    return true;
}

static int take_attempt(const char *text, struct run *run, struct error *err)
{
    const char *rest;

    if (text && !parse_number(text, '\0', INT32_MAX, &run->attempt, &rest))
        return error_set(err, ERROR_INPUT, "attempt: expected a number from 1");
    return 0;
}

static int take_shard(const char *text, struct run *run, struct error *err)
{
    const char *rest;

    if (!text)
        return 0;
    if (!parse_number(text, '/', SHARDS_MAX, &run->shard, &rest) ||
        !parse_number(rest + 1, '\0', SHARDS_MAX, &run->shards, &rest) || run->shard > run->shards)
        return error_set(err, ERROR_INPUT, "shard: expected i/n, as in 2/4, with n at most %d",
                         SHARDS_MAX);
    return 0;
}

struct named {
    const char *name, *setting;
    const char **value;
    size_t chars_max;
};

static int take_names(const struct named *named, size_t count, struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        const char *text = named[i].setting;

        if (!text || !*text)
            continue;
        if (!utf8_valid(text, strlen(text)))
            return error_set(err, ERROR_INPUT, "%s: expected UTF-8", named[i].name);
        if (utf8_length(text, strlen(text)) > named[i].chars_max)
            return error_set(err, ERROR_INPUT, "%s: expected at most %zu characters", named[i].name,
                             named[i].chars_max);
        *named[i].value = text;
    }
    return 0;
}

int run_context(const struct run_settings *settings, ci_lookup *lookup, void *ctx,
                struct arena *arena, struct run *ret_run, struct error *err)
{
    struct run run;

    if (ci_run(lookup, ctx, arena, &run, err))
        return -1;
    const struct named named[] = {
        {"run-id", settings->run_id, &run.id, NAME_MAX_CHARS},
        {"pipeline", settings->pipeline, &run.pipeline, NAME_MAX_CHARS},
        {"repository", settings->repository, &run.repository, NAME_MAX_CHARS},
        {"branch", settings->branch, &run.branch, NAME_MAX_CHARS},
        {"commit", settings->commit, &run.commit, NAME_MAX_CHARS},
        {"job", settings->job, &run.job, NAME_MAX_CHARS},
        {"run-url", settings->run_url, &run.url, URL_MAX_CHARS},
        {"team", settings->team, &run.team, NAME_MAX_CHARS},
    };
    if (take_names(named, sizeof(named) / sizeof(named[0]), err) ||
        take_attempt(settings->attempt, &run, err) || take_shard(settings->shard, &run, err))
        return -1;
    if (!*run.pipeline)
        run.pipeline = PIPELINE_OUTSIDE_CI;
    *ret_run = run;
    return 0;
}
