/*
 * authorization.c - see authorization.h.
 */
#include "consumer/channels/authorization.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

static bool is_given(const char *text)
{
    return text && text[0] != '\0';
}

const char *authorization(const char *user, const char *password, const char *bearer,
                          struct arena *arena)
{
    if (is_given(bearer))
        return arena_printf(arena, "Bearer %s", bearer);
    const char *plain = arena_printf(arena, "%s:%s", user ? user : "", password ? password : "");
    size_t bytes = plain ? strlen(plain) : 0;
    unsigned char *encoded = arena_alloc(arena, (bytes + 2) / 3 * 4 + 1);

    if (!plain || !encoded)
        return NULL;
    EVP_EncodeBlock(encoded, (const unsigned char *)plain, (int)bytes);
    return arena_printf(arena, "Basic %s", (const char *)encoded);
}

/* In a header a line break would begin another; no credential has one. */
static bool fits_header(const char *text)
{
    for (const char *at = text ? text : ""; *at; at++) {
        if ((unsigned char)*at < ' ' || *at == 0x7F)
            return false;
    }
    return !text || strlen(text) <= CREDENTIAL_BYTES_MAX;
}

int authorization_check(const char *user, const char *password, const char *bearer,
                        const char *words, struct error *err)
{
    if (is_given(bearer) == is_given(password))
        return error_set(err, ERROR_INPUT, "%s", words);
    if (user && strchr(user, ':'))
        return error_set(err, ERROR_INPUT, "username has a colon, which no user name may have");
    if (!fits_header(user) || !fits_header(password) || !fits_header(bearer))
        return error_set(err, ERROR_INPUT,
                         "a credential has characters that none has, or over %d of them",
                         CREDENTIAL_BYTES_MAX);
    return 0;
}
