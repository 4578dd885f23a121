/*
 * routes_command.c - `tocsind routes show | test --config FILE [label=value…]`, as amtool's
 * `config routes`.
 *
 * `show` prints the routing tree, `test` the receivers of an alert with these labels, with --tree
 * also the routes that it passes. Output and options are amtool's, so scripts around it go on
 * working. Exit code 0; 1 when the receivers are not those of --verify.receivers, as amtool's; 64
 * for a wrong call, 65 for a wrong label, 78 for a configuration that can't be loaded.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "consumer/commands.h"
#include "consumer/config/config.h"
#include "consumer/routes_print.h"

#define QUESTION_WORDS_MAX 256
#define EX_DIFFERS         1

struct question {
    const char *verb, *config, *expected;
    bool tree;
    const char *words[QUESTION_WORDS_MAX];
    size_t words_count;
};

static const struct option {
    const char *name;
    size_t offset;
    bool flag;
} options[] = {
    {"--config", offsetof(struct question, config), false},
    {"--config.file", offsetof(struct question, config), false},
    {"-c", offsetof(struct question, config), false},
    {"--verify.receivers", offsetof(struct question, expected), false},
    {"--tree", offsetof(struct question, tree), true},
};
#define OPTIONS (sizeof(options) / sizeof(options[0]))

static const struct option *option_find(const char *text, size_t bytes)
{
    for (size_t i = 0; i < OPTIONS; i++) {
        if (strncmp(options[i].name, text, bytes) == 0 && options[i].name[bytes] == '\0')
            return &options[i];
    }
    return NULL;
}

/* Takes an option and its value; how many arguments that were, 0 for none. */
static int take_option(struct question *question, char **argv, int left)
{
    size_t bytes = strcspn(argv[0], "=");
    const struct option *option = option_find(argv[0], bytes);
    char *member = option ? (char *)question + option->offset : NULL;

    if (!option)
        return 0;
    if (option->flag) {
        *(bool *)member = true;
        return argv[0][bytes] == '\0';
    }
    if (argv[0][bytes] == '=') {
        *(const char **)(void *)member = argv[0] + bytes + 1;
        return 1;
    }
    if (left < 2)
        return 0;
    *(const char **)(void *)member = argv[1];
    return 2;
}

static bool parse_question(int argc, char **argv, struct question *ret)
{
    for (int i = 0; i < argc;) {
        int taken = argv[i][0] == '-' ? take_option(ret, argv + i, argc - i) : 1;

        if (taken == 0 || ret->words_count == QUESTION_WORDS_MAX)
            return false;
        if (argv[i][0] != '-' && !ret->verb)
            ret->verb = argv[i];
        else if (argv[i][0] != '-')
            ret->words[ret->words_count++] = argv[i];
        i += taken;
    }
    if (!ret->verb)
        ret->verb = "show";
    return ret->config != NULL;
}

/* A label given twice has its last value. */
static int add_label(struct label *labels, size_t *count, const struct matcher *matcher)
{
    struct label label = {strdup(matcher_name(matcher)), strdup(matcher_value(matcher))};
    size_t i = 0;

    if (!label.name || !label.value) {
        free((char *)label.name);
        free((char *)label.value);
        return -1;
    }
    while (i < *count && strcmp(labels[i].name, label.name) != 0)
        i++;
    if (i < *count) {
        free((char *)labels[i].name);
        free((char *)labels[i].value);
    } else {
        ++*count;
    }
    labels[i] = label;
    return 0;
}

static int parse_labels(const struct question *question, struct label labels[QUESTION_WORDS_MAX],
                        size_t *count, struct error *err)
{
    for (size_t i = 0; i < question->words_count; i++) {
        struct matcher *matcher = NULL;
        int rc = matcher_parse(question->words[i], &matcher, err);

        if (rc == 0 && matcher_operator(matcher) != MATCH_EQ)
            rc = error_set(err, ERROR_INPUT, "`%.100s`: labels are given as label=value",
                           question->words[i]);
        if (rc == 0 && add_label(labels, count, matcher))
            rc = error_set(err, ERROR_MEMORY, "out of memory");
        matcher_free(matcher);
        if (rc)
            return rc;
    }
    return 0;
}

static int print_receivers(const struct route *root, const struct label *labels, size_t count,
                           const char *expected)
{
    struct route_matches matches;
    char *text = NULL;
    size_t bytes = 0;
    FILE *stream = open_memstream(&text, &bytes);
    int code = EX_OK;

    if (!stream)
        return EX_OSERR;
    route_match(root, labels, count, &matches);
    for (size_t i = 0; i < matches.count; i++)
        fprintf(stream, "%s%s", i ? "," : "", matches.routes[i]->receiver);
    fclose(stream);
    printf("%s\n", text);
    if (expected && *expected && strcmp(expected, text) != 0) {
        puts("WARNING: Expected receivers did not match resolved receivers.");
        code = EX_DIFFERS;
    }
    free(text);
    return code;
}

static int show(const struct question *question, const struct config *config, struct error *err)
{
    (void)question;
    (void)err;
    routes_print(config->route, stdout);
    return EX_OK;
}

static int test(const struct question *question, const struct config *config, struct error *err)
{
    struct label labels[QUESTION_WORDS_MAX];
    size_t count = 0;
    int code = EX_DATAERR;

    if (parse_labels(question, labels, &count, err) == 0) {
        if (question->tree)
            routes_print_matching(config->route, labels, count, stdout);
        code = print_receivers(config->route, labels, count, question->expected);
    }
    for (size_t i = 0; i < count; i++) {
        free((char *)labels[i].name);
        free((char *)labels[i].value);
    }
    return code;
}

static const struct verb {
    const char *name;
    int (*run)(const struct question *question, const struct config *config, struct error *err);
    size_t words_max;
} verbs[] = {{"show", show, 0}, {"test", test, QUESTION_WORDS_MAX}};

static const struct verb *verb_find(const struct question *question)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(verbs[i].name, question->verb) == 0 &&
            question->words_count <= verbs[i].words_max)
            return &verbs[i];
    }
    return NULL;
}

int routes_command(int argc, char **argv)
{
    struct question question = {.verb = NULL};
    struct config *config = NULL;
    struct error err = {0};
    const struct verb *verb = NULL;
    int code = EX_CONFIG;

    if (parse_question(argc, argv, &question))
        verb = verb_find(&question);
    if (!verb) {
        fprintf(stderr, "usage: tocsind routes show --config FILE\n"
                        "       tocsind routes test --config FILE [--tree] "
                        "[--verify.receivers A,B] [LABEL=VALUE ...]\n");
        return EX_USAGE;
    }
    if (config_load(question.config, &config, &err) == 0)
        code = verb->run(&question, config, &err);
    if (error_is_set(&err))
        fprintf(stderr, "tocsind routes: %s\n", err.text);
    config_free(config);
    return code;
}
