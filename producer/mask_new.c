/*
 * mask_new.c - makes a mask of the table's rules and of what is configured.
 *
 * Everything is compiled once. The table's patterns hold by construction (a test compiles all of
 * them); a configured one that is wrong is refused with its name and the place in it.
 */
#include <stdlib.h>
#include <string.h>

#include "producer/mask_private.h"

#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789-"
#define HEAP_KIB_MAX 4096
#define OPTIONS                                                                                    \
    (PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY)

static int compile(const char *name, const char *pattern, pcre2_code **ret, struct error *err)
{
    PCRE2_UCHAR why[128];
    int code = 0;
    size_t at = 0;

    *ret = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, OPTIONS, &code, &at, NULL);
    if (!*ret) {
        pcre2_get_error_message(code, why, sizeof(why));
        return error_set(err, ERROR_INPUT, "pattern %s: %s at character %zu", name,
                         (const char *)why, at + 1);
    }
    /* Where no memory may be executed it is interpreted, which is slower and the same. */
    pcre2_jit_compile(*ret, PCRE2_JIT_COMPLETE);
    return 0;
}

static int check_pattern(const struct mask_pattern *pattern, struct error *err)
{
    size_t name_bytes = strlen(pattern->name);

    if (name_bytes == 0 || name_bytes > MASK_NAME_BYTES_MAX ||
        strspn(pattern->name, NAME_LETTERS) != name_bytes)
        return error_set(err, ERROR_INPUT,
                         "the name of a pattern is 1 to %d small letters, digits and hyphens",
                         MASK_NAME_BYTES_MAX);
    if (strlen(pattern->pattern) > MASK_PATTERN_BYTES_MAX)
        return error_set(err, ERROR_LIMIT, "pattern %s is longer than %d bytes", pattern->name,
                         MASK_PATTERN_BYTES_MAX);
    return 0;
}

static int add_rules(struct mask *mask, unsigned kinds, struct error *err)
{
    for (size_t i = 0; i < mask_rules_count; i++) {
        const struct mask_rule *rule = &mask_rules[i];
        struct mask_finder *finder = &mask->finders[mask->finders_count];
        if (!(rule->kind & kinds))
            continue;
        if (compile(rule->name, rule->pattern, &finder->code, err) != 0)
            return -1;
        finder->name = rule->name;
        finder->needle = rule->needle;
        finder->is_one = rule->is_one;
        mask->finders_count++;
    }
    return 0;
}

static int add_patterns(struct mask *mask, const struct mask_options *options, struct error *err)
{
    for (size_t i = 0; i < options->patterns_count; i++) {
        const struct mask_pattern *pattern = &options->patterns[i];
        struct mask_finder *finder = &mask->finders[mask->finders_count];
        if (check_pattern(pattern, err) != 0 ||
            compile(pattern->name, pattern->pattern, &finder->code, err) != 0)
            return -1;
        mask->finders_count++;
        finder->name = arena_strdup(&mask->arena, pattern->name);
        if (!finder->name)
            return error_set(err, ERROR_MEMORY, "out of memory");
    }
    return 0;
}

static int add_values(struct mask *mask, const struct mask_options *options, struct error *err)
{
    for (size_t i = 0; i < options->values_count; i++) {
        if (strlen(options->values[i]) < MASK_VALUE_BYTES_MIN)
            continue;
        mask->values[mask->values_count] = arena_strdup(&mask->arena, options->values[i]);
        if (!mask->values[mask->values_count])
            return error_set(err, ERROR_MEMORY, "out of memory");
        mask->values_count++;
    }
    return 0;
}

static int check_counts(const struct mask_options *options, struct error *err)
{
    if (options->patterns_count > MASK_PATTERNS_MAX)
        return error_set(err, ERROR_LIMIT, "more than %d patterns", MASK_PATTERNS_MAX);
    if (options->values_count > MASK_VALUES_MAX)
        return error_set(err, ERROR_LIMIT, "more than %d secret values", MASK_VALUES_MAX);
    return 0;
}

int mask_new(const struct mask_options *options, struct mask **ret, struct error *err)
{
    struct mask *mask = NULL;
    int rc = -1;

    if (check_counts(options, err) != 0)
        goto out;
    mask = calloc(1, sizeof(*mask));
    if (!mask) {
        error_set(err, ERROR_MEMORY, "out of memory");
        goto out;
    }
    arena_init(&mask->arena);
    mask->limits = pcre2_match_context_create(NULL);
    mask->finders = arena_array(&mask->arena, mask_rules_count + options->patterns_count,
                                sizeof(*mask->finders));
    mask->values = arena_array(&mask->arena, options->values_count + 1, sizeof(*mask->values));
    if (!mask->limits || !mask->finders || !mask->values) {
        error_set(err, ERROR_MEMORY, "out of memory");
        goto out;
    }
    pcre2_set_match_limit(mask->limits, MASK_STEPS_MAX);
    pcre2_set_heap_limit(mask->limits, HEAP_KIB_MAX);
    if (add_rules(mask, options->kinds, err) == 0 && add_patterns(mask, options, err) == 0 &&
        add_values(mask, options, err) == 0)
        rc = 0;
out:
    *ret = rc ? NULL : mask;
    if (rc)
        mask_free(mask);
    return rc;
}

void mask_free(struct mask *mask)
{
    if (!mask)
        return;
    for (size_t i = 0; mask->finders && i < mask->finders_count; i++)
        pcre2_code_free(mask->finders[i].code);
    pcre2_match_context_free(mask->limits);
    arena_fini(&mask->arena);
    free(mask);
}
