/*
 * verdict.h - what an HTTP answer means, from one table; channels refine it by ops->judge.
 *
 * A 2xx is delivered; what time can heal is tried again; what it can't is given up; 401 and 403
 * stop the receiver instead of the message; a request that cannot even be begun is given up. A
 * redirect is never followed: it would take the message and its credentials to someone nobody
 * configured.
 */
#ifndef TOCSIN_CONSUMER_DELIVER_VERDICT_H
#define TOCSIN_CONSUMER_DELIVER_VERDICT_H

#include "consumer/channels/channel.h"

/* Statuses from..to; status 0 has a row of its own for each value of `sent`. First match wins. */
struct verdict_row {
    int from, to;
    enum outcome outcome;
    const char *why;
    bool blocks_receiver, too_large;
};
extern const struct verdict_row verdict_rows[];
extern const size_t verdict_rows_count;
#define WHY_UNREACHABLE "unreachable"
#define WHY_NO_ANSWER   "no_answer"
#define WHY_UNSENDABLE  "unsendable"

/* The common table, then ops->judge where the channel has one. */
void verdict_judge(const struct channel_ops *ops, const void *ctx, const struct response *response,
                   struct verdict *ret_verdict);

#endif
