/*
 * message.c - see message.h.
 */
#include "consumer/kafka/message.h"

void message_headers(const rd_kafka_message_t *message, struct envelope *ret)
{
    rd_kafka_headers_t *list = NULL;

    ret->count = 0;
    if (rd_kafka_message_headers(message, &list) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    while (ret->count < ENVELOPE_HEADERS_MAX) {
        struct header *header = &ret->headers[ret->count];
        const void *value;

        if (rd_kafka_header_get_all(list, ret->count, &header->name, &value, &header->bytes) !=
            RD_KAFKA_RESP_ERR_NO_ERROR)
            return;
        header->value = value;
        ret->count++;
    }
}
