/* The heap of deadlines, against a plain search. */
#include <criterion/criterion.h>

#include "consumer/deliver/random.h"
#include "consumer/deliver/timers.h"

#define COUNT 500

static struct timer all[COUNT];

static int64_t earliest(void)
{
    int64_t at_ms = INT64_MAX;

    for (size_t i = 0; i < COUNT; i++) {
        if (all[i].place != 0 && all[i].at_ms < at_ms)
            at_ms = all[i].at_ms;
    }
    return at_ms;
}

Test(timers, random_walk)
{
    struct timers timers = {0};
    struct random random = {.state = 3};
    struct error err = {0};

    for (int i = 0; i < 20000; i++) {
        struct timer *timer = &all[random_next(&random) % COUNT];
        if (random_next(&random) % 3 == 0)
            timers_disarm(&timers, timer);
        else
            cr_assert_eq(timers_arm(&timers, timer, (int64_t)(random_next(&random) % 1000), &err),
                         0);
        const struct timer *first = timers_first(&timers);
        cr_assert_eq(first ? first->at_ms : INT64_MAX, earliest());
    }
    int64_t last_ms = 0;
    struct timer *timer;
    while ((timer = timers_first(&timers)) != NULL) {
        cr_assert_geq(timer->at_ms, last_ms);
        last_ms = timer->at_ms;
        timers_disarm(&timers, timer);
        timers_disarm(&timers, timer); /* twice is nothing */
    }
    timers_fini(&timers);
}
