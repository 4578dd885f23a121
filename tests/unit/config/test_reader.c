/* Every kind of setting through a table made for the test: what it takes, what it refuses, in which
 * words. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "consumer/config/reader.h"

static const char *const colours[] = {"red", "green", NULL};

struct thing {
    const char *text, *secret, *url, *secret_url;
    bool flag;
    int64_t number, time;
    int colour;
    struct list strings, map;
    int64_t section_calls;
};

#define ROW(member, kind_, ...)                                                                    \
    {                                                                                              \
        .name = #member, .kind = kind_, .offset = offsetof(struct thing, member), __VA_ARGS__      \
    }

static const struct setting settings[] = {
    ROW(text, SETTING_STRING, .min = 1, .max = 5),
    ROW(secret, SETTING_SECRET, .required = true),
    ROW(url, SETTING_URL, .fallback = "http://default/"),
    ROW(secret_url, SETTING_SECRET_URL, .help = ""),
    ROW(flag, SETTING_BOOL, .fallback = "true"),
    ROW(number, SETTING_INTEGER, .min = -2, .max = 3, .fallback = "1"),
    ROW(time, SETTING_DURATION, .min = 1000, .max = 60000, .fallback = "5s"),
    ROW(colour, SETTING_ENUM, .names = colours, .fallback = "green"),
    ROW(strings, SETTING_STRINGS, .fallback = "[a, b]"),
    ROW(map, SETTING_MAP, .help = ""),
    {.name = "old", .kind = SETTING_REFUSED, .help = "use number"},
    {.kind = SETTING_END},
};

static int count_call(struct reader *reader, const struct node *key, const struct node *value,
                      void *object)
{
    struct thing *thing = object;

    (void)reader;
    (void)key;
    thing->section_calls += 1 + (int64_t)value->count;
    return 0;
}

static const struct section sections[] = {
    {"part", count_call, NULL, ""},
    {"filled", count_call, "[x, y]", ""},
    {NULL, NULL, NULL, NULL},
};

static struct arena arena;
static struct error problems[PROBLEMS_MAX];
static struct thing thing;
static size_t problems_count;

static void setup(void)
{
    arena_init(&arena);
}

static void teardown(void)
{
    arena_fini(&arena);
}

TestSuite(reader, .init = setup, .fini = teardown);

static int bind_named(const char *name, const char *text, size_t problems_max)
{
    struct reader reader = {
        .name = name, .arena = &arena, .problems = problems, .problems_max = problems_max};
    const struct schema schema = {.what = "thing",
                                  .bindings = {{.settings = settings, .object = &thing}},
                                  .sections = sections,
                                  .object = &thing};
    const struct node *root = NULL;
    struct error err = {0};
    int rc;

    thing = (struct thing){0};
    cr_assert_eq(node_parse(name, text, strlen(text), &arena, &root, &err), 0, "%s", err.text);
    rc = schema_bind(&reader, root, &schema);
    problems_count = reader.problems_count;
    return rc;
}

static int bind(const char *text)
{
    return bind_named("f", text, PROBLEMS_MAX);
}

Test(reader, fills_members_and_defaults)
{
    setenv("READER_TEST", "pw", 1);
    cr_assert_eq(bind("{text: hello, secret: 'a${READER_TEST}b', flag: no, map: {k: v}}"), 0, "%s",
                 problems[0].text);
    cr_assert_str_eq(thing.text, "hello");
    cr_assert_str_eq(thing.secret, "apwb");
    cr_assert_str_eq(thing.url, "http://default/");
    cr_assert_null(thing.secret_url);
    cr_assert(!thing.flag);
    cr_assert_eq(thing.number, 1);
    cr_assert_eq(thing.time, 5000);
    cr_assert_eq(thing.colour, 1);
    cr_assert_eq(thing.strings.count, 2);
    cr_assert_str_eq(((const char **)thing.strings.items)[1], "b");
    cr_assert_eq(thing.map.count, 1);
    cr_assert_str_eq(((struct label *)thing.map.items)[0].value, "v");
    cr_assert_eq(thing.section_calls, 3);
}

Test(reader, null_is_as_if_the_key_were_not_there)
{
    cr_assert_eq(bind("{text: ~, secret: x, number: , time: null, part: ~, filled: ~, old: ~}"), 0,
                 "%s", problems[0].text);
    cr_assert_null(thing.text);
    cr_assert_eq(thing.number, 1);
    cr_assert_eq(thing.section_calls, 3);
}

Test(reader, values_at_their_edges)
{
    static const char *const good[] = {"text: a",        "text: h\xc3\xa9llo",
                                       "number: -2",     "number: 3",
                                       "time: 1s",       "time: 1m",
                                       "flag: True",     "flag: off",
                                       "old: []",        "old: {}",
                                       "url: https://h", "strings: []",
                                       "colour: red",    "secret_url: http://h/p?q=1"};
    char text[200];

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        snprintf(text, sizeof(text), "secret: x\n%s\n", good[i]);
        cr_assert_eq(bind(text), 0, "%s: %s", good[i], problems[0].text);
    }
}

Test(reader, refuses_with_place_key_and_what_was_expected)
{
    static const struct {
        const char *line, *why;
    } rows[] = {
        {"text: ''", "f:2:7: text: expected 1 to 5 characters, not 0"},
        {"text: sixsix", "f:2:7: text: expected 1 to 5 characters, not 6"},
        {"text: [a]", "f:2:7: text: expected a text, not a list"},
        {"text: '{{x}}'", "f:2:7: text: Go templates ({{ … }}) are not done here"},
        {"strings: ['{{']", "f:2:11: strings: Go templates"},
        {"map: {a: '{{'}", "f:2:10: a: Go templates"},
        {"url: ftp://h", "f:2:6: url: expected an http or https URL, not \"ftp://h\""},
        {"url: 'http://'", "f:2:6: url: expected an http or https URL"},
        {"url: 'http:///p'", "f:2:6: url: expected an http or https URL"},
        {"url: 'http://h p'", "f:2:6: url: expected an http or https URL"},
        {"secret_url: password", "f:2:13: secret_url: expected an http or https URL (the value is "
                                 "not shown"},
        {"flag: maybe", "f:2:7: flag: expected true or false, not \"maybe\""},
        {"number: 4", "f:2:9: number: expected -2 to 3, not 4"},
        {"number: -3", "f:2:9: number: expected -2 to 3, not -3"},
        {"number: 1.0", "f:2:9: number: expected an integer, not \"1.0\""},
        {"number: 99999999999999999999", "f:2:9: number: expected an integer"},
        {"number: ' 1'", "f:2:9: number: expected an integer"},
        {"number: ''", "f:2:9: number: expected an integer"},
        {"time: 5", "f:2:7: time: expected a duration such as 30s, 5m or 1h30m, not \"5\""},
        {"time: 999ms", "f:2:7: time: expected 1s to 1m, not 999ms"},
        {"time: 61s", "f:2:7: time: expected 1s to 1m, not 61s"},
        {"colour: blue", "f:2:9: colour: expected one of red, green, not \"blue\""},
        {"strings: x", "f:2:10: strings: expected a list, not a text"},
        {"strings: [[x]]", "f:2:11: strings: expected a text, not a list"},
        {"map: [x]", "f:2:6: map: expected a mapping, not a list"},
        {"map: {a: []}", "f:2:10: a: expected a text, not a list"},
        {"old: 3", "f:2:1: old is not supported: use number"},
        {"old: [x]", "f:2:1: old is not supported: use number"},
        {"numbr: 3",
         "f:2:1: unknown key \"numbr\" in thing; did you mean \"number\"? (known: text, "
         "secret, url, secret_url, flag, number, time, colour, strings, map, part, "
         "filled)"},
        {"qqqqqqqqqq: 3", "f:2:1: unknown key \"qqqqqqqqqq\" in thing (known: text, "},
        {"number_file: x", "f:2:1: unknown key \"number_file\" in thing"},
        {"secret_file: x", "f:2:1: secret and secret_file stand together: only one may"},
    };
    char text[200];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(text, sizeof(text), "secret: x\n%s\n", rows[i].line);
        cr_assert_eq(bind(text), -1, "%s", rows[i].line);
        cr_assert_eq(problems_count, 1, "%s: %zu", rows[i].line, problems_count);
        cr_assert_eq(strncmp(problems[0].text, rows[i].why, strlen(rows[i].why)), 0, "%s",
                     problems[0].text);
    }
}

Test(reader, says_what_is_missing)
{
    cr_assert_eq(bind("text: a"), -1);
    cr_assert_str_eq(problems[0].text,
                     "f:1:1: thing needs the key secret (or the same with _file)");
    cr_assert_eq(bind("secret: ~"), -1);
    cr_assert_eq(bind("[]"), -1);
    cr_assert_str_eq(problems[0].text, "f:1:1: thing: expected a mapping, not a list");
}

Test(reader, goes_on_after_a_problem_up_to_the_limit)
{
    cr_assert_eq(bind("{a1: 1, a2: 2, a3: 3}"), -1);
    cr_assert_eq(problems_count, 4);
    cr_assert_eq(bind_named("f", "{a1: 1, a2: 2, a3: 3}", 2), -1);
    cr_assert_eq(problems_count, 2);
    cr_assert(strstr(problems[1].text, "a2"));
}

Test(secret, environment)
{
    static const struct {
        const char *text, *value; /* NULL: refused */
    } rows[] = {
        {"${READER_TEST}", "pw"},
        {"a${READER_TEST}${READER_TEST}", "apwpw"},
        {"$${READER_TEST}", "${READER_TEST}"},
        {"$READER_TEST", "$READER_TEST"},
        {"cost$", "cost$"},
        {"${READER_UNSET}", NULL},
        {"${}", NULL},
        {"${READER_TEST", NULL},
        {"${READER TEST}", NULL},
        {"${READER_EMPTY}", NULL},
    };
    char text[100];

    setup();
    setenv("READER_TEST", "pw", 1);
    setenv("READER_EMPTY", "", 1);
    unsetenv("READER_UNSET");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(text, sizeof(text), "secret: '%s'", rows[i].text);
        cr_assert_eq(bind(text), rows[i].value ? 0 : -1, "%s", rows[i].text);
        if (rows[i].value)
            cr_assert_str_eq(thing.secret, rows[i].value);
    }
    bind("secret: '${READER_UNSET}'");
    cr_assert_str_eq(problems[0].text, "f:1:9: the environment variable READER_UNSET is not set");
    teardown();
}

/* Writes bytes to a file "secret" in a new folder and gives the folder. */
static char *folder_with(const char *content, size_t bytes)
{
    static char folder[64], path[96];
    FILE *file;

    strcpy(folder, "/tmp/tocsin-reader-XXXXXX");
    cr_assert(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/secret", folder);
    file = fopen(path, "w");
    fwrite(content, 1, bytes, file);
    fclose(file);
    return folder;
}

static int bind_file(const char *content, size_t bytes)
{
    char *folder = folder_with(content, bytes), name[96], path[96];
    int rc;

    snprintf(name, sizeof(name), "%s/tocsind.yaml", folder);
    snprintf(path, sizeof(path), "%s/secret", folder);
    rc = bind_named(name, "secret_file: secret", PROBLEMS_MAX);
    unlink(path);
    rmdir(folder);
    return rc;
}

Test(secret, file)
{
    char *large = malloc(SECRET_FILE_BYTES_MAX + 1);

    setup();
    memset(large, 'x', SECRET_FILE_BYTES_MAX + 1);
    cr_assert_eq(bind_file("hunter2\n", 8), 0, "%s", problems[0].text);
    cr_assert_str_eq(thing.secret, "hunter2");
    cr_assert_eq(bind_file("a\nb\r\n", 5), 0);
    cr_assert_str_eq(thing.secret, "a\nb");
    cr_assert_eq(bind_file("${HOME}", 7), 0);
    cr_assert_str_eq(thing.secret, "${HOME}");
    cr_assert_eq(bind_file(large, SECRET_FILE_BYTES_MAX), 0);

    cr_assert_eq(bind_file(large, SECRET_FILE_BYTES_MAX + 1), -1);
    cr_assert(strstr(problems[0].text, "holds more than 65536 bytes"));
    cr_assert_eq(bind_file("\n", 1), -1);
    cr_assert(strstr(problems[0].text, "secret_file is empty"), "%s", problems[0].text);
    cr_assert_eq(bind_file("a\0b", 3), -1);
    cr_assert_eq(bind_file("hunter2\xff", 8), -1);
    cr_assert(strstr(problems[0].text, "is not a text in UTF-8"));
    cr_assert(!strstr(problems[0].text, "hunter2"));
    cr_assert_eq(bind("secret_file: /no/such/file"), -1);
    cr_assert_str_eq(problems[0].text, "f:1:14: secret_file: cannot open /no/such/file: No such "
                                       "file or directory");
    free(large);
    teardown();
}
