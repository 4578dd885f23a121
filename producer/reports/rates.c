/*
 * rates.c - a hash table of sums.
 */
#include "producer/reports/rates.h"

#include "producer/reports/outcome.h"

void rates_fini(struct rates *rates)
{
    HASH_CLEAR(hh, rates->all);
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

static int no_memory(struct error *err)
{
    return error_set(err, ERROR_MEMORY, "no memory for a mean");
}

static int copy(struct arena *arena, const char **text)
{
    if (*text && !(*text = arena_strdup(arena, *text)))
        return -1;
    return 0;
}

/* A new row; *ret_rate NULL where there are too many. */
static int rate_new(struct rates *rates, struct report *report, const struct rate *from,
                    const char *name, struct rate **ret_rate, struct error *err)
{
    struct arena *kept = report->kept;
    struct rate *rate;

    *ret_rate = NULL;
    if (HASH_COUNT(rates->all) == RATES_MAX)
        return 0;
    rate = arena_alloc(kept, sizeof(*rate));
    if (!rate)
        return no_memory(err);
    *rate = *from;
    rate->name = name;
    if (copy(kept, &rate->name) || copy(kept, &rate->model.name) ||
        copy(kept, &rate->model.version) || copy(kept, &rate->benchmark) ||
        copy(kept, &rate->metric))
        return no_memory(err);
    HASH_ADD_KEYPTR(hh, rates->all, rate->name, strlen(rate->name), rate);
    *ret_rate = rate;
    return 0;
}

int rates_add(struct rates *rates, struct report *report, const struct rate *rate, double value,
              struct error *err)
{
    char *name = arena_printf(report->arena, "%s\x1f%s\x1f%s\x1f%s", or_empty(rate->model.name),
                              or_empty(rate->model.version), rate->benchmark, rate->metric);
    struct rate *row;

    if (!name)
        return no_memory(err);
    HASH_FIND_STR(rates->all, name, row);
    if (!row && rate_new(rates, report, rate, name, &row, err))
        return -1;
    if (row) {
        row->sum += value;
        row->n++;
    }
    return 0;
}

int rates_tell(const struct rates *rates, struct report *report, struct error *err)
{
    for (const struct rate *rate = rates->all; rate; rate = rate->hh.next) {
        const struct measurement measurement = {.model = rate->model,
                                                .benchmark = rate->benchmark,
                                                .metric = rate->metric,
                                                .value = rate->sum / (double)rate->n,
                                                .n = rate->n,
                                                .higher_is_better = rate->higher_is_better};

        if (outcome_measure(report, &measurement, err))
            return -1;
    }
    return 0;
}
