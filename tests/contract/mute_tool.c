/*
 * mute_tool.c - the control table as a program, for the test that holds it against Alertmanager.
 *
 * Reads one JSON document: "now_ms"; "rules" of "source", "target" (texts of matchers) and "equal";
 * "alerts" of "labels" and "firing"; "silences" in amtool's JSON. Everything goes through the
 * records of the topic, as it does in tocsind. Prints a line of JSON for each silence ("refused":
 * the reason or null), then one for each alert: "silencedBy" (ids) and "inhibitedBy" (the number of
 * an alert, or null). Exits 2 when the document is not as it should be.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/control/amtool_json.h"
#include "consumer/control/table.h"

#define RULES_MAX 4096

struct tool {
    struct arena arena;
    struct inhibit_rule rules[RULES_MAX];
    size_t rules_count;
    struct control_table *table;
    int64_t now_ms;
};

static void fail(const char *what, const struct error *err)
{
    fprintf(stderr, "mute_tool: %s: %s\n", what, err ? err->text : "not as it should be");
    exit(2);
}

static size_t read_matchers(struct tool *tool, const json_t *list, struct matcher ***ret)
{
    size_t count = json_array_size(list);
    struct error err = {0};

    *ret = arena_array(&tool->arena, count + 1, sizeof(**ret));
    for (size_t i = 0; i < count; i++) {
        if (matcher_parse(json_string_value(json_array_get(list, i)), &(*ret)[i], &err))
            fail("a matcher", &err);
    }
    return count;
}

static void read_rules(struct tool *tool, const json_t *list)
{
    struct error err = {0};

    if (json_array_size(list) > RULES_MAX)
        fail("too many rules", NULL);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *from = json_array_get(list, i), *equal = json_object_get(from, "equal");
        struct inhibit_rule *rule = &tool->rules[tool->rules_count++];

        rule->source_count = read_matchers(tool, json_object_get(from, "source"), &rule->source);
        rule->target_count = read_matchers(tool, json_object_get(from, "target"), &rule->target);
        rule->equal_count = json_array_size(equal);
        rule->equal = arena_array(&tool->arena, rule->equal_count + 1, sizeof(*rule->equal));
        for (size_t e = 0; e < rule->equal_count; e++)
            rule->equal[e] = json_string_value(json_array_get(equal, e));
    }
    if (control_table_new(tool->rules, tool->rules_count, &tool->table, &err))
        fail("the table", &err);
}

static int put(struct tool *tool, const char *prefix, const char *id,
               const struct record_type *type, const void *record, struct error *err)
{
    char *key = arena_printf(&tool->arena, "%s%s", prefix, id);
    size_t bytes = 0;
    char *json = record_encode(type, record, &tool->arena, &bytes, err);

    return json ? control_table_apply(tool->table, key, strlen(key), json, bytes, err) : -1;
}

static void take_silence(struct tool *tool, const json_t *value)
{
    struct silence silence;
    struct error err = {0};
    json_t *answer;

    if (amtool_silence_read(value, "", &tool->arena, &silence, &err) == 0) {
        silence.updated_ms = tool->now_ms;
        put(tool, SILENCE_KEY_PREFIX, silence.id, &silence_type, &silence, &err);
    }
    answer = json_pack("{s:s?}", "refused", error_is_set(&err) ? err.text : NULL);
    json_dumpf(answer, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(answer);
}

static struct list labels_of(struct tool *tool, const json_t *alert)
{
    const json_t *object = json_object_get(alert, "labels");
    struct label *labels = arena_array(&tool->arena, json_object_size(object) + 1, sizeof(*labels));
    const char *name;
    json_t *value;
    size_t n = 0;

    json_object_foreach ((json_t *)(uintptr_t)object, name, value)
        labels[n++] = (struct label){name, json_string_value(value)};
    return (struct list){labels, n};
}

static const char *fingerprint_of(struct tool *tool, size_t alert)
{
    return arena_printf(&tool->arena, "v1:%032zx", alert);
}

/* The inhibitors that correlate would write. */
static void take_alert(struct tool *tool, const json_t *alert, size_t number)
{
    struct inhibitor_source source = {.labels = labels_of(tool, alert)};
    struct inhibitor inhibitor = {
        .fingerprint = fingerprint_of(tool, number),
        .firing = json_is_true(json_object_get(alert, "firing")),
        .sources = {&source, 1},
        .updated_ms = tool->now_ms,
    };
    struct error err = {0};

    if (inhibit_is_source(tool->rules, tool->rules_count, source.labels.items,
                          source.labels.count) &&
        put(tool, INHIBITOR_KEY_PREFIX, inhibitor.fingerprint, &inhibitor_type, &inhibitor, &err))
        fail("an inhibitor", &err);
}

static void answer(struct tool *tool, const json_t *alert, size_t number)
{
    struct list labels = labels_of(tool, alert);
    json_t *silences = json_array(), *source = json_null(), *line;
    struct mute mute;

    const struct mute_subject subject = {
        .labels = labels.items, .count = labels.count, .fingerprint = fingerprint_of(tool, number)};
    control_table_muted(tool->table, &subject, tool->now_ms, &mute);
    for (size_t i = 0; i < mute.count && i < MUTE_REASONS_MAX; i++) {
        if (mute.reasons[i].kind == MUTE_SILENCE)
            json_array_append_new(silences, json_string(mute.reasons[i].id));
        else if (mute.reasons[i].kind == MUTE_INHIBITED)
            source = json_integer(strtoll(mute.reasons[i].id + strlen("v1:"), NULL, 16));
    }
    line = json_pack("{s:o, s:o}", "silencedBy", silences, "inhibitedBy", source);
    json_dumpf(line, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(line);
}

static void free_rules(struct tool *tool)
{
    for (size_t i = 0; i < tool->rules_count; i++) {
        for (size_t m = 0; m < tool->rules[i].source_count; m++)
            matcher_free(tool->rules[i].source[m]);
        for (size_t m = 0; m < tool->rules[i].target_count; m++)
            matcher_free(tool->rules[i].target[m]);
    }
}

int main(void)
{
    static struct tool tool;
    json_t *document = json_loadf(stdin, 0, NULL);
    const json_t *alerts = json_object_get(document, "alerts");
    const json_t *silences = json_object_get(document, "silences");

    if (!json_is_array(alerts) || !json_is_array(silences))
        fail("the document", NULL);
    arena_init(&tool.arena);
    tool.now_ms = json_integer_value(json_object_get(document, "now_ms"));
    read_rules(&tool, json_object_get(document, "rules"));
    for (size_t i = 0; i < json_array_size(silences); i++)
        take_silence(&tool, json_array_get(silences, i));
    for (size_t i = 0; i < json_array_size(alerts); i++)
        take_alert(&tool, json_array_get(alerts, i), i);
    for (size_t i = 0; i < json_array_size(alerts); i++)
        answer(&tool, json_array_get(alerts, i), i);
    control_table_free(tool.table);
    free_rules(&tool);
    arena_fini(&tool.arena);
    json_decref(document);
    return 0;
}
