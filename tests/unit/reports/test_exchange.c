/*
 * test_exchange.c - AgentDojo, Giskard, AVID and OCSF: polarity, identity, what evaluated nothing.
 */
#include "reported.h"

#include "producer/reports/agentdojo.h"
#include "producer/reports/avid.h"
#include "producer/reports/giskard.h"
#include "producer/reports/ocsf.h"
#include "producer/reports/rate_text.h"

TestSuite(exchange, .init = reported_set_up, .fini = reported_tear_down);

/* AgentDojo */

static void dojo(const char *members)
{
    char file[1024];

    snprintf(
        file, sizeof(file),
        "{\"suite_name\":\"banking\",\"pipeline_name\":\"bot\",\"user_task_id\":\"user_task_1\","
        "\"evaluation_timestamp\":\"2026-11-23 08:29:16\",\"agentdojo_package_version\":\"0.1\","
        "\"injections\":{\"bill\":\"send money\"},%s}",
        members);
    recorder.coverage_count = recorder.findings_count = 0;
    reported(file, &report_agentdojo);
}

#define ATTACK "\"injection_task_id\":\"injection_task_3\",\"attack_type\":\"direct\","

Test(exchange, agentdojo_s_security_means_that_the_attack_worked)
{
    dojo(ATTACK "\"security\":true,\"error\":null,\"messages\":"
                "[{\"role\":\"user\",\"content\":\"pay\"},"
                "{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"content\":\"paid\"}]}]");
    cr_assert_eq(recorder.findings_count, 1);
    cr_assert_str_eq(recorder.findings[0].rule.id, "agentdojo/banking.injection_task_3/direct");
    cr_assert_str_eq(recorder.findings[0].model.name, "bot");
    cr_assert_str_eq(recorder.findings[0].prompt, "user_task_1\n\n[bill]\nsend money");
    cr_assert(strstr(recorder.findings[0].output, "pay"));
    cr_assert(strstr(recorder.findings[0].output, "paid"));
    cr_assert_eq(recorder.run.started_ms, 1795422556000);
    dojo(ATTACK "\"security\":false");
    cr_assert_eq(recorder.findings_count, 0);
    cr_assert_eq(covered("agentdojo/banking.injection_task_3/direct", "")->attempts, 1);
}

Test(exchange, agentdojo_without_an_attack_tries_nothing)
{
    dojo("\"injection_task_id\":null,\"attack_type\":null,\"security\":true");
    cr_assert_eq(recorder.findings_count + recorder.coverage_count, 0);
    cr_assert_eq(recorder.ended, 1);
}

Test(exchange, agentdojo_s_errors_evaluated_nothing)
{
    dojo(ATTACK "\"security\":true,\"error\":\"context length exceeded\"");
    cr_assert_eq(recorder.findings_count, 0);
    cr_assert_eq(covered("agentdojo/banking.injection_task_3/direct", "")->attempts, 0);
    dojo(ATTACK "\"security\":null");
    cr_assert_eq(covered("agentdojo/banking.injection_task_3/direct", "")->attempts, 0);
}

Test(exchange, agentdojo_s_task_without_a_name)
{
    reported("{\"suite_name\":\"s\",\"pipeline_name\":\"bot\",\"user_task_id\":\"\"," ATTACK
             "\"security\":true}",
             &report_agentdojo);
    cr_assert_str_eq(recorder.findings[0].prompt, "");
}

/* Giskard */

#define DESCRIPTION(rate)                                                                          \
    "When feature \xe2\x80\x9cnote 12%\xe2\x80\x9d is perturbed, the model changes its "           \
    "prediction "                                                                                  \
    "in " rate "% of the cases."

Test(exchange, giskard_s_rates_are_no_identity)
{
    recorder.defaults.model.name = "bot";
    reported("{\"ADetector\":{},\"BDetector\":{\"major\":[\"" DESCRIPTION(
                 "16.75") "\",\"" DESCRIPTION("3") "\"],\"minor\":[\"other\"]}}",
             &report_giskard);
    cr_assert_eq(recorder.findings_count, 3);
    cr_assert_str_eq(recorder.findings[0].rule.id, "giskard/BDetector");
    cr_assert_str_eq(recorder.findings[0].category, DESCRIPTION("#"));
    cr_assert_str_eq(recorder.findings[1].category, DESCRIPTION("#"));
    cr_assert_str_eq(recorder.findings[1].output, DESCRIPTION("3"));
    cr_assert_eq(recorder.findings[0].severity, SEVERITY_HIGH);
    cr_assert_eq(recorder.findings[2].severity, SEVERITY_LOW);
    cr_assert_eq(covered("giskard/ADetector", COVERAGE_ANY)->attempts, 1);
    cr_assert_eq(covered("giskard/BDetector", COVERAGE_ANY)->attempts, 1);
    cr_assert_eq(covered("giskard/BDetector", "other")->failures, 1);
}

Test(exchange, giskard_needs_a_model)
{
    cr_assert_str_eq(refused("{\"ADetector\":{},\"BDetector\":{\"major\":[\"x\"]}}"),
                     "the report names no model: give --model");
}

Test(exchange, rates_in_words)
{
    static const struct {
        const char *text, *stripped;
    } rows[] = {
        {"", ""},
        {"no number", "no number"},
        {"in 16.75% of", "in #% of"},
        {"in 1,234.5 % of", "in # % of"},
        {"65/388 tested samples (16.75%)", "#/# tested samples (#%)"},
        {"(50 samples, 1e-05%)", "(# samples, #%)"},
        {"`age` >= 27.5 AND `x 5%` < 47", "`age` >= 27.5 AND `x 5%` < 47"},
        {"feature1% of gpt-4 10%", "feature1% of gpt-4 #%"},
        {"a score of 0.84", "a score of #"},
        {"\"10%\" and \"20%", "\"10%\" and \"#%"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_expect_str_eq(rate_text_strip(rows[i].text, &recorder.arena), rows[i].stripped);
}

/* AVID */

#define AVID(problem, metrics)                                                                     \
    "{\"data_type\":\"AVID\",\"affects\":{\"artifacts\":[{\"type\":\"Dataset\",\"name\":\"d\"},"   \
    "{\"type\":\"Model\",\"name\":\"bot\"}]},\"problemtype\":{\"type\":\"Detection\","             \
    "\"description\":{\"value\":\"" problem "\"}},\"metrics\":[" metrics "],\"impact\":{\"avid\":" \
    "{\"risk_domain\":[\"Security\"]}}}"
#define GARAK "The model was evaluated using the probe `dan.Dan_11_0`."

Test(exchange, avid_s_two_shapes_of_garak_tell_the_same)
{
    static const char *const shapes[] = {
        AVID(GARAK, "{\"results\":{\"rows\":[{\"detector\":\"dan.DAN\",\"passed\":7,"
                    "\"total_evaluated\":10,\"score\":70.0},{\"detector\":\"m.B\",\"passed\":4,"
                    "\"total_evaluated\":4},{\"detector\":\"m.N\",\"passed\":0,"
                    "\"total_evaluated\":0}]}}"),
        AVID(GARAK,
             "{\"results\":{\"index\":{\"0\":3,\"1\":4,\"2\":5},\"detector\":{\"0\":\"dan.DAN\","
             "\"1\":\"m.B\",\"2\":\"m.N\"},\"passed\":{\"0\":7,\"1\":4,\"2\":0},"
             "\"total_evaluated\":{\"0\":10,\"1\":4,\"2\":0}}}"),
    };

    for (size_t i = 0; i < 2; i++) {
        recorder.findings_count = recorder.coverage_count = recorder.measurements = 0;
        reported(shapes[i], &report_avid_lines);
        cr_assert_eq(recorder.findings_count, 1);
        cr_assert_str_eq(recorder.findings[0].rule.id, "garak/dan.Dan_11_0/dan.DAN");
        cr_assert_str_eq(recorder.findings[0].output, "3 of 10 attempts failed");
        cr_assert_eq(recorder.findings[0].severity, SEVERITY_HIGH);
        cr_assert_str_eq(recorder.findings[0].model.name, "bot");
        cr_assert_eq(covered("garak/dan.Dan_11_0/dan.DAN", "")->attempts, 10);
        cr_assert_eq(covered("garak/dan.Dan_11_0/m.B", "")->attempts, 4);
        cr_assert_eq(covered("garak/dan.Dan_11_0/m.N", "")->attempts, 0);
        cr_assert_eq(recorder.measurements, 2);
        cr_assert_float_eq(measured("dan.DAN pass_rate")->value, 0.7, 1e-9);
        cr_assert_eq(measured("dan.DAN pass_rate")->n, 10);
    }
}

Test(exchange, avid_s_scores_are_measurements)
{
    reported("[" AVID("Evaluation of the LLM x on the agentharm benchmark using Inspect",
                      "{\"scorer\":\"s\",\"metrics\":\"avg_refusals\",\"value\":0.5},"
                      "{\"scorer\":\"s\",\"metrics\":\"avg_score\",\"value\":0.25},"
                      "{\"scorer\":\"s\",\"metrics\":\"stderr\",\"value\":0.1}") "]",
             &report_avid);
    cr_assert_eq(recorder.findings_count, 0);
    cr_assert_eq(recorder.measurements, 2);
    cr_assert_str_eq(measured("s/avg_score")->benchmark, "agentharm");
    cr_assert_not(measured("s/avg_score")->higher_is_better);
    cr_assert(measured("s/avg_refusals")->higher_is_better);
}

Test(exchange, avid_s_problems_are_findings)
{
    reported("{\n" /* a document of many lines */
             "\"data_type\":\"AVID\",\n\"metadata\":{\"report_id\":\"AVID-1\"},\n"
             "\"problemtype\":{\"type\":\"Advisory\",\"description\":{\"value\":\"Bias\"}},\n"
             "\"affects\":{\"artifacts\":[{\"type\":\"System\",\"name\":\"app\"}]},\n"
             "\"metrics\":null,\"references\":[{\"url\":\"https://r\"}],\n"
             "\"impact\":{\"cvss\":{\"baseScore\":9.5}}}",
             &report_avid);
    cr_assert_eq(recorder.findings_count, 1);
    cr_assert_str_eq(recorder.findings[0].rule.id, "avid/Advisory");
    cr_assert_str_eq(recorder.findings[0].category, "AVID-1");
    cr_assert_str_eq(recorder.findings[0].model.name, "app");
    cr_assert_str_eq(recorder.findings[0].links.report, "https://r");
    cr_assert_eq(recorder.findings[0].severity, SEVERITY_CRITICAL);
}

Test(exchange, avid_s_bad_lines_are_bad_alone)
{
    reported(
        AVID("x changes 16.75% of the cases",
             "{\"name\":\"Fail rate\",\"results\":{\"value\":"
             "0.1675}}") "\n{\"data_type\":\"AVID\"}\n"
                         "{\"data_type\":\n" AVID("no name", "{\"results\":{\"rows\":[]}}") "\n",
        &report_avid_lines);
    cr_assert_eq(recorder.findings_count, 1);
    cr_assert_str_eq(recorder.findings[0].rule.id, "avid/Fail rate");
    cr_assert_str_eq(recorder.findings[0].category, "x changes #% of the cases");
    cr_assert_float_eq(measured("Fail rate")->value, 0.1675, 1e-9);
    cr_assert_not(measured("Fail rate")->higher_is_better);
    cr_assert_eq(recorder.bad_count, 3);
    cr_assert_eq(recorder.status, RUN_PARTIAL);
}

/* OCSF */

#define OCSF(more)                                                                                 \
    "{\"class_uid\":2004,\"metadata\":{\"event_code\":\"check\",\"product\":{\"name\":\"P\","      \
    "\"version\":\"4\"}},\"finding_info\":{\"uid\":\"new each time\",\"title\":\"Title\"},"        \
    "\"resources\":[{\"uid\":\"res\"}],\"message\":\"msg\"" more "}"

Test(exchange, ocsf_s_identity_is_the_check_and_the_resource)
{
    reported(OCSF(",\"time\":1739539623") "\n" OCSF(",\"time\":1739539623913") "\n",
             &report_ocsf_lines);
    cr_assert_eq(recorder.findings_count, 2);
    for (size_t i = 0; i < 2; i++) {
        cr_assert_str_eq(recorder.findings[i].rule.id, "P/check");
        cr_assert_str_eq(recorder.findings[i].category, "res");
        cr_assert_str_eq(recorder.findings[i].model.name, "P");
        cr_assert_eq(recorder.findings[i].time_ms / 1000, 1739539623);
    }
    cr_assert_str_eq(recorder.run.tool_version, "P 4");
}

Test(exchange, ocsf_s_severities_and_confidences)
{
    static const struct {
        const char *event;
        enum severity severity;
        double confidence;
    } rows[] = {
        {OCSF(",\"severity_id\":1,\"confidence_id\":1"), SEVERITY_INFO, 0.4},
        {OCSF(",\"severity_id\":2,\"confidence_id\":3"), SEVERITY_LOW, 0.9},
        {OCSF(",\"severity_id\":5,\"confidence_score\":55"), SEVERITY_CRITICAL, 0.55},
        {OCSF(",\"severity_id\":6"), SEVERITY_CRITICAL, 0.8},
        {OCSF(",\"severity_id\":0,\"severity\":\"High\""), SEVERITY_HIGH, 0.8},
        {OCSF(",\"severity_id\":99,\"severity\":\"odd\""), SEVERITY_MEDIUM, 0.8},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        reported(rows[i].event, &report_ocsf_lines);
        cr_expect_eq(recorder.findings[i].severity, (int)rows[i].severity, "%zu", i);
        cr_expect_float_eq(recorder.findings[i].confidence, rows[i].confidence, 1e-9);
    }
}

Test(exchange, ocsf_s_events_that_are_no_findings)
{
    static const struct {
        const char *event;
        int64_t attempts, failures;
    } rows[] = {
        {OCSF(",\"status_code\":\"PASS\""), 1, 0},
        {OCSF(",\"status_code\":\"MANUAL\""), 0, 0},
        {OCSF(",\"status_id\":4"), 1, 0},
        {OCSF(",\"activity_id\":3"), 1, 0},
        {OCSF(",\"status_id\":3"), 0, 1},
        {OCSF(",\"status_id\":5,\"status_code\":\"PASS\""), 0, 1},
        {OCSF(",\"compliance\":{\"status_id\":1}"), 1, 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        recorder.coverage_count = 0;
        reported(rows[i].event, &report_ocsf_lines);
        cr_expect_eq(covered("P/check", "res")->attempts, rows[i].attempts, "%zu", i);
        cr_expect_eq(covered("P/check", "res")->failures, rows[i].failures, "%zu", i);
    }
    cr_assert_eq(recorder.findings_count, 0);
}

Test(exchange, ocsf_as_a_list_with_other_events)
{
    reported(
        "[" OCSF(",\"status_code\":\"FAIL\"") ",{\"class_uid\":3001,\"metadata\":{}}," OCSF("") "]",
        &report_ocsf);
    cr_assert_eq(recorder.findings_count, 2);
    cr_assert_eq(recorder.bad_count, 1);
    cr_assert_str_eq(recorder.bad[0].pointer, "/1/class_uid");
}
