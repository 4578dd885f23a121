/*
 * run_records.c - a run's begin and its end as they come: what is not yet at every partition is
 * copied there first.
 */
#include "consumer/correlate/correlator_private.h"
#include "consumer/records/dead_letter.h"

int run_begin_record(const struct intake *intake, const json_t *value, const char *pointer,
                     enum reception *ret, struct error *err)
{
    struct run_begin begin;
    struct envelope envelope;
    struct error why = {0};

    if (record_decode_value(&run_begin_type, value, pointer, &intake->correlator->arena, &begin,
                            &why))
        return refuse_record(intake, DEAD_MALFORMED, &why, ret, err);
    if (!intake->hints->copy) {
        *ret = RECEIVED_SENT_ON;
        return envelope_of_run_begin(&begin, true, &intake->correlator->arena, &envelope, err)
                   ? -1
                   : stage_copies(intake, begin.run.id, &envelope, err);
    }
    *ret = RECEIVED_RUN_BEGIN;
    return run_take_begin(intake, &begin, err);
}

int run_end_record(const struct intake *intake, const json_t *value, const char *pointer,
                   enum reception *ret, struct error *err)
{
    struct run_end end;
    struct envelope envelope;
    struct error why = {0};

    if (record_decode_value(&run_end_type, value, pointer, &intake->correlator->arena, &end, &why))
        return refuse_record(intake, DEAD_MALFORMED, &why, ret, err);
    if (!intake->hints->copy) {
        *ret = RECEIVED_SENT_ON;
        return envelope_of_run_end(&end, true, &intake->correlator->arena, &envelope, err)
                   ? -1
                   : stage_copies(intake, end.run.id, &envelope, err);
    }
    *ret = RECEIVED_RUN_END;
    return run_take_end(intake, &end, err);
}
