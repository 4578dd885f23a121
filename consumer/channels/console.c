/*
 * console.c - alerts on the terminal, for a first look and for a pod's log.
 *
 * Lines are wrapped at the width with what belongs together indented. Whatever a finding brings is
 * neutralised: a model that answers in escape sequences is read, not obeyed. Colour is the
 * severity's alone, and only on a terminal that wants it (NO_COLOR, TERM=dumb); that is looked up
 * once, when the channel is made.
 */
#include "consumer/channels/console.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "consumer/channels/buffer.h"
#include "consumer/channels/facts.h"
#include "consumer/channels/lines.h"
#include "consumer/channels/summary.h"
#include "consumer/channels/text.h"
#include "consumer/channels/texts.h"
#include "consumer/channels/words.h"

#define WIDTH                    "100"
#define HEADLINE_UNITS_MAX       300
#define FACT_UNITS_MAX           600
#define EVIDENCE_UNITS_MAX       1500
#define EVIDENCE_SHORT_UNITS_MAX 300
#define URL_BYTES_MAX            4096
#define NAME_COLUMNS             15

static const char *const colour_names[] = {"auto", "always", "never", NULL};

static const struct setting console_settings[] = {
    {.name = "colour",
     .kind = SETTING_ENUM,
     .offset = offsetof(struct console, colour),
     .names = colour_names,
     .fallback = "auto",
     .help = "auto: on a terminal, unless NO_COLOR is set"},
    {.name = "width",
     .kind = SETTING_INTEGER,
     .offset = offsetof(struct console, width),
     .min = CONSOLE_WIDTH_MIN,
     .max = CONSOLE_WIDTH_MAX,
     .fallback = WIDTH,
     .help = "columns of a line"},
    {.kind = SETTING_END},
};

static const char *const colours[] = {
    [SEVERITY_INFO] = "\033[37m",       [SEVERITY_LOW] = "\033[36m",
    [SEVERITY_MEDIUM] = "\033[33m",     [SEVERITY_HIGH] = "\033[31m",
    [SEVERITY_CRITICAL] = "\033[1;31m",
};
#define COLOUR_RESOLVED "\033[32m"

bool console_wants_colour(void)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

    return isatty(STDOUT_FILENO) && !(no_color && no_color[0] != '\0') && term &&
           strcmp(term, "dumb") != 0;
}

static int console_init(void *ctx, struct error *err)
{
    struct console *console = ctx;

    if (console->width == 0)
        console->width = strtol(WIDTH, NULL, 10);
    if (console->width < CONSOLE_WIDTH_MIN || console->width > CONSOLE_WIDTH_MAX)
        return error_set(err, ERROR_INPUT, "width is not between %d and %d", CONSOLE_WIDTH_MIN,
                         CONSOLE_WIDTH_MAX);
    console->is_coloured = console->colour == COLOUR_ALWAYS ||
                           (console->colour == COLOUR_AUTO && console_wants_colour());
    return 0;
}

const char *console_colour(bool resolved, int severity)
{
    bool known = severity >= SEVERITY_INFO && severity <= SEVERITY_CRITICAL;

    return resolved ? COLOUR_RESOLVED : colours[known ? severity : SEVERITY_INFO];
}

static void print_headline(const struct console *console, const char *headline, bool resolved,
                           int severity, struct buffer *out)
{
    buffer_text(out, console->is_coloured ? console_colour(resolved, severity) : "");
    lines_wrap(out, headline, (struct lines){.width = (size_t)console->width, .next_indent = "  "});
    if (console->is_coloured) {
        out->bytes--;
        buffer_text(out, CONSOLE_COLOUR_OFF "\n");
    }
}

static void print_row(const struct console *console, const char *name, const char *value,
                      struct buffer *out)
{
    char first[NAME_COLUMNS + 8], next[NAME_COLUMNS + 8];

    snprintf(first, sizeof first, "  %-*s", NAME_COLUMNS, name);
    snprintf(next, sizeof next, "  %-*s", NAME_COLUMNS, "");
    lines_wrap(out, value,
               (struct lines){
                   .width = (size_t)console->width, .first_indent = first, .next_indent = next});
}

static int print_evidence(const struct console *console, const struct picture *picture,
                          enum render_size size, struct arena *arena, struct buffer *out,
                          struct error *err)
{
    const struct text_style style = {
        .shape = TEXT_BLOCK,
        .units_max = size == RENDER_FULL ? EVIDENCE_UNITS_MAX : EVIDENCE_SHORT_UNITS_MAX,
    };
    struct evidence_text texts[2];
    size_t count = size < RENDER_NO_EVIDENCE && picture->status == ALERT_OPEN
                       ? evidence_of(picture, texts)
                       : 0;

    for (size_t i = 0; i < count; i++) {
        char *text = text_render(&style, texts[i].text, texts[i].missing_bytes, arena);
        if (!text)
            return error_set(err, ERROR_MEMORY, "no memory to print an alert");
        buffer_printf(out, "  %s\n", texts[i].name);
        lines_wrap(out, text,
                   (struct lines){.width = (size_t)console->width,
                                  .first_indent = "  \u2502 ",
                                  .next_indent = "  \u2502 "});
    }
    return 0;
}

static int print_alert(const struct console *console, const struct message *message,
                       const struct message_alert *alert, enum render_size size,
                       struct arena *arena, struct buffer *out, struct error *err)
{
    const struct picture *picture = alert->picture;
    struct facts facts;
    struct link_list links = {.count = 0};
    char *headline = words_alert(message, alert, HEADLINE_UNITS_MAX, arena);

    if (!headline)
        return error_set(err, ERROR_MEMORY, "no memory to print an alert");
    if (facts_of(message, picture, FACTS_ALL, FACT_UNITS_MAX, arena, &facts, err) != 0)
        return -1;
    print_headline(console, headline, picture->status == ALERT_RESOLVED, picture->severity, out);
    for (size_t i = 0; i < facts.count; i++)
        print_row(console, facts.rows[i].name, facts.rows[i].value, out);
    if (print_evidence(console, picture, size, arena, out, err) != 0)
        return -1;
    if (size < RENDER_IDENTITY)
        links_of(picture, URL_BYTES_MAX, arena, &links);
    for (size_t i = 0; i < links.count; i++)
        print_row(console, links.links[i].text, links.links[i].url, out);
    print_row(console, "Fingerprint", picture->fingerprint ? picture->fingerprint : "", out);
    buffer_text(out, "\n");
    return 0;
}

static int print_summary(const struct console *console, const struct message *message,
                         struct arena *arena, struct buffer *out, struct error *err)
{
    const struct run_summary *summary = message->summary;
    char *headline = words_headline(message, HEADLINE_UNITS_MAX, arena);
    struct facts facts;
    struct link_list links;

    if (!headline)
        return error_set(err, ERROR_MEMORY, "no memory to print a run's summary");
    if (summary_facts(message, FACT_UNITS_MAX, arena, &facts, err) != 0)
        return -1;
    print_headline(console, headline, message->resolved, summary_severity(summary), out);
    for (size_t i = 0; i < facts.count; i++)
        print_row(console, facts.rows[i].name, facts.rows[i].value, out);
    summary_links(summary, URL_BYTES_MAX, arena, &links);
    for (size_t i = 0; i < links.count; i++)
        print_row(console, links.links[i].text, links.links[i].url, out);
    buffer_text(out, "\n");
    return 0;
}

static int print_message(const struct console *console, const struct message *message,
                         enum render_size size, struct arena *arena, struct buffer *out,
                         struct error *err)
{
    const char *note = words_note(message);

    if (message->summary && print_summary(console, message, arena, out, err) != 0)
        return -1;
    if (!message->summary && (message_total(message) > 1 || message->texts.title)) {
        char *headline = words_headline(message, HEADLINE_UNITS_MAX, arena);
        if (!headline)
            return error_set(err, ERROR_MEMORY, "no memory to print an alert");
        print_headline(console, headline, message->resolved, message_severity(message), out);
        buffer_text(out, "\n");
    }
    const char *text = texts_body(message, size, arena);
    if (text) {
        lines_wrap(
            out, text,
            (struct lines){.width = (size_t)console->width, .first_indent = "", .next_indent = ""});
        buffer_text(out, "\n");
    }
    for (size_t i = 0; i < message->alerts_count; i++) {
        if (print_alert(console, message, &message->alerts[i], size, arena, out, err) != 0)
            return -1;
    }
    if (message->omitted > 0)
        buffer_printf(out, "\u2026 and %zu more in this group\n\n", message->omitted);
    if (note)
        buffer_printf(out, "%s\n\n", note);
    if (out->failed)
        return error_set(err, ERROR_MEMORY, "no memory for a message to print");
    return out->full ? error_set(err, ERROR_LIMIT, "a message to print is longer than %zu bytes",
                                 CONSOLE_BYTES_MAX)
                     : 0;
}

static int console_next(const void *ctx, const struct message *message, const struct stored *stored,
                        size_t step_number, const struct response *last, enum render_size size,
                        struct arena *arena, struct step *ret_step, struct error *err)
{
    struct step step = {.kind = STEP_DONE};
    struct buffer out;

    (void)stored;
    (void)last;
    if (step_number == 0) {
        buffer_init(&out, CONSOLE_BYTES_MAX, arena);
        if (print_message(ctx, message, size, arena, &out, err) != 0)
            return -1;
        step.kind = STEP_PRINT;
        step.request.body = buffer_get(&out);
        step.request.body_bytes = out.bytes;
    }
    *ret_step = step;
    return 0;
}

const struct channel_ops console_channel = {
    .name = "console",
    .ctx_size = sizeof(struct console),
    .settings = console_settings,
    .has_identity = false,
    .shows_summary = true,
    .init = console_init,
    .next = console_next,
};
