/*
 * test_partition.c - the partition of a key: the vectors, and librdkafka's own partitioner.
 */
#include <librdkafka/rdkafka.h>

#include "producer/finding.h"

#include "vectors.h"

Test(partition, vectors)
{
    json_t *file = vectors_load("partition.json");
    const json_t *vector;
    size_t i;

    cr_assert_geq(json_array_size(json_object_get(file, "vectors")), 20);
    json_array_foreach (json_object_get(file, "vectors"), i, vector) {
        const json_t *key = json_object_get(vector, "key");
        const char *partitions;
        json_t *expected;

        json_object_foreach (json_object_get(vector, "partitions"), partitions, expected) {
            cr_assert_eq(partition_of_key(json_string_value(key), json_string_length(key),
                                          (int32_t)strtol(partitions, NULL, 10)),
                         json_integer_value(expected), "%s over %s", json_string_value(key),
                         partitions);
        }
    }
    json_decref(file);
}

Test(partition, is_librdkafkas)
{
    unsigned char key[64];
    uint32_t state = 20240229;

    for (size_t bytes = 0; bytes <= sizeof(key); bytes++) {
        for (int round = 0; round < 200; round++) {
            for (size_t i = 0; i < bytes; i++) {
                state = state * 1664525u + 1013904223u;
                key[i] = (unsigned char)(state >> 24);
            }
            for (int32_t partitions = 1; partitions < 100; partitions = partitions * 2 + 1) {
                cr_assert_eq(
                    partition_of_key(key, bytes, partitions),
                    rd_kafka_msg_partitioner_murmur2(NULL, key, bytes, partitions, NULL, NULL));
            }
        }
    }
}
