/*
 * tally.c - an open-addressing table of counters, at most three quarters full.
 *
 * A large table lies in a file that has no name, read and written a few slots at a time, so that
 * the process stays small however long the report is: the page cache holds it. Where no such file
 * can be had the table stays in memory.
 */
#include "producer/tally.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROOM_MIN    1024
#define BLOCK_SLOTS 8 /* read at once */
#define PATH_BYTES  4096

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

/* An unlinked file in TMPDIR with its space taken; -1 where that cannot be. */
static int nameless_file(size_t bytes)
{
    const char *folder = getenv("TMPDIR");
    char path[PATH_BYTES];
    int fd;

    if (!folder || !*folder)
        folder = "/tmp";
    if (snprintf(path, sizeof(path), "%s/tocsin-XXXXXX", folder) >= (int)sizeof(path))
        return -1;
    fd = mkostemp(path, O_CLOEXEC);
    if (fd == -1)
        return -1;
    unlink(path);
    if (posix_fallocate(fd, 0, (off_t)bytes) == 0)
        return fd;
    close(fd);
    return -1;
}

static bool make_table(size_t room, struct tally *ret_table)
{
    size_t bytes = room * sizeof(struct tally_slot);
    int fd = room > TALLY_MEMORY_ROOM ? nameless_file(bytes) : -1;

    *ret_table = (struct tally){.room = room, .fd = fd, .is_file = fd != -1};
    if (!ret_table->is_file)
        ret_table->slots = calloc(1, bytes);
    return ret_table->is_file || ret_table->slots;
}

static off_t place_of(size_t at)
{
    return (off_t)(at * sizeof(struct tally_slot));
}

/* Up to BLOCK_SLOTS slots from one on: in the table itself, or read into `block`; NULL when the
 * file cannot be read. */
static const struct tally_slot *slots_at(const struct tally *tally, size_t at, size_t *ret_count,
                                         struct tally_slot block[BLOCK_SLOTS])
{
    size_t left = tally->room - at, bytes;

    *ret_count = left < BLOCK_SLOTS ? left : BLOCK_SLOTS;
    if (!tally->is_file)
        return tally->slots + at;
    bytes = *ret_count * sizeof(*block);
    return pread(tally->fd, block, bytes, place_of(at)) == (ssize_t)bytes ? block : NULL;
}

/* Where a key is, or the free slot where it belongs, with what is there. */
static bool find(const struct tally *tally, const uint32_t *key, size_t *ret_at,
                 struct tally_slot *ret_slot)
{
    struct tally_slot block[BLOCK_SLOTS];
    size_t at = key[0] & (tally->room - 1), count;

    for (;; at = (at + count) & (tally->room - 1)) {
        const struct tally_slot *slots = slots_at(tally, at, &count, block);

        for (size_t i = 0; slots && i < count; i++) {
            if (slots[i].seen && memcmp(slots[i].key, key, sizeof(slots[i].key)) != 0)
                continue;
            *ret_at = at + i;
            *ret_slot = slots[i];
            return true;
        }
        if (!slots)
            return false;
    }
}

static bool store(struct tally *tally, size_t at, const struct tally_slot *slot)
{
    if (tally->is_file)
        return pwrite(tally->fd, slot, sizeof(*slot), place_of(at)) == (ssize_t)sizeof(*slot);
    tally->slots[at] = *slot;
    return true;
}

static bool copy(const struct tally *from, struct tally *to)
{
    struct tally_slot block[BLOCK_SLOTS], free_slot;
    size_t count, place;

    for (size_t at = 0; at < from->room; at += count) {
        const struct tally_slot *slots = slots_at(from, at, &count, block);

        if (!slots)
            return false;
        for (size_t i = 0; i < count; i++) {
            if (slots[i].seen &&
                !(find(to, slots[i].key, &place, &free_slot) && store(to, place, &slots[i])))
                return false;
        }
    }
    to->count = from->count;
    return true;
}

static bool grow(struct tally *tally)
{
    struct tally grown;

    if (!make_table(tally->room ? 2 * tally->room : ROOM_MIN, &grown))
        return false;
    if (!copy(tally, &grown)) {
        tally_fini(&grown);
        return false;
    }
    tally_fini(tally);
    *tally = grown;
    return true;
}

static int add(struct tally *tally, const uint32_t *key, uint32_t *ret_before, struct error *err)
{
    struct tally_slot slot;
    size_t at;

    if (4 * (tally->count + 1) > 3 * tally->room && !grow(tally))
        return error_set(err, ERROR_MEMORY, "no memory to tell findings apart");
    if (!find(tally, key, &at, &slot))
        return error_set(err, ERROR_IO, "cannot read a temporary file: %s", strerror(errno));
    *ret_before = slot.seen;
    if (!slot.seen) {
        memcpy(slot.key, key, sizeof(slot.key));
        tally->count++;
    }
    if (slot.seen < UINT32_MAX)
        slot.seen++;
    if (!store(tally, at, &slot))
        return error_set(err, ERROR_IO, "cannot write a temporary file: %s", strerror(errno));
    return 0;
}

int tally_add(struct tally *tally, const char *uuid, uint32_t *ret_before, struct error *err)
{
    uint32_t key[TALLY_KEY_WORDS];

    key_of(uuid, key);
    return add(tally, key, ret_before, err);
}

/* Number 0 leaves the key as it is; the multiplier is odd, so that no two numbers meet. */
static void number_key(uint32_t *key, uint32_t number)
{
    key[0] += number * 2654435761U;
    key[1] ^= number;
}

int tally_add_numbered(struct tally *tally, const char *uuid, uint32_t number, uint32_t *ret_before,
                       struct error *err)
{
    uint32_t key[TALLY_KEY_WORDS];

    key_of(uuid, key);
    number_key(key, number);
    return add(tally, key, ret_before, err);
}

int tally_spread(const struct tally *from, struct tally *to, struct error *err)
{
    struct tally_slot block[BLOCK_SLOTS];
    uint32_t before;
    size_t count;

    for (size_t at = 0; at < from->room; at += count) {
        const struct tally_slot *slots = slots_at(from, at, &count, block);

        if (!slots)
            return error_set(err, ERROR_IO, "cannot read a temporary file: %s", strerror(errno));
        for (size_t i = 0; i < count; i++) {
            for (uint32_t number = 0; number < slots[i].seen; number++) {
                uint32_t key[TALLY_KEY_WORDS];

                memcpy(key, slots[i].key, sizeof(key));
                number_key(key, number);
                if (add(to, key, &before, err))
                    return -1;
            }
        }
    }
    return 0;
}

void tally_reset(struct tally *tally)
{
    tally_fini(tally);
}

void tally_fini(struct tally *tally)
{
    if (tally->is_file)
        close(tally->fd);
    free(tally->slots);
    memset(tally, 0, sizeof(*tally));
}
