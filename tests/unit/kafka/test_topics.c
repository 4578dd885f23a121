/* The plan of topics, and which difference of a topic is a problem and which only a warning. */
#include <criterion/criterion.h>
#include <string.h>

#include "consumer/kafka/properties.h"
#include "consumer/kafka/topics_check.h"

static struct config *parse(const char *sections)
{
    char text[1024];
    struct config *config = NULL;
    struct error err = {0};
    int bytes = snprintf(text, sizeof(text), "%s\nroute: {receiver: a}\nreceivers: [{name: a}]\n",
                         sections);

    cr_assert_eq(config_parse("f", text, (size_t)bytes, &config, &err), 0, "%s", err.text);
    return config;
}

static struct topics_plan plan_of(const char *sections)
{
    struct config *config = parse(sections);
    struct topics_plan plan;
    struct error err = {0};

    cr_assert_eq(topics_plan(config, &plan, &err), 0, "%s", err.text);
    config_free(config);
    return plan;
}

static const char *planned(const struct topic_plan *row, const char *name)
{
    for (size_t i = 0; i < row->settings_count; i++) {
        if (strcmp(row->settings[i].name, name) == 0)
            return row->settings[i].value;
    }
    return "";
}

Test(plan, is_design_md_s_table)
{
    static const struct {
        const char *name, *cleanup, *retention, *bytes, *time;
        int32_t partitions;
    } rows[] = {
        {"p.findings", "delete", "604800000", "1048588", "LogAppendTime", 3},
        {"p.alerts", "compact", "", "1048588", "", 3},
        {"p.state", "compact", "", "1048588", "", 3},
        {"p.notifications", "delete", "604800000", "1048588", "", 5},
        {"p.deliveries", "compact", "", "1048588", "", 5},
        {"p.dead-letter", "delete", "7776000000", "1114124", "", 3},
        {"p.retry.1s", "delete", "604800000", "1048588", "", 5},
        {"p.retry.1m", "delete", "604800000", "1048588", "", 5},
        {"p.control", "compact", "", "1048588", "", 2},
    };
    const struct topics_plan plan = plan_of("topics: {prefix: p., partitions: 3, "
                                            "notification_partitions: 5, retry_tiers: [1s, 1m]}");

    cr_assert_eq(plan.count, sizeof(rows) / sizeof(rows[0]));
    for (size_t i = 0; i < plan.count; i++) {
        const struct topic_plan *row = &plan.rows[i];
        bool compact = strcmp(rows[i].cleanup, "compact") == 0;

        cr_assert_str_eq(row->name, rows[i].name);
        cr_assert_eq(row->partitions, rows[i].partitions, "%s", row->name);
        cr_assert_eq(row->replication, 3);
        cr_assert_str_eq(planned(row, "cleanup.policy"), rows[i].cleanup);
        cr_assert_str_eq(planned(row, "retention.ms"), rows[i].retention);
        cr_assert_str_eq(planned(row, "max.message.bytes"), rows[i].bytes);
        cr_assert_str_eq(planned(row, "message.timestamp.type"), rows[i].time);
        cr_assert_str_eq(planned(row, "segment.bytes"), compact ? "67108864" : "");
        cr_assert_str_eq(planned(row, "max.compaction.lag.ms"), compact ? "3600000" : "");
        cr_assert_str_eq(planned(row, "min.insync.replicas"), "2");
    }
}

Test(plan, min_insync_lets_a_broker_fail_where_it_can)
{
    static const char *const expected[] = {"1", "1", "2", "2"};
    char text[64];

    for (int copies = 1; copies <= 4; copies++) {
        snprintf(text, sizeof(text), "topics: {replication: %d}", copies);
        const struct topics_plan plan = plan_of(text);

        cr_assert_str_eq(planned(&plan.rows[0], "min.insync.replicas"), expected[copies - 1]);
    }
}

/* A topic as planned, but for one setting. */
struct fake {
    const struct topic_plan *plan;
    const char *name, *value;
};

static const char *fake_value(const void *self, const char *name)
{
    const struct fake *fake = self;

    if (fake->name && strcmp(fake->name, name) == 0)
        return fake->value;
    return planned(fake->plan, name);
}

static struct topics_report report;

static const struct topics_note *compare(const struct topic_plan *plan, const char *name,
                                         const char *value)
{
    const struct fake fake = {plan, name, value};
    const struct topic_actual actual = {.exists = true,
                                        .partitions = plan->partitions,
                                        .replication = plan->replication,
                                        .value = fake_value,
                                        .self = &fake};

    report = (struct topics_report){0};
    topic_compare(plan, &actual, &report);
    cr_assert_eq(report.count, 1);
    return &report.notes[0];
}

Test(compare, settings_by_harm)
{
    const struct topics_plan plan = plan_of("topics: {prefix: p.}");
    static const struct {
        size_t row; /* 0: findings, 1: alerts */
        const char *name, *value;
        enum topics_note_kind kind;
    } rows[] = {
        {0, NULL, NULL, TOPIC_GOOD},
        {0, "cleanup.policy", "compact", TOPIC_PROBLEM},
        {0, "cleanup.policy", "compact,delete", TOPIC_PROBLEM},
        {1, "cleanup.policy", "delete", TOPIC_PROBLEM},
        {0, "max.message.bytes", "1048587", TOPIC_PROBLEM},
        {0, "max.message.bytes", "1048589", TOPIC_GOOD},
        {0, "message.timestamp.type", "CreateTime", TOPIC_PROBLEM},
        {0, "min.insync.replicas", "1", TOPIC_WARNING},
        {0, "min.insync.replicas", "3", TOPIC_GOOD},
        {0, "retention.ms", "604799999", TOPIC_WARNING},
        {0, "retention.ms", "-1", TOPIC_GOOD},
        {1, "segment.bytes", "1073741824", TOPIC_WARNING},
        {1, "segment.bytes", "1048576", TOPIC_GOOD},
        {1, "max.compaction.lag.ms", "9223372036854775807", TOPIC_WARNING},
        {0, "retention.ms", NULL, TOPIC_WARNING},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct topics_note *note =
            compare(&plan.rows[rows[i].row], rows[i].name, rows[i].value);

        cr_assert_eq(note->kind, rows[i].kind, "%s", note->text);
        cr_assert_eq(report.problems, rows[i].kind == TOPIC_PROBLEM);
    }
    cr_assert_str_eq(compare(&plan.rows[0], "retention.ms", "1")->text,
                     "topic p.findings: retention.ms is 1, it should be at least 604800000: less "
                     "time to come back after an outage");
}

Test(compare, counts)
{
    const struct topics_plan plan = plan_of("topics: {prefix: p., partitions: 3}");
    struct fake fake = {.plan = &plan.rows[0]};
    struct topic_actual actual = {
        .exists = true, .partitions = 4, .replication = 2, .value = fake_value, .self = &fake};

    report = (struct topics_report){0};
    topic_compare(&plan.rows[0], &actual, &report);
    cr_assert_eq(report.count, 2);
    cr_assert_str_eq(report.notes[0].text,
                     "topic p.findings has 4 partitions, the configuration says 3: set it to 4, or "
                     "choose another topics.prefix");
    cr_assert_eq(report.notes[0].kind, TOPIC_PROBLEM);
    cr_assert_str_eq(report.notes[1].text,
                     "topic p.findings has 2 copies, topics.replication says 3");
    cr_assert_eq(report.notes[1].kind, TOPIC_WARNING);

    actual.replication = 3;
    fake.plan = &plan.rows[5]; /* dead-letter: no key has its place in it */
    report = (struct topics_report){0};
    topic_compare(&plan.rows[5], &actual, &report);
    cr_assert_eq(report.notes[0].kind, TOPIC_GOOD, "%s", report.notes[0].text);

    actual.exists = false;
    report = (struct topics_report){0};
    topic_compare(&plan.rows[0], &actual, &report);
    cr_assert_eq(report.problems, 1);
    cr_assert(strstr(report.notes[0].text, "topic p.findings is missing"));
}

Test(compare, topology)
{
    const struct topology created = {.findings = 6, .notifications = 6};
    const struct topology grown = {.findings = 12, .notifications = 6};

    report = (struct topics_report){0};
    topology_compare(&created, &created, "p.", &report);
    cr_assert_eq(report.count, 0);
    topology_compare(&created, &grown, "p.", &report);
    cr_assert_eq(report.problems, 1);
    cr_assert(strstr(report.notes[0].text,
                     "topic p.findings was created with 6 partitions and has 12 now"));
}

Test(report, notes_beyond_the_limit_still_count_as_problems)
{
    report = (struct topics_report){0};
    for (size_t i = 0; i <= TOPICS_NOTES_MAX; i++)
        topics_note_put(&report, TOPIC_PROBLEM, "x");
    cr_assert_eq(report.count, TOPICS_NOTES_MAX);
    cr_assert_eq(report.problems, TOPICS_NOTES_MAX + 1);
}

static size_t check(const char *kafka, struct error problems[2])
{
    struct config *config = parse(kafka);
    size_t count = properties_check(config, problems, 2);

    config_free(config);
    return count;
}

Test(properties, each_problem_has_its_line_and_no_value)
{
    struct error problems[2] = {0};

    cr_assert_eq(check("kafka:\n  bootstrap.servers: h:1\n  debug: broker", problems), 0);
    cr_assert_eq(check("kafka:\n  bootstrap.servers: h:1\n  no.such: secret\n"
                       "  enable.auto.commit: 'true'",
                       problems),
                 2);
    cr_assert_eq(strncmp(problems[0].text, "f:3:3: kafka.no.such: librdkafka ", 33), 0, "%s",
                 problems[0].text);
    cr_assert_eq(strncmp(problems[1].text, "f:4:3: kafka.enable.auto.commit ", 32), 0, "%s",
                 problems[1].text);
    cr_assert(!strstr(problems[0].text, "secret"));
    cr_assert_eq(check("kafka:\n  bootstrap.servers: h:1\n  linger.ms: hunter2", problems), 1);
    cr_assert_str_eq(problems[0].text, "f:3:3: kafka.linger.ms: librdkafka refuses the value");
    cr_assert_eq(check("", problems), 1);
    cr_assert(strstr(problems[0].text, "bootstrap.servers is missing"));
}

Test(properties, what_the_transaction_rules_own_is_refused)
{
    static const char *const owned[] = {"enable.auto.commit", "isolation.level",
                                        "transactional.id",   "partition.assignment.strategy",
                                        "partitioner",        "group.id",
                                        "auto.offset.reset",  "enable.idempotence",
                                        "group.instance.id"};
    struct error problems[2] = {0};
    char text[128];

    for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++) {
        snprintf(text, sizeof(text), "kafka:\n  bootstrap.servers: h:1\n  %s: x", owned[i]);
        cr_assert_eq(check(text, problems), 1);
        cr_assert(strstr(problems[0].text, owned[i]), "%s", problems[0].text);
        cr_assert(!strstr(problems[0].text, "refuses the value"), "%s", problems[0].text);
    }
}
