/*
 * spool_command.c - sends and lists what was kept while Kafka was away.
 *
 * A file is removed when Kafka acknowledged all of it. Its records go first and are waited for,
 * then the begins and ends of runs, each to every partition: no end overtakes a finding. A line
 * that is no record does not keep the others; the file stays, as NAME.bad. Files that somebody else
 * is writing or sending are left to them.
 */
#include "producer/cli/spool_command.h"

#include <errno.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "producer/cli/session.h"
#include "producer/cli/spool_file.h"

struct spooled {
    size_t records, bad;
};

typedef int take_fn(struct sink *sink, struct sink_record *record, struct error *err);

static int send_once(struct sink *sink, struct sink_record *record, struct error *err)
{
    if (envelope_find(record->envelope, HEADER_COPY))
        return 0;
    return sink->ops->send(sink, record, err);
}

static int send_copies(struct sink *sink, struct sink_record *record, struct error *err)
{
    int32_t partitions;

    if (!envelope_find(record->envelope, HEADER_COPY))
        return 0;
    if (sink->ops->partitions(sink, &partitions, err))
        return -1;
    for (record->partition = 0; record->partition < partitions; record->partition++) {
        if (sink->ops->send(sink, record, err))
            return -1;
    }
    return 0;
}

static int count_only(struct sink *sink, struct sink_record *record, struct error *err)
{
    (void)sink, (void)record, (void)err;
    return 0;
}

/* Each record of a file; bad lines are counted, and named once. */
static int walk(struct spool_reader *reader, const char *path, struct sink *sink, take_fn *take,
                bool names_bad, struct spooled *ret_spooled, struct error *err)
{
    struct arena arena;
    int rc = 0;

    arena_init(&arena);
    memset(ret_spooled, 0, sizeof(*ret_spooled));
    spool_rewind(reader);
    while (rc == 0) {
        struct sink_record record;
        struct error why = {0};

        arena_reset(&arena);
        rc = spool_next(reader, &arena, &record, &why);
        if (rc == 0) {
            ret_spooled->records++;
            rc = take(sink, &record, err);
        } else if (rc < 0 && why.kind == ERROR_INPUT) {
            ret_spooled->bad++;
            if (names_bad)
                fprintf(stderr, "tocsin: %s: %s\n", path, why.text);
            rc = 0;
        } else if (rc < 0) {
            *err = why;
        }
    }
    arena_fini(&arena);
    return rc < 0 ? -1 : 0;
}

static int remove_file(const char *path, size_t bad, struct arena *arena, struct error *err)
{
    const char *kept = arena_printf(arena, "%s" SPOOL_BAD_SUFFIX, path);

    if (!kept)
        return error_set(err, ERROR_MEMORY, "no memory for the spool");
    if (bad ? rename(path, kept) : unlink(path))
        return error_set(err, ERROR_IO, "%s: cannot be removed: %s", path, strerror(errno));
    return 0;
}

static int send_file(struct session *session, struct spool_reader *reader, const char *path,
                     struct spooled *ret_sent, struct error *err)
{
    struct sink *sink;
    int rc;

    if (session_open_sink(session, session->options.topic ? session->options.topic : reader->topic,
                          &sink, err))
        return -1;
    rc = walk(reader, path, sink, send_once, true, ret_sent, err) || sink->ops->flush(sink, err) ||
                 walk(reader, path, sink, send_copies, false, ret_sent, err) ||
                 sink->ops->flush(sink, err)
             ? -1
             : remove_file(path, ret_sent->bad, &session->arena, err);
    sink_free(sink);
    return rc;
}

static int list_file(struct session *session, struct spool_reader *reader, const char *path,
                     struct spooled *ret_listed, struct error *err)
{
    const char *name = strrchr(path, '/');

    (void)session;
    if (walk(reader, path, NULL, count_only, true, ret_listed, err))
        return -1;
    printf("%s  %zu records  %llu bytes  topic %s\n", name ? name + 1 : path, ret_listed->records,
           (unsigned long long)reader->bytes, reader->topic);
    return 0;
}

typedef int file_fn(struct session *session, struct spool_reader *reader, const char *path,
                    struct spooled *ret_spooled, struct error *err);

/* A file that is none is said, and left. */
static int each_file(struct session *session, const char *name, file_fn *with,
                     struct spooled *total, struct error *err)
{
    const char *path = arena_printf(&session->arena, "%s/%s", session->options.spool, name);
    struct spool_reader reader;
    struct spooled spooled = {0};
    int rc = path ? spool_open(path, &reader, err)
                  : error_set(err, ERROR_MEMORY, "no memory for the spool");

    if (rc > 0) {
        fprintf(stderr, "tocsin: %s: somebody else has it\n", path);
        return 0;
    }
    if (rc < 0) {
        if (err->kind != ERROR_INPUT)
            return -1;
        fprintf(stderr, "tocsin: %s: %s\n", path, err->text);
        return 0;
    }
    rc = with(session, &reader, path, &spooled, err);
    spool_end(&reader);
    total->records += spooled.records;
    total->bad += spooled.bad;
    return rc;
}

static int run_session(struct session *session)
{
    bool is_send = session->command == COMMAND_SPOOL_SEND;
    struct spooled total = {0};
    struct error err = {0};
    struct list names;

    if (spool_names(session->options.spool, &session->arena, &names, &err))
        return session_fail(&err, EX_NOINPUT);
    for (size_t i = 0; i < names.count; i++) {
        if (each_file(session, ((const char **)names.items)[i], is_send ? send_file : list_file,
                      &total, &err))
            return session_fail(&err, EX_UNAVAILABLE);
    }
    if (!session->options.quiet && is_send)
        fprintf(stderr, "tocsin: %zu records of %zu files sent, %zu bad lines\n", total.records,
                names.count, total.bad);
    return EX_OK;
}

int spool_command(int count, char *const *arguments)
{
    static const struct verb {
        const char *name;
        enum option_command command;
    } verbs[] = {{"send", COMMAND_SPOOL_SEND}, {"list", COMMAND_SPOOL_LIST}};
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
    fprintf(stderr, "tocsin: expected tocsin spool send or list\n");
    return EX_USAGE;
}
