/*
 * rules.c - see rules.h.
 */
#include "consumer/enrich/rules.h"

bool condition_holds(const struct condition *when, const struct list *labels)
{
    for (size_t i = 0; i < when->matchers_count; i++) {
        if (!matcher_matches(when->matchers[i], labels->items, labels->count))
            return false;
    }
    return true;
}

const void *rules_find(const struct list *rules, size_t size, const struct list *labels)
{
    for (size_t i = 0; i < rules->count; i++) {
        const void *rule = (const char *)rules->items + i * size;

        if (condition_holds(rule, labels))
            return rule;
    }
    return NULL;
}
