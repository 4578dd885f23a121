/*
 * storm.h - when so many alerts have news that one message is better than many: pure functions on
 * what is remembered of it.
 *
 * Alerts are counted in windows that begin with the first one. What is about to be told within the
 * window counts as well, so a burst is one message from its first alert on. Once it is a storm it
 * stays one until the window is over; afterwards it goes on as normal.
 */
#ifndef TOCSIN_CONSUMER_DELIVER_STORM_H
#define TOCSIN_CONSUMER_DELIVER_STORM_H

#include "consumer/config/config.h"
#include "consumer/records/delivery.h"

#define STORM_QUIET_MS 10000 /* without another alert: it is time for the message */

/* Alerts with news are told now, or have been taken. */
void storm_count(struct storm *storm, const struct integration *integration, int64_t alerts,
                 int64_t now_ms);

/* Is it one, with `soon` alerts that will have to be told within the window, these included? */
bool storm_is_on(struct storm *storm, const struct integration *integration, int64_t soon,
                 int64_t now_ms);

/* When the message about what was taken is due, if nothing else is. */
int64_t storm_due_ms(const struct storm *storm, const struct integration *integration,
                     int64_t now_ms);

#endif
