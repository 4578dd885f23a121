/*
 * known_record.c - what of tocsind's public tables the gate reads, and what it makes of it.
 */
#include <string.h>

#include "producer/cli/known.h"

static const char *const status_names[] = {"open", "resolved", NULL};

static const struct field sighting_fields[] = {
    RECORD_FIELD(FIELD_STRING, "branch", known_sighting, branch, .max = NAME_MAX_CHARS,
                 .filled = true, .help = "Where it was found"),
    RECORD_FIELD(FIELD_STRING, "run", known_sighting, run, .max = NAME_MAX_CHARS, .filled = true,
                 .help = "The last run that found it there"),
    RECORD_FIELD(FIELD_BOOL, "clean", known_sighting, clean, .help = "It is gone there"),
    RECORD_FIELD_END,
};
static const struct record_type sighting_type = {
    .name = "sighting",
    .title = "Where an alert was found",
    .size = sizeof(struct known_sighting),
    .fields = sighting_fields,
};

static const struct field alert_fields[] = {
    RECORD_FIELD_TYPE,
    RECORD_FIELD(FIELD_ENUM, "status", known_alert, status, .required = true, .names = status_names,
                 .help = "Whether the problem is still there"),
    RECORD_FIELD(FIELD_STRING, "opened_run", known_alert, opened_run, .max = NAME_MAX_CHARS,
                 .filled = true, .help = "The run that began this episode"),
    RECORD_FIELD(FIELD_LIST, "sightings", known_alert, sightings, .max = SIGHTINGS_MAX,
                 .of = &sighting_type, .help = "Where it was found"),
    RECORD_FIELD_END,
};
const struct record_type known_alert_type = {
    .name = "tocsin.alert.v1",
    .title = "An alert, as far as a gate reads it",
    .size = sizeof(struct known_alert),
    .fields = alert_fields,
};

static const struct field accepted_fields[] = {
    RECORD_FIELD_TYPE,
    RECORD_FIELD(FIELD_TIME, "until", known_accepted, until_ms, .required = true,
                 .help = "Until when it is accepted"),
    RECORD_FIELD_END,
};
const struct record_type known_accepted_type = {
    .name = "tocsin.accepted.v1",
    .title = "An accepted problem, as far as a gate reads it",
    .size = sizeof(struct known_accepted),
    .fields = accepted_fields,
};

enum problem_standing known_standing(const struct known_alert *alert, const struct run *run)
{
    const struct known_sighting *sightings = alert->sightings.items;

    if (alert->status != 0 || strcmp(alert->opened_run, run->id) == 0)
        return PROBLEM_NEW;
    if (!run->pull_request)
        return PROBLEM_KNOWN;
    for (size_t i = 0; i < alert->sightings.count; i++) {
        if (!sightings[i].clean && strcmp(sightings[i].branch, run->branch) != 0)
            return PROBLEM_KNOWN;
    }
    return PROBLEM_NEW;
}
