/*
 * labels.h - a finding's labels, collected as a report tells them.
 *
 * Names are made fit for Alertmanager ("avid-effect" -> "avid_effect"), values are cut. A name that
 * comes again adds its value after a comma; an empty value, and what is over LABELS_MAX, is left
 * out. A failed allocation is told at the end.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_LABELS_H
#define TOCSIN_PRODUCER_REPORTS_LABELS_H

#include <jansson.h>

#include "producer/finding.h"

struct labels {
    struct label items[LABELS_MAX];
    size_t count;
    struct arena *arena;
    bool failed;
};

void labels_init(struct labels *labels, struct arena *arena);

/* NULL is no value. */
void labels_add(struct labels *labels, const char *name, const char *value);

/* A string, a number, a boolean, or a list of strings; anything else is no value. */
void labels_add_json(struct labels *labels, const char *name, const json_t *value);

#define LABELS_METADATA_BYTES_MAX 256

/* What an author wrote beside a test or a task (owner, suite): members as labels, but for longer
 * texts and "severity", which is a member of the finding. */
void labels_add_metadata(struct labels *labels, json_t *metadata);

/* A tag "scheme:value" under its scheme; garak's and promptfoo's alike. False: it is none. */
bool labels_add_tag(struct labels *labels, const char *tag);

int labels_list(const struct labels *labels, struct list *ret_labels, struct error *err);

#endif
