/*
 * jira.h - Jira: one ticket for an alert's whole life, in the Cloud (REST 3) and in Server and Data
 * Center (REST 2).
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_JIRA_H
#define TOCSIN_CONSUMER_CHANNELS_JIRA_H

#include <jansson.h>

#include "consumer/channels/ticket.h"
#include "consumer/channels/ticket_page.h"

/* What Jira takes at most; a document is counted as it is serialised. */
#define JIRA_SUMMARY_UNITS_MAX 255
#define JIRA_TEXT_UNITS_MAX    32767
#define JIRA_TEXT_RESERVE      87 /* for what Jira's own form of a document adds */
#define JIRA_LABEL_UNITS_MAX   255
#define JIRA_BODY_BYTES_MAX    262144

enum jira_type { JIRA_AUTO, JIRA_CLOUD, JIRA_DATACENTER };

struct jira {
    const char *api_url, *username, *password, *bearer_token;
    int api_type; /* enum jira_type; AUTO is settled by init */
    const char *project, *issue_type;
    struct list labels; /* strings */
    struct list priorities, assignees, components, fields;
    const char *assignee, *component;
    const char *resolve_transition, *reopen_transition, *resolution, *wont_fix_resolutions;
    struct ticket_policy policy;
};

extern const struct channel_ops jira_channel;
extern const struct tracker jira_tracker;

/* Atlassian's document format of a page: a new reference; NULL with *err when it would be longer
 * than `units_max` serialised. */
json_t *jira_adf(const struct ticket_page *page, size_t units_max, struct arena *arena,
                 struct error *err);

/* The body of a verb's request: JSON in the arena, NULL with *err. */
const char *jira_body(const struct jira *jira, enum ticket_verb verb,
                      const struct ticket_work *work, struct arena *arena, size_t *ret_bytes,
                      struct error *err);

void jira_judge(const void *ctx, const struct response *response, struct verdict *verdict);

#endif
