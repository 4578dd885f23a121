/*
 * matcher_syntax.h - the two syntaxes in which matchers are written; which of them counts is
 * decided in matcher_parse.c.
 *
 * Both know the comparisons >=, <=, > and < behind a label's name, which Alertmanager does not
 * have. A text that is not valid UTF-8 is refused before it comes here.
 */
#ifndef TOCSIN_CONSUMER_ROUTE_MATCHER_SYNTAX_H
#define TOCSIN_CONSUMER_ROUTE_MATCHER_SYNTAX_H

#include "consumer/route/matcher.h"

#define CLASSIC_SPACE "\t\n\f\r "

/* Matchers while they are read; empty at first. */
struct matchers {
    struct matcher *list[MATCHER_LIST_MAX];
    size_t count;
};

void matchers_clear(struct matchers *matchers);
int matchers_add(struct matchers *matchers, const char *name, enum matcher_op op, const char *value,
                 struct error *err);

/* The operator at `text`, and its length; 0 where there is none. */
size_t operator_length(const char *text, enum matcher_op *ret_op);

/* A list with or without { }. On failure what was read so far is in `ret`. */
int matchers_read_classic(const char *text, struct matchers *ret, struct error *err);
int matchers_read_utf8(const char *text, struct matchers *ret, struct error *err);

/* One matcher, whatever stands in it: braces and commas are part of its value. */
int matcher_read_classic(const char *text, struct matchers *ret, struct error *err);

/* Bytes of white space (Unicode's White_Space) at `text`, 0 where there is none. */
size_t space_length(const char *text);

/* White space or one of {}!=~,\"'` : a name with any of them is printed in quotes. So is one with <
 * or >. */
bool name_is_plain(const char *name);

#endif
