/*
 * matcher_word.c - see matcher_word.h.
 */
#include "consumer/matcher_word.h"

#include <string.h>

int matcher_word_parse(const char *word, bool first, struct matcher **ret, struct error *err)
{
    if (!first || strpbrk(word, "=<>~"))
        return matcher_parse(word, ret, err);
    return matcher_new("alertname", MATCH_EQ, word, ret, err);
}
