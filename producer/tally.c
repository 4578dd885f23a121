/*
 * tally.c - an open-addressing table of counters, at most three quarters full.
 *
 * A large table lies in a file that has no name: mapped, and given back to the page cache after
 * every few additions, so that the process stays small however long the report is. Where no such
 * file can be had the table stays in memory.
 */
#include "producer/tally.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ROOM_MIN     1024
#define RELEASE_ADDS 256 /* each touches a page */
#define PATH_BYTES   4096

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

static struct tally_slot *map_file(size_t bytes)
{
    int fd = nameless_file(bytes);
    void *slots = MAP_FAILED;

    if (fd != -1) {
        slots = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        close(fd);
    }
    return slots == MAP_FAILED ? NULL : slots;
}

static bool make_table(size_t room, struct tally *ret_table)
{
    size_t bytes = room * sizeof(*ret_table->slots);
    struct tally_slot *mapped = room > TALLY_MEMORY_ROOM ? map_file(bytes) : NULL;

    *ret_table = (struct tally){.room = room, .is_mapped = mapped != NULL};
    ret_table->slots = mapped ? mapped : calloc(1, bytes);
    return ret_table->slots != NULL;
}

/* The pages stay in the page cache, and leave the process. */
static void release(struct tally *tally)
{
    if (tally->is_mapped && ++tally->adds % RELEASE_ADDS == 0)
        madvise(tally->slots, tally->room * sizeof(*tally->slots), MADV_DONTNEED);
}

/* The slot of a key: its own, or the free one where it belongs. */
static struct tally_slot *slot_of(const struct tally *tally, const uint32_t *key)
{
    size_t at = key[0] & (tally->room - 1);

    while (tally->slots[at].seen &&
           memcmp(tally->slots[at].key, key, sizeof(tally->slots[at].key)) != 0)
        at = (at + 1) & (tally->room - 1);
    return &tally->slots[at];
}

static bool grow(struct tally *tally)
{
    struct tally grown;

    if (!make_table(tally->room ? 2 * tally->room : ROOM_MIN, &grown))
        return false;
    for (size_t i = 0; i < tally->room; i++) {
        if (!tally->slots[i].seen)
            continue;
        *slot_of(&grown, tally->slots[i].key) = tally->slots[i];
        release(tally);
        release(&grown);
    }
    grown.count = tally->count;
    tally_fini(tally);
    *tally = grown;
    return true;
}

int tally_add(struct tally *tally, const char *uuid, uint32_t *ret_before, struct error *err)
{
    uint32_t key[TALLY_KEY_WORDS];
    struct tally_slot *slot;

    if (4 * (tally->count + 1) > 3 * tally->room && !grow(tally))
        return error_set(err, ERROR_MEMORY, "no memory to tell findings apart");
    key_of(uuid, key);
    slot = slot_of(tally, key);
    if (!slot->seen) {
        memcpy(slot->key, key, sizeof(slot->key));
        tally->count++;
    }
    *ret_before = slot->seen;
    if (slot->seen < UINT32_MAX)
        slot->seen++;
    release(tally);
    return 0;
}

void tally_reset(struct tally *tally)
{
    tally_fini(tally);
}

void tally_fini(struct tally *tally)
{
    if (tally->is_mapped)
        munmap(tally->slots, tally->room * sizeof(*tally->slots));
    else
        free(tally->slots);
    memset(tally, 0, sizeof(*tally));
}
