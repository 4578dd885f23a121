/* The way back: two batches deep, in every order. */
#include <criterion/criterion.h>
#include <string.h>

#include "consumer/deliver/table.h"

static struct table table;

static void begin(void)
{
    table = (struct table){0};
}
static void end(void)
{
    table_fini(&table);
}
TestSuite(table, .init = begin, .fini = end);

static void put(const char *key, const char *value)
{
    struct error err = {0};
    struct entry *entry = table_get(&table, key, strlen(key), &err);

    cr_assert_eq(table_put(&table, entry, value, value ? strlen(value) : 0, &err), 0);
}

static const char *get(const char *key)
{
    const struct entry *entry = table_find(&table, key, strlen(key));

    return entry == NULL ? "(none)" : entry->value.data == NULL ? "(gone)" : entry->value.data;
}

static void stage(void)
{
    table_stage(&table, SIZE_MAX);
}

static void roll_back(void)
{
    table_sweep(&table, table_abort(&table));
}

Test(table, a_commit_forgets_the_way_back)
{
    put("a", "1");
    stage();
    table_commit(&table);
    roll_back();
    cr_expect_str_eq(get("a"), "1");
}

Test(table, an_abort_of_both_batches_goes_back_to_the_oldest)
{
    put("a", "1");
    stage();
    table_commit(&table);
    put("a", "2");
    put("a", "3");
    stage();
    put("a", "4");
    put("b", "1");
    roll_back();
    cr_expect_str_eq(get("a"), "1");
    cr_expect_str_eq(get("b"), "(none)");
}

Test(table, what_is_open_survives_the_commit_before_it)
{
    put("a", "1");
    stage();
    put("a", "2");
    table_commit(&table);
    cr_expect_str_eq(get("a"), "2");
    roll_back();
    cr_expect_str_eq(get("a"), "1");
}

Test(table, tombstones)
{
    put("a", "1");
    stage();
    table_commit(&table);
    put("a", NULL);
    cr_expect_str_eq(get("a"), "(gone)");
    stage();
    put("a", "2"); /* comes back while the tombstone is under way */
    table_commit(&table);
    cr_expect_str_eq(get("a"), "2");
    roll_back();
    cr_expect_str_eq(get("a"), "(none)");
}

Test(table, a_committed_tombstone_is_gone)
{
    put("a", "1");
    put("a", NULL);
    stage();
    table_commit(&table);
    cr_expect_str_eq(get("a"), "(none)");
}

Test(table, a_part_is_staged_with_groups_last)
{
    struct error err = {0};

    put("g", "group");
    table_get(&table, "g", 1, &err)->kind = ENTRY_GROUP;
    put("m1", "member");
    put("m2", "member");
    table_stage(&table, 1); /* room for one, whatever its size */
    cr_expect_not(table_find(&table, "g", 1)->staged);
    cr_expect(table_find(&table, "m1", 2)->staged != table_find(&table, "m2", 2)->staged);
    table_commit(&table);
    stage();
    cr_expect(table_find(&table, "g", 1)->staged);
    cr_expect_null(table.open);
}

Test(table, loading_takes_the_last_and_tombstones_remove)
{
    struct error err = {0};

    cr_assert_eq(table_load(&table, "a", 1, "1", 1, &err), 0);
    cr_assert_eq(table_load(&table, "a", 1, "22", 2, &err), 0);
    cr_expect_str_eq(get("a"), "22");
    cr_assert_eq(table_load(&table, "a", 1, NULL, 0, &err), 0);
    cr_assert_eq(table_load(&table, "b", 1, NULL, 0, &err), 0);
    cr_expect_str_eq(get("a"), "(none)");
    roll_back();
}
