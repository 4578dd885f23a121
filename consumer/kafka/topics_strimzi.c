/*
 * topics_strimzi.c - the plan of topics as Strimzi's KafkaTopic resources, for a cluster that an
 * operator keeps.
 *
 * A resource's name is the topic's with what Kubernetes does not take in a name (capitals,
 * underscores) made fit; topicName has the topic's own.
 */
#include <ctype.h>

#include "consumer/kafka/topics.h"

static void print_resource_name(const char *topic, FILE *out)
{
    for (; *topic; topic++)
        fputc(*topic == '_' ? '-' : tolower((unsigned char)*topic), out);
}

void topics_plan_print_strimzi(const struct topics_plan *plan, const char *cluster, FILE *out)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct topic_plan *row = &plan->rows[i];

        fputs("---\napiVersion: kafka.strimzi.io/v1beta2\nkind: KafkaTopic\nmetadata:\n  name: ",
              out);
        print_resource_name(row->name, out);
        fprintf(out,
                "\n  labels:\n    strimzi.io/cluster: %s\nspec:\n  topicName: %s\n"
                "  partitions: %d\n  replicas: %d\n  config:\n",
                cluster, row->name, row->partitions, row->replication);
        for (size_t j = 0; j < row->settings_count; j++)
            fprintf(out, "    %s: \"%s\"\n", row->settings[j].name, row->settings[j].value);
    }
}
