/*
 * measure_command.c - tocsin measure: one measurement, acknowledged before the exit code is 0.
 */
#include "producer/cli/measure_command.h"

#include <stdlib.h>
#include <sysexits.h>

#include "producer/cli/publication.h"
#include "producer/cli/session.h"

static int measure(struct session *session, struct publication *publication)
{
    const struct options *options = &session->options;
    struct error err = {0};

    if (publication_init(publication, options, session->sink, &err) ||
        publication_measurement(publication, &err))
        return session_fail(&err, EX_USAGE);
    if (session->sink->ops->flush(session->sink, &err))
        return session_fail(&err, EX_UNAVAILABLE);
    if (!options->quiet) {
        fprintf(stderr, "tocsin: %s %s of %s is %g", options->benchmark, options->metric,
                options->model, options->value);
        session_print_end(session);
    }
    return session_end(session);
}

int measure_command(int count, char *const *arguments)
{
    struct publication *publication = calloc(1, sizeof(*publication));
    struct session session;
    int code;

    if (!publication) {
        fprintf(stderr, "tocsin: no memory\n");
        return EX_SOFTWARE;
    }
    if (session_open(&session, COMMAND_MEASURE, count, arguments, &code)) {
        code = session_connect(&session);
        if (code == EX_OK) {
            code = measure(&session, publication);
            publication_fini(publication);
        }
    }
    session_close(&session);
    free(publication);
    return code;
}
