/*
 * url.c - checks and percent-encodes links. See url.h.
 */
#include "consumer/channels/url.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "consumer/enrich/percent.h"

static const char hex[] = "0123456789ABCDEF";

static size_t scheme_length(const char *url)
{
    static const char *const schemes[] = {"https://", "http://", NULL};

    for (size_t i = 0; schemes[i]; i++) {
        if (strncasecmp(url, schemes[i], strlen(schemes[i])) == 0)
            return strlen(schemes[i]);
    }
    return 0;
}

/* A letter or digit of ASCII, whatever the locale. */
static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_host_character(char c)
{
    return is_plain(c) || strchr(".-_:[]", c) != NULL;
}

static size_t host_length(const char *url)
{
    size_t scheme = scheme_length(url);

    return scheme > 0 ? strcspn(url + scheme, "/?#") : 0;
}

bool url_is_http(const char *url)
{
    size_t host = url ? host_length(url) : 0;

    if (host == 0)
        return false;
    const char *at = url + scheme_length(url);
    for (size_t i = 0; i < host; i++) {
        if (!is_host_character(at[i]))
            return false;
    }
    return is_plain(at[0]) || at[0] == '[';
}

/* Brackets belong to an IPv6 host; further on, and round brackets anywhere, they could close a
 * markup's link. */
static bool is_kept(const char *url, size_t at)
{
    char c = url[at];

    return is_plain(c) || strchr("-._~:/?#@!$&*+,;=%", c) != NULL ||
           (strchr("[]", c) != NULL && at < scheme_length(url) + host_length(url));
}

static void append_encoded(char *copy, size_t *used, char c)
{
    copy[(*used)++] = '%';
    copy[(*used)++] = hex[(unsigned char)c >> 4];
    copy[(*used)++] = hex[(unsigned char)c & 15];
}

const char *url_link(const char *url, size_t bytes_max, struct arena *arena)
{
    if (!url_is_http(url) || strlen(url) > bytes_max)
        return NULL;
    size_t bytes = strlen(url), used = 0;
    char *copy = arena_alloc(arena, 3 * bytes + 1);

    for (size_t i = 0; copy && i < bytes; i++) {
        if (is_kept(url, i))
            copy[used++] = url[i];
        else
            append_encoded(copy, &used, url[i]);
    }
    return used <= bytes_max ? copy : NULL;
}

char *url_encode(const char *text, struct arena *arena)
{
    return percent_encode(text, PERCENT_TEXT, SIZE_MAX, arena);
}
