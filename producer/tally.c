/*
 * tally.c - an open-addressing table of counters, at most three quarters full.
 */
#include "producer/tally.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_MIN 1024

static uint32_t hex_digit(char digit)
{
    return (uint32_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10) & 0xfU;
}

static void key_of(const char *uuid, uint32_t ret_key[TALLY_KEY_WORDS])
{
    size_t digits = 0;

    memset(ret_key, 0, TALLY_KEY_WORDS * sizeof(ret_key[0]));
    for (; *uuid && digits < (size_t)TALLY_KEY_WORDS * 8; uuid++) {
        if (*uuid == '-')
            continue;
        ret_key[digits / 8] = ret_key[digits / 8] << 4 | hex_digit(*uuid);
        digits++;
    }
}

/* The slot of a key: its own, or the free one where it belongs. */
static struct tally_slot *slot_of(struct tally_slot *slots, size_t room, const uint32_t *key)
{
    size_t at = key[0] & (room - 1);

    while (slots[at].seen && memcmp(slots[at].key, key, sizeof(slots[at].key)) != 0)
        at = (at + 1) & (room - 1);
    return &slots[at];
}

static bool grow(struct tally *tally)
{
    size_t room = tally->room ? 2 * tally->room : ROOM_MIN;
    struct tally_slot *slots = calloc(room, sizeof(*slots));

    if (!slots)
        return false;
    for (size_t i = 0; i < tally->room; i++) {
        if (tally->slots[i].seen)
            *slot_of(slots, room, tally->slots[i].key) = tally->slots[i];
    }
    free(tally->slots);
    tally->slots = slots;
    tally->room = room;
    return true;
}

int tally_add(struct tally *tally, const char *uuid, uint32_t *ret_before, struct error *err)
{
    uint32_t key[TALLY_KEY_WORDS];
    struct tally_slot *slot;

    if (4 * (tally->count + 1) > 3 * tally->room && !grow(tally))
        return error_set(err, ERROR_MEMORY, "no memory to tell findings apart");
    key_of(uuid, key);
    slot = slot_of(tally->slots, tally->room, key);
    if (!slot->seen) {
        memcpy(slot->key, key, sizeof(slot->key));
        tally->count++;
    }
    *ret_before = slot->seen;
    if (slot->seen < UINT32_MAX)
        slot->seen++;
    return 0;
}

void tally_reset(struct tally *tally)
{
    if (tally->slots)
        memset(tally->slots, 0, tally->room * sizeof(*tally->slots));
    tally->count = 0;
}

void tally_fini(struct tally *tally)
{
    free(tally->slots);
    memset(tally, 0, sizeof(*tally));
}
