/*
 * azure_devops.h - Azure DevOps (Services and Server): one work item for an alert's whole life.
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_AZURE_DEVOPS_H
#define TOCSIN_CONSUMER_CHANNELS_AZURE_DEVOPS_H

#include "consumer/channels/ticket.h"

/* What Azure DevOps takes at most. */
#define ADO_TITLE_UNITS_MAX 255
#define ADO_TEXT_BYTES_MAX  1048576
#define ADO_TAG_UNITS_MAX   400
#define ADO_TAGS_MAX        100
#define ADO_BODY_BYTES_MAX  ((size_t)4 << 20)

struct azure_devops {
    const char *url, *project, *type, *token, *bearer_token;
    struct list tags; /* strings */
    struct list severities, area_paths, assignees, fields;
    const char *area_path, *assignee;
    const char *open_state, *resolved_state, *closed_states, *wont_fix_reasons;
    struct ticket_policy policy;
};

extern const struct channel_ops azure_devops_channel;
extern const struct tracker azure_devops_tracker;

/* The body of a verb's request: JSON in the arena, NULL with *err. */
const char *azure_devops_body(const struct azure_devops *ado, enum ticket_verb verb,
                              const struct ticket_work *work, struct arena *arena,
                              size_t *ret_bytes, struct error *err);

/* The number at the beginning of an answer, also of one that was too long to be kept whole; 0:
 * none. */
int64_t azure_devops_id(const struct response *response);

void azure_devops_judge(const void *ctx, const struct response *response, struct verdict *verdict);

#endif
