/*
 * backoff.c - see backoff.h.
 */
#include "consumer/deliver/backoff.h"

int64_t backoff_ms(int64_t attempt, int64_t min_ms, int64_t max_ms, uint64_t random)
{
    int64_t ceiling_ms = min_ms > 0 ? min_ms : 1;

    for (int64_t i = 0; i < attempt && ceiling_ms < max_ms; i++)
        ceiling_ms = ceiling_ms > max_ms / 2 ? max_ms : ceiling_ms * 2;
    if (ceiling_ms > max_ms)
        ceiling_ms = max_ms;
    if (ceiling_ms <= min_ms)
        return min_ms;
    return min_ms + (int64_t)(random % (uint64_t)(ceiling_ms - min_ms + 1));
}
