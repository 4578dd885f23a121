/*
 * baseline_command.c - `tocsind baseline take|list|undo --config FILE`: what is open now is known.
 *
 * take   accepts every open alert that was found in the pipeline and is not shown clean there, as
 * it is: nobody is told of it until it reopens, gets worse, or the time is over. Prints what it
 *        took; with --dry-run it only prints.
 * list   what is taken now
 * undo   ends that again, of a pipeline or of single fingerprints: what is still open and untold
 *        is told
 *
 * A record of `control` for each alert: `accept/<fingerprint>`. What somebody accepted already
 * stays as it is. Exit codes as in silence_command.c.
 */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "consumer/commands.h"
#include "consumer/control_session.h"
#include "consumer/correlate/key_table.h"
#include "consumer/enrich/enriched.h"
#include "consumer/silence_options.h"
#include "consumer/table_read.h"
#include "consumer/text_table.h"

#define BASELINE_DURATION_DEFAULT "90d"

struct baselining {
    struct silence_options options;
    struct control_session control;
    struct key_table alerts;   /* struct kept, by fingerprint */
    struct text_table printed; /* what is taken, in the session's arena */
    size_t taken;
};

struct kept {
    size_t bytes;
    char value[];
};

static const char *const headings[] = {"FINGERPRINT", "SEVERITY", "RULE",
                                       "MODEL",       "PIPELINE", "UNTIL"};
#define COLUMNS (sizeof(headings) / sizeof(headings[0]))

static int out_of_memory(struct error *err)
{
    return error_set(err, ERROR_MEMORY, "out of memory");
}

static int keep(void *self, const char *key, size_t key_bytes, const char *value,
                size_t value_bytes, struct error *err)
{
    struct baselining *run = self;
    struct kept *kept;
    struct key id;

    if (!key_of_fingerprint(key, key_bytes, &id))
        return 0;
    free(key_table_take(&run->alerts, &id));
    if (!value)
        return 0;
    kept = malloc(sizeof(*kept) + value_bytes);
    if (!kept)
        return out_of_memory(err);
    kept->bytes = value_bytes;
    memcpy(kept->value, value, value_bytes);
    if (key_table_put(&run->alerts, &id, kept, err) == 0)
        return 0;
    free(kept);
    return -1;
}

static bool is_or_any(const char *wanted, const char *value)
{
    return wanted == NULL || strcmp(wanted, value) == 0;
}

/* Open where the options say. */
static bool is_open_there(const struct silence_options *options, const struct alert *alert)
{
    const struct sighting *sightings = alert->sightings.items;

    for (size_t i = 0; i < alert->sightings.count && alert->status == ALERT_OPEN; i++) {
        if (!sightings[i].clean && is_or_any(options->pipeline, sightings[i].pipeline) &&
            is_or_any(options->repository, sightings[i].repository) &&
            is_or_any(options->branch, sightings[i].branch))
            return true;
    }
    return false;
}

static bool is_accepted(const struct baselining *run, const char *fingerprint)
{
    const struct accepted *accepted = run->control.accepted.items;

    for (size_t i = 0; i < run->control.accepted.count; i++) {
        if (accepted[i].until_ms > run->control.now_ms &&
            strcmp(accepted[i].fingerprint, fingerprint) == 0)
            return true;
    }
    return false;
}

static int print_row(struct baselining *run, const struct accepted *accepted, struct error *err)
{
    const struct baseline *baseline = accepted->baseline;
    char until[TIME_TEXT_BYTES];

    time_format(accepted->until_ms, until);
    const char *place = arena_printf(&run->control.arena, "%s%s%s%s%s", baseline->repository,
                                     *baseline->repository ? " " : "", baseline->pipeline,
                                     *baseline->branch ? "@" : "", baseline->branch);
    const char *const cells[COLUMNS] = {accepted->fingerprint,
                                        severity_names[baseline->severity],
                                        baseline->rule,
                                        baseline->model,
                                        place,
                                        until};

    if (!place)
        return out_of_memory(err);
    if (run->printed.count == 0 && text_table_add(&run->printed, headings, NULL, err))
        return -1;
    return text_table_add(&run->printed, cells, NULL, err);
}

static int take_alert(struct baselining *run, const struct alert *alert, int64_t until_ms,
                      struct error *err)
{
    const struct silence_options *options = &run->options;
    struct enriched seen;
    struct baseline baseline = {
        .pipeline = options->pipeline,
        .repository = options->repository ? options->repository : "",
        .branch = options->branch ? options->branch : "",
        .rule = alert->rule.id,
        .model = alert->model,
        .episode = alert->episode,
    };
    const struct accepted accepted = {
        .fingerprint = alert->fingerprint,
        .until_ms = until_ms,
        .updated_ms = run->control.now_ms,
        .author = options->author,
        .comment = options->comment,
        .baseline = &baseline,
    };

    if (enriched_worst(&run->control.config->enrichment, alert, &run->control.arena, &seen, err))
        return -1;
    baseline.severity = seen.severity;
    run->taken++;
    if (!options->dry_run && control_writer_accepted(run->control.writer, &accepted, err))
        return -1;
    return print_row(run, &accepted, err);
}

static int take_all(struct baselining *run, int64_t until_ms, struct error *err)
{
    const struct kept *kept;
    size_t cursor = 0;

    while ((kept = key_table_next(&run->alerts, &cursor))) {
        struct alert alert;

        if (record_decode(&alert_type, kept->value, kept->bytes, &run->control.arena, &alert, err))
            return -1;
        if (is_open_there(&run->options, &alert) && !is_accepted(run, alert.fingerprint) &&
            take_alert(run, &alert, until_ms, err))
            return -1;
    }
    return 0;
}

static int take(struct baselining *run, struct error *err)
{
    const struct table_read read = {.config = run->control.config,
                                    .topic = "alerts",
                                    .name = "baseline",
                                    .take = keep,
                                    .self = run};
    int64_t starts_ms, until_ms;

    if (run->options.pipeline == NULL || run->options.words_count > 0)
        return error_set(err, ERROR_INPUT, "expected --pipeline NAME and no words");
    if (run->options.duration == NULL && run->options.until == NULL)
        run->options.duration = BASELINE_DURATION_DEFAULT;
    if (silence_span(&run->options, run->control.now_ms, &starts_ms, &until_ms, err) ||
        table_read(&read, err) || take_all(run, until_ms, err) ||
        (!run->options.dry_run && control_session_finish(&run->control, err)))
        return -1;
    text_table_print(&run->printed, stdout);
    printf("%zu open alerts %s\n", run->taken,
           run->options.dry_run ? "would be taken for known" : "are taken for known");
    return 0;
}

/* Whether the options mean this one: by fingerprint, or by where it was taken. */
static bool is_meant(const struct silence_options *options, const struct accepted *accepted)
{
    const struct baseline *baseline = accepted->baseline;

    for (size_t i = 0; i < options->words_count; i++) {
        if (strcmp(options->words[i], accepted->fingerprint) == 0)
            return true;
    }
    return options->words_count == 0 && is_or_any(options->pipeline, baseline->pipeline) &&
           is_or_any(options->repository, baseline->repository) &&
           is_or_any(options->branch, baseline->branch);
}

/* Those that hold now, one after the other. */
static const struct accepted *next_meant(const struct baselining *run, size_t *at)
{
    const struct accepted *accepted = run->control.accepted.items;

    while (*at < run->control.accepted.count) {
        const struct accepted *one = &accepted[(*at)++];
        if (one->baseline && one->until_ms > run->control.now_ms && is_meant(&run->options, one))
            return one;
    }
    return NULL;
}

static int list(struct baselining *run, struct error *err)
{
    const struct accepted *accepted;
    size_t at = 0;

    while ((accepted = next_meant(run, &at))) {
        if (print_row(run, accepted, err))
            return -1;
    }
    text_table_print(&run->printed, stdout);
    return 0;
}

static int undo(struct baselining *run, struct error *err)
{
    const struct accepted *accepted;
    size_t at = 0;

    if (run->options.pipeline == NULL && run->options.words_count == 0)
        return error_set(err, ERROR_INPUT, "expected --pipeline NAME or fingerprints");
    while ((accepted = next_meant(run, &at))) {
        if (control_session_expire(&run->control, accepted, err))
            return -1;
        run->taken++;
    }
    if (run->taken == 0)
        return error_set(err, ERROR_INPUT, "nothing of the kind is taken for known");
    if (control_session_finish(&run->control, err))
        return -1;
    printf("%zu alerts are no longer taken for known\n", run->taken);
    return 0;
}

static const struct verb {
    const char *name;
    int (*run)(struct baselining *run, struct error *err);
    bool writes;
    bool is_signed; /* needs --author and --comment */
    const char *arguments;
} verbs[] = {
    {"take", take, true, true,
     "--author A --comment C --pipeline NAME [--repository NAME] [--branch NAME] [--duration 90d | "
     "--until TIME] [--dry-run]"},
    {"list", list, false, false, "[--pipeline NAME] [--repository NAME] [--branch NAME]"},
    {"undo", undo, true, false,
     "--pipeline NAME [--repository NAME] [--branch NAME] | FINGERPRINT..."},
};
#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static int usage(void)
{
    for (size_t i = 0; i < VERBS; i++)
        fprintf(stderr, "%s tocsind baseline %s --config FILE %s\n", i == 0 ? "usage:" : "      ",
                verbs[i].name, verbs[i].arguments);
    return EX_USAGE;
}

/* Without a verb it takes. */
static const struct verb *verb_find(int argc, char **argv)
{
    if (argc > 0 && argv[0][0] == '-')
        return &verbs[0];
    for (size_t i = 0; argc > 0 && i < VERBS; i++) {
        if (strcmp(verbs[i].name, argv[0]) == 0)
            return &verbs[i];
    }
    return NULL;
}

static void forget_alerts(struct baselining *run)
{
    struct kept *kept;
    size_t cursor = 0;

    while ((kept = key_table_next(&run->alerts, &cursor)))
        free(kept);
    key_table_fini(&run->alerts);
}

int baseline_command(int argc, char **argv)
{
    const struct verb *verb = verb_find(argc, argv);
    int words = verb && strcmp(verb->name, argv[0]) == 0 ? 1 : 0;
    struct baselining run = {.taken = 0};
    struct error err = {0};
    int code = EX_OK;

    if (verb == NULL)
        return usage();
    if (silence_options_parse(argc - words, argv + words, FOR_BASELINE, &run.options, &err) ||
        (verb->is_signed && silence_signed(&run.options, &err))) {
        fprintf(stderr, "tocsind baseline %s: %s\n", verb->name, err.text);
        return usage();
    }
    key_table_init(&run.alerts, 0);
    run.printed = (struct text_table){.arena = &run.control.arena, .columns = COLUMNS};
    if (control_session_open(&run.control, run.options.config, verb->writes, &err) ||
        verb->run(&run, &err))
        code = control_session_exit(&run.control, &err);
    forget_alerts(&run);
    control_session_close(&run.control);
    if (code != EX_OK)
        fprintf(stderr, "tocsind baseline %s: %s\n", verb->name, err.text);
    return code;
}
