/*
 * test_tocsin.c - the public API against librdkafka's mock cluster, and without any broker.
 */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tocsin.h"

static struct tocsin_error error;

static struct tocsin_publisher *open_mock(void)
{
    /* the mock cluster is inside the client; brokers is then only a name */
    static const struct tocsin_pair options[] = {
        {"brokers", "127.0.0.1:9"}, {"kafka.test.mock.num.brokers", "1"},
        {"run_id", "run-1"},        {"repository", "acme/helpbot"},
        {"model", "helpbot"},       {"min_severity", "low"}};
    struct tocsin_publisher *publisher = NULL;

    cr_assert_eq(
        tocsin_publisher_open(options, sizeof(options) / sizeof(options[0]), &publisher, &error), 0,
        "%s", error.text);
    return publisher;
}

static struct tocsin_finding finding_of(const char *output)
{
    struct tocsin_finding finding;

    tocsin_finding_init(&finding);
    finding.rule = "t/p/d";
    finding.title = "Something";
    finding.prompt = "hi";
    finding.output = output;
    return finding;
}

Test(tocsin, publish_flush_close)
{
    const struct tocsin_pair label = {"intent", "x"};
    struct tocsin_publisher *publisher = open_mock();
    struct tocsin_finding finding = finding_of("yo");
    struct tocsin_counts counts;
    static const char json[] =
        "{\"rule\":{\"id\":\"t/p/e\"},\"severity\":\"info\",\"confidence\":1}";

    finding.labels = &label;
    finding.labels_count = 1;
    cr_assert_eq(tocsin_publisher_publish(publisher, &finding, &error), 0, "%s", error.text);
    cr_assert_eq(tocsin_publisher_publish_json(publisher, json, strlen(json), &error), 0, "%s",
                 error.text);
    cr_assert_eq(tocsin_publisher_tried(publisher, "t/p/d", NULL, NULL, NULL, 5, 1, &error), 0);
    cr_assert_eq(tocsin_publisher_flush(publisher, &error), 0, "%s", error.text);
    tocsin_publisher_counts(publisher, &counts);
    cr_assert_eq(counts.published, 1);
    cr_assert_eq(counts.withheld, 1);
    cr_assert_eq(counts.acknowledged, 1);
    cr_assert_eq(counts.problems, 1);
    cr_assert_eq(tocsin_publisher_close(publisher, TOCSIN_RUN_COMPLETE, &error), 0, "%s",
                 error.text);
    cr_assert_eq(error.code, TOCSIN_OK);
}

#define THREADS       4
#define FINDINGS_EACH 200

static void *publish_many(void *ctx)
{
    static _Atomic int next_thread;
    int thread = next_thread++;

    for (int i = 0; i < FINDINGS_EACH; i++) {
        char output[64];
        struct tocsin_finding finding;

        snprintf(output, sizeof(output), "thread %d output %d", thread, i);
        finding = finding_of(output);
        if (tocsin_publisher_publish(ctx, &finding, NULL))
            return "failed";
    }
    return NULL;
}

Test(tocsin, threads)
{
    struct tocsin_publisher *publisher = open_mock();
    pthread_t threads[THREADS];
    struct tocsin_counts counts;

    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, publish_many, publisher), 0);
    for (int i = 0; i < THREADS; i++) {
        void *failed;

        cr_assert_eq(pthread_join(threads[i], &failed), 0);
        cr_assert_null(failed);
    }
    cr_assert_eq(tocsin_publisher_flush(publisher, &error), 0, "%s", error.text);
    tocsin_publisher_counts(publisher, &counts);
    cr_assert_eq(counts.published, THREADS * FINDINGS_EACH);
    cr_assert_eq(counts.acknowledged, THREADS * FINDINGS_EACH);
    cr_assert_eq(tocsin_publisher_close(publisher, TOCSIN_RUN_PARTIAL, &error), 0);
}

Test(tocsin, options_that_are_refused)
{
    static const struct tocsin_pair rows[][2] = {
        {{"brokers", "h:1"}, {"no_such", "1"}},
        {{"run_id", "x"}, {"model", "m"}}, /* no brokers */
        {{"brokers", "h:1"}, {"timeout_ms", "99"}},
        {{"brokers", "h:1"}, {"timeout_ms", "1s"}},
        {{"brokers", "h:1"}, {"min_severity", "bad"}},
        {{"brokers", "h:1"}, {"min_confidence", "2"}},
        {{"brokers", "h:1"}, {"shard", "2"}},
        {{"brokers", "h:1"}, {"kafka.no.such", "1"}},
        {{"brokers", "h:1"}, {"topic", NULL}},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tocsin_publisher *publisher = NULL;

        cr_expect_eq(tocsin_publisher_open(rows[i], 2, &publisher, &error), -1, "row %zu", i);
        cr_expect_eq(error.code, TOCSIN_ERROR_INPUT, "row %zu", i);
        cr_expect_null(publisher);
    }
}

Test(tocsin, findings_that_are_refused)
{
    struct tocsin_publisher *publisher = open_mock();
    struct tocsin_finding rows[4] = {finding_of("a"), finding_of("a"), finding_of("a"),
                                     finding_of("a")};

    rows[0].rule = NULL;
    rows[1].confidence = 1.5;
    rows[2].severity = (enum tocsin_severity)9;
    rows[3].size = 8;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_expect_eq(tocsin_publisher_publish(publisher, &rows[i], &error), -1, "row %zu", i);
        cr_expect_eq(error.code, TOCSIN_ERROR_INPUT, "row %zu", i);
    }
    cr_assert_eq(tocsin_publisher_publish_json(publisher, "[]", 2, &error), -1);
    cr_assert_eq(tocsin_publisher_publish_json(publisher, "{", 1, NULL), -1);
    cr_assert_eq(tocsin_publisher_tried(publisher, "r", "m", NULL, NULL, 1, 2, &error), -1);
    cr_assert_eq(tocsin_publisher_close(publisher, TOCSIN_RUN_CRASHED, &error), 0, "%s",
                 error.text);
}

Test(tocsin, a_broker_that_is_away)
{
    static const struct tocsin_pair options[] = {
        {"brokers", "127.0.0.1:9"}, {"timeout_ms", "500"}, {"model", "m"}};
    struct tocsin_finding finding = finding_of("yo");
    struct tocsin_publisher *publisher;
    time_t begun = time(NULL);

    cr_assert_eq(tocsin_publisher_open(options, 3, &publisher, &error), 0, "%s", error.text);
    cr_assert_eq(tocsin_publisher_publish(publisher, &finding, &error), 0, "%s", error.text);
    cr_assert_eq(tocsin_publisher_close(publisher, TOCSIN_RUN_COMPLETE, &error), -1);
    cr_assert_eq(error.code, TOCSIN_ERROR_AGAIN);
    cr_assert(strstr(error.text, "acknowledged nothing"), "%s", error.text);
    cr_assert_leq(time(NULL) - begun, 5);
}

Test(tocsin, nothing_to_close)
{
    cr_assert_eq(tocsin_publisher_close(NULL, TOCSIN_RUN_COMPLETE, NULL), 0);
    cr_assert_eq(tocsin_abi_version(), TOCSIN_ABI_VERSION);
}
