/*
 * channel.c - the table of all kinds of channels. See channel.h.
 */
#include "consumer/channels/channel.h"

#include <string.h>

#include "consumer/channels/azure_devops.h"
#include "consumer/channels/console.h"
#include "consumer/channels/jira.h"
#include "consumer/channels/opsgenie.h"
#include "consumer/channels/pagerduty.h"
#include "consumer/channels/servicenow.h"
#include "consumer/channels/slack.h"
#include "consumer/channels/teams.h"
#include "consumer/channels/victorops.h"
#include "consumer/channels/webhook.h"

const struct channel_ops *const channels[] = {
    &slack_channel,
    &teams_channel,
    &webhook_channel,
    &pagerduty_channel,
    &opsgenie_channel,
    &victorops_channel,
    &jira_channel,
    &azure_devops_channel,
    &servicenow_channel,
    &console_channel,
    NULL,
};

const char *stored_value(const struct stored *stored, const char *name)
{
    for (size_t i = 0; stored && i < stored->count; i++) {
        if (strcmp(stored->values[i].name, name) == 0)
            return stored->values[i].value;
    }
    return "";
}

const struct channel_ops *channel_find(const char *name, size_t name_bytes)
{
    for (size_t i = 0; channels[i]; i++) {
        if (strlen(channels[i]->name) == name_bytes &&
            memcmp(channels[i]->name, name, name_bytes) == 0)
            return channels[i];
    }
    return NULL;
}
