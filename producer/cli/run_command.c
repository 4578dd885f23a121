/*
 * run_command.c - begins, ends and shows a run that is not around one call of `tocsin publish`.
 *
 * An end from here knows nothing of what was tried: it says so by coverage without rows, which is
 * united with that of the reports and takes nothing away from it.
 */
#include "producer/cli/run_command.h"

#include <string.h>
#include <sysexits.h>

#include "producer/cli/manual.h"
#include "producer/cli/secrets.h"
#include "producer/cli/session.h"
#include "producer/publisher.h"

int run_leave_open(struct run *run, struct error *err)
{
    if (run->shards >= SHARDS_MAX)
        return error_set(err, ERROR_INPUT, "--run-open: expected at most %d shards",
                         SHARDS_MAX - 1);
    run->shard++;
    run->shards++;
    return 0;
}

static int end_shards(struct publisher *publisher, struct run *run, int64_t first, int64_t last,
                      int status, struct arena *arena, struct error *err)
{
    for (run->shard = first; run->shard <= last; run->shard++) {
        struct run_end end = {
            .time_ms = publisher_now_ms(), .run = *run, .status = status, .has_coverage = true};
        char id[FINDING_ID_BYTES];

        run_end_id(run, id);
        end.id = id;
        if (publisher_run_end(publisher, &end, arena, err))
            return -1;
    }
    return 0;
}

static int end_run(const struct options *options, struct publisher *publisher, struct run *run,
                   struct arena *arena, struct error *err)
{
    int64_t shards = options->shards ? options->shards : options->run_open ? 0 : run->shards;

    if (options->run_open && shards >= SHARDS_MAX)
        return error_set(err, ERROR_INPUT, "--run-open: expected at most %d shards",
                         SHARDS_MAX - 1);
    shards += options->run_open;
    run->shards = shards;
    return end_shards(publisher, run, 1, shards, options->status, arena, err);
}

static int begin_run(struct publisher *publisher, const struct run *run, struct arena *arena,
                     struct error *err)
{
    struct run_begin begin = {.time_ms = publisher_now_ms(), .run = *run};
    char id[FINDING_ID_BYTES];

    run_begin_id(run, id);
    begin.id = id;
    return publisher_run_begin(publisher, &begin, arena, err) ||
                   publisher->sink->ops->flush(publisher->sink, err)
               ? -1
               : 0;
}

/* Sends and tells. */
static int announce(struct session *session, struct run *run)
{
    const struct options *options = &session->options;
    bool is_end = session->command == COMMAND_RUN_END;
    struct publisher publisher;
    struct error err = {0};
    int rc;

    publisher_init(&publisher, session->sink, 0, 0);
    rc = secrets_open(options, run, &session->arena, &publisher.scrub, &err);
    if (rc == 0)
        rc = is_end ? end_run(options, &publisher, run, &session->arena, &err)
                    : begin_run(&publisher, run, &session->arena, &err);
    scrub_free(publisher.scrub);
    publisher_fini(&publisher);
    if (rc)
        return session_fail(&err, EX_UNAVAILABLE);
    if (!is_end && !options->dry_run)
        printf("%s\n", run->id);
    if (options->quiet)
        return session_end(session);
    fprintf(stderr, "tocsin: run %s %s%s", run->id, is_end ? "ended: " : "began",
            is_end ? run_status_names[options->status] : "");
    session_print_end(session);
    return session_end(session);
}

/* The run of settings and environment; one that begins may be given an id here. */
static int find_run(struct session *session, struct run *ret_run, struct error *err)
{
    if (run_context(&session->options.run, run_environment, NULL, &session->arena, ret_run, err))
        return -1;
    ret_run->started_ms = publisher_now_ms();
    if (!ret_run->id && session->command == COMMAND_RUN_END)
        return error_set(err, ERROR_INPUT,
                         "which run? expected --run-id or TOCSIN_RUN_ID, as tocsin run begin "
                         "printed it");
    if (!ret_run->id)
        ret_run->id = run_id_random(&session->arena);
    return ret_run->id ? 0 : error_set(err, ERROR_MEMORY, "no memory for a run");
}

static int show(struct session *session, const struct run *run)
{
    struct error err = {0};
    size_t bytes;
    const char *json = record_encode(&run_type, run, &session->arena, &bytes, &err);

    if (!json)
        return session_fail(&err, EX_USAGE);
    return puts(json) == EOF || fflush(stdout) ? EX_IOERR : EX_OK;
}

static int run_session(struct session *session)
{
    struct error err = {0};
    struct run run;
    int code;

    if (find_run(session, &run, &err))
        return session_fail(&err, EX_USAGE);
    if (session->command == COMMAND_RUN_SHOW)
        return show(session, &run);
    code = session_connect(session);
    return code ? code : announce(session, &run);
}

int run_command(int count, char *const *arguments)
{
    static const struct verb {
        const char *name;
        enum option_command command;
    } verbs[] = {
        {"begin", COMMAND_RUN_BEGIN}, {"end", COMMAND_RUN_END}, {"show", COMMAND_RUN_SHOW}};
    struct session session;
    int code;

    for (size_t i = 0; count > 0 && i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(arguments[0], verbs[i].name) != 0)
            continue;
        if (session_open(&session, verbs[i].command, count - 1, arguments + 1, &code))
            code = run_session(&session);
        session_close(&session);
        return code;
    }
    fprintf(stderr, "tocsin: expected tocsin run begin, end or show\n");
    return EX_USAGE;
}
