/*
 * test_record_scan.c - what is plain, and defaults. That the two readers agree on everything else
 * is held by tests/contract, over thousands of mutated documents.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "producer/finding.h"
#include "producer/record_scan.h"

static struct arena arena;

static void set_up(void)
{
    arena_init(&arena);
}

static void tear_down(void)
{
    arena_fini(&arena);
}

TestSuite(record_scan, .init = set_up, .fini = tear_down);

#define TYPE       "\"type\":\"tocsin.finding.v1\","
#define RULE       "\"rule\":{\"id\":\"t/p/d\"}"
#define MODEL      "\"model\":{\"name\":\"m\"}"
#define RUN        "\"run\":{\"id\":\"r\",\"started\":\"2024-11-20T02:00:13Z\"}"
#define MARKS      "\"severity\":\"high\",\"confidence\":0.5"
#define PLAIN      "{" TYPE RULE "," MODEL "," RUN "," MARKS "}"
#define WITH(more) "{" TYPE RULE "," MODEL "," RUN "," MARKS "," more "}"

static bool scan(const char *json, struct finding *finding)
{
    memset(finding, 0, sizeof(*finding));
    return record_scan(&finding_type, json, strlen(json), &arena, finding);
}

Test(record_scan, plain)
{
    struct finding finding;
    const struct label *label;

    cr_assert(
        scan(" { \"type\" : \"tocsin.finding.v1\",\t" RULE "," MODEL "," RUN "," MARKS
             ",\"prompt\":\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20acz\",\"labels\":{\"a\":\"1\","
             "\"b\":\"\"},\"occurrence\":3,\"links\":{}} ",
             &finding));
    cr_assert_str_eq(finding.rule.id, "t/p/d");
    cr_assert_str_eq(finding.rule.tool, "");
    cr_assert_eq(finding.severity, SEVERITY_HIGH);
    cr_assert_float_eq(finding.confidence, 0.5, 1e-12);
    cr_assert_str_eq(finding.prompt, "a\"\\/\b\f\n\r\t\xc3\xa9\xe2\x82\xacz");
    cr_assert_str_eq(finding.output, "");
    cr_assert_eq(finding.occurrence, 3);
    cr_assert_eq(finding.run.shards, 1);
    cr_assert_eq(finding.run.started_ms, 1732068013000);
    cr_assert_eq(finding.labels.count, 2);
    label = finding.labels.items;
    cr_assert_str_eq(label[1].name, "b");
}

Test(record_scan, defaults_stand_in)
{
    struct finding finding = {
        .model.name = "default",
        .run = {.id = "r", .started_ms = 5, .attempt = 2, .shards = 4, .branch = "b"}};
    static const char json[] = "{" TYPE RULE "," MARKS ",\"run\":{\"shard\":3}}";

    cr_assert(record_scan(&finding_type, json, strlen(json), &arena, &finding));
    cr_assert_str_eq(finding.model.name, "default");
    cr_assert_eq(finding.run.attempt, 2);
    cr_assert_eq(finding.run.shard, 3);
    cr_assert_eq(finding.run.shards, 4);
    cr_assert_str_eq(finding.run.branch, "b");
}

Test(record_scan, what_is_left_to_the_other_reader)
{
    static const char *const rows[] = {
        "",
        "[]",
        "{",
        "{}",
        PLAIN "x",
        "{" RULE "," MODEL "," RUN "," MARKS "}",
        "{" TYPE RULE "," MODEL "," RUN ",\"severity\":\"high\"}",
        "{" TYPE RULE "," MODEL "," RUN ",\"severity\":\"High\",\"confidence\":1}",
        "{" TYPE RULE "," MODEL "," RUN ",\"severity\":\"high\",\"confidence\":1.01}",
        "{" TYPE RULE "," MODEL "," MARKS "}",
        WITH("\"unknown\":1"),
        WITH("\"prompt\":null"),
        WITH("\"prompt\":\"a\",\"prompt\":\"b\""),
        WITH("\"prompt\":\"\\ud83d\\ude00\""),
        WITH("\"prompt\":\"\\u0000\""),
        WITH("\"prompt\":\"\\x\""),
        WITH("\"prompt\":\"\n\""),
        WITH("\"prompt\":\"\\"),
        WITH("\"prompt\":\"a"),
        WITH("\"occurrence\":1.0"),
        WITH("\"occurrence\":01"),
        WITH("\"occurrence\":-0"),
        WITH("\"occurrence\":1234567890123456"),
        WITH("\"labels\":{\"a\":1}"),
        WITH("\"labels\":{\"a\":\"1\",\"a\":\"2\"}"),
        WITH("\"labels\":{\"1\":\"1\"}"),
        WITH("\"target\":\"\""),
        WITH("\"time\":\"yesterday\""),
        WITH("\"id\":\"no UUID\""),
        WITH("\"prompt\":\"a\","),
    };
    struct finding finding;

    cr_assert(scan(PLAIN, &finding));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_expect_not(scan(rows[i], &finding), "%s", rows[i]);
}

Test(record_scan, labels_have_an_end)
{
    char json[4096] = "{" TYPE RULE "," MODEL "," RUN "," MARKS ",\"labels\":{";
    struct finding finding;
    size_t at = strlen(json);

    for (int i = 0; i < LABELS_MAX; i++)
        at += (size_t)snprintf(json + at, sizeof(json) - at, "%s\"l%d\":\"\"", i ? "," : "", i);
    strcpy(json + at, "}}");
    cr_expect(scan(json, &finding));
    cr_expect_eq(finding.labels.count, LABELS_MAX);
    strcpy(json + at, ",\"one_more\":\"\"}}");
    cr_expect_not(scan(json, &finding));
}
