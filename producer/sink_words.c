/*
 * sink_words.c - see sink_words.h.
 */
#include "producer/sink_words.h"

/* Before it SCRAM's last message said the client's nonce twice, which Kafka 4 refuses. */
#define SCRAM_WITH_KAFKA_4 0x020601ff

#define CHECK_LOGIN "check sasl.mechanisms, sasl.username and sasl.password"

static const struct refusal {
    rd_kafka_resp_err_t code;
    enum error_kind kind;
    const char *advice;
} refusals[] = {
    {RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, ERROR_RETRIABLE,
     " (tocsind makes its topics when it starts)"},
    {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, ERROR_RETRIABLE,
     " (tocsind makes its topics when it starts)"},
    {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, ERROR_INPUT,
     " (its max.message.bytes is smaller than a record)"},
    {RD_KAFKA_RESP_ERR_INVALID_MSG, ERROR_INPUT, ""},
    {RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, ERROR_INPUT, " (check --topic and --prefix)"},
    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, ERROR_FATAL,
     " (the principal needs the ACLs Write and Describe on this topic)"},
    {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, ERROR_FATAL, ""},
    {RD_KAFKA_RESP_ERR_POLICY_VIOLATION, ERROR_FATAL, ""},
    {RD_KAFKA_RESP_ERR__AUTHENTICATION, ERROR_FATAL, " (" CHECK_LOGIN ")"},
    {RD_KAFKA_RESP_ERR__SSL, ERROR_FATAL,
     " (check ssl.ca.location, and ssl.certificate.location where the broker asks for one)"},
    {RD_KAFKA_RESP_ERR__RESOLVE, ERROR_RETRIABLE, " (check the names in --brokers)"},
};

static const struct refusal *find(rd_kafka_resp_err_t code)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        if (refusals[i].code == code)
            return &refusals[i];
    }
    return NULL;
}

enum error_kind refusal_kind(rd_kafka_resp_err_t code)
{
    const struct refusal *refusal = find(code);

    return refusal ? refusal->kind : ERROR_RETRIABLE;
}

const char *refusal_advice(rd_kafka_resp_err_t code)
{
    const struct refusal *refusal = find(code);

    if (code == RD_KAFKA_RESP_ERR__AUTHENTICATION && rd_kafka_version() < SCRAM_WITH_KAFKA_4)
        return " (" CHECK_LOGIN
               "; SCRAM with Kafka 4 needs librdkafka 2.6.1: with an older one take "
               "PLAIN over TLS or a client's certificate)";
    return refusal ? refusal->advice : "";
}

bool refusal_of_connection(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR__AUTHENTICATION || code == RD_KAFKA_RESP_ERR__SSL;
}
