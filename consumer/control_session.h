/*
 * control_session.h - a command that reads `control` whole and may write what people decide.
 *
 * Every process of tocsind sees within a second what control_session_finish() has said is written.
 */
#ifndef TOCSIN_CONSUMER_CONTROL_SESSION_H
#define TOCSIN_CONSUMER_CONTROL_SESSION_H

#include "consumer/config/config.h"
#include "consumer/control/writer.h"

struct control_session {
    struct arena arena;
    struct config *config;
    struct control_config of;
    struct control *control;
    struct control_writer *writer;  /* NULL: it only reads */
    struct list silences, accepted; /* struct silence, struct accepted: as they are in control */
    int64_t now_ms;
};

/* ERROR_RETRIABLE: no broker answers. To be closed also after a failure. */
int control_session_open(struct control_session *session, const char *config, bool writes,
                         struct error *err);
void control_session_close(struct control_session *session);

/* Ends what is accepted, now. */
int control_session_expire(struct control_session *session, const struct accepted *accepted,
                           struct error *err);

/* Takes out what ended over a month ago, then waits until all is written. */
int control_session_finish(struct control_session *session, struct error *err);

/* The command's exit code after an error: of sysexits.h. */
int control_session_exit(const struct control_session *session, const struct error *err);

#endif
