/*
 * digest.c - SHA-256 and SHA-1 by libcrypto's plain functions.
 *
 * EVP would allocate a context and look the algorithm up by name at each call, and can fail;
 * findings come by the hundred thousand a second. The plain functions are the 1.1 interface, which
 * libcrypto 3 keeps, hence the compatibility level.
 */
#define OPENSSL_API_COMPAT 0x10100000L
#include "producer/digest.h"

#include <openssl/sha.h>
#include <stdint.h>
#include <string.h>

/* TOCSIN_NAMESPACE */
static const unsigned char namespace_bytes[16] = {
    0x2d, 0x7b, 0x97, 0x4b, 0x7e, 0xd3, 0x46, 0xeb, 0xad, 0x7a, 0x77, 0xb6, 0x00, 0x79, 0x32, 0xec,
};

static void write_hex(const unsigned char *bytes, size_t count, char *ret_hex)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < count; i++) {
        ret_hex[2 * i] = digits[bytes[i] >> 4];
        ret_hex[2 * i + 1] = digits[bytes[i] & 0x0f];
    }
    ret_hex[2 * count] = '\0';
}

static size_t write_prefix(size_t bytes, unsigned char ret_prefix[4])
{
    for (size_t i = 0; i < 4; i++)
        ret_prefix[i] = (unsigned char)(bytes >> (24 - 8 * i));
    return bytes;
}

void digest_hex(const char *const *strings, size_t count, char ret_hex[DIGEST_HEX_BYTES])
{
    unsigned char hash[SHA256_DIGEST_LENGTH], prefix[4];
    SHA256_CTX context;

    SHA256_Init(&context);
    for (size_t i = 0; i < count; i++) {
        const char *string = strings[i] ? strings[i] : "";
        size_t bytes = write_prefix(strlen(string), prefix);

        SHA256_Update(&context, prefix, sizeof(prefix));
        SHA256_Update(&context, string, bytes);
    }
    SHA256_Final(hash, &context);
    write_hex(hash, 16, ret_hex);
}

void digest_hex_bytes(const void *bytes, size_t count, char ret_hex[DIGEST_HEX_BYTES])
{
    unsigned char hash[SHA256_DIGEST_LENGTH];
    SHA256_CTX context;

    SHA256_Init(&context);
    SHA256_Update(&context, bytes, count);
    SHA256_Final(hash, &context);
    write_hex(hash, 16, ret_hex);
}

/* 8-4-4-4-12 with version 5 and the variant of RFC 9562. */
static void write_uuid(unsigned char *hash, char ret_id[FINDING_ID_BYTES])
{
    static const size_t groups[] = {4, 2, 2, 2, 6};
    char *at = ret_id;

    hash[6] = (unsigned char)((hash[6] & 0x0f) | 0x50);
    hash[8] = (unsigned char)((hash[8] & 0x3f) | 0x80);
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
        if (i > 0)
            *at++ = '-';
        write_hex(hash, groups[i], at);
        hash += groups[i];
        at += 2 * groups[i];
    }
}

void digest_uuid(const char *const *strings, size_t count, char ret_id[FINDING_ID_BYTES])
{
    unsigned char hash[SHA_DIGEST_LENGTH], prefix[4];
    SHA_CTX context;

    SHA1_Init(&context);
    SHA1_Update(&context, namespace_bytes, sizeof(namespace_bytes));
    for (size_t i = 0; i < count; i++) {
        const char *string = strings[i] ? strings[i] : "";
        size_t bytes = write_prefix(strlen(string), prefix);

        SHA1_Update(&context, prefix, sizeof(prefix));
        SHA1_Update(&context, string, bytes);
    }
    SHA1_Final(hash, &context);
    write_uuid(hash, ret_id);
}
