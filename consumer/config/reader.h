/*
 * reader.h - reads a node tree into structs, through tables of settings and sections.
 *
 * A `struct schema` says which keys a mapping may have: settings, each bound to a member of a
 * struct (setting.h), and sections, each with a function of its own. The reader fills in defaults,
 * refuses unknown keys with the nearest known one, and collects problems: after one it goes on with
 * the next key, until it has as many as the caller wants to hear of. Everything it reads lives in
 * one arena.
 */
#ifndef TOCSIN_CONSUMER_CONFIG_READER_H
#define TOCSIN_CONSUMER_CONFIG_READER_H

#include "consumer/config/node.h"
#include "consumer/config/setting.h"
#include "producer/limits.h"
#include "producer/record.h"

#define PROBLEMS_MAX          20
#define SECRET_FILE_BYTES_MAX 65536
#define SCHEMA_BINDINGS_MAX   3
#define RATE_PER_MS_MAX       INT64_C(86400000)

struct reader {
    const char *name; /* of the file, as it stands in messages */
    struct arena *arena;
    struct error *problems;
    size_t problems_count, problems_max;
};

/* Notes a problem at a node, as "file:line:column: …". Always -1. */
int reader_refuse(struct reader *reader, const struct node *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As reader_refuse(), with the kind and words of an error from elsewhere behind `what`. */
int reader_refuse_error(struct reader *reader, const struct node *at, const char *what,
                        const struct error *why);
int reader_out_of_memory(struct reader *reader);

/* No more problems are wanted: stop. */
bool reader_full(const struct reader *reader);

/* A key with a function of its own. `fallback` is what stands for a missing key, in YAML; NULL: the
 * function is not called. */
struct section {
    const char *name;
    int (*bind)(struct reader *reader, const struct node *key, const struct node *value,
                void *object);
    const char *fallback;
    const char *help;
};

/* Settings of one table, and the struct whose members they fill. */
struct binding {
    const struct setting *settings; /* ends with SETTING_END; NULL: none */
    void *object;
    bool has_defaults; /* the struct holds its defaults already; the table's are not used */
};

struct schema {
    const char *what; /* "route", for messages */
    struct binding bindings[SCHEMA_BINDINGS_MAX];
    const struct section *sections; /* ends with name NULL; NULL: none */
    void *object;                   /* for the sections */
};

/* Reads a mapping (a null node is an empty one): settings first, then sections, wherever they
 * stand. -1 when it noted a problem. */
int schema_bind(struct reader *reader, const struct node *mapping, const struct schema *schema);

/* Sets every setting of a table to its default. */
int settings_default(struct reader *reader, const struct setting *settings, void *object);

/* Reads one value as the setting says (setting.c). `key` is where problems without a value are put.
 */
int setting_bind(struct reader *reader, const struct setting *setting, const struct node *key,
                 const struct node *value, void *object);

/* The content of a secret's file, beside the configuration unless the path is absolute. */
int setting_bind_file(struct reader *reader, const struct setting *setting, const struct node *key,
                      const struct node *value, void *object);
bool setting_has_file(const struct setting *setting);

/* Checks of one value, for sections that read their own. */
int reader_text(struct reader *reader, const struct node *key, const struct node *value,
                const char **ret);
int reader_duration(struct reader *reader, const struct node *key, const struct node *value,
                    int64_t *ret_ms);
bool reader_is_kind(struct reader *reader, const struct node *key, const struct node *value,
                    enum node_kind kind);

/* Replaces ${NAME} by the environment's value; $${ stands for ${. */
int reader_expand(struct reader *reader, const struct node *at, const char *text, const char **ret);
int reader_file(struct reader *reader, const struct node *key, const struct node *value,
                const char **ret);

/* The known name that is nearest to `name`, NULL when none is near. */
const char *nearest_name(const char *name, const char *const *known, size_t count);

/* Prometheus' durations: 1h30m, 5d, 250ms, 0. */
int duration_parse(const char *text, int64_t *ret_ms);
/* The shortest such text. Needs DURATION_TEXT_BYTES. */
#define DURATION_TEXT_BYTES 96
void duration_format(int64_t ms, char text[DURATION_TEXT_BYTES]);

#endif
