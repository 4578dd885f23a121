/*
 * test_record_decode.c - what the decoder takes, what it refuses, and where it says that is.
 */
#include <criterion/criterion.h>

#include "sample_record.h"

static struct arena arena;

static void start(void)
{
    arena_init(&arena);
}

static void stop(void)
{
    arena_fini(&arena);
}

TestSuite(record_decode, .init = start, .fini = stop);

static struct tree taken(const char *json)
{
    struct error err = {.kind = ERROR_NONE};
    struct tree tree;

    cr_assert_eq(record_decode(&tree_type, json, strlen(json), &arena, &tree, &err), 0,
                 "%s: %s: %s", json, err.pointer, err.text);
    return tree;
}

static struct error refused(const char *json)
{
    struct error err = {.kind = ERROR_NONE};
    struct tree tree;

    cr_assert_eq(record_decode(&tree_type, json, strlen(json), &arena, &tree, &err), -1, "%s",
                 json);
    cr_assert_eq(err.kind, ERROR_INPUT);
    return err;
}

Test(record_decode, every_kind)
{
    struct tree tree =
        taken(TREE_START ",\"uuid\":\"" TREE_UUID "\",\"fingerprint\":\"" TREE_PRINT "\","
                         "\"integer\":-3,\"filled_integer\":7,\"time\":\"1970-01-01T00:00:01Z\","
                         "\"number\":0.25,\"any\":-1e300,\"flag\":true,\"color\":\"blue\","
                         "\"leaf\":{\"word\":\"a\",\"number\":9},\"other\":{\"word\":\"b\"},"
                         "\"leaves\":[{\"word\":\"c\"},{\"word\":\"d\",\"number\":2}],"
                         "\"strings\":[\"e\",\"\"],\"labels\":{\"_a1\":\"f\",\"B\":\"\"},"
                         "\"counts\":{\"" TREE_PRINT "\":0,\"" TREE_PRINT2 "\":12}}");

    cr_assert_str_eq(tree.text, "abc");
    cr_assert_str_eq(tree.uuid, TREE_UUID);
    cr_assert_str_eq(tree.fingerprint, TREE_PRINT);
    cr_assert_eq(tree.integer, -3);
    cr_assert_eq(tree.filled_integer, 7);
    cr_assert_eq(tree.time_ms, 1000);
    cr_assert_float_eq(tree.number, 0.25, 0);
    cr_assert_float_eq(tree.any, -1e300, 0);
    cr_assert(tree.flag);
    cr_assert_eq(tree.color, 2);
    cr_assert_str_eq(tree.leaf.word, "a");
    cr_assert_eq(tree.leaf.number, 9);
    cr_assert_str_eq(tree.other->word, "b");
    cr_assert_eq(tree.leaves.count, 2);
    cr_assert_str_eq(((struct leaf *)tree.leaves.items)[1].word, "d");
    cr_assert_eq(((struct leaf *)tree.leaves.items)[1].number, 2);
    cr_assert_str_eq(((const char **)tree.strings.items)[1], "");
    cr_assert_str_eq(((struct label *)tree.labels.items)[0].name, "_a1");
    cr_assert_str_eq(((struct label *)tree.labels.items)[0].value, "f");
    cr_assert_str_eq(((struct count *)tree.counts.items)[1].fingerprint, TREE_PRINT2);
    cr_assert_eq(((struct count *)tree.counts.items)[1].n, 12);
}

Test(record_decode, what_is_absent_is_zero_or_filled)
{
    struct tree tree = taken(TREE_START ",\"unknown\":[null,{\"x\":1.5}]}");

    cr_assert_null(tree.uuid);
    cr_assert_null(tree.other);
    cr_assert_null(tree.leaf.word);
    cr_assert_eq(tree.time_ms, 0);
    cr_assert_eq(tree.leaves.count, 0);
    cr_assert_str_eq(tree.filled_text, "");
    cr_assert_eq(tree.filled_integer, 1);
}

Test(record_decode, limits_at_their_edges_are_taken)
{
    taken("{\"type\":\"tocsin.tree.v1\",\"text\":\"ab\"}");
    taken("{\"type\":\"tocsin.tree.v1\",\"text\":\"€𝄞éxy\"}");
    taken(TREE_START ",\"integer\":9007199254740991}");
    taken(TREE_START ",\"integer\":2.0}");
    taken(TREE_START ",\"integer\":-0.0}");
    taken(TREE_START ",\"number\":1}");
    taken(TREE_START ",\"number\":1.0,\"any\":12345678901234567890e10}");
}

struct refusal {
    const char *member, *pointer, *text;
};

/* Each is a tree whose one more member is refused. */
static const struct refusal refusals[] = {
    {"\"uuid\":\"2D7B974B-7ed3-46eb-ad7a-77b6007932ec\"", "/uuid",
     "expected a UUID in lower case, found another string"},
    {"\"uuid\":\"" TREE_UUID "\\n\"", "/uuid", NULL},
    {"\"uuid\":\"\"", "/uuid", NULL},
    {"\"uuid\":\"2d7b974b-7ed3-46eb-ad7a-77b6007932e\"", "/uuid", NULL},
    {"\"fingerprint\":\"v2:0123456789abcdef0123456789abcdef\"", "/fingerprint", NULL},
    {"\"fingerprint\":\"v1:0123456789abcdef0123456789abcde\"", "/fingerprint", NULL},
    {"\"fingerprint\":\"" TREE_PRINT "0\"", "/fingerprint", NULL},
    {"\"integer\":-4", "/integer",
     "expected an integer from -3 to 9007199254740991, found an "
     "integer out of that range"},
    {"\"integer\":9007199254740992", "/integer", NULL},
    {"\"integer\":1e300", "/integer", NULL},
    {"\"integer\":1.5", "/integer",
     "expected an integer from -3 to 9007199254740991, found a number"},
    {"\"integer\":\"1\"", "/integer", NULL},
    {"\"integer\":null", "/integer", "expected an integer from -3 to 9007199254740991, found null"},
    {"\"filled_integer\":0", "/filled_integer", NULL},
    {"\"filled_integer\":8", "/filled_integer", NULL},
    {"\"filled_text\":\"abcdef\"", "/filled_text",
     "expected a string of 0 to 5 characters, found a string of 6 characters"},
    {"\"filled_text\":null", "/filled_text", NULL},
    {"\"time\":\"2024-02-30T00:00:00Z\"", "/time", NULL},
    {"\"time\":5", "/time", NULL},
    {"\"number\":1.0000000001", "/number",
     "expected a number from 0 to 1, found a number out of "
     "that range"},
    {"\"number\":true", "/number", NULL},
    {"\"any\":\"1\"", "/any", "expected a number, found a string"},
    {"\"flag\":0", "/flag", "expected true or false, found an integer"},
    {"\"color\":\"pink\"", "/color",
     "expected one of \"red\" \"green\" \"blue\", found another string"},
    {"\"color\":1", "/color", NULL},
    {"\"leaf\":[]", "/leaf", "expected an object, found an array"},
    {"\"leaf\":{}", "/leaf/word", "expected a string of 1 to 4 characters, found nothing"},
    {"\"leaf\":{\"word\":\"a\",\"number\":10}", "/leaf/number", NULL},
    {"\"other\":null", "/other", "expected an object, found null"},
    {"\"other\":{\"word\":\"\"}", "/other/word", NULL},
    {"\"leaves\":{}", "/leaves", NULL},
    {"\"leaves\":[]", "/leaves", "expected an array of 1 to 2 items, found 0"},
    {"\"leaves\":[{},{},{}]", "/leaves", NULL},
    {"\"leaves\":[{\"word\":\"a\"},3]", "/leaves/1", "expected an object, found an integer"},
    {"\"leaves\":[{\"word\":\"a\"},{\"word\":\"abcde\"}]", "/leaves/1/word", NULL},
    {"\"strings\":[]", "/strings", NULL},
    {"\"strings\":[\"a\",null]", "/strings/1", "expected a string, found null"},
    {"\"labels\":[]", "/labels", NULL},
    {"\"labels\":{}", "/labels", NULL},
    {"\"labels\":{\"a\":\"\",\"b\":\"\",\"c\":\"\"}", "/labels", NULL},
    {"\"labels\":{\"1a\":\"\"}", "/labels/1a", NULL},
    {"\"labels\":{\"a/b~c\":\"\"}", "/labels/a~1b~0c", NULL},
    {"\"labels\":{\"\":\"\"}", "/labels/", NULL},
    {"\"labels\":{\"a\":1}", "/labels/a", "expected a string, found an integer"},
    {"\"counts\":{}", "/counts", NULL},
    {"\"counts\":{\"x\":1}", "/counts/x", NULL},
    {"\"counts\":{\"" TREE_PRINT "\":-1}", "/counts/" TREE_PRINT, NULL},
    {"\"counts\":{\"" TREE_PRINT "\":\"1\"}", "/counts/" TREE_PRINT,
     "expected an integer, found a string"},
};

Test(record_decode, refuses)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        const char *json = arena_printf(&arena, TREE_START ",%s}", refusals[i].member);
        struct error err = refused(json);

        cr_assert_str_eq(err.pointer, refusals[i].pointer, "%s: %s", json, err.pointer);
        if (refusals[i].text)
            cr_assert_str_eq(err.text, refusals[i].text, "%s: %s", json, err.text);
    }
}

Test(record_decode, type_and_required_members)
{
    cr_assert_str_eq(refused("{\"text\":\"abc\"}").pointer, "/type");
    cr_assert_str_eq(refused("{\"type\":\"tocsin.tree.v2\",\"text\":\"abc\"}").text,
                     "expected \"tocsin.tree.v1\", found another string");
    cr_assert_str_eq(refused("{\"type\":1,\"text\":\"abc\"}").pointer, "/type");
    cr_assert_str_eq(refused("{\"type\":\"tocsin.tree.v1\"}").pointer, "/text");
    cr_assert_str_eq(refused("{\"type\":\"tocsin.tree.v1\",\"text\":\"a\"}").pointer, "/text");
    cr_assert_str_eq(refused("{\"type\":\"tocsin.tree.v1\",\"text\":\"abcdef\"}").pointer, "/text");
    cr_assert_str_eq(refused("[]").text, "expected an object, found an array");
    cr_assert_str_eq(refused("7").text, "expected an object, found an integer");
}

Test(record_decode, pointers_stand_below_the_one_given)
{
    struct error err = {.kind = ERROR_NONE};
    json_t *value = json_pack("{s:s, s:s, s:[{s:i}]}", "type", "tocsin.tree.v1", "text", "abc",
                              "leaves", "word", 1);
    struct tree tree;

    cr_assert_eq(record_decode_value(&tree_type, value, "/data", &arena, &tree, &err), -1);
    cr_assert_str_eq(err.pointer, "/data/leaves/0/word");
    json_decref(value);
}

Test(record_decode, a_pointer_too_long_is_cut_on_a_character_boundary)
{
    char name[2 * 300 + 1] = {0};
    struct error err;

    for (size_t i = 0; i < 300; i++) {
        name[2 * i] = '\xc3';
        name[2 * i + 1] = '\xa9';
    }
    err = refused(arena_printf(&arena, TREE_START ",\"labels\":{\"%s\":\"\"}}", name));
    cr_assert_lt(strlen(err.pointer), ERROR_POINTER_BYTES_MAX);
    cr_assert_geq(strlen(err.pointer), ERROR_POINTER_BYTES_MAX - 2);
    cr_assert(utf8_valid(err.pointer, strlen(err.pointer)));
}

static const char *letters(size_t count)
{
    char *text = arena_alloc(&arena, count + 1);

    memset(text, 'x', count);
    return text;
}

Test(record_decode, limits_of_labels_and_strings_at_their_edges)
{
    static const struct {
        const char *format;
        size_t max;
    } rows[] = {
        {TREE_START ",\"labels\":{\"%s\":\"\"}}", LABEL_NAME_MAX},
        {TREE_START ",\"labels\":{\"a\":\"%s\"}}", LABEL_VALUE_MAX},
        {TREE_START ",\"strings\":[\"%s\"]}", RECORD_STRING_MAX},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        taken(arena_printf(&arena, rows[i].format, letters(rows[i].max)));
        refused(arena_printf(&arena, rows[i].format, letters(rows[i].max + 1)));
    }
}

Test(record_decode, every_allocation_that_fails_is_an_error)
{
    const char *json = TREE_START ",\"uuid\":\"" TREE_UUID "\",\"other\":{\"word\":\"b\"},"
                                  "\"leaves\":[{\"word\":\"c\"}],\"strings\":[\"e\"],"
                                  "\"labels\":{\"a\":\"f\"},\"counts\":{\"" TREE_PRINT "\":1}}";
    struct tree tree;
    size_t needed, failures = 0;

    taken(json);
    needed = arena.bytes;
    for (size_t bytes = 1; bytes < needed; bytes++) {
        struct error err = {.kind = ERROR_NONE};

        arena_reset(&arena);
        arena.bytes_max = bytes;
        cr_assert_eq(record_decode(&tree_type, json, strlen(json), &arena, &tree, &err), -1);
        cr_assert_eq(err.kind, ERROR_MEMORY);
        failures++;
    }
    cr_assert_gt(failures, 100);
    arena_reset(&arena);
    arena.bytes_max = needed;
    taken(json);
}
