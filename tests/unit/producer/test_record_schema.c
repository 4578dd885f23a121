/*
 * test_record_schema.c - what the table says is what the schema says.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "producer/record_check.h"
#include "sample_record.h"

static const json_t *at(const json_t *value, const char *path)
{
    char names[128], *rest = names, *name;

    snprintf(names, sizeof(names), "%s", path);
    while (value && (name = strsep(&rest, ".")))
        value = json_object_get(value, name);
    return value;
}

Test(record_schema, of_every_kind)
{
    json_t *schema = record_schema(&tree_type);
    const json_t *properties = at(schema, "properties");

    cr_assert_str_eq(json_string_value(at(schema, "$id")),
                     "https://tocsin.dev/schemas/tree.v1.json");
    cr_assert_str_eq(json_string_value(at(schema, "title")), "A tree");
    cr_assert_str_eq(json_string_value(at(properties, "type.const")), "tocsin.tree.v1");
    cr_assert_eq(json_integer_value(at(properties, "text.minLength")), 2);
    cr_assert_eq(json_integer_value(at(properties, "text.maxLength")), 5);
    cr_assert_str_eq(json_string_value(at(properties, "filled_text.default")), "");
    cr_assert_eq(json_integer_value(at(properties, "filled_integer.default")), 1);
    cr_assert_eq(json_integer_value(at(properties, "integer.minimum")), -3);
    cr_assert_eq(json_integer_value(at(properties, "integer.maximum")), 9007199254740991);
    cr_assert_str_eq(json_string_value(at(properties, "time.pattern")), RECORD_TIME_PATTERN);
    cr_assert_null(at(properties, "any.maximum"));
    cr_assert_str_eq(json_string_value(at(properties, "flag.description")), "A flag");
    cr_assert_eq(json_array_size(at(properties, "color.enum")), 3);
    cr_assert_str_eq(json_string_value(at(properties, "leaf.$ref")), "#/$defs/leaf");
    cr_assert_eq(json_integer_value(at(properties, "leaves.minItems")), 1);
    cr_assert_eq(json_integer_value(at(properties, "labels.maxProperties")), 2);
    cr_assert_str_eq(json_string_value(at(schema, "$defs.leaf.title")), "A leaf");
    cr_assert_eq(json_array_size(at(schema, "required")), 2);
    json_decref(schema);
}
