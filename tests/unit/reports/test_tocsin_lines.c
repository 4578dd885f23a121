/*
 * test_tocsin_lines.c - tocsin's own JSON Lines: defaults, checks, whose run it is.
 */
#include "recorder.h"

#include "producer/reports/tocsin_lines.h"

static struct recorder recorder;
static struct error err;

static void set_up(void)
{
    arena_init(&recorder.arena);
}

static void tear_down(void)
{
    arena_fini(&recorder.arena);
}

TestSuite(tocsin_lines, .init = set_up, .fini = tear_down);

#define LEAST                                                                                      \
    "{\"rule\":{\"id\":\"t/p/"                                                                     \
    "d\"},\"model\":{\"name\":\"m\"},\"severity\":\"high\",\"confidence\":1}\n"

Test(tocsin_lines, the_least_line)
{
    cr_assert_eq(recorder_read(&recorder, LEAST, &err), 0, "%s", err.text);
    cr_assert_eq(recorder.format, &report_tocsin_lines);
    cr_assert_eq(recorder.findings_count, 1);
    cr_assert_str_eq(recorder.findings[0].run.id, "ours");
    cr_assert_eq(recorder.runs, 1);
    cr_assert_eq(recorder.ended, 1);
    cr_assert_eq(recorder.status, RUN_COMPLETE);
}

Test(tocsin_lines, defaults_fill_and_do_not_replace)
{
    recorder.defaults.model = (struct model){.name = "given", .version = "7"};
    cr_assert_eq(
        recorder_read(&recorder,
                      "{\"type\":\"tocsin.finding.v1\",\"rule\":{\"id\":\"t\"},"
                      "\"severity\":\"low\",\"confidence\":0.5,\"run\":{\"job\":\"j\"}}\n" LEAST,
                      &err),
        0, "%s", err.text);
    cr_assert_str_eq(recorder.findings[0].model.name, "given");
    cr_assert_str_eq(recorder.findings[0].run.job, "j");
    cr_assert_str_eq(recorder.findings[0].run.id, "ours");
    cr_assert_str_eq(recorder.findings[1].model.name, "m");
}

Test(tocsin_lines, bad_lines_are_named_with_a_pointer)
{
    cr_assert_eq(
        recorder_read(
            &recorder,
            LEAST
            "{\"rule\":{},\"model\":{\"name\":\"m\"},\"severity\":\"high\",\"confidence\":1}\n"
            "\r\n"
            "{\"rule\":{\"id\":\"t\"},\"model\":{\"name\":\"m\"},\"severity\":\"bad\","
            "\"confidence\":1}\n"
            "{\"type\":\"tocsin.alert.v1\"}\n"
            "{\"rule\":{\"id\":\"t\"},\"run\":7,\"model\":{\"name\":\"m\"},\"severity\":\"low\","
            "\"confidence\":1}\n"
            "{\"rule\":{\"id\":\"t\"},\"id\":\"00000000-0000-4000-8000-000000000000\",\"model\":{"
            "\"name\":\"m\"},\"severity\":\"low\",\"confidence\":1}\n",
            &err),
        0);
    cr_assert_eq(recorder.findings_count, 1);
    cr_assert_eq(recorder.bad_count, 5);
    cr_assert_eq(recorder.bad_line[0], 2);
    cr_assert_str_eq(recorder.bad[0].pointer, "/rule/id");
    cr_assert_eq(recorder.bad_line[1], 4);
    cr_assert_str_eq(recorder.bad[1].pointer, "/severity");
    cr_assert_str_eq(recorder.bad[2].pointer, "/type");
    cr_assert_str_eq(recorder.bad[3].pointer, "/run");
    cr_assert_str_eq(recorder.bad[4].pointer, "/id");
    cr_assert_eq(recorder.status, RUN_PARTIAL);
}

Test(tocsin_lines, a_line_of_another_run_does_not_end_ours)
{
    cr_assert_eq(
        recorder_read(&recorder,
                      "{\"rule\":{\"id\":\"t\"},\"model\":{\"name\":\"m\"},\"severity\":\"low\","
                      "\"confidence\":1,"
                      "\"run\":{\"id\":\"theirs\",\"started\":\"2026-11-23T07:48:16Z\"}}\n",
                      &err),
        0, "%s", err.text);
    cr_assert_eq(recorder.findings_count, 1);
    cr_assert_str_eq(recorder.findings[0].run.id, "theirs");
    cr_assert_eq(recorder.runs, 0);
    cr_assert_eq(recorder.ended, 0);
}

Test(tocsin_lines, nothing_of_ours_is_said_of_another_run)
{
    struct run run = recorder_run;

    run.job = "ours";
    recorder.defaults.run = &run;
    cr_assert_eq(
        recorder_read(&recorder,
                      "{\"rule\":{\"id\":\"t\"},\"model\":{\"name\":\"m\"},"
                      "\"severity\":\"low\",\"confidence\":1,"
                      "\"run\":{\"id\":\"theirs\",\"started\":\"2026-11-23T07:48:16Z\"}}\n"
                      "{\"type\":\"tocsin.run-end.v1\",\"status\":\"complete\","
                      "\"run\":{\"id\":\"theirs\",\"started\":\"2026-11-23T07:48:16Z\"}}\n",
                      &err),
        0, "%s", err.text);
    cr_assert_null(recorder.findings[0].run.job);
    cr_assert_str_eq(recorder.findings[0].run.pipeline, "");
    cr_assert_eq(recorder.bad_count, 1);
    cr_assert_str_eq(recorder.bad[0].pointer, "/id");
}

Test(tocsin_lines, our_run_s_end_needs_no_id)
{
    cr_assert_eq(
        recorder_read(
            &recorder,
            LEAST "{\"type\":\"tocsin.run-end.v1\",\"status\":\"complete\",\"has_coverage\":true,"
                  "\"coverage\":[{\"rule\":\"t/p/d\",\"model\":\"m\",\"attempts\":5}]}\n",
            &err),
        0, "%s", err.text);
    cr_assert_eq(recorder.bad_count, 0, "%s: %s", recorder.bad[0].pointer, recorder.bad[0].text);
    cr_assert_eq(recorder.run_ends, 1);
    cr_assert_eq(recorder.run_end.coverage.count, 1);
}

Test(tocsin_lines, a_measurement)
{
    cr_assert_eq(
        recorder_read(
            &recorder,
            "{\"type\":\"tocsin.measurement.v1\",\"id\":\"00000000-0000-4000-8000-000000000000\","
            "\"time\":\"2026-11-23T07:48:16Z\",\"model\":{\"name\":\"m\"},\"benchmark\":\"b\","
            "\"metric\":\"acc\",\"value\":0.5,\"higher_is_better\":true}\n",
            &err),
        0, "%s", err.text);
    cr_assert_eq(recorder.bad_count, 0, "%s: %s", recorder.bad[0].pointer, recorder.bad[0].text);
    cr_assert_eq(recorder.measurements, 1);
}

Test(tocsin_lines, an_empty_report_of_a_named_format_found_nothing)
{
    recorder.format = &report_tocsin_lines;
    cr_assert_eq(recorder_read(&recorder, "", &err), 0, "%s", err.text);
    cr_assert_eq(recorder.ended, 1);
}

Test(tocsin_lines, formats_that_are_not_known)
{
    static const char *const rows[] = {"", "\n\n", "hello\n", "{\"a\":1}\n", "[]", "<xml/>"};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct error why = {0};

        recorder.format = NULL;
        cr_expect_eq(recorder_read(&recorder, rows[i], &why), -1, "%s", rows[i]);
        cr_expect_eq(why.kind, ERROR_INPUT, "%s", rows[i]);
    }
}

Test(tocsin_lines, a_broken_first_line_hides_no_format)
{
    cr_assert_eq(recorder_read(&recorder, "{\"rule\":{\"id\n" LEAST, &err), 0, "%s", err.text);
    cr_assert_eq(recorder.findings_count, 1);
    cr_assert_eq(recorder.bad_count, 1);
}
