/*
 * cluster.c - the sections `kafka`, `topics` and `lifecycle`, and this process' name.
 *
 * `kafka` is handed to librdkafka as it is, so only its shape is checked here; whoever makes the
 * handles knows which properties exist and which are not the user's (consumer/kafka/properties.h),
 * and the places of the lines are kept for that. `name_file: PATH` and ${ENV} give a property its
 * secret.
 */
#include <string.h>

#include "consumer/config/draft.h"

#define RETRY_TIERS_MAX     8
#define PREFIX_BYTES_MAX    150
#define TOPIC_NAME_ALPHABET "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

static int kafka_property(struct reader *reader, const struct node_pair *pair, struct label *ret)
{
    static const char suffix[] = "_file";
    const char *name = pair->key->text;
    size_t bytes = strlen(name), suffix_bytes = sizeof(suffix) - 1;
    bool file = bytes > suffix_bytes && strcmp(name + bytes - suffix_bytes, suffix) == 0;

    if (!reader_is_kind(reader, pair->key, pair->value, NODE_SCALAR))
        return -1;
    if (!file) {
        ret->name = name;
        return reader_expand(reader, pair->value, pair->value->text, &ret->value);
    }
    ret->name = arena_strndup(reader->arena, name, bytes - suffix_bytes);
    if (!ret->name)
        return reader_out_of_memory(reader);
    return reader_file(reader, pair->key, pair->value, &ret->value);
}

int kafka_bind(struct draft *draft, const struct node *node)
{
    const struct node key = {.kind = NODE_SCALAR, .text = "kafka"};
    struct reader *reader = &draft->reader;
    struct config_place *places;
    struct label *labels;
    size_t count = 0, before = reader->problems_count;

    if (!node || node_is_null(node))
        return 0;
    if (!reader_is_kind(reader, &key, node, NODE_MAPPING))
        return -1;
    labels = arena_array(reader->arena, node->count + 1, sizeof(*labels));
    places = arena_array(reader->arena, node->count + 1, sizeof(*places));
    if (!labels || !places)
        return reader_out_of_memory(reader);
    for (size_t i = 0; i < node->count && !reader_full(reader); i++) {
        const struct node_pair *pair = &node->pairs[i];

        if (node_is_null(pair->value) || kafka_property(reader, pair, &labels[count]))
            continue;
        if (label_value(labels, count, labels[count].name)[0]) {
            reader_refuse(reader, pair->key, "%s and %s_file stand together: only one may",
                          labels[count].name, labels[count].name);
            continue;
        }
        places[count++] = (struct config_place){pair->key->line, pair->key->column};
    }
    draft->config->kafka = (struct list){labels, count};
    draft->config->kafka_places = places;
    return reader->problems_count > before ? -1 : 0;
}

const struct setting topics_settings[] = {
    {.name = "prefix",
     .kind = SETTING_STRING,
     .offset = offsetof(struct topics_config, prefix),
     .fallback = "tocsin.",
     .help = "stands before the name of every topic and consumer group; one per tenant"},
    {.name = "partitions",
     .kind = SETTING_INTEGER,
     .offset = offsetof(struct topics_config, partitions),
     .min = 1,
     .max = 10000,
     .fallback = "6",
     .help = "of findings, alerts and state; can't be changed later"},
    {.name = "notification_partitions",
     .kind = SETTING_INTEGER,
     .offset = offsetof(struct topics_config, notification_partitions),
     .min = 1,
     .max = 10000,
     .fallback = "6",
     .help = "of notifications, deliveries and the retry tiers; can't be changed later"},
    {.name = "replication",
     .kind = SETTING_INTEGER,
     .offset = offsetof(struct topics_config, replication),
     .min = 1,
     .max = 100,
     .fallback = "3",
     .help = "copies of each topic; from 3 on min.insync.replicas is 2; 1 for a single broker"},
    {.name = "create",
     .kind = SETTING_BOOL,
     .offset = offsetof(struct topics_config, create),
     .fallback = "true",
     .help = "create what is missing at start; false: only check"},
    {.kind = SETTING_END},
};

static int retry_tiers_bind(struct reader *reader, const struct node *key, const struct node *value,
                            void *object)
{
    struct topics_config *topics = object;
    struct retry_tier *tiers;

    if (!reader_is_kind(reader, key, value, NODE_SEQUENCE))
        return -1;
    if (value->count == 0 || value->count > RETRY_TIERS_MAX)
        return reader_refuse(reader, value, "%s: expected 1 to %d durations", key->text,
                             RETRY_TIERS_MAX);
    tiers = arena_array(reader->arena, value->count, sizeof(*tiers));
    if (!tiers)
        return reader_out_of_memory(reader);
    for (size_t i = 0; i < value->count; i++) {
        if (reader_duration(reader, key, value->items[i], &tiers[i].delay_ms))
            return -1;
        tiers[i].name = value->items[i]->text;
        if (tiers[i].delay_ms <= (i > 0 ? tiers[i - 1].delay_ms : 0))
            return reader_refuse(reader, value->items[i],
                                 "%s: expected durations above 0 that grow, not %s", key->text,
                                 tiers[i].name);
    }
    topics->retry_tiers = (struct list){tiers, value->count};
    return 0;
}

const struct section topics_sections[] = {
    {"retry_tiers", retry_tiers_bind, "[1m, 10m, 1h, 6h]",
     "delays of the topics retry.<tier>; longer waits pass through several"},
    {NULL, NULL, NULL, NULL},
};

int topics_bind(struct draft *draft, const struct node *node)
{
    const struct node none = {.kind = NODE_MAPPING, .line = 1, .column = 1, .text = ""};
    struct topics_config *topics = &draft->config->topics;
    const struct schema schema = {.what = "topics",
                                  .bindings = {{.settings = topics_settings, .object = topics}},
                                  .sections = topics_sections,
                                  .object = topics};
    const struct node *prefix;

    if (schema_bind(&draft->reader, node ? node : &none, &schema))
        return -1;
    prefix = node && node->kind == NODE_MAPPING ? node_find(node, "prefix") : NULL;
    if (prefix && (strlen(prefix->text) > PREFIX_BYTES_MAX ||
                   prefix->text[strspn(prefix->text, TOPIC_NAME_ALPHABET)]))
        return reader_refuse(&draft->reader, prefix,
                             "prefix: expected at most %d letters, digits, dots, dashes and "
                             "underscores",
                             PREFIX_BYTES_MAX);
    return 0;
}

const struct setting lifecycle_settings[] = {
    {.name = "dedupe_window",
     .kind = SETTING_DURATION,
     .offset = offsetof(struct lifecycle_config, dedupe_window_ms),
     .min = 60000,
     .max = INT64_C(30) * 86400000,
     .fallback = "3d",
     .help =
         "how long a finding id is remembered: within it a report published again adds nothing"},
    {.name = "seen_ids_max",
     .kind = SETTING_INTEGER,
     .offset = offsetof(struct lifecycle_config, seen_ids_max),
     .min = 1000,
     .max = 1 << 28,
     .fallback = "4194304",
     .help = "finding ids remembered in each partition, 16 bytes each"},
    {.name = "run_time_limit",
     .kind = SETTING_DURATION,
     .offset = offsetof(struct lifecycle_config, run_time_limit_ms),
     .min = 1000,
     .max = INT64_C(30) * 86400000,
     .fallback = "6h",
     .help = "a run without all its ends by then is lost: it resolves nothing"},
    {.name = "clean_runs",
     .kind = SETTING_INTEGER,
     .offset = offsetof(struct lifecycle_config, clean_runs),
     .min = 1,
     .max = 1000,
     .fallback = "1",
     .help = "complete runs in a row without the finding that resolve an alert"},
    {.name = "flap_count",
     .kind = SETTING_INTEGER,
     .offset = offsetof(struct lifecycle_config, flap_count),
     .min = 0,
     .max = FLAPS_MAX,
     .fallback = "3",
     .help = "an alert that reopened so often within flap_window flaps, 0: none ever does"},
    {.name = "flap_window",
     .kind = SETTING_DURATION,
     .offset = offsetof(struct lifecycle_config, flap_window_ms),
     .min = 60000,
     .max = INT64_C(365) * 86400000,
     .fallback = "7d",
     .help = "see flap_count"},
    {.name = "flap_clean_runs",
     .kind = SETTING_INTEGER,
     .offset = offsetof(struct lifecycle_config, flap_clean_runs),
     .min = 1,
     .max = 1000,
     .fallback = "3",
     .help = "complete runs in a row without the finding that resolve an alert that flaps"},
    {.name = "notify_lost_runs",
     .kind = SETTING_BOOL,
     .offset = offsetof(struct lifecycle_config, notify_lost_runs),
     .fallback = "true",
     .help = "a run that is lost is a finding of its own, tocsin/run/lost, until its pipeline's "
             "next run ends"},
    {.name = "stale_after",
     .kind = SETTING_DURATION,
     .offset = offsetof(struct lifecycle_config, stale_after_ms),
     .min = 60000,
     .max = INT64_C(3650) * 86400000,
     .fallback = "30d",
     .help = "without a sighting for so long an alert resolves as stale"},
    {.name = "notify_model_version",
     .kind = SETTING_BOOL,
     .offset = offsetof(struct lifecycle_config, notify_model_version),
     .fallback = "false",
     .help = "a known problem in a new version of the model is news"},
    {.kind = SETTING_END},
};

int lifecycle_bind(struct draft *draft, const struct node *node)
{
    struct lifecycle_config *lifecycle = &draft->config->lifecycle;
    const struct schema schema = {
        .what = "lifecycle", .bindings = {{.settings = lifecycle_settings, .object = lifecycle}}};

    if (!node)
        return settings_default(&draft->reader, lifecycle_settings, lifecycle);
    return schema_bind(&draft->reader, node, &schema);
}
