/*
 * run_end.c - see run_end.h. Rows are found again by a table of their keys, so that uniting two
 * ends of thousands of rows stays linear.
 */
#include "consumer/correlate/run_end.h"

#include <string.h>

#include "consumer/correlate/key_table.h"

void coverage_key(const struct coverage *row, const struct run *run, struct key *ret)
{
    char text[FINGERPRINT_BYTES];

    coverage_fingerprint(row, run, text);
    key_of_fingerprint(text, sizeof(text) - 1, ret);
}

bool coverage_is_any(const struct coverage *row)
{
    return strcmp(row->category, COVERAGE_ANY) == 0;
}

static int64_t larger(int64_t left, int64_t right)
{
    return left > right ? left : right;
}

/* Raises a number; true when it grew. */
static bool raise_to(int64_t *number, int64_t value)
{
    bool grew = value > *number;

    *number = larger(*number, value);
    return grew;
}

/* What is being collected: lists with room, and where each fingerprint stands in them. */
struct collection {
    struct shard_end *end;
    struct key_table coverage, published; /* values: the rows */
    bool changed;
};

static int collection_init(struct collection *collection, struct shard_end *end, size_t coverage,
                           size_t published, struct arena *arena, struct error *err)
{
    collection->end = end;
    collection->changed = false;
    key_table_init(&collection->coverage, 0);
    key_table_init(&collection->published, 0);
    end->coverage =
        (struct list){.items = arena_array(arena, coverage + 1, sizeof(struct coverage))};
    end->published =
        (struct list){.items = arena_array(arena, published + 1, sizeof(struct count))};
    if (!end->coverage.items || !end->published.items)
        return error_set(err, ERROR_MEMORY, "no memory for a run's coverage");
    return 0;
}

static void collection_fini(struct collection *collection)
{
    key_table_fini(&collection->coverage);
    key_table_fini(&collection->published);
}

static int collect_row(struct collection *collection, const struct key *key,
                       const struct coverage *row, struct error *err)
{
    struct coverage *known = key_table_get(&collection->coverage, key);

    if (known) {
        bool grew = raise_to(&known->attempts, row->attempts);

        grew = raise_to(&known->failures, row->failures) || grew;
        grew = raise_to(&known->withheld, row->withheld) || grew;
        collection->changed = collection->changed || grew;
        return 0;
    }
    known = (struct coverage *)collection->end->coverage.items + collection->end->coverage.count++;
    *known = *row;
    collection->changed = true;
    return key_table_put(&collection->coverage, key, known, err);
}

static int collect_count(struct collection *collection, const struct key *key,
                         const struct count *count, struct error *err)
{
    struct count *known = key_table_get(&collection->published, key);

    if (known) {
        bool grew = raise_to(&known->n, count->n);

        collection->changed = collection->changed || grew;
        return 0;
    }
    known = (struct count *)collection->end->published.items + collection->end->published.count++;
    *known = *count;
    collection->changed = true;
    return key_table_put(&collection->published, key, known, err);
}

/* `partitions` 0: all rows. */
static int collect_coverage(struct collection *collection, const struct list *rows,
                            const struct run *run, int32_t partition, int32_t partitions,
                            struct error *err)
{
    const struct coverage *row = rows->items;

    for (size_t i = 0; i < rows->count; i++) {
        char text[FINGERPRINT_BYTES];
        struct key key;

        coverage_fingerprint(&row[i], run, text);
        if (partitions > 0 && !coverage_is_any(&row[i]) &&
            partition_of_key(text, sizeof(text) - 1, partitions) != partition)
            continue;
        key_of_fingerprint(text, sizeof(text) - 1, &key);
        if (collect_row(collection, &key, &row[i], err))
            return -1;
    }
    return 0;
}

static int collect_published(struct collection *collection, const struct list *counts,
                             int32_t partition, int32_t partitions, struct error *err)
{
    const struct count *count = counts->items;

    for (size_t i = 0; i < counts->count; i++) {
        size_t bytes = strlen(count[i].fingerprint);
        struct key key;

        if (partitions > 0 &&
            partition_of_key(count[i].fingerprint, bytes, partitions) != partition)
            continue;
        if (key_of_fingerprint(count[i].fingerprint, bytes, &key) &&
            collect_count(collection, &key, &count[i], err))
            return -1;
    }
    return 0;
}

int shard_end_of(const struct run_end *end, int32_t partition, int32_t partitions,
                 struct arena *arena, struct shard_end *ret, struct error *err)
{
    struct collection collection;
    int rc = -1;

    *ret = (struct shard_end){
        .end = end->id,
        .shard = end->run.shard,
        .attempt = end->run.attempt,
        .status = end->status,
        .has_coverage = end->has_coverage,
    };
    if (collection_init(&collection, ret, end->coverage.count, end->published.count, arena, err) ==
            0 &&
        collect_coverage(&collection, &end->coverage, &end->run, partition, partitions, err) == 0 &&
        collect_published(&collection, &end->published, partition, partitions, err) == 0)
        rc = 0;
    collection_fini(&collection);
    return rc;
}

int shard_end_unite(const struct shard_end *first, const struct shard_end *second,
                    const struct run *run, struct arena *arena, struct shard_end *ret,
                    bool *ret_changed, struct error *err)
{
    struct collection collection;
    int rc = -1;

    *ret = *first;
    if (collection_init(&collection, ret, first->coverage.count + second->coverage.count,
                        first->published.count + second->published.count, arena, err) == 0 &&
        collect_coverage(&collection, &first->coverage, run, 0, 0, err) == 0 &&
        collect_published(&collection, &first->published, 0, 0, err) == 0) {
        collection.changed = false;
        if (collect_coverage(&collection, &second->coverage, run, 0, 0, err) == 0 &&
            collect_published(&collection, &second->published, 0, 0, err) == 0)
            rc = 0;
    }
    collection_fini(&collection);
    ret->status = first->status > second->status ? first->status : second->status;
    ret->has_coverage = first->has_coverage || second->has_coverage;
    *ret_changed = collection.changed || ret->status != first->status ||
                   ret->has_coverage != first->has_coverage;
    return rc;
}
