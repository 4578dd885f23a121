/*
 * test_mask.c - each rule hides what it is for and nothing beside it; limits at their edges.
 *
 * Recall and precision over a generated corpus are measured in tests/contract/test_mask.py. The
 * tokens here are put together from pieces so that no scanner takes this file for a leak.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "producer/mask.h"
#include "producer/mask_rules.h"

#define ALNUM36 "abcdefghij0123456789ABCDEFGHIJ012345"
#define HEX32   "0123456789abcdef0123456789abcdef"

static struct arena arena;

static void arena_begin(void)
{
    arena_init(&arena);
}

static void arena_end(void)
{
    arena_fini(&arena);
}

TestSuite(mask, .init = arena_begin, .fini = arena_end);

static struct mask *mask_of(unsigned kinds)
{
    struct error err = {0};
    struct mask *mask;
    int rc = mask_new(&(struct mask_options){.kinds = kinds}, &mask, &err);

    cr_assert_eq(rc, 0, "%s", err.text);
    return mask;
}

struct mask_case {
    const char *text, *masked;
};

static void check_cases(unsigned kinds, const struct mask_case *cases, size_t count)
{
    struct mask *mask = mask_of(kinds);

    for (size_t i = 0; i < count; i++) {
        size_t places = 0;
        const char *masked = mask_text(mask, cases[i].text, &arena, &places);
        cr_assert_str_eq(masked, cases[i].masked, "%s\n -> %s\n != %s", cases[i].text, masked,
                         cases[i].masked);
        cr_assert_eq(places > 0, strcmp(cases[i].text, cases[i].masked) != 0);
        cr_assert_str_eq(mask_text(mask, masked, &arena, NULL), masked, "masked twice");
    }
    mask_free(mask);
}

#define COUNT(cases) (sizeof(cases) / sizeof((cases)[0]))
#define STARS36      "************************************"

Test(mask, secrets_leave_their_kind_and_shape)
{
    static const struct mask_case cases[] = {
        {"use gh"
         "p_" ALNUM36 ", please",
         "use ghp_[masked github-token: " STARS36 "], please"},
        {"key=AKIA"
         "ABCDEFGHIJKLMNOP.",
         "key=AKIA[masked aws-access-key: ****************]."},
        {"postgres://app:hunter2@db:5432/x",
         "postgres://app:[masked url-password: *******]@db:5432/x"},
        {"Authorization: Bearer abc.def-123456",
         "Authorization: Bearer [masked authorization: ***.***-******]"},
        {"password: \"correct-h0rse\"", "password: \"[masked secret: *******-*****]\""},
        {"{\"api_key\":\"" HEX32 "\"}",
         "{\"api_key\":\"[masked secret: ********************************]\"}"},
        {"-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
         "-----BEGIN RSA PRIVATE KEY-----[masked private-key: ******]-----END RSA PRIVATE "
         "KEY-----"},
        {"-----BEGIN PRIVATE KEY-----\nMIIE",
         "-----BEGIN PRIVATE KEY-----[masked private-key: *****]"},
        {"https://x.logic.azure.com/w?sv=1.0&sig="
         "abcdefghijABCDEFGHIJ0",
         "https://x.logic.azure.com/w?sv=1.0&sig=[masked teams-webhook: *********************]"},
        {"{\\\"password\\\": \\\"correct-h0rse\\\"}",
         "{\\\"password\\\": \\\"[masked secret: *******-*****]\\\"}"},
        {"<token>abcdef-0123</token>", "<token>[masked secret: ******-****]</token>"},
        {"--api_key abcdef-0123", "--api_key [masked secret: ******-****]"},
        {"?token=abcdef-0123&page=2", "?token=[masked secret: ******-****]&page=2"},
        {"the password is: correct-h0rse", "the password is: [masked secret: *******-*****]"},
        {"AWS_SECRET_ACCESS_KEY=" ALNUM36 "wxyz",
         "AWS_SECRET_ACCESS_KEY=[masked aws-secret-key: " STARS36 "****]"},
    };

    check_cases(MASK_SECRETS, cases, COUNT(cases));
}

Test(mask, words_are_no_secrets)
{
    static const char *const texts[] = {
        "",
        "the password is incorrect",
        "password: incorrect",
        "token: <your token here>",
        "secret = ********",
        "risk-of-harm-and-more-of-such-words-here",
        "A",
        "sk-",
        "git@github.com:acme/helpbot.git",
        "https://user@example.org/",
        "api_key: ${API_KEY}",
        "tokens: 1024, max_tokens=4096",
        "password = getpass.getpass()",
        "token=os.environ[\"TOKEN_NAME\"]",
        "password: process.env.DB_PASSWORD",
        "api_key: your-key-goes-here-1",
        "(password=changeme).",
        "the secret is well-known",
    };
    struct mask *mask = mask_of(MASK_SECRETS);

    for (size_t i = 0; i < COUNT(texts); i++)
        cr_assert_eq(mask_text(mask, texts[i], &arena, NULL), texts[i], "%s became %s", texts[i],
                     mask_text(mask, texts[i], &arena, NULL));
    cr_assert_null(mask_text(mask, NULL, &arena, NULL));
    mask_free(mask);
}

Test(mask, personal_data_leaves_its_shape)
{
    static const struct mask_case cases[] = {
        {"write to Ada.Lovelace+x@mail.example.org.",
         "write to [masked email: ***.**********@****.*******.***]."},
        {"card 4111 1111 1111 1111 is", "card [masked card: **** **** **** ****] is"},
        {"order 411-1111111-111111 is", "order 411-1111111-111111 is"},
        {"?who=ada%40example.org&x", "?who=[masked email: *************.***]&x"},
        {"git@github.com:acme/helpbot.git", "git@github.com:acme/helpbot.git"},
        {"ask 0171 2345678", "ask [masked phone: **** *******]"},
        {"ask 0041 44 772 68 97", "ask [masked phone: **** ** *** ** **]"},
        {"card 4111 1111 1111 1112 is", "card 4111 1111 1111 1112 is"},
        {"IBAN DE89 3704 0044 0532 0130 00", "IBAN [masked iban: **** **** **** **** **** **]"},
        {"IBAN DE88 3704 0044 0532 0130 00", "IBAN DE88 3704 0044 0532 0130 00"},
        {"call +49 (30) 901820-12 now", "call [masked phone: *** (**) ******-**] now"},
        {"call (555) 010-4477", "call [masked phone: (***) ***-****]"},
        {"at 2026-11-25 02:00:13, 1732068013 and 10.20.30.40",
         "at 2026-11-25 02:00:13, 1732068013 and 10.20.30.40"},
        {"ghp_x a@b", "ghp_x a@b"},
    };

    check_cases(MASK_PERSONAL, cases, COUNT(cases));
}

Test(mask, kinds_are_asked_for)
{
    static const char text[] = "ada@example.org gh"
                               "p_" ALNUM36;
    struct mask *none = mask_of(0), *both = mask_of(MASK_SECRETS | MASK_PERSONAL);

    cr_assert_eq(mask_text(none, text, &arena, NULL), text);
    cr_assert_str_eq(mask_text(both, text, &arena, NULL),
                     "[masked email: ***@*******.***] ghp_[masked github-token: " STARS36 "]");
    mask_free(none);
    mask_free(both);
}

Test(mask, known_values_wherever_they_stand)
{
    const char *values[] = {"s3cr3t-v", "short", "s3cr3t-value"};
    struct error err = {0};
    struct mask *mask;

    cr_assert_eq(mask_new(&(struct mask_options){.values = values, .values_count = 3}, &mask, &err),
                 0);
    cr_assert_str_eq(mask_text(mask, "xs3cr3t-valueys3cr3t-v short", &arena, NULL),
                     "x[masked ci-secret: ******-*****]y[masked ci-secret: ******-*] short",
                     "the longer of two, and none under %d bytes", MASK_VALUE_BYTES_MIN);
    mask_free(mask);
}

Test(mask, configured_patterns)
{
    const struct mask_pattern patterns[] = {{"employee", "E-([0-9]{6})"}, {"umlaut", "ä+"}};
    struct error err = {0};
    struct mask *mask;

    cr_assert_eq(
        mask_new(&(struct mask_options){.patterns = patterns, .patterns_count = 2}, &mask, &err),
        0);
    cr_assert_str_eq(mask_text(mask, "E-123456 sagt ää", &arena, NULL),
                     "E-[masked employee: ******] sagt [masked umlaut: **]");
    mask_free(mask);
}

Test(mask, a_pattern_that_gets_lost_hides_all)
{
    const struct mask_pattern pattern = {"lost", "(?:a|aa)+cc"};
    char text[4096];
    struct error err = {0};
    struct mask *mask;

    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 2] = 'c';
    text[sizeof(text) - 1] = '\0';
    cr_assert_eq(
        mask_new(&(struct mask_options){.patterns = &pattern, .patterns_count = 1}, &mask, &err),
        0);
    cr_assert_str_eq(mask_text(mask, text, &arena, NULL),
                     "[masked text-that-could-not-be-searched: " STARS36 "****...]");
    mask_free(mask);
}

Test(mask, what_is_configured_wrong_is_said)
{
    char long_pattern[MASK_PATTERN_BYTES_MAX + 2];
    const struct mask_pattern patterns[] = {
        {"bad", "a(b"}, {"Upper", "a"}, {"", "a"}, {"long", long_pattern}};
    static const char *const words[] = {"pattern bad: missing closing parenthesis at character 4",
                                        "small letters", "small letters",
                                        "pattern long is longer than 1024 bytes"};

    memset(long_pattern, 'a', sizeof(long_pattern) - 1);
    long_pattern[sizeof(long_pattern) - 1] = '\0';
    for (size_t i = 0; i < COUNT(patterns); i++) {
        struct error err = {0};
        struct mask *mask;
        cr_assert_eq(mask_new(&(struct mask_options){.patterns = &patterns[i], .patterns_count = 1},
                              &mask, &err),
                     -1);
        cr_assert_null(mask);
        cr_assert_not_null(strstr(err.text, words[i]), "%s", err.text);
    }
}

static int new_with_counts(size_t patterns_count, size_t values_count)
{
    struct mask_pattern *patterns = calloc(patterns_count + 1, sizeof(*patterns));
    const char **values = calloc(values_count + 1, sizeof(*values));
    struct error err = {0};
    struct mask *mask;
    int rc;

    for (size_t i = 0; i < patterns_count; i++)
        patterns[i] = (struct mask_pattern){"one", "one"};
    for (size_t i = 0; i < values_count; i++)
        values[i] = "12345678";
    rc = mask_new(&(struct mask_options){.patterns = patterns,
                                         .patterns_count = patterns_count,
                                         .values = values,
                                         .values_count = values_count},
                  &mask, &err);
    mask_free(mask);
    free(patterns);
    free(values);
    return rc;
}

Test(mask, what_stands_beside_something_hidden_is_found)
{
    static const struct mask_case cases[] = {
        {"call +49 30 1234567 4111 1111 1111 1111",
         "call [masked phone: *** ** *******] [masked card: **** **** **** ****]"},
        {"ada@example.org+49 30 1234567",
         "[masked email: ***@*******.***][masked phone: *** ** *******]"},
    };

    check_cases(MASK_PERSONAL, cases, COUNT(cases));
}

Test(mask, limits)
{
    char shape[MASK_SHAPE_BYTES_MAX + 2] = "";
    const char *value = shape;
    struct error err = {0};
    struct mask *mask;

    cr_assert_eq(new_with_counts(MASK_PATTERNS_MAX, MASK_VALUES_MAX), 0);
    cr_assert_eq(new_with_counts(MASK_PATTERNS_MAX + 1, 0), -1);
    cr_assert_eq(new_with_counts(0, MASK_VALUES_MAX + 1), -1);
    for (size_t bytes = MASK_SHAPE_BYTES_MAX; bytes <= MASK_SHAPE_BYTES_MAX + 1; bytes++) {
        memset(shape, 'x', bytes);
        cr_assert_eq(
            mask_new(&(struct mask_options){.values = &value, .values_count = 1}, &mask, &err), 0);
        const char *masked = mask_text(mask, shape, &arena, NULL);
        cr_assert_eq(strstr(masked, "...]") != NULL, bytes > MASK_SHAPE_BYTES_MAX);
        cr_assert_eq(strlen(masked), strlen("[masked ci-secret: ]") + MASK_SHAPE_BYTES_MAX +
                                         (bytes > MASK_SHAPE_BYTES_MAX ? 3 : 0));
        mask_free(mask);
    }
}

Test(mask, check_digits)
{
    cr_assert(mask_is_card("5555555555554444", 0, 16));
    cr_assert_not(mask_is_card("5555555555554445", 0, 16));
    cr_assert_not(mask_is_card("0000000000000000", 0, 16));
    cr_assert(mask_is_card("4222222222222", 0, 13));
    cr_assert_not(mask_is_card("422222222222", 0, 12));
    cr_assert(mask_is_iban("GB82WEST12345698765432", 0, 22));
    cr_assert_not(mask_is_iban("GB82WEST12345698765433", 0, 22));
    cr_assert(mask_is_phone("12345678", 0, 8));
    cr_assert_not(mask_is_phone("1234567", 0, 7));
    cr_assert_not(mask_is_phone("1234567890123456", 0, 16));
    cr_assert_not(mask_is_phone("11111111", 0, 8));
}
