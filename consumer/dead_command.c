/*
 * dead_command.c - `tocsind dead list|show|replay|drop --config FILE`.
 *
 * The topic is read whole, what is meant is picked, and for `show` and `replay` it is read once
 * more for the values. A replay shows how far it is, and can be repeated when it breaks off: what
 * was said again already adds nothing. `drop` and `replay` leave a mark behind the letter, in its
 * own partition, so that `list` shows it no more; the letter itself goes with the topic's
 * retention. Exit code 0 when all of it was done; 64, 65 for a wrong call or letters that can't be
 * replayed, 75 when no broker answers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "consumer/commands.h"
#include "consumer/dead_options.h"
#include "consumer/dead_print.h"
#include "consumer/dead_replay.h"
#include "consumer/kafka/client.h"

#define PROGRESS_MS 1000

struct session {
    struct dead_options options;
    struct config *config;
    struct dead_letters letters;
    const struct dead_letter **picked;
    size_t picked_count;
    int64_t now_ms;
    struct dead_replay *replay;
    size_t done, refused, waiting; /* of the picked; waiting: said again, not marked yet */
    const struct dead_letter **said;
    int64_t shown_ms; /* when progress was last shown */
};

static int64_t wall_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int session_open(struct session *session, struct error *err)
{
    if (config_load(session->options.config, &session->config, err))
        return -1;
    if (dead_letters_read(session->config, &session->letters, err))
        return -1;
    session->picked = calloc(session->letters.count + 1, sizeof(*session->picked));
    session->said = calloc(REPLAY_CHUNK, sizeof(*session->said));
    if (session->picked == NULL || session->said == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for the dead letters");
    for (size_t i = 0; i < session->letters.count; i++) {
        if (dead_options_match(&session->options, &session->letters.items[i]))
            session->picked[session->picked_count++] = &session->letters.items[i];
    }
    return 0;
}

static void session_close(struct session *session)
{
    dead_replay_free(session->replay);
    dead_letters_free(&session->letters);
    free(session->picked);
    free(session->said);
    config_free(session->config);
}

static int list(struct session *session, struct error *err)
{
    if (session->options.json)
        return dead_print_json(session->picked, session->picked_count, stdout, err);
    return dead_print_table(session->picked, session->picked_count, stdout, err);
}

/* The picked letter that the message is; NULL: none. */
static const struct dead_letter *picked(const struct session *session,
                                        const rd_kafka_message_t *message)
{
    const struct dead_letter place = {.partition = message->partition, .offset = message->offset};
    const struct dead_letter *letter = dead_letters_find(&session->letters, &place);

    return letter != NULL && dead_options_match(&session->options, letter) ? letter : NULL;
}

static int show_one(void *self, const rd_kafka_message_t *message, struct error *err)
{
    struct session *session = self;
    const struct dead_letter *letter = picked(session, message);

    return letter ? dead_print_message(letter, message, session->options.json, stdout, err) : 0;
}

static int show(struct session *session, struct error *err)
{
    return dead_letters_scan(session->config, show_one, session, err);
}

static void show_progress(struct session *session, const char *what, bool now)
{
    int64_t now_ms = client_now_ms();

    if (!now && now_ms - session->shown_ms < PROGRESS_MS)
        return;
    session->shown_ms = now_ms;
    fprintf(stderr, "%s %zu of %zu\n", what, session->done, session->picked_count);
}

/* What was said again is safe: mark it. */
static int settle(struct session *session, struct error *err)
{
    if (dead_replay_flush(session->replay, err))
        return -1;
    for (size_t i = 0; i < session->waiting; i++) {
        if (dead_replay_mark(session->replay, session->said[i], DEAD_REPLAYED, session->now_ms,
                             err))
            return -1;
    }
    session->done += session->waiting;
    session->waiting = 0;
    show_progress(session, "replayed", false);
    return 0;
}

static int replay_one(void *self, const rd_kafka_message_t *message, struct error *err)
{
    struct session *session = self;
    const struct dead_letter *letter = picked(session, message);
    struct error why = {0};

    if (letter == NULL)
        return 0;
    if (dead_replay_say(session->replay, letter, message, &why) != 0) {
        char id[DEAD_ID_BYTES];
        if (why.kind != ERROR_INPUT)
            return error_set(err, why.kind, "%s", why.text);
        dead_letter_id(letter, id);
        fprintf(stderr, "tocsind dead replay: %s: %s\n", id, why.text);
        session->refused++;
        return 0;
    }
    session->said[session->waiting++] = letter;
    return session->waiting == REPLAY_CHUNK ? settle(session, err) : 0;
}

static int replay(struct session *session, struct error *err)
{
    if (dead_replay_new(session->config, &session->replay, err) ||
        dead_letters_scan(session->config, replay_one, session, err) || settle(session, err) ||
        dead_replay_flush(session->replay, err))
        return -1;
    show_progress(session, "replayed", true);
    if (session->refused > 0)
        return error_set(err, ERROR_INPUT, "%zu can't be replayed", session->refused);
    return 0;
}

static int drop(struct session *session, struct error *err)
{
    if (dead_replay_new(session->config, &session->replay, err))
        return -1;
    for (size_t i = 0; i < session->picked_count; i++) {
        if (dead_replay_mark(session->replay, session->picked[i], DEAD_DROPPED, session->now_ms,
                             err))
            return -1;
        session->done++;
        show_progress(session, "dropped", false);
    }
    if (dead_replay_flush(session->replay, err))
        return -1;
    show_progress(session, "dropped", true);
    return 0;
}

static const struct verb {
    const char *name;
    int (*run)(struct session *session, struct error *err);
    bool selects; /* needs ids, a filter, or --all */
    const char *arguments;
} verbs[] = {
    {"list", list, false, "[--done] [--json] [FILTER...]"},
    {"show", show, true, "[--done] [--json] ID... | FILTER... | --all"},
    {"replay", replay, true, "ID... | FILTER... | --all"},
    {"drop", drop, true, "ID... | FILTER... | --all"},
};
#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static int usage(void)
{
    for (size_t i = 0; i < VERBS; i++)
        fprintf(stderr, "%s tocsind dead %s --config FILE %s\n", i == 0 ? "usage:" : "      ",
                verbs[i].name, verbs[i].arguments);
    fprintf(stderr, "FILTER: --receiver NAME, --reason WORD, --fingerprint FP, --since TIME, "
                    "--until TIME (or how long ago: 2h)\n");
    return EX_USAGE;
}

static int exit_code(const struct session *session, const struct error *err)
{
    if (err->kind == ERROR_RETRIABLE)
        return EX_TEMPFAIL;
    if (session->config == NULL)
        return EX_CONFIG;
    return err->kind == ERROR_MEMORY ? EX_SOFTWARE : EX_DATAERR;
}

int dead_command(int argc, char **argv)
{
    struct session session = {.now_ms = wall_ms()};
    const struct verb *verb = NULL;
    struct error err = {0};
    int code = EX_OK;

    for (size_t i = 0; argc > 0 && i < VERBS; i++) {
        if (strcmp(verbs[i].name, argv[0]) == 0)
            verb = &verbs[i];
    }
    if (verb == NULL)
        return usage();
    if (dead_options_parse(argc - 1, argv + 1, session.now_ms, &session.options, &err) == 0 &&
        verb->selects && !dead_options_select(&session.options))
        error_set(&err, ERROR_INPUT, "say which: ids, a filter, or --all");
    if (error_is_set(&err)) {
        fprintf(stderr, "tocsind dead %s: %s\n", verb->name, err.text);
        return usage();
    }
    if (session_open(&session, &err) || verb->run(&session, &err))
        code = exit_code(&session, &err);
    session_close(&session);
    if (code != EX_OK)
        fprintf(stderr, "tocsind dead %s: %s\n", verb->name, err.text);
    return code;
}
