/*
 * alerts_command.c - `tocsind alerts list [MATCHER...] | show FINGERPRINT`, --config FILE.
 *
 * Reads what the brokers hold and writes nothing. Matchers are amtool's. Colour only on a terminal
 * that wants it. Exit code 0, also when nothing matches; 64 for a wrong call, 65 for a wrong
 * matcher or a fingerprint that nobody knows, 75 when no broker answers, 78 for a configuration
 * that can't be loaded.
 */
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "consumer/alerts.h"
#include "consumer/channels/console.h"
#include "consumer/commands.h"
#include "consumer/kafka/client.h"
#include "consumer/matcher_word.h"
#include "producer/record_check.h"

struct options {
    const char *config;
    bool open, resolved, json;
    char **words; /* what is no option: a part of argv */
    size_t words_count;
};

static const struct option {
    const char *name, *short_name;
    size_t offset;
    bool flag;
} option_table[] = {
    {"--config", "-c", offsetof(struct options, config), false},
    {"--open", "-o", offsetof(struct options, open), true},
    {"--resolved", "-r", offsetof(struct options, resolved), true},
    {"--json", "-j", offsetof(struct options, json), true},
};
#define OPTIONS (sizeof(option_table) / sizeof(option_table[0]))

static const struct option *option_find(const char *text)
{
    for (size_t i = 0; i < OPTIONS; i++) {
        if (strcmp(option_table[i].name, text) == 0 ||
            strcmp(option_table[i].short_name, text) == 0)
            return &option_table[i];
    }
    return NULL;
}

/* Moves the words to the front of argv. */
static bool parse_options(int argc, char **argv, struct options *ret)
{
    *ret = (struct options){.words = argv};
    for (int i = 0; i < argc; i++) {
        const struct option *option = option_find(argv[i]);
        char *member = option ? (char *)ret + option->offset : NULL;

        if (!option && argv[i][0] == '-')
            return false;
        if (!option)
            ret->words[ret->words_count++] = argv[i];
        else if (option->flag)
            *(bool *)member = true;
        else if (++i < argc)
            *(const char **)(void *)member = argv[i];
        else
            return false;
    }
    return ret->config != NULL && !(ret->open && ret->resolved);
}

static int parse_matchers(const struct options *options, struct matcher *list[MATCHER_LIST_MAX],
                          size_t *ret_count, struct error *err)
{
    if (options->words_count > MATCHER_LIST_MAX)
        return error_set(err, ERROR_LIMIT, "more than %d matchers", MATCHER_LIST_MAX);
    for (size_t i = 0; i < options->words_count; i++) {
        if (matcher_word_parse(options->words[i], i == 0, &list[i], err))
            return -1;
        ++*ret_count;
    }
    return 0;
}

static int list(struct alerts_query *query, const struct options *options, struct error *err)
{
    struct matcher *matchers[MATCHER_LIST_MAX];
    size_t count = 0;
    int rc = parse_matchers(options, matchers, &count, err);

    query->matchers = matchers;
    query->matchers_count = count;
    if (rc == 0)
        rc = alerts_list(query, err);
    for (size_t i = 0; i < count; i++)
        matcher_free(matchers[i]);
    return rc;
}

static int show(struct alerts_query *query, const struct options *options, struct error *err)
{
    if (options->words_count != 1 || !is_fingerprint(options->words[0]))
        return error_set(err, ERROR_INPUT, "expected one fingerprint, v1: and 32 hex digits");
    query->fingerprint = options->words[0];
    return alerts_show(query, err);
}

static const struct verb {
    const char *name;
    int (*run)(struct alerts_query *query, const struct options *options, struct error *err);
} verbs[] = {{"list", list}, {"show", show}};

static const struct verb *verb_find(const char *name)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    }
    return NULL;
}

/* What librdkafka has to say is in the error that comes of it. */
static void keep_quiet(int level, const char *who, const char *text)
{
    (void)level;
    (void)who;
    (void)text;
}

static int run(const struct verb *verb, const struct options *options, struct config *config,
               struct error *err)
{
    struct timespec now;
    struct alerts_query query = {.config = config,
                                 .open = options->open,
                                 .resolved = options->resolved,
                                 .json = options->json,
                                 .colour = console_wants_colour(),
                                 .out = stdout};

    clock_gettime(CLOCK_REALTIME, &now);
    query.now_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    client_set_logger(keep_quiet);
    if (verb->run(&query, options, err) == 0)
        return EX_OK;
    return err->kind == ERROR_RETRIABLE ? EX_TEMPFAIL
           : err->kind == ERROR_MEMORY  ? EX_SOFTWARE
                                        : EX_DATAERR;
}

int alerts_command(int argc, char **argv)
{
    const struct verb *verb = argc > 0 ? verb_find(argv[0]) : NULL;
    struct options options;
    struct config *config = NULL;
    struct error err = {0};
    int code = EX_CONFIG;

    if (!verb || !parse_options(argc - 1, argv + 1, &options)) {
        fprintf(stderr, "usage: tocsind alerts list --config FILE [--open | --resolved] [--json] "
                        "[MATCHER ...]\n"
                        "       tocsind alerts show --config FILE [--json] FINGERPRINT\n");
        return EX_USAGE;
    }
    if (config_load(options.config, &config, &err) == 0)
        code = run(verb, &options, config, &err);
    if (code != EX_OK)
        fprintf(stderr, "tocsind alerts %s: %s%s%s\n", verb->name, err.pointer,
                err.pointer[0] ? ": " : "", err.text);
    config_free(config);
    return code;
}
