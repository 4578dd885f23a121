/*
 * sent.c - see sent.h.
 */
#include "producer/sent.h"

#include <string.h>

void sent_fini(struct sent *sent)
{
    tally_fini(&sent->here);
    tally_fini(&sent->all);
    memset(sent, 0, sizeof(*sent));
}

/* From now on by itself. */
static int keep_all(struct sent *sent, struct error *err)
{
    if (sent->keeps_all)
        return 0;
    sent->keeps_all = true;
    return tally_spread(&sent->here, &sent->all, err);
}

int sent_next_report(struct sent *sent, struct error *err)
{
    if (sent->here.count == 0)
        return 0;
    if (keep_all(sent, err))
        return -1;
    tally_reset(&sent->here);
    return 0;
}

int sent_next(struct sent *sent, const char *kind, uint32_t *ret_occurrence, bool *ret_before,
              struct error *err)
{
    *ret_before = false;
    if (tally_add(&sent->here, kind, ret_occurrence, err))
        return -1;
    return sent->keeps_all ? sent_one(sent, kind, *ret_occurrence, ret_before, err) : 0;
}

int sent_one(struct sent *sent, const char *kind, uint32_t occurrence, bool *ret_before,
             struct error *err)
{
    uint32_t before;

    if (keep_all(sent, err) || tally_add_numbered(&sent->all, kind, occurrence, &before, err))
        return -1;
    *ret_before = before > 0;
    return 0;
}
