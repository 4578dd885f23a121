/*
 * opsgenie.h - the channel's settings, and what its files share: the steps (opsgenie.c), what the
 * answers mean (opsgenie_judge.c) and the bodies that are sent (opsgenie_alert.c).
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_OPSGENIE_H
#define TOCSIN_CONSUMER_CHANNELS_OPSGENIE_H

#include "consumer/channels/channel.h"

#define OPSGENIE_BODY_BYTES_MAX        ((size_t)1 << 20)
#define OPSGENIE_MESSAGE_UNITS_MAX     130
#define OPSGENIE_DESCRIPTION_UNITS_MAX 15000
#define OPSGENIE_NOTE_UNITS_MAX        25000
#define OPSGENIE_DETAILS_UNITS_MAX     8000 /* of all names and values together */
#define OPSGENIE_TAGS_MAX              20
#define OPSGENIE_TAG_UNITS_MAX         50
#define OPSGENIE_REQUEST_ID_BYTES_MAX  128

struct opsgenie {
    const char *api_key, *api_url;
    const char *tags; /* with commas between them */
    bool follow_up;
};

extern const struct channel_ops opsgenie_channel;

/* "P1" … "P5" */
const char *opsgenie_priority(const struct message *message);

/* Bodies: JSON in the arena, NULL with *err. The note is that of a change or of a close. */
const char *opsgenie_alert(const struct opsgenie *opsgenie, const struct message *message,
                           enum render_size size, struct arena *arena, size_t *ret_bytes,
                           struct error *err);
const char *opsgenie_note(const struct message *message, enum render_size size, struct arena *arena,
                          size_t *ret_bytes, struct error *err);

void opsgenie_judge(const void *ctx, const struct response *response, struct verdict *verdict);

#endif
