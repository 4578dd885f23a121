/*
 * sasl.c - what librdkafka wants of Cyrus SASL, in the static program that has none.
 *
 * Only GSSAPI (Kerberos) needs Cyrus SASL, and that loads plugins, which a static program cannot.
 * SCRAM, PLAIN and OAUTHBEARER are librdkafka's own. Every call fails or does nothing;
 * sink_kafka.c refuses the mechanism before it comes to that.
 */
#include <stddef.h>

#define SASL_OK     0
#define SASL_NOMECH (-4)

struct sasl_conn;

int sasl_client_init(const void *callbacks);
int sasl_client_new(const char *service, const char *server, const char *local, const char *remote,
                    const void *callbacks, unsigned flags, struct sasl_conn **ret_connection);
int sasl_client_start(struct sasl_conn *connection, const char *mechanisms, void **interaction,
                      const char **ret_output, unsigned *ret_bytes, const char **ret_mechanism);
int sasl_client_step(struct sasl_conn *connection, const char *input, unsigned input_bytes,
                     void **interaction, const char **ret_output, unsigned *ret_bytes);
void sasl_dispose(struct sasl_conn **connection);
const char *sasl_errdetail(struct sasl_conn *connection);
const char *sasl_errstring(int code, const char *languages, const char **ret_language);
int sasl_getprop(struct sasl_conn *connection, int property, const void **ret_value);
int sasl_listmech(struct sasl_conn *connection, const char *user, const char *prefix,
                  const char *separator, const char *suffix, const char **ret_result,
                  unsigned *ret_bytes, int *ret_count);

static const char refusal[] = "GSSAPI is not in the static tocsin";

int sasl_client_init(const void *callbacks)
{
    (void)callbacks;
    return SASL_OK;
}

int sasl_client_new(const char *service, const char *server, const char *local, const char *remote,
                    const void *callbacks, unsigned flags, struct sasl_conn **ret_connection)
{
    (void)service;
    (void)server;
    (void)local;
    (void)remote;
    (void)callbacks;
    (void)flags;
    (void)ret_connection;
    return SASL_NOMECH;
}

int sasl_client_start(struct sasl_conn *connection, const char *mechanisms, void **interaction,
                      const char **ret_output, unsigned *ret_bytes, const char **ret_mechanism)
{
    (void)connection;
    (void)mechanisms;
    (void)interaction;
    (void)ret_output;
    (void)ret_bytes;
    (void)ret_mechanism;
    return SASL_NOMECH;
}

int sasl_client_step(struct sasl_conn *connection, const char *input, unsigned input_bytes,
                     void **interaction, const char **ret_output, unsigned *ret_bytes)
{
    (void)connection;
    (void)input;
    (void)input_bytes;
    (void)interaction;
    (void)ret_output;
    (void)ret_bytes;
    return SASL_NOMECH;
}

void sasl_dispose(struct sasl_conn **connection)
{
    (void)connection;
}

const char *sasl_errdetail(struct sasl_conn *connection)
{
    (void)connection;
    return refusal;
}

const char *sasl_errstring(int code, const char *languages, const char **ret_language)
{
    (void)code;
    (void)languages;
    (void)ret_language;
    return refusal;
}

int sasl_getprop(struct sasl_conn *connection, int property, const void **ret_value)
{
    (void)connection;
    (void)property;
    (void)ret_value;
    return SASL_NOMECH;
}

int sasl_listmech(struct sasl_conn *connection, const char *user, const char *prefix,
                  const char *separator, const char *suffix, const char **ret_result,
                  unsigned *ret_bytes, int *ret_count)
{
    (void)connection;
    (void)user;
    (void)prefix;
    (void)separator;
    (void)suffix;
    (void)ret_result;
    (void)ret_bytes;
    (void)ret_count;
    return SASL_NOMECH;
}
