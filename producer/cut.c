/*
 * cut.c - evidence cut to size, with a hash of the whole.
 */
#include "producer/cut.h"

#include <openssl/sha.h>
#include <string.h>

#define SHA256_HEX_BYTES (2 * SHA256_DIGEST_LENGTH + 1)

/* As the encoder escapes: quote and backslash in two bytes, control characters in two or six. */
static size_t escaped_byte(unsigned char byte)
{
    if (byte == '"' || byte == '\\')
        return 2;
    if (byte >= 0x20)
        return 1;
    return strchr("\b\f\n\r\t", byte) ? 2 : 6; /* NUL never comes here */
}

size_t cut_escaped_bytes(const char *text)
{
    size_t bytes = 0;

    for (; *text; text++)
        bytes += escaped_byte((unsigned char)*text);
    return bytes;
}

/* The longest prefix that takes at most `escaped_max`, on a character boundary. */
static size_t prefix_bytes(const char *text, size_t escaped_max)
{
    size_t bytes = 0, escaped = 0;

    while (text[bytes] && escaped + escaped_byte((unsigned char)text[bytes]) <= escaped_max)
        escaped += escaped_byte((unsigned char)text[bytes++]);
    return utf8_prefix(text, bytes);
}

static int cut_text(const char **text, size_t escaped_max, int64_t *cut_bytes, const char **sha256,
                    struct arena *arena, struct error *err)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[SHA256_DIGEST_LENGTH];
    size_t bytes = strlen(*text), kept = prefix_bytes(*text, escaped_max);
    char *hex;

    if (kept == bytes)
        return 0;
    hex = arena_alloc(arena, SHA256_HEX_BYTES);
    SHA256((const unsigned char *)*text, bytes, digest);
    *text = arena_strndup(arena, *text, kept);
    if (!hex || !*text)
        return error_set(err, ERROR_MEMORY, "no memory to cut a finding");
    for (size_t i = 0; i < sizeof(digest); i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 0xf];
    }
    /* a text that was cut before keeps the hash of what was whole then */
    if (!*sha256)
        *sha256 = hex;
    *cut_bytes += (int64_t)(bytes - kept);
    return 0;
}

int cut_finding(struct finding *finding, struct arena *arena, struct error *err)
{
    size_t prompt = cut_escaped_bytes(finding->prompt);
    size_t output = cut_escaped_bytes(finding->output);
    size_t output_max;

    if (prompt + output <= CUT_TEXT_BYTES_MAX)
        return 0;
    output_max = prompt + CUT_OUTPUT_BYTES_MIN <= CUT_TEXT_BYTES_MAX ? CUT_TEXT_BYTES_MAX - prompt
                                                                     : CUT_OUTPUT_BYTES_MIN;
    if (cut_text(&finding->output, output_max, &finding->output_cut_bytes, &finding->output_sha256,
                 arena, err))
        return -1;
    output = cut_escaped_bytes(finding->output);
    return cut_text(&finding->prompt, CUT_TEXT_BYTES_MAX - output, &finding->prompt_cut_bytes,
                    &finding->prompt_sha256, arena, err);
}
