/*
 * deepteam.c - a test case into an attempt.
 */
#include "producer/reports/deepteam.h"

#include <strings.h>

#include "producer/reports/labels.h"
#include "producer/reports/member.h"
#include "producer/reports/outcome.h"
#include "producer/reports/rates.h"

#define TOOL       "deepteam"
#define CONFIDENCE 0.7 /* a model judged */

struct deepteam_state {
    struct rates rates;
};

/* What is not here is medium. */
static const struct {
    const char *vulnerability;
    enum severity severity;
} vulnerabilities[] = {
    {"Agent Identity & Trust Abuse", SEVERITY_HIGH},
    {"Autonomous Agent Drift", SEVERITY_MEDIUM},
    {"BFLA", SEVERITY_HIGH},
    {"BOLA", SEVERITY_HIGH},
    {"Child Protection", SEVERITY_CRITICAL},
    {"Competition", SEVERITY_LOW},
    {"Cross Context Retrieval", SEVERITY_HIGH},
    {"Debug Access", SEVERITY_HIGH},
    {"Excessive Agency", SEVERITY_HIGH},
    {"Exploit Tool Agent", SEVERITY_HIGH},
    {"Graphic Content", SEVERITY_MEDIUM},
    {"Illegal Activity", SEVERITY_HIGH},
    {"Indirect Instruction", SEVERITY_HIGH},
    {"Intellectual Property", SEVERITY_MEDIUM},
    {"Misinformation", SEVERITY_LOW},
    {"PII Leakage", SEVERITY_HIGH},
    {"Personal Safety", SEVERITY_HIGH},
    {"Prompt Leakage", SEVERITY_MEDIUM},
    {"RBAC", SEVERITY_HIGH},
    {"Robustness", SEVERITY_MEDIUM},
    {"SQL Injection", SEVERITY_CRITICAL},
    {"SSRF", SEVERITY_CRITICAL},
    {"Shell Injection", SEVERITY_CRITICAL},
    {"System Reconnaissance", SEVERITY_MEDIUM},
    {"Tool Metadata Poisoning", SEVERITY_HIGH},
    {"Tool Orchestration Abuse", SEVERITY_HIGH},
    {"Unexpected Code Execution", SEVERITY_CRITICAL},
};

static enum severity severity_of_vulnerability(const char *name)
{
    for (size_t i = 0; i < sizeof(vulnerabilities) / sizeof(vulnerabilities[0]); i++) {
        if (strcasecmp(name, vulnerabilities[i].vulnerability) == 0)
            return vulnerabilities[i].severity;
    }
    return SEVERITY_MEDIUM;
}

static int deepteam_document(struct report *report, json_t *outline, struct error *err)
{
    const struct run run = {.tool_version = TOOL};

    (void)outline;
    return outcome_needs_model(report, NULL, err) || outcome_run(report, &run, err) ? -1 : 0;
}

/* Several turns: all but the last answer are what was sent. */
static int turns_of(struct report *report, json_t *turns, struct finding *finding,
                    struct error *err)
{
    const json_t *last = json_array_get(turns, json_array_size(turns) - 1);

    if (json_array_size(turns) == 0)
        return 0;
    finding->output = arena_strdup(report->arena, member_text(last, "/content", report->arena));
    if (finding->output && json_array_remove(turns, json_array_size(turns) - 1) == 0)
        finding->prompt = member_conversation(turns, "/content", report->arena);
    return finding->prompt && finding->output ? 0 : error_set(err, ERROR_MEMORY, "no memory");
}

static int evidence_of(struct report *report, const json_t *test, const char *attack,
                       struct finding *finding, struct error *err)
{
    static const char *const outputs[] = {"/actual_output", "/actualOutput", NULL};
    struct labels labels;

    finding->prompt = member_string(test, "/input");
    finding->output = member_first(test, outputs);
    if (!finding->prompt && turns_of(report, json_at(test, "/turns"), finding, err))
        return -1;
    labels_init(&labels, report->arena);
    labels_add(&labels, "attack", attack);
    labels_add(&labels, "reason", member_string(test, "/reason"));
    return labels_list(&labels, &finding->labels, err);
}

static int measure(struct report *report, const struct rule *rule, enum outcome outcome,
                   struct error *err)
{
    struct deepteam_state *state = report->state;
    struct rate rate = {.benchmark = rule->id, .metric = "pass_rate", .higher_is_better = true};

    if (outcome == OUTCOME_UNJUDGED)
        return 0;
    if (rates_add(&state->rates, report, &rate, outcome == OUTCOME_PASSED, err))
        return -1;
    rate.benchmark = TOOL;
    return rates_add(&state->rates, report, &rate, outcome == OUTCOME_PASSED, err);
}

static int deepteam_record(struct report *report, json_t *test, const struct report_place *place,
                           struct error *err)
{
    static const char *const types[] = {"/vulnerability_type", "/vulnerabilityType", NULL};
    static const char *const attacks[] = {"/attack_method", "/attackMethod", NULL};
    static const char *const risks[] = {"/risk_category", "/riskCategory", NULL};
    const char *vulnerability = member_string(test, "/vulnerability");
    const char *type = member_first(test, types), *risk = member_first(test, risks);
    enum outcome outcome = OUTCOME_UNJUDGED;
    struct finding finding = {.confidence = CONFIDENCE};
    double score;

    (void)place;
    if (!vulnerability)
        return error_set_at(err, ERROR_INPUT, "/vulnerability", "expected a vulnerability's name");
    if (!member_string(test, "/error") && member_number(test, "/score", &score))
        outcome = score > 0 ? OUTCOME_PASSED : OUTCOME_FAILED;
    finding.severity = (int)severity_of_vulnerability(vulnerability);
    if (outcome_rule(report, TOOL, vulnerability, type ? type : "",
                     arena_printf(report->arena, "%s: %s%s%s", risk ? risk : "Red team",
                                  vulnerability, type ? ", " : "", type ? type : ""),
                     &finding.rule, err) ||
        (outcome == OUTCOME_FAILED &&
         evidence_of(report, test, member_first(test, attacks), &finding, err)) ||
        outcome_tell(report, &finding, outcome, err))
        return -1;
    return measure(report, &finding.rule, outcome, err);
}

static int deepteam_end(struct report *report, struct error *err)
{
    struct deepteam_state *state = report->state;
    enum run_status status = report_status(report);

    if (status == RUN_COMPLETE && rates_tell(&state->rates, report, err))
        return -1;
    return report->sink->ended(report->sink->ctx, status, err);
}

static void deepteam_fini(struct report *report)
{
    struct deepteam_state *state = report->state;

    rates_fini(&state->rates);
}

static bool deepteam_recognises(const json_t *sketch)
{
    return json_is_object(json_at(sketch, "/overview")) &&
           (json_is_array(json_at(sketch, "/test_cases")) ||
            json_is_array(json_at(sketch, "/overview/vulnerability_type_results")));
}

static const char *const deepteam_arrays[] = {"/test_cases", "/testCases", NULL};

const struct report_ops report_deepteam = {
    .name = "deepteam",
    .help = "deepteam's risk assessment",
    .shape = REPORT_DOCUMENT,
    .state_bytes = sizeof(struct deepteam_state),
    .recognises = deepteam_recognises,
    .arrays = deepteam_arrays,
    .document = deepteam_document,
    .record = deepteam_record,
    .end = deepteam_end,
    .fini = deepteam_fini,
};
