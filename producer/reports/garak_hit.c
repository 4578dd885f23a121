/*
 * garak_hit.c - one hit into a finding.
 *
 * A prompt of one user turn is its text; any other conversation is written turn by turn under its
 * roles, since all turns are needed to reproduce it. A message without text but with a file is
 * named by that file.
 */
#include "producer/reports/garak_hit.h"

#include <string.h>

#include "producer/record_text.h"
#include "producer/reports/labels.h"
#include "producer/text.h"

static int no_memory(struct error *err)
{
    return error_set(err, ERROR_MEMORY, "no memory for a hit");
}

const char *garak_plain_name(const char *name)
{
    static const char *const prefixes[] = {"garak.", "probes.", "detectors.", "detector.",
                                           "harnesses."};

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
            name += strlen(prefixes[i]);
    }
    return name;
}

const char *garak_rule(const char *probe, const char *detector, struct arena *arena)
{
    return arena_printf(arena, "garak/%s/%s", probe, detector);
}

const char *garak_model(const char *type, const char *name)
{
    if (name && *name && strcmp(name, "None") != 0)
        return name;
    return type && *type ? type : name;
}

/* A message: a string, or an object with a text, or with a file in its place. */
static const char *message_text(const json_t *message, struct arena *arena)
{
    const char *text, *path;

    if (json_is_string(message))
        return json_string_value(message);
    text = json_string_value(json_object_get(message, "text"));
    path = json_string_value(json_object_get(message, "data_path"));
    if (text && *text)
        return text;
    return path ? arena_printf(arena, "[file %s]", path) : "";
}

static const char *conversation_text(const json_t *turns, struct arena *arena)
{
    struct record_text text;
    const json_t *turn;
    size_t i;

    record_text_init(&text, arena);
    json_array_foreach (turns, i, turn) {
        const char *role = json_string_value(json_object_get(turn, "role"));
        const char *said = message_text(json_object_get(turn, "content"), arena);

        if (!said)
            return NULL;
        record_text_append(&text, i ? "\n\n[" : "[", i ? 3 : 1);
        record_text_append(&text, role ? role : "user", strlen(role ? role : "user"));
        record_text_append(&text, "]\n", 2);
        record_text_append(&text, said, strlen(said));
    }
    return text.failed ? NULL : text.text;
}

static const char *prompt_text(const json_t *prompt, struct arena *arena)
{
    const json_t *turns = json_is_array(prompt) ? prompt : json_object_get(prompt, "turns");
    const json_t *first = json_array_get(turns, 0);
    const char *role = json_string_value(json_object_get(first, "role"));

    if (json_array_size(turns) == 0)
        return message_text(prompt, arena);
    if (json_array_size(turns) == 1 && (!role || strcmp(role, "user") == 0))
        return message_text(json_object_get(first, "content"), arena);
    return conversation_text(turns, arena);
}

int garak_finding(const struct garak_hit *hit, struct arena *arena, struct finding *ret_finding,
                  struct error *err)
{
    const char *probe = garak_plain_name(hit->probe), *detector = garak_plain_name(hit->detector);
    const struct garak_family *family = garak_family(probe);
    bool has_goal = hit->goal && *hit->goal;
    struct finding finding = {.severity = (int)family->severity};
    const char *title = arena_printf(arena, "%s%s%s", family->words, has_goal ? ": " : "",
                                     has_goal ? hit->goal : "");

    if (!hit->model || !*hit->model)
        return error_set(err, ERROR_INPUT,
                         "the report names no model before its first hit: give --model");
    finding.rule = (struct rule){.id = garak_rule(probe, detector, arena),
                                 .title = text_cut(title, TITLE_MAX_CHARS, arena),
                                 .tool = "garak",
                                 .probe = arena_strdup(arena, probe),
                                 .detector = arena_strdup(arena, detector)};
    finding.model.name = text_cut(hit->model, NAME_MAX_CHARS, arena);
    finding.confidence = garak_confidence(detector);
    if (hit->score < 1)
        finding.confidence *= hit->score > 0 ? hit->score : 0;
    finding.prompt = prompt_text(hit->prompt, arena);
    finding.output = message_text(hit->output, arena);
    if (!finding.rule.id || !finding.rule.title || !finding.rule.probe || !finding.rule.detector ||
        !finding.model.name || !finding.prompt || !finding.output)
        return no_memory(err);
    *ret_finding = finding;
    return 0;
}

/* garak's OWASP numbers are those of the list of 2023. */
static void tag_add(struct labels *labels, const char *tag)
{
    static const char owasp[] = "owasp:";

    if (strncmp(tag, owasp, strlen(owasp)) == 0)
        labels_add(labels, "owasp_llm_2023", tag + strlen(owasp));
    else
        labels_add_tag(labels, tag);
}

int garak_labels(const struct garak_family *family, const json_t *tags, const json_t *intent,
                 const json_t *defcon, struct arena *arena, struct list *ret_labels,
                 struct error *err)
{
    struct labels labels;
    const json_t *tag;
    size_t i;

    labels_init(&labels, arena);
    if (json_is_string(intent))
        labels_add_json(&labels, "intent", intent);
    if (json_is_integer(defcon))
        labels_add_json(&labels, "garak_defcon", defcon);
    json_array_foreach (tags, i, tag) {
        if (json_is_string(tag))
            tag_add(&labels, json_string_value(tag));
    }
    if (json_array_size(tags) == 0)
        labels_add(&labels, "owasp_llm_2023", family->owasp_2023);
    return labels_list(&labels, ret_labels, err);
}
