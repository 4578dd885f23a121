/*
 * masking.h - what a receiver may see of what others wrote: a picture and labels by its policy.
 *
 * Secrets are taken out for everybody, personal data for those whose policy is masked or none, in
 * every text of a picture and not only in prompt and output; the table of the record says which
 * texts there are. A link that would have to be masked is left out. The owner stands in the
 * configuration and stays. For `none` prompt and output become a note of how long they were.
 */
#ifndef TOCSIN_CONSUMER_ENRICH_MASKING_H
#define TOCSIN_CONSUMER_ENRICH_MASKING_H

#include "consumer/records/notification.h"
#include "producer/mask.h"

enum evidence_policy { EVIDENCE_FULL, EVIDENCE_MASKED, EVIDENCE_NONE };
extern const char *const evidence_policy_names[]; /* full masked none */

struct masking {
    struct mask *secrets; /* for EVIDENCE_FULL */
    struct mask *all;     /* personal data too */
};

/* `patterns`: struct label, name and PCRE2. ERROR_INPUT says which is wrong. */
int masking_init(struct masking *masking, bool personal, const struct list *patterns,
                 struct arena *arena, struct error *err);
void masking_fini(struct masking *masking);

/* Changes the picture; what is new is in the arena. -1 only when memory is out. */
int masking_picture(const struct masking *masking, int policy, struct picture *picture,
                    struct arena *arena, struct error *err);

/* One text as the policy allows; NULL in, NULL out, else NULL only when memory is out. */
const char *masking_text(const struct masking *masking, int policy, const char *text,
                         struct arena *arena);

/* Labels with values as the policy allows, in the arena. */
int masking_labels(const struct masking *masking, int policy, const struct label *labels,
                   size_t count, struct arena *arena, const struct label **ret, struct error *err);

#endif
