/*
 * watchdog.c - a thread that counts how long watched calls take.
 *
 * The slots are few and changed a few times a transaction, so that one mutex guards them all. The
 * default bite uses _exit(): whatever hangs may hold any lock, and exit handlers would wait for it.
 */
#include "consumer/kafka/watchdog.h"

#include <pthread.h>
#include <stdlib.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "consumer/kafka/client.h"

struct watched {
    const char *what;
    int depth;
    int left_ms;
};

struct watchdog {
    const char *who;
    watchdog_bite *bite;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool stop;
    struct watched slots[WATCHDOG_SLOTS];
};

static void end_process(const char *who, const char *what)
{
    client_log(LOG_CRIT, who, "%s does not return: ending the process, a restart restores", what);
    _exit(WATCHDOG_EXIT);
}

/* What has run out of time, if anything; it is told once. */
static const char *count_down(struct watchdog *watchdog)
{
    for (int i = 0; i < WATCHDOG_SLOTS; i++) {
        struct watched *watched = &watchdog->slots[i];

        if (watched->depth == 0 || watched->left_ms <= 0)
            continue;
        watched->left_ms -= WATCHDOG_TICK_MS;
        if (watched->left_ms <= 0)
            return watched->what;
    }
    return NULL;
}

static void *run(void *argument)
{
    struct watchdog *watchdog = argument;

    pthread_mutex_lock(&watchdog->mutex);
    while (!watchdog->stop) {
        struct timespec until;

        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += WATCHDOG_TICK_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        if (pthread_cond_timedwait(&watchdog->changed, &watchdog->mutex, &until) == 0)
            continue;

        const char *what = count_down(watchdog);

        if (what != NULL) {
            pthread_mutex_unlock(&watchdog->mutex);
            watchdog->bite(watchdog->who, what);
            pthread_mutex_lock(&watchdog->mutex);
        }
    }
    pthread_mutex_unlock(&watchdog->mutex);
    return NULL;
}

int watchdog_new(const char *who, watchdog_bite *bite, struct watchdog **ret, struct error *err)
{
    struct watchdog *watchdog = calloc(1, sizeof(*watchdog));
    pthread_condattr_t attributes;

    if (watchdog == NULL)
        return error_set(err, ERROR_MEMORY, "no memory for the watchdog");
    watchdog->who = who;
    watchdog->bite = bite ? bite : end_process;
    pthread_mutex_init(&watchdog->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&watchdog->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&watchdog->thread, NULL, run, watchdog) != 0) {
        pthread_cond_destroy(&watchdog->changed);
        pthread_mutex_destroy(&watchdog->mutex);
        free(watchdog);
        return error_set(err, ERROR_IO, "can't start the watchdog's thread");
    }
    *ret = watchdog;
    return 0;
}

void watchdog_free(struct watchdog *watchdog)
{
    if (watchdog == NULL)
        return;
    pthread_mutex_lock(&watchdog->mutex);
    watchdog->stop = true;
    pthread_cond_signal(&watchdog->changed);
    pthread_mutex_unlock(&watchdog->mutex);
    pthread_join(watchdog->thread, NULL);
    pthread_cond_destroy(&watchdog->changed);
    pthread_mutex_destroy(&watchdog->mutex);
    free(watchdog);
}

void watchdog_enter(struct watchdog *watchdog, enum watchdog_slot slot, const char *what,
                    int limit_ms)
{
    struct watched *watched = &watchdog->slots[slot];

    pthread_mutex_lock(&watchdog->mutex);
    if (watched->depth++ == 0) {
        watched->what = what;
        watched->left_ms = limit_ms;
    }
    pthread_mutex_unlock(&watchdog->mutex);
}

void watchdog_leave(struct watchdog *watchdog, enum watchdog_slot slot)
{
    pthread_mutex_lock(&watchdog->mutex);
    watchdog->slots[slot].depth--;
    pthread_mutex_unlock(&watchdog->mutex);
}
