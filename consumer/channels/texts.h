/*
 * texts.h - a receiver's own title and text, filled with what the message is about.
 *
 * A template sees the members of the first alert's picture as in the notification's schema
 * (severity, model, count, rule.title, labels.team, sample.prompt, …), and of the message:
 *
 *   headline             tocsin's own words         alerts    each with its picture's members,
 *   group, labels        of the group, common ones            `headline` and `changed`
 *   total, omitted       alerts of it, and not in `alerts`
 *   resolved, repeat, in_doubt, storm, receiver, external_url
 *   summary              of a run's summary: run, status, counts, before (as in its schema)
 *
 * What a template gives is text without markup for every channel, its own words too: the channel
 * escapes all of it as it does what tocsin itself says, so that {{{x}}} is as safe as {{x}}.
 * A title that comes out empty, a template that runs too long, and a picture that can't be written
 * as its record (masks made a text longer than it may be) are as no template: tocsin's own words.
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_TEXTS_H
#define TOCSIN_CONSUMER_CHANNELS_TEXTS_H

#include "consumer/channels/channel.h"

#define TEXTS_UNITS_MAX 2000
#define TEXTS_LINES_MAX 20

/* One neutralised line; NULL: tocsin's own words. */
char *texts_title(const struct message *message, size_t units_max, struct arena *arena);

/* A neutralised block of at most TEXTS_UNITS_MAX units and TEXTS_LINES_MAX lines; NULL: nothing is
 * said here, as in a message that shows its identity alone. */
char *texts_body(const struct message *message, enum render_size size, struct arena *arena);

#endif
