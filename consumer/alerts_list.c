/*
 * alerts_list.c - `tocsind alerts list`.
 *
 * Only the newest record of each alert is kept, as bytes, and decoded when it is its turn: the
 * worst open ones first, then the most recent. An alert matches when it does so in one of its
 * places, as with routing.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/alerts.h"
#include "consumer/channels/words.h"
#include "consumer/correlate/key_table.h"
#include "consumer/table_read.h"
#include "consumer/text_table.h"

struct kept {
    size_t bytes;
    int status, severity;
    int64_t last_seen_ms;
    char value[];
};

struct listing {
    const struct alerts_query *query;
    struct key_table table; /* struct kept, by fingerprint */
    struct arena arena;     /* of the alert in hand */
    struct kept **sorted;
    size_t count;
};

static int take(void *self, const char *key, size_t key_bytes, const char *value,
                size_t value_bytes, struct error *err)
{
    struct listing *listing = self;
    struct kept *kept;
    struct key id;

    if (!key_of_fingerprint(key, key_bytes, &id))
        return 0;
    if (!value) {
        free(key_table_take(&listing->table, &id));
        return 0;
    }
    kept = malloc(sizeof(*kept) + value_bytes);
    if (!kept)
        return error_set(err, ERROR_MEMORY, "out of memory");
    *kept = (struct kept){.bytes = value_bytes};
    memcpy(kept->value, value, value_bytes);
    free(key_table_get(&listing->table, &id));
    return key_table_put(&listing->table, &id, kept, err);
}

static bool matches_all(const struct alerts_query *query, const struct list *labels)
{
    for (size_t i = 0; i < query->matchers_count; i++) {
        if (!matcher_matches(query->matchers[i], labels->items, labels->count))
            return false;
    }
    return true;
}

static int is_wanted(const struct listing *listing, const struct alert *alert, struct arena *arena,
                     bool *ret, struct error *err)
{
    const struct alerts_query *query = listing->query;
    const struct sighting *sightings = alert->sightings.items;

    *ret = false;
    if ((query->open && alert->status != ALERT_OPEN) ||
        (query->resolved && alert->status != ALERT_RESOLVED))
        return 0;
    for (size_t i = 0; i < alert->sightings.count && !*ret; i++) {
        struct enriched seen;

        if (enriched_of(&query->config->enrichment, alert, &sightings[i], arena, &seen, err))
            return -1;
        *ret = matches_all(query, &seen.labels);
    }
    return 0;
}

static int view_kept(struct listing *listing, const struct kept *kept, struct alert *alert,
                     struct alert_view *ret, struct error *err)
{
    arena_reset(&listing->arena);
    if (record_decode(&alert_type, kept->value, kept->bytes, &listing->arena, alert, err))
        return -1;
    return alert_view_of(listing->query->config, alert, NULL, &listing->arena, ret, err);
}

static int compare(const void *left, const void *right)
{
    const struct kept *a = *(const struct kept *const *)left;
    const struct kept *b = *(const struct kept *const *)right;

    if (a->status != b->status)
        return a->status - b->status;
    if (a->severity != b->severity)
        return b->severity - a->severity;
    return a->last_seen_ms < b->last_seen_ms ? 1 : a->last_seen_ms > b->last_seen_ms ? -1 : 0;
}

static int sort(struct listing *listing, struct error *err)
{
    struct kept *kept;
    size_t cursor = 0;

    listing->sorted = calloc(listing->table.count + 1, sizeof(struct kept *));
    if (!listing->sorted)
        return error_set(err, ERROR_MEMORY, "out of memory");
    while ((kept = key_table_next(&listing->table, &cursor))) {
        struct alert alert;
        struct alert_view view;
        bool wanted;

        if (view_kept(listing, kept, &alert, &view, err) ||
            is_wanted(listing, &alert, &listing->arena, &wanted, err))
            return -1;
        kept->status = alert.status;
        kept->severity = view.enriched.severity;
        kept->last_seen_ms = alert.last_seen_ms;
        if (wanted)
            listing->sorted[listing->count++] = kept;
    }
    if (listing->count > 1)
        qsort(listing->sorted, listing->count, sizeof(struct kept *), compare);
    return 0;
}

static const char *const headings[] = {"SEVERITY", "STATUS",    "RULE", "MODEL",      "COUNT",
                                       "FIRST",    "LAST SEEN", "TOLD", "FINGERPRINT"};
#define COLUMNS (sizeof(headings) / sizeof(headings[0]))

static int add_row(struct listing *listing, const struct alert_view *view, struct text_table *table,
                   struct error *err)
{
    const struct alert *alert = view->alert;
    char first[WORDS_BYTES_MAX], last[WORDS_BYTES_MAX], count[WORDS_BYTES_MAX];
    const char *receivers = alert_receivers(alert, &listing->arena);

    if (!receivers)
        return error_set(err, ERROR_MEMORY, "out of memory");
    words_time(alert->first_seen_ms, first);
    words_time(alert->last_seen_ms, last);
    snprintf(count, sizeof(count), "%" PRId64, alert->count);
    const char *const cells[COLUMNS] = {severity_names[view->enriched.severity],
                                        alert_status_names[alert->status],
                                        alert->rule.id,
                                        alert->model,
                                        count,
                                        first,
                                        last,
                                        receivers,
                                        alert->fingerprint};

    return text_table_add(table, cells,
                          alert_colour(listing->query, alert, view->enriched.severity), err);
}

static int print_table(struct listing *listing, struct error *err)
{
    struct arena cells;
    struct text_table table = {.arena = &cells, .columns = COLUMNS};
    int rc;

    arena_init(&cells);
    rc = text_table_add(&table, headings, NULL, err);
    for (size_t i = 0; i < listing->count && rc == 0; i++) {
        struct alert alert;
        struct alert_view view;

        rc = view_kept(listing, listing->sorted[i], &alert, &view, err);
        if (rc == 0)
            rc = add_row(listing, &view, &table, err);
    }
    if (rc == 0)
        text_table_print(&table, listing->query->out);
    arena_fini(&cells);
    return rc;
}

/* One alert a line, in one list. */
static int print_json(struct listing *listing, struct error *err)
{
    FILE *out = listing->query->out;

    fputc('[', out);
    for (size_t i = 0; i < listing->count; i++) {
        struct alert alert;
        struct alert_view view;
        json_t *object = NULL;

        if (view_kept(listing, listing->sorted[i], &alert, &view, err) == 0)
            object = alert_view_json(&view, false, err);
        if (!object)
            return -1;
        fputs(i > 0 ? ",\n" : "\n", out);
        json_dumpf(object, out, JSON_COMPACT);
        json_decref(object);
    }
    fputs(listing->count > 0 ? "\n]\n" : "]\n", out);
    return 0;
}

int alerts_list(const struct alerts_query *query, struct error *err)
{
    struct listing listing = {.query = query};
    const struct table_read read = {.config = query->config,
                                    .topic = "alerts",
                                    .name = "alerts",
                                    .take = take,
                                    .self = &listing};
    struct kept *kept;
    size_t cursor = 0;
    int rc;

    key_table_init(&listing.table, (uint64_t)query->now_ms);
    arena_init(&listing.arena);
    rc = table_read(&read, err);
    if (rc == 0)
        rc = sort(&listing, err);
    if (rc == 0)
        rc = query->json ? print_json(&listing, err) : print_table(&listing, err);
    while ((kept = key_table_next(&listing.table, &cursor)))
        free(kept);
    free(listing.sorted);
    key_table_fini(&listing.table);
    arena_fini(&listing.arena);
    return rc;
}
