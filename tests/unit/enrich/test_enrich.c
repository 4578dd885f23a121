/* Labels, ticket links and pictures of an alert. */
#include <criterion/criterion.h>
#include <string.h>

#include "consumer/enrich/picture.h"

static struct arena arena;
static struct label own[] = {{"owasp_llm_2023", "llm01"},
                             {"severity", "info"},
                             {"run", "forged"},
                             {"team", "forged"},
                             {"owner", "forged"}};
static struct sighting sightings[12];
static struct alert alert;
static struct enrichment rules;

static void setup(void)
{
    arena_init(&arena);
    rules = (struct enrichment){.owners = {NULL, 0}};
    for (int i = 0; i < 12; i++) {
        sightings[i] = (struct sighting){
            .pipeline = "redteam",
            .repository = "acme/helpbot",
            .branch = arena_printf(&arena, "b%d", i),
            .model_version = arena_printf(&arena, "v%d", i / 2),
            .team = "",
            .run = "github:1",
            .run_url = "https://github.com/acme/helpbot/actions/runs/1",
        };
    }
    alert = (struct alert){
        .fingerprint = "v1:00000000000000000000000000000000",
        .version = 7,
        .episode = 1,
        .rule = {.id = "garak/p/d",
                 .title = "Leaks & \"more\"",
                 .tool = "garak",
                 .probe = "p",
                 .detector = "d"},
        .model = "helpbot",
        .target = "acme/helpbot",
        .category = "",
        .severity = SEVERITY_HIGH,
        .confidence = 0.5,
        .count = 3,
        .episode_count = 1,
        .news_run = "github:1",
        .labels = {own, 5},
        .sightings = {sightings, 12},
    };
}

static void teardown(void)
{
    arena_fini(&arena);
}

TestSuite(enrich, .init = setup, .fini = teardown);

static const char *value_of(const struct list *labels, const char *name)
{
    const struct label *label = labels->items;
    const char *found = NULL;

    for (size_t i = 0; i < labels->count; i++) {
        if (strcmp(label[i].name, name) != 0)
            continue;
        cr_assert_not(found, "%s twice", name);
        found = label[i].value;
    }
    return found;
}

Test(enrich, labels_of_a_finding_cannot_stand_in_for_ours)
{
    struct enriched enriched;
    struct error err = {0};

    cr_assert_eq(enriched_of(NULL, &alert, &sightings[3], &arena, &enriched, &err), 0);
    struct list labels = enriched.labels;

    cr_assert_str_eq(value_of(&labels, "alertname"), "garak/p/d");
    cr_assert_str_eq(value_of(&labels, "severity"), "high");
    cr_assert_str_eq(value_of(&labels, "confidence"), "0.5");
    cr_assert_str_eq(value_of(&labels, "model_version"), "v1");
    cr_assert_str_eq(value_of(&labels, "branch"), "b3");
    cr_assert_str_eq(value_of(&labels, "run"), "github:1");
    cr_assert_str_eq(value_of(&labels, "owasp_llm_2023"), "llm01");
    cr_assert_not(value_of(&labels, "team"), "unknown to us: left out, not forged");
    cr_assert_not(value_of(&labels, "owner"));
    cr_assert_not(value_of(&labels, "category"));
}

static struct picture picture_with(const char *prompt)
{
    static struct sample sample;
    static struct evidence evidence;
    struct enriched enriched;
    struct picture picture;
    struct error err = {0};

    sample = (struct sample){.prompt = prompt, .output = "", .run = "github:1"};
    evidence = (struct evidence){.samples = {&sample, 1}};
    cr_assert_eq(enriched_of(&rules, &alert, &sightings[11], &arena, &enriched, &err), 0);
    cr_assert_eq(picture_of(&rules, &alert, &evidence, &sightings[11], &enriched, NEWS_OPENED,
                            &arena, &picture, &err),
                 0);
    return picture;
}

Test(enrich, picture_says_who_owns_it_and_what_set_its_severity)
{
    static struct owner_rule owner = {.team = "shop", .owner = "ada"};
    static struct severity_rule worse = {.name = "nights", .severity = SEVERITY_CRITICAL};
    struct picture picture;

    rules.owners = (struct list){&owner, 1};
    rules.severities = (struct list){&worse, 1};
    picture = picture_with("p");
    cr_assert_str_eq(picture.owner, "ada");
    cr_assert_eq(picture.severity, SEVERITY_CRITICAL);
    cr_assert_str_eq(value_of(&picture.annotations, "severity_note"),
                     "severity critical, set from high by rule nights");
    cr_assert_str_eq(value_of(&picture.labels, "severity"), "critical");
    cr_assert_str_eq(value_of(&picture.labels, "team"), "shop");
    cr_assert_str_eq(value_of(&picture.labels, "owner"), "ada");
    worse.severity = SEVERITY_HIGH;
    picture = picture_with("p");
    cr_assert_not(value_of(&picture.annotations, "severity_note"), "nothing changed");
}

Test(enrich, picture_names_the_most_recent_places)
{
    struct picture picture = picture_with("p");

    cr_assert_eq(picture.model_versions.count, 6);
    cr_assert_str_eq(((const char **)picture.model_versions.items)[0], "v5");
    cr_assert_eq(picture.pipelines.count, PICTURE_NAMES_SHOWN_MAX);
    cr_assert_str_eq(((const char **)picture.pipelines.items)[0], "acme/helpbot redteam@b11");
    cr_assert_eq(picture.sightings, 12);
    cr_assert_str_eq(value_of(&picture.annotations, "summary"), "helpbot: Leaks & \"more\"");
    cr_assert(strstr(value_of(&picture.annotations, "description"), "1 finding in"));
    cr_assert_not(value_of(&picture.annotations, "runbook_url"));
}

Test(enrich, picture_text_is_cut_on_a_character)
{
    static char text[PICTURE_TEXT_BYTES_MAX + 4];
    struct picture picture;

    memset(text, 'x', PICTURE_TEXT_BYTES_MAX);
    cr_assert_eq(strlen(picture_with(text).sample->prompt), PICTURE_TEXT_BYTES_MAX);
    strcpy(text + PICTURE_TEXT_BYTES_MAX - 1, "é");
    picture = picture_with(text);
    cr_assert_eq(strlen(picture.sample->prompt), PICTURE_TEXT_BYTES_MAX - 1);
    cr_assert_eq(picture.sample->prompt_cut_bytes, 2);
}

Test(enrich, picture_shrinks_to_what_it_must_say)
{
    static char text[1000];
    struct picture picture;
    size_t step = 0;

    memset(text, 'x', sizeof(text) - 1);
    picture = picture_with(text);
    cr_assert(picture_shrink(&picture, step++, &arena));
    cr_assert_eq(strlen(picture.sample->prompt), 500);
    while (picture_shrink(&picture, step, &arena))
        cr_assert_lt(step++, 10);
    cr_assert_not(picture.sample);
    cr_assert_not(picture.ticket_url);
    cr_assert_str_eq(picture.rule.id, "garak/p/d");
    cr_assert_eq(picture.count, 3);
    cr_assert_eq(picture.version, 7);
}
