/*
 * garak_hit.h - a hit, as the report and the hitlog both tell it, into a finding.
 *
 * What makes the finding's identity (rule, model, prompt, output) is made here and only here.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_GARAK_HIT_H
#define TOCSIN_PRODUCER_REPORTS_GARAK_HIT_H

#include <jansson.h>

#include "producer/finding.h"

#define GARAK_THRESHOLD_DEFAULT 0.5

/* One row of a family of probes. */
struct garak_family {
    const char *name;
    enum severity severity;
    const char *words;
    const char *owasp_2023; /* what the family's probes are tagged with; NULL for nothing */
};

/* One detector, or all of a module: how sure a hit of it is. */
struct garak_detector {
    const char *name; /* "module" or "module.Class" */
    double confidence;
};

/* Never NULL: the last row stands for what is not known. */
const struct garak_family *garak_family(const char *probe);
double garak_confidence(const char *detector);

struct garak_hit {
    const char *probe, *detector, *goal, *model;
    const json_t *prompt, *output;
    double score;
};

/* rule, model, severity, confidence, prompt, output; strings in the arena or in the hit. */
int garak_finding(const struct garak_hit *hit, struct arena *arena, struct finding *ret_finding,
                  struct error *err);

/* "garak/<probe>/<detector>" of plain names. */
const char *garak_rule(const char *probe, const char *detector, struct arena *arena);

/* Without "garak.", "probes.", "detectors.", "detector." and "harnesses." before it. */
const char *garak_plain_name(const char *name);

/* The model of "<type> <name>": the name; the type where the name is None. */
const char *garak_model(const char *type, const char *name);

/* Labels of a probe's tags ("owasp:llm01") in the arena. Any argument may be NULL. */
int garak_labels(const struct garak_family *family, const json_t *tags, const json_t *intent,
                 const json_t *defcon, struct arena *arena, struct list *ret_labels,
                 struct error *err);

#endif
