/*
 * setting.h - one table per configured thing: parses, checks, documents and prints it.
 *
 * A `struct setting` binds a YAML key to a member of a struct. The tables make the parser, the
 * "unknown key" error with line and column, `tocsind check`, `--help config` and the manual.
 */
#ifndef TOCSIN_CONSUMER_CONFIG_SETTING_H
#define TOCSIN_CONSUMER_CONFIG_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum setting_kind {
    SETTING_END = 0,
    SETTING_STRING,     /* const char * */
    SETTING_SECRET,     /* const char *: `key` or `key_file`; ${ENV} is expanded; never printed */
    SETTING_URL,        /* const char *: http or https */
    SETTING_SECRET_URL, /* as SECRET, an http(s) URL that is a secret itself; also `key_file` */
    SETTING_BOOL,       /* bool */
    SETTING_INTEGER,    /* int64_t, min..max */
    SETTING_NUMBER,     /* double, min..max */
    SETTING_DURATION,   /* int64_t in ms: "30s", "5m", "1d", Prometheus' syntax; min..max in ms */
    SETTING_RATE,       /* struct rate without its burst: "1/s", "120/m", "200/5m", "none" */
    SETTING_ENUM,       /* int: index into names */
    SETTING_STRINGS,    /* struct list of const char * */
    SETTING_MAP,        /* struct list of struct label: string to string */
    SETTING_TEMPLATE,   /* const struct mustache * */
    SETTING_REFUSED,    /* a key of Alertmanager's that we refuse; `help` says why and what to do
                           instead */
};

struct setting {
    const char *name;
    enum setting_kind kind;
    bool required;
    size_t offset;
    int64_t min, max;
    const char *const *names;
    const char *fallback; /* default as it would stand in YAML; NULL: zero or empty */
    const char *help;
};

#endif
