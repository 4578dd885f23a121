/*
 * test_sarif.c - SARIF: identity, levels where they are nested, what is no finding, how runs went.
 */
#include "reported.h"

#include "producer/reports/outcome.h"
#include "producer/reports/sarif.h"

TestSuite(sarif, .init = reported_set_up, .fini = reported_tear_down);

#define LOG(run)            "{\"version\":\"2.1.0\",\"runs\":[" run "]}"
#define TOOL(rules)         "\"tool\":{\"driver\":{\"name\":\"T\",\"version\":\"3\",\"rules\":[" rules "]}}"
#define RUN(rules, results) "{" TOOL(rules) ",\"results\":[" results "]}"
#define AT(uri)                                                                                    \
    "\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"" uri                   \
    "\"},\"region\":{\"startLine\":7,\"snippet\":{\"text\":\"code\"}}}}]"
#define RESULT(more) "{\"ruleId\":\"R\",\"message\":{\"text\":\"m\"}," AT("a.py") more "}"

static void read_log(const char *log)
{
    reported(log, &report_sarif);
}

Test(sarif, rule_file_and_fingerprint_are_the_problem)
{
    static const char *const categories[] = {"a.py#f1", "a.py#f1", "a.py#f2", "b.py#f1"};

    read_log(LOG(RUN(
        "",
        "{\"ruleId\":\"R\"," AT(
            "a.py") ",\"partialFingerprints\":"
                    "{\"primaryLocationLineHash\":\"f1\",\"x\":\"1\"}},"
                    "{\"ruleId\":\"R\"," AT(
                        "a.py") ",\"partialFingerprints\":"
                                "{\"primaryLocationLineHash\":\"f1\",\"x\":\"2\"}},"
                                "{\"ruleId\":\"R\"," AT(
                                    "a.py") ",\"fingerprints\":"
                                            "{\"v2\":\"f9\",\"v1\":\"f2\"}},"
                                            "{\"ruleId\":\"R\"," AT(
                                                "b.py") ",\"partialFingerprints\":"
                                                        "{\"aFileHash\":\"9\",\"line\":\"f1\"}}")));
    cr_assert_eq(recorder.findings_count, 4);
    for (size_t i = 0; i < 4; i++) {
        cr_expect_str_eq(recorder.findings[i].category, categories[i]);
        cr_expect_str_eq(recorder.findings[i].rule.id, "T/R");
        cr_expect_str_eq(recorder.findings[i].model.name, "T");
    }
    cr_assert_str_eq(recorder.run.tool_version, "T 3");
}

Test(sarif, a_path_is_relative_and_without_an_offset)
{
    static const struct {
        const char *uri, *category;
    } rows[] = {
        {"file:///ci/77/work/src/a.py", "src/a.py"},
        {"file:///ci/77/worker/a.py", "file:///ci/77/worker/a.py"},
        {"file:///repo/a.py", "a.py"},
        {"m/w.pkl%20%28pos%2042%29", "m/w.pkl"},
        {"m/w.pkl (pos 42)", "m/w.pkl"},
        {"m/w (position).pkl", "m/w (position).pkl"},
    };
    char log[2048];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(log, sizeof(log),
                 LOG("{" TOOL("") ",\"originalUriBaseIds\":{\"ROOT\":{\"uri\":\"file:///repo/\"}},"
                                  "\"invocations\":[{\"workingDirectory\":{\"uri\":"
                                  "\"file:///ci/77/work\"}}],\"results\":[{\"ruleId\":\"R\","
                                  "\"locations\":[{\"physicalLocation\":{\"artifactLocation\":"
                                  "{\"uri\":\"%s\"}}}]}]}"),
                 rows[i].uri);
        read_log(log);
        cr_expect_str_eq(recorder.findings[i].category, rows[i].category);
    }
}

Test(sarif, a_place_that_is_no_file)
{
    read_log(LOG("{" TOOL("") ",\"artifacts\":[{\"location\":{\"uri\":\"x.c\"}}],\"results\":["
                              "{\"ruleId\":\"R\",\"locations\":[{\"physicalLocation\":"
                              "{\"artifactLocation\":{\"index\":0}}}]},"
                              "{\"ruleId\":\"R\",\"locations\":[{\"logicalLocations\":"
                              "[{\"fullyQualifiedName\":\"a::b\"}]}]},"
                              "{\"ruleId\":\"R\"}]}"));
    cr_assert_str_eq(recorder.findings[0].category, "x.c");
    cr_assert_str_eq(recorder.findings[1].category, "a::b");
    cr_assert_str_eq(recorder.findings[2].category, "");
}

Test(sarif, the_level_is_where_it_is_nested)
{
    static const char rules[] = "{\"id\":\"R\",\"defaultConfiguration\":{\"level\":\"error\"}},"
                                "{\"id\":\"S\",\"properties\":{\"security-severity\":\"9.1\"}},"
                                "{\"id\":\"O\",\"defaultConfiguration\":{\"level\":\"note\"}},"
                                "{\"id\":\"N\"}";
    static const struct {
        const char *result;
        enum severity severity;
    } rows[] = {
        {"{\"ruleId\":\"R\",\"level\":\"note\"}", SEVERITY_LOW},
        {"{\"ruleId\":\"R\"}", SEVERITY_HIGH},
        {"{\"ruleIndex\":0}", SEVERITY_HIGH},
        {"{\"rule\":{\"index\":0}}", SEVERITY_HIGH},
        {"{\"rule\":{\"id\":\"R\"}}", SEVERITY_HIGH},
        {"{\"ruleId\":\"R/1/2\"}", SEVERITY_HIGH},
        {"{\"ruleId\":\"S\",\"level\":\"note\"}", SEVERITY_CRITICAL},
        {"{\"ruleId\":\"O\"}", SEVERITY_HIGH},
        {"{\"ruleId\":\"N\"}", SEVERITY_MEDIUM},
        {"{\"ruleId\":\"unknown\"}", SEVERITY_MEDIUM},
        {"{\"ruleId\":\"N\",\"level\":\"none\"}", SEVERITY_INFO},
        {"{\"ruleId\":\"N\",\"properties\":{\"security-severity\":3.9}}", SEVERITY_LOW},
        {"{\"ruleId\":\"E\",\"rule\":{\"index\":0,\"toolComponent\":{\"index\":0}}}", SEVERITY_LOW},
    };
    char log[4096];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(log, sizeof(log),
                 LOG("{\"tool\":{\"driver\":{\"name\":\"T\",\"rules\":[%s]},\"extensions\":[{"
                     "\"rules\":[{\"id\":\"E\",\"defaultConfiguration\":{\"level\":\"note\"}}]}]},"
                     "\"invocations\":[{\"ruleConfigurationOverrides\":[{\"descriptor\":"
                     "{\"id\":\"O\"},\"configuration\":{\"level\":\"error\"}}]}],"
                     "\"results\":[%s]}"),
                 rules, rows[i].result);
        read_log(log);
        cr_expect_eq(recorder.findings[i].severity, (int)rows[i].severity, "%s", rows[i].result);
    }
}

Test(sarif, what_is_no_finding)
{
    static const struct {
        const char *result;
        enum sarif_fate fate;
    } rows[] = {
        {"{}", SARIF_FOUND},
        {"{\"suppressions\":[]}", SARIF_FOUND},
        {"{\"suppressions\":[{\"kind\":\"external\"}]}", SARIF_WITHHELD},
        {"{\"suppressions\":[{\"status\":\"accepted\"}]}", SARIF_WITHHELD},
        {"{\"suppressions\":[{},{\"status\":\"underReview\"}]}", SARIF_FOUND},
        {"{\"suppressions\":[{\"status\":\"rejected\"}]}", SARIF_FOUND},
        {"{\"kind\":\"fail\",\"baselineState\":\"new\"}", SARIF_FOUND},
        {"{\"baselineState\":\"unchanged\"}", SARIF_FOUND},
        {"{\"baselineState\":\"absent\"}", SARIF_CLEAN},
        {"{\"kind\":\"pass\"}", SARIF_CLEAN},
        {"{\"kind\":\"review\"}", SARIF_WITHHELD},
        {"{\"kind\":\"open\"}", SARIF_WITHHELD},
        {"{\"kind\":\"notApplicable\"}", SARIF_IGNORED},
        {"{\"kind\":\"informational\"}", SARIF_IGNORED},
        {"{\"kind\":\"of the future\"}", SARIF_FOUND},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        json_t *result = json_loads(rows[i].result, 0, NULL);

        cr_expect_eq(sarif_fate(result), rows[i].fate, "%s", rows[i].result);
        json_decref(result);
    }
}

Test(sarif, coverage_of_what_is_not_listed)
{
    read_log(LOG(RUN("", RESULT("") "," RESULT(
                             ",\"suppressions\":[{}]") ","
                                                       "{\"ruleId\":\"P\",\"kind\":\"pass\"}")));
    cr_assert_eq(recorder.findings_count, 1);
    cr_assert_eq(recorder.coverage_count, 4);
    cr_assert_eq(covered("T/*", COVERAGE_ANY)->attempts, 1);
    cr_assert_eq(covered("T/R", "a.py")->attempts, 0);
    cr_assert_eq(covered("T/R", "a.py")->failures, 1);
    cr_assert_eq(covered("T/P", "")->attempts, 1);
    cr_assert_eq(recorder.status, RUN_COMPLETE);
}

Test(sarif, messages_of_every_kind)
{
    read_log(
        LOG("{\"tool\":{\"driver\":{\"name\":\"A/B\",\"globalMessageStrings\":{\"g\":{\"text\":"
            "\"global {0}\"}},\"rules\":[{\"id\":\"R\",\"name\":\"Named\",\"helpUri\":"
            "\"https://h\",\"messageStrings\":{\"d\":{\"text\":\"'{0}' is {1} {9}\"}},"
            "\"properties\":{\"tags\":[\"external/cwe/cwe-79\",\"security\",\"owasp:a1\"],"
            "\"precision\":\"low\"}}]}},\"properties\":{\"model\":\"helpbot\"},\"results\":["
            "{\"ruleId\":\"R\",\"message\":{\"id\":\"d\",\"arguments\":[\"x\",\"y\"]}},"
            "{\"ruleId\":\"R\",\"message\":{\"id\":\"g\",\"arguments\":[\"z\"]}},"
            "{\"ruleId\":\"R\",\"message\":{\"markdown\":\"**m**\"}," AT(
                "a") "},"
                     "{\"ruleId\":\"R\",\"properties\":{\"prompt\":\"p\",\"output\":\"o\"}}]}"));
    cr_assert_str_eq(recorder.findings[0].rule.id, "A-B/R");
    cr_assert_str_eq(recorder.findings[0].rule.title, "Named");
    cr_assert_str_eq(recorder.findings[0].output, "'x' is y {9}");
    cr_assert_str_eq(recorder.findings[0].links.runbook, "https://h");
    cr_assert_str_eq(recorder_label(&recorder.findings[0], "cwe"), "79");
    cr_assert_str_eq(recorder_label(&recorder.findings[0], "tags"), "security");
    cr_assert_str_eq(recorder_label(&recorder.findings[0], "owasp"), "a1");
    cr_assert_float_eq(recorder.findings[0].confidence, 0.4, 1e-9);
    cr_assert_str_eq(recorder.findings[0].model.name, "helpbot");
    cr_assert_str_eq(recorder.findings[1].output, "global z");
    cr_assert_str_eq(recorder.findings[2].output, "**m**\n\na:7\ncode");
    cr_assert_str_eq(recorder.findings[3].prompt, "p");
    cr_assert_str_eq(recorder.findings[3].output, "o");
}

Test(sarif, arguments_of_a_message_that_is_not_there)
{
    read_log(LOG(RUN("", "{\"ruleId\":\"R\",\"message\":{\"id\":\"x\",\"arguments\":[\"y\"]}}")));
    cr_assert_str_eq(recorder.findings[0].output, "");
}

Test(sarif, how_a_run_went)
{
    static const struct {
        const char *members;
        enum run_status status;
        size_t rows;
    } rows[] = {
        {",\"results\":[]", RUN_COMPLETE, 1},
        {"", RUN_COMPLETE, 0}, /* nothing was tried */
        {",\"results\":null", RUN_COMPLETE, 0},
        {",\"results\":[],\"invocations\":[{\"executionSuccessful\":true}]", RUN_COMPLETE, 1},
        {",\"results\":[],\"invocations\":[{\"executionSuccessful\":false}]", RUN_CRASHED, 1},
        {",\"results\":[],\"invocations\":[{\"toolExecutionNotifications\":[{\"level\":\"error\"}]}"
         "]",
         RUN_PARTIAL, 1},
        {",\"results\":[],\"invocations\":[{\"toolExecutionNotifications\":[{\"level\":\"note\"}]}"
         "]",
         RUN_COMPLETE, 1},
        {",\"results\":[],\"externalPropertyFileReferences\":{\"results\":[]}", RUN_PARTIAL, 1},
    };
    char log[1024];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(log, sizeof(log), LOG("{" TOOL("") "%s}"), rows[i].members);
        recorder.coverage_count = 0;
        read_log(log);
        cr_expect_eq(recorder.status, rows[i].status, "%s", rows[i].members);
        cr_expect_eq(recorder.coverage_count, rows[i].rows, "%s", rows[i].members);
    }
}

Test(sarif, runs_end_one_after_the_other)
{
    read_log("{\"version\":\"2.1.0\",\"runs\":["
             "{\"tool\":{\"driver\":{\"name\":\"A\"}},\"results\":[],\"automationDetails\":"
             "{\"guid\":\"g1\"}},"
             "{\"tool\":{\"driver\":{\"name\":\"B\"}},\"results\":[{\"ruleId\":\"R\"}]},"
             "{\"tool\":{\"driver\":{\"name\":\"C\"}},\"results\":[]}]}");
    cr_assert_eq(recorder.runs, 3);
    cr_assert_eq(recorder.ended, 3);
    cr_assert_str_eq(recorder.findings[0].rule.id, "B/R");
    covered("A/*", COVERAGE_ANY);
    covered("C/*", COVERAGE_ANY);
}

Test(sarif, no_runs)
{
    read_log("{\"version\":\"2.1.0\",\"runs\":[]}");
    cr_assert_eq(recorder.runs, 1);
    cr_assert_eq(recorder.coverage_count, 0);
    cr_assert_eq(recorder.ended, 1);
}

Test(sarif, a_result_without_a_rule_is_bad_alone)
{
    read_log(LOG(RUN("", RESULT("") ",{\"message\":{\"text\":\"m\"}},7," RESULT(""))));
    cr_assert_eq(recorder.findings_count, 2);
    cr_assert_eq(recorder.bad_count, 2);
    cr_assert_str_eq(recorder.bad[0].pointer, "/runs/0/results/1/ruleId");
    cr_assert_eq(recorder.status, RUN_PARTIAL);
}

Test(sarif, a_log_that_is_cut_off_has_crashed)
{
    read_log("{\"version\":\"2.1.0\",\"runs\":[{" TOOL("") ",\"results\":[" RESULT("") "," RESULT(
        "") ",{\"ruleId\":\"R\",\"mess");
    cr_assert_eq(recorder.findings_count, 2);
    cr_assert_eq(recorder.status, RUN_CRASHED);
}

Test(sarif, what_is_too_long_for_a_record_is_cut_or_left_out)
{
    char log[8192], name[1000], link[URL_MAX_CHARS + 2] = "https://";

    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    memset(link + strlen(link), 'l', sizeof(link) - strlen("https://") - 1);
    link[sizeof(link) - 1] = '\0';
    snprintf(log, sizeof(log),
             LOG("{\"tool\":{\"driver\":{\"name\":\"%s\",\"rules\":[{\"id\":\"R\",\"helpUri\":\"%"
                 "s\"}]}},"
                 "\"automationDetails\":{\"guid\":\"%s\"},\"results\":[{\"ruleId\":\"R\","
                 "\"hostedViewerUri\":\"file:///x\"}]}"),
             name, link, name);
    read_log(log);
    cr_assert_eq(strlen(recorder.run.id), NAME_MAX_CHARS);
    cr_assert_eq(strlen(recorder.findings[0].rule.id), OUTCOME_TOOL_CHARS_MAX + strlen("/R"));
    cr_assert_null(recorder.findings[0].links.runbook);
    cr_assert_null(recorder.findings[0].links.report);
    link[URL_MAX_CHARS] = '\0';
    snprintf(
        log, sizeof(log),
        LOG("{\"tool\":{\"driver\":{\"rules\":[{\"id\":\"R\",\"helpUri\":\"%s\"}]}},\"results\":["
            "{\"ruleId\":\"R\"}]}"),
        link);
    read_log(log);
    cr_assert_str_eq(recorder.findings[1].rule.id, "sarif/R");
    cr_assert_str_eq(recorder.findings[1].links.runbook, link);
}

Test(sarif, long_names_stay_apart)
{
    char log[4096], path[1200];

    memset(path, 'p', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    snprintf(
        log, sizeof(log),
        LOG("{" TOOL("") ",\"results\":[{\"ruleId\":\"R\",\"locations\":[{\"physicalLocation\":"
                         "{\"artifactLocation\":{\"uri\":\"%s1\"}}}]},"
                         "{\"ruleId\":\"R\",\"locations\":[{\"physicalLocation\":"
                         "{\"artifactLocation\":{\"uri\":\"%s2\"}}}]}]}"),
        path, path);
    read_log(log);
    cr_assert_eq(strlen(recorder.findings[0].category), NAME_MAX_CHARS);
    cr_assert_str_neq(recorder.findings[0].category, recorder.findings[1].category);
}
