/*
 * test_labels.c - labels as reports tell them, and values by their pointers.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "producer/reports/json_at.h"
#include "producer/reports/labels.h"

static struct arena arena;
static struct labels labels;
static struct error err;

static void set_up(void)
{
    arena_init(&arena);
    labels_init(&labels, &arena);
}

static void tear_down(void)
{
    arena_fini(&arena);
}

TestSuite(labels, .init = set_up, .fini = tear_down);

static const char *label(size_t i, const char *name)
{
    cr_assert_lt(i, labels.count);
    cr_assert_str_eq(labels.items[i].name, name);
    return labels.items[i].value;
}

Test(labels, names_are_made_fit_and_repeated_ones_joined)
{
    labels_add(&labels, "avid-effect", "security:S0403");
    labels_add(&labels, "9lives", "x");
    labels_add(&labels, "avid effect", "more");
    labels_add(&labels, "none", NULL);
    labels_add(&labels, "empty", "");
    labels_add(&labels, "", "nameless");
    cr_assert_eq(labels.count, 2);
    cr_assert_str_eq(label(0, "avid_effect"), "security:S0403,more");
    cr_assert_str_eq(label(1, "_lives"), "x");
}

Test(labels, a_tag_is_its_scheme_and_the_rest)
{
    cr_assert(labels_add_tag(&labels, "cwe:79"));
    cr_assert(labels_add_tag(&labels, "quality:Security:PromptStability"));
    cr_assert_not(labels_add_tag(&labels, "security"));
    cr_assert_not(labels_add_tag(&labels, ":79"));
    cr_assert_not(labels_add_tag(&labels, "cwe:"));
    cr_assert_eq(labels.count, 2);
    cr_assert_str_eq(label(1, "quality"), "Security:PromptStability");
}

Test(labels, json_of_every_kind)
{
    json_t *value = json_pack("{s:[s,i,s], s:i, s:f, s:b, s:n, s:{}}", "list", "a", 1, "b", "int",
                              7, "real", 0.5, "bool", 1, "null", "object");

    for (void *at = json_object_iter(value); at; at = json_object_iter_next(value, at))
        labels_add_json(&labels, json_object_iter_key(at), json_object_iter_value(at));
    cr_assert_eq(labels.count, 4);
    cr_assert_str_eq(label(0, "list"), "a,b");
    cr_assert_str_eq(label(1, "int"), "7");
    cr_assert_str_eq(label(2, "real"), "0.5");
    cr_assert_str_eq(label(3, "bool"), "true");
    json_decref(value);
}

Test(labels, no_more_than_a_record_takes)
{
    char name[16], value[LABEL_VALUE_MAX + 2];
    struct list list;

    memset(value, 'x', sizeof(value) - 1);
    value[sizeof(value) - 1] = '\0';
    for (int i = 0; i <= LABELS_MAX; i++) {
        snprintf(name, sizeof(name), "l%d", i);
        labels_add(&labels, name, value);
    }
    cr_assert_eq(labels_list(&labels, &list, &err), 0);
    cr_assert_eq(list.count, LABELS_MAX);
    cr_assert_eq(strlen(((struct label *)list.items)[0].value), LABEL_VALUE_MAX);
}

Test(labels, no_memory_is_told)
{
    struct list list;

    arena.bytes_max = 1;
    labels_add(&labels, "name", "value");
    cr_assert_eq(labels_list(&labels, &list, &err), -1);
    cr_assert_eq(err.kind, ERROR_MEMORY);
}

Test(json_at, members_and_items)
{
    json_t *value = json_pack("{s:{s:[{s:s},{s:i}]}}", "a", "b", "c", "here", "d", 1);

    cr_assert_str_eq(json_text_at(value, "/a/b/0/c"), "here");
    cr_assert_null(json_text_at(value, "/a/b/1/d"));
    cr_assert_eq(json_integer_value(json_at(value, "/a/b/1/d")), 1);
    cr_assert_null(json_at(value, "/a/x/0"));
    cr_assert_null(json_at(value, "/a/b/2"));
    cr_assert_null(json_at(value, "/a/b/0/c/d"));
    cr_assert_null(json_at(NULL, "/a"));
    cr_assert_eq(json_at(value, ""), value);
    json_decref(value);
}

Test(labels, of_metadata_are_the_short_ones_but_for_the_severity)
{
    char text[LABELS_METADATA_BYTES_MAX + 2];
    json_t *metadata;

    memset(text, 'x', sizeof(text));
    text[LABELS_METADATA_BYTES_MAX + 1] = '\0';
    metadata = json_pack("{s:s, s:s, s:i, s:s}", "severity", "high", "longer", text, "n", 7,
                         "longest", text + 1);
    labels_add_metadata(&labels, metadata);
    cr_assert_eq(labels.count, 2);
    cr_assert_str_eq(labels.items[0].name, "n");
    cr_assert_str_eq(labels.items[1].name, "longest");
    json_decref(metadata);
}
