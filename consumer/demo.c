/*
 * demo.c - `tocsind demo`: the whole way of a finding with nothing installed.
 *
 * Starts librdkafka's mock cluster inside the process, creates the topics on it, runs all roles
 * against it, lets `tocsin publish` (the program beside this one) publish a report, and ends when
 * every alert was told. The alerts go to the terminal; with SLACK_WEBHOOK_URL set, to Slack as
 * well. The code is the same as in production, but the mock cluster keeps nothing and knows no
 * fencing, compaction or retention: the demo says so.
 */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "consumer/commands.h"
#include "consumer/crew.h"
#include "consumer/kafka/topics.h"
#include "consumer/log.h"

#define DEMO_READY_MS_MAX 30000
#define DEMO_TOLD_MS_MAX  60000
#define DEMO_TICK_MS      50
#define DEMO_QUIET_TICKS  10 /* nothing pending for so long: done */

/* Where the sample report is, seen from the folder of the program: installed, or in the source
 * tree. */
static const char *const report_places[] = {
    "../share/tocsin/demo/shop-assistant.report.jsonl",
    "../../../deploy/demo/shop-assistant.report.jsonl",
};

static const char config_text[] = "kafka:\n"
                                  "  bootstrap.servers: \"%s\"\n"
                                  "topics:\n"
                                  "  prefix: demo.\n"
                                  "  partitions: 2\n"
                                  "  notification_partitions: 2\n"
                                  "  replication: 1\n"
                                  "route:\n"
                                  "  receiver: you\n"
                                  "  group_by: [fingerprint]\n"
                                  "  group_wait: 0s\n"
                                  "receivers:\n"
                                  "  - name: you\n"
                                  "    flush: run_end\n"
                                  "    console_configs:\n"
                                  "      - {}\n";
static const char slack_text[] = "    slack_configs:\n"
                                 "      - api_url: ${SLACK_WEBHOOK_URL}\n";

struct demo {
    char folder[PATH_MAX]; /* of the program */
    char report[PATH_MAX * 2];
    rd_kafka_t *handle;
    rd_kafka_mock_cluster_t *cluster;
    struct config *config;
    struct crew *crew;
};

static void sleep_ms(long ms)
{
    const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

static int folder_find(struct demo *demo, struct error *err)
{
    ssize_t bytes = readlink("/proc/self/exe", demo->folder, sizeof(demo->folder) - 1);
    char *slash = bytes > 0 ? strrchr(demo->folder, '/') : NULL;
    if (slash == NULL)
        return error_set(err, ERROR_IO, "cannot find the folder of this program");
    *slash = '\0';
    return 0;
}

static int report_find(struct demo *demo, const char *wanted, struct error *err)
{
    if (wanted != NULL) {
        snprintf(demo->report, sizeof(demo->report), "%s", wanted);
        return access(demo->report, R_OK) == 0
                   ? 0
                   : error_set(err, ERROR_INPUT, "cannot read %s", wanted);
    }
    for (size_t i = 0; i < sizeof(report_places) / sizeof(report_places[0]); i++) {
        snprintf(demo->report, sizeof(demo->report), "%s/%s", demo->folder, report_places[i]);
        if (access(demo->report, R_OK) == 0)
            return 0;
    }
    return error_set(err, ERROR_IO, "the sample report is missing; give one: tocsind demo REPORT");
}

static int cluster_start(struct demo *demo, struct error *err)
{
    char why[256];

    demo->handle = rd_kafka_new(RD_KAFKA_PRODUCER, NULL, why, sizeof(why));
    if (demo->handle == NULL)
        return error_set(err, ERROR_FATAL, "cannot start the cluster in memory: %s", why);
    demo->cluster = rd_kafka_mock_cluster_new(demo->handle, 1);
    if (demo->cluster == NULL)
        return error_set(err, ERROR_FATAL, "cannot start the cluster in memory");
    return 0;
}

static int config_make(struct demo *demo, struct error *err)
{
    char text[sizeof(config_text) + sizeof(slack_text) + 256];
    int bytes =
        snprintf(text, sizeof(text), config_text, rd_kafka_mock_cluster_bootstraps(demo->cluster));

    if (getenv("SLACK_WEBHOOK_URL") != NULL)
        bytes += snprintf(text + bytes, sizeof(text) - (size_t)bytes, "%s", slack_text);
    return config_parse("demo", text, (size_t)bytes, &demo->config, err);
}

static int topics_create(struct demo *demo, struct error *err)
{
    struct topics_plan plan;

    if (topics_plan(demo->config, &plan, err) != 0)
        return -1;
    for (size_t i = 0; i < plan.count; i++) {
        rd_kafka_resp_err_t code = rd_kafka_mock_topic_create(demo->cluster, plan.rows[i].name,
                                                              plan.rows[i].partitions, 1);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
            return error_set(err, ERROR_FATAL, "cannot create %s: %s", plan.rows[i].name,
                             rd_kafka_err2str(code));
    }
    return 0;
}

static int crew_wait_ready(const struct demo *demo, struct error *err)
{
    const struct role_status *correlate = crew_status(demo->crew, "correlate");
    const struct role_status *deliver = crew_status(demo->crew, "deliver");

    for (long waited = 0; waited < DEMO_READY_MS_MAX; waited += DEMO_TICK_MS) {
        if (crew_broken(demo->crew))
            return error_set(err, ERROR_FATAL, "a role ended");
        if (atomic_load(&correlate->ready) && atomic_load(&deliver->ready))
            return 0;
        sleep_ms(DEMO_TICK_MS);
    }
    return error_set(err, ERROR_RETRIABLE, "the roles were not ready within %d s",
                     DEMO_READY_MS_MAX / 1000);
}

/* The program that CI runs, as CI would run it. */
static int report_publish(const struct demo *demo, struct error *err)
{
    char program[PATH_MAX + 16];
    char *brokers = (char *)(uintptr_t)rd_kafka_mock_cluster_bootstraps(demo->cluster);
    char *arguments[] = {program,    "publish",    (char *)(uintptr_t)demo->report,
                         "--prefix", "demo.",      "-b",
                         brokers,    "--pipeline", "demo",
                         NULL};
    pid_t pid;
    int status;

    snprintf(program, sizeof(program), "%s/tocsin", demo->folder);
    if (posix_spawn(&pid, program, NULL, NULL, arguments, environ) != 0)
        return error_set(err, ERROR_IO, "cannot start %s", program);
    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return error_set(err, ERROR_INPUT, "tocsin publish %s failed", demo->report);
    return 0;
}

static int told_wait(const struct demo *demo, struct error *err)
{
    const struct role_status *correlate = crew_status(demo->crew, "correlate");
    const struct role_status *deliver = crew_status(demo->crew, "deliver");
    uint_fast64_t partitions = (uint_fast64_t)demo->config->topics.partitions;
    int quiet = 0;

    for (long waited = 0; waited < DEMO_TOLD_MS_MAX; waited += DEMO_TICK_MS) {
        if (crew_broken(demo->crew))
            return error_set(err, ERROR_FATAL, "a role ended");
        bool done = atomic_load(&correlate->runs) >= partitions &&
                    atomic_load(&deliver->records) >= atomic_load(&correlate->written) &&
                    atomic_load(&deliver->pending) == 0;
        quiet = done ? quiet + 1 : 0;
        if (quiet >= DEMO_QUIET_TICKS)
            return 0;
        sleep_ms(DEMO_TICK_MS);
    }
    return error_set(err, ERROR_RETRIABLE, "not everything was told within %d s",
                     DEMO_TOLD_MS_MAX / 1000);
}

static int demo_run(struct demo *demo, const char *report, struct error *err)
{
    if (folder_find(demo, err) != 0 || report_find(demo, report, err) != 0 ||
        cluster_start(demo, err) != 0 || config_make(demo, err) != 0 ||
        topics_create(demo, err) != 0)
        return -1;
    fprintf(stderr, "A Kafka in memory, which keeps nothing, is at %s.\n",
            rd_kafka_mock_cluster_bootstraps(demo->cluster));
    if (crew_start(demo->config, NULL, true, &demo->crew, err) != 0 ||
        crew_wait_ready(demo, err) != 0)
        return -1;
    fprintf(stderr, "$ tocsin publish %s\n", demo->report);
    if (report_publish(demo, err) != 0)
        return -1;
    return told_wait(demo, err);
}

static int demo_end(struct demo *demo, struct error *err)
{
    int rc = demo->crew != NULL ? crew_stop(demo->crew, err) : 0;

    if (demo->cluster != NULL)
        rd_kafka_mock_cluster_destroy(demo->cluster);
    if (demo->handle != NULL)
        rd_kafka_destroy(demo->handle);
    config_free(demo->config);
    return rc;
}

int demo_command(int argc, char **argv)
{
    struct demo demo = {0};
    struct error err = {0};

    if (argc > 1 || (argc == 1 && argv[0][0] == '-')) {
        fprintf(stderr, "usage: tocsind demo [REPORT]\n");
        return EX_USAGE;
    }
    log_setup(LOG_WARNING, LOG_LOGFMT, STDERR_FILENO);
    int rc = demo_run(&demo, argc == 1 ? argv[0] : NULL, &err);
    if (demo_end(&demo, &err) != 0)
        rc = -1;
    if (rc != 0) {
        fprintf(stderr, "tocsind demo: %s\n", err.text);
        return err.kind == ERROR_INPUT ? EX_DATAERR : EX_SOFTWARE;
    }
    fprintf(stderr, "Done. Next: README.md, \"Use it\".\n");
    return EX_OK;
}
