/*
 * test_digest.c - published values of the hashes below every identity.
 */
#include <criterion/criterion.h>

#include "producer/digest.h"

Test(digest, sha256_of_plain_bytes)
{
    char hex[DIGEST_HEX_BYTES];

    digest_hex_bytes("abc", 3, hex);
    cr_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223");
    digest_hex_bytes("", 0, hex);
    cr_assert_str_eq(hex, "e3b0c44298fc1c149afbf4c8996fb924");
}

Test(digest, lists_that_read_alike_differ)
{
    const char *first[] = {"ab", "c"}, *second[] = {"a", "bc"}, *third[] = {"ab", "c", ""};
    char a[DIGEST_HEX_BYTES], b[DIGEST_HEX_BYTES], c[DIGEST_HEX_BYTES];

    digest_hex(first, 2, a);
    digest_hex(second, 2, b);
    digest_hex(third, 3, c);
    cr_assert_str_neq(a, b);
    cr_assert_str_neq(a, c);
}

Test(digest, null_counts_as_empty)
{
    const char *nothing[] = {NULL}, *empty[] = {""};
    char a[FINDING_ID_BYTES], b[FINDING_ID_BYTES];

    digest_uuid(nothing, 1, a);
    digest_uuid(empty, 1, b);
    cr_assert_str_eq(a, b);
    cr_assert_eq(a[14], '5');
    cr_assert(a[19] == '8' || a[19] == '9' || a[19] == 'a' || a[19] == 'b');
}
