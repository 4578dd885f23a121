/*
 * partition.c - the partition of a key, as Kafka's Java client and librdkafka's murmur2_random
 * choose it.
 *
 * Anything that writes to `findings` has to agree on it, or one problem would have two homes.
 */
#include <string.h>

#include "producer/finding.h"

#define MURMUR2_SEED     0x9747b28cU
#define MURMUR2_MULTIPLY 0x5bd1e995U

static uint32_t mix(uint32_t word)
{
    word *= MURMUR2_MULTIPLY;
    word ^= word >> 24;
    return word * MURMUR2_MULTIPLY;
}

static uint32_t murmur2(const unsigned char *bytes, size_t count)
{
    uint32_t hash = MURMUR2_SEED ^ (uint32_t)count;
    size_t at = 0;

    for (; count - at >= 4; at += 4) {
        uint32_t word = (uint32_t)bytes[at] | (uint32_t)bytes[at + 1] << 8 |
                        (uint32_t)bytes[at + 2] << 16 | (uint32_t)bytes[at + 3] << 24;

        hash = hash * MURMUR2_MULTIPLY ^ mix(word);
    }
    if (at < count) {
        for (size_t rest = count - at; rest > 0; rest--)
            hash ^= (uint32_t)bytes[at + rest - 1] << (8 * (rest - 1));
        hash *= MURMUR2_MULTIPLY;
    }
    hash ^= hash >> 13;
    hash *= MURMUR2_MULTIPLY;
    return hash ^ hash >> 15;
}

int32_t partition_of_key(const void *key, size_t bytes, int32_t partitions)
{
    return (int32_t)(murmur2(key, bytes) & 0x7fffffffU) % partitions;
}
