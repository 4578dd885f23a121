/*
 * junit.c - expat's events into suites and cases.
 *
 * A case is told when it ends; what belongs to it lies in the report's arena, which is reset then.
 * What belongs to a suite is kept.
 */
#include "producer/reports/junit.h"

#include <expat.h>
#include <string.h>

#include "producer/record_text.h"
#include "producer/reports/junit_case.h"
#include "producer/reports/member.h"

#define FEED_BYTES_MAX (1 << 20) /* expat takes the length as an int */

struct junit_state {
    struct report *report;
    XML_Parser parser;
    struct junit_suite suites[JUNIT_DEPTH_MAX + 1]; /* those that are open; the first is none */
    size_t suites_count, depth;
    struct junit_case test;
    bool in_case, is_said;
    struct record_text text; /* of the element that is open */
    bool wants_text;
    const char *property; /* whose value is its text */
    size_t cases;
    struct error why; /* what stopped the parser */
};

static void stop(struct junit_state *state)
{
    XML_StopParser(state->parser, XML_FALSE);
}

static void refuse(struct junit_state *state, enum error_kind kind, const char *words)
{
    error_set(&state->why, kind, "%s", words);
    stop(state);
}

static const char *attribute(const XML_Char **attributes, const char *name)
{
    for (; *attributes; attributes += 2) {
        if (strcmp(attributes[0], name) == 0)
            return attributes[1];
    }
    return NULL;
}

/* In an arena: expat's own strings end with the event. */
static const char *kept(struct junit_state *state, struct arena *arena, const char *text)
{
    const char *copy = arena_strdup(arena, text);

    if (text && !copy)
        refuse(state, ERROR_MEMORY, "no memory for a test case");
    return copy;
}

static int say_run(struct junit_state *state, int64_t started_ms, struct error *err)
{
    struct report *report = state->report;
    struct run run = {.started_ms = started_ms, .tool_version = "JUnit"};

    if (state->is_said && !started_ms)
        return 0;
    state->is_said = true;
    return report->sink->run(report->sink->ctx, &run, err);
}

static int64_t time_of(const char *text)
{
    json_t *value = text ? json_string(text) : NULL;
    int64_t time_ms = member_time(value, "");

    json_decref(value);
    return time_ms;
}

/* What a suite leaves out is that of the one around it. */
static void begin_suite(struct junit_state *state, const XML_Char **attributes)
{
    struct junit_suite *suite = &state->suites[++state->suites_count];
    const char *name = kept(state, state->report->kept, attribute(attributes, "name"));

    *suite = suite[-1];
    if (name)
        suite->name = name;
    if (say_run(state, time_of(attribute(attributes, "timestamp")), &state->why))
        stop(state);
}

static void begin_case(struct junit_state *state, const XML_Char **attributes)
{
    struct arena *arena = state->report->arena;
    const char *name = attribute(attributes, "name");

    if (state->in_case) {
        refuse(state, ERROR_INPUT, "a testcase stands within another");
        return;
    }
    arena_reset(arena);
    state->in_case = true;
    state->test = (struct junit_case){
        .name = kept(state, arena, name && *name ? name : "test"),
        .class_name = kept(state, arena, attribute(attributes, "classname")),
        .file = kept(state, arena, attribute(attributes, "file")),
        .outcome = OUTCOME_PASSED,
    };
    labels_init(&state->test.labels, arena);
}

static void begin_text(struct junit_state *state)
{
    record_text_init(&state->text, state->in_case ? state->report->arena : state->report->kept);
    state->wants_text = true;
}

/* Several failures are one failed case; the first says why. */
static void begin_failure(struct junit_state *state, const XML_Char **attributes)
{
    if (!state->in_case || state->test.outcome == OUTCOME_FAILED)
        return;
    state->test.outcome = OUTCOME_FAILED;
    state->test.message = kept(state, state->report->arena, attribute(attributes, "message"));
    begin_text(state);
}

/* A failure stays one, whatever the harness had to say besides. */
static void begin_unjudged(struct junit_state *state, const XML_Char **attributes)
{
    (void)attributes;
    if (state->in_case && state->test.outcome != OUTCOME_FAILED)
        state->test.outcome = OUTCOME_UNJUDGED;
}

static void take_property(struct junit_state *state, const char *name, const char *value)
{
    if (!state->in_case)
        junit_fact(&state->suites[state->suites_count].facts, name, value);
    else if (!junit_fact(&state->test.facts, name, value))
        labels_add(&state->test.labels, name, value);
}

/* The value is an attribute; some write it as text. */
static void begin_property(struct junit_state *state, const XML_Char **attributes)
{
    struct arena *arena = state->in_case ? state->report->arena : state->report->kept;
    const char *name = kept(state, arena, attribute(attributes, "name"));
    const char *value = kept(state, arena, attribute(attributes, "value"));

    if (name && value) {
        take_property(state, name, value);
    } else if (name && !state->wants_text) {
        state->property = name;
        begin_text(state);
    }
}

static const char *take_text(struct junit_state *state)
{
    state->wants_text = false;
    if (state->text.failed)
        refuse(state, ERROR_MEMORY, "no memory for a test case");
    return state->text.text ? state->text.text : "";
}

static void end_suite(struct junit_state *state)
{
    state->suites_count--;
}

/* What is wrong with a case is told to the sink, with its line. */
static void end_case(struct junit_state *state)
{
    struct report *report = state->report;
    struct error why = {0};

    state->in_case = false;
    if (say_run(state, 0, &state->why)) {
        stop(state);
        return;
    }
    if (junit_tell(report, &state->suites[state->suites_count], &state->test, &why) == 0) {
        state->cases++;
    } else if (why.kind == ERROR_INPUT || why.kind == ERROR_LIMIT) {
        report->bad++;
        report->sink->bad(report->sink->ctx, XML_GetCurrentLineNumber(state->parser), &why);
    } else {
        state->why = why;
        stop(state);
    }
}

static void end_failure(struct junit_state *state)
{
    if (state->wants_text)
        state->test.text = take_text(state);
}

static void end_property(struct junit_state *state)
{
    if (state->property)
        take_property(state, state->property, take_text(state));
    state->property = NULL;
}

static const struct element {
    const char *name;
    void (*begin)(struct junit_state *state, const XML_Char **attributes);
    void (*end)(struct junit_state *state); /* NULL: nothing */
} elements[] = {
    {"testsuites", begin_suite, end_suite},
    {"testsuite", begin_suite, end_suite},
    {"testcase", begin_case, end_case},
    {"failure", begin_failure, end_failure},
    {"error", begin_unjudged, NULL},
    {"skipped", begin_unjudged, NULL},
    {"property", begin_property, end_property},
};

static const struct element *element_of(const XML_Char *name)
{
    for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
        if (strcmp(name, elements[i].name) == 0)
            return &elements[i];
    }
    return NULL;
}

static void on_start(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
    struct junit_state *state = ctx;
    const struct element *element = element_of(name);

    if (++state->depth > JUNIT_DEPTH_MAX)
        refuse(state, ERROR_LIMIT, "elements are nested too deep");
    else if (state->depth == 1 && (!element || element->begin != begin_suite))
        refuse(state, ERROR_INPUT, "expected testsuites or testsuite");
    else if (element)
        element->begin(state, attributes);
}

static void on_end(void *ctx, const XML_Char *name)
{
    struct junit_state *state = ctx;
    const struct element *element = element_of(name);

    if (error_is_set(&state->why))
        return; /* the end of an element that was refused */
    state->depth--;
    if (element && element->end)
        element->end(state);
}

static void on_text(void *ctx, const XML_Char *text, int bytes)
{
    struct junit_state *state = ctx;

    if (state->wants_text && state->text.bytes < JUNIT_TEXT_BYTES_MAX)
        record_text_append(&state->text, text, (size_t)bytes);
}

static void on_entity(void *ctx, const XML_Char *name, int is_parameter, const XML_Char *value,
                      int bytes, const XML_Char *base, const XML_Char *system,
                      const XML_Char *public, const XML_Char *notation)
{
    (void)name;
    (void)is_parameter;
    (void)value;
    (void)bytes;
    (void)base;
    (void)system;
    (void)public;
    (void)notation;
    refuse(ctx, ERROR_INPUT, "a report may not declare entities");
}

/* Why expat stopped: our own words before its. */
static void explain(const struct junit_state *state, struct error *ret_why)
{
    if (error_is_set(&state->why))
        *ret_why = state->why;
    else
        error_set(ret_why, ERROR_INPUT, "no XML: %s",
                  XML_ErrorString(XML_GetErrorCode(state->parser)));
}

/* Expat is fed piece by piece; 0 also for what is bad behind cases that were read. */
static int feed(struct junit_state *state, const char *text, size_t bytes, struct error *err)
{
    struct report *report = state->report;
    struct error why = {0};

    for (size_t at = 0; at <= bytes; at += FEED_BYTES_MAX) {
        size_t piece = bytes - at < FEED_BYTES_MAX ? bytes - at : FEED_BYTES_MAX;
        bool is_last = at + piece == bytes;

        if (XML_Parse(state->parser, text + at, (int)piece, is_last) == XML_STATUS_OK) {
            if (is_last)
                return 0;
            continue;
        }
        explain(state, &why);
        if (state->cases == 0 || (why.kind != ERROR_INPUT && why.kind != ERROR_LIMIT)) {
            *err = why;
            return -1;
        }
        report->bad++;
        report->is_cut = true;
        report->sink->bad(report->sink->ctx, XML_GetCurrentLineNumber(state->parser), &why);
        return 0;
    }
    return 0;
}

static int junit_text(struct report *report, const char *text, size_t bytes, struct error *err)
{
    struct junit_state *state = report->state;

    state->report = report;
    state->suites[0].name = "";
    state->parser = XML_ParserCreate(NULL);
    if (!state->parser)
        return error_set(err, ERROR_MEMORY, "no memory for a report");
    XML_SetUserData(state->parser, state);
    XML_SetElementHandler(state->parser, on_start, on_end);
    XML_SetCharacterDataHandler(state->parser, on_text);
    XML_SetEntityDeclHandler(state->parser, on_entity);
    return feed(state, text, bytes, err) || say_run(state, 0, err) ? -1 : 0;
}

static void junit_fini(struct report *report)
{
    struct junit_state *state = report->state;

    if (state->parser)
        XML_ParserFree(state->parser);
}

/* Behind a declaration, comments and a document type without declarations of its own. */
static bool junit_recognises(const char *head, size_t bytes)
{
    const char *end = head + bytes, *at = head;

    while (at && at + 1 < end && *at == '<' && (at[1] == '?' || at[1] == '!')) {
        const char *close = strncmp(at, "<!--", 4) == 0 ? "-->" : ">";
        const char *found = memmem(at, (size_t)(end - at), close, strlen(close));
        const char *subset = strncmp(at, "<!DOCTYPE", 9) == 0 && found
                                 ? memchr(at, '[', (size_t)(found - at))
                                 : NULL;

        if (subset) {
            close = "]>";
            found = memmem(subset, (size_t)(end - subset), close, strlen(close));
        }
        at = found ? found + strlen(close) : NULL;
        while (at && at < end && strchr(" \t\r\n", *at) && *at)
            at++;
    }
    return at && (size_t)(end - at) > strlen("<testsuite") &&
           strncmp(at, "<testsuite", strlen("<testsuite")) == 0;
}

const struct report_ops report_junit = {
    .name = "junit",
    .help = "JUnit XML",
    .shape = REPORT_TEXT,
    .state_bytes = sizeof(struct junit_state),
    .recognises_text = junit_recognises,
    .text = junit_text,
    .fini = junit_fini,
};
