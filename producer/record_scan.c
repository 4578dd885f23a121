/*
 * record_scan.c - one pass over the text, by the record's table.
 */
#include "producer/record_scan.h"

#include <stdlib.h>
#include <string.h>

#include "producer/record_check.h"

#define FIELDS_MAX         64 /* a bit each says which were seen */
#define INTEGER_DIGITS     15 /* exact in every reader */
#define NUMBER_CHARS_MAX   24
#define ESCAPE_HEX_DIGITS  4
#define LABELS_SCANNED_MAX 64

struct scanner {
    const char *at; /* the text ends with a NUL, which nothing here takes */
    struct arena *arena;
};

static const struct place nowhere = {.name = ""};

static bool scan_object(struct scanner *scanner, const struct record_type *type, void *record);

static void skip_blanks(struct scanner *scanner)
{
    scanner->at += strspn(scanner->at, " \t\r\n");
}

static bool take(struct scanner *scanner, char byte)
{
    skip_blanks(scanner);
    if (*scanner->at != byte)
        return false;
    scanner->at++;
    return true;
}

/* Behind the last byte of the string whose first is here; NULL for a control character, or the end.
 */
static const char *string_end(const char *text, bool *ret_escaped)
{
    *ret_escaped = false;
    for (; *text != '"'; text++) {
        if ((unsigned char)*text < ' ')
            return NULL;
        if (*text == '\\') {
            *ret_escaped = true;
            if (*++text == '\0')
                return NULL;
        }
    }
    return text;
}

static bool hex_unit(const char *text, unsigned *ret_unit)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";

    *ret_unit = 0;
    for (size_t i = 0; i < ESCAPE_HEX_DIGITS; i++) {
        const char *digit = text[i] ? strchr(digits, text[i]) : NULL;

        if (!digit)
            return false;
        *ret_unit = *ret_unit << 4 | ((unsigned)(digit - digits) & 0xf);
    }
    return true;
}

static char *put_unit(char *to, unsigned unit)
{
    if (unit < 0x80) {
        *to++ = (char)unit;
    } else if (unit < 0x800) {
        *to++ = (char)(0xc0 | unit >> 6);
        *to++ = (char)(0x80 | (unit & 0x3f));
    } else {
        *to++ = (char)(0xe0 | unit >> 12);
        *to++ = (char)(0x80 | (unit >> 6 & 0x3f));
        *to++ = (char)(0x80 | (unit & 0x3f));
    }
    return to;
}

/* One escape behind its backslash. Surrogates and NUL are not plain. */
static bool unescape(const char **from, char **to)
{
    static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    char letter = *(*from)++;
    const char *known = strchr(letters, letter);
    unsigned unit;

    if (known) {
        *(*to)++ = values[known - letters];
        return true;
    }
    if (letter != 'u' || !hex_unit(*from, &unit) || unit == 0 || (unit >= 0xd800 && unit <= 0xdfff))
        return false;
    *from += ESCAPE_HEX_DIGITS;
    *to = put_unit(*to, unit);
    return true;
}

/* The string that comes next, in the arena. An escape is never shorter than what it stands for. */
static bool scan_string(struct scanner *scanner, const char **ret_text, size_t *ret_bytes)
{
    const char *from, *end;
    bool escaped;
    char *text, *to;

    if (!take(scanner, '"'))
        return false;
    from = scanner->at;
    end = string_end(from, &escaped);
    text = end ? arena_strndup(scanner->arena, from, (size_t)(end - from)) : NULL;
    if (!text)
        return false;
    scanner->at = end + 1;
    *ret_text = text;
    *ret_bytes = (size_t)(end - from);
    if (!escaped)
        return true;
    for (to = text; from < end;) {
        if (*from != '\\')
            *to++ = *from++;
        else if (from++, !unescape(&from, &to))
            return false;
    }
    *to = '\0';
    *ret_bytes = (size_t)(to - text);
    return true;
}

static bool has_fraction(const char *text)
{
    return *text == '.' && strspn(text + 1, "0123456789") > 0;
}

/* A number as JSON has it; *ret_is_integer: digits alone, few enough to be exact. */
static bool scan_number(struct scanner *scanner, double *ret_number, bool *ret_is_integer)
{
    char text[NUMBER_CHARS_MAX + 1], *end;
    size_t bytes, digits, sign;

    skip_blanks(scanner);
    bytes = strspn(scanner->at, "-0123456789.eE+");
    if (bytes == 0 || bytes > NUMBER_CHARS_MAX)
        return false;
    memcpy(text, scanner->at, bytes);
    text[bytes] = '\0';
    sign = *text == '-';
    digits = strspn(text + sign, "0123456789");
    if (digits == 0 || (digits > 1 && text[sign] == '0'))
        return false;
    *ret_is_integer = sign + digits == bytes && digits <= INTEGER_DIGITS;
    if (!*ret_is_integer && !has_fraction(text + sign + digits))
        return false;
    *ret_number = strtod(text, &end);
    scanner->at += bytes;
    return *end == '\0' && !(sign && *ret_number == 0); /* -0 */
}

static bool scan_text(struct scanner *scanner, const struct field *field, void *member)
{
    size_t bytes;

    return scan_string(scanner, member, &bytes) &&
           check_text(field, *(const char **)member, bytes, &nowhere, NULL) == 0;
}

static bool scan_name(struct scanner *scanner, const struct field *field, int *ret_index)
{
    const char *text;
    size_t bytes;

    if (!scan_string(scanner, &text, &bytes))
        return false;
    for (int i = 0; field->names[i]; i++) {
        if (strcmp(field->names[i], text) == 0) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

static bool scan_bool(struct scanner *scanner, bool *ret_value)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = {{"true", true}, {"false", false}};

    skip_blanks(scanner);
    for (size_t i = 0; i < 2; i++) {
        size_t bytes = strlen(words[i].word);

        if (strncmp(scanner->at, words[i].word, bytes) == 0) {
            scanner->at += bytes;
            *ret_value = words[i].value;
            return true;
        }
    }
    return false;
}

static bool is_named(const struct label *labels, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(labels[i].name, name) == 0)
            return true;
    }
    return false;
}

static bool scan_labels(struct scanner *scanner, const struct field *field, struct list *ret_list)
{
    struct label *labels = arena_array(scanner->arena, LABELS_SCANNED_MAX, sizeof(*labels));
    size_t count = 0, bytes;

    if (!labels || !take(scanner, '{'))
        return false;
    if (!take(scanner, '}')) {
        do {
            struct label *label = &labels[count];

            if (count == LABELS_SCANNED_MAX || !scan_string(scanner, &label->name, &bytes) ||
                !take(scanner, ':') || is_named(labels, count, label->name) ||
                !scan_string(scanner, &label->value, &bytes) ||
                check_label(label->name, label->value, bytes, &nowhere, NULL))
                return false;
            count++;
        } while (take(scanner, ','));
        if (!take(scanner, '}'))
            return false;
    }
    *ret_list = (struct list){.items = labels, .count = count};
    return check_count(field, count, &nowhere, NULL) == 0;
}

static bool scan_value(struct scanner *scanner, const struct record_type *type,
                       const struct field *field, void *member)
{
    const char *text;
    bool is_integer;
    double number;
    size_t bytes;

    switch (field->kind) {
    case FIELD_TYPE:
        return scan_string(scanner, &text, &bytes) && strcmp(text, type->name) == 0;
    case FIELD_STRING:
    case FIELD_UUID:
    case FIELD_FINGERPRINT:
        return scan_text(scanner, field, member);
    case FIELD_INTEGER:
        if (!scan_number(scanner, &number, &is_integer) || !is_integer)
            return false;
        *(int64_t *)member = (int64_t)number;
        return check_integer(field, (int64_t)number, &nowhere, NULL) == 0;
    case FIELD_NUMBER:
        return scan_number(scanner, member, &is_integer) &&
               check_number(field, *(double *)member, &nowhere, NULL) == 0;
    case FIELD_BOOL:
        return scan_bool(scanner, member);
    case FIELD_ENUM:
        return scan_name(scanner, field, member);
    case FIELD_TIME:
        return scan_string(scanner, &text, &bytes) && time_parse(text, member) == 0;
    case FIELD_OBJECT:
        return scan_object(scanner, field->of, member);
    case FIELD_LABELS:
        return scan_labels(scanner, field, member);
    default:
        return false;
    }
}

static const struct field *field_named(const struct record_type *type, const char *name,
                                       size_t *ret_index)
{
    for (size_t i = 0; type->fields[i].kind != FIELD_END && i < FIELDS_MAX; i++) {
        if (strcmp(type->fields[i].name, name) == 0) {
            *ret_index = i;
            return &type->fields[i];
        }
    }
    return NULL;
}

static bool has_default(const struct field *field, const void *member)
{
    switch (field->kind) {
    case FIELD_INTEGER:
    case FIELD_TIME:
        return *(const int64_t *)member != 0;
    case FIELD_STRING:
        return *(const char *const *)member != NULL;
    default:
        return false;
    }
}

/* Whether a member that was left out may be: it is not required, or has a default. */
static bool settle_missing(const struct field *field, void *member)
{
    if (has_default(field, member))
        return true;
    if (field->filled && field->kind == FIELD_STRING)
        *(const char **)member = "";
    else if (field->filled)
        *(int64_t *)member = (int64_t)field->min;
    return !field->required;
}

/* An object that was left out is one without members. */
static bool settle(const struct record_type *type, uint64_t seen, void *record)
{
    for (size_t i = 0; type->fields[i].kind != FIELD_END; i++) {
        const struct field *field = &type->fields[i];
        void *member = (char *)record + field->offset;

        if (seen >> i & 1)
            continue;
        if (field->kind == FIELD_OBJECT && field->required) {
            if (!settle(field->of, 0, member))
                return false;
        } else if (!settle_missing(field, member)) {
            return false;
        }
    }
    return true;
}

static bool scan_object(struct scanner *scanner, const struct record_type *type, void *record)
{
    const char *name;
    uint64_t seen = 0;
    size_t bytes, i;

    if (!take(scanner, '{'))
        return false;
    if (take(scanner, '}'))
        return settle(type, seen, record);
    do {
        const struct field *field;

        if (!scan_string(scanner, &name, &bytes) || !take(scanner, ':'))
            return false;
        field = field_named(type, name, &i);
        if (!field || seen >> i & 1 ||
            !scan_value(scanner, type, field, (char *)record + field->offset))
            return false;
        seen |= UINT64_C(1) << i;
    } while (take(scanner, ','));
    return take(scanner, '}') && settle(type, seen, record);
}

bool record_scan(const struct record_type *type, const char *json, size_t bytes,
                 struct arena *arena, void *record)
{
    struct scanner scanner = {.at = json, .arena = arena};

    if (memchr(json, '\0', bytes) || !scan_object(&scanner, type, record))
        return false;
    skip_blanks(&scanner);
    return scanner.at == json + bytes;
}
