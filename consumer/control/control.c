/*
 * control.c - the table behind a lock, and what the roles ask of it. The thread that fills it is in
 * reader.c.
 */
#include "consumer/control/control.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "consumer/control/reader.h"

int control_new(const struct control_config *config, struct control **ret, struct error *err)
{
    struct control *control = calloc(1, sizeof(*control));

    *ret = NULL;
    if (control == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for the control table");
    control->config = config;
    control->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    pthread_rwlock_init(&control->lock, NULL);
    pthread_mutex_init(&control->why_lock, NULL);
    if (control->event_fd < 0)
        error_set(err, ERROR_IO, "cannot make an event descriptor");
    else if (control_table_new(config->rules, config->rules_count, &control->table, err) == 0 &&
             reader_start(control, err) == 0)
        *ret = control;
    if (*ret == NULL)
        control_free(control);
    return *ret ? 0 : -1;
}

void control_free(struct control *control)
{
    if (control == NULL)
        return;
    reader_stop(control);
    control_table_free(control->table);
    pthread_rwlock_destroy(&control->lock);
    pthread_mutex_destroy(&control->why_lock);
    if (control->event_fd >= 0)
        close(control->event_fd);
    free(control);
}

bool control_ready(struct control *control)
{
    return atomic_load(&control->ready);
}

int control_rules(struct control *control, const struct inhibit_rule *rules, size_t count,
                  struct error *err)
{
    struct control_table *table = NULL, *old;

    if (control_table_new(rules, count, &table, err) != 0)
        return -1;
    atomic_store(&control->ready, false);
    pthread_rwlock_wrlock(&control->lock);
    old = control->table;
    control->table = table;
    pthread_rwlock_unlock(&control->lock);
    control_table_free(old);
    atomic_store(&control->again, true);
    return 0;
}

int control_wait_ready(struct control *control, int64_t timeout_ms, struct error *err)
{
    const struct timespec tick = {.tv_nsec = CONTROL_TICK_MS * 1000000L};
    int rc = 0;

    for (int64_t waited_ms = 0; !control_ready(control); waited_ms += CONTROL_TICK_MS) {
        if (waited_ms >= timeout_ms) {
            pthread_mutex_lock(&control->why_lock);
            rc = error_set(err, ERROR_RETRIABLE, "%s cannot be read to its end: %s",
                           control->config->topic,
                           error_is_set(&control->why) ? control->why.text : "no answer");
            pthread_mutex_unlock(&control->why_lock);
            return rc;
        }
        nanosleep(&tick, NULL);
    }
    return rc;
}

uint64_t control_changes(struct control *control)
{
    return atomic_load(&control->changes);
}

int control_event_fd(const struct control *control)
{
    return control->event_fd;
}

void control_event_take(struct control *control)
{
    eventfd_t count;

    eventfd_read(control->event_fd, &count);
}

bool control_muted(struct control *control, const struct mute_subject *subject, int64_t now_ms,
                   struct mute *ret_mute)
{
    bool muted;

    pthread_rwlock_rdlock(&control->lock);
    muted = control_table_muted(control->table, subject, now_ms, ret_mute);
    pthread_rwlock_unlock(&control->lock);
    return muted;
}

bool control_is_empty(struct control *control)
{
    bool empty;

    pthread_rwlock_rdlock(&control->lock);
    empty = control_table_is_empty(control->table);
    pthread_rwlock_unlock(&control->lock);
    return empty;
}

int control_silences(struct control *control, struct arena *arena, struct list *ret_silences,
                     struct error *err)
{
    int rc;

    pthread_rwlock_rdlock(&control->lock);
    rc = control_table_silences(control->table, arena, ret_silences, err);
    pthread_rwlock_unlock(&control->lock);
    return rc;
}

int control_accepted(struct control *control, struct arena *arena, struct list *ret_accepted,
                     struct error *err)
{
    int rc;

    pthread_rwlock_rdlock(&control->lock);
    rc = control_table_accepted(control->table, arena, ret_accepted, err);
    pthread_rwlock_unlock(&control->lock);
    return rc;
}

int control_ended(struct control *control, int64_t before_ms, struct arena *arena,
                  struct list *ret_keys, struct error *err)
{
    int rc;

    pthread_rwlock_rdlock(&control->lock);
    rc = control_table_ended(control->table, before_ms, arena, ret_keys, err);
    pthread_rwlock_unlock(&control->lock);
    return rc;
}
