/*
 * config.c - loads a configuration: text, tree, sections in their order, warnings.
 *
 * Everything lives in one arena and is given back whole; what channels and regular expressions hold
 * besides is freed with it. On failure nothing is left.
 */
#include "consumer/config/config.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/config/draft.h"

const struct setting config_settings[] = {
    {.name = "instance",
     .kind = SETTING_STRING,
     .offset = offsetof(struct config, instance),
     .help = "name of this process, unique among all; default: $TOCSIN_INSTANCE, the pod's name, "
             "else host, pid and a random number"},
    {.name = "static_membership",
     .kind = SETTING_BOOL,
     .offset = offsetof(struct config, static_membership),
     .fallback = "false",
     .help = "for a fixed number of processes with stable names: quick recovery from a restart"},
    {.name = "external_url",
     .kind = SETTING_URL,
     .offset = offsetof(struct config, external_url),
     .help = "of this tocsind, for links in messages"},
    {.name = "shutdown_grace",
     .kind = SETTING_DURATION,
     .offset = offsetof(struct config, shutdown_grace_ms),
     .min = 0,
     .max = 600000,
     .fallback = "20s",
     .help = "how long requests under way may take after SIGTERM; what has not ended by then is in "
             "doubt for whoever comes next"},
    {.name = "templates",
     .kind = SETTING_REFUSED,
     .help = "tocsin writes its messages itself, there are no Go templates"},
    {.kind = SETTING_END},
};

/* In the order that they need each other. */
static const struct part {
    const char *name;
    int (*bind)(struct draft *draft, const struct node *node);
} parts[] = {
    {"kafka", kafka_bind},
    {"topics", topics_bind},
    {"lifecycle", lifecycle_bind},
    {"masking", masking_bind},
    {"global", global_bind},
    {"receivers", receivers_bind},
    {"time_intervals", intervals_bind},
    {"mute_time_intervals", intervals_bind},
    {"route", routing_bind},
    {"inhibit_rules", inhibition_bind},
    {"pipelines", pipelines_bind},
    {"measurement_rules", measuring_bind},
    {"owners", owners_bind},
    {"severity_overrides", overrides_bind},
    {"repositories", repositories_bind},
    {"links", links_bind},
    {"tickets", tickets_bind},
};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

static int known_later(struct reader *reader, const struct node *key, const struct node *value,
                       void *object)
{
    (void)reader;
    (void)key;
    (void)value;
    (void)object;
    return 0;
}

static void warn(struct config *config, const char *text)
{
    if (text && config->warnings_count < CONFIG_WARNINGS_MAX)
        config->warnings[config->warnings_count++] = text;
}

static void find_warnings(const struct draft *draft)
{
    struct config *config = draft->config;

    for (size_t i = 0; i < draft->receivers_count; i++) {
        if (!draft->receivers_used[i])
            warn(config, arena_printf(&config->arena, "no route leads to receiver \"%s\"",
                                      draft->receivers[i]));
    }
}

static int bind_all(struct draft *draft)
{
    struct section sections[PARTS + 1] = {0};
    const struct schema schema = {
        .what = "the configuration",
        .bindings = {{.settings = config_settings, .object = draft->config}},
        .sections = sections,
    };
    struct reader *reader = &draft->reader;
    int rc;

    for (size_t i = 0; i < PARTS; i++)
        sections[i] = (struct section){.name = parts[i].name, .bind = known_later};
    rc = schema_bind(reader, draft->root, &schema);
    if (draft->root->kind != NODE_MAPPING)
        return -1;
    if (!rc)
        rc = instance_complete(draft);
    for (size_t i = 0; i < PARTS && !reader_full(reader); i++)
        rc |= parts[i].bind(draft, node_find(draft->root, parts[i].name));
    if (!rc)
        rc = standins_check(draft);
    if (!rc)
        find_warnings(draft);
    return rc;
}

static int hash_text(const char *text, size_t bytes, char ret_hex[65])
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned int hash_bytes = 0;

    if (!EVP_Digest(text, bytes, hash, &hash_bytes, EVP_sha256(), NULL))
        return -1;
    for (unsigned int i = 0; i < 32; i++)
        snprintf(ret_hex + 2 * (size_t)i, 3, "%02x", hash[i]);
    return 0;
}

static int build(struct draft *draft, const char *text, size_t bytes)
{
    struct reader *reader = &draft->reader;
    struct config *config = draft->config;
    struct error err = {0};

    config->path = arena_strdup(&config->arena, reader->name);
    if (!config->path || hash_text(text, bytes, config->hash))
        return reader_out_of_memory(reader);
    if (node_parse(reader->name, text, bytes, &config->arena, &draft->root, &err)) {
        reader->problems[reader->problems_count++] = err;
        return -1;
    }
    return bind_all(draft);
}

int config_check(const char *name, const char *text, size_t bytes, struct config **ret,
                 struct error *problems, size_t problems_max, size_t *ret_count)
{
    struct config *config = calloc(1, sizeof(*config));
    struct draft draft = {.config = config};
    int rc = -1;

    *ret_count = 0;
    if (!config) {
        error_set(&problems[(*ret_count)++], ERROR_MEMORY, "out of memory");
        goto out;
    }
    arena_init(&config->arena);
    draft.reader = (struct reader){
        .name = name, .arena = &config->arena, .problems = problems, .problems_max = problems_max};
    rc = build(&draft, text, bytes);
    *ret_count = draft.reader.problems_count;
out:
    if (rc) {
        config_free(config);
        config = NULL;
    }
    *ret = config;
    return rc;
}

int config_parse(const char *name, const char *text, size_t bytes, struct config **ret,
                 struct error *err)
{
    struct error problem = {0};
    size_t count = 0;
    int rc = config_check(name, text, bytes, ret, &problem, 1, &count);

    return rc ? error_set(err, problem.kind, "%s", problem.text) : 0;
}

int config_read(const char *path, char **ret_text, size_t *ret_bytes, struct error *err)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    int rc = -1;

    if (!file)
        return error_set(err, ERROR_INPUT, "cannot open %s: %s", path, strerror(errno));
    text = malloc(CONFIG_BYTES_MAX + 1);
    if (!text) {
        error_set(err, ERROR_MEMORY, "out of memory");
        goto out;
    }
    *ret_bytes = fread(text, 1, CONFIG_BYTES_MAX + 1, file);
    if (ferror(file))
        error_set(err, ERROR_IO, "cannot read %s: %s", path, strerror(errno));
    else if (*ret_bytes > CONFIG_BYTES_MAX)
        error_set(err, ERROR_LIMIT, "%s is larger than %zu bytes", path, CONFIG_BYTES_MAX);
    else
        rc = 0;
out:
    fclose(file);
    if (rc) {
        free(text);
        text = NULL;
    }
    *ret_text = text;
    return rc;
}

int config_load(const char *path, struct config **ret, struct error *err)
{
    char *text = NULL;
    size_t bytes = 0;
    int rc;

    *ret = NULL;
    if (config_read(path, &text, &bytes, err))
        return -1;
    rc = config_parse(path, text, bytes, ret, err);
    free(text);
    return rc;
}

static void free_matchers(const struct route *route)
{
    for (size_t i = 0; i < route->matchers_count; i++)
        matcher_free(route->matchers[i]);
    for (size_t i = 0; i < route->children_count; i++)
        free_matchers(&route->children[i]);
}

static void free_sides(const struct inhibit_rule *rule)
{
    for (size_t i = 0; i < rule->source_count; i++)
        matcher_free(rule->source[i]);
    for (size_t i = 0; i < rule->target_count; i++)
        matcher_free(rule->target[i]);
}

void config_free(struct config *config)
{
    if (!config)
        return;
    for (size_t i = 0; i < config->integrations_count; i++) {
        const struct integration *integration = &config->integrations[i];

        if (integration->ops->fini)
            integration->ops->fini(integration->ctx);
    }
    if (config->route)
        free_matchers(config->route);
    for (size_t i = 0; i < config->inhibit_rules_count; i++)
        free_sides(&config->inhibit_rules[i]);
    enrichment_free(&config->enrichment);
    measuring_free(config);
    masking_fini(&config->masking.masks);
    for (size_t i = 0; i < config->times_count; i++)
        time_interval_fini(config->times[i]);
    arena_fini(&config->arena);
    free(config);
}

const struct integration *config_integration(const struct config *config, const char *id)
{
    for (size_t i = 0; i < config->integrations_count; i++) {
        if (strcmp(config->integrations[i].id, id) == 0)
            return &config->integrations[i];
    }
    return NULL;
}

const struct named_interval *config_interval(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->intervals_count; i++) {
        if (strcmp(config->intervals[i].name, name) == 0)
            return &config->intervals[i];
    }
    return NULL;
}

size_t config_receiver(const struct config *config, const char *receiver,
                       const struct integration **ret_first)
{
    size_t first = 0, count = 0;

    while (first < config->integrations_count &&
           strcmp(config->integrations[first].receiver, receiver) != 0)
        first++;
    while (first + count < config->integrations_count &&
           strcmp(config->integrations[first + count].receiver, receiver) == 0)
        count++;
    *ret_first = count ? &config->integrations[first] : NULL;
    return count;
}
