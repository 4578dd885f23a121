/*
 * signature.c - signs requests as Standard Webhooks says. See signature.h.
 */
#include "consumer/channels/signature.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#include "consumer/channels/buffer.h"

#define PREFIX            "whsec_"
#define ENCODED_MAX       ((size_t)4 * ((SIGNATURE_KEY_BYTES_MAX + 2) / 3))
#define MESSAGE_ID_PREFIX "msg_"
#define MESSAGE_ID_HASHED 16

int signature_key_read(const char *secret, struct signature_key *ret_key, struct error *err)
{
    const char *encoded =
        strncmp(secret, PREFIX, strlen(PREFIX)) == 0 ? secret + strlen(PREFIX) : secret;
    unsigned char bytes[3 * ENCODED_MAX / 4 + 1];
    size_t length = strlen(encoded), padding = 0;

    while (padding < 2 && padding < length && encoded[length - 1 - padding] == '=')
        padding++;
    int decoded = length > 0 && length <= ENCODED_MAX
                      ? EVP_DecodeBlock(bytes, (const unsigned char *)encoded, (int)length)
                      : -1;
    size_t count = decoded >= (int)padding ? (size_t)decoded - padding : 0;
    if (length % 4 != 0 || count < SIGNATURE_KEY_BYTES_MIN || count > SIGNATURE_KEY_BYTES_MAX) {
        OPENSSL_cleanse(bytes, sizeof bytes);
        return error_set(err, ERROR_INPUT,
                         "secret is not " PREFIX " and the base64 of %d to %d bytes",
                         SIGNATURE_KEY_BYTES_MIN, SIGNATURE_KEY_BYTES_MAX);
    }
    memcpy(ret_key->bytes, bytes, count);
    ret_key->count = count;
    OPENSSL_cleanse(bytes, sizeof bytes);
    return 0;
}

void signature_key_wipe(struct signature_key *key)
{
    OPENSSL_cleanse(key, sizeof *key);
}

int signature_make(const struct signature_key *key, const char *id, int64_t timestamp_s,
                   const char *body, size_t body_bytes, struct arena *arena,
                   char ret_signature[SIGNATURE_BYTES], struct error *err)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned digest_bytes = 0;
    struct buffer content;

    buffer_init(&content, strlen(id) + body_bytes + 32, arena);
    buffer_printf(&content, "%s.%" PRId64 ".", id, timestamp_s);
    buffer_add(&content, body, body_bytes);
    if (content.full ||
        !HMAC(EVP_sha256(), key->bytes, (int)key->count, (const unsigned char *)content.text,
              content.bytes, digest, &digest_bytes))
        return error_set(err, ERROR_MEMORY, "a request could not be signed");
    unsigned char encoded[SIGNATURE_BYTES - 3];
    EVP_EncodeBlock(encoded, digest, (int)digest_bytes);
    snprintf(ret_signature, SIGNATURE_BYTES, "v1,%s", (const char *)encoded);
    return 0;
}

int message_id(const char *const *parts, size_t count, struct arena *arena,
               char ret_id[MESSAGE_ID_BYTES], struct error *err)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    struct buffer content;
    size_t bytes = 0;

    for (size_t i = 0; i < count; i++)
        bytes += strlen(parts[i]) + 24;
    buffer_init(&content, bytes, arena);
    for (size_t i = 0; i < count; i++)
        buffer_printf(&content, "%zu:%s", strlen(parts[i]), parts[i]);
    if (content.full)
        return error_set(err, ERROR_MEMORY, "no memory for a request's id");
    SHA256((const unsigned char *)buffer_get(&content), content.bytes, digest);
    size_t used = (size_t)snprintf(ret_id, MESSAGE_ID_BYTES, MESSAGE_ID_PREFIX);
    for (size_t i = 0; i < MESSAGE_ID_HASHED; i++)
        used += (size_t)snprintf(ret_id + used, MESSAGE_ID_BYTES - used, "%02x", digest[i]);
    return 0;
}
