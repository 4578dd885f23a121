/*
 * test_finding.c - a finding from the topic: what is filled in, what is held against its fields.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "producer/finding.h"

#define BROKER_MS INT64_C(1700000000123)
#define PLAIN(more)                                                                                \
    "{\"type\":\"tocsin.finding.v1\",\"rule\":{\"id\":\"a/b/c\"},\"model\":{\"name\":\"m\"},"      \
    "\"severity\":\"high\",\"confidence\":0.5,"                                                    \
    "\"run\":{\"id\":\"r\",\"started\":\"2024-01-01T00:00:00Z\",\"repository\":\"o/r\"}" more "}"

static struct arena arena;

static void start(void)
{
    arena_init(&arena);
}

static void stop(void)
{
    arena_fini(&arena);
}

TestSuite(finding, .init = start, .fini = stop);

static int decode(const char *json, struct finding *ret, struct error *err)
{
    *err = (struct error){.kind = ERROR_NONE};
    return finding_decode(json, strlen(json), BROKER_MS, &arena, ret, err);
}

Test(finding, plain_json_is_made_complete)
{
    char fingerprint[FINGERPRINT_BYTES], id[FINDING_ID_BYTES];
    struct finding finding;
    struct error err;

    cr_assert_eq(decode(PLAIN(""), &finding, &err), 0, "%s: %s", err.pointer, err.text);
    cr_assert_str_eq(finding.target, "o/r");
    cr_assert_eq(finding.time_ms, BROKER_MS);
    cr_assert_eq(finding.run.attempt, 1);
    cr_assert_eq(finding.run.shard, 1);
    cr_assert_eq(finding.run.shards, 1);
    cr_assert_str_eq(finding.prompt, "");
    cr_assert_str_eq(finding.output, "");
    cr_assert_str_eq(finding.category, "");
    cr_assert_str_eq(finding.run.pipeline, "");
    cr_assert_null(finding.model.version);
    fingerprint_compute("a/b/c", "m", "o/r", "", fingerprint);
    cr_assert_str_eq(finding.fingerprint, fingerprint);
    finding_id(&finding, fingerprint, id);
    cr_assert_str_eq(finding.id, id);
}

Test(finding, its_own_time_and_target_stay)
{
    struct finding finding;
    struct error err;

    cr_assert_eq(
        decode(PLAIN(",\"time\":\"2024-01-01T00:00:01Z\",\"target\":\"t\""), &finding, &err), 0);
    cr_assert_eq(finding.time_ms, INT64_C(1704067201000));
    cr_assert_str_eq(finding.target, "t");
}

Test(finding, what_it_publishes_reads_back_with_the_same_identity)
{
    struct finding first, second;
    struct error err;
    size_t bytes;
    char *json;

    cr_assert_eq(decode(PLAIN(",\"prompt\":\"p\\n\",\"occurrence\":3"), &first, &err), 0);
    json = record_encode(&finding_type, &first, &arena, &bytes, &err);
    cr_assert_not_null(json);
    cr_assert_eq(decode(json, &second, &err), 0, "%s: %s", err.pointer, err.text);
    cr_assert_str_eq(first.id, second.id);
    cr_assert_str_eq(first.fingerprint, second.fingerprint);
}

Test(finding, an_identity_that_is_not_its_own_is_refused)
{
    struct finding finding;
    struct error err;

    cr_assert_eq(
        decode(PLAIN(",\"fingerprint\":\"v1:00000000000000000000000000000000\""), &finding, &err),
        -1);
    cr_assert_eq(err.kind, ERROR_INPUT);
    cr_assert_str_eq(err.pointer, "/fingerprint");
    cr_assert_eq(decode(PLAIN(",\"id\":\"00000000-0000-5000-8000-000000000000\""), &finding, &err),
                 -1);
    cr_assert_str_eq(err.pointer, "/id");
}

Test(finding, structured_mode_is_opened)
{
    struct finding finding;
    struct error err;

    cr_assert_eq(decode("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/x\","
                        "\"type\":\"tocsin.finding.v1\",\"data\":" PLAIN("") "}",
                        &finding, &err),
                 0, "%s: %s", err.pointer, err.text);
    cr_assert_str_eq(finding.rule.id, "a/b/c");
    cr_assert_eq(
        decode("{\"specversion\":\"1.0\",\"data\":" PLAIN(",\"id\":\"x\"") "}", &finding, &err),
        -1);
    cr_assert_str_eq(err.pointer, "/data/id");
    cr_assert_eq(decode("{\"specversion\":\"1.0\",\"data\":" PLAIN(
                            ",\"id\":\"00000000-0000-5000-8000-000000000000\"") "}",
                        &finding, &err),
                 -1);
    cr_assert_str_eq(err.pointer, "/data/id");
    cr_assert_eq(decode("{\"specversion\":\"1.0\",\"data\":[]}", &finding, &err), -1);
    cr_assert_str_eq(err.pointer, "/data");
}

Test(finding, what_is_no_finding_is_refused)
{
    struct finding finding;
    struct error err;

    cr_assert_eq(decode("", &finding, &err), -1);
    cr_assert_eq(decode("null", &finding, &err), -1);
    cr_assert_eq(decode("{\"type\":\"tocsin.run-end.v1\"}", &finding, &err), -1);
    cr_assert_str_eq(err.pointer, "/type");
    cr_assert_eq(decode(PLAIN(",\"prompt\":null"), &finding, &err), -1);
    cr_assert_str_eq(err.pointer, "/prompt");
}

Test(finding, the_longest_text)
{
    char *prompt = arena_alloc(&arena, FINDING_TEXT_MAX + 2);
    struct finding finding;
    struct error err;

    memset(prompt, 'x', FINDING_TEXT_MAX);
    cr_assert_eq(decode(arena_printf(&arena, PLAIN(",\"prompt\":\"%s\""), prompt), &finding, &err),
                 0, "%s: %s", err.pointer, err.text);
    cr_assert_eq(strlen(finding.prompt), FINDING_TEXT_MAX);
    prompt[FINDING_TEXT_MAX] = 'x';
    cr_assert_eq(decode(arena_printf(&arena, PLAIN(",\"prompt\":\"%s\""), prompt), &finding, &err),
                 -1);
    cr_assert_str_eq(err.pointer, "/prompt");
}

Test(finding, every_allocation_that_fails_is_an_error)
{
    struct finding finding;
    struct error err;
    size_t needed;

    cr_assert_eq(decode(PLAIN(",\"labels\":{\"a\":\"b\"}"), &finding, &err), 0);
    needed = arena.bytes;
    for (size_t bytes = 1; bytes < needed; bytes += 16) {
        arena_reset(&arena);
        arena.bytes_max = bytes;
        cr_assert_eq(decode(PLAIN(",\"labels\":{\"a\":\"b\"}"), &finding, &err), -1);
        cr_assert_eq(err.kind, ERROR_MEMORY);
    }
}
