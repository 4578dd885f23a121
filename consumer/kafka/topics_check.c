/*
 * topics_check.c - one table says which difference of a setting does harm and which is only worth a
 * word.
 *
 * A wrong partition count sends keys to other places than their state, a wrong cleanup policy
 * removes records that are still needed, too small a limit refuses records that are promised to
 * pass, and client clocks must not order runs: problems. The rest costs safety margin or time:
 * warnings.
 */
#include "consumer/kafka/topics_check.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum comparison { EXACT, AT_LEAST, AT_MOST };

static const struct setting_rule {
    const char *name;
    enum comparison comparison;
    enum topics_note_kind kind;
    const char *harm;
} setting_rules[] = {
    {"cleanup.policy", EXACT, TOPIC_PROBLEM, "records that are still needed would be removed"},
    {"max.message.bytes", AT_LEAST, TOPIC_PROBLEM, "records of an allowed size would be refused"},
    {"message.timestamp.type", EXACT, TOPIC_PROBLEM, "the clocks of clients would order runs"},
    {"min.insync.replicas", AT_LEAST, TOPIC_WARNING,
     "an accepted record may be lost with a broker"},
    {"retention.ms", AT_LEAST, TOPIC_WARNING, "less time to come back after an outage"},
    {"segment.bytes", AT_MOST, TOPIC_WARNING, "a restart reads more"},
    {"max.compaction.lag.ms", AT_MOST, TOPIC_WARNING, "a restart reads more"},
};

void topics_note_put(struct topics_report *report, enum topics_note_kind kind, const char *format,
                     ...)
{
    struct topics_note *note = &report->notes[report->count];
    va_list arguments;

    report->problems += kind == TOPIC_PROBLEM;
    if (report->count == TOPICS_NOTES_MAX)
        return;
    note->kind = kind;
    va_start(arguments, format);
    vsnprintf(note->text, sizeof(note->text), format, arguments);
    va_end(arguments);
    report->count++;
}

/* -1 means "without limit" to Kafka. */
static unsigned long long number_of(const char *text)
{
    return *text == '-' ? (unsigned long long)-1 : strtoull(text, NULL, 10);
}

static bool holds(enum comparison comparison, const char *planned, const char *actual)
{
    switch (comparison) {
    case AT_LEAST:
        return number_of(actual) >= number_of(planned);
    case AT_MOST:
        return number_of(actual) <= number_of(planned);
    default:
        return strcmp(actual, planned) == 0;
    }
}

static void compare_setting(const struct topic_plan *plan, const struct topic_setting *setting,
                            const char *actual, struct topics_report *report)
{
    const struct setting_rule *rule = setting_rules;
    static const char *const words[] = {
        [EXACT] = "", [AT_LEAST] = "at least ", [AT_MOST] = "at most "};

    while (strcmp(rule->name, setting->name) != 0)
        rule++;
    if (!holds(rule->comparison, setting->value, actual))
        topics_note_put(report, rule->kind, "topic %s: %s is %s, it should be %s%s: %s", plan->name,
                        setting->name, actual, words[rule->comparison], setting->value, rule->harm);
}

void topic_compare(const struct topic_plan *plan, const struct topic_actual *actual,
                   struct topics_report *report)
{
    size_t before = report->count;
    bool unseen = false;

    if (!actual->exists) {
        topics_note_put(report, TOPIC_PROBLEM,
                        "topic %s is missing: `tocsind topics apply` creates it", plan->name);
        return;
    }
    if (actual->partitions != plan->partitions && !plan->any_partitions)
        topics_note_put(report, TOPIC_PROBLEM,
                        "topic %s has %d partitions, the configuration says %d: set it to %d, or "
                        "choose another topics.prefix",
                        plan->name, actual->partitions, plan->partitions, actual->partitions);
    if (actual->replication < plan->replication)
        topics_note_put(report, TOPIC_WARNING, "topic %s has %d copies, topics.replication says %d",
                        plan->name, actual->replication, plan->replication);
    for (size_t i = 0; i < plan->settings_count; i++) {
        const char *value = actual->value(actual->self, plan->settings[i].name);

        unseen = unseen || !value;
        if (value)
            compare_setting(plan, &plan->settings[i], value, report);
    }
    if (unseen)
        topics_note_put(report, TOPIC_WARNING,
                        "topic %s: the brokers do not show all of its settings", plan->name);
    if (report->count == before)
        topics_note_put(report, TOPIC_GOOD, "topic %s is as planned", plan->name);
}

static void compare_count(const char *prefix, const char *topic, int64_t created, int64_t now,
                          struct topics_report *report)
{
    if (created != now)
        topics_note_put(report, TOPIC_PROBLEM,
                        "topic %s%s was created with %lld partitions and has %lld now: known keys "
                        "would go to other partitions than their state; use a new topics.prefix",
                        prefix, topic, (long long)created, (long long)now);
}

void topology_compare(const struct topology *created, const struct topology *now,
                      const char *prefix, struct topics_report *report)
{
    compare_count(prefix, "findings", created->findings, now->findings, report);
    compare_count(prefix, "notifications", created->notifications, now->notifications, report);
}
