/*
 * crew.c - see crew.h.
 */
#include "consumer/crew.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/kafka/client.h"
#include "consumer/log.h"

#define TOPIC_NAME_BYTES 300

struct role_row {
    const char *name;
    int (*run)(const struct role_run *run, struct error *err);
};

static const struct role_row roles[] = {
    {"correlate", correlate_run},
    {"deliver", deliver_run},
};
#define ROLES (sizeof(roles) / sizeof(roles[0]))

struct crew_member {
    const struct role_row *role; /* NULL: not in this crew */
    pthread_t thread;
    struct role_run run;
    struct role_status status;
    atomic_bool ended;
    int rc;
    struct error err;
};

struct crew {
    atomic_bool stop;
    char control_topic[TOPIC_NAME_BYTES];
    struct control_config control_config;
    struct control *control;
    struct config_share *share;
    const struct config *first;  /* what handles are made from */
    const struct config *held;   /* whose rules `control` has */
    pthread_mutex_t reload_lock; /* one reload at a time */
    struct crew_member members[ROLES];
};

/* What the handles of a role say goes into the program's log. Levels are syslog's there. */
static void log_kafka(int level, const char *who, const char *text)
{
    static const enum log_level levels[] = {LOG_ERROR,   LOG_ERROR, LOG_ERROR, LOG_ERROR,
                                            LOG_WARNING, LOG_INFO,  LOG_INFO,  LOG_DEBUG};

    log_event(levels[level & 7], "kafka", "who", who, "text", text, NULL);
}

static void *member_main(void *argument)
{
    struct crew_member *member = argument;

    member->rc = member->role->run(&member->run, &member->err);
    atomic_store(&member->ended, true);
    return NULL;
}

/* Which of `roles` the list names; an unknown or empty name is an error. */
static int names_parse(const char *names, bool ret_wanted[ROLES], struct error *err)
{
    for (const char *at = names; at != NULL;) {
        size_t bytes = strcspn(at, ",");
        size_t row = 0;
        while (row < ROLES &&
               (strlen(roles[row].name) != bytes || strncmp(roles[row].name, at, bytes) != 0))
            row++;
        if (row == ROLES)
            return error_set(err, ERROR_INPUT, "unknown role \"%.*s\" (known: correlate, deliver)",
                             (int)bytes, at);
        ret_wanted[row] = true;
        at = at[bytes] == ',' ? at + bytes + 1 : NULL;
    }
    return 0;
}

static int open_control(struct crew *crew, const struct config *config, struct error *err)
{
    int bytes = snprintf(crew->control_topic, TOPIC_NAME_BYTES, "%scontrol", config->topics.prefix);

    if (bytes >= TOPIC_NAME_BYTES)
        return error_set(err, ERROR_LIMIT, "topics.prefix is too long");
    crew->control_config = (struct control_config){
        .kafka = config->kafka.items,
        .kafka_count = config->kafka.count,
        .topic = crew->control_topic,
        .group = crew->control_topic,
        .instance = config->instance,
        .rules = config->inhibit_rules,
        .rules_count = config->inhibit_rules_count,
    };
    return control_new(&crew->control_config, &crew->control, err);
}

int crew_start(const struct config *config, const char *names, bool in_memory_cluster,
               struct crew **ret, struct error *err)
{
    bool wanted[ROLES] = {false};

    *ret = NULL;
    if (names_parse(names, wanted, err) != 0)
        return -1;
    client_set_logger(log_kafka);
    struct crew *crew = calloc(1, sizeof(*crew));
    if (crew == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory");
    pthread_mutex_init(&crew->reload_lock, NULL);
    crew->first = config;
    if (config_share_new(config, &crew->share, err) == 0)
        crew->held = config_share_take(crew->share, NULL);
    if (crew->share == NULL || open_control(crew, config, err) != 0) {
        crew_stop(crew, NULL);
        return -1;
    }
    for (size_t i = 0; i < ROLES; i++) {
        struct crew_member *member = &crew->members[i];
        if (names != NULL && !wanted[i])
            continue;
        member->run = (struct role_run){
            .config = config,
            .share = crew->share,
            .stop = &crew->stop,
            .status = &member->status,
            .control = crew->control,
            .in_memory_cluster = in_memory_cluster,
        };
        member->role = &roles[i];
        if (pthread_create(&member->thread, NULL, member_main, member) != 0) {
            member->role = NULL;
            error_set(err, ERROR_IO, "cannot start a thread for the role %s", roles[i].name);
            crew_stop(crew, NULL);
            return -1;
        }
    }
    *ret = crew;
    return 0;
}

/* Takes `next` over when it succeeds. */
static int switch_to(struct crew *crew, struct config *next, struct error *err)
{
    const struct config *before = crew->held;

    if (config_share_offer(crew->share, next, err) != 0)
        return -1;
    crew->held = config_share_take(crew->share, before);
    if (next->inhibit_rules_count + before->inhibit_rules_count > 0 &&
        control_rules(crew->control, next->inhibit_rules, next->inhibit_rules_count, err) != 0)
        return -1; /* `before` stays held: its rules are in use */
    config_share_give(crew->share, before);
    return 0;
}

int crew_reload(struct crew *crew, const char *path, struct error *err)
{
    struct config *next = NULL;
    int rc;

    pthread_mutex_lock(&crew->reload_lock);
    rc = config_load(path, &next, err);
    if (rc == 0 && config_check_reload(crew->first, next, err) != 0) {
        config_free(next);
        rc = -1;
    } else if (rc == 0) {
        for (size_t i = 0; i < next->warnings_count; i++)
            log_event(LOG_WARNING, "configuration", "text", next->warnings[i], NULL);
        rc = switch_to(crew, next, err);
    }
    pthread_mutex_unlock(&crew->reload_lock);
    return rc;
}

bool crew_broken(const struct crew *crew)
{
    for (size_t i = 0; i < ROLES; i++) {
        if (crew->members[i].role != NULL && atomic_load(&crew->members[i].ended))
            return true;
    }
    return false;
}

const struct role_status *crew_status(const struct crew *crew, const char *name)
{
    for (size_t i = 0; i < ROLES; i++) {
        if (crew->members[i].role != NULL && strcmp(crew->members[i].role->name, name) == 0)
            return &crew->members[i].status;
    }
    return NULL;
}

int crew_stop(struct crew *crew, struct error *err)
{
    int rc = 0;

    atomic_store(&crew->stop, true);
    for (size_t i = 0; i < ROLES; i++) {
        struct crew_member *member = &crew->members[i];
        if (member->role == NULL)
            continue;
        pthread_join(member->thread, NULL);
        if (member->rc != 0) {
            error_set(err, member->err.kind, "%s: %s", member->role->name, member->err.text);
            rc = -1;
        }
    }
    control_free(crew->control);
    config_share_free(crew->share);
    pthread_mutex_destroy(&crew->reload_lock);
    free(crew);
    return rc;
}
