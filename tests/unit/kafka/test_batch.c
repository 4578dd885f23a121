/*
 * test_batch.c - a batch holds copies, has a limit, keeps the highest position, and a refusal
 * changes nothing.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/kafka/batch.h"

static struct batch batch;
static struct error err;

static void set_up(void)
{
    batch_init(&batch);
    err = (struct error){0};
}

static void tear_down(void)
{
    batch_fini(&batch);
}

TestSuite(batch, .init = set_up, .fini = tear_down);

Test(batch, copies_key_value_and_headers)
{
    char key[] = "key", value[] = "value", name[] = "ce_id", text[] = "42";
    struct envelope envelope = {.headers = {{name, text, 2}}, .count = 1};

    cr_assert_eq(batch_put(&batch, 3, 7, key, 3, value, 5, &envelope, &err), 0);
    key[0] = value[0] = name[0] = text[0] = '?';

    const struct batch_record *record = &batch.records[0];
    cr_assert_eq(batch.count, 1);
    cr_assert_eq(record->topic, 3);
    cr_assert_eq(record->partition, 7);
    cr_assert_eq(memcmp(record->key, "key", 3), 0);
    cr_assert_eq(memcmp(record->value, "value", 5), 0);
    cr_assert_str_eq(record->envelope->headers[0].name, "ce_id");
    cr_assert_eq(memcmp(record->envelope->headers[0].value, "42", 2), 0);
}

Test(batch, no_value_is_a_tombstone_and_an_empty_value_is_not)
{
    cr_assert_eq(batch_put(&batch, 0, 0, "k", 1, NULL, 0, NULL, &err), 0);
    cr_assert_eq(batch_put(&batch, 0, 0, "k", 1, "", 0, NULL, &err), 0);
    cr_assert_null(batch.records[0].value);
    cr_assert_not_null(batch.records[1].value);
    cr_assert_eq(batch.records[1].value_bytes, 0);
    cr_assert_null(batch.records[0].envelope);
}

Test(batch, holds_more_records_than_its_first_room)
{
    for (int i = 0; i < 1000; i++) {
        cr_assert_eq(batch_put(&batch, 0, i, &i, sizeof(i), NULL, 0, NULL, &err), 0);
        cr_assert_eq(batch_position(&batch, i, i, &err), 0);
    }
    cr_assert_eq(batch.count, 1000);
    cr_assert_eq(batch.positions_count, 1000);
    cr_assert_eq(*(int *)batch.records[999].key, 999);
}

Test(batch, the_highest_position_wins)
{
    cr_assert_eq(batch_position(&batch, 1, 10, &err), 0);
    cr_assert_eq(batch_position(&batch, 1, 9, &err), 0);
    cr_assert_eq(batch_position(&batch, 1, 12, &err), 0);
    cr_assert_eq(batch_position(&batch, 2, 5, &err), 0);
    cr_assert_eq(batch.positions_count, 2);
    cr_assert_eq(batch.positions[0].next, 12);
    cr_assert_eq(batch.positions[1].next, 5);
}

Test(batch, a_side_topic_has_its_own_positions)
{
    cr_assert_eq(batch_position(&batch, 1, 10, &err), 0);
    cr_assert_eq(batch_side_position(&batch, 4, 1, 3, &err), 0);
    cr_assert_eq(batch.positions_count, 2);
    cr_assert_eq(batch.positions[0].topic, 0);
    cr_assert_eq(batch.positions[1].topic, 4);
    cr_assert_eq(batch.positions[1].next, 3);
}

Test(batch, refuses_what_is_no_position)
{
    cr_assert_eq(batch_position(&batch, -1, 10, &err), -1);
    cr_assert_eq(err.kind, ERROR_INPUT);
    cr_assert_eq(batch_position(&batch, 1, -1, NULL), -1);
    cr_assert_eq(batch.positions_count, 0);
    cr_assert_eq(batch_position(&batch, 0, 0, NULL), 0);
}

Test(batch, refuses_a_byte_over_the_limit_and_is_as_before)
{
    size_t overhead = sizeof(struct batch_record) + 1;
    size_t half = BATCH_BYTES_MAX / 2 - overhead;
    char *value = calloc(1, half + 1);

    cr_assert_eq(batch_put(&batch, 0, 0, "a", 1, value, half, NULL, &err), 0);
    cr_assert_eq(batch_put(&batch, 0, 0, "b", 1, value, half + 1, NULL, &err), -1);
    cr_assert_eq(err.kind, ERROR_LIMIT);
    cr_assert_eq(batch.count, 1);
    cr_assert_eq(batch_put(&batch, 0, 0, "b", 1, value, half, NULL, NULL), 0);
    cr_assert_eq(batch.bytes, BATCH_BYTES_MAX);
    free(value);
}

Test(batch, takes_one_record_of_any_size)
{
    char *value = calloc(1, BATCH_BYTES_MAX + 1);

    cr_assert_eq(batch_put(&batch, 0, 0, "a", 1, value, BATCH_BYTES_MAX + 1, NULL, &err), 0);
    cr_assert_eq(batch_put(&batch, 0, 0, "b", 1, NULL, 0, NULL, &err), -1);
    free(value);
}

Test(batch, a_reset_empties_it)
{
    cr_assert_eq(batch_put(&batch, 0, 0, "a", 1, "v", 1, NULL, &err), 0);
    cr_assert_eq(batch_position(&batch, 0, 1, &err), 0);
    batch_reset(&batch);
    cr_assert_eq(batch.count, 0);
    cr_assert_eq(batch.positions_count, 0);
    cr_assert_eq(batch.bytes, 0);
    cr_assert_eq(batch_put(&batch, 0, 0, "b", 1, NULL, 0, NULL, &err), 0);
    cr_assert_eq(batch.count, 1);
}
