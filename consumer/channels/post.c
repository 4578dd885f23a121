/*
 * post.c - the request that most steps are. See post.h.
 */
#include "consumer/channels/post.h"

#include <string.h>

struct request post_json(const char *url, const char *body, size_t body_bytes)
{
    return (struct request){
        .method = "POST",
        .url = url,
        .headers = {{"Content-Type", "application/json"}, {"User-Agent", "tocsin/" TOCSIN_VERSION}},
        .headers_count = 2,
        .body = body,
        .body_bytes = body_bytes,
    };
}

void post_header(struct request *request, const char *name, const char *value)
{
    request->headers[request->headers_count++] = (struct request_header){name, value};
}

bool post_is_token(const char *token)
{
    for (const char *at = token; *at; at++) {
        if (*at <= ' ' || *at > '~')
            return false;
    }
    return token[0] != '\0';
}

const char *post_url(const char *base, const char *path, struct arena *arena)
{
    size_t bytes = strlen(base);

    while (bytes > 0 && base[bytes - 1] == '/')
        bytes--;
    return arena_printf(arena, "%.*s%s", (int)bytes, base, path);
}
