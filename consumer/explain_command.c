/*
 * explain_command.c - `tocsind explain FINDING --config FILE`: what would happen to a finding, and
 * why, in words.
 *
 * FINDING is a file with one record as `findings` has it, or `-`. Its fingerprint and labels, then
 * what it would change in the alert that the brokers know, then each route that is asked, the
 * receivers with their groups and timing, then what silences it. Only reads; without a broker (or
 * with --offline) it says so and takes the finding as new. Exit code 0; 64 for a wrong call, 65 for
 * what is no finding, 78 for a configuration that can't be loaded.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "consumer/commands.h"
#include "consumer/correlate/lifecycle.h"
#include "consumer/enrich/enriched.h"
#include "consumer/explain_known.h"
#include "consumer/explain_routes.h"
#include "consumer/kafka/client.h"

struct explanation {
    const char *path, *config_path;
    bool offline;
    struct arena arena;
    struct config *config;
    struct finding finding;
    struct alert *known; /* NULL: none, or nobody knows */
    struct error unknown_why;
    struct alert draft;
    struct change change;
    struct enriched seen;
    struct explain explain;
};

static bool parse_arguments(int argc, char **argv, struct explanation *ret)
{
    for (int i = 0; i < argc; i++) {
        bool is_config = strcmp(argv[i], "--config") == 0 || strcmp(argv[i], "-c") == 0;
        bool is_option = argv[i][0] == '-' && argv[i][1] != '\0';
        const char **value = is_config ? &ret->config_path : &ret->path;

        if (strcmp(argv[i], "--offline") == 0) {
            ret->offline = true;
            continue;
        }
        if (is_config && ++i == argc)
            return false;
        if (*value || (is_option && !is_config))
            return false;
        *value = argv[i];
    }
    return ret->path && ret->config_path;
}

static int64_t wall_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int read_finding(struct explanation *e, struct error *err)
{
    FILE *file = strcmp(e->path, "-") == 0 ? stdin : fopen(e->path, "re");
    char *text = arena_alloc(&e->arena, FINDING_RECORD_BYTES_MAX + 1);
    size_t bytes = 0;

    if (!file)
        return error_set(err, ERROR_INPUT, "cannot open %s: %s", e->path, strerror(errno));
    if (text)
        bytes = fread(text, 1, FINDING_RECORD_BYTES_MAX + 1, file);
    if (file != stdin)
        fclose(file);
    if (!text)
        return error_set(err, ERROR_MEMORY, "out of memory");
    if (bytes > FINDING_RECORD_BYTES_MAX)
        return error_set(err, ERROR_LIMIT, "%s is larger than a finding may be, %d bytes", e->path,
                         FINDING_RECORD_BYTES_MAX);
    return finding_decode(text, bytes, e->explain.now_ms, &e->arena, &e->finding, err);
}

/* What librdkafka has to say is in the error that comes of it. */
static void keep_quiet(int level, const char *who, const char *text)
{
    (void)level;
    (void)who;
    (void)text;
}

static int find_known(struct explanation *e, struct error *err)
{
    client_set_logger(keep_quiet);
    if (e->offline)
        error_set(&e->unknown_why, ERROR_INPUT, "--offline was given");
    else
        known_alert(e->config, e->finding.fingerprint, &e->arena, &e->known, &e->unknown_why);
    if (e->unknown_why.kind == ERROR_MEMORY)
        return error_set(err, ERROR_MEMORY, "out of memory");
    return 0;
}

static int apply(struct explanation *e, struct error *err)
{
    const struct lifecycle_config *config = &e->config->lifecycle;
    const struct lifecycle_rules rules = {
        .clean_runs = config->clean_runs,
        .stale_after_ms = config->stale_after_ms,
        .notify_model_version = config->notify_model_version,
        .enrichment = &e->config->enrichment,
    };
    const struct sighting *sightings;

    if (lifecycle_finding(e->known, &e->finding, e->explain.now_ms, e->explain.now_ms, &rules,
                          &e->arena, &e->draft, &e->change, err))
        return -1;
    sightings = e->draft.sightings.items;
    e->explain.alert = &e->draft;
    if (enriched_of(&e->config->enrichment, &e->draft, &sightings[e->draft.sightings.count - 1],
                    &e->arena, &e->seen, err))
        return -1;
    e->explain.labels = e->seen.labels;
    return 0;
}

static void say_finding(const struct explanation *e)
{
    const struct finding *finding = &e->finding;
    const struct label *labels = e->explain.labels.items;

    fputs("Finding of ", stdout);
    explain_text(stdout, finding->rule.id);
    fputs(" in ", stdout);
    explain_text(stdout, finding->model.name);
    printf(", severity %s, confidence %g\nfingerprint %s\nlabels ",
           severity_names[finding->severity], finding->confidence, finding->fingerprint);
    for (size_t i = 0; i < e->explain.labels.count; i++) {
        printf("%s%s=", i ? ", " : "", labels[i].name);
        explain_text(stdout, labels[i].value);
    }
    putchar('\n');
}

/* What the rules of the configuration make of it. */
static void say_enrichment(const struct explanation *e)
{
    const struct enriched *seen = &e->seen;

    if (seen->owned) {
        printf("owned, by the owner rule on line %zu: team ", seen->owned->when.line);
        explain_text(stdout, seen->team);
        fputs(", owner ", stdout);
        explain_text(stdout, seen->owner);
        putchar('\n');
    } else if (e->config->enrichment.owners.count > 0) {
        puts("no owner rule holds");
    }
    if (seen->overridden) {
        printf("severity %s, set from %s by the rule ", severity_names[seen->severity],
               severity_names[e->draft.severity]);
        explain_text(stdout, seen->overridden->name);
        putchar('\n');
    }
}

static const char *const changes[] = {
    [NEWS_OPENED] = "It opens an alert.",
    [NEWS_ESCALATED] = "It is worse than what was known: the alert escalates.",
    [NEWS_REOPENED] = "The alert was resolved: it is reopened.",
    [NEWS_VERSION] = "It is of a model version that the alert did not have: that is news here.",
};

static void say_change(const struct explanation *e)
{
    const struct alert *known = e->known;
    char first[TIME_TEXT_BYTES];

    if (error_is_set(&e->unknown_why)) {
        printf("\nWhether it is known can't be said: %s. What follows takes it as new.\n",
               e->unknown_why.text);
    } else if (!known) {
        puts("\nIt is new: there is no alert with this fingerprint.");
    } else {
        time_format(known->first_seen_ms, first);
        printf("\nIt is known: %s, severity %s, %" PRId64 " findings since %s, in %zu %s.\n",
               alert_status_names[known->status], severity_names[known->severity], known->count,
               first, known->sightings.count, known->sightings.count == 1 ? "place" : "places");
    }
    if (e->change.news == NEWS_NONE)
        puts("It is counted; that alone is no news, and who was told is not told again.");
    else
        puts(changes[e->change.news]);
    if (known && e->change.new_sighting)
        puts("It was not found in this place before: whoever this place leads to is told.");
    if (inhibit_is_source(e->config->inhibit_rules, e->config->inhibit_rules_count,
                          e->explain.labels.items, e->explain.labels.count))
        puts("While it is open it inhibits others (inhibit_rules).");
}

static void say_mute(const struct mute *mute)
{
    static const char *const words[] = {[MUTE_SILENCE] = "silenced by the silence",
                                        [MUTE_ACCEPTED] = "an accepted risk, by its fingerprint",
                                        [MUTE_INHIBITED] = "inhibited by the alert"};
    char until[TIME_TEXT_BYTES];

    if (mute->count == 0)
        puts("  nothing: it is not silenced, not accepted, not inhibited");
    for (size_t i = 0; i < mute->count && i < MUTE_REASONS_MAX; i++)
        printf("  %s %s\n", words[mute->reasons[i].kind], mute->reasons[i].id);
    if (mute->count == 0 || mute->change_ms == INT64_MAX)
        return;
    time_format(mute->change_ms, until);
    printf("  at least until %s\n", until);
}

static void say_mutes(const struct explanation *e)
{
    struct mute mute = {.count = 0};
    const struct mute_subject subject = {.labels = e->explain.labels.items,
                                         .count = e->explain.labels.count,
                                         .fingerprint = e->finding.fingerprint};
    struct error why = e->unknown_why;

    puts("\nMuted by:");
    if (!error_is_set(&why) && known_mute(e->config, &subject, e->explain.now_ms, &mute, &why) == 0)
        say_mute(&mute);
    else
        printf("  can't be said: %s\n", why.text);
}

static int explain(struct explanation *e, struct error *err)
{
    if (find_known(e, err) || apply(e, err))
        return EX_SOFTWARE;
    say_finding(e);
    say_enrichment(e);
    say_change(e);
    explain_routes(&e->explain);
    if (explain_receivers(&e->explain, err))
        return EX_SOFTWARE;
    say_mutes(e);
    return EX_OK;
}

int explain_command(int argc, char **argv)
{
    struct explanation e = {.path = NULL};
    struct error err = {0};
    int code = EX_CONFIG;

    if (!parse_arguments(argc, argv, &e)) {
        fprintf(stderr, "usage: tocsind explain FINDING|- --config FILE [--offline]\n");
        return EX_USAGE;
    }
    arena_init(&e.arena);
    if (config_load(e.config_path, &e.config, &err) == 0) {
        e.explain = (struct explain){
            .out = stdout, .config = e.config, .now_ms = wall_ms(), .arena = &e.arena};
        code = read_finding(&e, &err) == 0 ? explain(&e, &err) : EX_DATAERR;
    }
    if (error_is_set(&err))
        fprintf(stderr, "tocsind explain: %s%s%s\n", err.pointer, err.pointer[0] ? ": " : "",
                err.text);
    config_free(e.config);
    arena_fini(&e.arena);
    return code;
}
