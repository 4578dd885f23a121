/*
 * reader.h - the insides of a control table: shared by control.c, which answers, and reader.c,
 * whose thread reads the topic.
 */
#ifndef TOCSIN_CONSUMER_CONTROL_READER_H
#define TOCSIN_CONSUMER_CONTROL_READER_H

#include <pthread.h>
#include <stdatomic.h>

#include "consumer/control/control.h"

#define CONTROL_TICK_MS 20

struct control {
    const struct control_config *config;
    pthread_rwlock_t lock; /* of the table */
    struct control_table *table;
    atomic_bool ready, stop;
    atomic_bool again; /* read everything once more */
    atomic_uint_fast64_t changes;
    int event_fd;
    pthread_mutex_t why_lock;
    struct error why; /* why reading failed last */
    pthread_t thread;
    bool started;
};

int reader_start(struct control *control, struct error *err);
void reader_stop(struct control *control);

#endif
