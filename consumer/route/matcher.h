/*
 * matcher.h - Alertmanager's matchers: name, operator, value.
 *
 * `=`, `!=`, `=~`, `!~` as Alertmanager defines them: a missing label is "", regular expressions
 * are anchored at both ends (PCRE2 with match limits; Alertmanager's RE2 subset means the same).
 * Written in the classic syntax (`severity="high"`, `severity=high`) or in the UTF-8 syntax of
 * Alertmanager 0.27 (`"größe"="10 m"`), as Alertmanager decides between them by default, or in the
 * old `match:` / `match_re:` maps. Extension of ours: `>=`, `<=`, `>`, `<` on severity (in its
 * order) and confidence (as a number); so a name with < or > in it needs quotes here. A text that
 * is not valid UTF-8, or an escape for NUL, is refused.
 */
#ifndef TOCSIN_CONSUMER_ROUTE_MATCHER_H
#define TOCSIN_CONSUMER_ROUTE_MATCHER_H

#include <stdbool.h>
#include <stddef.h>

#include "producer/error.h"
#include "producer/record.h"

enum matcher_op {
    MATCH_EQ,
    MATCH_NE,
    MATCH_RE,
    MATCH_NOT_RE,
    MATCH_GE,
    MATCH_LE,
    MATCH_GT,
    MATCH_LT
};

#define MATCHER_NAME_BYTES_MAX  256
#define MATCHER_VALUE_BYTES_MAX 8192
#define MATCHER_LIST_MAX        64 /* matchers in one text, and in one route */
#define MATCHER_STEPS_MAX                                                                          \
    100000 /* of a regular expression on one value; then it does not match                         \
            */

struct matcher; /* compiled; owns its memory; may be used by many threads */

/* Parses one matcher text, without braces. *ret is NULL on failure. */
int matcher_parse(const char *text, struct matcher **ret, struct error *err);
int matcher_new(const char *name, enum matcher_op op, const char *value, struct matcher **ret,
                struct error *err);
void matcher_free(struct matcher *matcher);

/* Parses a comma-separated list, with or without { }. The matchers are appended to `list`, which
 * holds *count of at most MATCHER_LIST_MAX; when they are too many, those that had room are the
 * caller's too. */
int matcher_parse_list(const char *text, struct matcher *list[MATCHER_LIST_MAX], size_t *count,
                       struct error *err);

/* Alertmanager's order: name, value, operator. */
void matcher_sort(struct matcher **list, size_t count);

/* A regular expression that gives up (MATCHER_STEPS_MAX) does not match, whichever its operator. */
bool matcher_matches(const struct matcher *matcher, const struct label *labels, size_t count);
const char *matcher_name(const struct matcher *matcher);
enum matcher_op matcher_operator(const struct matcher *matcher);
const char *matcher_value(const struct matcher *matcher);

/* name, operator, quoted value, as amtool prints it; a name that is not plain is quoted too. Needs
 * MATCHER_TEXT_BYTES_MAX; returns bytes written. */
#define MATCHER_TEXT_BYTES_MAX (4 * (MATCHER_NAME_BYTES_MAX + MATCHER_VALUE_BYTES_MAX) + 8)
size_t matcher_format(const struct matcher *matcher, char *text, size_t bytes);

/* [a-zA-Z_][a-zA-Z0-9_]*, the classic names of labels. */
bool label_name_valid(const char *name);

/* Value of a label, "" where there is none. */
const char *label_value(const struct label *labels, size_t count, const char *name);

#endif
