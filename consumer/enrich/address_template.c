/*
 * address_template.c - see address_template.h.
 */
#include "consumer/enrich/address_template.h"

#include <string.h>

#include "consumer/enrich/percent.h"
#include "consumer/route/matcher.h"
#include "producer/limits.h"

/* A {name} at the start of `text`. */
struct variable {
    char name[LABEL_NAME_MAX + 1];
    enum percent_style style;
    size_t bytes; /* of all of it, with braces; 0: it is none */
};

static struct variable read_variable(const char *text)
{
    struct variable variable = {.style = text[1] == '+' ? PERCENT_PATH : PERCENT_TEXT};
    const char *name = text + (variable.style == PERCENT_PATH ? 2 : 1);
    size_t bytes = strcspn(name, "{}");

    if (name[bytes] != '}' || bytes > LABEL_NAME_MAX)
        return variable;
    memcpy(variable.name, name, bytes);
    if (label_name_valid(variable.name))
        variable.bytes = (size_t)(name + bytes + 1 - text);
    return variable;
}

static size_t scheme_bytes(const char *text)
{
    return strncmp(text, "https://", 8) == 0 ? 8 : strncmp(text, "http://", 7) == 0 ? 7 : 0;
}

int address_template_check(const char *text, struct error *err)
{
    size_t scheme = scheme_bytes(text), host = strcspn(text + scheme, "/?#{@");

    if (scheme == 0 || host == 0)
        return error_set(err, ERROR_INPUT,
                         "expected an address that begins with http:// or "
                         "https:// and a host");
    if (text[scheme + host] == '{' || text[scheme + host] == '@')
        return error_set(err, ERROR_INPUT,
                         "the host has to be followed by /: no label chooses where a link leads");
    if (strlen(text) > URL_MAX_CHARS)
        return error_set(err, ERROR_LIMIT, "an address has at most %d characters", URL_MAX_CHARS);
    for (const char *at = text; *at; at++) {
        if ((unsigned char)*at <= ' ' || *at == 0x7f || strchr("\"<>\\^`|", *at))
            return error_set(err, ERROR_INPUT,
                             "an address can't hold spaces or any of \" < > \\ "
                             "^ ` |: write them as %%20");
        if (*at == '}')
            return error_set(err, ERROR_INPUT, "a } without its {");
        if (*at != '{')
            continue;
        struct variable variable = read_variable(at);

        if (variable.bytes == 0)
            return error_set(err, ERROR_INPUT, "expected {label} or {+label} at \"%.40s\"", at);
        at += variable.bytes - 1;
    }
    return 0;
}

/* A part of a path that leads somewhere else. */
static bool climbs(const char *value)
{
    while (*value) {
        size_t bytes = strcspn(value, "/");

        if ((bytes == 1 && value[0] == '.') || (bytes == 2 && strncmp(value, "..", 2) == 0))
            return true;
        value += bytes;
        value += *value == '/';
    }
    return false;
}

static const char *value_of(const struct variable *variable, const struct list *labels,
                            struct arena *arena)
{
    const char *value = label_value(labels->items, labels->count, variable->name);

    return *value && !climbs(value)
               ? percent_encode(value, variable->style, URL_MAX_CHARS + 1, arena)
               : NULL;
}

const char *address_template_fill(const char *text, const struct list *labels, struct arena *arena)
{
    const char *filled = "";

    while (filled && *text) {
        size_t plain = strcspn(text, "{");
        struct variable variable = {.bytes = 0};
        const char *value = "";

        if (text[plain] == '{') {
            variable = read_variable(text + plain);
            value = value_of(&variable, labels, arena);
        }
        if (!value)
            return NULL;
        filled = arena_printf(arena, "%s%.*s%s", filled, (int)plain, text, value);
        text += plain + variable.bytes;
    }
    return filled && strlen(filled) <= URL_MAX_CHARS ? filled : NULL;
}
