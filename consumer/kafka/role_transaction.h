/*
 * role_transaction.h - one transaction, from begin to a known outcome.
 *
 * The transactor owns the transactional producer. It knows no consumer: what an outcome means for
 * consumption is the role's business (role_commit.c). Until commit_transaction is called nothing of
 * a batch can become true, so every failure before it ends in an abort; from there on, whatever is
 * not a success is UNKNOWN. After UNKNOWN the producer is of no more use: transactor_renew(), then
 * transactor_start() until it answers; that ends the old transaction. Used by one thread at a time:
 * the role's, or the committer's while it holds a batch.
 */
#ifndef TOCSIN_CONSUMER_KAFKA_ROLE_TRANSACTION_H
#define TOCSIN_CONSUMER_KAFKA_ROLE_TRANSACTION_H

#include "consumer/kafka/client.h"
#include "consumer/kafka/role.h"
#include "consumer/kafka/watchdog.h"

#define TRANSACTION_MS_MAX   20000 /* retriable errors are tried again for as long as this */
#define ABORT_MS_MAX         10000
#define TRANSACTION_HANGS_MS 75000 /* after that the watchdog ends the process */
#define WARM_UP_MS_MAX       10000

enum transactor_state {
    TRANSACTOR_STARTING, /* transactor_start() has not succeeded yet */
    TRANSACTOR_READY,
    TRANSACTOR_BROKEN, /* transactor_renew() */
};

struct transactor {
    const struct client_config *config;
    const struct role_topic *topics;
    size_t topics_count;
    struct watchdog *watchdog;
    enum watchdog_slot slot;
    rd_kafka_t *rk;
    rd_kafka_topic_t *handles[ROLE_TOPICS_MAX];
    int32_t partitions[ROLE_TOPICS_MAX];
    enum transactor_state state;
    /* of the last transaction */
    bool membership_lost;       /* the group says that we are not the member who read this */
    bool forbidden;             /* not authorized: trying again will not help */
    rd_kafka_resp_err_t failed; /* of the first record that was not written */
    const char *failed_topic;
};

/* Keeps `config` by reference; its `delivered` and `opaque` are set here. */
int transactor_init(struct transactor *transactor, const struct role_config *role,
                    struct client_config *config, struct watchdog *watchdog, struct error *err);
void transactor_fini(struct transactor *transactor);

/* Metadata and init_transactions, each for at most timeout_ms. ERROR_RETRIABLE: call again; any
 * other error: it never will succeed. */
int transactor_start(struct transactor *transactor, int timeout_ms, struct error *err);

/* A new producer with the same transactional.id. */
int transactor_renew(struct transactor *transactor, struct error *err);

enum commit_result transactor_run(struct transactor *transactor, const struct batch *batch,
                                  const rd_kafka_consumer_group_metadata_t *membership,
                                  struct error *err);

#endif
