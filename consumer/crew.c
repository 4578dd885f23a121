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
    if (open_control(crew, config, err) != 0) {
        crew_stop(crew, NULL);
        return -1;
    }
    for (size_t i = 0; i < ROLES; i++) {
        struct crew_member *member = &crew->members[i];
        if (names != NULL && !wanted[i])
            continue;
        member->run = (struct role_run){
            .config = config,
            .stop = &crew->stop,
            .status = &member->status,
            .control = crew->control,
            .in_memory_cluster = in_memory_cluster,
            .grace_ms = config->shutdown_grace_ms,
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
    free(crew);
    return rc;
}
