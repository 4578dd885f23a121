/*
 * backtest_command.c - `tocsind backtest RULE FILE [--config FILE]`: where a measurement rule would
 * have fired.
 *
 * FILE has measurements as `findings` has them, one a line, in the order in which they came
 * (`tocsin publish --dry-run` prints such lines); `-` is standard input. RULE is one of the
 * configuration's measurement_rules, without --config one of the usual ones. Each series that the
 * rule is about is lived through as correlate would; printed are the builds at which the rule fired
 * or cleared, with its words, and a small plot. Lines that are no measurement are said on standard
 * error and passed over. Exit code 0; 64 for a wrong call, 65 where no line is one, 66 for a file
 * that can't be read, 78 for a configuration or a rule that is not there.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "consumer/commands.h"
#include "consumer/config/config.h"
#include "consumer/measure/plot.h"

#define BACKTEST_POINTS_MAX 100000
#define NO_CONFIG           "route: {receiver: none}\nreceivers: [{name: none}]\n"

/* One series as it grows. */
struct replay {
    char key[SERIES_BYTES];
    struct series_state series;
    struct series_firing firing;
    bool fires;
    struct plot_point *plot;
    size_t count, room, fired;
    struct replay *next;
};

struct backtest {
    const char *rule_name, *path, *config_path;
    struct config *config;
    const struct measure_rule *rule;
    struct arena arena; /* of all series */
    struct replay *first, **last;
    size_t points, bad;
};

static bool parse_arguments(int argc, char **argv, struct backtest *ret)
{
    for (int i = 0; i < argc; i++) {
        const char **member = !ret->rule_name ? &ret->rule_name : &ret->path;

        if (strcmp(argv[i], "--config") == 0 || strcmp(argv[i], "-c") == 0) {
            member = &ret->config_path;
            i++;
        } else if (argv[i][0] == '-' && argv[i][1] != '\0') {
            return false;
        }
        if (i == argc || *member)
            return false;
        *member = argv[i];
    }
    return ret->path != NULL;
}

static int find_rule(struct backtest *test)
{
    struct error err = {0};
    int rc = test->config_path ? config_load(test->config_path, &test->config, &err)
                               : config_parse("no configuration", NO_CONFIG, strlen(NO_CONFIG),
                                              &test->config, &err);

    if (rc) {
        fprintf(stderr, "tocsind backtest: %s\n", err.text);
        return -1;
    }
    for (size_t i = 0; i < test->config->measure_rules_count; i++) {
        if (strcmp(test->config->measure_rules[i].name, test->rule_name) == 0)
            test->rule = &test->config->measure_rules[i];
    }
    if (test->rule)
        return 0;
    fprintf(stderr, "tocsind backtest: no measurement rule \"%s\"; there are:", test->rule_name);
    for (size_t i = 0; i < test->config->measure_rules_count; i++)
        fprintf(stderr, " %s", test->config->measure_rules[i].name);
    fputc('\n', stderr);
    return -1;
}

static struct replay *replay_of(struct backtest *test, const struct measurement *measurement)
{
    char key[SERIES_BYTES];
    struct replay *replay;

    measurement_series(measurement, key);
    for (replay = test->first; replay; replay = replay->next) {
        if (strcmp(replay->key, key) == 0)
            return replay;
    }
    replay = arena_alloc(&test->arena, sizeof(*replay));
    if (!replay)
        return NULL;
    memcpy(replay->key, key, sizeof(key));
    replay->series = (struct series_state){.model = measurement->model.name,
                                           .benchmark = measurement->benchmark,
                                           .metric = measurement->metric,
                                           .target = measurement->target,
                                           .higher_is_better = measurement->higher_is_better};
    *test->last = replay;
    test->last = &replay->next;
    return replay;
}

static int keep_point(struct backtest *test, struct replay *replay, double value, char mark)
{
    if (replay->count == replay->room) {
        size_t room = replay->room ? 2 * replay->room : SERIES_POINTS_MAX;
        struct plot_point *plot = arena_array(&test->arena, room, sizeof(*plot));
        if (!plot)
            return -1;
        if (replay->count)
            memcpy(plot, replay->plot, replay->count * sizeof(*plot));
        replay->plot = plot;
        replay->room = room;
    }
    replay->plot[replay->count++] = (struct plot_point){value, mark};
    return 0;
}

static void print_event(const struct replay *replay, const struct measurement *measurement,
                        const struct judgement *judgement)
{
    char time[TIME_TEXT_BYTES];

    if (replay->fired == 0)
        printf("%s %s %s %s\n", replay->series.model, replay->series.benchmark,
               replay->series.metric, replay->series.target);
    time_format(measurement->time_ms, time);
    printf("  %-6s %s  %s  %s\n", judgement->outcome == JUDGED_FIRES ? "FIRES" : "clears", time,
           measurement->model.version ? measurement->model.version : measurement->run.id,
           judgement->words);
}

static char live_through(struct backtest *test, struct replay *replay,
                         const struct measurement *measurement)
{
    struct judgement judgement =
        measure_judge(test->rule, &replay->series, replay->fires ? &replay->firing : NULL);

    if (judgement.outcome == JUDGED_QUIET)
        return ' ';
    print_event(replay, measurement, &judgement);
    replay->fired += judgement.outcome == JUDGED_FIRES;
    replay->fires = judgement.outcome == JUDGED_FIRES;
    replay->firing = judgement.firing;
    return replay->fires ? '!' : 'o';
}

static int take(struct backtest *test, const struct measurement *measurement)
{
    const struct series_point point = {
        .time_ms = measurement->time_ms,
        .run = measurement->run.id,
        .branch = measurement->run.branch ? measurement->run.branch : "",
        .model_version = measurement->model.version ? measurement->model.version : "",
        .value = measurement->value,
        .n = measurement->n,
    };
    struct replay *replay = replay_of(test, measurement);
    bool newest = false;

    if (!replay)
        return -1;
    if (!measure_applies(test->rule, &replay->series))
        return 0;
    if (measure_insert(&replay->series, &point, &test->arena, &newest) != 0)
        return -1;
    return keep_point(test, replay, point.value,
                      newest ? live_through(test, replay, measurement) : ' ');
}

static int read_line(struct backtest *test, const char *line, size_t bytes, size_t number)
{
    struct measurement measurement;
    struct error err = {0};

    if (bytes == 0)
        return 0;
    if (record_decode(&measurement_type, line, bytes, &test->arena, &measurement, &err) == 0) {
        test->points++;
        return take(test, &measurement);
    }
    fprintf(stderr, "tocsind backtest: %s:%zu: %s%s%s\n", test->path, number, err.pointer,
            *err.pointer ? ": " : "", err.text);
    test->bad++;
    return 0;
}

static int read_file(struct backtest *test)
{
    bool is_stdin = strcmp(test->path, "-") == 0;
    FILE *file = is_stdin ? stdin : fopen(test->path, "re");
    char *line = NULL;
    size_t room = 0, number = 0;
    ssize_t bytes;
    int rc = EX_OK;

    if (!file) {
        fprintf(stderr, "tocsind backtest: %s: %s\n", test->path, strerror(errno));
        return EX_NOINPUT;
    }
    while (rc == EX_OK && (bytes = getline(&line, &room, file)) >= 0) {
        size_t length = strcspn(line, "\r\n");
        if (test->points == BACKTEST_POINTS_MAX) {
            fprintf(stderr, "tocsind backtest: only the first %d measurements were taken\n",
                    BACKTEST_POINTS_MAX);
            break;
        }
        if (read_line(test, line, length, ++number) != 0)
            rc = EX_SOFTWARE;
    }
    free(line);
    if (!is_stdin)
        fclose(file);
    return rc == EX_OK && test->points == 0 ? EX_DATAERR : rc;
}

static void print_summary(const struct backtest *test)
{
    for (const struct replay *replay = test->first; replay; replay = replay->next) {
        if (replay->fired == 0)
            continue;
        printf("\n%s %s %s %s: %zu measurements, fired %zu times\n", replay->series.model,
               replay->series.benchmark, replay->series.metric, replay->series.target,
               replay->count, replay->fired);
        plot_print(stdout, replay->plot, replay->count, PLOT_COLUMNS_MAX);
    }
}

static void print_counts(const struct backtest *test)
{
    size_t series = 0, about = 0, fired = 0;

    for (const struct replay *replay = test->first; replay; replay = replay->next) {
        series++;
        about += replay->count > 0;
        fired += replay->fired > 0;
    }
    printf("%s%zu measurements of %zu series; rule %s is about %zu of them and fired on %zu\n",
           fired ? "\n" : "", test->points, series, test->rule->name, about, fired);
}

int backtest_command(int argc, char **argv)
{
    struct backtest test = {0};
    int rc;

    if (!parse_arguments(argc, argv, &test)) {
        fprintf(stderr, "usage: tocsind backtest RULE FILE|- [--config FILE]\n");
        return EX_USAGE;
    }
    test.last = &test.first;
    arena_init(&test.arena);
    rc = find_rule(&test) == 0 ? read_file(&test) : EX_CONFIG;
    if (rc == EX_DATAERR)
        fprintf(stderr, "tocsind backtest: %s holds no measurement\n", test.path);
    if (rc == EX_OK) {
        print_summary(&test);
        print_counts(&test);
    }
    arena_fini(&test.arena);
    config_free(test.config);
    return rc;
}
