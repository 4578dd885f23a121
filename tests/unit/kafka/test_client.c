/*
 * test_client.c - properties: which may be set, which win, and that no value is ever printed.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "consumer/kafka/client.h"

static const char *const refused[] = {
    "transactional.id",         "enable.idempotence",   "acks",
    "request.required.acks",    "partitioner",          "group.id",
    "group.instance.id",        "group.protocol",       "partition.assignment.strategy",
    "enable.auto.commit",       "auto.offset.reset",    "isolation.level",
    "enable.auto.offset.store", "enable.partition.eof",
};

static const enum client_kind kinds[] = {CLIENT_GROUP, CLIENT_RESTORE, CLIENT_ENDS,
                                         CLIENT_PRODUCER};

static char logged[4096];

static void keep(int level, const char *who, const char *text)
{
    size_t used = strlen(logged);

    snprintf(logged + used, sizeof(logged) - used, "%d %s %s\n", level, who, text);
}

static struct client_config config_of(const struct label *labels, size_t count)
{
    return (struct client_config){
        .kafka = labels, .kafka_count = count, .name = "test", .group = "g", .instance = "i"};
}

static void property_is(rd_kafka_t *rk, const char *name, const char *wanted)
{
    char value[128];
    size_t bytes = sizeof(value);

    cr_assert_eq(rd_kafka_conf_get(rd_kafka_conf(rk), name, value, &bytes), RD_KAFKA_CONF_OK);
    cr_assert_str_eq(value, wanted, "%s is %s, not %s", name, value, wanted);
}

Test(client, refuses_by_name_what_the_rules_own)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
        struct label label = {refused[i], "secret"};
        struct client_config config = config_of(&label, 1);
        struct error err = {0};
        rd_kafka_t *rk = NULL;

        cr_assert_eq(client_new(&config, CLIENT_GROUP, &rk, &err), -1, "%s", refused[i]);
        cr_assert_eq(err.kind, ERROR_INPUT);
        cr_assert_not_null(strstr(err.text, refused[i]));
        cr_assert_null(strstr(err.text, "secret"));
        cr_assert_null(rk);
    }
    cr_assert_eq(client_check_property("session.timeout.ms", NULL), 0);
}

Test(client, names_an_unknown_property_and_hides_a_wrong_value)
{
    const struct label labels[] = {{"no.such.property", "hush"}, {"session.timeout.ms", "hush"}};

    for (size_t i = 0; i < 2; i++) {
        struct client_config config = config_of(&labels[i], 1);
        struct error err = {0};
        rd_kafka_t *rk = NULL;

        cr_assert_eq(client_new(&config, CLIENT_GROUP, &rk, &err), -1);
        cr_assert_eq(err.kind, ERROR_INPUT);
        cr_assert_not_null(strstr(err.text, labels[i].name));
        cr_assert_null(strstr(err.text, "hush"));
    }
}

Test(client, every_kind_has_its_properties)
{
    const struct label labels[] = {{"session.timeout.ms", "7000"}, {"compression.type", "lz4"}};
    struct client_config config = config_of(labels, 2);
    rd_kafka_t *rk[4] = {NULL};

    client_set_logger(keep);
    for (size_t i = 0; i < 4; i++)
        cr_assert_eq(client_new(&config, kinds[i], &rk[i], NULL), 0);
    property_is(rk[0], "session.timeout.ms", "7000");
    property_is(rk[0], "isolation.level", "read_committed");
    property_is(rk[0], "auto.offset.reset", "error");
    property_is(rk[0], "enable.auto.commit", "false");
    property_is(rk[1], "enable.partition.eof", "true");
    property_is(rk[1], "isolation.level", "read_committed");
    property_is(rk[2], "isolation.level", "read_uncommitted");
    property_is(rk[3], "transactional.id", "g.i");
    property_is(rk[3], "transaction.timeout.ms", "10000");
    property_is(rk[3], "compression.type", "lz4");
    property_is(rk[3], "client.id", "test.i");
    for (size_t i = 0; i < 4; i++)
        rd_kafka_destroy(rk[i]);
    cr_assert_str_eq(logged, "", "a property of another kind of handle is no news: %s", logged);
}

Test(client, a_static_member_is_named_after_its_instance)
{
    struct client_config config = config_of(NULL, 0);
    rd_kafka_t *rk = NULL;

    config.static_membership = true;
    cr_assert_eq(client_new(&config, CLIENT_GROUP, &rk, NULL), 0);
    property_is(rk, "group.instance.id", "g.i");
    rd_kafka_destroy(rk);
}

Test(client, an_identifier_has_a_limit)
{
    char instance[300];
    struct client_config config = config_of(NULL, 0);
    struct error err = {0};
    rd_kafka_t *rk = NULL;

    memset(instance, 'i', sizeof(instance));
    instance[253] = '\0'; /* "g." and 253 are 255: the last that fits */
    config.instance = instance;
    config.name = "t";
    cr_assert_eq(client_new(&config, CLIENT_ENDS, &rk, &err), 0);
    rd_kafka_destroy(rk);
    instance[253] = 'i';
    instance[254] = '\0';
    cr_assert_eq(client_new(&config, CLIENT_ENDS, &rk, &err), -1);
    cr_assert_eq(err.kind, ERROR_LIMIT);
}

Test(client, a_topic_of_nobody_is_retriable)
{
    const struct label labels[] = {{"bootstrap.servers", "127.0.0.1:1"}};
    struct client_config config = config_of(labels, 1);
    struct error err = {0};
    rd_kafka_topic_t *topic = NULL;
    rd_kafka_t *rk = NULL;
    int32_t count = 0;

    client_set_logger(keep);
    cr_assert_eq(client_new(&config, CLIENT_ENDS, &rk, NULL), 0);
    cr_assert_eq(client_warm_up(rk, "t", 100, &topic, &count, &err), -1);
    cr_assert_eq(err.kind, ERROR_RETRIABLE);
    cr_assert_null(topic);
    rd_kafka_destroy(rk);
}

Test(client, logs_go_to_the_programs_logger)
{
    client_set_logger(keep);
    client_log(LOG_ERR, "me", "%d of %s", 3, "four");
    cr_assert_str_eq(logged, "3 me 3 of four\n");
}
