/*
 * explain_known.c - see explain_known.h. Only the newest record of the fingerprint is kept.
 */
#include "consumer/explain_known.h"

#include <stdio.h>
#include <string.h>

#include "consumer/control/control.h"
#include "consumer/kafka/topics.h"
#include "consumer/table_read.h"

struct search {
    const char *fingerprint;
    struct arena *arena;
    struct alert *alert;
};

static int take(void *self, const char *key, size_t key_bytes, const char *value,
                size_t value_bytes, struct error *err)
{
    struct search *search = self;

    if (key_bytes != strlen(search->fingerprint) ||
        memcmp(key, search->fingerprint, key_bytes) != 0)
        return 0;
    search->alert = value ? arena_alloc(search->arena, sizeof(*search->alert)) : NULL;
    if (!value)
        return 0;
    if (!search->alert)
        return error_set(err, ERROR_MEMORY, "out of memory");
    return record_decode(&alert_type, value, value_bytes, search->arena, search->alert, err);
}

int known_alert(const struct config *config, const char *fingerprint, struct arena *arena,
                struct alert **ret_alert, struct error *err)
{
    struct search search = {.fingerprint = fingerprint, .arena = arena};
    const struct table_read read = {.config = config,
                                    .topic = "alerts",
                                    .key = fingerprint,
                                    .name = "explain",
                                    .take = take,
                                    .self = &search};

    *ret_alert = NULL;
    if (table_read(&read, err))
        return -1;
    *ret_alert = search.alert;
    return 0;
}

int known_mute(const struct config *config, const struct mute_subject *subject, int64_t now_ms,
               struct mute *ret_mute, struct error *err)
{
    char topic[TOPIC_NAME_BYTES];
    const struct control_config of = {
        .kafka = config->kafka.items,
        .kafka_count = config->kafka.count,
        .topic = topic,
        .group = topic,
        .instance = config->instance,
        .rules = config->inhibit_rules,
        .rules_count = config->inhibit_rules_count,
    };
    struct control *control = NULL;
    int rc;

    snprintf(topic, sizeof(topic), "%scontrol", config->topics.prefix);
    rc = control_new(&of, &control, err);
    if (rc == 0)
        rc = control_wait_ready(control, TABLE_READ_MS_MAX, err);
    if (rc == 0)
        control_muted(control, subject, now_ms, ret_mute);
    control_free(control);
    return rc;
}
