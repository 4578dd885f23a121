/*
 * test_gate.c - what --fail-on takes, what it matches, and what counts as known.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "producer/cli/gate.h"
#include "producer/cli/known.h"

static struct arena arena;
static struct problems problems;
static struct error err;

static void set_up(void)
{
    arena_init(&arena);
    problems_init(&problems);
}

static void tear_down(void)
{
    problems_fini(&problems);
    arena_fini(&arena);
}

TestSuite(gate, .init = set_up, .fini = tear_down);

static void add(const char *rule, int severity, double confidence, int times)
{
    struct finding finding = {.rule = {.id = rule, .title = ""},
                              .model = {.name = "helpbot"},
                              .target = "acme/helpbot",
                              .category = "",
                              .prompt = "p",
                              .output = "o",
                              .severity = severity,
                              .confidence = confidence};
    char fingerprint[FINGERPRINT_BYTES];

    finding_fingerprint(&finding, fingerprint);
    finding.fingerprint = fingerprint;
    for (int i = 0; i < times; i++)
        cr_assert_eq(problems_add(&problems, &finding, "r.json", &err), 0);
}

static bool fails(const char *rule, bool fail_on_known)
{
    struct options options = {.fail_on = {.items = {rule}, .count = 1},
                              .fail_on_known = fail_on_known};
    struct gate gate;

    cr_assert_eq(gate_init(&gate, &options, &arena, &err), 0, "%s", err.text);
    gate_judge(&gate, &problems);
    return gate.fired != NULL;
}

Test(gate, rules)
{
    static const struct {
        const char *rule;
        bool fails;
    } rows[] = {
        {"critical", false},         {"high", true},
        {"severity>=high", true},    {"severity=medium", true},
        {"severity=low", false},     {"confidence>=0.8", true},
        {"confidence>=0.81", false}, {"severity=medium,confidence>=0.8", false},
        {"rule=garak/dan.*", true},  {"rule=garak/xss*", false},
        {"rule!=garak/*", false},    {"model=help?ot,target=acme/*,category=x", false},
        {"problems>=2", true},       {"problems>=3", false},
        {"findings>=5", true},       {"findings>=6", false},
        {"high,findings>=3", false}, {"info", true},
    };

    add("garak/dan.A/d", SEVERITY_HIGH, 0.8, 2);
    add("garak/dan.B/d", SEVERITY_MEDIUM, 0.5, 3);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_expect_eq(fails(rows[i].rule, false), rows[i].fails, "%s", rows[i].rule);
}

Test(gate, what_is_refused)
{
    static const char *const rules[] = {
        "",
        "hgh",
        "severity>=hgh",
        "severity!=high",
        "confidence>=1.1",
        "confidence=1",
        "confidence>=",
        "rule>=x",
        "rule=",
        "problems>=0",
        "findings>=x",
        "high,",
        "age>=3",
        "severity<=high",
    };
    struct gate_rule rule;

    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        memset(&err, 0, sizeof(err));
        cr_expect_eq(gate_rule_parse(rules[i], &arena, &rule, &err), -1, "%s", rules[i]);
        cr_expect(strncmp(err.text, "--fail-on: ", 11) == 0, "%s", err.text);
    }
}

Test(gate, limits_of_a_rule)
{
    char text[GATE_RULE_BYTES_MAX + 2] = "rule=";
    struct gate_rule rule;

    memset(text + 5, 'x', GATE_RULE_BYTES_MAX - 5);
    cr_assert_eq(gate_rule_parse(text, &arena, &rule, &err), 0);
    text[GATE_RULE_BYTES_MAX] = 'x';
    cr_assert_eq(gate_rule_parse(text, &arena, &rule, &err), -1);
    text[0] = '\0';
    for (int i = 0; i < GATE_TERMS_MAX; i++)
        strcat(text, i ? ",high" : "high");
    cr_assert_eq(gate_rule_parse(text, &arena, &rule, &err), 0);
    strcat(text, ",high");
    cr_assert_eq(gate_rule_parse(text, &arena, &rule, &err), -1);
}

Test(gate, only_new_ones_count_by_default)
{
    add("a/b/c", SEVERITY_CRITICAL, 1, 1);
    problems.rows->standing = PROBLEM_KNOWN;
    cr_expect_not(fails("critical", false));
    cr_expect(fails("critical", true));
    problems.rows->standing = PROBLEM_ACCEPTED;
    problems.rows->fails = false;
    cr_expect_not(fails("critical", true));
    cr_expect_not(problems.rows->fails);
}

Test(gate, more_problems_than_it_can_look_at)
{
    char rule[32];

    for (int i = 0; i < PROBLEMS_MAX; i++) {
        snprintf(rule, sizeof(rule), "a/b%d/c", i);
        add(rule, SEVERITY_LOW, 1, 1);
    }
    cr_expect_not(fails("critical", false));
    add("a/one-more/c", SEVERITY_LOW, 1, 1);
    cr_expect_eq(problems.left_out, 1);
    cr_expect(fails("critical", false));
}

static struct known_alert alert_of(const char *opened_run, struct known_sighting *sightings,
                                   size_t count)
{
    return (struct known_alert){.opened_run = opened_run,
                                .sightings = {.items = sightings, .count = count}};
}

Test(gate, what_is_known)
{
    struct known_sighting main_only[] = {{"main", "run-1", false}};
    struct known_sighting pull_only[] = {{"12/merge", "run-1", false}, {"main", "run-0", true}};
    const struct run on_main = {.id = "run-2", .branch = "main"};
    const struct run in_pull = {.id = "run-2", .branch = "12/merge", .pull_request = "12"};
    struct known_alert alert = alert_of("run-1", main_only, 1);

    cr_expect_eq(known_standing(&alert, &on_main), PROBLEM_KNOWN);
    cr_expect_eq(known_standing(&alert, &in_pull), PROBLEM_KNOWN);
    alert = alert_of("run-1", pull_only, 2);
    cr_expect_eq(known_standing(&alert, &in_pull), PROBLEM_NEW, "its second push");
    alert = alert_of("run-2", main_only, 1);
    cr_expect_eq(known_standing(&alert, &on_main), PROBLEM_NEW, "we opened it ourselves");
    alert = alert_of("run-1", main_only, 1);
    alert.status = 1;
    cr_expect_eq(known_standing(&alert, &on_main), PROBLEM_NEW, "resolved, and back again");
}

/* tocsind's own examples of the records that the gate reads a part of. */
Test(gate, reads_what_tocsind_writes)
{
    static const struct {
        const char *path;
        const struct record_type *type;
        size_t size;
    } rows[] = {
        {"../schemas/examples/alert/valid/full.json", &known_alert_type,
         sizeof(struct known_alert)},
        {"../schemas/examples/alert/valid/least.json", &known_alert_type,
         sizeof(struct known_alert)},
        {"../schemas/examples/accepted/valid/full.json", &known_accepted_type,
         sizeof(struct known_accepted)},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        static char text[65536];
        void *record = calloc(1, rows[i].size);
        FILE *file = fopen(rows[i].path, "re");
        size_t bytes;

        cr_assert(file, "%s", rows[i].path);
        bytes = fread(text, 1, sizeof(text), file);
        fclose(file);
        cr_expect_eq(record_decode(rows[i].type, text, bytes, &arena, record, &err), 0, "%s: %s %s",
                     rows[i].path, err.pointer, err.text);
        free(record);
    }
}
