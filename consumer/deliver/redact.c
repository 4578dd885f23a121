/*
 * redact.c - see redact.h.
 */
#include "consumer/deliver/redact.h"

#include <string.h>
#include <strings.h>

/* Headers that say nothing about who we are. */
static const char *const open_headers[] = {"content-type", "accept", "webhook-id",
                                           "webhook-timestamp", "user-agent"};

static void cut(char *text, const char *secret, size_t secret_bytes)
{
    if (secret_bytes < REDACT_SECRET_BYTES_MIN)
        return;
    for (char *at = text; (at = memmem(at, strlen(at), secret, secret_bytes)) != NULL;) {
        memmove(at, REDACTED, strlen(REDACTED));
        memmove(at + strlen(REDACTED), at + secret_bytes, strlen(at + secret_bytes) + 1);
        at += strlen(REDACTED);
    }
}

/* The parts of scheme://user:password@host/path?query that may hold a secret, longest first. */
static void cut_url(char *text, const char *url)
{
    const char *host = strstr(url, "://");

    if (host == NULL)
        return;
    host += strlen("://");
    const char *path = host + strcspn(host, "/?#");
    const char *at = memrchr(host, '@', (size_t)(path - host));
    if (at != NULL)
        cut(text, host, (size_t)(at - host));
    cut(text, path, strlen(path));
    const char *query = strchr(path, '?');
    if (query != NULL) {
        cut(text, query + 1, strlen(query + 1));
        cut(text, path, (size_t)(query - path));
    }
}

static bool is_open(const char *name)
{
    for (size_t i = 0; i < sizeof(open_headers) / sizeof(open_headers[0]); i++) {
        if (strcasecmp(name, open_headers[i]) == 0)
            return true;
    }
    return false;
}

/* The whole value, and what follows its scheme word ("Bearer …"). */
static void cut_header(char *text, const struct request_header *header)
{
    const char *word = strchr(header->value, ' ');

    if (is_open(header->name))
        return;
    cut(text, header->value, strlen(header->value));
    if (word != NULL)
        cut(text, word + 1, strlen(word + 1));
}

void redact(char *text, size_t bytes, const struct request *request)
{
    if (bytes == 0)
        return;
    text[bytes - 1] = '\0';
    if (request != NULL && request->url != NULL)
        cut_url(text, request->url);
    for (size_t i = 0; request != NULL && i < request->headers_count; i++)
        cut_header(text, &request->headers[i]);
    for (char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = ' ';
    }
}
