/* What all tables stand on: keys, the key table, the ids seen, packed records. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/correlate/hints.h"
#include "consumer/correlate/key_table.h"
#include "consumer/correlate/pack.h"
#include "consumer/correlate/seen.h"
#include "consumer/records/notification.h"

static struct key key_number(uint64_t number)
{
    return (struct key){.high = number, .low = number * 3};
}

Test(tables, fingerprint_and_back)
{
    const char text[] = "v1:0123456789abcdef00ff00ff10203040";
    char back[FINGERPRINT_BYTES];
    struct key key;

    cr_assert(key_of_fingerprint(text, strlen(text), &key));
    key_fingerprint(&key, back);
    cr_assert_str_eq(back, text);
    cr_assert_not(key_of_fingerprint("v1:0123456789abcdef00ff00ff1020304", 34, &key));
    cr_assert_not(key_of_fingerprint("v1:0123456789abcdef00ff00ff1020304g", 35, &key));
    cr_assert_not(key_of_fingerprint("v1:0123456789ABCDEF00ff00ff10203040", 35, &key));
    cr_assert_not(key_of_fingerprint("v2:0123456789abcdef00ff00ff10203040", 35, &key));
}

Test(tables, uuid)
{
    struct key one, other;

    cr_assert(key_of_uuid("00112233-4455-6677-8899-aabbccddeeff", 36, &one));
    cr_assert(key_of_uuid("00112233-4455-6677-8899-aabbccddeefe", 36, &other));
    cr_assert_not(key_equal(&one, &other));
    cr_assert_not(key_of_uuid("00112233-4455-6677-8899-aabbccddeef", 35, &one));
    cr_assert_not(key_of_uuid("00112233x4455-6677-8899-aabbccddeeff", 36, &one));
    cr_assert_not(key_of_uuid("00112233-4455-6677-8899-AABBCCDDEEFF", 36, &one));
}

/* Against a plain array, through growth and removal. */
Test(tables, key_table_is_a_map)
{
    enum { KEYS = 500 };
    static int values[KEYS];
    bool held[KEYS] = {false};
    struct key_table table;
    struct error err = {0};
    size_t cursor = 0, count = 0;

    key_table_init(&table, 7);
    srand(1);
    for (int i = 0; i < 20000; i++) {
        int n = rand() % KEYS;
        struct key key = key_number((uint64_t)n);

        cr_assert_eq(key_table_get(&table, &key), held[n] ? &values[n] : NULL);
        if (rand() % 2) {
            cr_assert_eq(key_table_put(&table, &key, &values[n], &err), 0);
            held[n] = true;
        } else {
            cr_assert_eq(key_table_take(&table, &key), held[n] ? &values[n] : NULL);
            held[n] = false;
        }
    }
    for (int n = 0; n < KEYS; n++)
        count += held[n];
    cr_assert_eq(table.count, count);
    while (key_table_next(&table, &cursor))
        count--;
    cr_assert_eq(count, 0);
    key_table_fini(&table);
}

static void add(struct seen *seen, uint64_t from, uint64_t to)
{
    struct error err = {0};

    for (uint64_t i = from; i < to; i++) {
        struct key id = key_number(i);

        cr_assert_not(seen_has(seen, &id));
        cr_assert_eq(seen_add(seen, &id, (int64_t)i, 1000 + (int64_t)i, &err), 0);
    }
}

static size_t known(const struct seen *seen, uint64_t from, uint64_t to)
{
    size_t count = 0;

    for (uint64_t i = from; i < to; i++) {
        struct key id = key_number(i);

        count += seen_has(seen, &id);
    }
    return count;
}

Test(tables, seen_rolls_back_to_the_last_commit)
{
    struct seen seen;

    seen_init(&seen, 3);
    add(&seen, 0, 3000);
    seen_commit(&seen);
    add(&seen, 3000, 9000);
    seen_rollback(&seen);
    cr_assert_eq(known(&seen, 0, 9000), 3000);
    add(&seen, 3000, 9000);
    seen_commit(&seen);
    cr_assert_eq(known(&seen, 0, 9000), 9000);
    cr_assert_eq(seen_count(&seen), 9000);
    seen_fini(&seen);
}

Test(tables, seen_forgets_the_oldest_and_only_with_a_commit)
{
    struct seen seen;

    seen_init(&seen, 3);
    for (uint64_t i = 0; i < 10; i++) {
        add(&seen, i * 100, i * 100 + 100);
        seen_commit(&seen);
    }
    cr_assert_eq(seen_leave(&seen, 0, 1000), 0);
    cr_assert_eq(seen.chunks_leaving, 0);
    cr_assert_eq(seen_leave(&seen, 0, 999), 100);
    cr_assert_eq(seen_leave(&seen, 1000 + 299 + 1, 1000), 0, "by age, not for the bound");
    cr_assert_eq(seen.chunks_leaving, 3);
    seen_rollback(&seen);
    cr_assert_eq(known(&seen, 0, 1000), 1000);
    seen_leave(&seen, 1000 + 299 + 1, 1000);
    seen_commit(&seen);
    cr_assert_eq(known(&seen, 0, 300), 0);
    cr_assert_eq(known(&seen, 300, 1000), 700);
    seen_fini(&seen);
}

Test(tables, seen_record_holds_no_more_than_its_limit_and_reads_back)
{
    struct seen seen, back;
    struct error err = {0};

    seen_init(&seen, 3);
    seen_init(&back, 4);
    add(&seen, 0, SEEN_RECORD_IDS_MAX + 1);
    cr_assert_eq(seen.chunks_count, 2);
    cr_assert_eq(seen.chunks[1].offset, SEEN_RECORD_IDS_MAX);
    for (size_t i = 0; i < 2; i++) {
        size_t bytes = SEEN_HEAD_BYTES + KEY_BYTES * (size_t)seen.chunks[i].count;
        unsigned char *value = malloc(bytes);

        seen_value(&seen, i, value);
        cr_assert_eq(seen_restore(&back, seen.chunks[i].offset, value, bytes, &err), 0);
        cr_assert_eq(back.chunks[i].time_ms, seen.chunks[i].time_ms);
        cr_assert_eq(seen_restore(&back, 1, value, bytes - 1, &err), -1);
        free(value);
    }
    cr_assert_eq(known(&back, 0, SEEN_RECORD_IDS_MAX + 1), SEEN_RECORD_IDS_MAX + 1);
    seen_forget(&back, 12345);
    cr_assert_eq(seen_count(&back), SEEN_RECORD_IDS_MAX + 1);
    seen_forget(&back, 0);
    cr_assert_eq(seen_count(&back), 1);
    seen_fini(&seen);
    seen_fini(&back);
}

/* Every kind of field, encoded from the original and from the copy whose original is gone. */
Test(tables, packed_record_stands_alone)
{
    static const char json[] =
        "{\"type\":\"tocsin.notification.v1\",\"integration\":\"i\",\"group\":\"g\",\"group_key\":"
        "\"k\","
        "\"group_labels\":{\"a\":\"1\",\"b\":\"2\"},\"time\":\"2026-11-20T10:00:00.000Z\","
        "\"picture\":"
        "{\"fingerprint\":\"v1:00000000000000000000000000000000\",\"version\":5,\"status\":"
        "\"open\","
        "\"news\":\"opened\",\"episode\":1,\"rule\":{\"id\":\"r\"},\"model\":\"m\","
        "\"model_versions\":[\"v1\",\"v2\"],\"severity\":\"high\",\"confidence\":0.5,\"count\":1,"
        "\"episode_count\":1,\"first_seen\":\"2026-11-20T10:00:00.000Z\","
        "\"last_seen\":\"2026-11-20T10:00:00.000Z\",\"opened\":\"2026-11-20T10:00:00.000Z\","
        "\"sample\":{\"finding\":\"00112233-4455-6677-8899-aabbccddeeff\",\"severity\":\"high\","
        "\"confidence\":0.5,\"prompt\":\"p\",\"run\":\"r\",\"time\":\"2026-11-20T10:00:00.000Z\"}}"
        "}";
    struct arena arena, other;
    struct notification notification, *packed;
    struct error err = {0};
    size_t bytes, again;
    char *before, *after;

    arena_init(&arena);
    arena_init(&other);
    cr_assert_eq(record_decode(&notification_type, json, strlen(json), &arena, &notification, &err),
                 0, "%s %s", err.pointer, err.text);
    before = record_encode(&notification_type, &notification, &other, &bytes, &err);
    packed = record_pack(&notification_type, &notification, &again);
    cr_assert_gt(again, sizeof(notification));
    arena_fini(&arena);
    after = record_encode(&notification_type, packed, &other, &bytes, &err);
    cr_assert_str_eq(before, after);
    free(packed);
    arena_fini(&other);
}

static struct hints hints_of(const char *name, const char *value)
{
    struct envelope envelope = {.headers = {{name, value, value ? strlen(value) : 0}}, .count = 1};
    struct hints hints;

    hints_read(&envelope, &hints);
    return hints;
}

Test(tables, hints_take_only_what_is_well_formed)
{
    static const struct {
        const char *text;
        double confidence;
    } rows[] = {{"0", 0},
                {"1", 1},
                {"0.5", 0.5},
                {"0.9", 0.9},
                {"0.123456", 0.123456},
                {"1.0", 1},
                {"1.1", -1},
                {"2", -1},
                {"-1", -1},
                {"", -1},
                {".5", -1},
                {"1e-3", -1},
                {"0.x", -1},
                {"0.12345678901234567", -1},
                {"0..5", -1}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_assert_eq(hints_of(HEADER_CONFIDENCE, rows[i].text).confidence, rows[i].confidence, "%s",
                     rows[i].text);
    cr_assert_eq(hints_of(HEADER_SEVERITY, "critical").severity, SEVERITY_CRITICAL);
    cr_assert_eq(hints_of(HEADER_SEVERITY, "criticall").severity, -1);
    cr_assert_eq(hints_of(HEADER_SEVERITY, "").severity, -1);
    cr_assert(hints_of(HEADER_TYPE, FINDING_TYPE).is_finding);
    cr_assert_not(hints_of(HEADER_TYPE, RUN_END_TYPE).is_finding);
    cr_assert_not(hints_of(HEADER_ID, "no uuid").has_id);
    cr_assert_not(hints_of(HEADER_TYPE, NULL).is_finding);
    cr_assert(hints_of(HEADER_REKEYED, "1").rekeyed);
    cr_assert(hints_of(HEADER_COPY, "1").copy);
}
