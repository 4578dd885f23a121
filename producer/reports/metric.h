/*
 * metric.h - what a metric's name says of it.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_METRIC_H
#define TOCSIN_PRODUCER_REPORTS_METRIC_H

#include <stdbool.h>

/* True but where the name holds a word for something bad: "toxicity", "attack_success_rate". For
 * reports that do not say it themselves. */
bool metric_higher_is_better(const char *name);

/* Whether it is the spread of another metric: "stderr", "acc_stderr", "std", "boostrap_std". */
bool metric_is_spread(const char *name);

#endif
