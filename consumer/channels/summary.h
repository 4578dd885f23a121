/*
 * summary.h - a run's summary in words, the same in every channel: a headline, rows, links.
 *
 *   RUN ENDED · 3 new, 12 still open, 2 resolved · redteam on main
 *   New         3: 1 critical, 2 high
 *   Still open  12: 4 high, 8 medium
 *   Resolved    2: 2 low
 *   Trend       15 open, 1 more than after the run before
 *
 * Values are neutralised text without markup, as in facts.h.
 */
#ifndef TOCSIN_CONSUMER_CHANNELS_SUMMARY_H
#define TOCSIN_CONSUMER_CHANNELS_SUMMARY_H

#include "consumer/channels/facts.h"

/* NULL only when memory is out. */
char *summary_headline(const struct run_summary *summary, size_t units_max, struct arena *arena);

/* -1 only when memory is out. */
int summary_facts(const struct message *message, size_t value_units_max, struct arena *arena,
                  struct facts *ret_facts, struct error *err);

/* The CI run, where its link is safe to open and at most `bytes_max` long. */
void summary_links(const struct run_summary *summary, size_t bytes_max, struct arena *arena,
                   struct link_list *ret_links);

/* The worst severity of what is new, else of what is still open; SEVERITY_INFO when nothing is. */
int summary_severity(const struct run_summary *summary);

/* Nothing is open where the run looked. */
bool summary_is_clear(const struct run_summary *summary);

#endif
