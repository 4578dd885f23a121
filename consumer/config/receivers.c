/*
 * receivers.c - the section `receivers`: names, how each is told, and one integration for each
 * entry of its `<kind>_configs` lists.
 *
 * The kinds are the rows of channels[]: a new channel brings its own settings and needs nothing
 * here. An integration's context is filled from the channel's table and then completed by the
 * channel itself.
 */
#include <stdlib.h>
#include <string.h>

#include "consumer/config/draft.h"

#define SUFFIX             "_configs"
#define KINDS_MAX          32
#define SESSION_TIMEOUT_MS 10000 /* where kafka: does not say session.timeout.ms */

static const char *const on_doubt_names[] = {"send_again", "dead_letter", NULL};

const struct setting delivery_settings[] = {
    {.name = "flush",
     .kind = SETTING_ENUM,
     .offset = offsetof(struct integration, flush),
     .names = flush_names,
     .fallback = "timers",
     .help =
         "timers: by group_wait and group_interval; run_end: when the run that brought the news "
         "has ended, so that counts are final"},
    {.name = "max_wait",
     .kind = SETTING_DURATION,
     .offset = offsetof(struct integration, max_wait_ms),
     .min = 100,
     .max = INT64_C(7) * 86400000,
     .fallback = "1h",
     .help = "with flush run_end: do not wait longer for the run's end"},
    {.name = "run_summary",
     .kind = SETTING_ENUM,
     .offset = offsetof(struct integration, run_summary),
     .names = summary_wish_names,
     .fallback = "false",
     .help = "a message with counts by severity and the trend when a run has ended: true when it "
             "brought something new or resolved; always after every run that is routed here"},
    {.name = "shards",
     .kind = SETTING_INTEGER,
     .offset = offsetof(struct integration, shards),
     .min = 1,
     .max = 10000,
     .fallback = "1",
     .help = "partitions of notifications that a busy receiver is spread over"},
    {.name = "concurrency",
     .kind = SETTING_INTEGER,
     .offset = offsetof(struct integration, concurrency),
     .min = 1,
     .max = 256,
     .fallback = "4",
     .help = "requests in flight at the same time"},
    {.name = "request_timeout",
     .kind = SETTING_DURATION,
     .offset = offsetof(struct integration, request_timeout_ms),
     .min = 10,
     .max = 300000,
     .fallback = "5s",
     .help = "of one request; below Kafka's session.timeout.ms"},
    {.name = "attempts_max",
     .kind = SETTING_INTEGER,
     .offset = offsetof(struct integration, attempts_max),
     .min = 0,
     .max = 1000000,
     .fallback = "0",
     .help = "tries until a delivery becomes a dead letter; 0: only age_max counts"},
    {.name = "age_max",
     .kind = SETTING_DURATION,
     .offset = offsetof(struct integration, age_max_ms),
     .min = 1000,
     .max = INT64_C(30) * 86400000,
     .fallback = "3d",
     .help = "an older delivery becomes a dead letter"},
    {.name = "backoff_min",
     .kind = SETTING_DURATION,
     .offset = offsetof(struct integration, backoff_min_ms),
     .min = 1,
     .max = 3600000,
     .fallback = "1s",
     .help = "wait after the first failure; doubles with each"},
    {.name = "backoff_max",
     .kind = SETTING_DURATION,
     .offset = offsetof(struct integration, backoff_max_ms),
     .min = 1,
     .max = 86400000,
     .fallback = "10m",
     .help = "longest wait between two tries"},
    {.name = "retry_after_max",
     .kind = SETTING_DURATION,
     .offset = offsetof(struct integration, retry_after_max_ms),
     .min = 1,
     .max = 86400000,
     .fallback = "1h",
     .help = "a service that asks for a longer wait gets this one"},
    {.name = "evidence",
     .kind = SETTING_ENUM,
     .offset = offsetof(struct integration, evidence),
     .names = evidence_policy_names,
     .fallback = "masked",
     .help = "full: prompt and output but for secrets; masked: without personal data in any text; "
             "none: neither prompt nor output, and the rest as in masked"},
    {.name = "on_doubt",
     .kind = SETTING_ENUM,
     .offset = offsetof(struct integration, on_doubt),
     .names = on_doubt_names,
     .fallback = "send_again",
     .help = "what to do when a request may or may not have arrived"},
    {.name = "rate",
     .kind = SETTING_RATE,
     .offset = offsetof(struct integration, rate),
     .min = 1,
     .max = 1000000,
     .help = "requests in a time: 1/s, 120/m, 200/5m, or none; default: what the service takes"},
    {.name = "burst",
     .kind = SETTING_INTEGER,
     .offset = offsetof(struct integration, rate.burst),
     .min = 0,
     .max = 10000,
     .fallback = "0",
     .help =
         "requests at once, where rate allows so many on average; 0: the service's own, else 1"},
    {.name = "breaker_failures",
     .kind = SETTING_INTEGER,
     .offset = offsetof(struct integration, breaker_failures),
     .min = 0,
     .max = 1000,
     .fallback = "5",
     .help = "failures in a row after which one request at a time tries it; 0: only 401 and 403 "
             "stop it"},
    {.name = "guard_dead",
     .kind = SETTING_INTEGER,
     .offset = offsetof(struct integration, guard_dead),
     .min = 0,
     .max = 1000000,
     .fallback = "20",
     .help = "after so many dead letters within guard_window it is stopped, and nothing more is "
             "given up until something was delivered; 0: never"},
    {.name = "guard_share",
     .kind = SETTING_INTEGER,
     .offset = offsetof(struct integration, guard_share_percent),
     .min = 1,
     .max = 100,
     .fallback = "50",
     .help = "but only if they are at least this percentage of all deliveries in that time"},
    {.name = "guard_window",
     .kind = SETTING_DURATION,
     .offset = offsetof(struct integration, guard_window_ms),
     .min = 1000,
     .max = 86400000,
     .fallback = "10m",
     .help = "time in which dead letters are counted"},
    {.name = "storm_alerts",
     .kind = SETTING_INTEGER,
     .offset = offsetof(struct integration, storm_alerts),
     .min = 0,
     .max = 1000000,
     .fallback = "100",
     .help = "more alerts with news within storm_window are one message with a table; 0: never"},
    {.name = "storm_window",
     .kind = SETTING_DURATION,
     .offset = offsetof(struct integration, storm_window_ms),
     .min = 1000,
     .max = 86400000,
     .fallback = "10m",
     .help = "time in which alerts with news are counted"},
    {.name = "fallback",
     .kind = SETTING_STRING,
     .offset = offsetof(struct integration, fallback),
     .help = "receiver that is told what this one could not be told"},
    {.name = "fallback_after",
     .kind = SETTING_DURATION,
     .offset = offsetof(struct integration, fallback_after_ms),
     .min = 1000,
     .max = INT64_C(30) * 86400000,
     .fallback = "30m",
     .help = "how long it waits before the fallback is told"},
    {.kind = SETTING_END},
};

/* Of a receiver and of each of its entries. */
const struct setting text_settings[] = {
    {.name = "title",
     .kind = SETTING_TEMPLATE,
     .offset = offsetof(struct integration, texts.title),
     .help = "the headline, in Mustache's syntax: {{severity}} {{model}}: {{rule.title}}"},
    {.name = "text",
     .kind = SETTING_TEMPLATE,
     .offset = offsetof(struct integration, texts.text),
     .help = "what stands below the headline: {{#alerts}}{{rule.id}}: {{count}} {{/alerts}}"},
    {.name = "summary_title",
     .kind = SETTING_TEMPLATE,
     .offset = offsetof(struct integration, texts.summary_title),
     .help = "the headline of a run's summary: {{summary.run.pipeline}} ended"},
    {.name = "summary_text",
     .kind = SETTING_TEMPLATE,
     .offset = offsetof(struct integration, texts.summary_text),
     .help = "what stands below the headline of a run's summary"},
    {.kind = SETTING_END},
};

/* Of one entry of a *_configs list, beside the channel's own. */
const struct setting entry_settings[] = {
    {.name = "send_resolved",
     .kind = SETTING_BOOL,
     .offset = offsetof(struct integration, send_resolved),
     .fallback = "true",
     .help = "tell it of resolved alerts too"},
    {.kind = SETTING_END},
};

struct receiver {
    struct draft *draft;
    const char *name;
    struct integration defaults;
};

const struct setting receiver_settings[] = {
    {.name = "name",
     .kind = SETTING_STRING,
     .offset = offsetof(struct receiver, name),
     .required = true,
     .min = 1,
     .max = RECEIVER_NAME_BYTES_MAX,
     .help = "what routes call it"},
    {.kind = SETTING_END},
};

size_t draft_receiver(const struct draft *draft, const char *name)
{
    size_t i = 0;

    while (i < draft->receivers_count && strcmp(draft->receivers[i], name) != 0)
        i++;
    return i;
}

static int check_entry(struct draft *draft, const struct node *entry,
                       const struct integration *integration)
{
    int64_t session_ms = SESSION_TIMEOUT_MS;
    const struct list *kafka = &draft->config->kafka;
    const char *said = label_value(kafka->items, kafka->count, "session.timeout.ms");
    struct reader *reader = &draft->reader;

    if (*said && strlen(said) < 10 && strspn(said, "0123456789") == strlen(said))
        session_ms = strtoll(said, NULL, 10);
    if (integration->request_timeout_ms >= session_ms)
        return reader_refuse(reader, entry,
                             "receiver \"%s\": request_timeout has to be below Kafka's "
                             "session.timeout.ms, %lld ms",
                             integration->receiver, (long long)session_ms);
    if (integration->backoff_min_ms > integration->backoff_max_ms)
        return reader_refuse(reader, entry, "receiver \"%s\": backoff_min is above backoff_max",
                             integration->receiver);
    if (integration->rate.burst > 0 && integration->rate.requests == 0)
        return reader_refuse(reader, entry, "receiver \"%s\": burst needs a rate",
                             integration->receiver);
    if (integration->shards > draft->config->topics.notification_partitions)
        return reader_refuse(reader, entry,
                             "receiver \"%s\": shards is above topics.notification_partitions",
                             integration->receiver);
    return 0;
}

/* What the configuration leaves open is what the vendor takes. */
static void set_rate(struct integration *integration)
{
    struct rate *rate = &integration->rate;
    int64_t burst = rate->burst;

    if (rate->per_ms == 0)
        *rate = integration->ops->rate;
    if (burst > 0)
        rate->burst = burst;
    else if (rate->burst == 0 && rate->requests > 0)
        rate->burst = 1;
}

static int bind_entry(struct receiver *receiver, const struct channel_ops *ops, size_t index,
                      const struct node *entry)
{
    struct draft *draft = receiver->draft;
    struct config *config = draft->config;
    struct integration *integration = &config->integrations[config->integrations_count];
    const struct node *whole = global_inherit(draft, entry, ops->name);
    struct error err = {0};

    if (config->integrations_count == INTEGRATIONS_MAX)
        return reader_refuse(&draft->reader, entry, "more than %d *_configs entries",
                             INTEGRATIONS_MAX);
    *integration = receiver->defaults;
    integration->receiver = receiver->name;
    integration->ops = ops;
    set_rate(integration);
    integration->id =
        arena_printf(draft->reader.arena, "%s/%s/%zu", receiver->name, ops->name, index);
    integration->ctx = arena_alloc(draft->reader.arena, ops->ctx_size + 1);
    if (!integration->id || !integration->ctx || !whole)
        return reader_out_of_memory(&draft->reader);
    config->integrations_count++;

    const struct schema schema = {
        .what = arena_printf(draft->reader.arena, "%s" SUFFIX, ops->name),
        .bindings = {{.settings = ops->settings, .object = integration->ctx},
                     {.settings = entry_settings, .object = integration},
                     {.settings = text_settings, .object = integration, .has_defaults = true}},
    };
    if (!schema.what)
        return reader_out_of_memory(&draft->reader);
    if (schema_bind(&draft->reader, whole, &schema))
        return -1;
    if (!ops->shows_summary)
        integration->run_summary = SUMMARY_NEVER;
    if (ops->init && ops->init(integration->ctx, &err))
        return reader_refuse_error(&draft->reader, entry, schema.what, &err);
    return check_entry(draft, entry, integration);
}

/* `key` is "<kind>_configs". */
static int bind_entries(struct reader *reader, const struct node *key, const struct node *value,
                        void *object)
{
    const struct channel_ops *ops =
        channel_find(key->text, strlen(key->text) - (sizeof(SUFFIX) - 1));
    int rc = 0;

    if (!reader_is_kind(reader, key, value, NODE_SEQUENCE))
        return -1;
    for (size_t i = 0; i < value->count && !reader_full(reader); i++)
        rc |= bind_entry(object, ops, i, value->items[i]);
    return rc;
}

/* One row for each kind of channel. */
static int kind_sections(struct arena *arena, struct section sections[KINDS_MAX + 1])
{
    for (size_t i = 0; channels[i] && i < KINDS_MAX; i++) {
        const char *name = arena_printf(arena, "%s" SUFFIX, channels[i]->name);

        if (!name)
            return -1;
        sections[i] = (struct section){.name = name, .bind = bind_entries};
    }
    return 0;
}

static int check_name(struct draft *draft, const struct node *node, const char *name)
{
    struct reader *reader = &draft->reader;

    for (const char *c = name; *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f || *c == '|')
            return reader_refuse(reader, node,
                                 "name: a receiver's name can't hold | or control characters");
    }
    if (draft_receiver(draft, name) < draft->receivers_count)
        return reader_refuse(reader, node, "receiver name \"%s\" is not unique", name);
    return 0;
}

/* Asked for here, and not by `global`, it has to be shown by something. */
static int check_summary(struct draft *draft, const struct node *node,
                         const struct receiver *receiver, size_t first)
{
    const struct config *config = draft->config;
    const struct node *wish = node_find(node, "run_summary");

    if (!wish || receiver->defaults.run_summary == SUMMARY_NEVER)
        return 0;
    for (size_t i = first; i < config->integrations_count; i++) {
        if (config->integrations[i].run_summary != SUMMARY_NEVER)
            return 0;
    }
    return reader_refuse(&draft->reader, wish,
                         "run_summary: no channel of receiver \"%s\" shows a run's summary",
                         receiver->name);
}

static int bind_receiver(struct draft *draft, const struct section *sections,
                         const struct node *node)
{
    struct receiver receiver = {.draft = draft, .defaults = draft->defaults};
    const struct schema schema = {
        .what = "receiver",
        .bindings =
            {{.settings = receiver_settings, .object = &receiver},
             {.settings = delivery_settings, .object = &receiver.defaults, .has_defaults = true},
             {.settings = text_settings, .object = &receiver.defaults, .has_defaults = true}},
        .sections = sections,
        .object = &receiver,
    };
    const struct node *name = node->kind == NODE_MAPPING ? node_find(node, "name") : NULL;

    if (name && name->kind == NODE_SCALAR) {
        if (check_name(draft, name, name->text))
            return -1;
        draft->receivers[draft->receivers_count++] = name->text;
    }
    size_t first = draft->config->integrations_count;
    if (schema_bind(&draft->reader, node, &schema))
        return -1;
    return check_summary(draft, node, &receiver, first);
}

int receivers_bind(struct draft *draft, const struct node *node)
{
    const struct node key = {.kind = NODE_SCALAR, .text = "receivers"};
    struct section sections[KINDS_MAX + 1] = {0};
    struct reader *reader = &draft->reader;
    int rc = 0;

    draft->receivers = arena_array(reader->arena, RECEIVERS_MAX, sizeof(char *));
    draft->receivers_used = arena_array(reader->arena, RECEIVERS_MAX, sizeof(bool));
    draft->config->integrations =
        arena_array(reader->arena, INTEGRATIONS_MAX, sizeof(struct integration));
    if (!draft->receivers || !draft->receivers_used || !draft->config->integrations ||
        kind_sections(reader->arena, sections))
        return reader_out_of_memory(reader);
    if (!node || node_is_null(node))
        return 0;
    if (!reader_is_kind(reader, &key, node, NODE_SEQUENCE))
        return -1;
    if (node->count > RECEIVERS_MAX)
        return reader_refuse(reader, node, "more than %d receivers", RECEIVERS_MAX);
    for (size_t i = 0; i < node->count && !reader_full(reader); i++)
        rc |= bind_receiver(draft, sections, node->items[i]);
    return rc;
}
