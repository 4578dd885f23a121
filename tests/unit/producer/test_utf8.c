/*
 * test_utf8.c - valid, length and prefix, held against a decoder written from the definition.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "producer/record.h"

/* By the definition: the code point that the bytes spell, and whether that spelling is its
 * shortest. */
static bool is_character(const unsigned char *bytes, size_t count)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0}, mask[] = {0, 0, 0xe0, 0xf0, 0xf8};
    uint32_t code;

    if (count == 1)
        return bytes[0] < 0x80;
    if ((bytes[0] & mask[count]) != lead[count])
        return false;
    code = bytes[0] & (unsigned char)~mask[count];
    for (size_t i = 1; i < count; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return false;
        code = code << 6 | (bytes[i] & 0x3f);
    }
    return code >= smallest[count] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

Test(utf8, valid_for_every_two_bytes)
{
    for (unsigned int pair = 0; pair < 0x10000; pair++) {
        unsigned char bytes[] = {(unsigned char)(pair >> 8), (unsigned char)pair};
        bool expected =
            is_character(bytes, 2) || (is_character(bytes, 1) && is_character(bytes + 1, 1));

        cr_assert_eq(utf8_valid((const char *)bytes, 2), expected, "%04x", pair);
    }
}

Test(utf8, valid_at_the_edges_of_longer_forms)
{
    static const unsigned char edges[] = {0x00, 0x7f, 0x80, 0x8f, 0x90,
                                          0x9f, 0xa0, 0xbf, 0xc0, 0xff};
    const size_t n = sizeof(edges);

    for (unsigned int first = 0xe0; first < 0x100; first++) {
        for (size_t i = 0; i < n * n * n; i++) {
            unsigned char bytes[] = {(unsigned char)first, edges[i / n / n], edges[i / n % n],
                                     edges[i % n]};
            bool expected =
                is_character(bytes, 4) || (is_character(bytes, 3) && is_character(bytes + 3, 1));

            cr_assert_eq(utf8_valid((const char *)bytes, 4), expected);
            cr_assert_eq(utf8_valid((const char *)bytes, 3), is_character(bytes, 3));
        }
    }
}

Test(utf8, length_counts_code_points)
{
    cr_assert_eq(utf8_length("", 0), 0);
    cr_assert_eq(utf8_length("aé€𝄞", strlen("aé€𝄞")), 4);
}

Test(utf8, prefix_ends_on_a_boundary)
{
    static const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};

    for (size_t bytes = 0; bytes < sizeof(expected) / sizeof(expected[0]); bytes++)
        cr_assert_eq(utf8_prefix("aé€𝄞", bytes), expected[bytes], "%zu", bytes);
}
