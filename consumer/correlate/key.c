/*
 * key.c - hex to 128 bits and back.
 *
 * Lower-case hex only, as the records have it: two spellings would be two identities.
 */
#include "consumer/correlate/key.h"

#include <string.h>

#include "producer/digest.h"

#define FINGERPRINT_PREFIX "v1:"

/* The digit's value + 1; 0: no digit. On the path of every finding. */
static const unsigned char digits_of[256] = {
    ['0'] = 1, ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
};

static bool take_hex(const char *hex, unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        unsigned high = digits_of[(unsigned char)hex[2 * i]];
        unsigned low = digits_of[(unsigned char)hex[2 * i + 1]];

        if (!high || !low)
            return false;
        bytes[i] = (unsigned char)((high - 1) << 4 | (low - 1));
    }
    return true;
}

bool key_of_fingerprint(const char *text, size_t bytes, struct key *ret)
{
    unsigned char raw[KEY_BYTES];

    if (bytes != FINGERPRINT_BYTES - 1 || memcmp(text, FINGERPRINT_PREFIX, 3) != 0 ||
        !take_hex(text + 3, raw, KEY_BYTES))
        return false;
    memcpy(ret, raw, KEY_BYTES);
    return true;
}

bool key_of_uuid(const char *text, size_t bytes, struct key *ret)
{
    static const struct {
        size_t at, count;
    } groups[] = {{0, 4}, {9, 2}, {14, 2}, {19, 2}, {24, 6}};
    unsigned char raw[KEY_BYTES];
    size_t filled = 0;

    if (bytes != FINDING_ID_BYTES - 1 || text[8] != '-' || text[13] != '-' || text[18] != '-' ||
        text[23] != '-')
        return false;
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
        if (!take_hex(text + groups[i].at, raw + filled, groups[i].count))
            return false;
        filled += groups[i].count;
    }
    memcpy(ret, raw, KEY_BYTES);
    return true;
}

void key_of_text(const char *text, size_t bytes, struct key *ret)
{
    char hex[DIGEST_HEX_BYTES];
    unsigned char raw[KEY_BYTES];

    digest_hex_bytes(text, bytes, hex);
    take_hex(hex, raw, KEY_BYTES);
    memcpy(ret, raw, KEY_BYTES);
}

void key_fingerprint(const struct key *key, char ret_fingerprint[FINGERPRINT_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char raw[KEY_BYTES];
    char *at = stpcpy(ret_fingerprint, FINGERPRINT_PREFIX);

    memcpy(raw, key, KEY_BYTES);
    for (size_t i = 0; i < KEY_BYTES; i++) {
        *at++ = digits[raw[i] >> 4];
        *at++ = digits[raw[i] & 0x0f];
    }
    *at = '\0';
}
