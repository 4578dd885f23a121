/*
 * test_mustache.c - each rule of the language, what is refused, and the limits at their edges.
 *
 * Mustache's own specification is run by tests/contract/test_mustache.py where it is installed.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "consumer/channels/buffer.h"
#include "consumer/channels/mustache.h"

#define DATA                                                                                       \
    "{\"name\": \"Ada <3\", \"n\": 3, \"f\": 1.21, \"yes\": true, \"no\": false, \"nil\": null,"   \
    " \"zero\": 0, \"blank\": \"\", \"none\": [], \"a\": {\"b\": {\"c\": \"deep\"}},"              \
    " \"list\": [{\"x\": 1}, {\"x\": 2, \"name\": \"inner\"}], \"words\": [\"p\", \"q\"]}"
#define OUT_BYTES_MAX 4096
#define COUNT(rows)   (sizeof(rows) / sizeof((rows)[0]))

static struct arena arena;

static void begin(void)
{
    arena_init(&arena);
}

static void end(void)
{
    arena_fini(&arena);
}

TestSuite(mustache, .init = begin, .fini = end);

static void raw(void *ctx, const char *text, size_t bytes)
{
    buffer_add(ctx, text, bytes);
}

static void in_brackets(void *ctx, const char *text, size_t bytes)
{
    buffer_text(ctx, "[");
    buffer_add(ctx, text, bytes);
    buffer_text(ctx, "]");
}

static const char *render(const char *template, const char *data, struct error *err)
{
    const struct mustache *mustache;
    struct buffer out;
    const struct mustache_output output = {&out, in_brackets, raw};
    json_t *context = json_loads(data, 0, NULL);

    buffer_init(&out, OUT_BYTES_MAX, &arena);
    int rc = mustache_parse(template, &arena, &mustache, err);
    if (rc == 0)
        rc = mustache_render(mustache, context, &output, err);
    json_decref(context);
    return rc == 0 ? buffer_get(&out) : NULL;
}

Test(mustache, language)
{
    static const struct {
        const char *template, *text;
    } rows[] = {
        {"", ""},
        {"plain } text {", "plain } text {"},
        {"{{name}} {{ n }} {{f}} {{yes}}", "[Ada <3] [3] [1.21] [true]"},
        {"{{{name}}} {{&name}}", "Ada <3 Ada <3"},
        {"({{missing}}{{nil}}{{a}})", "()"},
        {"{{a.b.c}}{{a.x.c}}", "[deep]"},
        {"{{#a}}{{b.c}}{{/a}}", "[deep]"},
        {"{{#list}}{{x}}{{name}};{{/list}}", "[1][Ada <3];[2][inner];"},
        {"{{#words}}{{.}}{{/words}}", "[p][q]"},
        {"{{#yes}}y{{/yes}}{{#no}}n{{/no}}{{#nil}}n{{/nil}}{{#zero}}n{{/zero}}{{#blank}}n{{/blank}}"
         "{{#none}}n{{/none}}",
         "y"},
        {"{{^yes}}y{{/yes}}{{^no}}n{{/no}}{{^zero}}z{{/zero}}{{^none}}e{{/none}}", "nze"},
        {"a{{! a comment }}b", "ab"},
        {"a\n  {{! alone }}\nb", "a\nb"},
        {"a\n{{#yes}}\n  b\n{{/yes}}\nc", "a\n  b\nc"},
        {"{{=<% %>=}}<%n%>{{n}}<%={{ }}=%>{{n}}", "[3]{{n}}[3]"},
        {"{{range}}", ""},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct error err = {0};
        const char *text = render(rows[i].template, DATA, &err);
        cr_expect(text && strcmp(text, rows[i].text) == 0, "%s -> %s, not %s %s", rows[i].template,
                  text, rows[i].text, err.text);
    }
}

Test(mustache, what_is_refused_says_where)
{
    static const struct {
        const char *template, *words;
    } rows[] = {
        {"a\nb {{n", "line 2, column 3 of the template: a tag that is not closed"},
        {"ä{{#n}}", "line 1, column 2 of the template: a section that is not closed"},
        {"{{/n}}", "this closes no section"},
        {"{{#n}}{{/m}}", "this closes no section that is open: \"m\""},
        {"{{}}", "a tag without a name"},
        {"{{> part}}", "partials ({{> name}}) are not supported"},
        {"{{< part}}", "parents"},
        {"{{$ part}}", "Go template"},
        {"{{ .Labels }}", "Go template"},
        {"{{ range .Alerts }}", "Go template"},
        {"{{ template \"slack.title\" . }}", "Go template"},
        {"{{ end }}", "Go template"},
        {"{{- n }}", "Go template"},
        {"{{ n | title }}", "Go template"},
        {"{{one two}}", "a name has no space"},
        {"{{=one=}}", "delimiters are"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct error err = {0};
        cr_expect_null(render(rows[i].template, DATA, &err), "%s", rows[i].template);
        cr_expect_not_null(strstr(err.text, rows[i].words), "%s: %s", rows[i].template, err.text);
    }
}

Test(mustache, limits)
{
    char template[MUSTACHE_BYTES_MAX + 2], nested[16 * (MUSTACHE_DEPTH_MAX + 1) + 1] = "";
    struct error err = {0};
    const struct mustache *mustache;

    for (size_t bytes = MUSTACHE_BYTES_MAX; bytes <= MUSTACHE_BYTES_MAX + 1; bytes++) {
        memset(template, 'x', bytes);
        template[bytes] = '\0';
        cr_expect_eq(mustache_parse(template, &arena, &mustache, &err) == 0,
                     bytes == MUSTACHE_BYTES_MAX);
    }
    for (size_t depth = MUSTACHE_DEPTH_MAX; depth <= MUSTACHE_DEPTH_MAX + 1; depth++) {
        nested[0] = '\0';
        for (size_t i = 0; i < depth; i++)
            strcat(nested, "{{#a}}");
        for (size_t i = 0; i < depth; i++)
            strcat(nested, "{{/a}}");
        struct error why = {0};
        cr_expect_eq(render(nested, DATA, &why) != NULL, depth == MUSTACHE_DEPTH_MAX, "%s",
                     why.text);
    }
}

Test(mustache, lists_do_not_multiply)
{
    struct error err = {0};
    const char *twelve = "{\"l\": [1,2,3,4,5,6,7,8,9,10,11,12]}";

    cr_expect_null(render("{{#l}}{{#l}}{{#l}}{{#l}}{{#l}}{{/l}}{{/l}}{{/l}}{{/l}}{{/l}}"
                          "{{#l}}{{#l}}{{#l}}{{#l}}{{#l}}x{{/l}}{{/l}}{{/l}}{{/l}}{{/l}}",
                          twelve, &err));
    cr_expect_eq(err.kind, ERROR_LIMIT, "%s", err.text);
}
