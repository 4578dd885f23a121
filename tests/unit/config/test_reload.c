/* What a running process takes over from another configuration, and what it refuses by name. */
#include <criterion/criterion.h>
#include <string.h>

#include "consumer/config/config.h"

#define REST "route: {receiver: a}\nreceivers: [{name: a}]\n"

static const char running_text[] = "kafka: {bootstrap.servers: k, session.timeout.ms: '6000'}\n"
                                   "topics: {prefix: p., partitions: 6}\ninstance: one\n" REST;

static struct config *parse(const char *text)
{
    struct config *config = NULL;
    struct error err = {0};

    cr_assert_eq(config_parse("t.yaml", text, strlen(text), &config, &err), 0, "%s", err.text);
    return config;
}

static int reload(const char *from, const char *to, struct error *err)
{
    struct config *running = parse(from), *next = parse(to);
    int rc = config_check_reload(running, next, err);

    config_free(running);
    config_free(next);
    return rc;
}

Test(reload, what_needs_a_restart_is_named)
{
    static const struct {
        const char *text, *what;
    } rows[] = {
        {"kafka: {bootstrap.servers: other, session.timeout.ms: '6000'}\n"
         "topics: {prefix: p., partitions: 6}\ninstance: one\n" REST,
         "kafka: bootstrap.servers can't be changed"},
        {"kafka: {bootstrap.servers: k, session.timeout.ms: '6000', linger.ms: '5'}\n"
         "topics: {prefix: p., partitions: 6}\ninstance: one\n" REST,
         "kafka: linger.ms can't be changed"},
        {"kafka: {bootstrap.servers: k}\ntopics: {prefix: p., partitions: 6}\ninstance: one\n" REST,
         "kafka: session.timeout.ms can't be taken away"},
        {"kafka: {bootstrap.servers: k, session.timeout.ms: '6000'}\n"
         "topics: {prefix: q., partitions: 6}\ninstance: one\n" REST,
         "topics: prefix"},
        {"kafka: {bootstrap.servers: k, session.timeout.ms: '6000'}\n"
         "topics: {prefix: p., partitions: 7}\ninstance: one\n" REST,
         "topics: partitions"},
        {"kafka: {bootstrap.servers: k, session.timeout.ms: '6000'}\n"
         "topics: {prefix: p., notification_partitions: 7}\ninstance: one\n" REST,
         "topics: notification_partitions"},
        {"kafka: {bootstrap.servers: k, session.timeout.ms: '6000'}\n"
         "topics: {prefix: p., replication: 1}\ninstance: one\n" REST,
         "topics: replication"},
        {"kafka: {bootstrap.servers: k, session.timeout.ms: '6000'}\n"
         "topics: {prefix: p., create: false}\ninstance: one\n" REST,
         "topics: create"},
        {"kafka: {bootstrap.servers: k, session.timeout.ms: '6000'}\n"
         "topics: {prefix: p., retry_tiers: [1m]}\ninstance: one\n" REST,
         "topics: retry_tiers"},
        {"kafka: {bootstrap.servers: k, session.timeout.ms: '6000'}\n"
         "topics: {prefix: p.}\ninstance: two\n" REST,
         "instance"},
        {"kafka: {bootstrap.servers: k, session.timeout.ms: '6000'}\n"
         "topics: {prefix: p.}\ninstance: one\nstatic_membership: true\n" REST,
         "static_membership"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct error err = {0};

        cr_expect_eq(reload(running_text, rows[i].text, &err), -1, "%s", rows[i].what);
        cr_expect_eq(err.kind, ERROR_INPUT);
        cr_expect(strstr(err.text, rows[i].what) && strstr(err.text, "without a restart"), "%s",
                  err.text);
    }
}

Test(reload, the_rest_is_taken)
{
    struct error err = {0};

    cr_expect_eq(reload(running_text,
                        "kafka: {session.timeout.ms: '6000', bootstrap.servers: k}\n"
                        "topics: {prefix: p.}\ninstance: one\nshutdown_grace: 1s\n"
                        "lifecycle: {clean_runs: 2}\nroute: {receiver: b}\n"
                        "receivers: [{name: b, console_configs: [{}]}]\n",
                        &err),
                 0, "%s", err.text);
}

Test(reload, a_name_that_nobody_gave_may_be_another)
{
    struct error err = {0};

    unsetenv("TOCSIN_INSTANCE");
    unsetenv("POD_NAME");
    unsetenv("KUBERNETES_SERVICE_HOST");
    cr_expect_eq(reload(REST, REST, &err), 0, "%s", err.text);
}
