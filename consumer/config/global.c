/*
 * global.c - the section `global`: defaults for receivers and their channels, under Alertmanager's
 * names.
 *
 * What a channel's entry leaves out is taken from here as if it stood in the entry, so it is
 * checked there too. Alertmanager's keys that have no meaning here are refused by name, never
 * ignored.
 */
#include <string.h>

#include "consumer/config/draft.h"

/* Adding a row makes a key of `global` the default of a channel's setting. Rows with the same
 * `setting` are names of one thing: where the entry has any of them, none is taken from here. */
static const struct inherited {
    const char *global; /* NULL: only another name */
    const char *channel, *key, *setting;
} inherited[] = {
    {"slack_api_url", "slack", "api_url", "api_url"},
    {"slack_api_url_file", "slack", "api_url_file", "api_url"},
    {NULL, "slack", "webhook_url", "api_url"},
    {NULL, "slack", "webhook_url_file", "api_url"},
    {"slack_app_token", "slack", "app_token", "api_url"},
    {"slack_app_token_file", "slack", "app_token_file", "api_url"},
    {"slack_app_url", "slack", "app_url", "app_url"},
    {"pagerduty_url", "pagerduty", "url", "url"},
    {"opsgenie_api_url", "opsgenie", "api_url", "api_url"},
    {"opsgenie_api_key", "opsgenie", "api_key", "api_key"},
    {"opsgenie_api_key_file", "opsgenie", "api_key_file", "api_key"},
    {"victorops_api_url", "victorops", "api_url", "api_url"},
    {"victorops_api_key", "victorops", "api_key", "api_key"},
    {"victorops_api_key_file", "victorops", "api_key_file", "api_key"},
};
#define INHERITED (sizeof(inherited) / sizeof(inherited[0]))

struct global {
    const char *slack_api_url, *slack_app_token, *slack_app_url, *pagerduty_url, *opsgenie_api_url,
        *opsgenie_api_key;
    const char *victorops_api_url, *victorops_api_key;
    const char *operator_receiver;
};

#define NO_EMAIL   "there is no e-mail channel"
#define NO_CHANNEL "this version has no such channel"

const struct setting global_settings[] = {
    {.name = "slack_api_url",
     .kind = SETTING_SECRET_URL,
     .offset = offsetof(struct global, slack_api_url),
     .help = "api_url of every slack_configs entry that has none"},
    {.name = "slack_app_token",
     .kind = SETTING_SECRET,
     .offset = offsetof(struct global, slack_app_token),
     .help = "app_token of every slack_configs entry that has none and no webhook"},
    {.name = "slack_app_url",
     .kind = SETTING_URL,
     .offset = offsetof(struct global, slack_app_url),
     .help = "app_url of every slack_configs entry that has none"},
    {.name = "pagerduty_url",
     .kind = SETTING_URL,
     .offset = offsetof(struct global, pagerduty_url),
     .help = "url of every pagerduty_configs entry that has none"},
    {.name = "opsgenie_api_url",
     .kind = SETTING_URL,
     .offset = offsetof(struct global, opsgenie_api_url),
     .help = "api_url of every opsgenie_configs entry that has none"},
    {.name = "opsgenie_api_key",
     .kind = SETTING_SECRET,
     .offset = offsetof(struct global, opsgenie_api_key),
     .help = "api_key of every opsgenie_configs entry that has none"},
    {.name = "victorops_api_url",
     .kind = SETTING_URL,
     .offset = offsetof(struct global, victorops_api_url),
     .help = "api_url of every victorops_configs entry that has none"},
    {.name = "victorops_api_key",
     .kind = SETTING_SECRET,
     .offset = offsetof(struct global, victorops_api_key),
     .help = "api_key of every victorops_configs entry that has none"},
    {.name = "operator",
     .kind = SETTING_STRING,
     .offset = offsetof(struct global, operator_receiver),
     .help = "receiver that hears of receivers in trouble: stopped, refusing everything, unknown"},
    {.name = "resolve_timeout",
     .kind = SETTING_REFUSED,
     .help = "alerts resolve by clean runs; see lifecycle.clean_runs and lifecycle.stale_after"},
    {.name = "http_config",
     .kind = SETTING_REFUSED,
     .help = "set request_timeout here, and what a channel offers in its entry"},
    {.name = "smtp_from", .kind = SETTING_REFUSED, .help = NO_EMAIL},
    {.name = "smtp_hello", .kind = SETTING_REFUSED, .help = NO_EMAIL},
    {.name = "smtp_smarthost", .kind = SETTING_REFUSED, .help = NO_EMAIL},
    {.name = "smtp_auth_username", .kind = SETTING_REFUSED, .help = NO_EMAIL},
    {.name = "smtp_auth_password", .kind = SETTING_REFUSED, .help = NO_EMAIL},
    {.name = "smtp_auth_password_file", .kind = SETTING_REFUSED, .help = NO_EMAIL},
    {.name = "smtp_auth_secret", .kind = SETTING_REFUSED, .help = NO_EMAIL},
    {.name = "smtp_auth_identity", .kind = SETTING_REFUSED, .help = NO_EMAIL},
    {.name = "smtp_require_tls", .kind = SETTING_REFUSED, .help = NO_EMAIL},
    {.name = "smtp_tls_config", .kind = SETTING_REFUSED, .help = NO_EMAIL},
    {.name = "jira_api_url", .kind = SETTING_REFUSED, .help = "set api_url in jira_configs"},
    {.name = "telegram_api_url", .kind = SETTING_REFUSED, .help = NO_CHANNEL},
    {.name = "webex_api_url", .kind = SETTING_REFUSED, .help = NO_CHANNEL},
    {.name = "wechat_api_url", .kind = SETTING_REFUSED, .help = NO_CHANNEL},
    {.name = "wechat_api_secret", .kind = SETTING_REFUSED, .help = NO_CHANNEL},
    {.name = "wechat_api_corp_id", .kind = SETTING_REFUSED, .help = NO_CHANNEL},
    {.kind = SETTING_END},
};

int global_bind(struct draft *draft, const struct node *node)
{
    struct global global = {0};
    const struct schema schema = {
        .what = "global",
        .bindings = {{.settings = global_settings, .object = &global},
                     {.settings = delivery_settings, .object = &draft->defaults},
                     {.settings = text_settings, .object = &draft->defaults}},
    };

    if (!node)
        return settings_default(&draft->reader, delivery_settings, &draft->defaults);
    if (schema_bind(&draft->reader, node, &schema))
        return -1;
    if (global.operator_receiver && *global.operator_receiver)
        draft->config->operator_receiver = global.operator_receiver;
    return 0;
}

static bool is_given(const struct node *entry, const struct inherited *row)
{
    for (size_t i = 0; i < INHERITED; i++) {
        if (strcmp(inherited[i].channel, row->channel) == 0 &&
            strcmp(inherited[i].setting, row->setting) == 0 && node_find(entry, inherited[i].key))
            return true;
    }
    return false;
}

/* A copy of the mapping with room for all rows. */
static struct node *copy_mapping(struct draft *draft, const struct node *entry)
{
    struct node *copy = arena_alloc(draft->reader.arena, sizeof(*copy));
    size_t count = entry->kind == NODE_MAPPING ? entry->count : 0;

    if (!copy)
        return NULL;
    *copy = (struct node){.kind = NODE_MAPPING,
                          .line = entry->line,
                          .column = entry->column,
                          .text = "",
                          .count = count};
    copy->pairs = arena_array(draft->reader.arena, count + INHERITED, sizeof(*copy->pairs));
    if (copy->pairs && count)
        memcpy(copy->pairs, entry->pairs, count * sizeof(*copy->pairs));
    return copy->pairs ? copy : NULL;
}

const struct node *global_inherit(struct draft *draft, const struct node *entry,
                                  const char *channel)
{
    const struct node *global = node_find(draft->root, "global");
    struct node *copy;

    if (!global || global->kind != NODE_MAPPING ||
        (entry->kind != NODE_MAPPING && !node_is_null(entry)))
        return entry;
    copy = copy_mapping(draft, entry);
    for (size_t i = 0; copy && i < INHERITED; i++) {
        const struct inherited *row = &inherited[i];
        const struct node *value = row->global ? node_find(global, row->global) : NULL;
        struct node *key;

        if (!value || strcmp(row->channel, channel) != 0 || is_given(copy, row))
            continue;
        key = arena_alloc(draft->reader.arena, sizeof(*key));
        if (!key)
            return NULL;
        *key = (struct node){
            .kind = NODE_SCALAR, .line = value->line, .column = value->column, .text = row->key};
        copy->pairs[copy->count++] = (struct node_pair){key, value};
    }
    return copy;
}
