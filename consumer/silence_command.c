/*
 * silence_command.c - `tocsind silence add|accept|list|expire|import --config FILE`.
 *
 * Reads `control` whole, then writes what was decided and waits for the brokers' acknowledgement;
 * every process of tocsind sees it within a second. Whoever writes also takes out what ended over a
 * month ago. `import` checks everything before it writes anything, and keeps the ids, so that it
 * may be repeated. Exit code 0 when all is written; 64, 65 for a wrong call or wrong input, 75 when
 * no broker answers; then it may be tried again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <uuid/uuid.h>

#include "consumer/commands.h"
#include "consumer/config/config.h"
#include "consumer/control/amtool_json.h"
#include "consumer/control_session.h"
#include "consumer/matcher_word.h"
#include "consumer/silence_options.h"
#include "consumer/silence_print.h"
#include "producer/record_check.h"

#define IMPORT_BYTES_MAX ((size_t)64 << 20)
#define UUID_BYTES       37

struct session {
    struct silence_options options;
    struct control_session control;
};

static const char *new_id(struct arena *arena)
{
    char text[UUID_BYTES];
    uuid_t id;

    uuid_generate_random(id);
    uuid_unparse_lower(id, text);
    return arena_strdup(arena, text);
}

static int add_matchers(struct session *session, struct matcher *parsed[MATCHER_LIST_MAX],
                        size_t *parsed_count, struct silence *silence, struct error *err)
{
    const struct silence_options *options = &session->options;
    struct silence_matcher *matchers =
        arena_array(&session->control.arena, options->words_count + 1, sizeof(*matchers));

    if (matchers == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory");
    if (options->words_count > MATCHER_LIST_MAX)
        return error_set(err, ERROR_LIMIT, "more than %d matchers", MATCHER_LIST_MAX);
    for (size_t i = 0; i < options->words_count; i++) {
        if (matcher_word_parse(options->words[i], i == 0, &parsed[i], err))
            return -1;
        ++*parsed_count;
        if (silence_matcher_set(parsed[i], &matchers[i], err))
            return -1;
    }
    silence->matchers = (struct list){matchers, options->words_count};
    return 0;
}

static int add(struct session *session, struct error *err)
{
    struct matcher *parsed[MATCHER_LIST_MAX];
    size_t parsed_count = 0;
    struct silence silence = {
        .id = new_id(&session->control.arena),
        .updated_ms = session->control.now_ms,
        .author = session->options.author,
        .comment = session->options.comment,
    };
    int rc = -1;

    if (silence.id == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory");
    if (silence_span(&session->options, session->control.now_ms, &silence.starts_ms,
                     &silence.ends_ms, err) == 0 &&
        add_matchers(session, parsed, &parsed_count, &silence, err) == 0 &&
        control_writer_silence(session->control.writer, &silence, err) == 0 &&
        control_session_finish(&session->control, err) == 0)
        rc = 0;
    for (size_t i = 0; i < parsed_count; i++)
        matcher_free(parsed[i]);
    if (rc == 0)
        printf("%s\n", silence.id);
    return rc;
}

static int accept_fingerprint(struct session *session, struct error *err)
{
    const struct silence_options *options = &session->options;
    struct accepted accepted = {
        .updated_ms = session->control.now_ms,
        .author = options->author,
        .comment = options->comment,
    };
    char until[TIME_TEXT_BYTES];
    int64_t starts_ms;

    if (options->words_count != 1 || !is_fingerprint(options->words[0]))
        return error_set(err, ERROR_INPUT, "expected one fingerprint, v1: and 32 hex digits");
    if (options->until == NULL || options->start != NULL)
        return error_set(err, ERROR_INPUT, "a fingerprint is accepted from now, --until a date");
    accepted.fingerprint = options->words[0];
    if (silence_span(options, session->control.now_ms, &starts_ms, &accepted.until_ms, err) ||
        control_writer_accepted(session->control.writer, &accepted, err) ||
        control_session_finish(&session->control, err))
        return -1;
    time_format(accepted.until_ms, until);
    printf("%s accepted until %s\n", accepted.fingerprint, until);
    return 0;
}

static int list(struct session *session, struct error *err)
{
    const struct silence_view view = {
        .silences = session->control.silences,
        .accepted = session->control.accepted,
        .now_ms = session->control.now_ms,
        .expired = session->options.expired,
    };

    if (session->options.words_count > 0)
        return error_set(err, ERROR_INPUT, "list takes no words");
    return session->options.json ? silence_print_json(&view, stdout, err)
                                 : silence_print_table(&view, stdout, err);
}

static int expire_silence(struct session *session, struct silence silence, struct error *err)
{
    if (silence.ends_ms <= session->control.now_ms)
        return 0;
    if (silence.starts_ms > session->control.now_ms)
        silence.starts_ms = session->control.now_ms;
    silence.ends_ms = silence.updated_ms = session->control.now_ms;
    return control_writer_silence(session->control.writer, &silence, err);
}

static int expire_one(struct session *session, const char *id, struct error *err)
{
    const struct silence *silences = session->control.silences.items;
    const struct accepted *accepted = session->control.accepted.items;

    for (size_t i = 0; i < session->control.silences.count; i++) {
        if (strcmp(silences[i].id, id) == 0)
            return expire_silence(session, silences[i], err);
    }
    for (size_t i = 0; i < session->control.accepted.count; i++) {
        if (strcmp(accepted[i].fingerprint, id) == 0)
            return control_session_expire(&session->control, &accepted[i], err);
    }
    return error_set(err, ERROR_INPUT, "there is no silence \"%.100s\"", id);
}

static int expire(struct session *session, struct error *err)
{
    if (session->options.words_count == 0)
        return error_set(err, ERROR_INPUT, "expected the ids of silences");
    for (size_t i = 0; i < session->options.words_count; i++) {
        if (expire_one(session, session->options.words[i], err))
            return -1;
    }
    return control_session_finish(&session->control, err);
}

/* All of standard input; the caller frees it. */
static char *read_input(size_t *ret_bytes, struct error *err)
{
    size_t room = (size_t)1 << 16, bytes = 0, got;
    char *text = malloc(room), *larger;

    while (text && (got = fread(text + bytes, 1, room - bytes, stdin)) > 0) {
        bytes += got;
        if (bytes < room)
            continue;
        room *= 2;
        larger = room <= IMPORT_BYTES_MAX ? realloc(text, room) : NULL;
        if (larger == NULL) {
            free(text);
            error_set(err, ERROR_LIMIT, "more than %zu MiB of JSON", IMPORT_BYTES_MAX >> 20);
            return NULL;
        }
        text = larger;
    }
    *ret_bytes = bytes;
    return text;
}

/* One entry of the list, with an id. */
static int import_read(struct session *session, const json_t *document, size_t index,
                       struct silence *ret, struct error *err)
{
    char pointer[ERROR_POINTER_BYTES_MAX];
    struct silence_filter filter;
    struct error why = {0};

    snprintf(pointer, sizeof(pointer), "/%zu", index);
    if (amtool_silence_read(json_array_get(document, index), pointer, &session->control.arena, ret,
                            &why) ||
        silence_filter_init(&filter, ret, &why))
        return error_set(err, why.kind, "%s: %s", why.pointer[0] ? why.pointer : pointer, why.text);
    silence_filter_fini(&filter);
    ret->updated_ms = session->control.now_ms;
    if (*ret->id == '\0')
        ret->id = new_id(&session->control.arena);
    return ret->id ? 0 : error_set(err, ERROR_MEMORY, "out of memory");
}

static int import_write(struct session *session, const struct silence *silence, struct error *err)
{
    struct accepted accepted;

    return amtool_is_accepted(silence, &accepted)
               ? control_writer_accepted(session->control.writer, &accepted, err)
               : control_writer_silence(session->control.writer, silence, err);
}

static int import_all(struct session *session, const json_t *document, struct error *err)
{
    size_t count = json_array_size(document), kept = 0;
    struct silence *silences = arena_array(&session->control.arena, count + 1, sizeof(*silences));

    if (silences == NULL)
        return error_set(err, ERROR_MEMORY, "out of memory for %zu silences", count);
    for (size_t i = 0; i < count; i++) {
        if (import_read(session, document, i, &silences[kept], err))
            return -1;
        kept += silences[kept].ends_ms > session->control.now_ms;
    }
    for (size_t i = 0; i < kept; i++) {
        if (import_write(session, &silences[i], err))
            return -1;
    }
    if (control_session_finish(&session->control, err))
        return -1;
    for (size_t i = 0; i < kept; i++)
        printf("%s\n", silences[i].id);
    if (kept < count)
        fprintf(stderr, "tocsind silence import: %zu had ended already and were left out\n",
                count - kept);
    return 0;
}

static int import(struct session *session, struct error *err)
{
    size_t bytes = 0;
    char *text = read_input(&bytes, err);
    json_t *document = text ? record_parse(text, bytes, err) : NULL;
    int rc = -1;

    if (document && !json_is_array(document))
        error_set(err, ERROR_INPUT, "expected a list, as `amtool silence query -o json` prints it");
    else if (document)
        rc = import_all(session, document, err);
    json_decref(document);
    free(text);
    return rc;
}

static const struct verb {
    const char *name;
    int (*run)(struct session *session, struct error *err);
    bool writes;
    bool is_signed; /* needs --author and --comment */
    const char *arguments;
} verbs[] = {
    {"add", add, true, true,
     "--author A --comment C [--duration 1h | --until TIME] [--start TIME] MATCHER..."},
    {"accept", accept_fingerprint, true, true, "--author A --comment C --until DATE FINGERPRINT"},
    {"list", list, false, false, "[--expired] [--json]"},
    {"expire", expire, true, false, "ID..."},
    {"import", import, true, false, "< `amtool silence query -o json`"},
};
#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static int usage(void)
{
    for (size_t i = 0; i < VERBS; i++)
        fprintf(stderr, "%s tocsind silence %s --config FILE %s\n", i == 0 ? "usage:" : "      ",
                verbs[i].name, verbs[i].arguments);
    return EX_USAGE;
}

int silence_command(int argc, char **argv)
{
    struct session session = {.options = {.config = NULL}};
    const struct verb *verb = NULL;
    struct error err = {0};
    int code = EX_OK;

    for (size_t i = 0; argc > 0 && i < VERBS; i++) {
        if (strcmp(verbs[i].name, argv[0]) == 0)
            verb = &verbs[i];
    }
    if (verb == NULL)
        return usage();
    if (silence_options_parse(argc - 1, argv + 1, FOR_SILENCE, &session.options, &err) ||
        (verb->is_signed && silence_signed(&session.options, &err))) {
        fprintf(stderr, "tocsind silence %s: %s\n", verb->name, err.text);
        return usage();
    }
    if (control_session_open(&session.control, session.options.config, verb->writes, &err) ||
        verb->run(&session, &err))
        code = control_session_exit(&session.control, &err);
    control_session_close(&session.control);
    if (code != EX_OK)
        fprintf(stderr, "tocsind silence %s: %s\n", verb->name, err.text);
    return code;
}
