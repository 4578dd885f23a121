/*
 * sample_record.h - a record with a member of every kind, for the tests of the codec.
 */
#ifndef TOCSIN_TESTS_SAMPLE_RECORD_H
#define TOCSIN_TESTS_SAMPLE_RECORD_H

#include <float.h>
#include <string.h>

#include "producer/record.h"

struct leaf {
    const char *word;
    int64_t number;
};

struct tree {
    const char *text, *filled_text, *uuid, *fingerprint;
    int64_t integer, filled_integer, time_ms;
    double number, any;
    bool flag;
    int color;
    struct leaf leaf;
    struct leaf *other;
    struct list leaves, strings, labels, counts;
};

static const char *const color_names[] = {"red", "green", "blue", NULL};

static const struct field leaf_fields[] = {
    RECORD_FIELD(FIELD_STRING, "word", leaf, word, .required = true, .min = 1, .max = 4),
    RECORD_FIELD(FIELD_INTEGER, "number", leaf, number, .max = 9),
    RECORD_FIELD_END,
};
static const struct record_type leaf_type = {
    .name = "leaf", .title = "A leaf", .size = sizeof(struct leaf), .fields = leaf_fields};

static const struct field tree_fields[] = {
    RECORD_FIELD_TYPE,
    RECORD_FIELD(FIELD_STRING, "text", tree, text, .required = true, .min = 2, .max = 5),
    RECORD_FIELD(FIELD_STRING, "filled_text", tree, filled_text, .max = 5, .filled = true),
    RECORD_FIELD(FIELD_UUID, "uuid", tree, uuid, .help = "A UUID"),
    RECORD_FIELD(FIELD_FINGERPRINT, "fingerprint", tree, fingerprint, .help = "A fingerprint"),
    RECORD_FIELD(FIELD_INTEGER, "integer", tree, integer, .min = -3, .max = RECORD_INTEGER_MAX),
    RECORD_FIELD(FIELD_INTEGER, "filled_integer", tree, filled_integer, .min = 1, .max = 7,
                 .filled = true),
    RECORD_FIELD(FIELD_TIME, "time", tree, time_ms, .help = "A time"),
    RECORD_FIELD(FIELD_NUMBER, "number", tree, number, .max = 1),
    RECORD_FIELD(FIELD_NUMBER, "any", tree, any, .min = -DBL_MAX, .max = DBL_MAX),
    RECORD_FIELD(FIELD_BOOL, "flag", tree, flag, .help = "A flag"),
    RECORD_FIELD(FIELD_ENUM, "color", tree, color, .names = color_names),
    RECORD_FIELD(FIELD_OBJECT, "leaf", tree, leaf, .of = &leaf_type),
    RECORD_FIELD(FIELD_POINTER, "other", tree, other, .of = &leaf_type),
    RECORD_FIELD(FIELD_LIST, "leaves", tree, leaves, .min = 1, .max = 2, .of = &leaf_type),
    RECORD_FIELD(FIELD_STRINGS, "strings", tree, strings, .min = 1, .max = 2),
    RECORD_FIELD(FIELD_LABELS, "labels", tree, labels, .min = 1, .max = 2),
    RECORD_FIELD(FIELD_COUNTS, "counts", tree, counts, .min = 1, .max = 2),
    RECORD_FIELD_END,
};
static const struct record_type tree_type = {.name = "tocsin.tree.v1",
                                             .title = "A tree",
                                             .size = sizeof(struct tree),
                                             .fields = tree_fields};

#define TREE_START  "{\"type\":\"tocsin.tree.v1\",\"text\":\"abc\""
#define TREE_UUID   "2d7b974b-7ed3-46eb-ad7a-77b6007932ec"
#define TREE_PRINT  "v1:0123456789abcdef0123456789abcdef"
#define TREE_PRINT2 "v1:0123456789abcdef0123456789abcdee"

#endif
