/*
 * watchdog.h - ends the process when a call that should return does not.
 *
 * Time-outs of librdkafka bound most calls; this bounds the rest, since a role that hangs holds its
 * partitions and its transaction and nobody takes them over. Between enter and leave a thread may
 * spend `limit_ms`; after that `bite` is called (default: a line in the log and
 * _exit(WATCHDOG_EXIT)); the restart restores. Time counts in ticks of the watchdog's own thread,
 * so that a process which was stopped (SIGSTOP, a laptop's lid) is not taken for one that hangs.
 */
#ifndef TOCSIN_CONSUMER_KAFKA_WATCHDOG_H
#define TOCSIN_CONSUMER_KAFKA_WATCHDOG_H

#include "producer/error.h"

#define WATCHDOG_TICK_MS 250
#define WATCHDOG_EXIT    70 /* EX_SOFTWARE */

/* One slot for each thread that makes watched calls. */
enum watchdog_slot { WATCHDOG_LOOP, WATCHDOG_COMMITTER, WATCHDOG_SLOTS };

struct watchdog;
typedef void watchdog_bite(const char *who, const char *what);

/* `who` is the role's name, kept by reference; bite NULL: the default. */
int watchdog_new(const char *who, watchdog_bite *bite, struct watchdog **ret, struct error *err);
void watchdog_free(struct watchdog *watchdog);

/* `what` names the call, kept by reference. Calls nest: the outermost counts. */
void watchdog_enter(struct watchdog *watchdog, enum watchdog_slot slot, const char *what,
                    int limit_ms);
void watchdog_leave(struct watchdog *watchdog, enum watchdog_slot slot);

#endif
