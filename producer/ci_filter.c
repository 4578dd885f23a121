/*
 * ci_filter.c - the filters of the CI table's language, each a pure function and a row.
 */
#include "producer/ci_filter.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* What a filter makes of a value: NULL counts as unset. */
typedef const char *filter_function(const char *value, struct arena *arena);

/* What follows the first of the prefixes that fits; NULL for none. */
static const char *after(const char *value, const char *const *prefixes)
{
    for (; *prefixes; prefixes++) {
        if (strncmp(value, *prefixes, strlen(*prefixes)) == 0)
            return value + strlen(*prefixes);
    }
    return NULL;
}

static const char *filter_ref(const char *value, struct arena *arena)
{
    static const char *const prefixes[] = {"refs/heads/", "refs/tags/", "refs/", "origin/", NULL};
    const char *ref = after(value, prefixes);

    (void)arena;
    return ref ? ref : value;
}

static const char *filter_tag(const char *value, struct arena *arena)
{
    static const char *const prefixes[] = {"refs/tags/", "tag/", NULL};

    (void)arena;
    return after(value, prefixes);
}

static const char *filter_pull(const char *value, struct arena *arena)
{
    static const char *const prefixes[] = {"refs/pull/", "refs/pull-requests/",
                                           "refs/merge-requests/", "pr/", NULL};
    const char *number = after(value, prefixes);

    return number ? arena_strndup(arena, number, strcspn(number, "/")) : NULL;
}

/* A URL without user and password; what is no URL stays as it is. */
const char *ci_clean(const char *value, struct arena *arena)
{
    const char *scheme_end = strstr(value, "://"), *host, *end, *at = NULL;

    if (!scheme_end)
        return value;
    host = scheme_end + strlen("://");
    end = host + strcspn(host, "/?#");
    for (const char *byte = host; byte < end; byte++) {
        if (*byte == '@')
            at = byte;
    }
    if (!at)
        return value;
    return arena_printf(arena, "%.*s%s", (int)(host - value), value, at + 1);
}

/* Where the host of a URL or of user@host:path begins; NULL for neither. */
static const char *host_of(const char *value)
{
    const char *scheme_end = strstr(value, "://"), *at = strchr(value, '@');

    if (scheme_end)
        return scheme_end + strlen("://");
    return at && strchr(at, ':') ? at + 1 : NULL;
}

static const char *filter_host(const char *value, struct arena *arena)
{
    const char *host = host_of(ci_clean(value, arena));

    return host ? arena_strndup(arena, host, strcspn(host, "/:?#")) : NULL;
}

static const char *filter_enterprise(const char *value, struct arena *arena)
{
    const char *host = filter_host(value, arena);

    return host && strcmp(host, "github.com") != 0 ? host : NULL;
}

static const char *filter_path(const char *value, struct arena *arena)
{
    bool is_url = strstr(value, "://") != NULL;
    const char *host = host_of(ci_clean(value, arena));
    const char *path = host ? host + strcspn(host, is_url ? "/" : ":") : NULL;
    size_t bytes;

    if (!path || !*path)
        return NULL;
    path += strspn(path, ":/");
    bytes = strcspn(path, "?#");
    while (bytes > 0 && path[bytes - 1] == '/')
        bytes--;
    if (bytes > strlen(".git") && strncmp(path + bytes - strlen(".git"), ".git", 4) == 0)
        bytes -= strlen(".git");
    return bytes ? arena_strndup(arena, path, bytes) : NULL;
}

static const char *filter_parallel(const char *value, struct arena *arena)
{
    const char *matrix = strstr(value, ": ["), *end = value + strlen(value), *at = end;

    if (matrix && end[-1] == ']')
        return arena_strndup(arena, value, (size_t)(matrix - value));
    while (at > value && (isdigit((unsigned char)at[-1]) || at[-1] == '/'))
        at--;
    if (at > value && at < end && at[-1] == ' ' && strchr(at, '/'))
        return arena_strndup(arena, value, (size_t)(at - 1 - value));
    return value;
}

static const char *filter_parent(const char *value, struct arena *arena)
{
    const char *slash = strrchr(value, '/');

    return slash ? arena_strndup(arena, value, (size_t)(slash - value)) : NULL;
}

static const char *filter_number(const char *value, struct arena *arena)
{
    (void)arena;
    return value[strspn(value, "0123456789")] == '\0' ? value : NULL;
}

static const char *filter_set(const char *value, struct arena *arena)
{
    (void)value;
    (void)arena;
    return "";
}

static const char *filter_project(const char *value, struct arena *arena)
{
    static const char *const pages[] = {
        "/-/", "/pull/", "/pulls/", "/commit/", "/commits/", "/merge_requests/", "/pull-requests/"};
    const char *path = filter_path(value, arena), *end = NULL;

    for (size_t i = 0; path && i < sizeof(pages) / sizeof(pages[0]) && !end; i++)
        end = strstr(path, pages[i]);
    return end ? arena_strndup(arena, path, (size_t)(end - path)) : path;
}

static const char *filter_last(const char *value, struct arena *arena)
{
    const char *slash = strrchr(value, '/');

    (void)arena;
    return slash ? slash + 1 : value;
}

static const char *filter_next(const char *value, struct arena *arena)
{
    return filter_number(value, arena) ? arena_printf(arena, "%lld", strtoll(value, NULL, 10) + 1)
                                       : NULL;
}

static const char *filter_owner(const char *value, struct arena *arena)
{
    return arena_strndup(arena, value, strcspn(value, ":"));
}

static const char *filter_unowned(const char *value, struct arena *arena)
{
    const char *colon = strchr(value, ':');

    (void)arena;
    return colon ? colon + 1 : value;
}

static const char *filter_yes(const char *value, struct arena *arena)
{
    static const char *const no[] = {"false", "no", "0"};

    (void)arena;
    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
        if (strcasecmp(value, no[i]) == 0)
            return NULL;
    }
    return value;
}

static const struct filter {
    const char *name;
    filter_function *apply;
} filters[] = {
    {"clean", ci_clean},         {"enterprise", filter_enterprise},
    {"host", filter_host},       {"last", filter_last},
    {"next", filter_next},       {"number", filter_number},
    {"owner", filter_owner},     {"parallel", filter_parallel},
    {"parent", filter_parent},   {"path", filter_path},
    {"project", filter_project}, {"pull", filter_pull},
    {"ref", filter_ref},         {"set", filter_set},
    {"tag", filter_tag},         {"unowned", filter_unowned},
    {"yes", filter_yes},
};

const char *ci_filter(const char *name, const char *value, struct arena *arena)
{
    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
        if (strcmp(name, filters[i].name) == 0)
            return filters[i].apply(value, arena);
    }
    return NULL;
}
