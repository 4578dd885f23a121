/*
 * test_envelope.c - the headers of each record, and none that would be empty.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "producer/envelope.h"

#define ID    "2d7b974b-7ed3-56eb-ad7a-77b6007932ec"
#define PRINT "v1:0123456789abcdef0123456789abcdef"

static struct arena arena;

static void start(void)
{
    arena_init(&arena);
}

static void stop(void)
{
    arena_fini(&arena);
}

TestSuite(envelope, .init = start, .fini = stop);

static struct finding whole(void)
{
    return (struct finding){.id = ID,
                            .fingerprint = PRINT,
                            .time_ms = 1500,
                            .severity = SEVERITY_CRITICAL,
                            .confidence = 0.75,
                            .model = {.name = "m", .version = "1.0"},
                            .run = {.id = "github/o/r 7é", .shard = 2, .shards = 4}};
}

static void expect(const struct envelope *envelope, const char *name, const char *value)
{
    const struct header *header = envelope_find(envelope, name);

    if (!value) {
        cr_assert_null(header, "%s", name);
        return;
    }
    cr_assert_not_null(header, "%s", name);
    cr_assert_str_eq(header->value, value, "%s: %s", name, header->value);
    cr_assert_eq(header->bytes, strlen(value));
}

Test(envelope, of_a_finding)
{
    struct finding finding = whole();
    struct error err = {.kind = ERROR_NONE};
    struct envelope envelope;

    cr_assert_eq(envelope_of_finding(&finding, &arena, &envelope, &err), 0);
    cr_assert_eq(envelope.count, 12);
    expect(&envelope, HEADER_SPECVERSION, "1.0");
    expect(&envelope, HEADER_TYPE, FINDING_TYPE);
    expect(&envelope, HEADER_ID, ID);
    expect(&envelope, HEADER_SOURCE, "/tocsin/run/github/o/r%207%C3%A9");
    expect(&envelope, HEADER_TIME, "1970-01-01T00:00:01.500Z");
    expect(&envelope, HEADER_CONTENT_TYPE, "application/json");
    expect(&envelope, HEADER_FINGERPRINT, PRINT);
    expect(&envelope, HEADER_RUN, "github/o/r 7é");
    expect(&envelope, HEADER_SHARD, "2/4");
    expect(&envelope, HEADER_MODEL_VERSION, "1.0");
    expect(&envelope, HEADER_SEVERITY, "critical");
    expect(&envelope, HEADER_CONFIDENCE, "0.75");
    expect(&envelope, HEADER_COPY, NULL);
}

Test(envelope, what_is_empty_has_no_header)
{
    struct finding finding = whole();
    struct error err = {.kind = ERROR_NONE};
    struct envelope envelope;

    finding.model.version = NULL;
    finding.time_ms = 0;
    cr_assert_eq(envelope_of_finding(&finding, &arena, &envelope, &err), 0);
    expect(&envelope, HEADER_MODEL_VERSION, NULL);
    expect(&envelope, HEADER_TIME, NULL);
}

Test(envelope, without_an_identity_there_is_none)
{
    struct finding finding = whole();
    struct error err = {.kind = ERROR_NONE};
    struct envelope envelope;

    finding.id = NULL;
    cr_assert_eq(envelope_of_finding(&finding, &arena, &envelope, &err), -1);
    cr_assert_str_eq(err.pointer, "/id");
    finding = whole();
    finding.fingerprint = NULL;
    error_clear(&err);
    cr_assert_eq(envelope_of_finding(&finding, &arena, &envelope, &err), -1);
    cr_assert_str_eq(err.pointer, "/fingerprint");
    finding = whole();
    finding.run.id = "";
    error_clear(&err);
    cr_assert_eq(envelope_of_finding(&finding, &arena, &envelope, &err), -1);
    cr_assert_str_eq(err.pointer, "/run/id");
}

Test(envelope, of_a_runs_end)
{
    struct run_end end = {.id = ID, .time_ms = 1, .run = whole().run};
    struct error err = {.kind = ERROR_NONE};
    struct envelope envelope;

    cr_assert_eq(envelope_of_run_end(&end, false, &arena, &envelope, &err), 0);
    expect(&envelope, HEADER_TYPE, RUN_END_TYPE);
    expect(&envelope, HEADER_SHARD, "2/4");
    expect(&envelope, HEADER_COPY, NULL);
    cr_assert_eq(envelope_of_run_end(&end, true, &arena, &envelope, &err), 0);
    expect(&envelope, HEADER_COPY, "1");
}

Test(envelope, of_a_measurement)
{
    struct measurement measurement = {
        .id = ID, .time_ms = 1, .run = whole().run, .model = {.name = "m", .version = "2"}};
    struct error err = {.kind = ERROR_NONE};
    struct envelope envelope;

    cr_assert_eq(envelope_of_measurement(&measurement, &arena, &envelope, &err), 0);
    expect(&envelope, HEADER_TYPE, MEASUREMENT_TYPE);
    expect(&envelope, HEADER_MODEL_VERSION, "2");
    expect(&envelope, HEADER_FINGERPRINT, NULL);
}

Test(envelope, every_allocation_that_fails_is_an_error)
{
    struct finding finding = whole();
    struct error err = {.kind = ERROR_NONE};
    struct envelope envelope;
    size_t needed;

    cr_assert_eq(envelope_of_finding(&finding, &arena, &envelope, &err), 0);
    needed = arena.bytes;
    for (size_t bytes = 1; bytes < needed; bytes += 16) {
        arena_reset(&arena);
        arena.bytes_max = bytes;
        error_clear(&err);
        cr_assert_eq(envelope_of_finding(&finding, &arena, &envelope, &err), -1);
        cr_assert_eq(err.kind, ERROR_MEMORY);
    }
}

Test(envelope, structured_mode)
{
    json_t *event = json_pack("{s:s, s:{s:i}}", "specversion", "1.0", "data", "x", 1);
    json_t *plain = json_pack("{s:{s:i}}", "data", "x", 1);
    const char *pointer;

    cr_assert_eq(json_integer_value(json_object_get(envelope_open(event, &pointer), "x")), 1);
    cr_assert_str_eq(pointer, "/data");
    cr_assert_eq(envelope_open(plain, &pointer), plain);
    cr_assert_str_eq(pointer, "");
    json_decref(event);
    json_decref(plain);
}
