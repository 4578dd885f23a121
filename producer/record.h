/*
 * record.h - one table per record: decodes, encodes and describes it.
 *
 * Each record that lies on a topic is a C struct and a `const struct field[]`. From the table come
 * the decoder (JSON text or json_t -> struct in an arena), the encoder (struct -> compact JSON),
 * and the JSON Schema 2020-12 document in schemas/, so the three cannot part ways. Unknown members
 * are ignored (records of newer producers must pass), a known member of the wrong kind is refused
 * with its JSON pointer and what was expected. Nothing else is lost by a refusal: the caller
 * dead-letters one record.
 *
 * Lexical rules (Jansson's, said here because they are part of the contract): UTF-8 only, no NaN or
 * Infinity, no lone surrogate, no NUL character inside a string, no duplicate member names,
 * integers within int64, nesting at most RECORD_DEPTH_MAX. Lengths of strings are counted in
 * Unicode code points, as JSON Schema does.
 */
#ifndef TOCSIN_PRODUCER_RECORD_H
#define TOCSIN_PRODUCER_RECORD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "producer/arena.h"
#include "producer/error.h"

#define RECORD_DEPTH_MAX 16

/* A member of the struct, by kind:
 *   STRING       const char *             min..max code points
 *   TYPE         (no member)              the constant `record_type.name`
 *   INTEGER      int64_t                  min..max (1.0 counts as an integer, as in JSON Schema)
 *   NUMBER       double                   min..max
 *   BOOL         bool
 *   ENUM         int                      index into `names`
 *   TIME         int64_t                  RFC 3339 in the JSON, ms since the epoch in the struct; 0
 * when absent. Always encoded as UTC with three decimals. UUID         const char * 8-4-4-4-12
 * lower-case hex FINGERPRINT  const char *             "v1:" and 32 lower-case hex digits OBJECT
 * the nested struct itself (optional and absent: zeroed) POINTER      pointer to the nested struct
 * (optional and absent: NULL) LIST         struct list              array of nested structs,
 * min..max items STRINGS      struct list of const char *, min..max items, each at most
 * RECORD_STRING_MAX code points LABELS       struct list of struct label, min..max members; names
 * match [a-zA-Z_][a-zA-Z0-9_]* and at most LABEL_NAME_MAX, values at most LABEL_VALUE_MAX code
 * points COUNTS       struct list of struct count: object of fingerprint -> integer >= 0, min..max
 * members
 */
enum field_kind {
    FIELD_END = 0,
    FIELD_TYPE,
    FIELD_STRING,
    FIELD_INTEGER,
    FIELD_NUMBER,
    FIELD_BOOL,
    FIELD_ENUM,
    FIELD_TIME,
    FIELD_UUID,
    FIELD_FINGERPRINT,
    FIELD_OBJECT,
    FIELD_POINTER,
    FIELD_LIST,
    FIELD_STRINGS,
    FIELD_LABELS,
    FIELD_COUNTS,
};

#define RECORD_STRING_MAX  2048
#define RECORD_INTEGER_MAX 9007199254740991.0 /* 2^53 - 1: exact in every JSON reader */
#define LABEL_NAME_MAX     64
#define LABEL_VALUE_MAX    2048 /* a link must fit */

struct record_type;

struct field {
    const char *name;
    enum field_kind kind;
    bool required;
    bool filled; /* optional STRING or INTEGER: absent is "" or min in the struct, not NULL or 0 */
    size_t offset;
    double min, max;              /* code points, items or values, by kind */
    const char *const *names;     /* ENUM: NULL-terminated */
    const struct record_type *of; /* OBJECT, POINTER, LIST */
    const char *help;             /* the schema's description */
};

/* A row of a table: the struct and its member, then what else the kind needs, by name. */
#define RECORD_FIELD(kind_, name_, record, member, ...)                                            \
    {                                                                                              \
        .name = (name_), .kind = (kind_), .offset = offsetof(struct record, member), __VA_ARGS__   \
    }
/* The row of FIELD_TYPE, which has no member. */
#define RECORD_FIELD_TYPE                                                                          \
    {                                                                                              \
        .name = "type", .kind = FIELD_TYPE, .required = true, .help = "Which record this is"       \
    }
#define RECORD_FIELD_END                                                                           \
    {                                                                                              \
        .kind = FIELD_END                                                                          \
    }

struct record_type {
    const char *name;  /* value of "type" where the record has one, else the schema's title */
    const char *title; /* a line for the schema */
    size_t size;       /* of the struct */
    const struct field *fields; /* ends with kind FIELD_END */
};

/* An array in an arena. `items` points to `count` elements of the kind's own size. */
struct list {
    void *items;
    size_t count;
};

struct label {
    const char *name, *value;
};

struct count {
    const char *fingerprint;
    int64_t n;
};

/* Decodes JSON text into *ret (zeroed first), with all strings in the arena. */
int record_decode(const struct record_type *type, const char *json, size_t bytes,
                  struct arena *arena, void *ret, struct error *err);

/* The same for a parsed document; `pointer` is where it stands ("" for the root). */
int record_decode_value(const struct record_type *type, const json_t *value, const char *pointer,
                        struct arena *arena, void *ret, struct error *err);

/* A new reference, or NULL with *err. Optional members that are NULL, 0 or empty are left out.
 * Member order is the table's. Invalid UTF-8 in a string is an error that names the member. */
json_t *record_encode_value(const struct record_type *type, const void *record, struct error *err);

/* Compact JSON in the arena, NUL-terminated, its length in *ret_bytes. */
char *record_encode(const struct record_type *type, const void *record, struct arena *arena,
                    size_t *ret_bytes, struct error *err);

/* The JSON Schema 2020-12 document of a record: a new reference. */
json_t *record_schema(const struct record_type *type);

/* Parses JSON under the lexical rules above; a new reference or NULL with *err (line and column in
 * the text). */
json_t *record_parse(const char *json, size_t bytes, struct error *err);

/* What to do with a text of a record; it may put another in its place, NULL too where the member
 * may be left out. -1 stops. `field` is the member that holds the text, or a list or labels of
 * texts. */
struct record_mapper {
    int (*text)(void *ctx, const struct field *field, const char **text);
    void *ctx;
};

/* Every text in the record and in all that it holds; the lists' own memory is changed. */
int record_map_texts(const struct record_type *type, void *record,
                     const struct record_mapper *mapper);

/* Wall time as RFC 3339 in UTC with ms, and back. `text` needs TIME_TEXT_BYTES. */
#define TIME_TEXT_BYTES 32
void time_format(int64_t time_ms, char text[TIME_TEXT_BYTES]);
int time_parse(const char *text, int64_t *ret_ms);

/* UTF-8: code points of valid text; whether it is valid; the longest prefix of at most `bytes` that
 * ends on a character boundary. */
size_t utf8_length(const char *text, size_t bytes);
bool utf8_valid(const char *text, size_t bytes);
size_t utf8_prefix(const char *text, size_t bytes_max);

#endif
