/*
 * vectors.h - reads a file of schemas/vectors/ for the tests that hold the code against it.
 */
#ifndef TOCSIN_TESTS_VECTORS_H
#define TOCSIN_TESTS_VECTORS_H

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* A new reference; a file that cannot be read fails the test. */
static inline json_t *vectors_load(const char *name)
{
    const char *root = getenv("TOCSIN_SOURCE_DIR");
    char path[4096];
    json_error_t err;
    json_t *file;

    snprintf(path, sizeof(path), "%s/schemas/vectors/%s", root ? root : "..", name);
    file = json_load_file(path, 0, &err);
    cr_assert_not_null(file, "%s: %s", path, err.text);
    return file;
}

static inline const char *vector_text(const json_t *vector, const char *member)
{
    const char *text = json_string_value(json_object_get(vector, member));

    cr_assert_not_null(text, "%s", member);
    return text;
}

static inline json_int_t vector_integer(const json_t *vector, const char *member)
{
    const json_t *value = json_object_get(vector, member);

    cr_assert(json_is_integer(value), "%s", member);
    return json_integer_value(value);
}

#endif
