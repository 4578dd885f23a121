/*
 * finding.c - a finding as it comes from the topic, made complete.
 *
 * What a plain client left out is filled in, and what it said about identity is held against what
 * its fields give: nobody can publish under somebody else's fingerprint. A document in CloudEvents'
 * structured mode is opened first. On failure the caller dead-letters one record.
 */
#include "producer/finding.h"

#include <stdio.h>
#include <string.h>

#include "producer/envelope.h"

/* Sets an identity that is missing; refuses one that is not what it has to be. */
static int settle_identity(const char **identity, const char *computed, const char *pointer,
                           const char *member, struct arena *arena, struct error *err)
{
    char at[ERROR_POINTER_BYTES_MAX];

    if (*identity) {
        if (strcmp(*identity, computed) == 0)
            return 0;
        snprintf(at, sizeof(at), "%s/%s", pointer, member);
        return error_set_at(err, ERROR_INPUT, at,
                            "expected %s as the other members give it, found another", computed);
    }
    *identity = arena_strdup(arena, computed);
    return *identity ? 0 : error_set(err, ERROR_MEMORY, "no memory to complete a finding");
}

static int complete(struct finding *finding, const char *pointer, int64_t broker_time_ms,
                    struct arena *arena, struct error *err)
{
    char fingerprint[FINGERPRINT_BYTES], id[FINDING_ID_BYTES];

    if (!finding->target)
        finding->target = finding->run.repository;
    if (finding->time_ms == 0)
        finding->time_ms = broker_time_ms;
    finding_fingerprint(finding, fingerprint);
    finding_id(finding, fingerprint, id);
    if (settle_identity(&finding->fingerprint, fingerprint, pointer, "fingerprint", arena, err))
        return -1;
    return settle_identity(&finding->id, id, pointer, "id", arena, err);
}

int finding_decode_value(const json_t *value, const char *pointer, int64_t broker_time_ms,
                         struct arena *arena, struct finding *ret_finding, struct error *err)
{
    if (record_decode_value(&finding_type, value, pointer, arena, ret_finding, err))
        return -1;
    return complete(ret_finding, pointer, broker_time_ms, arena, err);
}

int finding_decode(const char *json, size_t bytes, int64_t broker_time_ms, struct arena *arena,
                   struct finding *ret_finding, struct error *err)
{
    json_t *document = record_parse(json, bytes, err);
    const char *pointer;
    const json_t *value;
    int rc;

    memset(ret_finding, 0, sizeof(*ret_finding));
    if (!document)
        return -1;
    value = envelope_open(document, &pointer);
    rc = finding_decode_value(value, pointer, broker_time_ms, arena, ret_finding, err);
    json_decref(document);
    return rc;
}
