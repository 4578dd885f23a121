/*
 * silence_options.c - see silence_options.h.
 */
#include "consumer/silence_options.h"

#include <stdio.h>
#include <string.h>

#include "consumer/config/reader.h"
#include "producer/record.h"

#define DATE_CHARS 10

/* An option with a value, or (flag) without. */
static const struct option {
    const char *name, *short_name;
    size_t offset;
    bool flag;
    unsigned commands; /* enum silence_for */
} options[] = {
    {"--config", "-c", offsetof(struct silence_options, config), false, FOR_SILENCE | FOR_BASELINE},
    {"--author", "-a", offsetof(struct silence_options, author), false, FOR_SILENCE | FOR_BASELINE},
    {"--comment", "-m", offsetof(struct silence_options, comment), false,
     FOR_SILENCE | FOR_BASELINE},
    {"--duration", "-d", offsetof(struct silence_options, duration), false,
     FOR_SILENCE | FOR_BASELINE},
    {"--until", "-u", offsetof(struct silence_options, until), false, FOR_SILENCE | FOR_BASELINE},
    {"--start", "-s", offsetof(struct silence_options, start), false, FOR_SILENCE},
    {"--json", "-j", offsetof(struct silence_options, json), true, FOR_SILENCE},
    {"--expired", "-e", offsetof(struct silence_options, expired), true, FOR_SILENCE},
    {"--pipeline", "-p", offsetof(struct silence_options, pipeline), false, FOR_BASELINE},
    {"--repository", "-r", offsetof(struct silence_options, repository), false, FOR_BASELINE},
    {"--branch", "-b", offsetof(struct silence_options, branch), false, FOR_BASELINE},
    {"--dry-run", "-n", offsetof(struct silence_options, dry_run), true, FOR_BASELINE},
};
#define OPTIONS (sizeof(options) / sizeof(options[0]))

static const struct option *option_find(const char *text, enum silence_for command)
{
    for (size_t i = 0; i < OPTIONS; i++) {
        if ((options[i].commands & (unsigned)command) &&
            (strcmp(options[i].name, text) == 0 || strcmp(options[i].short_name, text) == 0))
            return &options[i];
    }
    return NULL;
}

int silence_options_parse(int argc, char **argv, enum silence_for command,
                          struct silence_options *ret, struct error *err)
{
    bool words_only = false;

    *ret = (struct silence_options){.words = argv};
    for (int i = 0; i < argc; i++) {
        const struct option *option = words_only ? NULL : option_find(argv[i], command);
        char *member = option ? (char *)ret + option->offset : NULL;

        if (!words_only && strcmp(argv[i], "--") == 0)
            words_only = true;
        else if (option == NULL && !words_only && argv[i][0] == '-')
            return error_set(err, ERROR_INPUT, "unknown option \"%.60s\"", argv[i]);
        else if (option == NULL)
            ret->words[ret->words_count++] = argv[i];
        else if (option->flag)
            *(bool *)member = true;
        else if (i + 1 == argc)
            return error_set(err, ERROR_INPUT, "no value after %s", argv[i]);
        else
            *(const char **)(void *)member = argv[++i];
    }
    if (ret->config == NULL)
        return error_set(err, ERROR_INPUT, "--config FILE is missing");
    return 0;
}

static int parse_time(const char *option, const char *text, int64_t *ret_ms, struct error *err)
{
    char whole[TIME_TEXT_BYTES];

    if (strlen(text) == DATE_CHARS) {
        snprintf(whole, sizeof(whole), "%sT00:00:00Z", text);
        text = whole;
    }
    if (time_parse(text, ret_ms))
        return error_set(err, ERROR_INPUT,
                         "%s: expected a time such as 2026-12-31T18:00:00Z, or a date", option);
    return 0;
}

static int add_duration(const struct silence_options *given, int64_t starts_ms, int64_t *ret_ms,
                        struct error *err)
{
    int64_t duration_ms = 0;

    if (duration_parse(given->duration ? given->duration : SILENCE_DURATION_DEFAULT,
                       &duration_ms) ||
        duration_ms == 0 || __builtin_add_overflow(starts_ms, duration_ms, ret_ms))
        return error_set(err, ERROR_INPUT, "--duration: expected a time such as 2h30m or 5d");
    return 0;
}

int silence_span(const struct silence_options *given, int64_t now_ms, int64_t *ret_starts_ms,
                 int64_t *ret_ends_ms, struct error *err)
{
    int64_t starts_ms = now_ms, ends_ms = 0;
    int rc;

    if (given->duration && given->until)
        return error_set(err, ERROR_INPUT, "--duration and --until can't stand together");
    if (given->start && parse_time("--start", given->start, &starts_ms, err))
        return -1;
    rc = given->until ? parse_time("--until", given->until, &ends_ms, err)
                      : add_duration(given, starts_ms, &ends_ms, err);
    if (rc)
        return rc;
    if (ends_ms <= now_ms)
        return error_set(err, ERROR_INPUT, "the end lies in the past");
    if (ends_ms <= starts_ms)
        return error_set(err, ERROR_INPUT, "the end does not lie behind the start");
    *ret_starts_ms = starts_ms;
    *ret_ends_ms = ends_ms;
    return 0;
}

int silence_signed(const struct silence_options *given, struct error *err)
{
    if (given->author == NULL || *given->author == '\0')
        return error_set(err, ERROR_INPUT, "--author is missing");
    if (given->comment == NULL || *given->comment == '\0')
        return error_set(err, ERROR_INPUT, "--comment is missing");
    return 0;
}
