/*
 * cut.c - see cut.h.
 */
#include "consumer/correlate/cut.h"

#include <openssl/sha.h>
#include <string.h>

void sha256_hex(const void *bytes, size_t count, char ret_hex[SHA256_HEX_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char hash[SHA256_DIGEST_LENGTH];

    SHA256(bytes, count, hash);
    for (size_t i = 0; i < SHA256_DIGEST_LENGTH; i++) {
        ret_hex[2 * i] = digits[hash[i] >> 4];
        ret_hex[2 * i + 1] = digits[hash[i] & 0x0f];
    }
    ret_hex[SHA256_HEX_BYTES - 1] = '\0';
}

/* The bytes that a byte takes in JSON. */
static size_t escaped_bytes(unsigned char byte)
{
    if (byte == '"' || byte == '\\' || byte == '\b' || byte == '\f' || byte == '\n' ||
        byte == '\r' || byte == '\t')
        return 2;
    return byte < ' ' ? 6 : 1;
}

/* The longest prefix, on a character boundary, that takes at most so many bytes in JSON. */
static size_t escaped_prefix(const char *text, size_t bytes_max)
{
    size_t bytes = 0, at = 0;

    while (text[at] && (bytes += escaped_bytes((unsigned char)text[at])) <= bytes_max)
        at++;
    return text[at] ? utf8_prefix(text, at) : at;
}

int cut_text(struct cut_text *text, size_t bytes_max, struct arena *arena)
{
    size_t kept = escaped_prefix(text->text, bytes_max);
    size_t bytes = kept + strlen(text->text + kept);

    if (kept == bytes)
        return 0;
    if (!text->sha256) {
        char hex[SHA256_HEX_BYTES];

        sha256_hex(text->text, bytes, hex);
        text->sha256 = arena_strdup(arena, hex);
        if (!text->sha256)
            return -1;
    }
    text->text = arena_strndup(arena, text->text, kept);
    text->cut_bytes += (int64_t)(bytes - kept);
    return text->text ? 0 : -1;
}
