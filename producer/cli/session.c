/*
 * session.c - see session.h.
 */
#include "producer/cli/session.h"

#include <string.h>
#include <sysexits.h>

#include "producer/cli/manual.h"
#include "producer/cli/sink_spool.h"
#include "producer/publisher.h"

static int exit_code(enum error_kind kind, int for_input)
{
    switch (kind) {
    case ERROR_NONE:
        return EX_OK;
    case ERROR_INPUT:
    case ERROR_LIMIT:
        return for_input;
    case ERROR_MEMORY:
        return EX_SOFTWARE;
    case ERROR_IO:
        return EX_IOERR;
    case ERROR_RETRIABLE:
        return EX_TEMPFAIL;
    case ERROR_FATAL:
        return EX_NOPERM;
    }
    return EX_SOFTWARE;
}

int session_fail(const struct error *err, int for_input)
{
    fprintf(stderr, "tocsin: %s%s%s\n", err->pointer, *err->pointer ? ": " : "", err->text);
    return exit_code(err->kind, for_input);
}

static void log_line(int level, const char *text)
{
    fprintf(stderr, "tocsin: librdkafka %d: %s\n", level, text);
}

static int name_topic(struct session *session)
{
    const struct options *options = &session->options;
    const char *prefix = options->prefix ? options->prefix : TOPIC_PREFIX_DEFAULT;
    int bytes = options->topic
                    ? snprintf(session->topic, TOPIC_BYTES_MAX, "%s", options->topic)
                    : snprintf(session->topic, TOPIC_BYTES_MAX, "%s" FINDINGS_TOPIC, prefix);

    if (bytes > 0 && bytes < TOPIC_BYTES_MAX)
        return EX_OK;
    fprintf(stderr, "tocsin: a topic's name has at most %d bytes\n", TOPIC_BYTES_MAX - 1);
    return EX_USAGE;
}

int session_kafka(struct session *session, const char *topic,
                  struct property properties[OPTION_PROPERTIES_MAX],
                  struct sink_kafka_config *ret_config, struct error *err)
{
    const struct options *options = &session->options;
    struct sink_kafka_config config = {.brokers = options->brokers,
                                       .topic = topic,
                                       .properties = properties,
                                       .timeout_ms = options->timeout_ms,
                                       .log = options->verbose ? log_line : NULL};

    if (options_properties(options, &session->arena, properties, &config.properties_count, err))
        return -1;
    *ret_config = config;
    return 0;
}

int session_open_sink(struct session *session, const char *topic, struct sink **ret_sink,
                      struct error *err)
{
    struct property properties[OPTION_PROPERTIES_MAX];
    struct sink_kafka_config config;

    return session_kafka(session, topic, properties, &config, err)
               ? -1
               : sink_kafka_new(&config, ret_sink, err);
}

static int open_spool(struct session *session, struct error *err)
{
    const struct options *options = &session->options;
    struct property properties[OPTION_PROPERTIES_MAX];
    struct sink_kafka_config config;

    return session_kafka(session, session->topic, properties, &config, err)
               ? -1
               : sink_spool_new(&config, options->spool, (uint64_t)options->spool_mib << 20,
                                &session->sink, err);
}

int session_connect(struct session *session)
{
    const struct options *options = &session->options;
    struct error err = {0};
    int code = name_topic(session);

    if (code)
        return code;
    if (options->dry_run ? sink_print_new(stdout, &session->sink, &err)
        : options->spool ? open_spool(session, &err)
                         : session_open_sink(session, session->topic, &session->sink, &err))
        return session_fail(&err, EX_USAGE);
    return EX_OK;
}

int session_end(const struct session *session)
{
    const struct error *why;
    size_t kept = session->options.spool ? sink_spool_kept(session->sink, &why) : 0;

    if (kept == 0)
        return EX_OK;
    fprintf(stderr,
            "tocsin: %s\ntocsin: %zu records are kept in %s: tocsin spool send sends them\n",
            why->text, kept, session->options.spool);
    return why->kind == ERROR_FATAL ? exit_code(why->kind, EX_OK) : EX_OK;
}

bool session_open(struct session *session, enum option_command command, int count,
                  char *const *arguments, int *ret_code)
{
    struct error err = {0};

    memset(session, 0, sizeof(*session));
    arena_init(&session->arena);
    session->command = command;
    if (options_parse(command, count, arguments, run_environment, NULL, &session->arena,
                      &session->options, &err)) {
        *ret_code = session_fail(&err, EX_USAGE);
        if (*ret_code == EX_USAGE)
            fprintf(stderr, "tocsin: see tocsin %s --help\n", manual_command_name(command));
        return false;
    }
    if (session->options.help) {
        manual_print_help(stdout, command);
        *ret_code = EX_OK;
        return false;
    }
    return true;
}

void session_close(struct session *session)
{
    sink_free(session->sink);
    arena_fini(&session->arena);
}

void session_print_end(const struct session *session)
{
    if (session->options.dry_run)
        fprintf(stderr, "; dry run: nothing was sent\n");
    else
        fprintf(stderr, "; topic %s at %s\n", session->topic, session->options.brokers);
}
