/*
 * restore.c - the slices of a restore: ask, ask, read.
 *
 * Each partition under way is in one of three stages and goes through them alone; partitions are
 * few (those of one member), so that they live in an array that is searched. The reader has exactly
 * those changelogs assigned that still have records to give. Failing questions are put again after
 * a pause, for as long as it takes: a broker that is away is no reason to end.
 */
#include "consumer/kafka/restore.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#define END_UNKNOWN (-1)

enum stage { STAGE_COMMITTED, STAGE_ENDS, STAGE_READ };
enum { HANDLES_OF_READER, HANDLES_OF_ENDS };

struct changelog {
    int64_t end;  /* to be reached; END_UNKNOWN */
    int64_t next; /* records before it were seen */
    bool in;
};

struct restore_partition {
    int32_t partition;
    enum stage stage;
    int64_t committed;
    int64_t moved_ms; /* when it last got further */
    int64_t gone_ms;  /* since when a broker says that there is no such topic; 0: it does not */
    struct changelog changelogs[ROLE_TOPICS_MAX];
};

static bool is_changelog(const struct restore *restore, size_t topic)
{
    return restore->config->topics[topic].use == TOPIC_CHANGELOG;
}

static struct restore_partition *find(struct restore *restore, int32_t partition)
{
    for (size_t i = 0; i < restore->under_way_count; i++)
        if (restore->under_way[i].partition == partition)
            return &restore->under_way[i];
    return NULL;
}

/* A cluster in memory keeps no offsets for transactions: positions come from the changelog alone.
 */
static void start_over(const struct restore *restore, struct restore_partition *partition)
{
    partition->stage = restore->config->in_memory_cluster ? STAGE_ENDS : STAGE_COMMITTED;
    partition->committed = -1;
    partition->gone_ms = 0;
    partition->moved_ms = client_now_ms();
    for (size_t i = 0; i < ROLE_TOPICS_MAX; i++)
        partition->changelogs[i] = (struct changelog){.end = END_UNKNOWN};
}

int restore_begin(struct restore *restore, int32_t partition, struct error *err)
{
    size_t count = restore->under_way_count + 1;
    struct restore_partition *grown =
        reallocarray(restore->under_way, count, sizeof(*restore->under_way));

    if (grown == NULL)
        return error_set(err, ERROR_MEMORY, "no memory to restore %zu partitions", count);
    restore->under_way = grown;
    restore->under_way_count = count;
    grown[count - 1] = (struct restore_partition){.partition = partition};
    start_over(restore, &grown[count - 1]);
    restore->not_before_ms = 0;
    return 0;
}

/* Hands the reader a changelog, or takes it back. */
static int reader_assign(struct restore *restore, size_t topic, int32_t partition, bool add,
                         struct error *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_error_t *error;

    rd_kafka_topic_partition_list_add(list, restore->config->topics[topic].name, partition)
        ->offset = RD_KAFKA_OFFSET_BEGINNING;
    error = add ? rd_kafka_incremental_assign(restore->reader, list)
                : rd_kafka_incremental_unassign(restore->reader, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (error == NULL)
        return 0;
    error_set(err, ERROR_FATAL, "assigning %s partition %d for restore: %s",
              restore->config->topics[topic].name, partition, rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    return -1;
}

void restore_cancel_all(struct restore *restore)
{
    rd_kafka_resp_err_t code = rd_kafka_assign(restore->reader, NULL);

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        client_log(LOG_WARNING, rd_kafka_name(restore->reader), "giving up a restore: %s",
                   rd_kafka_err2str(code));
    restore->under_way_count = 0;
}

static bool is_gone(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
           code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC || code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
}

/* A question without an answer is put again, aloud when that takes long; a topic that stays away is
 * fatal. */
static int ask_later(struct restore *restore, struct restore_partition *partition, const char *what,
                     rd_kafka_resp_err_t code, struct error *err)
{
    int64_t now_ms = client_now_ms();
    int64_t waits_ms = now_ms - partition->moved_ms;

    restore->not_before_ms = now_ms + RESTORE_RETRY_MS;
    if (code == RD_KAFKA_RESP_ERR__TIMED_OUT && restore->query_ms < RESTORE_QUERY_MS_MAX)
        restore->query_ms *= 2;
    if (!is_gone(code))
        partition->gone_ms = 0;
    else if (partition->gone_ms == 0)
        partition->gone_ms = now_ms;
    else if (now_ms - partition->gone_ms > RESTORE_GONE_MS)
        return error_set(err, ERROR_FATAL, "%s partition %d is not there: %s", what,
                         partition->partition, rd_kafka_err2str(code));
    if (waits_ms > RESTORE_COMPLAINS_MS && now_ms - restore->complained_ms > RESTORE_COMPLAINS_MS) {
        restore->complained_ms = now_ms;
        client_log(LOG_WARNING, restore->ops->name, "restoring partition %d waits for %s: %s",
                   partition->partition, what, rd_kafka_err2str(code));
    }
    return 0;
}

/* Asks for all that wait for it at once. What comes back with an error (an open transaction) waits
 * on. */
static int ask_committed(struct restore *restore, struct error *err)
{
    const char *input = restore->config->topics[0].name;
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new((int)restore->under_way_count);
    rd_kafka_resp_err_t code;
    int rc = 0;

    for (size_t i = 0; i < restore->under_way_count; i++)
        if (restore->under_way[i].stage == STAGE_COMMITTED)
            rd_kafka_topic_partition_list_add(list, input, restore->under_way[i].partition);
    code = rd_kafka_committed(restore->group, list, restore->query_ms);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        restore->query_ms = RESTORE_QUERY_MS_MIN;
    for (int i = 0; i < list->cnt && rc == 0; i++) {
        const rd_kafka_topic_partition_t *answer = &list->elems[i];
        struct restore_partition *partition = find(restore, answer->partition);

        if (code != RD_KAFKA_RESP_ERR_NO_ERROR || answer->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            rc = ask_later(restore, partition, "the committed offset",
                           code != RD_KAFKA_RESP_ERR_NO_ERROR ? code : answer->err, err);
            if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
                break; /* one answer for all */
            continue;
        }
        partition->committed = answer->offset >= 0 ? answer->offset : -1;
        partition->stage = STAGE_ENDS;
        partition->moved_ms = client_now_ms();
    }
    rd_kafka_topic_partition_list_destroy(list);
    return rc;
}

static rd_kafka_resp_err_t ask_range(struct restore *restore, size_t topic, int32_t partition,
                                     int timeout_ms, int64_t *ret_first, int64_t *ret_end)
{
    return rd_kafka_query_watermark_offsets(restore->ends, restore->config->topics[topic].name,
                                            partition, ret_first, ret_end, timeout_ms);
}

int restore_range(struct restore *restore, topic_index topic, int32_t partition, int64_t *ret_first,
                  int64_t *ret_end, struct error *err)
{
    rd_kafka_resp_err_t code =
        ask_range(restore, (size_t)topic, partition, RESTORE_QUERY_MS_MAX, ret_first, ret_end);

    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return 0;
    return error_set(err, ERROR_RETRIABLE, "offsets of %s partition %d: %s",
                     restore->config->topics[topic].name, partition, rd_kafka_err2str(code));
}

/* Asks for the end of each changelog and starts reading those that hold anything. */
static int ask_ends(struct restore *restore, struct restore_partition *partition, struct error *err)
{
    for (size_t topic = 0; topic < restore->config->topics_count; topic++) {
        struct changelog *changelog = &partition->changelogs[topic];
        int64_t first = 0, end = 0;
        rd_kafka_resp_err_t code;

        if (!is_changelog(restore, topic) || changelog->end != END_UNKNOWN)
            continue;
        code = ask_range(restore, topic, partition->partition, restore->query_ms, &first, &end);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
            return ask_later(restore, partition, restore->config->topics[topic].name, code, err);
        changelog->end = end;
        changelog->in = first == end;
        if (!changelog->in && reader_assign(restore, topic, partition->partition, true, err) != 0)
            return -1;
    }
    partition->stage = STAGE_READ;
    partition->moved_ms = client_now_ms();
    return 0;
}

/* Drops what was restored of the partition and starts over. */
static int begin_again(struct restore *restore, struct restore_partition *partition,
                       const char *why, struct error *err)
{
    client_log(LOG_WARNING, restore->ops->name, "partition %d: %s; restoring it again",
               partition->partition, why);
    for (size_t topic = 0; topic < restore->config->topics_count; topic++) {
        const struct changelog *changelog = &partition->changelogs[topic];

        if (changelog->end != END_UNKNOWN && !changelog->in &&
            reader_assign(restore, topic, partition->partition, false, err) != 0)
            return -1;
    }
    restore->ops->drop(restore->self, partition->partition);
    start_over(restore, partition);
    return 0;
}

static int topic_of(const struct restore *restore, const rd_kafka_message_t *message)
{
    for (size_t topic = 0; topic < restore->config->topics_count; topic++)
        if (is_changelog(restore, topic) && message->rkt != NULL &&
            strcmp(rd_kafka_topic_name(message->rkt), restore->config->topics[topic].name) == 0)
            return (int)topic;
    return -1;
}

static int take_record(struct restore *restore, struct restore_partition *partition,
                       topic_index topic, const rd_kafka_message_t *message, struct error *err)
{
    struct changelog *changelog = &partition->changelogs[topic];

    if (message->offset < changelog->next)
        return 0;
    changelog->next = message->offset + 1;
    partition->moved_ms = client_now_ms();
    restore->records++;
    return restore->ops->restore(restore->self, topic, partition->partition, message->key,
                                 message->key_len, message->payload, message->len, err);
}

static int take(struct restore *restore, const rd_kafka_message_t *message, struct error *err)
{
    int topic = topic_of(restore, message);
    struct restore_partition *partition = topic < 0 ? NULL : find(restore, message->partition);

    if (partition == NULL || partition->stage != STAGE_READ || partition->changelogs[topic].in)
        return 0;
    switch (message->err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
        return take_record(restore, partition, topic, message, err);
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        if (message->offset < partition->changelogs[topic].end)
            return 0; /* the last stable offset: a transaction is open behind it */
        partition->changelogs[topic].in = true;
        return reader_assign(restore, (size_t)topic, message->partition, false, err);
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        return begin_again(restore, partition, rd_kafka_message_errstr(message), err);
    default:
        client_log(LOG_WARNING, restore->ops->name, "restoring partition %d: %s",
                   message->partition, rd_kafka_message_errstr(message));
        return 0;
    }
}

static int read_on(struct restore *restore, struct error *err)
{
    int64_t until_ms = client_now_ms() + RESTORE_SLICE_MS;
    int64_t left_ms;

    while ((left_ms = until_ms - client_now_ms()) > 0) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(restore->reader, (int)left_ms);
        int rc;

        if (message == NULL)
            return 0;
        rc = take(restore, message, err);
        if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
            until_ms = 0; /* somebody may be done */
        rd_kafka_message_destroy(message);
        if (rc != 0)
            return -1;
    }
    return 0;
}

static bool is_in(const struct restore *restore, const struct restore_partition *partition)
{
    if (partition->stage != STAGE_READ)
        return false;
    for (size_t topic = 0; topic < restore->config->topics_count; topic++)
        if (is_changelog(restore, topic) && !partition->changelogs[topic].in)
            return false;
    return true;
}

static bool take_out_done(struct restore *restore, int32_t *ret_partition, int64_t *ret_committed)
{
    for (size_t i = 0; i < restore->under_way_count; i++) {
        struct restore_partition *partition = &restore->under_way[i];

        if (!is_in(restore, partition))
            continue;
        *ret_partition = partition->partition;
        *ret_committed = partition->committed;
        *partition = restore->under_way[--restore->under_way_count];
        return true;
    }
    return false;
}

static bool anyone_at(const struct restore *restore, enum stage stage)
{
    for (size_t i = 0; i < restore->under_way_count; i++)
        if (restore->under_way[i].stage == stage)
            return true;
    return false;
}

static int ask(struct restore *restore, struct error *err)
{
    int rc = 0;

    if (client_now_ms() < restore->not_before_ms)
        return 0;
    watchdog_enter(restore->watchdog, WATCHDOG_LOOP, "a question for offsets", RESTORE_HANGS_MS);
    if (anyone_at(restore, STAGE_COMMITTED))
        rc = ask_committed(restore, err);
    for (size_t i = 0; i < restore->under_way_count && rc == 0; i++)
        if (restore->under_way[i].stage == STAGE_ENDS)
            rc = ask_ends(restore, &restore->under_way[i], err);
    watchdog_leave(restore->watchdog, WATCHDOG_LOOP);
    return rc;
}

int restore_slice(struct restore *restore, int32_t *ret_partition, int64_t *ret_committed,
                  struct error *err)
{
    *ret_partition = -1;
    if (take_out_done(restore, ret_partition, ret_committed))
        return 0;
    if (ask(restore, err) != 0 || read_on(restore, err) != 0)
        return -1;
    if (take_out_done(restore, ret_partition, ret_committed))
        return 0;
    for (size_t i = 0; i < restore->under_way_count; i++) {
        struct restore_partition *partition = &restore->under_way[i];

        if (partition->stage == STAGE_READ &&
            client_now_ms() - partition->moved_ms > RESTORE_STALLS_MS)
            return begin_again(restore, partition, "a changelog does not get to its end", err);
    }
    return 0;
}

static int warm_up(struct restore *restore, struct error *err)
{
    rd_kafka_t *handles[] = {restore->reader, restore->ends};

    for (size_t handle = 0; handle < 2; handle++)
        for (size_t topic = 0; topic < restore->config->topics_count; topic++) {
            bool wanted = is_changelog(restore, topic) || handle == HANDLES_OF_ENDS;

            if (wanted && client_warm_up(handles[handle], restore->config->topics[topic].name,
                                         RESTORE_STALLS_MS, &restore->handles[handle][topic],
                                         &restore->partitions[topic], err) != 0)
                return -1;
        }
    return 0;
}

int restore_init(struct restore *restore, const struct role_config *config,
                 const struct client_config *client, const struct role_ops *ops, void *self,
                 rd_kafka_t *group, struct watchdog *watchdog, struct error *err)
{
    *restore = (struct restore){
        .config = config,
        .ops = ops,
        .self = self,
        .group = group,
        .watchdog = watchdog,
        .query_ms = RESTORE_QUERY_MS_MIN,
    };
    if (client_new(client, CLIENT_ENDS, &restore->ends, err) != 0 ||
        client_new(client, CLIENT_RESTORE, &restore->reader, err) != 0)
        return -1;
    return warm_up(restore, err);
}

static void stop_handle(rd_kafka_t *rk, rd_kafka_topic_t **topics)
{
    if (rk == NULL)
        return;
    for (size_t topic = 0; topic < ROLE_TOPICS_MAX; topic++)
        if (topics[topic] != NULL)
            rd_kafka_topic_destroy(topics[topic]);
    rd_kafka_destroy(rk);
}

void restore_fini(struct restore *restore)
{
    stop_handle(restore->reader, restore->handles[HANDLES_OF_READER]);
    stop_handle(restore->ends, restore->handles[HANDLES_OF_ENDS]);
    free(restore->under_way);
    *restore = (struct restore){0};
}
