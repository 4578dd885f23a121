/* The tree's answers and the text of group keys, on trees made by hand. */
#include "consumer/route/route.h"

#include <criterion/criterion.h>
#include <string.h>

/* root r0: { severity=high → r1 continue, team=a → r2 { tool=garak → r3 }, team=~.+ → r4 } */
struct tree {
    struct route root, children[3], grandchild;
    struct matcher *matchers[4];
};

static void condition(struct route *route, struct matcher **slot, const char *text)
{
    struct error err = {0};

    cr_assert_eq(matcher_parse(text, slot, &err), 0);
    route->matchers = slot;
    route->matchers_count = 1;
}

static void tree_init(struct tree *tree)
{
    memset(tree, 0, sizeof(*tree));
    tree->root = (struct route){.receiver = "r0", .children = tree->children, .children_count = 3};
    for (size_t i = 0; i < 3; i++)
        tree->children[i].parent = &tree->root;
    tree->children[0].receiver = "r1";
    tree->children[0].continues = true;
    tree->children[1].receiver = "r2";
    tree->children[1].children = &tree->grandchild;
    tree->children[1].children_count = 1;
    tree->children[2].receiver = "r4";
    tree->grandchild = (struct route){.receiver = "r3", .parent = &tree->children[1]};
    condition(&tree->children[0], &tree->matchers[0], "severity=high");
    condition(&tree->children[1], &tree->matchers[1], "team=a");
    condition(&tree->children[2], &tree->matchers[2], "team=~.+");
    condition(&tree->grandchild, &tree->matchers[3], "tool=garak");
}

static void tree_fini(struct tree *tree)
{
    for (size_t i = 0; i < 4; i++)
        matcher_free(tree->matchers[i]);
}

static const char *answers(const struct tree *tree, const struct label *labels, size_t count)
{
    static char text[64];
    struct route_matches matches;

    text[0] = '\0';
    route_match(&tree->root, labels, count, &matches);
    for (size_t i = 0; i < matches.count; i++)
        strcat(text, matches.routes[i]->receiver);
    return text;
}

Test(route, first_match_wins_unless_it_continues)
{
    static const struct label labels[] = {{"severity", "high"}, {"team", "a"}, {"tool", "garak"}};
    static const struct label other[] = {{"team", "b"}};
    struct tree tree;

    tree_init(&tree);
    cr_assert_str_eq(answers(&tree, labels, 0), "r0");
    cr_assert_str_eq(answers(&tree, labels, 1), "r1");
    cr_assert_str_eq(answers(&tree, labels, 2), "r1r2");
    cr_assert_str_eq(answers(&tree, labels, 3), "r1r3");
    cr_assert_str_eq(answers(&tree, labels + 1, 2), "r3");
    cr_assert_str_eq(answers(&tree, other, 1), "r4");
    cr_assert_eq(route_matches_bound(&tree.root), 2);
    tree_fini(&tree);
}

Test(route, all_that_continue_are_answers)
{
    struct route children[ROUTE_MATCHES_MAX] = {0};
    struct route root = {.children = children, .children_count = ROUTE_MATCHES_MAX};
    struct route_matches matches;

    for (size_t i = 0; i < ROUTE_MATCHES_MAX; i++)
        children[i].continues = true;
    cr_assert_eq(route_matches_bound(&root), ROUTE_MATCHES_MAX);
    route_match(&root, NULL, 0, &matches);
    cr_assert_eq(matches.count, ROUTE_MATCHES_MAX);
    cr_assert_eq(matches.routes[ROUTE_MATCHES_MAX - 1], &children[ROUTE_MATCHES_MAX - 1]);
}

static const char *key_of(const struct route *route, const struct label *labels, size_t count,
                          size_t *ret_labels)
{
    static char text[4096];
    struct arena arena;
    struct error err = {0};
    const char *key = NULL;
    struct label *chosen = NULL;

    arena_init(&arena);
    cr_assert_eq(route_group(route, labels, count, &arena, &key, &chosen, ret_labels, &err), 0);
    snprintf(text, sizeof(text), "%s", key);
    arena_fini(&arena);
    return text;
}

Test(group, key_is_alertmanagers)
{
    static const struct label labels[] = {
        {"tool", "garak"}, {"alertname", "say \"x\"\n"}, {"empty", ""}, {"zone", "h\xc3\xa9"}};
    const char *names[] = {"alertname", "missing", "empty", "zone"};
    struct tree tree;
    size_t count;

    tree_init(&tree);
    cr_assert_str_eq(key_of(&tree.root, labels, 4, &count), "{}:{}");
    cr_assert_eq(count, 0);
    tree.grandchild.group_by = names;
    tree.grandchild.group_by_count = 4;
    cr_assert_str_eq(key_of(&tree.grandchild, labels, 4, &count),
                     "{}/{team=\"a\"}/{tool=\"garak\"}:{alertname=\"say \\\"x\\\"\\n\", "
                     "zone=\"h\xc3\xa9\"}");
    cr_assert_eq(count, 2);
    tree.grandchild.group_by_all = true;
    cr_assert_str_eq(key_of(&tree.grandchild, labels, 4, &count),
                     "{}/{team=\"a\"}/{tool=\"garak\"}:{alertname=\"say \\\"x\\\"\\n\", "
                     "tool=\"garak\", zone=\"h\xc3\xa9\"}");
    cr_assert_eq(count, 3);
    tree_fini(&tree);
}

/* Go's %q, character by character. */
Test(group, values_are_quoted_as_go_quotes_them)
{
    static const struct {
        const char *value, *quoted;
    } rows[] = {
        {"plain ~", "plain ~"},
        {"\a\b\f\n\r\t\v\\\"", "\\a\\b\\f\\n\\r\\t\\v\\\\\\\""},
        {"\x01\x1f\x7f", "\\x01\\x1f\\x7f"},
        {"\xc2\x85", "\\u0085"},                  /* a control beyond ASCII */
        {"\xc2\xa0", "\\u00a0"},                  /* a space that is not ASCII's */
        {"\xe2\x80\x8b", "\\u200b"},              /* zero width */
        {"\xe2\x80\xae", "\\u202e"},              /* turns the text around */
        {"\xf0\x9f\x94\x94", "\xf0\x9f\x94\x94"}, /* a bell */
        {"\xf3\xa0\x80\x81", "\\U000e0001"},
        {"\xff", "\\xff"},
        {"\xe2\x80", "\\xe2\\x80"},
    };
    const struct route root = {.group_by_all = true};
    char expected[128];
    size_t count;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct label label = {"a", rows[i].value};

        snprintf(expected, sizeof(expected), "{}:{a=\"%s\"}", rows[i].quoted);
        cr_assert_str_eq(key_of(&root, &label, 1, &count), expected);
    }
}

Test(group, the_first_of_two_labels_with_one_name_counts)
{
    static const struct label labels[] = {{"a", "1"}, {"a", "2"}};
    const struct route root = {.group_by_all = true};
    size_t count;

    cr_assert_str_eq(key_of(&root, labels, 2, &count), "{}:{a=\"1\"}");
}
