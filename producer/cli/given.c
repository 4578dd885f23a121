/*
 * given.c - options over records.
 */
#include "producer/cli/given.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "producer/text.h"

static void override(const char **to, const char *given)
{
    if (given && *given)
        *to = given;
}

void given_to_run(const struct publication *publication, struct run *run)
{
    const struct run_settings *given = &publication->options->run;

    override(&run->pipeline, given->pipeline);
    override(&run->repository, given->repository);
    override(&run->branch, given->branch);
    override(&run->commit, given->commit);
    override(&run->job, given->job);
    override(&run->url, given->run_url);
    override(&run->team, given->team);
}

void given_to_coverage(const struct publication *publication, struct coverage *coverage)
{
    override(&coverage->model, publication->options->model);
    override(&coverage->target, publication->options->target);
}

void given_to_measurement(const struct publication *publication, struct measurement *measurement)
{
    const struct options *options = publication->options;

    override(&measurement->model.name, options->model);
    override(&measurement->model.version, options->model_version);
    override(&measurement->target, options->target);
    given_to_run(publication, &measurement->run);
}

bool given_changes_identity(const struct publication *publication)
{
    return publication->options->model || publication->options->target;
}

int given_labels(struct publication *publication, struct error *err)
{
    const struct option_list *list = &publication->options->labels;
    struct label *labels = arena_array(&publication->arena, list->count + 1, sizeof(*labels));
    size_t count = list->count;

    if (!labels)
        return error_set(err, ERROR_MEMORY, "no memory for labels");
    for (size_t i = 0; i < list->count; i++) {
        if (options_pair(list->items[i], &publication->arena, &labels[i].name, &labels[i].value,
                         err))
            return error_set(err, ERROR_INPUT, "--label: expected name=value");
    }
    if (publication->run.fork)
        labels[count++] = (struct label){LABEL_FORK, "true"};
    publication->labels = (struct list){.items = labels, .count = count};
    return 0;
}

static struct label *label_named(struct label *labels, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(labels[i].name, name) == 0)
            return &labels[i];
    }
    return NULL;
}

static int add_labels(const struct list *given, struct list *labels, struct arena *arena,
                      struct error *err)
{
    const struct label *more = given->items;
    struct label *all;
    size_t count = labels->count;

    if (given->count == 0)
        return 0;
    all = arena_array(arena, labels->count + given->count, sizeof(*all));
    if (!all)
        return error_set(err, ERROR_MEMORY, "no memory for labels");
    if (count > 0)
        memcpy(all, labels->items, count * sizeof(*all));
    for (size_t i = 0; i < given->count; i++) {
        struct label *old = label_named(all, count, more[i].name);

        if (old || count < LABELS_MAX) /* a finding is worth more than a label */
            *(old ? old : &all[count++]) = more[i];
    }
    *labels = (struct list){.items = all, .count = count};
    return 0;
}

int given_to_finding(const struct publication *publication, struct finding *finding,
                     struct arena *arena, struct error *err)
{
    const struct options *options = publication->options;

    override(&finding->model.name, options->model);
    override(&finding->model.version, options->model_version);
    override(&finding->target, options->target);
    override(&finding->links.report, options->links.report);
    override(&finding->links.artifact, options->links.artifact);
    override(&finding->links.runbook, options->links.runbook);
    override(&finding->links.ticket, options->links.ticket);
    given_to_run(publication, &finding->run);
    return add_labels(&publication->labels, &finding->labels, arena, err);
}

/* A file whole, as text: what is no UTF-8 is repaired. */
static int read_file(const char *path, const char *option, struct arena *arena,
                     const char **ret_text, struct error *err)
{
    FILE *file = fopen(path, "re");
    char *text = file ? arena_alloc(arena, EVIDENCE_FILE_BYTES_MAX + 1) : NULL;
    size_t bytes;
    int rc = -1;

    if (!file)
        return error_set(err, ERROR_IO, "--%s: cannot open its file: %s", option, strerror(errno));
    if (!text) {
        error_set(err, ERROR_MEMORY, "no memory for --%s", option);
        goto out;
    }
    bytes = fread(text, 1, EVIDENCE_FILE_BYTES_MAX, file);
    if (ferror(file))
        error_set(err, ERROR_IO, "--%s: cannot read its file: %s", option, strerror(errno));
    else if (getc(file) != EOF)
        error_set(err, ERROR_LIMIT, "--%s: its file has more than %zu bytes", option,
                  EVIDENCE_FILE_BYTES_MAX);
    else
        rc = 0;
    if (rc == 0 && memchr(text, '\0', bytes))
        rc = error_set(err, ERROR_INPUT, "--%s: its file holds a NUL character", option);
    if (rc == 0)
        *ret_text = text_repair(text, bytes, arena, NULL);
out:
    fclose(file);
    return rc;
}

static int evidence(const char *given, const char *option, struct arena *arena,
                    const char **ret_text, struct error *err)
{
    *ret_text = "";
    if (given && *given == '@')
        return read_file(given + 1, option, arena, ret_text, err);
    if (given)
        *ret_text = text_repair(given, strlen(given), arena, NULL);
    return *ret_text ? 0 : error_set(err, ERROR_MEMORY, "no memory for --%s", option);
}

/* tool/probe/detector, as far as the rule's id says them. */
static int rule_of(const struct options *options, struct arena *arena, struct rule *ret_rule,
                   struct error *err)
{
    const char *probe = strchr(options->rule, '/');
    const char *detector = probe ? strrchr(probe + 1, '/') : NULL;
    struct rule rule = {.id = options->rule,
                        .title = options->title ? options->title : options->rule,
                        .tool = "",
                        .probe = "",
                        .detector = ""};

    if (probe)
        rule.tool = arena_strndup(arena, options->rule, (size_t)(probe - options->rule));
    if (detector) {
        rule.probe = arena_strndup(arena, probe + 1, (size_t)(detector - probe - 1));
        rule.detector = detector + 1;
    }
    *ret_rule = rule;
    return rule.tool && rule.probe ? 0 : error_set(err, ERROR_MEMORY, "no memory for a rule");
}

int given_finding(struct publication *publication, struct finding *ret_finding, struct error *err)
{
    const struct options *options = publication->options;
    struct arena *arena = &publication->arena;
    struct finding finding = {.severity = options->severity,
                              .confidence = options->confidence,
                              .category = options->category};

    if (!options->model)
        return error_set(err, ERROR_INPUT, "--rule needs --model");
    if (rule_of(options, arena, &finding.rule, err) ||
        evidence(options->prompt, "prompt", arena, &finding.prompt, err) ||
        evidence(options->output, "output", arena, &finding.output, err))
        return -1;
    *ret_finding = finding;
    return 0;
}
