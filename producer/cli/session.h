/*
 * session.h - what every command of tocsin shares: options, the sink, errors in words, exit codes.
 *
 * Exit codes are those of sysexits.h, one table. A session that failed to open can be closed.
 */
#ifndef TOCSIN_PRODUCER_CLI_SESSION_H
#define TOCSIN_PRODUCER_CLI_SESSION_H

#include "producer/cli/options.h"
#include "producer/sink.h"

#define TOPIC_BYTES_MAX 250

struct session {
    enum option_command command;
    struct options options;
    char topic[TOPIC_BYTES_MAX];
    struct sink *sink;
    struct arena arena;
};

/* Parses and prints the help where it is asked for. True: go on; false: exit with *ret_code. */
bool session_open(struct session *session, enum option_command command, int count,
                  char *const *arguments, int *ret_code);
void session_close(struct session *session);

/* Opens the sink: Kafka, or standard output for a dry run. Returns an exit code. */
int session_connect(struct session *session);

/* What the options say of Kafka, for `topic`; `properties` have to live as long. */
int session_kafka(struct session *session, const char *topic,
                  struct property properties[OPTION_PROPERTIES_MAX],
                  struct sink_kafka_config *ret_config, struct error *err);

/* Another sink of the same brokers, never a spool; the caller frees it. */
int session_open_sink(struct session *session, const char *topic, struct sink **ret_sink,
                      struct error *err);

/* The exit code of a command that did all it was asked: EX_OK, unless a spool had to help because
 * Kafka refuses who we are; says what is in the spool. */
int session_end(const struct session *session);

/* Prints an error and gives its exit code; `for_input` is what wrong input means here. */
int session_fail(const struct error *err, int for_input);

/* "; topic T at B", or that nothing was sent; at the end of what a command says. */
void session_print_end(const struct session *session);

#endif
