/*
 * ticket_text.c - see ticket_text.h.
 */
#include "consumer/enrich/ticket_text.h"

#include "producer/text.h"

const char *ticket_title(const struct ticket *ticket, size_t chars_max, struct arena *arena)
{
    const struct alert *alert = ticket->alert;
    char *title =
        arena_printf(arena, "%s: %s (%s)", severity_names[ticket->enriched->severity],
                     alert->rule.title[0] ? alert->rule.title : alert->rule.id, alert->model);

    for (char *c = title; c && *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = ' ';
    }
    return text_cut(title, chars_max, arena);
}

const char *ticket_body(const struct ticket *ticket, bool evidence, struct arena *arena)
{
    const struct alert *alert = ticket->alert;
    const struct sighting *at = ticket->sighting;
    const struct sample *sample = evidence ? ticket->sample : NULL;
    const struct {
        const char *name, *value;
    } lines[] = {
        {"Rule", alert->rule.id},
        {"Model", alert->model},
        {"Model version", at ? at->model_version : NULL},
        {"Target", alert->target},
        {"Fingerprint", alert->fingerprint},
        {"CI run", at ? at->run_url : NULL},
        {"Report", ticket->report},
        {"Runbook", ticket->runbook},
        {"Commit", ticket->commit_url ? ticket->commit_url
                   : at               ? at->commit
                                      : NULL},
        {"Team", ticket->enriched->team},
        {"Owner", ticket->enriched->owner},
        {"OWASP LLM", ticket->owasp},
        {"MITRE ATLAS", ticket->atlas},
        {"Prompt", sample ? sample->prompt : NULL},
        {"Output", sample ? sample->output : NULL},
    };
    const char *body = "";

    for (size_t i = 0; body && i < sizeof(lines) / sizeof(lines[0]); i++) {
        if (lines[i].value && *lines[i].value)
            body = arena_printf(arena, "%s%s: %s\n", body, lines[i].name, lines[i].value);
    }
    return body;
}
