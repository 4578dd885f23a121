/*
 * amtool_json.c - see amtool_json.h.
 *
 * Reading goes through a table of its own, so that every refusal has its JSON pointer. Members that
 * Alertmanager adds when it is asked (status, updatedAt, annotations) are passed over.
 */
#include "consumer/control/amtool_json.h"

#include <string.h>

#include "consumer/route/silence.h"
#include "producer/record_check.h"

#define COMMENT_MAX_CHARS 4096

/* isEqual came later than the others: where it is missing it is true. */
struct posted_matcher {
    const char *name, *value;
    bool is_regex, is_equal;
};
struct posted {
    const char *id, *author, *comment;
    struct list matchers; /* struct posted_matcher */
    int64_t starts_ms, ends_ms;
};

static const struct field matcher_fields[] = {
    RECORD_FIELD(FIELD_STRING, "name", posted_matcher, name, .required = true, .min = 1,
                 .max = NAME_MAX_CHARS),
    RECORD_FIELD(FIELD_STRING, "value", posted_matcher, value, .required = true,
                 .max = RECORD_STRING_MAX),
    RECORD_FIELD(FIELD_BOOL, "isRegex", posted_matcher, is_regex, .required = true),
    RECORD_FIELD(FIELD_BOOL, "isEqual", posted_matcher, is_equal, .help = "Missing counts as true"),
    RECORD_FIELD_END,
};
static const struct record_type matcher_type = {
    .name = "matcher",
    .title = "A matcher of Alertmanager's API",
    .size = sizeof(struct posted_matcher),
    .fields = matcher_fields,
};
static const struct field posted_fields[] = {
    RECORD_FIELD(FIELD_STRING, "id", posted, id, .max = NAME_MAX_CHARS, .filled = true),
    RECORD_FIELD(FIELD_STRING, "createdBy", posted, author, .required = true,
                 .max = NAME_MAX_CHARS),
    RECORD_FIELD(FIELD_STRING, "comment", posted, comment, .required = true,
                 .max = COMMENT_MAX_CHARS),
    RECORD_FIELD(FIELD_LIST, "matchers", posted, matchers, .required = true, .min = 1,
                 .max = MATCHER_LIST_MAX, .of = &matcher_type),
    RECORD_FIELD(FIELD_TIME, "startsAt", posted, starts_ms, .required = true),
    RECORD_FIELD(FIELD_TIME, "endsAt", posted, ends_ms, .required = true),
    RECORD_FIELD_END,
};
static const struct record_type posted_type = {
    .name = "posted silence",
    .title = "A silence of Alertmanager's API",
    .size = sizeof(struct posted),
    .fields = posted_fields,
};

static json_t *matchers_json(const struct silence *silence)
{
    const struct silence_matcher *matchers = silence->matchers.items;
    json_t *list = json_array();

    for (size_t i = 0; i < silence->matchers.count; i++)
        json_array_append_new(list, json_pack("{s:b,s:b,s:s,s:s}", "isEqual", matchers[i].is_equal,
                                              "isRegex", matchers[i].is_regex, "name",
                                              matchers[i].name, "value", matchers[i].value));
    return list;
}

json_t *amtool_silence(const struct silence *silence, int64_t now_ms)
{
    enum silence_state state = silence_state(silence->starts_ms, silence->ends_ms, now_ms);
    char starts[TIME_TEXT_BYTES], ends[TIME_TEXT_BYTES], updated[TIME_TEXT_BYTES];

    time_format(silence->starts_ms, starts);
    time_format(silence->ends_ms, ends);
    time_format(silence->updated_ms, updated);
    return json_pack("{s:s,s:{s:s},s:s,s:s,s:s,s:s,s:o,s:s}", "id", silence->id, "status", "state",
                     silence_state_names[state], "updatedAt", updated, "comment", silence->comment,
                     "createdBy", silence->author, "endsAt", ends, "matchers",
                     matchers_json(silence), "startsAt", starts);
}

json_t *amtool_accepted(const struct accepted *accepted, int64_t now_ms)
{
    struct silence_matcher matcher = {"fingerprint", accepted->fingerprint, false, true};
    const struct silence silence = {
        .id = accepted->fingerprint,
        .matchers = {&matcher, 1},
        .starts_ms =
            accepted->updated_ms < accepted->until_ms ? accepted->updated_ms : accepted->until_ms,
        .ends_ms = accepted->until_ms,
        .updated_ms = accepted->updated_ms,
        .author = accepted->author,
        .comment = accepted->comment,
    };

    return amtool_silence(&silence, now_ms);
}

static bool is_turned_round(const json_t *document, size_t matcher)
{
    const json_t *list = json_object_get(document, "matchers");

    return json_is_false(json_object_get(json_array_get(list, matcher), "isEqual"));
}

int amtool_silence_read(const json_t *value, const char *pointer, struct arena *arena,
                        struct silence *ret_silence, struct error *err)
{
    struct silence_matcher *matchers;
    const struct posted_matcher *from;
    struct posted posted;

    if (record_decode_value(&posted_type, value, pointer, arena, &posted, err))
        return -1;
    from = posted.matchers.items;
    matchers = arena_array(arena, posted.matchers.count, sizeof(*matchers));
    if (matchers == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for a silence");
    for (size_t i = 0; i < posted.matchers.count; i++)
        matchers[i] = (struct silence_matcher){from[i].name, from[i].value, from[i].is_regex,
                                               !is_turned_round(value, i)};
    *ret_silence = (struct silence){
        .id = posted.id,
        .matchers = {matchers, posted.matchers.count},
        .starts_ms = posted.starts_ms,
        .ends_ms = posted.ends_ms,
        .author = posted.author,
        .comment = posted.comment,
    };
    return 0;
}

bool amtool_is_accepted(const struct silence *silence, struct accepted *ret_accepted)
{
    const struct silence_matcher *matcher = silence->matchers.items;

    if (silence->matchers.count != 1 || !is_fingerprint(silence->id) ||
        strcmp(matcher->name, "fingerprint") != 0 || strcmp(matcher->value, silence->id) != 0 ||
        matcher->is_regex || !matcher->is_equal)
        return false;
    *ret_accepted = (struct accepted){
        .fingerprint = silence->id,
        .until_ms = silence->ends_ms,
        .updated_ms = silence->updated_ms,
        .author = silence->author,
        .comment = silence->comment,
    };
    return true;
}
