/*
 * sink_print.c - the sink of a dry run: what would be produced, value by value, as JSON Lines.
 *
 * The bytes are those that Kafka would get, so that they may be sent by any client. A record that
 * goes to every partition is printed once. Fails when the file cannot be written.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "producer/sink.h"

struct print_sink {
    struct sink sink;
    FILE *file;
    pthread_mutex_t lock;
    struct sink_counts counts;
};

static int print_send(struct sink *sink, const struct sink_record *record, struct error *err)
{
    struct print_sink *print = (struct print_sink *)sink;
    int rc = 0;

    pthread_mutex_lock(&print->lock);
    print->counts.sent++;
    if (fwrite(record->value, 1, record->value_bytes, print->file) != record->value_bytes ||
        putc('\n', print->file) == EOF) {
        print->counts.failed++;
        rc = error_set(err, ERROR_IO, "cannot write: %s", strerror(errno));
    } else {
        print->counts.acknowledged++;
    }
    pthread_mutex_unlock(&print->lock);
    return rc;
}

static int print_flush(struct sink *sink, struct error *err)
{
    struct print_sink *print = (struct print_sink *)sink;

    if (fflush(print->file) != 0 || ferror(print->file))
        return error_set(err, ERROR_IO, "cannot write: %s", strerror(errno));
    return 0;
}

static int print_partitions(struct sink *sink, int32_t *ret_partitions, struct error *err)
{
    (void)sink;
    (void)err;
    *ret_partitions = 1;
    return 0;
}

static void print_counts(struct sink *sink, struct sink_counts *ret_counts)
{
    struct print_sink *print = (struct print_sink *)sink;

    pthread_mutex_lock(&print->lock);
    *ret_counts = print->counts;
    pthread_mutex_unlock(&print->lock);
}

static void print_free(struct sink *sink)
{
    struct print_sink *print = (struct print_sink *)sink;

    pthread_mutex_destroy(&print->lock);
    free(print);
}

static const struct sink_ops print_ops = {
    .name = "print",
    .send = print_send,
    .flush = print_flush,
    .partitions = print_partitions,
    .counts = print_counts,
    .free = print_free,
};

int sink_print_new(FILE *file, struct sink **ret_sink, struct error *err)
{
    struct print_sink *print = calloc(1, sizeof(*print));

    if (!print)
        return error_set(err, ERROR_MEMORY, "no memory for a sink");
    print->sink.ops = &print_ops;
    print->file = file;
    pthread_mutex_init(&print->lock, NULL);
    *ret_sink = &print->sink;
    return 0;
}

void sink_free(struct sink *sink)
{
    if (sink)
        sink->ops->free(sink);
}
