/*
 * correlate_rules.c - see correlate_rules.h.
 */
#include "consumer/correlate_rules.h"

int correlate_rules(const struct config *config, const struct correlate_place *place,
                    struct arena *arena, struct correlator_rules *ret, struct error *err)
{
    const struct lifecycle_config *lifecycle = &config->lifecycle;
    struct addressee *addressees =
        arena_array(arena, config->integrations_count + 1, sizeof(*addressees));

    if (!addressees)
        return error_set(err, ERROR_MEMORY, "no memory for receivers");
    for (size_t i = 0; i < config->integrations_count; i++) {
        const struct integration *integration = &config->integrations[i];

        addressees[i] = (struct addressee){
            .integration = integration->id,
            .receiver = integration->receiver,
            .flush = integration->flush,
            .run_summary = integration->run_summary,
            .max_wait_ms = integration->max_wait_ms,
            .shards = integration->shards,
        };
    }
    *ret = (struct correlator_rules){
        .route = config->route,
        .addressees = addressees,
        .addressees_count = config->integrations_count,
        .enrichment = &config->enrichment,
        .inhibit_rules = config->inhibit_rules,
        .inhibit_rules_count = config->inhibit_rules_count,
        .publish_lost = lifecycle->notify_lost_runs,
        .measure_rules = config->measure_rules,
        .measure_rules_count = config->measure_rules_count,
        .lifecycle = {.clean_runs = lifecycle->clean_runs,
                      .flap_count = lifecycle->flap_count,
                      .flap_window_ms = lifecycle->flap_window_ms,
                      .flap_clean_runs = lifecycle->flap_clean_runs,
                      .stale_after_ms = lifecycle->stale_after_ms,
                      .notify_model_version = lifecycle->notify_model_version,
                      .enrichment = &config->enrichment},
        .dedupe_window_ms = lifecycle->dedupe_window_ms,
        .run_time_limit_ms = lifecycle->run_time_limit_ms,
        .seen_ids_max = (size_t)lifecycle->seen_ids_max,
        .partitions = place->partitions,
        .notification_partitions = place->notification_partitions,
        .findings_topic = place->findings_topic,
    };
    return 0;
}
