/*
 * publisher.c - many threads on one publisher of libtocsin and a mock cluster, for ThreadSanitizer.
 *
 * Each publishes findings of its own and the same ones as all others, says what it tried, counts
 * and flushes beside the others. Ends with 0 when every record was acknowledged and nothing was
 * counted twice.
 */
#include <librdkafka/rdkafka.h>

#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/race/c11_threads.h"
#include "tocsin.h"

#define THREADS  8
#define FINDINGS 200
#define SHARED   20 /* of each thread's, the same for all */

static struct tocsin_publisher *publisher;

static void must(int rc, const struct tocsin_error *error)
{
    if (rc == 0)
        return;
    fprintf(stderr, "publisher: %s\n", error->text);
    exit(1);
}

static void publish(long thread, int i)
{
    struct tocsin_finding finding;
    struct tocsin_error error;
    char prompt[64];

    snprintf(prompt, sizeof(prompt), "prompt %d of %ld", i, i < SHARED ? -1L : thread);
    tocsin_finding_init(&finding);
    finding.rule = i % 2 ? "race/odd/d" : "race/even/d";
    finding.title = "t";
    finding.prompt = prompt;
    must(tocsin_publisher_publish(publisher, &finding, &error), &error);
}

static void *work(void *argument)
{
    long thread = *(long *)argument;
    struct tocsin_error error;
    struct tocsin_counts counts;

    for (int i = 0; i < FINDINGS; i++) {
        publish(thread, i);
        must(tocsin_publisher_tried(publisher, "race/odd/d", NULL, NULL, NULL, 1, 0, &error),
             &error);
        if (i % 50 == 0)
            tocsin_publisher_counts(publisher, &counts);
    }
    must(tocsin_publisher_flush(publisher, &error), &error);
    return NULL;
}

static rd_kafka_mock_cluster_t *start_cluster(rd_kafka_t **ret_handle)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char why[256];

    rd_kafka_conf_set(conf, "log_level", "0", why, sizeof(why));
    *ret_handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
    return *ret_handle ? rd_kafka_mock_cluster_new(*ret_handle, 1) : NULL;
}

int main(void)
{
    rd_kafka_t *handle;
    rd_kafka_mock_cluster_t *cluster = start_cluster(&handle);
    const struct tocsin_pair options[] = {
        {"brokers", cluster ? rd_kafka_mock_cluster_bootstraps(cluster) : ""},
        {"model", "helpbot"},
        {"target", "acme/helpbot"},
    };
    pthread_t threads[THREADS];
    long numbers[THREADS];
    struct tocsin_counts counts;
    struct tocsin_error error;

    must(tocsin_publisher_open(options, 3, &publisher, &error), &error);
    for (long i = 0; i < THREADS; i++) {
        numbers[i] = i;
        pthread_create(&threads[i], NULL, work, &numbers[i]);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    tocsin_publisher_counts(publisher, &counts);
    must(tocsin_publisher_close(publisher, TOCSIN_RUN_COMPLETE, &error), &error);
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(handle);
    if (counts.published == THREADS * FINDINGS && counts.acknowledged == counts.published &&
        counts.problems == 2)
        return 0;
    fprintf(stderr, "publisher: %llu published, %llu acknowledged, %llu problems\n",
            (unsigned long long)counts.published, (unsigned long long)counts.acknowledged,
            (unsigned long long)counts.problems);
    return 1;
}
