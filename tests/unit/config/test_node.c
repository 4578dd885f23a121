/* YAML trees: places, anchors, merge keys, and every bound at its edge. */
#include "consumer/config/node.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct arena arena;
static struct error err;

static void setup(void)
{
    arena_init(&arena);
    error_clear(&err);
}

static void teardown(void)
{
    arena_fini(&arena);
}

TestSuite(node, .init = setup, .fini = teardown);

static const struct node *parse(const char *text)
{
    const struct node *node = NULL;

    error_clear(&err);
    return node_parse("f", text, strlen(text), &arena, &node, &err) ? NULL : node;
}

Test(node, knows_where_everything_stands)
{
    const struct node *root = parse("a: 1\nb:\n  - x\n  - {c: \"d\"}\n");
    const struct node *list = node_find(root, "b");

    cr_assert_eq(root->kind, NODE_MAPPING);
    cr_assert_str_eq(node_find(root, "a")->text, "1");
    cr_assert_eq(list->kind, NODE_SEQUENCE);
    cr_assert_eq(list->items[0]->line, 3);
    cr_assert_eq(list->items[0]->column, 5);
    cr_assert_eq(node_find(list->items[1], "c")->line, 4);
    cr_assert_eq(node_find(list->items[1], "c")->column, 9);
    cr_assert_null(node_find(root, "c"));
}

Test(node, which_are_null)
{
    const struct node *root = parse("- ~\n- null\n-\n- \"\"\n- 'null'\n- !!str null\n- x\n");
    static const bool null[] = {true, true, true, false, false, false, false};

    for (size_t i = 0; i < 7; i++)
        cr_assert_eq(node_is_null(root->items[i]), null[i], "%zu", i);
}

Test(node, an_empty_file_is_an_empty_mapping)
{
    static const char *const texts[] = {"", "\n# nothing\n", "---\n", "~"};

    for (size_t i = 0; i < 4; i++) {
        const struct node *root = parse(texts[i]);

        cr_assert(root && root->kind == NODE_MAPPING && root->count == 0, "%s", texts[i]);
    }
}

Test(node, aliases_and_merge_keys)
{
    const struct node *root = parse("one: &one {a: 1, b: 2}\n"
                                    "two: &two {b: 3, c: 4}\n"
                                    "same: *one\n"
                                    "merged: {<<: [*one, *two], a: 9}\n");
    const struct node *merged = node_find(root, "merged");

    cr_assert(merged, "%s", err.text);
    cr_assert_eq(node_find(root, "same"), node_find(root, "one"));
    cr_assert_eq(merged->count, 3);
    cr_assert_str_eq(node_find(merged, "a")->text, "9");
    cr_assert_str_eq(node_find(merged, "b")->text, "2");
    cr_assert_str_eq(node_find(merged, "c")->text, "4");
}

Test(node, refuses)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"a: 1\nb: 2\na: 3\n", "f:3:1: key \"a\" stands twice in one mapping"},
        {"<<: {a: 1}\n<<: {b: 1}\n", "f:1:5: key \"<<\" stands twice in one mapping"},
        {"a: 1\n---\nb: 2\n", "f:2:1: a second document in one file"},
        {"[a]: 1\n", "f:1:1: a key has to be a text"},
        {"? {a: 1}\n: 2\n", "f:1:3: a key has to be a text"},
        {"a: &x {b: *x}\n", "f:1:11: an alias of an anchor that is not known here"},
        {"a: *x\n", "f:1:4: an alias of an anchor that is not known here"},
        {"a: !!binary aGk=\n", "f:1:4: a tag that has no meaning here"},
        {"a: !custom x\n", "f:1:4: a tag that has no meaning here"},
        {"a: \"x\\0y\"\n", "f:1:4: a NUL character inside a text"},
        {"a: {<<: 3}\n", "f:1:9: << expected a mapping or a list of mappings"},
        {"a: [1\nb: 2\n", "f:2:"},
        {"a: \xff\n", "f: byte 3: "},
        {"\ta: 1\n", "f:1:1: "},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_assert_null(parse(rows[i].text), "%s", rows[i].text);
        cr_assert_eq(strncmp(err.text, rows[i].why, strlen(rows[i].why)), 0, "%s", err.text);
    }
}

/* `open` n times, something, `close` n times. */
static char *nested(const char *open, size_t n, const char *close)
{
    char *text = calloc(n + 1, strlen(open) + strlen(close));

    for (size_t i = 0; i < n; i++)
        strcat(text, open);
    for (size_t i = 0; i < n; i++)
        strcat(text, close);
    return text;
}

Test(node, depth_at_its_edge)
{
    char *deep = nested("[", NODE_DEPTH_MAX, "]"), *deeper = nested("[", NODE_DEPTH_MAX + 1, "]");

    cr_assert(parse(deep), "%s", err.text);
    cr_assert_null(parse(deeper));
    cr_assert(strstr(err.text, "nested too deep"));
    free(deep);
    free(deeper);
}

Test(node, an_alias_can_not_add_depth_without_end)
{
    char *deep = nested("[", NODE_DEPTH_MAX - 2, "]");
    char text[NODE_DEPTH_MAX * 2 + 64];

    snprintf(text, sizeof(text), "a: &x %s\nb: [*x]\n", deep);
    cr_assert(parse(text), "%s", err.text);
    snprintf(text, sizeof(text), "a: &x %s\nb: [[*x]]\n", deep);
    cr_assert_null(parse(text));
    cr_assert(strstr(err.text, "nested too deep"));
    free(deep);
}

Test(node, a_small_file_can_not_unfold_into_a_large_one)
{
    char text[2048] = "a: &a [x, x, x, x, x, x, x, x, x, x]\n", line[128];

    for (char c = 'b'; c <= 'j'; c++) {
        int p = c - 1;

        snprintf(line, sizeof(line), "%c: &%c [*%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c]\n",
                 c, c, p, p, p, p, p, p, p, p, p, p);
        strcat(text, line);
    }
    cr_assert_null(parse(text));
    cr_assert_eq(err.kind, ERROR_LIMIT);
}

static char *many(const char *format, int count)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *stream = open_memstream(&text, &bytes);

    for (int i = 0; i < count; i++)
        fprintf(stream, format, i);
    fclose(stream);
    return text;
}

Test(node, keys_items_and_anchors_at_their_edges)
{
    static const struct {
        const char *format;
        int max;
    } rows[] = {
        {"k%d: v\n", NODE_KEYS_MAX}, {"- %d\n", NODE_ITEMS_MAX}, {"- &a%d x\n", NODE_ANCHORS_MAX}};

    for (size_t i = 0; i < 3; i++) {
        char *fits = many(rows[i].format, rows[i].max);
        char *does_not = many(rows[i].format, rows[i].max + 1);

        cr_assert(parse(fits), "%s", err.text);
        cr_assert_null(parse(does_not));
        cr_assert(strstr(err.text, "too many"));
        free(fits);
        free(does_not);
    }
}
