/*
 * inhibit.c - the sources of inhibition, found by rule and equal labels.
 *
 * Every set of labels of a source stands in one bucket for each rule whose source side it matches;
 * the bucket's key is the rule and the values of its equal labels, each with its length, so that no
 * two lists of values are one key. Memory that runs out in the middle of a put takes that source
 * out whole.
 */
#include "consumer/route/inhibit.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

struct source;

/* One set of labels of a source, below one rule. */
struct entry {
    struct bucket *bucket;
    const struct source *source;
    bool matches_target; /* of the same rule */
    struct entry *prev, *next;
};

struct bucket {
    char *key;
    struct entry *entries;
    UT_hash_handle hh;
};

struct source {
    char fingerprint[FINGERPRINT_BYTES];
    struct entry *entries;
    size_t count;
    UT_hash_handle hh;
};

struct inhibition {
    const struct inhibit_rule *rules;
    size_t rules_count;
    struct bucket *buckets;
    struct source *sources;
};

static bool all_match(struct matcher *const *matchers, size_t matchers_count,
                      const struct label *labels, size_t count)
{
    for (size_t i = 0; i < matchers_count; i++) {
        if (!matcher_matches(matchers[i], labels, count))
            return false;
    }
    return true;
}

static bool is_source(const struct inhibit_rule *rule, const struct label *labels, size_t count)
{
    return all_match(rule->source, rule->source_count, labels, count);
}

static bool is_target(const struct inhibit_rule *rule, const struct label *labels, size_t count)
{
    return all_match(rule->target, rule->target_count, labels, count);
}

bool inhibit_is_source(const struct inhibit_rule *rules, size_t rules_count,
                       const struct label *labels, size_t count)
{
    for (size_t i = 0; i < rules_count; i++) {
        if (is_source(&rules[i], labels, count))
            return true;
    }
    return false;
}

static bool has_name(struct matcher *const *matchers, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(matcher_name(matchers[i]), name) == 0)
            return true;
    }
    return false;
}

bool inhibit_mentions(const struct inhibit_rule *rules, size_t rules_count, const char *name)
{
    for (size_t i = 0; i < rules_count; i++) {
        const struct inhibit_rule *rule = &rules[i];

        if (has_name(rule->source, rule->source_count, name) ||
            has_name(rule->target, rule->target_count, name))
            return true;
        for (size_t e = 0; e < rule->equal_count; e++) {
            if (strcmp(rule->equal[e], name) == 0)
                return true;
        }
    }
    return false;
}

int inhibition_new(const struct inhibit_rule *rules, size_t rules_count, struct inhibition **ret,
                   struct error *err)
{
    *ret = calloc(1, sizeof(**ret));
    if (*ret == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for inhibition");
    (*ret)->rules = rules;
    (*ret)->rules_count = rules_count;
    return 0;
}

void inhibition_clear(struct inhibition *inhibition)
{
    while (inhibition->sources != NULL)
        inhibition_remove(inhibition, inhibition->sources->fingerprint);
}

void inhibition_free(struct inhibition *inhibition)
{
    if (inhibition == NULL)
        return;
    inhibition_clear(inhibition);
    free(inhibition);
}

static void put(char *key, size_t *bytes, const void *from, size_t count)
{
    memcpy(key + *bytes, from, count);
    *bytes += count;
}

/* The key of the bucket of a rule for these labels; the caller frees it. NULL: out of memory. */
static char *bucket_key(const struct inhibition *inhibition, size_t rule,
                        const struct label *labels, size_t count, size_t *ret_bytes)
{
    const struct inhibit_rule *with = &inhibition->rules[rule];
    size_t room = sizeof(size_t), bytes = 0;
    char *key;

    for (size_t i = 0; i < with->equal_count; i++)
        room += sizeof(size_t) + strlen(label_value(labels, count, with->equal[i]));
    key = malloc(room);
    if (key == NULL)
        return NULL;
    put(key, &bytes, &rule, sizeof(rule));
    for (size_t i = 0; i < with->equal_count; i++) {
        const char *value = label_value(labels, count, with->equal[i]);
        size_t length = strlen(value);

        put(key, &bytes, &length, sizeof(length));
        put(key, &bytes, value, length);
    }
    *ret_bytes = bytes;
    return key;
}

static struct bucket *bucket_find(const struct inhibition *inhibition, const char *key,
                                  size_t bytes)
{
    struct bucket *bucket = NULL;

    HASH_FIND(hh, inhibition->buckets, key, bytes, bucket);
    return bucket;
}

static struct bucket *bucket_get(struct inhibition *inhibition, size_t rule,
                                 const struct label *labels, size_t count)
{
    size_t bytes = 0;
    char *key = bucket_key(inhibition, rule, labels, count, &bytes);
    struct bucket *bucket = key ? bucket_find(inhibition, key, bytes) : NULL;

    if (bucket != NULL || key == NULL) {
        free(key);
        return bucket;
    }
    bucket = calloc(1, sizeof(*bucket));
    if (bucket == NULL) {
        free(key);
        return NULL;
    }
    bucket->key = key;
    HASH_ADD_KEYPTR(hh, inhibition->buckets, bucket->key, bytes, bucket);
    return bucket;
}

static void entry_remove(struct inhibition *inhibition, struct entry *entry)
{
    struct bucket *bucket = entry->bucket;

    DL_DELETE(bucket->entries, entry);
    if (bucket->entries != NULL)
        return;
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): the bucket is in the table */
    HASH_DEL(inhibition->buckets, bucket);
    free(bucket->key);
    free(bucket);
}

static void source_remove(struct inhibition *inhibition, struct source *source)
{
    HASH_DEL(inhibition->sources, source);
    for (size_t i = 0; i < source->count; i++)
        entry_remove(inhibition, &source->entries[i]);
    free(source->entries);
    free(source);
}

static struct source *source_find(const struct inhibition *inhibition, const char *fingerprint)
{
    struct source *source = NULL;

    HASH_FIND_STR(inhibition->sources, fingerprint, source);
    return source;
}

void inhibition_remove(struct inhibition *inhibition, const char *fingerprint)
{
    struct source *source = source_find(inhibition, fingerprint);

    if (source != NULL)
        source_remove(inhibition, source);
}

static struct source *source_add(struct inhibition *inhibition, const struct inhibitor *inhibitor)
{
    struct source *source = calloc(1, sizeof(*source));
    size_t room = inhibitor->sources.count * inhibition->rules_count;

    if (source == NULL || (source->entries = calloc(room, sizeof(struct entry))) == NULL) {
        free(source);
        return NULL;
    }
    strncpy(source->fingerprint, inhibitor->fingerprint, FINGERPRINT_BYTES - 1);
    HASH_ADD_STR(inhibition->sources, fingerprint, source);
    return source;
}

static int labels_add(struct inhibition *inhibition, struct source *source,
                      const struct label *labels, size_t count)
{
    for (size_t rule = 0; rule < inhibition->rules_count; rule++) {
        struct entry *entry = &source->entries[source->count];
        struct bucket *bucket;

        if (!is_source(&inhibition->rules[rule], labels, count))
            continue;
        bucket = bucket_get(inhibition, rule, labels, count);
        if (bucket == NULL)
            return -1;
        entry->bucket = bucket;
        entry->source = source;
        entry->matches_target = is_target(&inhibition->rules[rule], labels, count);
        DL_APPEND(bucket->entries, entry);
        source->count++;
    }
    return 0;
}

int inhibition_put(struct inhibition *inhibition, const struct inhibitor *inhibitor,
                   bool *ret_changed, struct error *err)
{
    const struct inhibitor_source *sets = inhibitor->sources.items;
    struct source *source = source_find(inhibition, inhibitor->fingerprint);

    *ret_changed = source != NULL;
    if (source != NULL)
        source_remove(inhibition, source);
    if (!inhibitor->firing || inhibitor->sources.count == 0 || inhibition->rules_count == 0)
        return 0;
    *ret_changed = true;
    source = source_add(inhibition, inhibitor);
    for (size_t i = 0; source != NULL && i < inhibitor->sources.count; i++) {
        if (labels_add(inhibition, source, sets[i].labels.items, sets[i].labels.count)) {
            source_remove(inhibition, source);
            source = NULL;
        }
    }
    return source ? 0 : error_set(err, ERROR_MEMORY, "out of memory for an inhibiting alert");
}

/* Under one rule, whose target side matches. */
static const struct source *find_below(const struct inhibition *inhibition, size_t rule,
                                       const struct label *labels, size_t count)
{
    bool two_sided = is_source(&inhibition->rules[rule], labels, count);
    size_t bytes = 0;
    char *key = bucket_key(inhibition, rule, labels, count, &bytes);
    const struct bucket *bucket = key ? bucket_find(inhibition, key, bytes) : NULL;
    const struct entry *entry;

    free(key);
    if (bucket == NULL)
        return NULL;
    DL_FOREACH (bucket->entries, entry) {
        if (!two_sided || !entry->matches_target)
            return entry->source;
    }
    return NULL;
}

const char *inhibition_find(const struct inhibition *inhibition, const struct label *labels,
                            size_t count)
{
    if (inhibition->sources == NULL)
        return NULL;
    for (size_t rule = 0; rule < inhibition->rules_count; rule++) {
        const struct source *source = NULL;

        if (is_target(&inhibition->rules[rule], labels, count))
            source = find_below(inhibition, rule, labels, count);
        if (source != NULL)
            return source->fingerprint;
    }
    return NULL;
}

size_t inhibition_count(const struct inhibition *inhibition)
{
    return HASH_COUNT(inhibition->sources);
}
