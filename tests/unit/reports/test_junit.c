/*
 * test_junit.c - JUnit XML: what failed, what erred, what properties say, what is refused.
 */
#include "reported.h"

#include "producer/reports/junit.h"

TestSuite(junit, .init = reported_set_up, .fini = reported_tear_down);

#define SUITE(cases) "<testsuite name=\"s\">" cases "</testsuite>"
#define FAILURE      "<failure message=\"m\">t</failure>"

static void read_xml(const char *text)
{
    reported(text, &report_junit);
}

Test(junit, failure_error_and_skipped_are_apart)
{
    read_xml("<?xml version=\"1.0\"?>\n<!-- a <testsuite> -->\n<testsuites>"
             "<testsuite name=\"s\" timestamp=\"2026-11-23T07:43:14.343Z\">"
             "<testcase classname=\"c\" name=\"passes\"/>"
             "<testcase classname=\"c\" name=\"fails\" file=\"t.py\">" FAILURE "</testcase>"
             "<testcase classname=\"c\" name=\"errs\"><error message=\"e\"/></testcase>"
             "<testcase classname=\"c\" name=\"skips\"><skipped/></testcase>"
             "<testcase classname=\"c\" name=\"both\"><error/>" FAILURE "<error/></testcase>"
             "</testsuite></testsuites>");
    cr_assert_eq(recorder.findings_count, 2);
    cr_assert_str_eq(recorder.findings[0].rule.id, "junit/s/c/fails");
    cr_assert_str_eq(recorder.findings[0].output, "m\nt");
    cr_assert_str_eq(recorder_label(&recorder.findings[0], "file"), "t.py");
    cr_assert_str_eq(recorder.findings[0].model.name, "s");
    cr_assert_str_eq(recorder.findings[1].rule.id, "junit/s/c/both");
    cr_assert_eq(covered("junit/s/c/passes", "")->attempts, 1);
    cr_assert_eq(covered("junit/s/c/passes", "")->failures, 0);
    cr_assert_eq(covered("junit/s/c/errs", "")->attempts, 0);
    cr_assert_eq(covered("junit/s/c/skips", "")->attempts, 0);
    cr_assert_eq(recorder.run.started_ms, 1795419794343);
    cr_assert_eq(recorder.status, RUN_COMPLETE);
}

Test(junit, behind_a_byte_order_mark_and_a_document_type)
{
    read_xml("\xef\xbb\xbf<?xml version=\"1.0\"?>\r\n<!DOCTYPE testsuite SYSTEM \"junit.dtd\">\n\n"
             "<testsuite><testcase name=\"n\"/></testsuite>");
    cr_assert_eq(recorder.coverage_count, 1);
}

Test(junit, names_that_repeat_or_are_missing)
{
    static const struct {
        const char *xml, *rule, *model;
    } rows[] = {
        {"<testsuite name=\"[bot] prompt 1\"><testcase classname=\"[bot] prompt 1\" name=\"n\">",
         "junit/[bot] prompt 1/n", "bot"},
        {"<testsuite name=\"[] x\"><testcase name=\"n\">", "junit/[] x/n", "[] x"},
        {"<testsuite><testcase classname=\"c\" name=\"n\">", "junit/c/n", "junit"},
        {"<testsuite><testcase>", "junit/test", "junit"},
        {"<testsuites name=\"o\"><testsuite><testcase name=\"n\">", "junit/o/n", "o"},
        {"<testsuites name=\"o\"><testsuite name=\"i\"><testcase name=\"n\">", "junit/i/n", "i"},
    };
    char xml[1024];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool is_outer = strncmp(rows[i].xml, "<testsuites", 11) == 0;

        snprintf(xml, sizeof(xml), "%s" FAILURE "</testcase></testsuite>%s", rows[i].xml,
                 is_outer ? "</testsuites>" : "");
        read_xml(xml);
        cr_expect_str_eq(recorder.findings[i].rule.id, rows[i].rule);
        cr_expect_str_eq(recorder.findings[i].model.name, rows[i].model);
    }
}

Test(junit, properties_of_suites_and_cases)
{
    const struct finding *finding = recorder.findings;

    recorder.defaults.model.name = "given";
    read_xml(
        "<testsuite name=\"s\"><properties><property name=\"model\" value=\"suite-model\"/>"
        "<property name=\"severity\" value=\"critical\"/></properties>"
        "<testcase name=\"a\"><properties><property name=\"model\" value=\"own\"/>"
        "<property name=\"model_version\" value=\"7\"/><property name=\"input\">ask</property>"
        "<property name=\"output\" value=\"said\"/><property name=\"confidence\" value=\"0.5\"/>"
        "<property name=\"team-name\" value=\"red\"/></properties>" FAILURE "</testcase>"
        "<testcase name=\"b\">" FAILURE "</testcase></testsuite>");
    cr_assert_str_eq(finding[0].model.name, "own");
    cr_assert_str_eq(finding[0].model.version, "7");
    cr_assert_str_eq(finding[0].prompt, "ask");
    cr_assert_str_eq(finding[0].output, "said");
    cr_assert_eq(finding[0].severity, SEVERITY_CRITICAL);
    cr_assert_float_eq(finding[0].confidence, 0.5, 1e-9);
    cr_assert_str_eq(recorder_label(&finding[0], "team_name"), "red");
    cr_assert_str_eq(finding[1].model.name, "suite-model");
    cr_assert_eq(finding[1].severity, SEVERITY_CRITICAL);
    cr_assert_str_eq(finding[1].prompt, "");
}

Test(junit, properties_where_none_belong)
{
    read_xml(SUITE("<testcase name=\"n\"><failure>t<property name=\"model\" value=\"m\"/>"
                   "<property/><property name=\"x\">y</property>u<failure/></failure></testcase>"));
    cr_assert_eq(recorder.findings_count, 1);
    cr_assert_str_eq(recorder.findings[0].model.name, "m");
    cr_assert_str_eq(recorder.findings[0].output, "tyu");
}

Test(junit, model_given_before_the_suite_s_name)
{
    recorder.defaults.model.name = "given";
    read_xml(SUITE("<testcase name=\"n\">" FAILURE "</testcase>"));
    cr_assert_str_eq(recorder.findings[0].model.name, "given");
}

Test(junit, entities_are_refused)
{
    cr_assert_str_eq(
        refused("<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol \"lol\">"
                "<!ENTITY lol1 \"&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;\">"
                "<!ENTITY lol2 \"&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;&lol1;\">]>"
                "<testsuite name=\"&lol2;\"><testcase name=\"n\"/></testsuite>"),
        "a report may not declare entities");
    err = (struct error){0};
    cr_assert_str_eq(refused("<!DOCTYPE t [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
                             "<testsuite><testcase name=\"&x;\"/></testsuite>"),
                     "a report may not declare entities");
    cr_assert_eq(recorder.findings_count + recorder.coverage_count, 0);
}

Test(junit, what_is_refused_whole)
{
    char deep[(JUNIT_DEPTH_MAX + 2) * 16] = "";

    cr_assert_str_eq(refused(""), "the report is empty");
    err = (struct error){0};
    cr_assert(strstr(refused("<html><testsuite/></html>"), "not known"));
    err = (struct error){0};
    cr_assert(strstr(refused("<testsuite name=\"s\""), "no XML"));
    err = (struct error){0};
    for (int i = 0; i <= JUNIT_DEPTH_MAX; i++)
        strcat(deep, "<testsuite>");
    recorder.format = &report_junit;
    cr_assert_eq(recorder_read(&recorder, deep, &err), -1);
    cr_assert_eq(err.kind, ERROR_LIMIT);
    err = (struct error){0};
    cr_assert_str_eq(refused("<results/>"), "expected testsuites or testsuite");
}

Test(junit, as_deep_as_may_be)
{
    char deep[(JUNIT_DEPTH_MAX + 2) * 32] = "";

    for (int i = 0; i < JUNIT_DEPTH_MAX; i++)
        strcat(deep, "<testsuite>");
    for (int i = 0; i < JUNIT_DEPTH_MAX; i++)
        strcat(deep, "</testsuite>");
    read_xml(deep);
    cr_assert_eq(recorder.runs, 1);
    cr_assert_eq(recorder.coverage_count, 0);
}

Test(junit, what_is_cut_off_has_crashed)
{
    read_xml("<testsuite name=\"s\"><testcase name=\"a\">" FAILURE
             "</testcase>\n<testcase name=\"b\">"
             "<failure mess");
    cr_assert_eq(recorder.findings_count, 1);
    cr_assert_eq(recorder.bad_count, 1);
    cr_assert_eq(recorder.bad_line[0], 2);
    cr_assert_eq(recorder.status, RUN_CRASHED);
}

Test(junit, a_case_within_a_case_stops)
{
    read_xml(SUITE("<testcase name=\"a\"/><testcase name=\"b\"><failure>t<testcase name=\"c\"/>"
                   "</failure></testcase>"));
    cr_assert_eq(recorder.coverage_count, 1);
    cr_assert_str_eq(recorder.bad[0].text, "a testcase stands within another");
}

Test(junit, text_is_bounded)
{
    size_t bytes = JUNIT_TEXT_BYTES_MAX + (1 << 20);
    char *xml = malloc(bytes + 256);
    size_t at = (size_t)sprintf(xml, "<testsuite><testcase name=\"n\"><failure>");

    memset(xml + at, 'x', bytes);
    strcpy(xml + at + bytes, "</failure></testcase></testsuite>");
    read_xml(xml);
    cr_assert_geq(strlen(recorder.findings[0].output), JUNIT_TEXT_BYTES_MAX);
    cr_assert_lt(strlen(recorder.findings[0].output), bytes);
    free(xml);
}
