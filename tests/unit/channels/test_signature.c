/*
 * test_signature.c - Standard Webhooks: its own published example, and secrets that are none.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "consumer/channels/signature.h"

#define EXAMPLE_SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

Test(signature, the_specifications_example)
{
    const char *body = "{\"test\": 2432232314}";
    struct signature_key key = {.count = 0};
    struct arena arena;
    char signature[SIGNATURE_BYTES];

    arena_init(&arena);
    cr_assert_eq(signature_key_read(EXAMPLE_SECRET, &key, NULL), 0);
    cr_expect_eq(key.count, 24);
    cr_assert_eq(signature_make(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body,
                                strlen(body), &arena, signature, NULL),
                 0);
    cr_expect_str_eq(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    signature_key_wipe(&key);
    cr_expect_eq(key.count, 0);
    arena_fini(&arena);
}

Test(signature, secrets_are_24_to_64_bytes_of_base64)
{
    static const struct {
        size_t digits;
        const char *padding;
    } rows[] = {
        {0, ""},  {30, "="},  {30, "=="}, {31, "="}, {32, ""},  {33, ""},
        {84, ""}, {86, "=="}, {87, "="},  {88, ""},  {400, ""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char digits[401] = "", secret[420];
        struct signature_key key = {.count = 0};
        struct error err = {0};
        memset(digits, 'A', rows[i].digits);
        snprintf(secret, sizeof secret, "whsec_%s%s", digits, rows[i].padding);
        int rc = signature_key_read(secret, &key, &err);
        size_t bytes = rows[i].digits * 6 / 8;
        bool wanted = (rows[i].digits + strlen(rows[i].padding)) % 4 == 0 &&
                      bytes >= SIGNATURE_KEY_BYTES_MIN && bytes <= SIGNATURE_KEY_BYTES_MAX;
        cr_expect_eq(rc == 0, wanted, "row %zu: %zu bytes", i, bytes);
        cr_expect(rc != 0 || key.count == bytes, "row %zu", i);
        cr_expect(rc == 0 || !strstr(err.text, "AAAA"), "row %zu shows the secret", i);
    }
}

Test(signature, what_is_no_base64_is_refused_without_showing_it)
{
    struct signature_key key;
    struct error err = {0};

    cr_expect_neq(signature_key_read("whsec_this is not base64 at all!!", &key, &err), 0);
    cr_expect_null(strstr(err.text, "this is not"));
    cr_expect_not_null(strstr(err.text, "secret"));
    cr_expect_eq(signature_key_read(EXAMPLE_SECRET + 6, &key, NULL), 0,
                 "the prefix may be left out");
}

Test(signature, an_id_is_of_its_parts_and_their_borders)
{
    const char *one[] = {"ab", "c"}, *two[] = {"a", "bc"};
    char first[MESSAGE_ID_BYTES], again[MESSAGE_ID_BYTES], other[MESSAGE_ID_BYTES];
    struct arena arena;

    arena_init(&arena);
    cr_assert_eq(message_id(one, 2, &arena, first, NULL), 0);
    cr_assert_eq(message_id(one, 2, &arena, again, NULL), 0);
    cr_assert_eq(message_id(two, 2, &arena, other, NULL), 0);
    cr_expect_eq(strlen(first), 36);
    cr_expect_str_eq(first, again);
    cr_expect_str_neq(first, other);
    arena_fini(&arena);
}
