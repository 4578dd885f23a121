/*
 * role_transaction.c - begin, produce, send offsets, flush, commit; or abort.
 *
 * Every call to librdkafka that may fail is answered by answer_of(): done, the same call again,
 * abort, or broken. Records are flushed before commit_transaction, so that a record which can't be
 * written aborts while the outcome is still certain. librdkafka 2.0.2 may fail a transaction
 * locally whose commit has already reached the broker; so nothing that commit_transaction says but
 * yes is believed.
 */
#include "consumer/kafka/role_transaction.h"

#include <string.h>
#include <syslog.h>

#define PRODUCE_WAIT_MS           10
#define RETRY_PAUSE_MS            20
#define OFFSETS_TIMEOUT_MS        10000
#define UNTIL_TRANSACTION_TIMEOUT (-1)

enum answer { ANSWER_DONE, ANSWER_AGAIN, ANSWER_ABORT, ANSWER_BROKEN };

static void on_delivered(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
    struct transactor *transactor = opaque;

    (void)rk;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR ||
        transactor->failed != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    transactor->failed = message->err;
    for (size_t i = 0; i < transactor->topics_count; i++)
        if (transactor->handles[i] == message->rkt)
            transactor->failed_topic = transactor->topics[i].name;
}

static bool says_not_a_member(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION ||
           code == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID ||
           code == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS ||
           code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID;
}

static bool says_forbidden(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
           code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED ||
           code == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED ||
           code == RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
}

static void note(struct transactor *transactor, rd_kafka_resp_err_t code)
{
    transactor->membership_lost = transactor->membership_lost || says_not_a_member(code);
    transactor->forbidden = transactor->forbidden || says_forbidden(code);
}

/* Consumes the error. */
static enum answer answer_of(struct transactor *transactor, const char *call, int64_t deadline_ms,
                             rd_kafka_error_t *error, struct error *err)
{
    enum answer answer = ANSWER_BROKEN;

    if (error == NULL)
        return ANSWER_DONE;
    note(transactor, rd_kafka_error_code(error));
    if (rd_kafka_error_is_fatal(error))
        answer = ANSWER_BROKEN;
    else if (rd_kafka_error_txn_requires_abort(error))
        answer = ANSWER_ABORT;
    else if (rd_kafka_error_is_retriable(error))
        answer = client_now_ms() < deadline_ms ? ANSWER_AGAIN : ANSWER_ABORT;
    if (answer != ANSWER_AGAIN)
        error_set(err, ERROR_RETRIABLE, "%s: %s", call, rd_kafka_error_string(error));
    else
        rd_kafka_poll(transactor->rk, RETRY_PAUSE_MS);
    rd_kafka_error_destroy(error);
    return answer;
}

static rd_kafka_headers_t *headers_of(const struct envelope *envelope)
{
    rd_kafka_headers_t *headers = rd_kafka_headers_new(envelope->count);

    for (size_t i = 0; i < envelope->count; i++)
        rd_kafka_header_add(headers, envelope->headers[i].name, -1, envelope->headers[i].value,
                            (ssize_t)envelope->headers[i].bytes);
    return headers;
}

/* The array form: the macros of the other are no ISO C. */
static rd_kafka_resp_err_t produce_with_headers(struct transactor *transactor,
                                                const struct batch_record *record,
                                                int32_t partition)
{
    rd_kafka_headers_t *headers = headers_of(record->envelope);
    rd_kafka_vu_t values[] = {
        {.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = transactor->handles[record->topic]},
        {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = partition},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
        {.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {record->key, record->key_bytes}},
        {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {record->value, record->value_bytes}},
        {.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers},
    };
    rd_kafka_error_t *error =
        rd_kafka_produceva(transactor->rk, values, sizeof(values) / sizeof(*values));
    rd_kafka_resp_err_t code = rd_kafka_error_code(error);

    if (error != NULL) {
        rd_kafka_error_destroy(error);
        rd_kafka_headers_destroy(headers);
    }
    return code;
}

static rd_kafka_resp_err_t produce(struct transactor *transactor, const struct batch_record *record)
{
    int32_t partition = record->partition;

    if (partition == PARTITION_BY_KEY)
        partition =
            partition_of_key(record->key, record->key_bytes, transactor->partitions[record->topic]);
    if (record->envelope != NULL)
        return produce_with_headers(transactor, record, partition);
    if (rd_kafka_produce(transactor->handles[record->topic], partition, RD_KAFKA_MSG_F_COPY,
                         record->value, record->value_bytes, record->key, record->key_bytes,
                         NULL) == 0)
        return RD_KAFKA_RESP_ERR_NO_ERROR;
    return rd_kafka_last_error();
}

static enum answer not_written(struct transactor *transactor, rd_kafka_resp_err_t code,
                               const char *topic, struct error *err)
{
    enum error_kind kind =
        code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || code == RD_KAFKA_RESP_ERR_INVALID_RECORD
            ? ERROR_LIMIT
            : ERROR_RETRIABLE;

    note(transactor, code);
    error_set(err, kind, "a record for %s can't be written: %s", topic ? topic : "a topic",
              rd_kafka_err2str(code));
    return rd_kafka_fatal_error(transactor->rk, NULL, 0) != RD_KAFKA_RESP_ERR_NO_ERROR
               ? ANSWER_BROKEN
               : ANSWER_ABORT;
}

static enum answer stage(struct transactor *transactor, const struct batch *batch,
                         int64_t deadline_ms, struct error *err)
{
    for (size_t i = 0; i < batch->count; i++) {
        const struct batch_record *record = &batch->records[i];
        rd_kafka_resp_err_t code;

        while ((code = produce(transactor, record)) == RD_KAFKA_RESP_ERR__QUEUE_FULL &&
               client_now_ms() < deadline_ms)
            rd_kafka_poll(transactor->rk, PRODUCE_WAIT_MS);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
            return not_written(transactor, code, transactor->topics[record->topic].name, err);
    }
    return ANSWER_DONE;
}

static rd_kafka_topic_partition_list_t *offsets_of(const struct transactor *transactor,
                                                   const struct batch *batch)
{
    rd_kafka_topic_partition_list_t *offsets =
        rd_kafka_topic_partition_list_new((int)batch->positions_count);

    for (size_t i = 0; i < batch->positions_count; i++) {
        const struct batch_position *position = &batch->positions[i];

        if (position->topic == 0)
            rd_kafka_topic_partition_list_add(offsets, transactor->topics[0].name,
                                              position->partition)
                ->offset = position->next;
    }
    return offsets;
}

static enum answer send_offsets(struct transactor *transactor, const struct batch *batch,
                                const rd_kafka_consumer_group_metadata_t *membership,
                                int64_t deadline_ms, struct error *err)
{
    rd_kafka_topic_partition_list_t *offsets = offsets_of(transactor, batch);
    enum answer answer;

    do {
        answer = answer_of(transactor, "send_offsets_to_transaction", deadline_ms,
                           rd_kafka_send_offsets_to_transaction(transactor->rk, offsets, membership,
                                                                OFFSETS_TIMEOUT_MS),
                           err);
    } while (answer == ANSWER_AGAIN);
    rd_kafka_topic_partition_list_destroy(offsets);
    return answer;
}

/* Does not ask the delivery reports for leave: a flush that is over has none outstanding. */
static enum answer flush(struct transactor *transactor, int64_t deadline_ms, struct error *err)
{
    int64_t left_ms = deadline_ms - client_now_ms();
    rd_kafka_resp_err_t code = rd_kafka_flush(transactor->rk, left_ms > 0 ? (int)left_ms : 0);

    if (transactor->failed != RD_KAFKA_RESP_ERR_NO_ERROR)
        return not_written(transactor, transactor->failed, transactor->failed_topic, err);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return not_written(transactor, code, NULL, err);
    return ANSWER_DONE;
}

static enum commit_result broken(struct transactor *transactor)
{
    transactor->state = TRANSACTOR_BROKEN;
    return UNKNOWN;
}

static enum commit_result abort_transaction(struct transactor *transactor)
{
    int64_t deadline_ms = client_now_ms() + ABORT_MS_MAX;
    struct error err = {0};
    enum answer answer;

    do {
        answer =
            answer_of(transactor, "abort_transaction", deadline_ms,
                      rd_kafka_abort_transaction(transactor->rk, UNTIL_TRANSACTION_TIMEOUT), &err);
    } while (answer == ANSWER_AGAIN);
    if (answer == ANSWER_DONE)
        return ABORTED;
    client_log(LOG_WARNING, rd_kafka_name(transactor->rk), "%s", err.text);
    return broken(transactor);
}

static enum commit_result commit_transaction(struct transactor *transactor, struct error *err)
{
    int64_t deadline_ms = client_now_ms() + TRANSACTION_MS_MAX;
    enum answer answer;

    do {
        answer =
            answer_of(transactor, "commit_transaction", deadline_ms,
                      rd_kafka_commit_transaction(transactor->rk, UNTIL_TRANSACTION_TIMEOUT), err);
    } while (answer == ANSWER_AGAIN);
    return answer == ANSWER_DONE ? COMMITTED : broken(transactor);
}

static enum commit_result run(struct transactor *transactor, const struct batch *batch,
                              const rd_kafka_consumer_group_metadata_t *membership,
                              struct error *err)
{
    int64_t deadline_ms = client_now_ms() + TRANSACTION_MS_MAX;
    enum answer answer;

    rd_kafka_poll(transactor->rk, 0);
    transactor->failed = RD_KAFKA_RESP_ERR_NO_ERROR;
    transactor->failed_topic = NULL;
    transactor->membership_lost = transactor->forbidden = false;
    answer = answer_of(transactor, "begin_transaction", 0,
                       rd_kafka_begin_transaction(transactor->rk), err);
    if (answer != ANSWER_DONE)
        return broken(transactor);

    answer = stage(transactor, batch, deadline_ms, err);
    if (answer == ANSWER_DONE)
        answer = send_offsets(transactor, batch, membership, deadline_ms, err);
    if (answer == ANSWER_DONE)
        answer = flush(transactor, deadline_ms, err);
    if (answer == ANSWER_BROKEN)
        return broken(transactor);
    if (answer != ANSWER_DONE)
        return abort_transaction(transactor);
    return commit_transaction(transactor, err);
}

enum commit_result transactor_run(struct transactor *transactor, const struct batch *batch,
                                  const rd_kafka_consumer_group_metadata_t *membership,
                                  struct error *err)
{
    enum commit_result result;

    watchdog_enter(transactor->watchdog, transactor->slot, "a transaction", TRANSACTION_HANGS_MS);
    result = run(transactor, batch, membership, err);
    watchdog_leave(transactor->watchdog, transactor->slot);
    return result;
}

static int start_producer(struct transactor *transactor, struct error *err)
{
    transactor->state = TRANSACTOR_STARTING;
    return client_new(transactor->config, CLIENT_PRODUCER, &transactor->rk, err);
}

static void stop_producer(struct transactor *transactor)
{
    if (transactor->rk == NULL)
        return;
    watchdog_enter(transactor->watchdog, WATCHDOG_LOOP, "the end of a producer",
                   TRANSACTION_HANGS_MS);
    for (size_t i = 0; i < transactor->topics_count; i++) {
        if (transactor->handles[i] != NULL)
            rd_kafka_topic_destroy(transactor->handles[i]);
        transactor->handles[i] = NULL;
    }
    rd_kafka_destroy(transactor->rk);
    transactor->rk = NULL;
    watchdog_leave(transactor->watchdog, WATCHDOG_LOOP);
}

int transactor_init(struct transactor *transactor, const struct role_config *role,
                    struct client_config *config, struct watchdog *watchdog, struct error *err)
{
    *transactor = (struct transactor){
        .config = config,
        .topics = role->topics,
        .topics_count = role->topics_count,
        .watchdog = watchdog,
        .slot = WATCHDOG_LOOP,
    };
    config->delivered = on_delivered;
    config->opaque = transactor;
    return start_producer(transactor, err);
}

void transactor_fini(struct transactor *transactor)
{
    stop_producer(transactor);
}

int transactor_renew(struct transactor *transactor, struct error *err)
{
    stop_producer(transactor);
    return start_producer(transactor, err);
}

static int warm_up(struct transactor *transactor, int timeout_ms, struct error *err)
{
    for (size_t i = 0; i < transactor->topics_count; i++)
        if (transactor->handles[i] == NULL &&
            client_warm_up(transactor->rk, transactor->topics[i].name, timeout_ms,
                           &transactor->handles[i], &transactor->partitions[i], err) != 0)
            return -1;
    return 0;
}

static int start(struct transactor *transactor, int timeout_ms, struct error *err)
{
    rd_kafka_error_t *error;

    if (warm_up(transactor, timeout_ms, err) != 0)
        return -1;
    error = rd_kafka_init_transactions(transactor->rk, timeout_ms);
    rd_kafka_poll(transactor->rk, 0);
    if (error == NULL)
        return 0;
    error_set(err, rd_kafka_error_is_retriable(error) ? ERROR_RETRIABLE : ERROR_FATAL,
              "init_transactions: %s", rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    return -1;
}

int transactor_start(struct transactor *transactor, int timeout_ms, struct error *err)
{
    int rc;

    watchdog_enter(transactor->watchdog, WATCHDOG_LOOP, "init_transactions", TRANSACTION_HANGS_MS);
    rc = start(transactor, timeout_ms, err);
    watchdog_leave(transactor->watchdog, WATCHDOG_LOOP);
    if (rc == 0)
        transactor->state = TRANSACTOR_READY;
    return rc;
}
