/*
 * servicenow.h - ServiceNow by its Table API: one incident for an alert's whole life.
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_SERVICENOW_H
#define TOCSIN_CONSUMER_CHANNELS_SERVICENOW_H

#include "consumer/channels/ticket.h"

/* What the table incident takes at most. */
#define SERVICENOW_SHORT_UNITS_MAX       160
#define SERVICENOW_TEXT_UNITS_MAX        4000
#define SERVICENOW_CORRELATION_UNITS_MAX 100
#define SERVICENOW_BODY_BYTES_MAX        262144

struct servicenow {
    const char *url, *username, *password, *bearer_token, *api_key;
    const char *table, *category, *caller_id;
    struct list assignment_groups, assignees, fields;
    const char *assignment_group, *assignee;
    const char *open_state, *resolved_state, *closed_states;
    const char *close_code, *close_notes, *wont_fix_codes;
    bool input_display_value;
    struct ticket_policy policy;
};

extern const struct channel_ops servicenow_channel;
extern const struct tracker servicenow_tracker;

/* The body of a create or an update: JSON in the arena, NULL with *err. */
const char *servicenow_body(const struct servicenow *servicenow, enum ticket_verb verb,
                            const struct ticket_work *work, struct arena *arena, size_t *ret_bytes,
                            struct error *err);

void servicenow_judge(const void *ctx, const struct response *response, struct verdict *verdict);

#endif
