/*
 * rates.h - means over the attempts of a report, such as a pass rate, by model and benchmark.
 *
 * For formats whose measurements are the sum of their records. RATES_MAX of them; more are left
 * out.
 */
#ifndef TOCSIN_PRODUCER_REPORTS_RATES_H
#define TOCSIN_PRODUCER_REPORTS_RATES_H

#include <uthash.h>

#include "producer/reports/report.h"

#define RATES_MAX 4096

struct rate {
    const char *name; /* all that tells it from others */
    struct model model;
    const char *benchmark, *metric;
    bool higher_is_better;
    double sum;
    int64_t n;
    UT_hash_handle hh;
};

/* All zero is empty; memory is the report's `kept`, and the table's until rates_fini(). */
struct rates {
    struct rate *all; /* in the order of their first mention */
};

void rates_fini(struct rates *rates);

/* One more value of a mean; `rate` has model, benchmark, metric, higher_is_better. model.name NULL:
 * the options'. */
int rates_add(struct rates *rates, struct report *report, const struct rate *rate, double value,
              struct error *err);

/* Each mean as a measurement. */
int rates_tell(const struct rates *rates, struct report *report, struct error *err);

#endif
