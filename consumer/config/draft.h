/*
 * draft.h - a configuration while it is read: what the files of its sections share.
 *
 * The sections are read in the order that they need each other (kafka, topics, lifecycle, global,
 * receivers, time_intervals, route, inhibit_rules, the rules that enrich), wherever they stand in
 * the file.
 */
#ifndef TOCSIN_CONSUMER_CONFIG_DRAFT_H
#define TOCSIN_CONSUMER_CONFIG_DRAFT_H

#include "consumer/config/config.h"
#include "consumer/config/reader.h"

#define RECEIVERS_MAX           1024
#define RECEIVER_NAME_BYTES_MAX 200
#define INTERVAL_NAME_CHARS_MAX 200

struct draft {
    struct reader reader;
    struct config *config;
    const struct node *root;
    struct integration defaults; /* of every integration, from `global` */
    const char **receivers;      /* names */
    bool *receivers_used;
    size_t receivers_count;
};

/* Each reads its section; `node` is NULL where the file has none. -1 when it noted a problem. */
int global_bind(struct draft *draft, const struct node *node);
int kafka_bind(struct draft *draft, const struct node *node);
int topics_bind(struct draft *draft, const struct node *node);
int lifecycle_bind(struct draft *draft, const struct node *node);
int receivers_bind(struct draft *draft, const struct node *node);
int intervals_bind(struct draft *draft, const struct node *node);
int routing_bind(struct draft *draft, const struct node *node);
int inhibition_bind(struct draft *draft, const struct node *node);
int pipelines_bind(struct draft *draft, const struct node *node);
int masking_bind(struct draft *draft, const struct node *node);
int measuring_bind(struct draft *draft, const struct node *node);
void measuring_free(const struct config *config);
int owners_bind(struct draft *draft, const struct node *node);
int overrides_bind(struct draft *draft, const struct node *node);
int repositories_bind(struct draft *draft, const struct node *node);
int links_bind(struct draft *draft, const struct node *node);
int tickets_bind(struct draft *draft, const struct node *node);

/* What the rules hold besides the arena. */
void enrichment_free(const struct enrichment *enrichment);

/* After all sections: the receivers that others fall back on, and the operator's. */
int standins_check(struct draft *draft);

/* Index in draft->receivers, receivers_count for none. */
size_t draft_receiver(const struct draft *draft, const char *name);

/* The time interval that a route names at `value`; NULL after a problem, noted there. */
const struct named_interval *intervals_find(struct draft *draft, const struct node *key,
                                            const struct node *value);

/* A slack_configs entry, say, with what `global` gives for keys that it leaves out. NULL: out of
 * memory. */
const struct node *global_inherit(struct draft *draft, const struct node *entry,
                                  const char *channel);

/* `instance` as configured, or the default; checks it. */
int instance_complete(struct draft *draft);

extern const struct setting global_settings[], topics_settings[], lifecycle_settings[];
extern const struct setting delivery_settings[], text_settings[], entry_settings[],
    receiver_settings[];
extern const struct setting route_settings[], config_settings[];
extern const struct setting masking_settings[];
extern const struct setting measure_settings[], measure_change_settings[];
extern const struct section topics_sections[], route_sections[], inhibit_sections[];
extern const struct section interval_sections[], condition_sections[];
extern const struct setting owner_settings[], override_settings[], repository_settings[];
extern const struct setting link_settings[], ticket_settings[], cadence_settings[];

#endif
