/*
 * identity.c - the key of a group of alerts. See identity.h.
 */
#include "consumer/channels/identity.h"

#include <string.h>

#include "consumer/channels/words.h"

#define KEY_HEX_MAX 64 /* more than any fingerprint or group hash has */

static const char *fingerprint_of(const struct message *message)
{
    if (message->group_labels_count != 1 || message->alerts_count == 0 ||
        strcmp(message->group_labels[0].name, "fingerprint") != 0)
        return NULL;
    return message->alerts[0].picture->fingerprint;
}

const char *identity_key(const struct message *message, struct arena *arena, struct error *err)
{
    const char *hex = fingerprint_of(message);
    const char *version = hex ? strchr(hex, ':') : NULL;

    if (version)
        hex = version + 1;
    if (!hex || hex[0] == '\0' || hex[strspn(hex, "0123456789abcdef")] != '\0')
        hex = message->group;
    const char *key = arena_printf(arena, "tocsin-%.*s", KEY_HEX_MAX, hex);
    if (!key)
        error_set(err, ERROR_MEMORY, "no memory for the key of a group");
    return key;
}

const char *identity_note(const struct message *message)
{
    struct message certain = *message;

    certain.in_doubt = false;
    return words_note(&certain);
}
