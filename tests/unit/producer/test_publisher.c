/*
 * test_publisher.c - findings through a sink that remembers.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "producer/cut.h"
#include "producer/publisher.h"

#define RECORDS_MAX 64

struct memory_sink {
    struct sink sink;
    struct arena arena;
    struct sink_record records[RECORDS_MAX];
    char *keys[RECORDS_MAX], *values[RECORDS_MAX];
    bool has_copy[RECORDS_MAX];
    size_t count, flushes;
    bool is_away;
};

static int memory_send(struct sink *sink, const struct sink_record *record, struct error *err)
{
    struct memory_sink *memory = (struct memory_sink *)sink;

    if (memory->is_away)
        return error_set(err, ERROR_RETRIABLE, "away");
    memory->records[memory->count] = *record;
    memory->keys[memory->count] = arena_strdup(&memory->arena, record->key);
    memory->values[memory->count] =
        arena_strndup(&memory->arena, record->value, record->value_bytes);
    memory->has_copy[memory->count] = envelope_find(record->envelope, HEADER_COPY) != NULL;
    memory->count++;
    return 0;
}

static int memory_flush(struct sink *sink, struct error *err)
{
    struct memory_sink *memory = (struct memory_sink *)sink;

    memory->flushes++;
    return memory->is_away ? error_set(err, ERROR_RETRIABLE, "away") : 0;
}

static int memory_partitions(struct sink *sink, int32_t *ret_partitions, struct error *err)
{
    (void)sink;
    (void)err;
    *ret_partitions = 3;
    return 0;
}

static const struct sink_ops memory_ops = {
    .name = "memory",
    .send = memory_send,
    .flush = memory_flush,
    .partitions = memory_partitions,
};

static struct memory_sink memory;
static struct publisher publisher;
static struct run_book book;
static struct arena arena;
static struct error err;

static const struct run test_run = {.id = "run-1",
                                    .attempt = 1,
                                    .shard = 1,
                                    .shards = 1,
                                    .started_ms = 1700000000000,
                                    .provider = "",
                                    .pipeline = "redteam",
                                    .repository = "acme/helpbot",
                                    .branch = "main"};

static void set_up(void)
{
    memory.sink.ops = &memory_ops;
    arena_init(&memory.arena);
    arena_init(&arena);
    cr_assert_eq(run_book_init(&book, &test_run, &err), 0);
    publisher_init(&publisher, &memory.sink, SEVERITY_INFO, 0);
}

static void tear_down(void)
{
    publisher_fini(&publisher);
    run_book_fini(&book);
    arena_fini(&arena);
    arena_fini(&memory.arena);
}

TestSuite(publisher, .init = set_up, .fini = tear_down);

static struct finding finding_of(const char *rule, const char *prompt, const char *output)
{
    return (struct finding){.rule = {.id = rule},
                            .model = {.name = "helpbot"},
                            .severity = SEVERITY_HIGH,
                            .confidence = 0.9,
                            .prompt = prompt,
                            .output = output,
                            .run = test_run};
}

static enum finding_fate publish(struct finding *finding)
{
    enum finding_fate fate;

    cr_assert_eq(publisher_finding(&publisher, &book, finding, &arena, &fate, &err), 0, "%s: %s",
                 err.pointer, err.text);
    return fate;
}

Test(publisher, completes_and_identifies)
{
    struct finding finding = finding_of("t/p/d", "hi", "yo"), read;

    cr_assert_eq(publish(&finding), FATE_SENT);
    cr_assert_eq(memory.count, 1);
    cr_assert_str_eq(memory.keys[0], finding.fingerprint);
    cr_assert_eq(memory.records[0].partition, SINK_BY_KEY);
    /* decoding recomputes fingerprint and id, and refuses others */
    cr_assert_eq(finding_decode(memory.values[0], strlen(memory.values[0]), 1, &arena, &read, &err),
                 0, "%s: %s", err.pointer, err.text);
    cr_assert_str_eq(read.target, "acme/helpbot");
    cr_assert_gt(read.time_ms, 0);
}

Test(publisher, counts_occurrences_within_a_report_and_repeats_across)
{
    struct finding first = finding_of("t/p/d", "hi", "yo"), second = first, third = first;

    cr_assert_eq(publish(&first), FATE_SENT);
    cr_assert_eq(publish(&second), FATE_SENT);
    cr_assert_eq(first.occurrence, 0);
    cr_assert_eq(second.occurrence, 1);
    cr_assert_str_neq(first.id, second.id);
    cr_assert_eq(publisher_next_report(&publisher, &err), 0);
    cr_assert_eq(publish(&third), FATE_REPEATED);
    cr_assert_str_eq(third.id, first.id);
    cr_assert_eq(memory.count, 2);
    cr_assert_eq(publisher.counts.by[FATE_SENT], 2);
    cr_assert_eq(publisher.counts.by[FATE_REPEATED], 1);
    cr_assert_eq(book.problems, 1);
}

Test(publisher, a_given_id_keeps_its_occurrence)
{
    struct finding finding = finding_of("t/p/d", "hi", "yo");

    finding.id = "an id that is computed again";
    finding.occurrence = 7;
    publish(&finding);
    cr_assert_eq(finding.occurrence, 7);
    cr_assert_str_neq(finding.id, "an id that is computed again");
}

Test(publisher, findings_with_and_without_ids_are_told_apart_together)
{
    struct finding first = finding_of("t/p/d", "hi", "yo"), second = first, given = first;
    struct finding fourth = first;

    publish(&first);
    publish(&second);
    given.id = second.id;
    given.occurrence = 1;
    cr_assert_eq(publish(&given), FATE_REPEATED);
    given.id = "another of the kind";
    given.occurrence = 3;
    cr_assert_eq(publish(&given), FATE_SENT);
    cr_assert_eq(publish(&given), FATE_REPEATED);
    cr_assert_eq(publish(&fourth), FATE_SENT);
    cr_assert_eq(fourth.occurrence, 2);
    fourth.id = NULL;
    cr_assert_eq(publish(&fourth), FATE_REPEATED);
    cr_assert_eq(fourth.occurrence, 3);
}

Test(publisher, thresholds_withhold_and_are_written_down)
{
    struct finding low = finding_of("t/p/d", "hi", "yo"), unsure = low, edge = low;
    struct coverage coverage = {
        .rule = "t/p/d", .model = "helpbot", .category = "", .attempts = 10, .failures = 3};
    const struct coverage *row;
    struct run_end end;

    publisher.min_severity = SEVERITY_HIGH;
    publisher.min_confidence = 0.9;
    low.severity = SEVERITY_MEDIUM;
    unsure.confidence = 0.89;
    cr_assert_eq(publish(&low), FATE_WITHHELD);
    cr_assert_eq(publish(&unsure), FATE_WITHHELD);
    cr_assert_eq(publish(&edge), FATE_SENT);
    cr_assert_eq(run_book_tried(&book, &coverage, &err), 0);
    cr_assert_eq(run_book_end(&book, 1, &arena, &end, &err), 0);
    cr_assert_eq(end.coverage.count, 1);
    row = end.coverage.items;
    cr_assert_eq(row->withheld, 2);
    cr_assert_eq(row->attempts, 10);
    cr_assert_eq(end.published.count, 1);
    cr_assert_eq(((const struct count *)end.published.items)->n, 1);
}

Test(publisher, a_failure_that_was_lost_is_withheld)
{
    struct coverage coverage = {
        .rule = "t/p/d", .model = "helpbot", .category = "", .attempts = 10, .failures = 3};
    struct run_end end;

    cr_assert_eq(run_book_tried(&book, &coverage, &err), 0);
    cr_assert_eq(run_book_end(&book, 1, &arena, &end, &err), 0);
    cr_assert_eq(((const struct coverage *)end.coverage.items)->withheld, 3);
}

Test(publisher, the_end_goes_to_each_partition_after_a_flush)
{
    struct finding finding = finding_of("t/p/d", "hi", "yo");

    publish(&finding);
    cr_assert_eq(publisher_end_book(&publisher, &book, 5, &arena, &err), 0, "%s", err.text);
    cr_assert_eq(memory.count, 4);
    cr_assert_eq(memory.flushes, 2);
    for (int32_t i = 0; i < 3; i++) {
        cr_assert_eq(memory.records[i + 1].partition, i);
        cr_assert_str_eq(memory.keys[i + 1], "run-1");
        cr_assert(memory.has_copy[i + 1]);
    }
    cr_assert_not(memory.has_copy[0]);
}

Test(publisher, no_end_when_a_record_was_not_accepted)
{
    memory.is_away = true;
    cr_assert_eq(publisher_end_book(&publisher, &book, 5, &arena, &err), -1);
    cr_assert_eq(err.kind, ERROR_RETRIABLE);
    cr_assert_eq(memory.count, 0);
}

Test(publisher, the_end_of_very_many_rules_has_room)
{
    enum { any = 1 };
    char rule[400];
    struct run_end end;
    size_t bytes;

    memset(rule, 'r', sizeof(rule) - 1);
    rule[sizeof(rule) - 1] = '\0';
    for (int i = 0; i < COVERAGE_ROWS_MAX; i++) {
        /* one that would speak for those that have no room */
        struct coverage coverage = {.rule = rule,
                                    .model = "m",
                                    .category = i == any - 1 ? COVERAGE_ANY : "",
                                    .attempts = 1};
        char number[16];

        snprintf(number, sizeof(number), "%08d", i);
        memcpy(rule, number, 8);
        cr_assert_eq(run_book_tried(&book, &coverage, &err), 0);
    }
    cr_assert_eq(run_book_end(&book, 1, &arena, &end, &err), 0);
    cr_assert_gt(book.coverage_left, 0);
    cr_assert_eq(end.coverage.count + any + book.coverage_left, COVERAGE_ROWS_MAX);
    for (size_t i = 0; i < end.coverage.count; i++)
        cr_assert_str_eq(((struct coverage *)end.coverage.items)[i].category, "");
    cr_assert_not_null(record_encode(&run_end_type, &end, &arena, &bytes, &err));
    cr_assert_leq(bytes, FINDING_RECORD_BYTES_MAX);
}

static char *text_of(size_t bytes, const char *filler)
{
    char *text = arena_alloc(&arena, bytes + 1);

    for (size_t i = 0; i + strlen(filler) <= bytes; i += strlen(filler))
        memcpy(text + i, filler, strlen(filler));
    return text;
}

Test(publisher, cut_at_its_edge)
{
    struct finding finding =
        finding_of("t/p/d", text_of(100, "p"), text_of(CUT_TEXT_BYTES_MAX - 100, "o"));

    cr_assert_eq(cut_finding(&finding, &arena, &err), 0);
    cr_assert_eq(finding.output_cut_bytes, 0);
    cr_assert_null(finding.output_sha256);
    finding.output = text_of(CUT_TEXT_BYTES_MAX - 99, "o");
    cr_assert_eq(cut_finding(&finding, &arena, &err), 0);
    cr_assert_eq(finding.output_cut_bytes, 1);
    cr_assert_eq(strlen(finding.output_sha256), 64);
    cr_assert_eq(finding.prompt_cut_bytes, 0);
}

Test(publisher, cut_on_a_character_and_by_escaped_size)
{
    struct finding finding = finding_of("t/p/d", "", text_of(1200000, "\xf0\x9f\x98\x80"));

    cr_assert_eq(cut_finding(&finding, &arena, &err), 0);
    cr_assert_eq(strlen(finding.output) % 4, 0);
    cr_assert(utf8_valid(finding.output, strlen(finding.output)));
    finding = finding_of("t/p/d", "", text_of(400000, "\x01"));
    cr_assert_eq(cut_finding(&finding, &arena, &err), 0);
    cr_assert_eq(strlen(finding.output), CUT_TEXT_BYTES_MAX / 6);
    cr_assert_eq(finding.output_cut_bytes, 400000 - CUT_TEXT_BYTES_MAX / 6);
}

Test(publisher, the_output_is_cut_first_and_then_the_prompt)
{
    struct finding finding = finding_of("t/p/d", text_of(900000, "p"), text_of(900000, "\"")), read;

    cr_assert_eq(publish(&finding), FATE_SENT);
    cr_assert_eq(strlen(finding.output), CUT_OUTPUT_BYTES_MIN / 2);
    cr_assert_eq(strlen(finding.prompt), CUT_TEXT_BYTES_MAX - CUT_OUTPUT_BYTES_MIN);
    cr_assert_leq(memory.records[0].value_bytes, FINDING_RECORD_BYTES_MAX);
    cr_assert_eq(
        finding_decode(memory.values[0], memory.records[0].value_bytes, 1, &arena, &read, &err), 0,
        "%s: %s", err.pointer, err.text);
    cr_assert_eq(publisher.counts.cut, 1);
}

Test(publisher, the_hash_is_that_of_the_whole)
{
    /* printf 'a%.0s' {1..1000000} | sha256sum */
    static const char hash[] = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
    struct finding finding = finding_of("t/p/d", "", text_of(1000000, "a"));

    cr_assert_eq(cut_finding(&finding, &arena, &err), 0);
    cr_assert_str_eq(finding.output_sha256, hash);
    cr_assert_eq(finding.output_cut_bytes, 100000);
}

Test(publisher, what_is_wrong_with_one_finding_is_its_own)
{
    struct finding finding = finding_of("", "hi", "yo");
    enum finding_fate fate;

    cr_assert_eq(publisher_finding(&publisher, &book, &finding, &arena, &fate, &err), -1);
    cr_assert_eq(err.kind, ERROR_INPUT);
    cr_assert_str_eq(err.pointer, "/rule/id");
    cr_assert_eq(book.problems, 0);
}

/* Beyond what may lie in memory, with a file and where there can be none. */
static void check_long_tally(const char *folder)
{
    const uint32_t count = (uint32_t)TALLY_MEMORY_ROOM;
    struct tally tally = {0};
    uint32_t before;
    char uuid[40];

    setenv("TMPDIR", folder, 1);
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < count; i++) {
            snprintf(uuid, sizeof(uuid), "%08x-0000-4000-8000-000000000000", i * 2654435761U);
            cr_assert_eq(tally_add(&tally, uuid, &before, &err), 0);
            cr_assert_eq(before, round);
        }
    }
    cr_assert_eq(tally.count, count);
    cr_assert_gt(tally.room, TALLY_MEMORY_ROOM);
    cr_assert_eq(tally.is_file, strcmp(folder, "/tmp") == 0);
    tally_fini(&tally);
    unsetenv("TMPDIR");
}

Test(publisher, a_long_tally_lies_in_a_file)
{
    check_long_tally("/tmp");
}

Test(publisher, a_long_tally_without_a_file_lies_in_memory)
{
    check_long_tally("/no/such/folder");
}

Test(publisher, tally_grows)
{
    struct tally tally = {0};
    uint32_t before;
    char uuid[64];

    for (int round = 0; round < 2; round++) {
        for (unsigned i = 0; i < 5000; i++) {
            snprintf(uuid, sizeof(uuid), "%08x-0000-5000-8000-%012x", i * 2654435761U, i);
            cr_assert_eq(tally_add(&tally, uuid, &before, &err), 0);
            cr_assert_eq(before, (uint32_t)round);
        }
    }
    cr_assert_eq(tally.count, 5000);
    tally_reset(&tally);
    cr_assert_eq(tally_add(&tally, uuid, &before, &err), 0);
    cr_assert_eq(before, 0);
    tally_fini(&tally);
}
