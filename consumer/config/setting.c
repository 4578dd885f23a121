/*
 * setting.c - reads one value into one member, by the kind of its setting.
 *
 * A value that does not fit is refused with its place, its key and what was expected. What was
 * given is repeated only where it can't be a secret.
 */
#include "consumer/config/setting.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/channels/channel.h"
#include "consumer/channels/mustache.h"
#include "consumer/config/reader.h"

#define KNOWN_BYTES_MAX 160

/* A value on its way into a member. */
struct target {
    struct reader *reader;
    const struct setting *setting;
    const struct node *key, *value;
    void *member;
};

static int refuse(const struct target *t, const char *expected)
{
    return reader_refuse(t->reader, t->value, "%s: expected %s, not \"%.60s\"", t->key->text,
                         expected, t->value->kind == NODE_SCALAR ? t->value->text : "");
}

static int set_text(const struct target *t, const char *text)
{
    const char **member = t->member;

    *member = arena_strdup(t->reader->arena, text);
    return *member ? 0 : reader_out_of_memory(t->reader);
}

/* Elsewhere than in texts a template would be sent as it stands. */
static int check_no_template(struct reader *reader, const struct node *key,
                             const struct node *value)
{
    if (!strstr(value->text, "{{"))
        return 0;
    return reader_refuse(reader, value,
                         "%s: Go templates ({{ … }}) are not done here: tocsin writes its messages "
                         "itself, or by title and text; give a plain text or remove the key",
                         key->text);
}

static bool is_url(const char *text)
{
    size_t host = strncmp(text, "http://", 7) == 0 ? 7 : strncmp(text, "https://", 8) == 0 ? 8 : 0;

    if (host == 0 || strchr("/?#:", text[host]))
        return false;
    for (const char *c = text; *c; c++) {
        if ((unsigned char)*c <= ' ' || *c == 0x7f)
            return false;
    }
    return strlen(text) <= URL_MAX_CHARS;
}

static int bind_string(const struct target *t)
{
    const struct setting *s = t->setting;
    size_t length = utf8_length(t->value->text, strlen(t->value->text));

    if (check_no_template(t->reader, t->key, t->value))
        return -1;
    if (s->max > 0 && (length < (size_t)s->min || length > (size_t)s->max))
        return reader_refuse(t->reader, t->value,
                             "%s: expected %" PRId64 " to %" PRId64 " characters, not %zu",
                             t->key->text, s->min, s->max, length);
    return set_text(t, t->value->text);
}

static int set_secret(const struct target *t, const char *text)
{
    bool url = t->setting->kind == SETTING_SECRET_URL;

    if (*text == '\0')
        return reader_refuse(t->reader, t->value, "%s is empty", t->key->text);
    if (url && !is_url(text))
        return reader_refuse(t->reader, t->value,
                             "%s: expected an http or https URL (the value "
                             "is not shown, since it is a secret)",
                             t->key->text);
    return set_text(t, text);
}

static int bind_secret(const struct target *t)
{
    const char *text = NULL;

    if (reader_expand(t->reader, t->value, t->value->text, &text))
        return -1;
    return set_secret(t, text);
}

static int bind_url(const struct target *t)
{
    if (check_no_template(t->reader, t->key, t->value))
        return -1;
    return is_url(t->value->text) ? set_text(t, t->value->text) : refuse(t, "an http or https URL");
}

static int bind_bool(const struct target *t)
{
    static const char *const words[][2] = {{"false", "true"}, {"False", "True"}, {"FALSE", "TRUE"},
                                           {"no", "yes"},     {"No", "Yes"},     {"NO", "YES"},
                                           {"off", "on"},     {"Off", "On"},     {"OFF", "ON"}};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        for (int truth = 0; truth < 2; truth++) {
            if (strcmp(t->value->text, words[i][truth]) == 0) {
                *(bool *)t->member = truth;
                return 0;
            }
        }
    }
    return refuse(t, "true or false");
}

static bool in_range(const struct setting *setting, int64_t number)
{
    return (setting->min == 0 && setting->max == 0) ||
           (number >= setting->min && number <= setting->max);
}

static int bind_integer(const struct target *t)
{
    const char *text = t->value->text;
    char *end = NULL;
    long long number;

    errno = 0;
    number = strtoll(text, &end, 10);
    if (errno || end == text || *end || strchr(" \t\n+", *text))
        return refuse(t, "an integer");
    if (!in_range(t->setting, number))
        return reader_refuse(t->reader, t->value,
                             "%s: expected %" PRId64 " to %" PRId64 ", not %lld", t->key->text,
                             t->setting->min, t->setting->max, number);
    *(int64_t *)t->member = number;
    return 0;
}

static int bind_number(const struct target *t)
{
    const struct setting *s = t->setting;
    char *end = NULL;
    double number = strtod(t->value->text, &end);

    if (end == t->value->text || *end || !isfinite(number))
        return refuse(t, "a number");
    if ((s->min || s->max) && (number < (double)s->min || number > (double)s->max))
        return reader_refuse(t->reader, t->value, "%s: expected %" PRId64 " to %" PRId64 ", not %g",
                             t->key->text, s->min, s->max, number);
    *(double *)t->member = number;
    return 0;
}

static int bind_duration(const struct target *t)
{
    char least[DURATION_TEXT_BYTES], most[DURATION_TEXT_BYTES];
    int64_t ms = 0;

    if (reader_duration(t->reader, t->key, t->value, &ms))
        return -1;
    if (!in_range(t->setting, ms)) {
        duration_format(t->setting->min, least);
        duration_format(t->setting->max, most);
        return reader_refuse(t->reader, t->value, "%s: expected %s to %s, not %.40s", t->key->text,
                             least, most, t->value->text);
    }
    *(int64_t *)t->member = ms;
    return 0;
}

/* "120/m", "200/5m"; "none" is 0 requests in some time. */
static int bind_rate(const struct target *t)
{
    static const char expected[] = "requests in a time, as 1/s, 120/m or 200/5m, or none";
    struct rate *rate = t->member;
    const char *slash = strchr(t->value->text, '/');
    char duration[DURATION_TEXT_BYTES], *end = NULL;
    int64_t per_ms = 0;

    if (strcmp(t->value->text, "none") == 0) {
        rate->requests = 0;
        rate->per_ms = 1;
        return 0;
    }
    errno = 0;
    long long requests = strtoll(t->value->text, &end, 10);
    if (slash == NULL || errno || end != slash || end == t->value->text ||
        strchr(" \t\n+-", t->value->text[0]) || requests < 1 || requests > t->setting->max ||
        strlen(slash) >= sizeof(duration) - 1)
        return refuse(t, expected);
    snprintf(duration, sizeof(duration), "%s%s", strchr("0123456789", slash[1]) ? "" : "1",
             slash + 1);
    if (duration_parse(duration, &per_ms) != 0 || per_ms < 1 || per_ms > RATE_PER_MS_MAX)
        return refuse(t, expected);
    rate->requests = requests;
    rate->per_ms = per_ms;
    return 0;
}

static int bind_enum(const struct target *t)
{
    const char *const *names = t->setting->names;
    char known[KNOWN_BYTES_MAX] = "one of ";
    size_t length = strlen(known);

    for (int i = 0; names[i]; i++) {
        if (strcmp(names[i], t->value->text) == 0) {
            *(int *)t->member = i;
            return 0;
        }
        if (length + strlen(names[i]) + sizeof(", ") < sizeof(known))
            length += (size_t)snprintf(known + length, sizeof(known) - length, "%s%s",
                                       i ? ", " : "", names[i]);
    }
    return refuse(t, known);
}

static int bind_strings(const struct target *t)
{
    struct list *list = t->member;
    const char **items = arena_array(t->reader->arena, t->value->count + 1, sizeof(*items));

    if (!items)
        return reader_out_of_memory(t->reader);
    for (size_t i = 0; i < t->value->count; i++) {
        const struct node *item = t->value->items[i];

        if (!reader_is_kind(t->reader, t->key, item, NODE_SCALAR) ||
            check_no_template(t->reader, t->key, item))
            return -1;
        items[i] = item->text;
    }
    *list = (struct list){items, t->value->count};
    return 0;
}

static int bind_map(const struct target *t)
{
    struct list *list = t->member;
    struct label *items = arena_array(t->reader->arena, t->value->count + 1, sizeof(*items));

    if (!items)
        return reader_out_of_memory(t->reader);
    for (size_t i = 0; i < t->value->count; i++) {
        const struct node_pair *pair = &t->value->pairs[i];

        if (!reader_is_kind(t->reader, pair->key, pair->value, NODE_SCALAR) ||
            check_no_template(t->reader, pair->key, pair->value))
            return -1;
        items[i] = (struct label){pair->key->text, pair->value->text};
    }
    *list = (struct list){items, t->value->count};
    return 0;
}

static int bind_template(const struct target *t)
{
    struct error why = {0};

    if (mustache_parse(t->value->text, t->reader->arena, t->member, &why) == 0)
        return 0;
    return reader_refuse(t->reader, t->value, "%s: %s", t->key->text, why.text);
}

/* An empty list or mapping asks for nothing, so there is nothing to refuse. */
static int bind_refused(const struct target *t)
{
    if (t->value->kind != NODE_SCALAR && t->value->count == 0)
        return 0;
    return reader_refuse(t->reader, t->key, "%s is not supported: %s", t->key->text,
                         t->setting->help);
}

static const struct kind {
    int (*bind)(const struct target *);
    enum node_kind node; /* checked before */
    bool any_node;
} kinds[] = {
    [SETTING_STRING] = {bind_string, NODE_SCALAR, false},
    [SETTING_SECRET] = {bind_secret, NODE_SCALAR, false},
    [SETTING_URL] = {bind_url, NODE_SCALAR, false},
    [SETTING_SECRET_URL] = {bind_secret, NODE_SCALAR, false},
    [SETTING_BOOL] = {bind_bool, NODE_SCALAR, false},
    [SETTING_INTEGER] = {bind_integer, NODE_SCALAR, false},
    [SETTING_NUMBER] = {bind_number, NODE_SCALAR, false},
    [SETTING_DURATION] = {bind_duration, NODE_SCALAR, false},
    [SETTING_RATE] = {bind_rate, NODE_SCALAR, false},
    [SETTING_ENUM] = {bind_enum, NODE_SCALAR, false},
    [SETTING_STRINGS] = {bind_strings, NODE_SEQUENCE, false},
    [SETTING_MAP] = {bind_map, NODE_MAPPING, false},
    [SETTING_TEMPLATE] = {bind_template, NODE_SCALAR, false},
    [SETTING_REFUSED] = {bind_refused, NODE_SCALAR, true},
};

static struct target target_of(struct reader *reader, const struct setting *setting,
                               const struct node *key, const struct node *value, void *object)
{
    return (struct target){reader, setting, key, value, (char *)object + setting->offset};
}

int setting_bind(struct reader *reader, const struct setting *setting, const struct node *key,
                 const struct node *value, void *object)
{
    const struct kind *kind = &kinds[setting->kind];
    const struct target target = target_of(reader, setting, key, value, object);

    if (!kind->any_node && !reader_is_kind(reader, key, value, kind->node))
        return -1;
    return kind->bind(&target);
}

int setting_bind_file(struct reader *reader, const struct setting *setting, const struct node *key,
                      const struct node *value, void *object)
{
    const struct target target = target_of(reader, setting, key, value, object);
    const char *text = NULL;

    if (reader_file(reader, key, value, &text))
        return -1;
    return set_secret(&target, text);
}

bool setting_has_file(const struct setting *setting)
{
    return setting->kind == SETTING_SECRET || setting->kind == SETTING_SECRET_URL;
}
