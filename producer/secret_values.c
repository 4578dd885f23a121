/*
 * secret_values.c - see secret_values.h.
 */
#include "producer/secret_values.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

/* How names of secrets end, in any case: GITHUB_TOKEN, CI_DEPLOY_PASSWORD, SYSTEM_ACCESSTOKEN,
 * NEXUS_PSW (Jenkins), CI_JOB_JWT. */
static const char *const endings[] = {
    "TOKEN", "SECRET", "PASSWORD",    "PASSWD",     "PASSPHRASE", "CREDENTIALS",
    "_KEY",  "APIKEY", "_SECRET_KEY", "_KEY_VALUE", "_PSW",       "_PWD",
    "_JWT",  "_PAT",   "_AUTH",       "_COOKIE",
};

static const char *const secret_parts[] = {"password", "secret", ".pem", "jaas",
                                           "oauthbearer.config"};

bool secret_name(const char *name, size_t bytes)
{
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        size_t length = strlen(endings[i]);

        if (bytes >= length && strncasecmp(name + bytes - length, endings[i], length) == 0)
            return true;
    }
    return false;
}

static bool is_secret_property(const char *name)
{
    for (size_t i = 0; i < sizeof(secret_parts) / sizeof(secret_parts[0]); i++) {
        if (strstr(name, secret_parts[i]))
            return true;
    }
    return false;
}

static bool is_public(const char *value, const struct run *run)
{
    const char *const known[] = {run->id,    run->pipeline, run->repository, run->branch,
                                 run->tag,   run->commit,   run->job,        run->url,
                                 run->actor, run->team};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i] && strcmp(known[i], value) == 0)
            return true;
    }
    return *value == '/' && access(value, F_OK) == 0;
}

static bool is_named(const struct secret_sources *sources, const char *name, size_t bytes)
{
    for (size_t i = 0; i < sources->names_count; i++) {
        if (strlen(sources->names[i]) == bytes && memcmp(sources->names[i], name, bytes) == 0)
            return true;
    }
    return false;
}

static size_t variables(char *const *environment)
{
    size_t count = 0;

    while (environment && environment[count])
        count++;
    return count;
}

int secret_values(const struct secret_sources *sources, struct arena *arena,
                  struct list *ret_values, struct error *err)
{
    size_t room = variables(sources->environment), count = 0;
    const char **values = arena_array(arena, room + sources->properties_count + 1, sizeof(*values));

    if (!values)
        return error_set(err, ERROR_MEMORY, "no memory for secrets");
    for (size_t i = 0; i < room; i++) {
        const char *variable = sources->environment[i];
        size_t bytes = strcspn(variable, "=");
        const char *value = variable[bytes] ? variable + bytes + 1 : "";

        if (is_named(sources, variable, bytes) ||
            (secret_name(variable, bytes) && !is_public(value, sources->run)))
            values[count++] = value;
    }
    for (size_t i = 0; i < sources->properties_count; i++) {
        if (is_secret_property(sources->properties[i].name))
            values[count++] = sources->properties[i].value;
    }
    *ret_values = (struct list){.items = values, .count = count};
    return 0;
}
