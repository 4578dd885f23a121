/*
 * control_session.c - see control_session.h.
 */
#include "consumer/control_session.h"

#include <sysexits.h>
#include <time.h>

#define READ_MS_MAX 15000

int control_session_open(struct control_session *session, const char *config, bool writes,
                         struct error *err)
{
    struct timespec now;

    *session = (struct control_session){.now_ms = 0};
    arena_init(&session->arena);
    if (config_load(config, &session->config, err))
        return -1;
    clock_gettime(CLOCK_REALTIME, &now);
    session->now_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    session->of = (struct control_config){
        .kafka = session->config->kafka.items,
        .kafka_count = session->config->kafka.count,
        .topic = arena_printf(&session->arena, "%scontrol", session->config->topics.prefix),
        .group = arena_printf(&session->arena, "%scontrol", session->config->topics.prefix),
        .instance = session->config->instance,
    };
    if (session->of.topic == NULL || session->of.group == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory");
    if ((writes && control_writer_new(&session->of, &session->writer, err)) ||
        control_new(&session->of, &session->control, err) ||
        control_wait_ready(session->control, READ_MS_MAX, err) ||
        control_silences(session->control, &session->arena, &session->silences, err))
        return -1;
    return control_accepted(session->control, &session->arena, &session->accepted, err);
}

void control_session_close(struct control_session *session)
{
    control_free(session->control);
    control_writer_free(session->writer);
    config_free(session->config);
    arena_fini(&session->arena);
}

int control_session_expire(struct control_session *session, const struct accepted *accepted,
                           struct error *err)
{
    struct accepted over = *accepted;

    if (over.until_ms <= session->now_ms)
        return 0;
    over.until_ms = over.updated_ms = session->now_ms;
    return control_writer_accepted(session->writer, &over, err);
}

int control_session_finish(struct control_session *session, struct error *err)
{
    struct list ended;

    if (control_ended(session->control, session->now_ms - CONTROL_KEEP_MS, &session->arena, &ended,
                      err))
        return -1;
    for (size_t i = 0; i < ended.count; i++) {
        if (control_writer_remove(session->writer, ((const char *const *)ended.items)[i], err))
            return -1;
    }
    return control_writer_flush(session->writer, CONTROL_WRITE_MS, err);
}

int control_session_exit(const struct control_session *session, const struct error *err)
{
    if (err->kind == ERROR_RETRIABLE)
        return EX_TEMPFAIL;
    if (session->config == NULL)
        return EX_CONFIG;
    return err->kind == ERROR_MEMORY ? EX_SOFTWARE : EX_DATAERR;
}
