/*
 * mask.h - takes secrets and personal data out of a text and leaves their shape.
 *
 * What is hidden becomes "[masked <rule>: ****-****]": letters and digits are stars, punctuation
 * stays, and a prefix that only says what kind of token it was ("ghp_") stays before the bracket.
 * So a reader sees that something stood there, of what kind and how long, and nothing else; masking
 * a text twice changes nothing.
 *
 * The rules are one table (mask_rules.c). Secrets are found by their issuer's format, or by the
 * name that they are assigned to when the value looks random; personal data by format and checksum.
 * A configured pattern that needs more steps than MASK_STEPS_MAX hides the whole text: what could
 * not be looked through is not shown.
 *
 * A struct mask is immutable: any threads may use one at once.
 */
#ifndef TOCSIN_PRODUCER_MASK_H
#define TOCSIN_PRODUCER_MASK_H

#include "producer/arena.h"
#include "producer/error.h"

#define MASK_PATTERNS_MAX      64   /* configured ones */
#define MASK_PATTERN_BYTES_MAX 1024 /* of one of them */
#define MASK_NAME_BYTES_MAX    40
#define MASK_VALUES_MAX        1024 /* known values, such as a CI's secret variables */
#define MASK_VALUE_BYTES_MIN   8    /* shorter ones would hide ordinary words: GitLab's own bound */
#define MASK_STEPS_MAX         100000 /* of one configured pattern in one text */
#define MASK_SHAPE_BYTES_MAX   40     /* a longer shape ends with "..." */

enum mask_kind {
    MASK_SECRETS = 1,  /* keys, tokens, private keys, passwords in URLs */
    MASK_PERSONAL = 2, /* e-mail addresses, telephone, payment card and bank account numbers */
};

struct mask_pattern {
    const char *name;    /* [a-z0-9-], shown in the mask */
    const char *pattern; /* PCRE2; its first group is what is hidden, else all of it */
};

struct mask_options {
    unsigned kinds; /* of enum mask_kind */
    const struct mask_pattern *patterns;
    size_t patterns_count;
    const char *const *values; /* texts that are secret wherever they stand */
    size_t values_count;
};

struct mask;

/* Copies what it is given. ERROR_INPUT names the pattern that is wrong, and where. Values shorter
 * than MASK_VALUE_BYTES_MIN are passed over. */
int mask_new(const struct mask_options *options, struct mask **ret, struct error *err);
void mask_free(struct mask *mask);

/* `text` itself where there is nothing to hide, else a text in the arena; NULL in, NULL out; NULL
 * also when memory is out. *ret_count (may be NULL) grows by the places hidden. */
const char *mask_text(const struct mask *mask, const char *text, struct arena *arena,
                      size_t *ret_count);

#endif
