/* What goes into the control table, what it answers, and when to ask again. */
#include "consumer/control/table.h"

#include <criterion/criterion.h>
#include <string.h>

#define PRINT_A "v1:0000000000000000000000000000000a"
#define PRINT_B "v1:0000000000000000000000000000000b"
#define PRINT_C "v1:0000000000000000000000000000000c"

static struct control_table *table;
static struct matcher *source, *target;
static struct inhibit_rule rule;
static const struct label labels[] = {{"fingerprint", PRINT_A}, {"severity", "high"}};

static void start(void)
{
    cr_assert_eq(matcher_parse("severity=critical", &source, NULL), 0);
    cr_assert_eq(matcher_parse("severity=high", &target, NULL), 0);
    rule = (struct inhibit_rule){&source, &target, 1, 1, NULL, 0};
    cr_assert_eq(control_table_new(&rule, 1, &table, NULL), 0);
}

static void stop(void)
{
    control_table_free(table);
    matcher_free(source);
    matcher_free(target);
}

TestSuite(control_table, .init = start, .fini = stop);

static int apply(const char *key, const char *json, struct error *err)
{
    return control_table_apply(table, key, strlen(key), json, json ? strlen(json) : 0, err);
}

static int put(const char *prefix, const char *id, const struct record_type *type,
               const void *record, struct error *err)
{
    struct arena arena;
    size_t bytes;
    int rc;

    arena_init(&arena);
    rc = apply(arena_printf(&arena, "%s%s", prefix, id),
               record_encode(type, record, &arena, &bytes, NULL), err);
    arena_fini(&arena);
    return rc;
}

static int put_silence(const char *id, int64_t starts_ms, int64_t ends_ms, const char *severity)
{
    struct silence_matcher matcher = {"severity", severity, false, true};
    struct silence silence = {.id = id,
                              .matchers = {&matcher, 1},
                              .starts_ms = starts_ms,
                              .ends_ms = ends_ms,
                              .updated_ms = 1,
                              .author = "ada",
                              .comment = "why"};

    return put(SILENCE_KEY_PREFIX, id, &silence_type, &silence, NULL);
}

static void accept(const char *fingerprint, int64_t until_ms)
{
    struct accepted accepted = {.fingerprint = fingerprint, .until_ms = until_ms, .updated_ms = 1};

    cr_assert_eq(put(ACCEPTED_KEY_PREFIX, fingerprint, &accepted_type, &accepted, NULL), 0);
}

static void inhibit(const char *fingerprint, bool firing)
{
    struct label critical = {"severity", "critical"};
    struct inhibitor_source sources = {.labels = {&critical, 1}};
    struct inhibitor inhibitor = {
        .fingerprint = fingerprint, .firing = firing, .sources = {&sources, 1}, .updated_ms = 1};

    cr_assert_eq(put(INHIBITOR_KEY_PREFIX, fingerprint, &inhibitor_type, &inhibitor, NULL), 0);
}

static struct mute ask(int64_t now_ms)
{
    struct mute mute;
    const struct mute_subject subject = {.labels = labels, .count = 2, .fingerprint = PRINT_A};
    bool muted = control_table_muted(table, &subject, now_ms, &mute);

    cr_assert_eq(muted, mute.count > 0);
    return mute;
}

Test(control_table, an_empty_one_mutes_nothing)
{
    cr_assert(control_table_is_empty(table));
    cr_assert_eq(ask(1000).count, 0);
    cr_assert_eq(ask(1000).change_ms, NEVER_MS);
}

Test(control_table, a_silence_mutes_between_its_times)
{
    put_silence("s", 1000, 2000, "high");
    cr_assert_not(control_table_is_empty(table));
    cr_assert_eq(ask(999).count, 0);
    cr_assert_eq(ask(999).change_ms, 1000);
    cr_assert_eq(ask(1000).count, 1);
    cr_assert_eq(ask(1000).change_ms, 2000);
    cr_assert_eq(ask(1000).reasons[0].kind, MUTE_SILENCE);
    cr_assert_str_eq(ask(1000).reasons[0].id, "s");
    cr_assert_eq(ask(2000).count, 0);
    cr_assert_eq(ask(2000).change_ms, NEVER_MS);
}

Test(control_table, other_silences_do_not)
{
    put_silence("s", 1000, 2000, "low");
    cr_assert_eq(ask(1500).count, 0);
    cr_assert_eq(ask(500).change_ms, NEVER_MS);
}

Test(control_table, several_silences_last_until_the_last)
{
    put_silence("a", 1000, 2000, "high");
    put_silence("b", 1000, 5000, "high");
    put_silence("c", 1000, 3000, "high");
    cr_assert_eq(ask(1000).count, 3);
    cr_assert_eq(ask(1000).change_ms, 5000);
}

Test(control_table, more_reasons_than_are_kept_are_counted)
{
    char id[] = "a";

    for (int i = 0; i < MUTE_REASONS_MAX + 1; i++, id[0]++)
        put_silence(id, 1000, 2000 + i, "high");
    cr_assert_eq(ask(1000).count, MUTE_REASONS_MAX + 1);
    cr_assert_eq(ask(1000).change_ms, 2000 + MUTE_REASONS_MAX);
}

Test(control_table, a_long_id_is_cut)
{
    char id[MUTE_ID_BYTES + 10];

    memset(id, 'x', sizeof(id));
    id[sizeof(id) - 1] = '\0';
    put_silence(id, 1000, 2000, "high");
    cr_assert_eq(strlen(ask(1000).reasons[0].id), MUTE_ID_BYTES - 1);
}

Test(control_table, a_newer_record_replaces_and_a_tombstone_takes_out)
{
    put_silence("s", 1000, 2000, "high");
    put_silence("s", 1000, 1500, "high");
    cr_assert_eq(ask(1000).change_ms, 1500);
    cr_assert_eq(apply("silence/s", NULL, NULL), 0);
    cr_assert_eq(ask(1000).count, 0);
    cr_assert_eq(apply("silence/s", NULL, NULL), 0);
    cr_assert(control_table_is_empty(table));
}

Test(control_table, an_accepted_fingerprint_is_muted_until_its_date)
{
    accept(PRINT_A, 2000);
    accept(PRINT_B, 9000);
    cr_assert_eq(ask(1999).count, 1);
    cr_assert_eq(ask(1999).reasons[0].kind, MUTE_ACCEPTED);
    cr_assert_eq(ask(1999).change_ms, 2000);
    cr_assert_eq(ask(2000).count, 0);
    apply("accept/" PRINT_A, NULL, NULL);
    cr_assert_eq(ask(1000).count, 0);
}

Test(control_table, an_inhibitor_mutes_until_it_is_resolved)
{
    inhibit(PRINT_C, true);
    cr_assert_eq(ask(1).count, 1);
    cr_assert_eq(ask(1).reasons[0].kind, MUTE_INHIBITED);
    cr_assert_str_eq(ask(1).reasons[0].id, PRINT_C);
    cr_assert_eq(ask(1).change_ms, NEVER_MS);
    inhibit(PRINT_C, false);
    cr_assert_eq(ask(1).count, 0);
    inhibit(PRINT_C, true);
    apply("inhibit/" PRINT_C, NULL, NULL);
    cr_assert_eq(ask(1).count, 0);
}

Test(control_table, inhibition_outlasts_a_silence)
{
    put_silence("s", 1000, 2000, "high");
    accept(PRINT_A, 3000);
    inhibit(PRINT_C, true);
    cr_assert_eq(ask(1000).count, 3);
    cr_assert_eq(ask(1000).change_ms, NEVER_MS);
}

Test(control_table, a_record_of_no_use_counts_as_a_tombstone)
{
    struct error err = {0};

    put_silence("s", 1000, 2000, "high");
    cr_assert_eq(apply("silence/s", "{", &err), -1);
    cr_assert_eq(err.kind, ERROR_INPUT);
    cr_assert_eq(ask(1000).count, 0);

    error_clear(&err);
    cr_assert_eq(apply("silence/s",
                       "{\"type\":\"tocsin.silence.v1\",\"id\":\"s\",\"matchers\":[{\"name\":\"a\","
                       "\"value\":\"(\",\"is_regex\":true,\"is_equal\":true}],"
                       "\"starts\":\"2026-01-01T00:00:00Z\",\"ends\":\"2026-01-02T00:00:00Z\","
                       "\"updated\":\"2026-01-01T00:00:00Z\"}",
                       &err),
                 -1);
    cr_assert(strstr(err.text, "bad regular expression"));
    cr_assert(control_table_is_empty(table));
}

Test(control_table, a_key_has_to_name_its_record)
{
    struct accepted accepted = {.fingerprint = PRINT_A, .until_ms = 2000, .updated_ms = 1};
    struct error err = {0};

    cr_assert_eq(put(ACCEPTED_KEY_PREFIX, PRINT_B, &accepted_type, &accepted, &err), -1);
    cr_assert(strstr(err.text, "another"));
    cr_assert(control_table_is_empty(table));
}

Test(control_table, other_keys_are_passed_over)
{
    cr_assert_eq(apply("topology", "whatever", NULL), 0);
    cr_assert_eq(apply("", "{}", NULL), 0);
    cr_assert_eq(apply("silenc", NULL, NULL), 0);
    cr_assert(control_table_is_empty(table));
}

Test(control_table, lists_those_that_end_first_in_front)
{
    const struct silence *silences;
    const struct accepted *accepted;
    struct arena arena;
    struct list list;

    put_silence("b", 1000, 3000, "high");
    put_silence("c", 1000, 2000, "low");
    put_silence("a", 1000, 3000, "high");
    accept(PRINT_B, 5000);
    accept(PRINT_A, 6000);
    arena_init(&arena);
    cr_assert_eq(control_table_silences(table, &arena, &list, NULL), 0);
    silences = list.items;
    cr_assert_eq(list.count, 3);
    cr_assert_str_eq(silences[0].id, "c");
    cr_assert_str_eq(silences[1].id, "a");
    cr_assert_str_eq(silences[2].id, "b");
    cr_assert_str_eq(silences[2].author, "ada");
    cr_assert_eq(control_table_accepted(table, &arena, &list, NULL), 0);
    accepted = list.items;
    cr_assert_eq(list.count, 2);
    cr_assert_str_eq(accepted[1].fingerprint, PRINT_A);
    arena_fini(&arena);
}

Test(control_table, clear_leaves_nothing)
{
    put_silence("s", 1000, 2000, "high");
    accept(PRINT_A, 2000);
    inhibit(PRINT_C, true);
    control_table_clear(table);
    cr_assert(control_table_is_empty(table));
    cr_assert_eq(ask(1500).count, 0);
}

static void take_baseline(int64_t until_ms)
{
    struct baseline baseline = {
        .pipeline = "nightly", .rule = "r", .model = "m", .episode = 2, .severity = SEVERITY_HIGH};
    struct accepted accepted = {
        .fingerprint = PRINT_A, .until_ms = until_ms, .updated_ms = 1, .baseline = &baseline};

    cr_assert_eq(put(ACCEPTED_KEY_PREFIX, PRINT_A, &accepted_type, &accepted, NULL), 0);
}

/* Severity and episode of the alert, the time, and whether the baseline still holds for it. */
static const struct {
    const char *severity;
    int64_t episode, now_ms;
    bool muted;
} baselines[] = {
    {"high", 2, 10, true},   {"low", 2, 10, true},   {"critical", 2, 10, false},
    {"high", 3, 10, false},  {"high", 1, 10, false}, {"high", 2, 99, true},
    {"high", 2, 100, false}, {"high", 0, 10, true},
};

Test(control_table, a_baseline_holds_for_the_alert_as_it_was)
{
    take_baseline(100);
    for (size_t i = 0; i < sizeof(baselines) / sizeof(baselines[0]); i++) {
        const struct label severity = {"severity", baselines[i].severity};
        const struct mute_subject subject = {.labels = &severity,
                                             .count = 1,
                                             .fingerprint = PRINT_A,
                                             .episode = baselines[i].episode};
        struct mute mute;

        cr_expect_eq(control_table_muted(table, &subject, baselines[i].now_ms, &mute),
                     baselines[i].muted, "%zu", i);
    }
}

Test(control_table, what_ended_long_ago_is_named)
{
    struct arena arena;
    struct list keys;

    arena_init(&arena);
    put_silence("old", 10, 99, "high");
    put_silence("young", 10, 100, "high");
    accept(PRINT_A, 99);
    accept(PRINT_B, 100);
    cr_assert_eq(control_table_ended(table, 100, &arena, &keys, NULL), 0);
    cr_assert_eq(keys.count, 2);
    cr_assert_str_eq(((const char *const *)keys.items)[0], "silence/old");
    cr_assert_str_eq(((const char *const *)keys.items)[1], "accept/" PRINT_A);
    cr_assert_eq(control_table_ended(table, 1, &arena, &keys, NULL), 0);
    cr_assert_eq(keys.count, 0);
    arena_fini(&arena);
}
