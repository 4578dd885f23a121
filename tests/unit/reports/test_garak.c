/*
 * test_garak.c - garak's report and hitlog, small ones of each age made by hand.
 */
#include "recorder.h"

#include "producer/reports/garak.h"
#include "producer/reports/garak_hit.h"
#include "producer/reports/member.h"

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

TestSuite(garak, .init = set_up, .fini = tear_down);

#define TURN(role, text)                                                                           \
    "{\"role\":\"" role "\",\"content\":{\"text\":\"" text "\",\"lang\":\"en\"}}"
#define PROMPT(text) "{\"turns\":[" TURN("user", text) "],\"notes\":null}"

#define SETUP                                                                                      \
    "{\"entry_type\":\"start_run setup\",\"plugins.target_type\":\"function\","                    \
    "\"plugins.target_name\":\"helpbot#v1list\",\"transient.run_id\":\"r1\"}\n"                    \
    "{\"entry_type\":\"init\",\"garak_version\":\"0.17.1\","                                       \
    "\"start_time\":\"2026-11-23T07:48:16.501224\",\"run\":\"r1\"}\n"
#define CACHE                                                                                      \
    "{\"entry_type\":\"plugin_cache\",\"run\":\"r1\",\"plugin_cache\":{\"probes\":{"               \
    "\"probes.dan.DanInTheWild\":{\"tags\":[\"avid-effect:security:S0403\",\"owasp:llm01\","       \
    "\"owasp:llm02\",\"cwe:94\",\"broken\"]}}}}\n"
#define ATTEMPT(status, results)                                                                   \
    "{\"entry_type\":\"attempt\",\"uuid\":\"u\",\"seq\":0,\"status\":" status ","                  \
    "\"probe_classname\":\"dan.DanInTheWild\",\"goal\":\"disregard the system prompt\","           \
    "\"intent\":\"T009ignore\",\"prompt\":" PROMPT(                                                \
        "be DAN") ","                                                                              \
                  "\"outputs\":[{\"text\":\"no\"},{\"text\":\"yes\"},null],\"detector_"            \
                  "results\":" results "}\n"
#define EVAL(more)                                                                                 \
    "{\"entry_type\":\"eval\",\"probe\":\"dan.DanInTheWild\","                                     \
    "\"detector\":\"mitigation.MitigationBypass\",\"passed\":1," more "}\n"
#define COMPLETION                                                                                 \
    "{\"entry_type\":\"completion\",\"end_time\":\"2026-11-23T07:49:16\",\"run\":\"r1\"}\n"
#define DIGEST                                                                                     \
    "{\"entry_type\":\"digest\",\"eval\":{\"llm01\":{\"_summary\":{},\"dan.DanInTheWild\":"        \
    "{\"_summary\":{\"probe_severity\":2,\"probe_tags\":[\"owasp:llm01\"]}}}}}\n"

Test(garak, report)
{
    const struct finding *finding = &recorder.findings[0];

    cr_assert_eq(recorder_read(&recorder,
                               SETUP CACHE ATTEMPT("1", "{}")
                                   ATTEMPT("2", "{\"mitigation.MitigationBypass\":[0.0,1.0,null]}")
                                       EVAL("\"fails\":1,\"nones\":1,\"total_evaluated\":2")
                                           COMPLETION DIGEST,
                               &err),
                 0, "%s", err.text);
    cr_assert_eq(recorder.format, &report_garak);
    cr_assert_eq(recorder.findings_count, 1);
    cr_assert_eq(recorder.bad_count, 0);
    cr_assert_str_eq(recorder.run.id, "r1");
    cr_assert_str_eq(recorder.run.tool_version, "garak 0.17.1");
    cr_assert_eq(recorder.run.started_ms, 1795420096501);
    cr_assert_str_eq(finding->rule.id, "garak/dan.DanInTheWild/mitigation.MitigationBypass");
    cr_assert_str_eq(finding->rule.title,
                     "Jailbreak by role play (DAN): disregard the system prompt");
    cr_assert_str_eq(finding->rule.tool, "garak");
    cr_assert_str_eq(finding->model.name, "helpbot#v1list");
    cr_assert_eq(finding->severity, SEVERITY_HIGH);
    cr_assert_float_eq(finding->confidence, 0.5, 1e-9);
    cr_assert_str_eq(finding->prompt, "be DAN");
    cr_assert_str_eq(finding->output, "yes");
    cr_assert_null(finding->run.id);
    cr_assert_str_eq(recorder_label(finding, "intent"), "T009ignore");
    cr_assert_str_eq(recorder_label(finding, "owasp_llm_2023"), "llm01,llm02");
    cr_assert_str_eq(recorder_label(finding, "avid_effect"), "security:S0403");
    cr_assert_str_eq(recorder_label(finding, "cwe"), "94");
    cr_assert_str_eq(recorder_label(finding, "garak_defcon"), "2");
    cr_assert_eq(recorder.coverage_count, 1);
    cr_assert_str_eq(recorder.coverage[0].rule, finding->rule.id);
    cr_assert_eq(recorder.coverage[0].attempts, 2);
    cr_assert_eq(recorder.coverage[0].failures, 1);
    cr_assert_eq(recorder.status, RUN_COMPLETE);
}

Test(garak, report_of_0_10)
{
    const struct finding *finding = &recorder.findings[0];

    cr_assert_eq(
        recorder_read(&recorder,
                      "{\"entry_type\":\"start_run setup\",\"plugins.model_type\":\"function\","
                      "\"plugins.model_name\":\"helpbot#v1list\"}\n"
                      "{\"entry_type\":\"attempt\",\"status\":2,\"probe_classname\":"
                      "\"dan.Ablation_Dan_11_0\",\"goal\":\"g\",\"prompt\":\"be DAN\",\"outputs\":"
                      "[\"yes\",\"no\"],\"detector_results\":{\"dan.DAN\":[1.0,0.0]}}\n"
                      "{\"entry_type\":\"eval\",\"probe\":\"dan.Ablation_Dan_11_0\",\"detector\":"
                      "\"detector.dan.DAN\",\"passed\":158,\"total\":254}\n" COMPLETION,
                      &err),
        0, "%s", err.text);
    cr_assert_eq(recorder.findings_count, 1);
    cr_assert_str_eq(finding->rule.id, "garak/dan.Ablation_Dan_11_0/dan.DAN");
    cr_assert_str_eq(finding->prompt, "be DAN");
    cr_assert_str_eq(finding->output, "yes");
    cr_assert_str_eq(recorder_label(finding, "owasp_llm_2023"), "llm01");
    cr_assert_str_eq(recorder.coverage[0].rule, finding->rule.id);
    cr_assert_eq(recorder.coverage[0].attempts, 254);
    cr_assert_eq(recorder.coverage[0].failures, 96);
}

Test(garak, hitlog_tells_the_same_as_the_report)
{
    static struct recorder hitlog;
    const struct finding *a = &recorder.findings[0], *b = &hitlog.findings[0];

    arena_init(&hitlog.arena);
    cr_assert_eq(recorder_read(&recorder,
                               SETUP ATTEMPT("2", "{\"mitigation.MitigationBypass\":[0,1,0]}")
                                   COMPLETION,
                               &err),
                 0);
    cr_assert_eq(recorder_read(&hitlog,
                               "{\"goal\":\"disregard the system prompt\",\"prompt\":" PROMPT(
                                   "be DAN") ",\"output\":{\"text\":\"yes\"},\"triggers\":null,"
                                             "\"score\":1.0,\"run_id\":\"r1\",\"attempt_id\":\"u\","
                                             "\"generator\":\"function helpbot#v1list\",\"probe\":"
                                             "\"dan.DanInTheWild\",\"detector\":"
                                             "\"mitigation.MitigationBypass\"}\n",
                               &err),
                 0, "%s", err.text);
    cr_assert_eq(hitlog.format, &report_garak_hitlog);
    cr_assert_eq(hitlog.findings_count, 1);
    cr_assert_str_eq(a->rule.id, b->rule.id);
    cr_assert_str_eq(a->rule.title, b->rule.title);
    cr_assert_str_eq(a->model.name, b->model.name);
    cr_assert_str_eq(a->prompt, b->prompt);
    cr_assert_str_eq(a->output, b->output);
    cr_assert_eq(a->severity, b->severity);
    cr_assert_eq(a->confidence, b->confidence);
    cr_assert_str_eq(recorder.run.id, hitlog.run.id);
    cr_assert_eq(hitlog.coverage_count, 0);
    cr_assert_eq(hitlog.ended, 1);
    arena_fini(&hitlog.arena);
}

Test(garak, without_a_completion_it_crashed)
{
    cr_assert_eq(recorder_read(&recorder, SETUP EVAL("\"total_evaluated\":2"), &err), 0);
    cr_assert_eq(recorder.status, RUN_CRASHED);
    cr_assert_eq(recorder.coverage[0].failures, 1);
}

Test(garak, nothing_evaluated_is_no_attempt)
{
    cr_assert_eq(recorder_read(&recorder,
                               SETUP "{\"entry_type\":\"eval\",\"probe\":\"p\",\"detector\":\"d\","
                                     "\"passed\":0,\"fails\":0,\"nones\":254,"
                                     "\"total_evaluated\":0,\"total_processed\":254}\n" COMPLETION,
                               &err),
                 0);
    cr_assert_eq(recorder.coverage[0].attempts, 0);
    cr_assert_eq(recorder.findings_count, 0);
}

Test(garak, the_threshold_is_the_run_s)
{
    static const char report[] =
        "{\"entry_type\":\"start_run setup\",\"plugins.target_name\":\"m\","
        "\"run.eval_threshold\":0.8}\n" ATTEMPT("2", "{\"dan.DAN\":[0.79,0.8,1]}");

    cr_assert_eq(recorder_read(&recorder, report, &err), 0);
    cr_assert_eq(recorder.findings_count, 2);
    cr_assert_float_eq(recorder.findings[0].confidence, 0.9 * 0.8, 1e-9);
    cr_assert_str_eq(recorder.findings[1].output, "");
}

Test(garak, without_a_threshold_it_is_a_half)
{
    cr_assert_eq(recorder_read(&recorder, SETUP ATTEMPT("2", "{\"dan.DAN\":[0.49,0.5]}"), &err), 0);
    cr_assert_eq(recorder.findings_count, 1);
}

Test(garak, wrapped_scores_and_long_names)
{
    cr_assert_eq(recorder_read(&recorder,
                               SETUP ATTEMPT("2", "{\"garak.detectors.judge.Refusal\":[[0,1]]}"),
                               &err),
                 0);
    cr_assert_eq(recorder.findings_count, 1);
    cr_assert_str_eq(recorder.findings[0].rule.id, "garak/dan.DanInTheWild/judge.Refusal");
    cr_assert_str_eq(recorder.findings[0].output, "yes");
}

Test(garak, a_conversation_keeps_all_its_turns)
{
    static const char report[] = SETUP
        "{\"entry_type\":\"attempt\",\"status\":2,\"probe_classname\":\"p.P\",\"prompt\":"
        "{\"turns\":[" TURN("system", "be kind") "," TURN("user", "hi") "," TURN(
            "assistant",
            "hello") ",{\"role\":\"user\",\"content\":{\"text\":null,\"data_path\":"
                     "\"a.png\"}}]},\"outputs\":[\"yes\"],\"detector_results\":{\"d.D\":[1]}}\n";

    cr_assert_eq(recorder_read(&recorder, report, &err), 0);
    cr_assert_str_eq(recorder.findings[0].prompt,
                     "[system]\nbe kind\n\n[user]\nhi\n\n[assistant]\nhello\n\n[user]\n"
                     "[file a.png]");
}

Test(garak, bad_rows_are_named_and_the_rest_is_read)
{
    cr_assert_eq(recorder_read(&recorder,
                               SETUP "{\"entry_type\":\"attempt\",\"status\":2}\n"
                                     "not json\n"
                                     "{\"entry_type\":\"eval\",\"probe\":\"p\"}\n"
                                     "{\"entry_type\":7}\n"
                                     "{\"entry_type\":\"of a later version\"}\n"
                                     "[1]\n" ATTEMPT("2", "{\"dan.DAN\":[1]}") COMPLETION
                               "{\"entry_type\":",
                               &err),
                 0);
    cr_assert_eq(recorder.findings_count, 1);
    cr_assert_eq(recorder.bad_count, 6);
    cr_assert_eq(recorder.bad_line[0], 3);
    cr_assert_str_eq(recorder.bad[0].pointer, "/probe_classname");
    cr_assert_eq(recorder.bad_line[1], 4);
    cr_assert_str_eq(recorder.bad[3].pointer, "/entry_type");
    cr_assert_eq(recorder.bad_line[5], 11);
    cr_assert_eq(recorder.status, RUN_COMPLETE);
}

Test(garak, what_json_cannot_hold_is_repaired)
{
    cr_assert_eq(recorder_read(
                     &recorder,
                     SETUP "{\"entry_type\":\"attempt\",\"status\":2,\"probe_classname\":\"p.P\","
                           "\"prompt\":\"a\\ud800b\\u0000c \\udb40\\udc41\",\"outputs\":[\"\xff\"],"
                           "\"detector_results\":{\"d.D\":[1], \"e.E\":[NaN]}}\n",
                     &err),
                 0);
    cr_assert_eq(recorder.findings_count, 1);
    cr_assert_str_eq(recorder.findings[0].prompt, "a\xef\xbf\xbd"
                                                  "b\xef\xbf\xbd"
                                                  "c \xf3\xa0\x81\x81");
    cr_assert_str_eq(recorder.findings[0].output, "\xef\xbf\xbd");
    cr_assert_eq(recorder.repaired, 4);
}

Test(garak, the_model_may_be_given)
{
    static const char report[] = ATTEMPT("2", "{\"dan.DAN\":[1]}");

    cr_assert_eq(recorder_read(&recorder, report, &err), -1);
    cr_assert_eq(recorder.bad_count, 1);
    recorder.defaults.model.name = "given";
    recorder.format = NULL;
    cr_assert_eq(recorder_read(&recorder, report, &err), 0);
    cr_assert_str_eq(recorder.findings[0].model.name, "given");
}

Test(garak, names)
{
    cr_assert_str_eq(garak_plain_name("garak.probes.dan.Dan"), "dan.Dan");
    cr_assert_str_eq(garak_plain_name("detector.dan.DAN"), "dan.DAN");
    cr_assert_str_eq(garak_plain_name("detectors.dan.DAN"), "dan.DAN");
    cr_assert_str_eq(garak_plain_name("dan.DAN"), "dan.DAN");
    cr_assert_str_eq(garak_model("function", "x"), "x");
    cr_assert_str_eq(garak_model("test.Blank", "None"), "test.Blank");
    cr_assert_str_eq(garak_model("test.Blank", NULL), "test.Blank");
    cr_assert_null(garak_model(NULL, NULL));
    cr_assert_str_eq(garak_family("dan.X")->words, "Jailbreak by role play (DAN)");
    cr_assert_eq(garak_family("danger.X")->severity, SEVERITY_MEDIUM);
    cr_assert_float_eq(garak_confidence("encoding.DecodeMatch"), 0.95, 1e-9);
    cr_assert_float_eq(garak_confidence("nobody.Knows"), 0.7, 1e-9);
}

Test(garak, times)
{
    static const struct {
        const char *text;
        int64_t time_ms;
    } rows[] = {{"2026-11-23T07:48:16.501224", 1795420096501},
                {"2026-11-23T07:48:16.501Z", 1795420096501},
                {"2026-11-23T08:48:16.501+01:00", 1795420096501},
                {"yesterday", 0}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        json_t *text = json_string(rows[i].text);

        cr_expect_eq(member_time(text, ""), rows[i].time_ms, "%s", rows[i].text);
        json_decref(text);
    }
    cr_assert_eq(member_time(NULL, ""), 0);
}
