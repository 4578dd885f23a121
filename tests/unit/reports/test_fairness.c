/*
 * test_fairness.c - fairness metrics as measurements: their names, values, sizes, directions.
 */
#include <math.h>

#include "reported.h"

#include "producer/reports/fairness.h"
#include "producer/reports/metric.h"

static void set_up(void)
{
    reported_set_up();
    recorder.defaults.model.name = "scorer";
}

TestSuite(fairness, .init = set_up, .fini = reported_tear_down);

static void expect(const char *metric, double value, int64_t n, bool is_higher_better)
{
    const struct measurement *found = measured(metric);

    cr_expect_float_eq(found->value, value, 1e-9, "%s", metric);
    cr_expect_eq(found->n, n, "%s", metric);
    cr_expect_eq(found->higher_is_better, is_higher_better, "%s", metric);
}

Test(fairness, fairlearn_s_frames)
{
    reported(
        "{\"dataset\":\"loans\",\"overall\":{\"selection_rate\":0.4,\"fpr\":0.2,\"count\":200},"
        "\"difference\":{\"selection_rate\":0.1},\"ratio\":{\"fpr\":0.5},"
        "\"by_group\":{\"f\":{\"selection_rate\":0.3,\"count\":90},\"m\":{\"selection_rate\":0.5}},"
        "\"demographic_parity_ratio\":0.6,\"demographic_parity_difference\":0.2}",
        &report_fairlearn);
    cr_assert_eq(recorder.measurements, 8);
    expect("selection_rate", 0.4, 200, true);
    expect("fpr", 0.2, 200, false);
    expect("selection_rate difference", 0.1, 0, false);
    expect("fpr ratio", 0.5, 0, true);
    expect("selection_rate[f]", 0.3, 90, true);
    expect("selection_rate[m]", 0.5, 0, true);
    expect("demographic_parity_ratio", 0.6, 0, true);
    expect("demographic_parity_difference", 0.2, 0, false);
    cr_assert_str_eq(recorder.measured[0].benchmark, "loans");
    cr_assert_str_eq(recorder.measured[0].model.name, "scorer");
    cr_assert_eq(recorder.findings_count + recorder.coverage_count, 0);
}

Test(fairness, fairlearn_s_groups_alone)
{
    reported("{\"0\":{\"tpr\":0.7,\"fpr\":0.2},\"1\":{\"tpr\":0.6,\"fpr\":0.3}}",
             &report_fairlearn);
    cr_assert_eq(recorder.measurements, 4);
    expect("fpr[1]", 0.3, 0, false);
}

Test(fairness, other_documents_are_not_fairlearn_s)
{
    cr_assert(strstr(refused("{\"overall\":{\"accuracy\":1}}"), "not known"));
    err = (struct error){0};
    recorder.format = &report_fairlearn;
    cr_assert_str_eq(refused("{}"), "expected metrics of fairness");
}

#define METRIC(name, value, ideal, more)                                                           \
    "{\"metric\":\"" name "\",\"message\":\"Words (a / b): " value "\"," more "\"ideal\":\"" ideal \
    "\"}"

Test(fairness, aif360_s_messages)
{
    static const char disparate[] = "Disparate Impact", difference[] = "Mean Difference";

    reported(METRIC("Disparate Impact", "0.437", "The ideal value of this metric is 1.0",
                    "\"numUnprivileged\":10.0,\"numPrivileged\":20.0,") "\n",
             &report_aif360_lines);
    expect(disparate, 0.437, 30, true);
    recorder.measurements = 0;
    reported(
        "[" METRIC("Disparate Impact", "1.25", "The ideal value of this metric is 1.0",
                   "") "," METRIC("Mean Difference", "-0.5", " The ideal value of this metric is 0",
                                  "\"numInstancesUnprivileged\":1.0,\"numInstancesPrivileged\":2."
                                  "0,") "," METRIC("Accuracy", "1.0",
                                                   "The ideal value of this metric is 1.0",
                                                   "\"numPositives\":3,\"numNegatives\":4,") "]",
        &report_aif360);
    expect(disparate, 0.8, 0, true);
    expect(difference, 0.5, 3, false);
    expect("Accuracy", 1, 7, true);
}

Test(fairness, aif360_s_value_that_is_none_is_bad)
{
    reported(METRIC("A", "nan", "ideal 0", "") "\n" METRIC("B", "1", "ideal 0", "") "\n",
             &report_aif360_lines);
    cr_assert_eq(recorder.measurements, 1);
    cr_assert_eq(recorder.bad_count, 1);
    cr_assert_str_eq(recorder.bad[0].pointer, "/message");
    cr_assert_eq(recorder.status, RUN_PARTIAL);
}

Test(fairness, no_model)
{
    recorder.defaults.model.name = NULL;
    cr_assert_str_eq(refused("{\"demographic_parity_ratio\":0.6}"),
                     "the report names no model: give --model");
}

Test(fairness, directions_by_name)
{
    static const struct {
        const char *metric;
        bool is_higher_better;
    } rows[] = {
        {"accuracy", true},
        {"avg_refusals", true},
        {"avg_score_non_refusals", false},
        {"fpr", false},
        {"false_positive_rate", false},
        {"fpr ratio", true},
        {"generation_error", false},
        {"equalized_odds_ratio", true},
        {"toxicity", false},
        {"agentharm score", false},
        {"Fail rate", false},
        {"failover", true},
        {"oscar", true},
        {"attack_success_rate", false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_expect_eq(metric_higher_is_better(rows[i].metric), rows[i].is_higher_better, "%s",
                     rows[i].metric);
    cr_expect(metric_is_spread("acc_stderr"));
    cr_expect(metric_is_spread("boostrap_std"));
    cr_expect_not(metric_is_spread("standard"));
}
