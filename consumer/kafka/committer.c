/*
 * committer.c - a thread that runs one transaction at a time.
 *
 * The transactor belongs to the thread while the state is GIVEN and to the loop at all other times;
 * the mutex hands it over. The group's membership is compared on the loop's thread when the batch
 * is given: the only one that can change it is the rebalance callback, which waits for this thread
 * first.
 */
#include "consumer/kafka/committer.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "consumer/kafka/role_private.h"

enum committer_state { COMMITTER_FREE, COMMITTER_GIVEN, COMMITTER_DONE, COMMITTER_STOP };

struct committer {
    struct role *role;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    enum committer_state state;
    int event_fd;
    const struct batch *batch;
    rd_kafka_consumer_group_metadata_t *membership;
    int64_t started_ms;
    enum commit_result result;
    struct error err;
};

static void *run(void *argument)
{
    struct committer *committer = argument;
    uint64_t one = 1;

    pthread_mutex_lock(&committer->mutex);
    for (;;) {
        while (committer->state != COMMITTER_GIVEN && committer->state != COMMITTER_STOP)
            pthread_cond_wait(&committer->changed, &committer->mutex);
        if (committer->state == COMMITTER_STOP)
            break;
        pthread_mutex_unlock(&committer->mutex);
        committer->result = transactor_run(&committer->role->transactor, committer->batch,
                                           committer->membership, &committer->err);
        pthread_mutex_lock(&committer->mutex);
        committer->state = COMMITTER_DONE;
        pthread_cond_broadcast(&committer->changed);
        if (write(committer->event_fd, &one, sizeof(one)) < 0)
            continue; /* it is set already */
    }
    pthread_mutex_unlock(&committer->mutex);
    return NULL;
}

int committer_new(struct role *role, struct committer **ret, struct error *err)
{
    struct committer *committer = calloc(1, sizeof(*committer));

    if (committer == NULL)
        return error_set(err, ERROR_MEMORY, "no memory for a committer");
    committer->role = role;
    committer->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (committer->event_fd < 0) {
        free(committer);
        return error_set(err, ERROR_IO, "eventfd: %s", strerror(errno));
    }
    pthread_mutex_init(&committer->mutex, NULL);
    pthread_cond_init(&committer->changed, NULL);
    if (pthread_create(&committer->thread, NULL, run, committer) != 0) {
        close(committer->event_fd);
        pthread_cond_destroy(&committer->changed);
        pthread_mutex_destroy(&committer->mutex);
        free(committer);
        return error_set(err, ERROR_IO, "can't start the committer's thread");
    }
    role->transactor.slot = WATCHDOG_COMMITTER;
    role->committer = committer;
    *ret = committer;
    return 0;
}

static enum committer_state rest(struct committer *committer)
{
    enum committer_state state;

    pthread_mutex_lock(&committer->mutex);
    while (committer->state == COMMITTER_GIVEN)
        pthread_cond_wait(&committer->changed, &committer->mutex);
    state = committer->state;
    pthread_mutex_unlock(&committer->mutex);
    return state;
}

bool committer_rest(struct committer *committer)
{
    return rest(committer) == COMMITTER_DONE;
}

void committer_wait(struct committer *committer)
{
    rest(committer);
}

static void membership_free(struct committer *committer)
{
    if (committer->membership != NULL)
        rd_kafka_consumer_group_metadata_destroy(committer->membership);
    committer->membership = NULL;
}

void committer_free(struct committer *committer)
{
    if (committer == NULL)
        return;
    rest(committer);
    pthread_mutex_lock(&committer->mutex);
    committer->state = COMMITTER_STOP;
    pthread_cond_broadcast(&committer->changed);
    pthread_mutex_unlock(&committer->mutex);
    pthread_join(committer->thread, NULL);
    committer->role->committer = NULL;
    committer->role->transactor.slot = WATCHDOG_LOOP;
    membership_free(committer);
    close(committer->event_fd);
    pthread_cond_destroy(&committer->changed);
    pthread_mutex_destroy(&committer->mutex);
    free(committer);
}

static enum committer_state state_of(const struct committer *committer)
{
    struct committer *locked = (struct committer *)committer;
    enum committer_state state;

    pthread_mutex_lock(&locked->mutex);
    state = locked->state;
    pthread_mutex_unlock(&locked->mutex);
    return state;
}

static void give(struct committer *committer, enum committer_state state)
{
    pthread_mutex_lock(&committer->mutex);
    committer->state = state;
    pthread_cond_broadcast(&committer->changed);
    pthread_mutex_unlock(&committer->mutex);
}

/* A batch of a member that the group has replaced is aborted without being sent. */
int committer_start(struct committer *committer, const struct batch *batch, struct error *err)
{
    struct role *role = committer->role;
    uint64_t one = 1;

    if (state_of(committer) != COMMITTER_FREE)
        return error_set(err, ERROR_INPUT, "the committer has a batch already");
    if (role_check_batch(role, batch, err) != 0)
        return -1;
    committer->batch = batch;
    committer->err = (struct error){0};
    committer->started_ms = client_now_ms();
    committer->membership = role_membership(role);
    if (committer->membership != NULL) {
        give(committer, COMMITTER_GIVEN);
        return 0;
    }
    error_set(&committer->err, ERROR_RETRIABLE, "the group has a new generation");
    role->transactor.membership_lost = true;
    committer->result = ABORTED;
    give(committer, COMMITTER_DONE);
    if (write(committer->event_fd, &one, sizeof(one)) < 0)
        return 0; /* it is set already */
    return 0;
}

bool committer_poll(struct committer *committer, enum commit_result *ret_result, struct error *err)
{
    struct role *role = committer->role;
    uint64_t count;

    if (state_of(committer) != COMMITTER_DONE)
        return false;
    if (read(committer->event_fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
        return false;
    membership_free(committer);
    *ret_result = role_settle(role, committer->batch, committer->result, &committer->err);
    role->counters.commit_ms_total += client_now_ms() - committer->started_ms;
    if (err != NULL && *ret_result != COMMITTED)
        *err = committer->err;
    committer->batch = NULL;
    give(committer, COMMITTER_FREE);
    return true;
}

bool committer_busy(const struct committer *committer)
{
    return state_of(committer) != COMMITTER_FREE;
}

int committer_event_fd(const struct committer *committer)
{
    return committer->event_fd;
}
