/* Silences in amtool's JSON: there and back, what is refused, and where. */
#include "consumer/control/amtool_json.h"

#include <criterion/criterion.h>
#include <string.h>

#define PRINT "v1:0000000000000000000000000000000a"

/* As amtool 0.25 prints it. */
#define DOCUMENT                                                                                   \
    "{\"id\":\"46c6a7f4-9b2c-4b6f-8d5a-1f2f6f8a0b11\",\"status\":{\"state\":\"active\"},"          \
    "\"updatedAt\":\"2026-01-01T10:00:00.123Z\",\"comment\":\"why\",\"createdBy\":\"ada\","        \
    "\"endsAt\":\"2026-01-01T12:00:00.000Z\",\"matchers\":[{\"isEqual\":false,\"isRegex\":true,"   \
    "\"name\":\"tool\",\"value\":\"ga.*\"},{\"isRegex\":false,\"name\":\"a\",\"value\":\"b\"}],"   \
    "\"startsAt\":\"2026-01-01T11:00:00.000+01:00\"}"

static struct arena arena;

static void start(void)
{
    arena_init(&arena);
}

static void stop(void)
{
    arena_fini(&arena);
}

TestSuite(amtool_json, .init = start, .fini = stop);

static int read(const char *text, struct silence *ret, struct error *err)
{
    json_t *document = json_loads(text, 0, NULL);
    int rc;

    cr_assert_not_null(document);
    rc = amtool_silence_read(document, "/3", &arena, ret, err);
    json_decref(document);
    return rc;
}

Test(amtool_json, reads_what_amtool_prints)
{
    const struct silence_matcher *matchers;
    struct silence silence;
    int64_t ten, twelve;

    time_parse("2026-01-01T10:00:00Z", &ten);
    time_parse("2026-01-01T12:00:00Z", &twelve);
    cr_assert_eq(read(DOCUMENT, &silence, NULL), 0);
    matchers = silence.matchers.items;
    cr_assert_str_eq(silence.id, "46c6a7f4-9b2c-4b6f-8d5a-1f2f6f8a0b11");
    cr_assert_str_eq(silence.author, "ada");
    cr_assert_str_eq(silence.comment, "why");
    cr_assert_eq(silence.starts_ms, ten);
    cr_assert_eq(silence.ends_ms, twelve);
    cr_assert_eq(silence.matchers.count, 2);
    cr_assert_str_eq(matchers[0].value, "ga.*");
    cr_assert(matchers[0].is_regex);
    cr_assert_not(matchers[0].is_equal);
    cr_assert(matchers[1].is_equal, "a missing isEqual is true");
}

Test(amtool_json, there_and_back)
{
    struct silence silence, again;
    json_t *document;

    cr_assert_eq(read(DOCUMENT, &silence, NULL), 0);
    silence.updated_ms = silence.starts_ms;
    document = amtool_silence(&silence, silence.starts_ms);
    cr_assert_str_eq(
        json_string_value(json_object_get(json_object_get(document, "status"), "state")), "active");
    cr_assert_eq(amtool_silence_read(document, "", &arena, &again, NULL), 0);
    cr_assert_eq(again.starts_ms, silence.starts_ms);
    cr_assert_eq(again.ends_ms, silence.ends_ms);
    cr_assert_not(((struct silence_matcher *)again.matchers.items)[0].is_equal);
    json_decref(document);
}

Test(amtool_json, says_in_which_state_it_is)
{
    struct silence silence;

    cr_assert_eq(read(DOCUMENT, &silence, NULL), 0);
    for (int i = 0; i < 3; i++) {
        static const char *const states[] = {"pending", "active", "expired"};
        const int64_t times[] = {silence.starts_ms - 1, silence.ends_ms - 1, silence.ends_ms};
        json_t *document = amtool_silence(&silence, times[i]);

        cr_assert_str_eq(
            json_string_value(json_object_get(json_object_get(document, "status"), "state")),
            states[i]);
        json_decref(document);
    }
}

Test(amtool_json, refuses_with_the_place)
{
    struct silence silence;
    struct error err = {0};

    cr_assert_eq(read("{\"createdBy\":\"a\"}", &silence, &err), -1);
    cr_assert_str_eq(err.pointer, "/3/comment");
    error_clear(&err);
    cr_assert_eq(read("{\"createdBy\":\"a\",\"comment\":\"c\",\"matchers\":[{\"name\":\"\","
                      "\"value\":\"x\",\"isRegex\":false}],\"startsAt\":\"2026-01-01T12:00:00Z\","
                      "\"endsAt\":\"2026-01-01T12:00:00Z\"}",
                      &silence, &err),
                 -1);
    cr_assert_str_eq(err.pointer, "/3/matchers/0/name");
}

Test(amtool_json, an_accepted_fingerprint_is_read_as_one_again)
{
    struct accepted accepted = {.fingerprint = PRINT,
                                .until_ms = 5000,
                                .updated_ms = 1000,
                                .author = "ada",
                                .comment = "risk"},
                    again;
    json_t *document = amtool_accepted(&accepted, 1000);
    struct silence silence;

    cr_assert_eq(amtool_silence_read(document, "", &arena, &silence, NULL), 0);
    cr_assert(amtool_is_accepted(&silence, &again));
    cr_assert_str_eq(again.fingerprint, PRINT);
    cr_assert_eq(again.until_ms, 5000);
    cr_assert_str_eq(again.comment, "risk");
    json_decref(document);
}

Test(amtool_json, an_expired_one_does_not_end_before_it_starts)
{
    struct accepted accepted = {
        .fingerprint = PRINT, .until_ms = 1000, .updated_ms = 1001, .author = "a", .comment = "c"};
    json_t *document = amtool_accepted(&accepted, 5000);
    struct silence silence;

    cr_assert_eq(amtool_silence_read(document, "", &arena, &silence, NULL), 0);
    cr_assert_leq(silence.starts_ms, silence.ends_ms);
    json_decref(document);
}

Test(amtool_json, an_ordinary_silence_is_no_accepted_fingerprint)
{
    struct silence_matcher matchers[] = {{"fingerprint", PRINT, false, true},
                                         {"a", "b", false, true}};
    struct silence silence = {.id = "s", .matchers = {matchers, 1}};
    struct accepted accepted;

    cr_assert_not(amtool_is_accepted(&silence, &accepted));
    silence.id = PRINT;
    cr_assert(amtool_is_accepted(&silence, &accepted));
    silence.matchers.count = 2;
    cr_assert_not(amtool_is_accepted(&silence, &accepted));
    silence.matchers.count = 1;
    matchers[0].is_regex = true;
    cr_assert_not(amtool_is_accepted(&silence, &accepted));
}
