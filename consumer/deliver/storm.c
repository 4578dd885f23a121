/*
 * storm.c - see storm.h.
 */
#include "consumer/deliver/storm.h"

/* A new window, where the last one is over or in the future of a clock that was set back. */
static void turn(struct storm *storm, const struct integration *integration, int64_t now_ms)
{
    if (storm->window_ms != 0 && now_ms >= storm->window_ms &&
        now_ms - storm->window_ms < integration->storm_window_ms)
        return;
    *storm = (struct storm){.window_ms = now_ms};
}

void storm_count(struct storm *storm, const struct integration *integration, int64_t alerts,
                 int64_t now_ms)
{
    turn(storm, integration, now_ms);
    storm->alerts += alerts;
}

bool storm_is_on(struct storm *storm, const struct integration *integration, int64_t soon,
                 int64_t now_ms)
{
    if (integration->storm_alerts == 0)
        return false;
    turn(storm, integration, now_ms);
    storm->on = storm->on || storm->alerts + soon > integration->storm_alerts;
    return storm->on;
}

int64_t storm_due_ms(const struct storm *storm, const struct integration *integration,
                     int64_t now_ms)
{
    int64_t over_ms = storm->window_ms + integration->storm_window_ms;

    return over_ms < now_ms + STORM_QUIET_MS ? over_ms : now_ms + STORM_QUIET_MS;
}
