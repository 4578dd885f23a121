/*
 * config.h - tocsind's configuration: YAML in, tables out, or an error with line and column.
 *
 * A configuration is immutable once loaded and is freed whole. Alertmanager's `route`, `receivers`
 * and `global` sections load as they are; what of them we do not do is refused by name, never
 * ignored.
 */
#ifndef TOCSIN_CONSUMER_CONFIG_CONFIG_H
#define TOCSIN_CONSUMER_CONFIG_CONFIG_H

#include <stdio.h>

#include "consumer/channels/channel.h"
#include "consumer/enrich/masking.h"
#include "consumer/enrich/rules.h"
#include "consumer/measure/rule.h"
#include "consumer/route/inhibit.h"
#include "consumer/route/route.h"

#define INTEGRATIONS_MAX  1024
#define INHIBIT_RULES_MAX 1024
#define INTERVALS_MAX     4096 /* time intervals, and names for them */
#define CONFIG_BYTES_MAX  ((size_t)4 * 1024 * 1024)

/* What a receiver does with a request that may or may not have arrived (a crash between request and
 * answer). */
enum on_doubt { DOUBT_SEND_AGAIN, DOUBT_DEAD_LETTER };

/* One `*_configs` entry of a receiver: Alertmanager's word. Its id is stable:
 * "<receiver>/<kind>/<index>". */
struct integration {
    const char *id;
    const char *receiver;
    const struct channel_ops *ops;
    void *ctx;                  /* ops->ctx_size bytes */
    bool send_resolved;         /* default true everywhere */
    int flush;                  /* enum flush: of the receiver */
    int64_t max_wait_ms;        /* how long flush run_end waits at most, default 1h */
    int run_summary;            /* enum summary_wish; never where the channel shows none */
    int64_t shards;             /* partitions of notifications it is spread over, default 1 */
    int64_t concurrency;        /* requests in flight, default 4 */
    int64_t request_timeout_ms; /* default 5 s; below session.timeout.ms */
    int64_t attempts_max;       /* default 0: only age counts */
    int64_t age_max_ms;         /* default 3 d: older deliveries become dead letters */
    int64_t backoff_min_ms, backoff_max_ms; /* 1 s, 10 min */
    int64_t retry_after_max_ms; /* default 1 h: a larger Retry-After is clamped, said aloud */
    int on_doubt;               /* enum on_doubt */
    int evidence;               /* enum evidence_policy, default masked */
    struct rate rate;           /* default: the channel's own; requests 0: none */
    int64_t breaker_failures;   /* in a row that open the breaker, default 5; 0: only 401 and 403 */
    /* Guard: after so many dead letters within the window, when they are at least that share of
     * all deliveries, nothing more is given up. guard_dead 0: no guard. */
    int64_t guard_dead, guard_share_percent, guard_window_ms; /* 20, 50, 10 min */
    /* Storm: more alerts than this with news within the window are one message. 0: never. */
    int64_t storm_alerts, storm_window_ms; /* 100, 10 min */
    struct texts texts;                    /* in place of tocsin's own words */
    const char *fallback;      /* receiver that takes what this one can't say, or NULL */
    int64_t fallback_after_ms; /* default 30 min */
};

struct topics_config {
    const char *prefix;              /* "tocsin." */
    int64_t partitions;              /* of findings, alerts, state: default 6 */
    int64_t notification_partitions; /* of notifications, deliveries, retry: default 6 */
    int64_t replication;             /* default 3; 1 for a single broker */
    struct list retry_tiers;         /* struct retry_tier, ascending: default 1m 10m 1h 6h */
    bool create;                     /* default true */
};
struct retry_tier {
    const char *name;
    int64_t delay_ms;
};

struct lifecycle_config {
    int64_t dedupe_window_ms; /* default 3 d */
    int64_t seen_ids_max;     /* bound of the id set per partition, default 4 M (64 MiB); said aloud
                                 when reached */
    /* default 6 h: a run whose ends did not come by then resolves nothing */
    int64_t run_time_limit_ms;
    bool notify_lost_runs;     /* a run that is lost is a finding; default true */
    int64_t clean_runs;        /* to resolve, default 1 */
    int64_t flap_count;        /* reopenings within the window; default 3, 0: never */
    int64_t flap_window_ms;    /* 7 d */
    int64_t flap_clean_runs;   /* to resolve one that flaps, default 3 */
    int64_t stale_after_ms;    /* 30 d */
    bool notify_model_version; /* a new model version is news; default false */
};

/* The section `masking`: what is taken out of what receivers see. */
struct masking_config {
    bool personal;        /* receivers with `evidence: masked` see no personal data; default true */
    struct list patterns; /* struct label: name and PCRE2, personal data of one's own */
    struct masking masks; /* made of them */
};

/* Where something stands in the file, for errors that are found later. */
struct config_place {
    size_t line, column;
};

#define CONFIG_WARNINGS_MAX 20

struct config {
    struct arena arena; /* owns everything below */
    const char *path;
    char hash[65];                           /* SHA-256 of the text, hex */
    struct list kafka;                       /* struct label: librdkafka's properties as they are */
    const struct config_place *kafka_places; /* of each of them */
    const char *instance;   /* for transactional.id and static membership; default $TOCSIN_INSTANCE,
                               pod name, else host-pid-random */
    bool instance_made;     /* nobody named it: it is another with every load */
    bool static_membership; /* group.instance.id = instance */
    const char *external_url;
    int64_t shutdown_grace_ms; /* default 20 s */
    struct topics_config topics;
    struct lifecycle_config lifecycle;
    struct masking_config masking;
    const char *operator_receiver; /* hears of receivers that are in trouble; NULL: nobody does */
    struct route *route;           /* root */
    /* what routes mean by mute_time_intervals, active_time_intervals */
    struct named_interval *intervals;
    size_t intervals_count;
    struct time_interval **times; /* all that the named ones have */
    size_t times_count;
    struct inhibit_rule *inhibit_rules;
    size_t inhibit_rules_count;
    struct enrichment enrichment;
    struct measure_rule *measure_rules;
    size_t measure_rules_count;
    struct integration *integrations;
    size_t integrations_count;
    const char *warnings[CONFIG_WARNINGS_MAX]; /* for the program to say aloud */
    size_t warnings_count;
};

/* Loads and checks. On failure *ret is NULL and err says file:line:column, the key, what was
 * expected. */
int config_load(const char *path, struct config **ret, struct error *err);
int config_parse(const char *name, const char *text, size_t bytes, struct config **ret,
                 struct error *err);
void config_free(struct config *config);

/* Whether a process that runs with one may go on with the other; ERROR_INPUT names what needs a
 * restart. */
int config_check_reload(const struct config *running, const struct config *next, struct error *err);

/* As config_parse(), but goes on after a problem: up to `problems_max` of them, in *ret_count. */
int config_check(const char *name, const char *text, size_t bytes, struct config **ret,
                 struct error *problems, size_t problems_max, size_t *ret_count);

/* Reads the text of a configuration; the caller frees it. */
int config_read(const char *path, char **ret_text, size_t *ret_bytes, struct error *err);

/* Every key with its kind, range, default and help: the manual. */
void config_print_reference(FILE *out);

const struct integration *config_integration(const struct config *config, const char *id);

/* NULL: no such name. */
const struct named_interval *config_interval(const struct config *config, const char *name);

/* The integrations of an Alertmanager receiver, as a range of config->integrations. */
size_t config_receiver(const struct config *config, const char *receiver,
                       const struct integration **ret_first);

#endif
