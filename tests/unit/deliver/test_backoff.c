/* Backoff: bounds, growth, and full jitter. */
#include <criterion/criterion.h>

#include "consumer/deliver/backoff.h"
#include "consumer/deliver/random.h"

#define MIN_MS 1000
#define MAX_MS 600000

Test(backoff, ceiling_doubles_up_to_the_maximum)
{
    static const int64_t ceilings_ms[] = {2000,   4000,   8000,   16000,  32000, 64000,
                                          128000, 256000, 512000, 600000, 600000};

    for (int64_t i = 0; i < (int64_t)(sizeof(ceilings_ms) / sizeof(ceilings_ms[0])); i++) {
        uint64_t span = (uint64_t)(ceilings_ms[i] - MIN_MS);
        cr_expect_eq(backoff_ms(i + 1, MIN_MS, MAX_MS, span), ceilings_ms[i]);
        cr_expect_eq(backoff_ms(i + 1, MIN_MS, MAX_MS, span + 1), MIN_MS);
        cr_expect_eq(backoff_ms(i + 1, MIN_MS, MAX_MS, 0), MIN_MS);
    }
}

Test(backoff, stays_within_bounds_for_any_attempt)
{
    struct random random = {.state = 42};

    for (int64_t attempt = 0; attempt < 2000; attempt++) {
        int64_t ms = backoff_ms(attempt, MIN_MS, MAX_MS, random_next(&random));
        cr_expect(ms >= MIN_MS && ms <= MAX_MS);
    }
    cr_expect_eq(backoff_ms(INT64_MAX, MIN_MS, MAX_MS, UINT64_MAX) <= MAX_MS, true);
}

Test(backoff, odd_bounds)
{
    cr_expect_eq(backoff_ms(5, 1000, 1000, 12345), 1000);
    cr_expect_eq(backoff_ms(5, 2000, 1000, 12345), 2000);
    cr_expect_eq(backoff_ms(1, 0, 0, 7), 0);
    cr_expect_leq(backoff_ms(100, 0, 50, UINT64_MAX), 50);
    cr_expect_leq(backoff_ms(100, 1, INT64_MAX / 2 - 1, UINT64_MAX), INT64_MAX / 2 - 1);
}

Test(backoff, jitter_is_spread_over_the_whole_range)
{
    struct random random = {.state = 7};
    int halves[2] = {0};

    for (int i = 0; i < 1000; i++)
        halves[backoff_ms(10, MIN_MS, MAX_MS, random_next(&random)) > (MIN_MS + MAX_MS) / 2]++;
    cr_expect(halves[0] > 400 && halves[1] > 400, "%d %d", halves[0], halves[1]);
}
