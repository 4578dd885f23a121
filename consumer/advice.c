/*
 * advice.c - see advice.h.
 *
 * A row fits by the verdict's word (`why`) and by words in what the service or the transport said;
 * a row for one channel stands before the row for all, a row with words before the one without.
 */
#include "consumer/advice.h"

#include <string.h>

static const struct {
    const char *channel, *why, *words; /* NULL: any */
    const char *advice;
} rows[] = {
    /* below HTTP */
    {NULL, NULL, "could not be resolved",
     "DNS knows no such host from here: check the host in the URL, and this machine's resolver."},
    {NULL, NULL, "certificate",
     "TLS: the certificate is not valid for this host, or a proxy stands between: check the host, "
     "the clock, and the CA certificates of this machine."},
    {NULL, NULL, "TLS handshake",
     "TLS: the port may not speak it: check http or https, and the port in the URL."},
    {NULL, NULL, "no connection",
     "Nothing listens there, or a firewall is in the way: check host and port, and outgoing "
     "connections from here."},
    {NULL, NULL, "no answer in time",
     "The service was too slow or a firewall drops the connection: check the way there; "
     "request_timeout is how long one answer may take."},
    {NULL, "unreachable", NULL,
     "The service could not be reached: check the URL and the way there."},
    {NULL, "no_answer", NULL,
     "The connection ended without an answer: the message may have arrived. Look there, try "
     "again."},
    /* of one service */
    {"slack", "unauthorized", "missing_scope",
     "Give the app the scope chat:write, install it to the workspace again, and use the new "
     "token."},
    {"slack", "unauthorized", "action_prohibited",
     "An admin of the workspace does not allow this webhook to post there."},
    {"slack", "unauthorized", NULL,
     "Slack does not take the token: use the app's bot token (xoxb-...), and check that the app is "
     "still installed."},
    {"slack", "no_such_channel", "archived",
     "The channel is archived: restore it, or choose another one."},
    {"slack", "no_such_channel", NULL,
     "There is no such channel for this app: check the name or id; a private channel has to invite "
     "the bot."},
    {"slack", "not_in_channel", NULL, "Invite the bot to the channel: /invite @<bot>."},
    {"slack", "no_such_webhook", NULL,
     "The webhook was removed or the URL is cut: make a new one in the app's settings."},
    {"slack", "unexpected_answer", NULL,
     "Something else than Slack answered: check the URL, and whether a proxy stands between."},
    {"msteamsv2", "unauthorized", NULL,
     "The signature in the URL is not valid: copy the workflow's URL anew, whole, with its query."},
    {"msteamsv2", "refused", NULL,
     "The workflow does not take cards: it has to begin with \"When a Teams webhook request is "
     "received\" and be turned on."},
    {"msteamsv2", "not_found", NULL,
     "There is no such workflow (any more): copy the URL of one that is turned on."},
    {"pagerduty", "unauthorized", NULL,
     "PagerDuty does not know the routing_key: it is the Integration Key of an integration "
     "\"Events "
     "API v2\"; an account in the EU needs url: https://events.eu.pagerduty.com/v2/enqueue."},
    {"opsgenie", "unauthorized", NULL,
     "The api_key is not taken: it has to be of an API integration, and api_url of the same region "
     "and product."},
    {"opsgenie", "forbidden", NULL,
     "The api_key may not do this: allow the integration to create, update and read, or set "
     "follow_up: false."},
    {"opsgenie", "not_processed_yet", NULL,
     "It was taken and is still in work: look there in a minute."},
    {"victorops", "not_found", NULL,
     "Splunk On-Call does not know the api_key or api_url: copy both from the REST integration."},
    {"victorops", "refused", NULL,
     "Splunk On-Call refused it: check the routing_key against the integration's routing keys."},
    /* of any */
    {NULL, "unauthorized", NULL,
     "The credential is not taken: check it, and that it is of this URL."},
    {NULL, "forbidden", NULL, "The credential is known but may not do this: check its rights."},
    {NULL, "not_found", NULL, "The URL leads nowhere: check its path."},
    {NULL, "gone", NULL, "What the URL led to was removed: make a new one."},
    {NULL, "redirected", NULL,
     "The service points to another URL, and redirects are never followed: configure the URL that "
     "it ends at (https instead of http, no sign-in page)."},
    {NULL, "rate_limited", NULL, "The service has had too many requests: try again later."},
    {NULL, "server_error", NULL, "The service itself is in trouble: try again later."},
    {NULL, "too_large", NULL, "The service takes less than even the shortest message."},
    {NULL, "unexpected_answer", NULL,
     "What answered is not the service: check the URL, and whether a proxy or a sign-in page "
     "stands between."},
    {NULL, "refused", NULL, "The service refused the request: what it said is above."},
};

static bool fits(const char *row, const char *word)
{
    return !row || strcmp(row, word) == 0;
}

const char *advice_of(const char *channel, const struct verdict *verdict)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (fits(rows[i].channel, channel) && fits(rows[i].why, verdict->why) &&
            (!rows[i].words || strstr(verdict->detail, rows[i].words)))
            return rows[i].advice;
    }
    return "The service did not take it: what it said is above.";
}
