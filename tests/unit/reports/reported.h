/*
 * reported.h - a suite whose every test reads reports into a fresh recorder, and short questions.
 */
#ifndef TOCSIN_TESTS_REPORTED_H
#define TOCSIN_TESTS_REPORTED_H

#include "recorder.h"

static struct recorder recorder;
static struct error err;

static void reported_set_up(void)
{
    arena_init(&recorder.arena);
}

static void reported_tear_down(void)
{
    arena_fini(&recorder.arena);
}

/* A report that is readable and of this format. */
static inline void reported(const char *text, const struct report_ops *format)
{
    recorder.format = NULL;
    cr_assert_eq(recorder_read(&recorder, text, &err), 0, "%s: %s", err.pointer, err.text);
    cr_assert_eq(recorder.format, format, "%s", recorder.format->name);
}

/* A report of which nothing is readable: why. */
static inline const char *refused(const char *text)
{
    cr_assert_eq(recorder_read(&recorder, text, &err), -1);
    cr_assert_eq(err.kind, ERROR_INPUT);
    return err.text;
}

static inline const struct coverage *covered(const char *rule, const char *category)
{
    for (size_t i = 0; i < recorder.coverage_count; i++) {
        const struct coverage *row = &recorder.coverage[i];

        if (strcmp(row->rule, rule) == 0 && strcmp(row->category, category) == 0)
            return row;
    }
    cr_assert_fail("no coverage of %s, %s", rule, category);
    return NULL;
}

static inline const struct measurement *measured(const char *metric)
{
    for (size_t i = 0; i < recorder.measurements; i++) {
        if (strcmp(recorder.measured[i].metric, metric) == 0)
            return &recorder.measured[i];
    }
    cr_assert_fail("no measurement of %s", metric);
    return NULL;
}

#endif
