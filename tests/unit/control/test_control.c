/*
 * test_control.c - the thread that reads `control`, and the writer, on librdkafka's mock cluster.
 *
 * What needs transactions, or a topic that is made anew, is tested on a real Kafka.
 */
#include "consumer/control/control.h"

#include <criterion/criterion.h>
#include <librdkafka/rdkafka.h>

#include <librdkafka/rdkafka_mock.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "consumer/control/writer.h"
#include "consumer/kafka/client.h"

#define WAIT_MS 20000
#define PRINT_A "v1:0000000000000000000000000000000a"

static rd_kafka_t *owner;
static rd_kafka_mock_cluster_t *cluster;
static struct label kafka;
static struct control_config config;
static struct control *control;
static struct control_writer *writer;

static void quiet(int level, const char *who, const char *text)
{
    (void)level;
    (void)who;
    (void)text;
}

static void start(void)
{
    char reason[256];

    client_set_logger(quiet);
    owner = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), reason, sizeof(reason));
    cluster = rd_kafka_mock_cluster_new(owner, 1);
    rd_kafka_mock_topic_create(cluster, "control", CONTROL_PARTITIONS, 1);
    kafka = (struct label){"bootstrap.servers", rd_kafka_mock_cluster_bootstraps(cluster)};
    config = (struct control_config){
        .kafka = &kafka, .kafka_count = 1, .topic = "control", .group = "control", .instance = "1"};
    cr_assert_eq(control_writer_new(&config, &writer, NULL), 0);
}

static void stop(void)
{
    control_free(control);
    control_writer_free(writer);
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(owner);
}

TestSuite(control, .init = start, .fini = stop, .timeout = 60);

static void open_control(void)
{
    struct error err = {0};

    cr_assert_eq(control_new(&config, &control, &err), 0, "%s", err.text);
    cr_assert_eq(control_wait_ready(control, WAIT_MS, &err), 0, "%s", err.text);
}

static void put_accepted(int64_t until_ms)
{
    struct accepted accepted = {.fingerprint = PRINT_A, .until_ms = until_ms, .updated_ms = 1};
    struct error err = {0};

    cr_assert_eq(control_writer_accepted(writer, &accepted, &err), 0, "%s", err.text);
    cr_assert_eq(control_writer_flush(writer, WAIT_MS, &err), 0, "%s", err.text);
}

static bool muted(void)
{
    const struct mute_subject subject = {.fingerprint = PRINT_A};
    struct mute mute;

    return control_muted(control, &subject, 1000, &mute);
}

/* Until the next event, at most `wait_ms`. */
static bool event(int wait_ms)
{
    struct pollfd fd = {.fd = control_event_fd(control), .events = POLLIN};
    bool readable = poll(&fd, 1, wait_ms) == 1;

    control_event_take(control);
    return readable;
}

Test(control, what_is_there_at_the_start_is_known_when_it_is_ready)
{
    put_accepted(2000);
    open_control();
    cr_assert(muted());
    cr_assert_not(control_is_empty(control));
}

Test(control, is_not_ready_before_it_has_read)
{
    struct error err = {0};

    rd_kafka_mock_broker_set_down(cluster, 1);
    cr_assert_eq(control_new(&config, &control, &err), 0);
    cr_assert_eq(control_wait_ready(control, 300, &err), -1);
    cr_assert_eq(err.kind, ERROR_RETRIABLE);
    cr_assert(strstr(err.text, "control cannot be read to its end"));
    cr_assert_not(control_ready(control));
    rd_kafka_mock_broker_set_up(cluster, 1);
    cr_assert_eq(control_wait_ready(control, WAIT_MS, NULL), 0);
}

Test(control, what_comes_later_is_seen_within_a_second)
{
    uint64_t before;

    open_control();
    cr_assert(control_is_empty(control));
    while (event(0))
        ;
    before = control_changes(control);
    put_accepted(2000);
    cr_assert(event(1000));
    cr_assert_gt(control_changes(control), before);
    cr_assert(muted());
    cr_assert_not(event(0), "an event is taken once");
    cr_assert_eq(control_writer_remove(writer, ACCEPTED_KEY_PREFIX PRINT_A, NULL), 0);
    cr_assert_eq(control_writer_flush(writer, WAIT_MS, NULL), 0);
    cr_assert(event(1000));
    cr_assert_not(muted());
}

Test(control, a_silence_that_nobody_could_use_is_not_written)
{
    struct silence silence = {.id = "s", .starts_ms = 1, .ends_ms = 2, .updated_ms = 1};
    struct error err = {0};

    cr_assert_eq(control_writer_silence(writer, &silence, &err), -1);
    cr_assert_eq(err.kind, ERROR_INPUT);
}

Test(control, a_topic_that_is_not_there_is_an_error_for_the_writer)
{
    struct control_writer *other;
    struct error err = {0};

    config.topic = "nowhere";
    rd_kafka_mock_topic_set_error(cluster, "nowhere", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    cr_assert_eq(control_writer_new(&config, &other, &err), -1);
    cr_assert_eq(err.kind, ERROR_INPUT);
    cr_assert(strstr(err.text, "nowhere"));
    cr_assert_null(other);
}

Test(control, what_the_brokers_refuse_is_not_written)
{
    struct accepted accepted = {.fingerprint = PRINT_A, .until_ms = 1, .updated_ms = 1};
    struct error err = {0};

    rd_kafka_mock_push_request_errors(cluster, 0 /* Produce */, 1,
                                      RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    cr_assert_eq(control_writer_accepted(writer, &accepted, NULL), 0);
    cr_assert_eq(control_writer_flush(writer, WAIT_MS, &err), -1);
    cr_assert(strstr(err.text, "control does not take the records"));
}

Test(control, stops_while_it_waits_for_brokers)
{
    rd_kafka_mock_broker_set_down(cluster, 1);
    cr_assert_eq(control_new(&config, &control, NULL), 0);
    control_free(control);
    control = NULL;
}
