/*
 * reader.c - the thread that reads `control` whole and follows it.
 *
 * First the true ends, from a handle that reads uncommitted; then all committed records from the
 * beginning. A partition is in when its end event has reached the end that it had at the start, so
 * a transaction that was open then is waited for. Any failure that librdkafka does not mend by
 * itself (topic made anew, access taken away) empties the table and begins again.
 */
#include "consumer/control/reader.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <syslog.h>
#include <time.h>

#include "consumer/kafka/client.h"

struct reading {
    struct control *control;
    rd_kafka_t *rk;
    int64_t ends[CONTROL_PARTITIONS];
    bool in[CONTROL_PARTITIONS];
};

static struct client_config client_of(const struct control *control)
{
    return (struct client_config){
        .kafka = control->config->kafka,
        .kafka_count = control->config->kafka_count,
        .name = "control",
        .group = control->config->group,
        .instance = control->config->instance,
    };
}

static int find_ends(struct reading *reading, struct error *err)
{
    const struct client_config client = client_of(reading->control);
    const char *topic = reading->control->config->topic;
    rd_kafka_t *rk = NULL;
    int rc = 0;

    if (client_new(&client, CLIENT_ENDS, &rk, err))
        return -1;
    for (int32_t i = 0; i < CONTROL_PARTITIONS && rc == 0; i++) {
        int64_t first;
        rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
            rk, topic, i, &first, &reading->ends[i], CONTROL_QUESTION_MS);

        if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
            rc = error_set(err, ERROR_RETRIABLE, "%s [%d]: %s", topic, i, rd_kafka_err2str(code));
    }
    rd_kafka_destroy(rk);
    return rc;
}

static int assign(struct reading *reading, struct error *err)
{
    const struct client_config client = client_of(reading->control);
    const char *topic = reading->control->config->topic;
    rd_kafka_topic_partition_list_t *list;
    rd_kafka_resp_err_t code;

    if (client_new(&client, CLIENT_FOLLOW, &reading->rk, err))
        return -1;
    list = rd_kafka_topic_partition_list_new(CONTROL_PARTITIONS);
    for (int32_t i = 0; i < CONTROL_PARTITIONS; i++)
        rd_kafka_topic_partition_list_add(list, topic, i)->offset = RD_KAFKA_OFFSET_BEGINNING;
    code = rd_kafka_assign(reading->rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return error_set(err, ERROR_FATAL, "%s: %s", topic, rd_kafka_err2str(code));
    return 0;
}

static void changed(struct control *control)
{
    atomic_fetch_add(&control->changes, 1);
    eventfd_write(control->event_fd, 1);
}

static int take_record(struct control *control, const rd_kafka_message_t *message,
                       struct error *err)
{
    struct error why = {0};

    pthread_rwlock_wrlock(&control->lock);
    control_table_apply(control->table, message->key, message->key_len, message->payload,
                        message->len, &why);
    pthread_rwlock_unlock(&control->lock);
    changed(control);
    if (why.kind == ERROR_MEMORY)
        return error_set(err, why.kind, "%s", why.text);
    if (error_is_set(&why))
        client_log(LOG_WARNING, "control",
                   "partition %d, offset %lld: a record is of no use: %s%s%s", message->partition,
                   (long long)message->offset, why.pointer, why.pointer[0] ? ": " : "", why.text);
    return 0;
}

static void take_end(struct reading *reading, const rd_kafka_message_t *message)
{
    struct control *control = reading->control;
    bool all = true;

    if (message->offset >= reading->ends[message->partition])
        reading->in[message->partition] = true;
    for (size_t i = 0; i < CONTROL_PARTITIONS; i++)
        all = all && reading->in[i];
    if (all && !atomic_exchange(&control->ready, true))
        changed(control);
}

static int take(struct reading *reading, const rd_kafka_message_t *message, struct error *err)
{
    switch (message->err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
        return message->key ? take_record(reading->control, message, err) : 0;
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        take_end(reading, message);
        return 0;
    default:
        return error_set(err, ERROR_RETRIABLE, "%s", rd_kafka_message_errstr(message));
    }
}

static int follow(struct reading *reading, struct error *err)
{
    int rc = 0;

    if (find_ends(reading, err) || assign(reading, err))
        return -1;
    while (rc == 0 && !atomic_load(&reading->control->stop)) {
        rd_kafka_message_t *message;

        if (atomic_load(&reading->control->again))
            return error_set(err, ERROR_RETRIABLE, "the rules of inhibition are others now");
        message = rd_kafka_consumer_poll(reading->rk, CONTROL_POLL_MS);
        if (message == NULL)
            continue;
        rc = take(reading, message, err);
        rd_kafka_message_destroy(message);
    }
    return rc;
}

static void begin_again(struct control *control, const struct error *why)
{
    client_log(LOG_WARNING, "control", "reading begins again: %s", why->text);
    atomic_store(&control->ready, false);
    pthread_mutex_lock(&control->why_lock);
    control->why = *why;
    pthread_mutex_unlock(&control->why_lock);
    atomic_store(&control->again, false);
    pthread_rwlock_wrlock(&control->lock);
    control_table_clear(control->table);
    pthread_rwlock_unlock(&control->lock);
    changed(control);
}

static void pause_ms(const struct control *control, int64_t ms)
{
    const struct timespec tick = {.tv_nsec = CONTROL_TICK_MS * 1000000L};

    for (; ms > 0 && !atomic_load(&control->stop); ms -= CONTROL_TICK_MS)
        nanosleep(&tick, NULL);
}

static void *reader_main(void *argument)
{
    struct control *control = argument;

    while (!atomic_load(&control->stop)) {
        struct reading reading = {.control = control};
        struct error err = {0};

        if (follow(&reading, &err))
            begin_again(control, &err);
        if (reading.rk != NULL) {
            rd_kafka_consumer_close(reading.rk);
            rd_kafka_destroy(reading.rk);
        }
        pause_ms(control, CONTROL_AGAIN_MS);
    }
    return NULL;
}

int reader_start(struct control *control, struct error *err)
{
    sigset_t all, before;
    int code;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    code = pthread_create(&control->thread, NULL, reader_main, control);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    control->started = code == 0;
    return code ? error_set(err, ERROR_IO, "cannot start the thread that reads control") : 0;
}

void reader_stop(struct control *control)
{
    atomic_store(&control->stop, true);
    if (control->started)
        pthread_join(control->thread, NULL);
    control->started = false;
}
