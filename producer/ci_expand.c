/*
 * ci_expand.c - the small language of the CI table: variables, filters, alternatives.
 *
 * Pure: the same environment gives the same value. No value that comes out holds a user and a
 * password before a host.
 */
#include <ctype.h>
#include <string.h>

#include "producer/ci.h"
#include "producer/text.h"

#define NAME_BYTES_MAX   64
#define RESULT_BYTES_MAX 4096

/* What a filter makes of a value: NULL counts as unset. */
typedef const char *filter_function(const char *value, struct arena *arena);

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static const char *filter_ref(const char *value, struct arena *arena)
{
    static const char *const prefixes[] = {"refs/heads/", "refs/tags/", "refs/", "origin/"};

    (void)arena;
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        if (starts_with(value, prefixes[i]))
            return value + strlen(prefixes[i]);
    }
    return value;
}

static const char *filter_pull(const char *value, struct arena *arena)
{
    static const char prefix[] = "refs/pull/";
    const char *end;

    if (!starts_with(value, prefix))
        return NULL;
    value += strlen(prefix);
    end = strchr(value, '/');
    return end ? arena_strndup(arena, value, (size_t)(end - value)) : value;
}

/* A URL without user and password; what is no URL stays as it is. */
static const char *filter_clean(const char *value, struct arena *arena)
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
    const char *host = host_of(filter_clean(value, arena));

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
    const char *host = host_of(filter_clean(value, arena));
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

static const struct filter {
    const char *name;
    filter_function *apply;
} filters[] = {
    {"ref", filter_ref},       {"pull", filter_pull},
    {"host", filter_host},     {"path", filter_path},
    {"clean", filter_clean},   {"parallel", filter_parallel},
    {"parent", filter_parent}, {"number", filter_number},
    {"set", filter_set},       {"enterprise", filter_enterprise},
};

static const char *filtered(const char *name, const char *value, struct arena *arena)
{
    for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
        if (strcmp(name, filters[i].name) == 0)
            return filters[i].apply(value, arena);
    }
    return NULL;
}

/* The value of what stands between "${" and "}": a name, perhaps with a filter. */
static const char *variable(const char *text, size_t bytes, ci_lookup *lookup, void *ctx,
                            struct arena *arena)
{
    char name[NAME_BYTES_MAX];
    const char *value;
    char *filter;

    if (bytes >= sizeof(name))
        return NULL;
    memcpy(name, text, bytes);
    name[bytes] = '\0';
    filter = strchr(name, ':');
    if (filter)
        *filter++ = '\0';
    value = lookup(ctx, name);
    value = value && *value ? text_repair(value, strlen(value), arena, NULL) : NULL;
    value = value && filter ? filtered(filter, value, arena) : value;
    return value ? filter_clean(value, arena) : NULL;
}

/* One alternative: false where a variable is not set. */
static bool alternative(const char *text, const char *end, ci_lookup *lookup, void *ctx,
                        struct arena *arena, char ret_value[RESULT_BYTES_MAX])
{
    size_t bytes = 0;

    while (text < end) {
        const char *part = text, *close = NULL;
        size_t count = 1;

        if (starts_with(text, "${")) {
            close = memchr(text, '}', (size_t)(end - text));
            if (!close)
                return false;
            part = variable(text + 2, (size_t)(close - text) - 2, lookup, ctx, arena);
            if (!part)
                return false;
            count = strlen(part);
        }
        if (bytes + count >= RESULT_BYTES_MAX)
            return false;
        memcpy(ret_value + bytes, part, count);
        bytes += count;
        text = close ? close + 1 : text + 1;
    }
    ret_value[bytes] = '\0';
    return bytes > 0;
}

const char *ci_expand(const char *template, ci_lookup *lookup, void *ctx, struct arena *arena)
{
    char value[RESULT_BYTES_MAX];

    for (const char *at = template; at && *at;) {
        const char *end = strchrnul(at, '|');

        if (alternative(at, end, lookup, ctx, arena, value))
            return arena_strdup(arena, value);
        at = *end ? end + 1 : end;
    }
    return NULL;
}
