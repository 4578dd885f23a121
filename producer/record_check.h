/*
 * record_check.h - the rules of each field, once: the decoder refuses by them what it reads, the
 * encoder what it is asked to write, and the schema says them. So what was written can always be
 * read.
 *
 * A place is a chain on the stack that becomes a JSON pointer only when something is refused.
 */
#ifndef TOCSIN_PRODUCER_RECORD_CHECK_H
#define TOCSIN_PRODUCER_RECORD_CHECK_H

#include "producer/record.h"

#define TIME_MS_MAX              INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */
#define TIME_FRACTION_DIGITS_MAX 9
#define UUID_CHARS               36
#define FINGERPRINT_CHARS        35
#define NUMBER_TEXT_BYTES        32

/* One string means the same to ECMA-262, Python, PCRE2 and RE2. A `$` that some engines let stand
 * before a last line feed is covered by a maximum length beside it. */
#define RECORD_UUID_PATTERN        "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
#define RECORD_FINGERPRINT_PATTERN "^v1:[0-9a-f]{32}$"
#define RECORD_LABEL_FIRST_PATTERN "^[a-zA-Z_]"
#define RECORD_LABEL_OTHER_PATTERN "[^a-zA-Z0-9_]"
#define RECORD_TIME_PATTERN                                                                        \
    "^((19[7-9][0-9]|[2-9][0-9]{3})-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|"                   \
    "(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|"                                \
    "(19(7[26]|8[048]|9[26])|[2-9][0-9](0[48]|[2468][048]|[13579][26])|"                           \
    "([2468][048]|[3579][26])00)-02-29)"                                                           \
    "T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?"                                    \
    "(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"

/* Where a value stands: below `up`, by name or (name NULL) by index. At the root, `name` is the
 * pointer that everything stands below. */
struct place {
    const struct place *up;
    const char *name;
    size_t index;
};

/* The JSON pointer (RFC 6901), cut at its end when it is too long. */
void place_pointer(const struct place *place, char ret_pointer[ERROR_POINTER_BYTES_MAX]);

/* Refuses the value at a place: "expected …, found …". Returns -1. */
int refuse(struct error *err, const struct place *place, const char *expected, const char *found);

/* As refuse(), with what the field expects; `type` gives the constant of FIELD_TYPE. */
int refuse_field(struct error *err, const struct place *place, const struct record_type *type,
                 const struct field *field, const char *found);

/* STRING, UUID, FINGERPRINT, an element of STRINGS. The text is valid UTF-8. */
int check_text(const struct field *field, const char *text, size_t bytes, const struct place *place,
               struct error *err);
int check_integer(const struct field *field, int64_t value, const struct place *place,
                  struct error *err);
int check_number(const struct field *field, double value, const struct place *place,
                 struct error *err);
/* Items of LIST and STRINGS, members of LABELS and COUNTS. */
int check_count(const struct field *field, size_t count, const struct place *place,
                struct error *err);
int check_label(const char *name, const char *value, size_t value_bytes, const struct place *place,
                struct error *err);
int check_tally(const char *fingerprint, int64_t n, const struct place *place, struct error *err);

bool is_fingerprint(const char *text);
bool is_uuid(const char *text);

/* The shortest text that reads back as the same double, whatever the locale; the value is finite.
 */
void number_format(double value, char ret_text[NUMBER_TEXT_BYTES]);

#endif
