/*
 * mask_private.h - a mask's insides: what mask_new.c makes and mask.c uses.
 */
#ifndef TOCSIN_PRODUCER_MASK_PRIVATE_H
#define TOCSIN_PRODUCER_MASK_PRIVATE_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "producer/mask_rules.h"

#define MASK_VALUE_NAME "ci-secret"

/* A rule made ready: from the table, or configured. */
struct mask_finder {
    const char *name, *needle;
    bool (*is_one)(const char *text, size_t begin, size_t end);
    pcre2_code *code;
};

struct mask {
    struct arena arena; /* names, values, and the two arrays */
    struct mask_finder *finders;
    size_t finders_count;
    const char **values;
    size_t values_count;
    pcre2_match_context *limits;
};

#endif
