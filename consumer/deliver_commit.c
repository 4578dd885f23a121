/*
 * deliver_commit.c - hands batches to the committer, and what their end means to the deliverer.
 *
 * An abort is taken back and decided again. A batch that can never be written ends the process: the
 * same one would come again.
 */
#include "consumer/deliver_loop.h"
#include "consumer/log.h"

static int settle(struct loop *loop, enum commit_result result, struct error *err)
{
    switch (result) {
    case COMMITTED:
        deliverer_committed(loop->deliverer);
        return 0;
    case ABORTED:
        log_event(LOG_WARNING, "commit_aborted", "role", "deliver", "why", err->text, NULL);
        if (err->kind == ERROR_LIMIT)
            return -1; /* the same batch would come again */
        error_clear(err);
        return deliverer_aborted(loop->deliverer, moment_now(), err);
    case UNKNOWN:
        log_event(LOG_WARNING, "commit_unknown", "role", "deliver", "why", err->text, NULL);
        error_clear(err);
        return deliverer_aborted(loop->deliverer, moment_now(), err);
    case FATAL:
        break;
    }
    return error_set(err, ERROR_FATAL, "commit failed");
}

int loop_fetch_commit(struct loop *loop, struct error *err)
{
    enum commit_result result;
    struct error why = {0};

    if (!committer_poll(loop->committer, &result, &why))
        return 0;
    if (settle(loop, result, &why) == 0)
        return 0;
    *err = why;
    return -1;
}

int loop_start_commit(struct loop *loop, struct moment now, struct error *err)
{
    const struct batch *batch = NULL;
    struct error why = {0};
    bool lazily = now.mono_ms < loop->lazy_mono_ms;

    if (committer_busy(loop->committer))
        return 0;
    if (deliverer_stage(loop->deliverer, lazily, &batch, err) != 0)
        return -1;
    if (batch == NULL)
        return 0;
    loop->lazy_mono_ms = now.mono_ms + LOOP_WAIT_MS_MAX;
    if (committer_start(loop->committer, batch, &why) == 0)
        return 0;
    if (why.kind == ERROR_RETRIABLE) /* a partition of it was lost */
        return deliverer_aborted(loop->deliverer, now, err);
    *err = why;
    return -1;
}

int loop_commit_all(struct loop *loop, struct error *err)
{
    const struct batch *batch = NULL;

    committer_wait(loop->committer);
    if (loop_fetch_commit(loop, err) != 0)
        return -1;
    for (;;) {
        struct error why = {0};
        if (deliverer_stage(loop->deliverer, false, &batch, err) != 0)
            return -1;
        if (batch == NULL)
            return 0;
        enum commit_result result = role_commit(loop->role, batch, &why);
        if (settle(loop, result, &why) != 0) {
            *err = why;
            return -1;
        }
        if (result != COMMITTED)
            return 0;
    }
}
