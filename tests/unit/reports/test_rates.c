/*
 * test_rates.c - means, their limit, and what metrics and severities are called.
 */
#include "recorder.h"

#include "producer/reports/metric.h"
#include "producer/reports/rates.h"
#include "producer/reports/severity.h"

static double last_value;
static int64_t last_n;
static size_t told;

static int on_measurement(void *ctx, struct measurement *measurement, struct arena *arena,
                          struct error *err)
{
    (void)ctx;
    (void)arena;
    (void)err;
    last_value = measurement->value;
    last_n = measurement->n;
    told++;
    return 0;
}

Test(rates, are_means_by_name_up_to_a_limit)
{
    const struct report_sink sink = {.measurement = on_measurement};
    const struct report_defaults defaults = {.run = &recorder_run, .model.name = "m"};
    struct arena arena, kept;
    struct report report = {.defaults = &defaults, .sink = &sink, .arena = &arena, .kept = &kept};
    struct rates rates = {0};
    struct error err = {0};

    arena_init(&arena);
    arena_init(&kept);
    for (int i = 0; i <= RATES_MAX; i++) {
        char metric[16];

        snprintf(metric, sizeof(metric), "m%d", i);
        for (int value = 0; value < 4; value++)
            cr_assert_eq(rates_add(&rates, &report,
                                   &(struct rate){.benchmark = "b", .metric = metric}, value == 0,
                                   &err),
                         0);
    }
    cr_assert_eq(rates_tell(&rates, &report, &err), 0);
    cr_assert_eq(told, RATES_MAX);
    cr_assert_float_eq(last_value, 0.25, 1e-9);
    cr_assert_eq(last_n, 4);
    rates_fini(&rates);
    arena_fini(&kept);
    arena_fini(&arena);
}

Test(metric, names_say_which_way_is_better)
{
    static const struct {
        const char *name;
        bool is_better;
    } rows[] = {{"acc", true},
                {"accuracy", true},
                {"exact_match", true},
                {"refusal_rate", true},
                {"safety/leak/mean", false},
                {"toxicity", false},
                {"word_perplexity", false},
                {"asr", false},
                {"basraw", true},
                {"attack_success_rate", false},
                {"wer", false},
                {"answer", true}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_expect_eq(metric_higher_is_better(rows[i].name), rows[i].is_better, "%s", rows[i].name);
    cr_expect(metric_is_spread("acc_stderr,none"));
    cr_expect(metric_is_spread("std"));
    cr_expect(metric_is_spread("boostrap_std"));
    cr_expect(!metric_is_spread("acc"));
    cr_expect(!metric_is_spread("standard_score"));
}

Test(severity, of_words_and_scores)
{
    cr_expect_eq(severity_of("Critical", SEVERITY_INFO), SEVERITY_CRITICAL);
    cr_expect_eq(severity_of("informational", SEVERITY_HIGH), SEVERITY_INFO);
    cr_expect_eq(severity_of("odd", SEVERITY_HIGH), SEVERITY_HIGH);
    cr_expect_eq(severity_of(NULL, SEVERITY_LOW), SEVERITY_LOW);
    cr_expect_eq(severity_of_cvss(0), SEVERITY_INFO);
    cr_expect_eq(severity_of_cvss(3.9), SEVERITY_LOW);
    cr_expect_eq(severity_of_cvss(4), SEVERITY_MEDIUM);
    cr_expect_eq(severity_of_cvss(7), SEVERITY_HIGH);
    cr_expect_eq(severity_of_cvss(9), SEVERITY_CRITICAL);
}
