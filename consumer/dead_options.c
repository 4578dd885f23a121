/*
 * dead_options.c - see dead_options.h.
 */
#include "consumer/dead_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "consumer/config/reader.h"

#define DATE_CHARS 10

/* An option with a value, or (flag) without. */
static const struct option {
    const char *name, *short_name;
    size_t offset;
    bool flag;
} options[] = {
    {"--config", "-c", offsetof(struct dead_options, config), false},
    {"--receiver", "-r", offsetof(struct dead_options, receiver), false},
    {"--reason", "-w", offsetof(struct dead_options, reason), false},
    {"--since", "-s", offsetof(struct dead_options, since), false},
    {"--until", "-u", offsetof(struct dead_options, until), false},
    {"--fingerprint", "-f", offsetof(struct dead_options, fingerprint), false},
    {"--json", "-j", offsetof(struct dead_options, json), true},
    {"--all", "-a", offsetof(struct dead_options, all), true},
    {"--done", "-d", offsetof(struct dead_options, done), true},
};
#define OPTIONS (sizeof(options) / sizeof(options[0]))

static const struct option *option_find(const char *text)
{
    for (size_t i = 0; i < OPTIONS; i++) {
        if (strcmp(options[i].name, text) == 0 || strcmp(options[i].short_name, text) == 0)
            return &options[i];
    }
    return NULL;
}

/* A time, a date, or how long ago. */
static int parse_time(const char *option, const char *text, int64_t now_ms, int64_t *ret_ms,
                      struct error *err)
{
    char whole[TIME_TEXT_BYTES];
    int64_t ago_ms;

    if (text == NULL)
        return 0;
    if (duration_parse(text, &ago_ms) == 0) {
        *ret_ms = now_ms - ago_ms;
        return 0;
    }
    if (strlen(text) == DATE_CHARS) {
        snprintf(whole, sizeof(whole), "%sT00:00:00Z", text);
        text = whole;
    }
    if (time_parse(text, ret_ms))
        return error_set(err, ERROR_INPUT,
                         "%s: expected a time such as 2026-12-31T18:00:00Z, a date, or how long "
                         "ago, such as 2h",
                         option);
    return 0;
}

static int check_reason(const char *reason, struct error *err)
{
    for (size_t i = 0; reason != NULL && dead_reason_names[i] != NULL; i++) {
        if (strcmp(dead_reason_names[i], reason) == 0)
            return 0;
    }
    return reason ? error_set(err, ERROR_INPUT, "--reason: there is no \"%.40s\"", reason) : 0;
}

static int check_word(const char *word, struct error *err)
{
    const char *colon = strchr(word, ':');

    if (colon == NULL || colon == word || colon[1] == '\0' ||
        word[strspn(word, "0123456789:")] != '\0' || strchr(colon + 1, ':') != NULL)
        return error_set(err, ERROR_INPUT,
                         "\"%.40s\" is no id: expected partition:offset, as `list` prints it",
                         word);
    return 0;
}

int dead_options_parse(int argc, char **argv, int64_t now_ms, struct dead_options *ret,
                       struct error *err)
{
    *ret = (struct dead_options){.words = argv};
    for (int i = 0; i < argc; i++) {
        const struct option *option = option_find(argv[i]);
        char *member = option ? (char *)ret + option->offset : NULL;

        if (option == NULL && argv[i][0] == '-')
            return error_set(err, ERROR_INPUT, "unknown option \"%.60s\"", argv[i]);
        if (option == NULL) {
            if (check_word(argv[i], err))
                return -1;
            ret->words[ret->words_count++] = argv[i];
        } else if (option->flag) {
            *(bool *)member = true;
        } else if (i + 1 == argc) {
            return error_set(err, ERROR_INPUT, "no value after %s", argv[i]);
        } else {
            *(const char **)(void *)member = argv[++i];
        }
    }
    if (ret->config == NULL)
        return error_set(err, ERROR_INPUT, "--config FILE is missing");
    if (check_reason(ret->reason, err) ||
        parse_time("--since", ret->since, now_ms, &ret->since_ms, err))
        return -1;
    return parse_time("--until", ret->until, now_ms, &ret->until_ms, err);
}

bool dead_options_select(const struct dead_options *given)
{
    return given->all || given->words_count > 0 || given->receiver || given->reason ||
           given->since || given->until || given->fingerprint;
}

static bool is_named(const struct dead_options *given, const struct dead_letter *letter)
{
    char id[DEAD_ID_BYTES];

    dead_letter_id(letter, id);
    for (size_t i = 0; i < given->words_count; i++) {
        if (strcmp(given->words[i], id) == 0)
            return true;
    }
    return given->words_count == 0;
}

/* A receiver's name, or one of its integrations. */
static bool is_receiver(const char *wanted, const char *integration)
{
    size_t bytes = strlen(wanted);

    return strncmp(integration, wanted, bytes) == 0 &&
           (integration[bytes] == '\0' || integration[bytes] == '/');
}

bool dead_options_match(const struct dead_options *given, const struct dead_letter *letter)
{
    return (given->done || letter->done == DEAD_OPEN) && is_named(given, letter) &&
           (!given->receiver || is_receiver(given->receiver, letter->integration)) &&
           (!given->reason || strcmp(given->reason, letter->reason) == 0) &&
           (!given->since || letter->time_ms >= given->since_ms) &&
           (!given->until || letter->time_ms < given->until_ms) &&
           (!given->fingerprint || dead_letter_about(letter, given->fingerprint));
}
