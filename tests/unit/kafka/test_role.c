/*
 * test_role.c - a role on the mock cluster: restore, positions, refusals, and what each answer of
 * the brokers to a transaction comes to.
 */
#include <poll.h>

#include "mock.h"

static struct mock mock;

static void set_up(void)
{
    mock_init(&mock);
}

static void tear_down(void)
{
    mock_fini(&mock);
}

TestSuite(role, .init = set_up, .fini = tear_down, .timeout = 120);

Test(role, starts_with_empty_topics)
{
    mock_start(&mock);
    cr_assert_eq(role_partitions(mock.role), MOCK_PARTITIONS);
    cr_assert_eq(role_topic_partitions(mock.role, MOCK_OUT), MOCK_PARTITIONS);
    cr_assert_eq(role_topic_partitions(mock.role, MOCK_TOPICS), -1);
    cr_assert_not(role_partition_live(mock.role, 0));
    mock_wait_live(&mock);
    cr_assert_eq(mock.restored, MOCK_PARTITIONS);
    cr_assert_eq(mock.records, 0);
    cr_assert(role_partition_live(mock.role, 1));
    cr_assert_not(role_partition_live(mock.role, 2));
    cr_assert_not(role_partition_live(mock.role, -1));
    cr_assert_eq(role_position(mock.role, MOCK_IN, 0), 0);
}

Test(role, goes_on_at_the_position_of_its_changelog)
{
    topic_index topic;
    rd_kafka_message_t *message;

    mock_produce(&mock, MOCK_IN, 0, "k", "zero");
    mock_produce(&mock, MOCK_IN, 0, "k", "one");
    mock_produce(&mock, MOCK_TABLE, 0, "other", "value");
    mock_produce(&mock, MOCK_TABLE, 0, "pos", "1");
    mock_start(&mock);
    message = mock_poll(&mock, -1, &topic);
    cr_assert_not_null(message);
    cr_assert_eq(mock.records, 2);
    cr_assert_eq(topic, MOCK_IN);
    cr_assert_eq(message->offset, 1);
    cr_assert_eq(role_position(mock.role, MOCK_IN, 0), 2);
    rd_kafka_message_destroy(message);
}

Test(role, side_topics_come_beside_the_input)
{
    topic_index topic;
    rd_kafka_message_t *message;

    mock_produce(&mock, MOCK_SIDE, 1, "k", "wake up");
    mock_start(&mock);
    message = mock_poll(&mock, -1, &topic);
    cr_assert_not_null(message);
    cr_assert_eq(topic, MOCK_SIDE);
    cr_assert_eq(message->partition, 1);
    cr_assert_eq(role_position(mock.role, MOCK_SIDE, 1), 1);
    rd_kafka_message_destroy(message);
}

Test(role, commits_and_a_new_one_restores)
{
    struct error err = {0};
    struct role_counters counters;

    mock_start(&mock);
    mock_wait_live(&mock);
    cr_assert_eq(role_commit(mock.role, mock_batch(&mock, 0), &err), COMMITTED, "%s", err.text);
    role_counters(mock.role, &counters);
    cr_assert_eq(counters.commits, 1);
    role_free(mock.role);
    mock.role = NULL;
    cr_assert_eq(mock.revoking, 1);
    cr_assert_eq(mock.dropped, MOCK_PARTITIONS);
    mock_start(&mock);
    mock_wait_live(&mock);
    cr_assert_eq(mock.records, 1);
    cr_assert_eq(mock.next[0], 0);
}

Test(role, refuses_what_no_fence_would_cover)
{
    struct error err = {0};

    mock_start(&mock);
    mock_wait_live(&mock);

    batch_reset(&mock.batch);
    cr_assert_eq(batch_put(&mock.batch, MOCK_OUT, 0, "k", 1, "v", 1, NULL, NULL), 0);
    cr_assert_eq(role_commit(mock.role, &mock.batch, &err), FATAL);
    cr_assert_eq(err.kind, ERROR_INPUT, "no position");

    err = (struct error){0};
    cr_assert_eq(batch_side_position(&mock.batch, MOCK_SIDE, 0, 1, NULL), 0);
    cr_assert_eq(role_commit(mock.role, &mock.batch, &err), FATAL);
    cr_assert_eq(err.kind, ERROR_INPUT, "a position of a side topic is no fence");

    err = (struct error){0};
    mock_batch(&mock, 0);
    cr_assert_eq(batch_put(&mock.batch, MOCK_TABLE, 1, "k", 1, "v", 1, NULL, NULL), 0);
    cr_assert_eq(role_commit(mock.role, &mock.batch, &err), FATAL);
    cr_assert_eq(err.kind, ERROR_INPUT, "another partition's changelog");

    err = (struct error){0};
    mock_batch(&mock, 0);
    cr_assert_eq(batch_put(&mock.batch, MOCK_OUT, MOCK_PARTITIONS, "k", 1, "v", 1, NULL, NULL), 0);
    cr_assert_eq(role_commit(mock.role, &mock.batch, &err), FATAL);
    cr_assert_eq(err.kind, ERROR_INPUT, "no such partition");

    err = (struct error){0};
    mock_batch(&mock, 0);
    cr_assert_eq(batch_put(&mock.batch, MOCK_TOPICS, 0, "k", 1, "v", 1, NULL, NULL), 0);
    cr_assert_eq(role_commit(mock.role, &mock.batch, &err), FATAL);
    cr_assert_eq(err.kind, ERROR_INPUT, "no such topic");
}

Test(role, a_batch_of_a_partition_that_is_not_live_is_aborted)
{
    struct error err = {0};

    mock_start(&mock);
    cr_assert_eq(role_commit(mock.role, mock_batch(&mock, 0), &err), ABORTED);
    cr_assert_eq(err.kind, ERROR_RETRIABLE);
}

Test(role, an_abort_goes_back_to_the_last_commit)
{
    rd_kafka_message_t *message;
    struct error err = {0};
    topic_index topic;
    char big[20000];

    mock_produce(&mock, MOCK_IN, 0, "k", "zero");
    mock_produce(&mock, MOCK_IN, 0, "k", "one");
    mock_start(&mock);
    for (int i = 0; i < 2; i++) {
        message = mock_poll(&mock, -1, &topic);
        cr_assert_eq(message->offset, i);
        rd_kafka_message_destroy(message);
        if (i == 0)
            cr_assert_eq(role_commit(mock.role, mock_batch(&mock, 1), &err), COMMITTED);
    }
    memset(big, 'x', sizeof(big));
    mock_batch(&mock, 2);
    cr_assert_eq(batch_put(&mock.batch, MOCK_OUT, 0, "k", 1, big, sizeof(big), NULL, NULL), 0);
    cr_assert_eq(role_commit(mock.role, &mock.batch, &err), ABORTED);
    cr_assert_eq(err.kind, ERROR_LIMIT, "the same batch must not come again");
    cr_assert_eq(role_position(mock.role, MOCK_IN, 0), 1);
    cr_assert_eq(mock.dropped, 0);

    message = mock_poll(&mock, -1, &topic);
    cr_assert_eq(message->offset, 1);
    rd_kafka_message_destroy(message);
    cr_assert_eq(role_commit(mock.role, mock_batch(&mock, 2), &err), COMMITTED);
}

/* One answer of a broker in the middle of a transaction. */
struct answer {
    int16_t api;
    rd_kafka_resp_err_t code;
    enum commit_result result;
    bool dropped; /* the group does not know us */
};

enum { PRODUCE = 0, ADD_PARTITIONS = 24, ADD_OFFSETS = 25, END = 26, COMMIT_OFFSETS = 28 };

static const struct answer answers[] = {
    {PRODUCE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, COMMITTED, false},
    {PRODUCE, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, COMMITTED, false},
    {PRODUCE, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, ABORTED, false},
    {ADD_PARTITIONS, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, COMMITTED, false},
    {ADD_PARTITIONS, RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, COMMITTED, false},
    {ADD_OFFSETS, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, COMMITTED, false},
    {ADD_OFFSETS, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, UNKNOWN, true},
    {COMMIT_OFFSETS, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, COMMITTED, false},
    {END, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, COMMITTED, false},
    {END, RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, UNKNOWN, true},
    {END, RD_KAFKA_RESP_ERR_PRODUCER_FENCED, UNKNOWN, true},
    {END, RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID, UNKNOWN, true},
    {END, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, UNKNOWN, true},
};

Test(role, every_answer_has_its_outcome)
{
    struct role_counters counters;
    uint64_t unknown = 0;

    mock_start(&mock);
    for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
        const struct answer *answer = &answers[i];
        struct error err = {0};
        enum commit_result result;

        mock_wait_live(&mock);
        mock.dropped = 0;
        rd_kafka_mock_push_request_errors(mock.cluster, answer->api, 1, answer->code);
        result = role_commit(mock.role, mock_batch(&mock, 0), &err);
        cr_expect_eq(result, answer->result, "row %zu (%s): %d, %s", i,
                     rd_kafka_err2name(answer->code), result, err.text);
        cr_expect_eq(mock.dropped > 0, answer->dropped, "row %zu: %d dropped", i, mock.dropped);
        cr_expect_eq(error_is_set(&err), result != COMMITTED, "row %zu", i);
        unknown += result == UNKNOWN;
        rd_kafka_mock_clear_request_errors(mock.cluster, answer->api);
        mock_wait_live(&mock);
        err = (struct error){0};
        result = ABORTED;
        for (int tries = 0; tries < 3 && result == ABORTED; tries++)
            result = role_commit(mock.role, mock_batch(&mock, 0), &err);
        cr_expect_eq(result, COMMITTED, "after row %zu: %d, %s", i, result, err.text);
    }
    role_counters(mock.role, &counters);
    cr_assert_eq(counters.unknown, unknown);
}

static const struct answer forbidden[] = {
    {PRODUCE, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, FATAL, false},
    {COMMIT_OFFSETS, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, FATAL, false},
    {ADD_OFFSETS, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, FATAL, false},
};

Test(role, what_is_not_allowed_is_fatal)
{
    for (size_t i = 0; i < sizeof(forbidden) / sizeof(*forbidden); i++) {
        struct error err = {0};

        mock_start(&mock);
        mock_wait_live(&mock);
        rd_kafka_mock_push_request_errors(mock.cluster, forbidden[i].api, 1, forbidden[i].code);
        cr_assert_eq(role_commit(mock.role, mock_batch(&mock, 0), &err), FATAL, "row %zu: %s", i,
                     err.text);
        role_free(mock.role);
        mock.role = NULL;
    }
}

Test(role, aborts_in_a_row_wait_longer_each_time)
{
    struct error err = {0};
    topic_index topic;
    int64_t started_ms;
    char big[20000];

    mock_produce(&mock, MOCK_IN, 0, "k", "v");
    mock_start(&mock);
    memset(big, 'x', sizeof(big));
    for (int i = 0; i < 5; i++) {
        started_ms = client_now_ms();
        rd_kafka_message_t *message = mock_poll(&mock, -1, &topic);
        cr_assert_not_null(message);
        rd_kafka_message_destroy(message);
        if (i >= 2)
            cr_assert_geq(client_now_ms() - started_ms, 50 << (i - 2));
        mock_batch(&mock, 1);
        batch_put(&mock.batch, MOCK_OUT, 0, "k", 1, big, sizeof(big), NULL, NULL);
        cr_assert_eq(role_commit(mock.role, &mock.batch, &err), ABORTED);
    }
}

static const rd_kafka_resp_err_t not_a_member[] = {
    RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
    RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID,
    RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
};

Test(role, who_is_no_member_drops_everything)
{
    for (size_t i = 0; i < sizeof(not_a_member) / sizeof(*not_a_member); i++) {
        struct error err = {0};

        mock_start(&mock);
        mock_wait_live(&mock);
        mock.dropped = 0;
        rd_kafka_mock_push_request_errors(mock.cluster, COMMIT_OFFSETS, 1, not_a_member[i]);
        cr_assert_eq(role_commit(mock.role, mock_batch(&mock, 0), &err), ABORTED, "%s",
                     rd_kafka_err2name(not_a_member[i]));
        cr_assert_eq(mock.dropped, MOCK_PARTITIONS);
        cr_assert_eq(role_live_count(mock.role), 0);
        role_free(mock.role);
        mock.role = NULL;
    }
}

Test(role, doubt_after_doubt_is_fatal)
{
    enum commit_result result = UNKNOWN;
    struct error err;
    int doubts = 0;

    mock_start(&mock);
    while (result == UNKNOWN && doubts < 20) {
        mock_wait_live(&mock);
        err = (struct error){0};
        rd_kafka_mock_push_request_errors(mock.cluster, END, 1, RD_KAFKA_RESP_ERR_PRODUCER_FENCED);
        result = role_commit(mock.role, mock_batch(&mock, 0), &err);
        doubts++;
    }
    cr_assert_eq(result, FATAL);
    cr_assert_eq(doubts, 6);
    cr_assert_not_null(strstr(err.text, "another process"));
}

Test(role, its_file_descriptor_tells_of_a_record)
{
    rd_kafka_message_t *message = NULL;
    struct error err = {0};
    topic_index topic;
    int64_t until_ms;

    mock_start(&mock);
    mock_wait_live(&mock);
    cr_assert_eq(role_wait_ms(mock.role, 1000), 1000);
    while (role_poll(mock.role, 0, &message, &topic, &err) == 0 && message != NULL)
        rd_kafka_message_destroy(message);
    mock_produce(&mock, MOCK_IN, 1, "k", "v");
    until_ms = client_now_ms() + MOCK_WAIT_MS;
    while (message == NULL && client_now_ms() < until_ms) {
        struct pollfd fd = {.fd = role_event_fd(mock.role), .events = POLLIN};

        cr_assert_eq(poll(&fd, 1, MOCK_WAIT_MS), 1);
        cr_assert_eq(role_poll(mock.role, 0, &message, &topic, &err), 0);
    }
    cr_assert_not_null(message);
    rd_kafka_message_destroy(message);
}

Test(role, names_what_is_wrong_at_the_start)
{
    struct error err = {0};

    mock.topics[MOCK_OUT].use = TOPIC_INPUT;
    cr_assert_eq(role_new(&mock.config, &mock_ops, &mock, &mock.role, &err), -1);
    cr_assert_eq(err.kind, ERROR_INPUT);
    mock.topics[MOCK_OUT].use = TOPIC_OUTPUT;

    err = (struct error){0};
    mock.config.topics_count = ROLE_TOPICS_MAX + 1;
    cr_assert_eq(role_new(&mock.config, &mock_ops, &mock, &mock.role, &err), -1);
    cr_assert_eq(err.kind, ERROR_LIMIT);
    mock.config.topics_count = MOCK_TOPICS;

    err = (struct error){0};
    rd_kafka_mock_topic_create(mock.cluster, "narrow", 1, 1);
    mock.topics[MOCK_SIDE].name = "narrow";
    cr_assert_eq(role_new(&mock.config, &mock_ops, &mock, &mock.role, &err), -1);
    cr_assert_eq(err.kind, ERROR_INPUT);
    cr_assert_not_null(strstr(err.text, "narrow has 1 partitions"));
    cr_assert_null(mock.role);
}
