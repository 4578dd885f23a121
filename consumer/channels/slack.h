/*
 * slack.h - the channel's settings, and what its files share: the steps (slack.c), what the answers
 * mean (slack_judge.c), the page (slack_message.c) and the reply in its thread (slack_reply.c).
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_SLACK_H
#define TOCSIN_CONSUMER_CHANNELS_SLACK_H

#include "consumer/channels/channel.h"
#include "consumer/channels/document.h"

#define SLACK_BODY_BYTES_MAX 262144
#define SLACK_ID_BYTES_MAX   64 /* of a channel's id and a message's ts: more is not Slack's */

struct slack {
    const char *api_url,
        *webhook_url; /* the same thing under two names; init() leaves it in api_url */
    const char *app_token, *app_url; /* the Web API instead of a webhook */
    const char *channel, *username, *icon_emoji, *icon_url;
    bool update_message, reply_broadcast;
};

extern const struct channel_ops slack_channel;

/* Where a page goes: into the place of an older one, or (`ts` NULL) as a message of its own. */
struct slack_place {
    const char *channel, *ts;
};

/* Bodies: JSON in the arena, NULL with *err. The reply stands in the thread of its place. */
const char *slack_message(const struct slack *slack, const struct slack_place *place,
                          const struct message *message, enum render_size size, struct arena *arena,
                          size_t *ret_bytes, struct error *err);
const char *slack_reply(const struct slack *slack, const struct slack_place *place,
                        const struct message *message, struct arena *arena, size_t *ret_bytes,
                        struct error *err);

/* Who a new message is from, and that Slack opens none of its links. */
void slack_author(const struct slack *slack, struct document *document);

void slack_judge(const void *ctx, const struct response *response, struct verdict *verdict);

/* Channel and ts in the Web API's answer, borrowed from `answer`; false: it names no message. */
bool slack_place_of(const json_t *answer, struct slack_place *ret_place);

#endif
