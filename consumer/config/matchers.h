/*
 * matchers.h - conditions on labels, as routes and inhibition rules have them in a configuration.
 */
#ifndef TOCSIN_CONSUMER_CONFIG_MATCHERS_H
#define TOCSIN_CONSUMER_CONFIG_MATCHERS_H

#include "consumer/config/reader.h"
#include "consumer/route/matcher.h"

/* Those of one route, or of one side of a rule, while they are read. */
struct matchers_draft {
    struct matcher *list[MATCHER_LIST_MAX];
    size_t count;
};

/* A list of texts, and the old maps for `=` (`match`) and `=~` (`match_re`). */
int matchers_bind_list(struct reader *reader, const struct node *key, const struct node *value,
                       struct matchers_draft *draft);
int matchers_bind_map(struct reader *reader, const struct node *key, const struct node *value,
                      enum matcher_op op, struct matchers_draft *draft);

/* Sorted into the reader's arena; the matchers are the caller's to free from here, also after a
 * problem: *ret_count is 0 only when there are none left. */
int matchers_keep(struct reader *reader, struct matchers_draft *draft, struct matcher ***ret,
                  size_t *ret_count);

#endif
