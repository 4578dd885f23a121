/*
 * test_scrub.c - records without the secrets of their CI.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "producer/scrub.h"

#define TOKEN  "ghp_0123456789abcdefghijABCDEFGHIJ012345"
#define SECRET "tide-under-7-bridges"

static struct arena arena;
static struct scrub *scrub;
static struct error err;
static size_t hidden;

static const struct run test_run = {
    .id = "run-1", .pipeline = "redteam", .repository = "acme/helpbot", .branch = "main"};

static void open_with(char *const *environment, unsigned kinds)
{
    const struct secret_sources sources = {.environment = environment, .run = &test_run};

    cr_assert_eq(scrub_new(kinds, &sources, &scrub, &err), 0, "%s", err.text);
}

static void set_up(void)
{
    arena_init(&arena);
    hidden = 0;
}

static void tear_down(void)
{
    scrub_free(scrub);
    arena_fini(&arena);
}

TestSuite(scrub, .init = set_up, .fini = tear_down);

static struct finding finding_of(const char *rule, const char *prompt)
{
    return (struct finding){.rule = {.id = rule, .title = "t"},
                            .model = {.name = "helpbot"},
                            .prompt = prompt,
                            .output = "",
                            .run = test_run};
}

static void scrub_finding(struct finding *finding)
{
    cr_assert_eq(scrub_record(scrub, &finding_type, finding, &arena, &hidden, &err), 0);
}

Test(scrub, every_text_of_a_finding)
{
    char *const environment[] = {"DEPLOY_PASSWORD=" SECRET, NULL};
    struct label labels[] = {{"note", "it said " SECRET}};
    struct finding finding = finding_of("t/" SECRET "/d", "key " TOKEN " and " SECRET);

    open_with(environment, MASK_SECRETS);
    finding.labels = (struct list){.items = labels, .count = 1};
    finding.links.report = "https://ci.example.org/?token=" SECRET;
    finding.run.job = "job " SECRET;
    scrub_finding(&finding);
    cr_assert_eq(hidden, 6);
    cr_assert_null(strstr(finding.rule.id, SECRET));
    cr_assert_null(strstr(finding.prompt, SECRET));
    cr_assert_null(strstr(finding.prompt, TOKEN));
    cr_assert_not_null(strstr(finding.prompt, "[masked github-token: "));
    cr_assert_null(strstr(labels[0].value, SECRET));
    cr_assert_null(strstr(finding.run.job, SECRET));
    cr_assert_null(finding.links.report, "a link that is not whole leads nowhere");
}

Test(scrub, the_same_text_becomes_the_same)
{
    char *const environment[] = {NULL};
    struct finding first = finding_of("t/p/d", TOKEN), again = finding_of("t/p/d", TOKEN);

    open_with(environment, MASK_SECRETS);
    scrub_finding(&first);
    scrub_finding(&again);
    cr_assert_str_eq(first.prompt, again.prompt);
    cr_assert_eq(hidden, 2, "what was hidden is not remembered as clean");
}

Test(scrub, a_name_that_grew_too_long_ends_in_a_digest)
{
    char long_name[NAME_MAX_CHARS + 1] = {0}, other_name[NAME_MAX_CHARS + 1] = {0};
    char *const environment[] = {"X_TOKEN=" SECRET, NULL};
    struct finding one, other;

    memset(long_name, 'x', NAME_MAX_CHARS);
    memcpy(long_name, SECRET, strlen(SECRET));
    memcpy(other_name, long_name, sizeof(long_name));
    other_name[NAME_MAX_CHARS - 1] = 'y';
    open_with(environment, MASK_SECRETS);
    one = finding_of(long_name, "");
    other = finding_of(other_name, "");
    scrub_finding(&one);
    scrub_finding(&other);
    cr_assert_eq(utf8_length(one.rule.id, strlen(one.rule.id)), NAME_MAX_CHARS);
    cr_assert_str_neq(one.rule.id, other.rule.id);
}

Test(scrub, texts_at_the_edge_of_what_is_remembered)
{
    char *const environment[] = {NULL};

    open_with(environment, MASK_SECRETS);
    for (size_t bytes = SCRUB_REMEMBERED_BYTES_MAX - 1; bytes <= SCRUB_REMEMBERED_BYTES_MAX + 1;
         bytes++) {
        char text[SCRUB_REMEMBERED_BYTES_MAX + 2] = {0};
        struct finding finding;

        memset(text, 'a', bytes);
        for (int i = 0; i < 2; i++) {
            finding = finding_of("t/p/d", text);
            scrub_finding(&finding);
            cr_assert_eq(finding.prompt, text);
        }
    }
}

Test(scrub, personal_data_only_where_asked)
{
    char *const environment[] = {NULL};
    struct finding finding = finding_of("t/p/d", "write to ada@example.org");

    open_with(environment, MASK_SECRETS);
    scrub_finding(&finding);
    cr_assert_eq(hidden, 0);
    scrub_free(scrub);
    open_with(environment, MASK_SECRETS | MASK_PERSONAL);
    scrub_finding(&finding);
    cr_assert_eq(hidden, 1);
    cr_assert_null(strstr(finding.prompt, "ada@example.org"));
}

Test(scrub, too_many_secret_values)
{
    static char texts[MASK_VALUES_MAX + 1][64], *environment[MASK_VALUES_MAX + 2];

    for (int i = 0; i <= MASK_VALUES_MAX; i++) {
        snprintf(texts[i], sizeof(texts[i]), "N%d_TOKEN=value-%06d", i, i);
        environment[i] = texts[i];
    }
    const struct secret_sources sources = {.environment = environment, .run = &test_run};
    cr_assert_eq(scrub_new(MASK_SECRETS, &sources, &scrub, &err), -1);
    cr_assert_eq(err.kind, ERROR_LIMIT);
    environment[MASK_VALUES_MAX] = NULL;
    open_with(environment, MASK_SECRETS);
}

static const char *const *values_of(const struct secret_sources *sources, size_t *ret_count)
{
    struct list values;

    cr_assert_eq(secret_values(sources, &arena, &values, &err), 0);
    *ret_count = values.count;
    return values.items;
}

Test(scrub, which_variables_are_secret)
{
    static const struct {
        const char *name;
        bool is_secret;
    } rows[] = {
        {"CI_JOB_TOKEN", true},
        {"SYSTEM_ACCESSTOKEN", true},
        {"GITHUB_TOKEN", true},
        {"DEPLOY_PASSWORD", true},
        {"NEXUS_PSW", true},
        {"client_secret", true},
        {"OPENAI_API_KEY", true},
        {"CI_JOB_JWT", true},
        {"GITHUB_REPOSITORY", false},
        {"bamboo_planKey", false},
        {"KEYBOARD", false},
        {"TOKENS_MAX", false},
        {"PWD", false},
        {"MONKEY", false},
        {"SSH_PRIVATE_KEY", true},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_assert_eq(secret_name(rows[i].name, strlen(rows[i].name)), rows[i].is_secret, "%s",
                     rows[i].name);
}

Test(scrub, what_everybody_knows_is_no_secret)
{
    char *const environment[] = {"PROJECT_KEY=acme/helpbot", "SSH_KEY=/dev/null",
                                 "REAL_KEY=0123456789",      "EMPTY_TOKEN",
                                 "OTHER=named-value",        NULL};
    const char *const names[] = {"OTHER"};
    const struct property properties[] = {{"sasl.password", "hunter2hunter2"},
                                          {"security.protocol", "SASL_SSL"}};
    const struct secret_sources sources = {.environment = environment,
                                           .names = names,
                                           .names_count = 1,
                                           .properties = properties,
                                           .properties_count = 2,
                                           .run = &test_run};
    size_t count;
    const char *const *values = values_of(&sources, &count);

    cr_assert_eq(count, 4);
    cr_assert_str_eq(values[0], "0123456789");
    cr_assert_str_eq(values[1], "");
    cr_assert_str_eq(values[2], "named-value");
    cr_assert_str_eq(values[3], "hunter2hunter2");
}
