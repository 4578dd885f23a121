/*
 * sink_spool.c - see sink_spool.h.
 */
#include "producer/cli/sink_spool.h"

#include <pthread.h>
#include <stdlib.h>

#include "producer/cli/spool_file.h"

struct spool_sink {
    struct sink sink;
    struct sink *kafka;
    pthread_mutex_t lock; /* for the rest */
    struct spool_writer writer;
    bool is_away;         /* Kafka was given up */
    struct error why;     /* of that */
    struct error failure; /* the folder does not take a record */
};

static int keep(struct spool_sink *spool, const struct sink_record *record, struct error *err)
{
    int rc;

    pthread_mutex_lock(&spool->lock);
    if (spool->failure.kind == ERROR_NONE)
        spool_write(&spool->writer, record, &spool->failure);
    rc = spool->failure.kind == ERROR_NONE ? 0 : -1;
    if (rc && err)
        *err = spool->failure;
    pthread_mutex_unlock(&spool->lock);
    return rc;
}

static void on_unsent(void *ctx, const struct sink_record *record)
{
    keep(ctx, record, NULL); /* flush() tells of a failure */
}

/* Kafka was asked and said no. True: the folder takes over. */
static bool take_over(struct spool_sink *spool, const struct error *why)
{
    if (why->kind != ERROR_RETRIABLE && why->kind != ERROR_FATAL)
        return false;
    pthread_mutex_lock(&spool->lock);
    if (!spool->is_away)
        spool->why = *why;
    spool->is_away = true;
    pthread_mutex_unlock(&spool->lock);
    sink_kafka_give_up(spool->kafka);
    return true;
}

static bool is_away(struct spool_sink *spool)
{
    bool away;

    pthread_mutex_lock(&spool->lock);
    away = spool->is_away;
    pthread_mutex_unlock(&spool->lock);
    return away;
}

static int spool_send(struct sink *sink, const struct sink_record *record, struct error *err)
{
    struct spool_sink *spool = (struct spool_sink *)sink;

    if (!is_away(spool)) {
        struct error why = {0};

        if (spool->kafka->ops->send(spool->kafka, record, &why) == 0)
            return 0;
        if (!take_over(spool, &why)) {
            *err = why;
            return -1;
        }
    }
    return keep(spool, record, err);
}

static int spool_flush(struct sink *sink, struct error *err)
{
    struct spool_sink *spool = (struct spool_sink *)sink;
    struct error why = {0};
    int rc;

    if (!is_away(spool) && spool->kafka->ops->flush(spool->kafka, &why) &&
        !take_over(spool, &why)) {
        *err = why;
        return -1;
    }
    pthread_mutex_lock(&spool->lock);
    rc = spool->failure.kind == ERROR_NONE ? spool_sync(&spool->writer, err) : -1;
    if (spool->failure.kind != ERROR_NONE)
        *err = spool->failure;
    pthread_mutex_unlock(&spool->lock);
    return rc;
}

/* In the folder one copy stands for all. */
static int spool_partitions(struct sink *sink, int32_t *ret_partitions, struct error *err)
{
    struct spool_sink *spool = (struct spool_sink *)sink;
    struct error why = {0};

    *ret_partitions = 1;
    if (is_away(spool) || spool->kafka->ops->partitions(spool->kafka, ret_partitions, &why) == 0)
        return 0;
    if (take_over(spool, &why))
        return 0;
    *err = why;
    return -1;
}

static void spool_counts(struct sink *sink, struct sink_counts *ret_counts)
{
    struct spool_sink *spool = (struct spool_sink *)sink;

    spool->kafka->ops->counts(spool->kafka, ret_counts);
}

static void spool_free(struct sink *sink)
{
    struct spool_sink *spool = (struct spool_sink *)sink;

    sink_free(spool->kafka);
    spool_close(&spool->writer);
    pthread_mutex_destroy(&spool->lock);
    free(spool);
}

static const struct sink_ops spool_ops = {
    .name = "spool",
    .send = spool_send,
    .flush = spool_flush,
    .partitions = spool_partitions,
    .counts = spool_counts,
    .free = spool_free,
};

int sink_spool_new(const struct sink_kafka_config *config, const char *folder, uint64_t bytes_max,
                   struct sink **ret_sink, struct error *err)
{
    struct spool_sink *spool = calloc(1, sizeof(*spool));
    struct sink_kafka_config kafka = *config;

    if (!spool)
        return error_set(err, ERROR_MEMORY, "no memory for a sink");
    spool->sink.ops = &spool_ops;
    spool->writer =
        (struct spool_writer){.folder = folder, .topic = config->topic, .bytes_max = bytes_max};
    pthread_mutex_init(&spool->lock, NULL);
    kafka.unsent = on_unsent;
    kafka.unsent_ctx = spool;
    if (sink_kafka_new(&kafka, &spool->kafka, err)) {
        spool_free(&spool->sink);
        return -1;
    }
    *ret_sink = &spool->sink;
    return 0;
}

size_t sink_spool_kept(const struct sink *sink, const struct error **ret_why)
{
    const struct spool_sink *spool = (const struct spool_sink *)sink;

    *ret_why = &spool->why;
    return spool->writer.records;
}
