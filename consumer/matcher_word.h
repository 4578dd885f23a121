/*
 * matcher_word.h - matchers as words of a command line, as amtool takes them.
 */
#ifndef TOCSIN_CONSUMER_MATCHER_WORD_H
#define TOCSIN_CONSUMER_MATCHER_WORD_H

#include "consumer/route/matcher.h"

/* A first word without an operator is a rule's name: alertname="word". */
int matcher_word_parse(const char *word, bool first, struct matcher **ret, struct error *err);

#endif
