/*
 * test_masking.c - what each policy leaves of a picture: nothing planted in any text survives, and
 * what is ours stays.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "consumer/enrich/masking.h"

#define EMAIL "ada.lovelace@example.org"
#define CARD  "4111 1111 1111 1111"
#define TOKEN                                                                                      \
    "gh"                                                                                           \
    "p_abcdefghij0123456789ABCDEFGHIJ012345"
#define ID "AB123456C"

static struct arena arena;
static struct masking masking;

static void begin(void)
{
    static struct label pattern = {"national-id", "\\b[A-Z]{2}[0-9]{6}[A-Z]\\b"};
    struct error err = {0};

    arena_init(&arena);
    cr_assert_eq(masking_init(&masking, true, &(struct list){&pattern, 1}, &arena, &err), 0, "%s",
                 err.text);
}

static void end(void)
{
    masking_fini(&masking);
    arena_fini(&arena);
}

TestSuite(masking, .init = begin, .fini = end);

/* Puts `text` into every member that holds a text. */
static int plant(void *ctx, const struct field *field, const char **text)
{
    (void)field;
    *text = ctx;
    return 0;
}

static struct picture planted(const char *text)
{
    static struct sample sample;
    static struct label labels[2], annotations[1];
    static const char *versions[1], *pipelines[1];
    static char copy[256];
    const struct record_mapper mapper = {plant, copy};
    struct picture picture = {
        .fingerprint = "v1:00000000000000000000000000000000",
        .rule = {"", "", "", "", ""},
        .model = "",
        .target = "",
        .category = "",
        .owner = "",
        .ticket_url = "",
        .run = "",
        .run_url = "",
        .commit = "",
        .links = {"", "", "", ""},
    };

    snprintf(copy, sizeof(copy), "https://example.org/%s", text);
    sample = (struct sample){.prompt = "", .output = "", .run = "", .run_url = ""};
    labels[0] = (struct label){"category", ""};
    labels[1] = (struct label){"owner", ""};
    annotations[0] = (struct label){"summary", ""};
    versions[0] = pipelines[0] = "";
    picture.sample = &sample;
    picture.labels = (struct list){labels, 2};
    picture.annotations = (struct list){annotations, 1};
    picture.model_versions = (struct list){versions, 1};
    picture.pipelines = (struct list){pipelines, 1};
    cr_assert_eq(record_map_texts(&picture_type, &picture, &mapper), 0);
    picture.owner = labels[1].value = "team@example.com";
    picture.fingerprint = sample.finding = NULL;
    return picture;
}

static int seek(void *ctx, const struct field *field, const char **text)
{
    cr_assert_null(strstr(*text, ctx), "%s holds %s: %s", field->name, (char *)ctx, *text);
    return 0;
}

static void check_gone(struct picture *picture, char *text)
{
    const struct record_mapper mapper = {seek, text};

    cr_assert_eq(record_map_texts(&picture_type, picture, &mapper), 0);
}

Test(masking, personal_data_is_in_no_text_of_a_masked_picture)
{
    static char texts[][40] = {EMAIL, CARD, ID};

    for (int policy = EVIDENCE_MASKED; policy <= EVIDENCE_NONE; policy++) {
        for (size_t i = 0; i < 3; i++) {
            struct picture picture = planted(i == 1 ? "?card=" CARD : texts[i]);
            cr_assert_eq(masking_picture(&masking, policy, &picture, &arena, NULL), 0);
            check_gone(&picture, texts[i]);
            cr_assert_null(picture.run_url, "a link that would be masked is left out");
            cr_assert_str_eq(picture.owner, "team@example.com");
            cr_assert_str_eq(((struct label *)picture.labels.items)[1].value, "team@example.com");
        }
    }
}

Test(masking, secrets_are_in_no_picture)
{
    static char token[] = TOKEN;

    for (int policy = EVIDENCE_FULL; policy <= EVIDENCE_NONE; policy++) {
        struct picture picture = planted("?" TOKEN);
        cr_assert_eq(masking_picture(&masking, policy, &picture, &arena, NULL), 0);
        check_gone(&picture, token);
    }
}

Test(masking, full_keeps_what_is_no_secret)
{
    struct picture picture = planted(EMAIL);

    cr_assert_eq(masking_picture(&masking, EVIDENCE_FULL, &picture, &arena, NULL), 0);
    cr_assert_str_eq(picture.sample->prompt, "https://example.org/" EMAIL);
    cr_assert_str_eq(picture.run_url, "https://example.org/" EMAIL);
}

Test(masking, none_says_how_much_it_withholds)
{
    struct picture picture = planted("1234567890");

    cr_assert_eq(masking_picture(&masking, EVIDENCE_NONE, &picture, &arena, NULL), 0);
    cr_assert_str_eq(picture.sample->prompt, "[withheld: 30 characters]");
    cr_assert_str_eq(picture.sample->output, "[withheld: 30 characters]");
    cr_assert_str_eq(picture.rule.title, "https://example.org/1234567890");
    picture.sample = NULL;
    cr_assert_eq(masking_picture(&masking, EVIDENCE_NONE, &picture, &arena, NULL), 0);
}

Test(masking, labels)
{
    const struct label labels[] = {{"asked_by", EMAIL}, {"severity", "high"}};
    const struct label *masked;

    cr_assert_eq(masking_labels(&masking, EVIDENCE_MASKED, labels, 2, &arena, &masked, NULL), 0);
    cr_assert_str_eq(masked[0].value, "[masked email: ***.********@*******.***]");
    cr_assert_str_eq(masked[1].value, "high");
}

Test(masking, a_wrong_pattern_is_named)
{
    static struct label pattern = {"broken", "("};
    struct masking other = {0};
    struct error err = {0};

    cr_assert_eq(masking_init(&other, true, &(struct list){&pattern, 1}, &arena, &err), -1);
    cr_assert_not_null(strstr(err.text, "pattern broken"));
    masking_fini(&other);
}
