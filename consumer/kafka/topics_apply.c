/*
 * topics_apply.c - makes the plan true: ask, create what is missing, look again, compare, remember
 * the counts.
 *
 * `control` is created in a request of its own after the others are there. Two processes that do
 * this at the same time do no harm: who comes second finds the topic made.
 */
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "consumer/kafka/admin.h"
#include "consumer/kafka/client.h"
#include "consumer/kafka/properties.h"
#include "consumer/kafka/topology.h"

#define VISIBLE_TICK_NS 50000000

struct work {
    const struct config *config;
    struct admin admin;
    struct topics_plan plan;
    struct topic_actual actual[TOPICS_MAX];
    struct topics_report *report;
};

/* Rows first..end-1 that are missing. */
static size_t missing_rows(const struct work *work, size_t first, size_t end,
                           const struct topic_plan *rows[TOPICS_MAX])
{
    size_t count = 0;

    for (size_t i = first; i < end; i++) {
        if (!work->actual[i].exists)
            rows[count++] = &work->plan.rows[i];
    }
    return count;
}

/* Creation is answered before every broker knows of the topic. */
static int wait_visible(struct work *work, size_t first, size_t end, struct error *err)
{
    const struct timespec tick = {.tv_nsec = VISIBLE_TICK_NS};
    const struct topic_plan *rows[TOPICS_MAX];
    int64_t until = client_now_ms() + TOPICS_VISIBLE_MS_MAX;

    for (;;) {
        if (admin_topics(&work->admin, &work->plan, work->actual, err))
            return -1;
        if (missing_rows(work, first, end, rows) == 0)
            return 0;
        if (client_now_ms() > until)
            return error_set(err, ERROR_RETRIABLE, "topic %s was created but does not appear",
                             rows[0]->name);
        nanosleep(&tick, NULL);
    }
}

static int create_rows(struct work *work, size_t first, size_t end, struct error *err)
{
    const struct topic_plan *rows[TOPICS_MAX];
    size_t count = missing_rows(work, first, end, rows);

    if (count == 0)
        return 0;
    if (admin_create(&work->admin, rows, count, err) || wait_visible(work, first, end, err))
        return -1;
    for (size_t i = 0; i < count; i++)
        topics_note_put(work->report, TOPIC_CREATED, "topic %s created, %d partitions",
                        rows[i]->name, rows[i]->partitions);
    return 0;
}

static const struct topic_actual *actual_of(const struct work *work, const char *name)
{
    const char *prefix = work->config->topics.prefix;

    for (size_t i = 0; i < work->plan.count; i++) {
        if (strcmp(work->plan.rows[i].name + strlen(prefix), name) == 0)
            return &work->actual[i];
    }
    return NULL;
}

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Only with all topics there and as many partitions as planned is there something to remember. */
static int check_topology(struct work *work, bool write, struct error *err)
{
    const char *control = work->plan.rows[work->plan.count - 1].name;
    const struct topic_actual *findings = actual_of(work, "findings");
    const struct topic_actual *notifications = actual_of(work, "notifications");
    struct topology created = {0};
    const struct topology now = {.findings = findings->partitions,
                                 .notifications = notifications->partitions,
                                 .created_ms = now_ms()};
    bool found = false;

    if (!findings->exists || !notifications->exists || !actual_of(work, "control")->exists)
        return 0;
    if (topology_read(work->config, control, &created, &found, err))
        return -1;
    if (found)
        topology_compare(&created, &now, work->config->topics.prefix, work->report);
    if (found || !write || work->report->problems > 0)
        return 0;
    return topology_write(&work->admin, control, &now, err);
}

static int reconcile(struct work *work, bool create, struct error *err)
{
    size_t last = work->plan.count - 1;

    if (admin_topics(&work->admin, &work->plan, work->actual, err))
        return -1;
    if (create && (create_rows(work, 0, last, err) || create_rows(work, last, last + 1, err)))
        return -1;
    if (admin_settings(&work->admin, &work->plan, work->actual, err))
        return -1;
    for (size_t i = 0; i < work->plan.count; i++)
        topic_compare(&work->plan.rows[i], &work->actual[i], work->report);
    return check_topology(work, create, err);
}

int topics_reconcile(const struct config *config, bool create, struct topics_report *ret,
                     struct error *err)
{
    struct work work = {.config = config, .report = ret};
    struct error problem = {0};
    int rc;

    ret->count = ret->problems = 0;
    if (properties_check(config, &problem, 1) > 0)
        return error_set(err, problem.kind, "%s", problem.text);
    if (topics_plan(config, &work.plan, err) || admin_init(&work.admin, config, err))
        return -1;
    rc = reconcile(&work, create, err);
    admin_fini(&work.admin);
    return rc;
}

static void log_note(const struct topics_note *note)
{
    static const int levels[] = {[TOPIC_CREATED] = LOG_INFO,
                                 [TOPIC_GOOD] = LOG_DEBUG,
                                 [TOPIC_WARNING] = LOG_WARNING,
                                 [TOPIC_PROBLEM] = LOG_ERR};

    client_log(levels[note->kind], "topics", "%s", note->text);
}

int topics_apply(const struct config *config, struct error *err)
{
    struct topics_report report;
    int rc = topics_reconcile(config, config->topics.create, &report, err);

    for (size_t i = 0; i < report.count; i++) {
        log_note(&report.notes[i]);
        if (rc == 0 && report.notes[i].kind == TOPIC_PROBLEM)
            rc = error_set(err, ERROR_INPUT, "%s", report.notes[i].text);
    }
    return rc;
}
