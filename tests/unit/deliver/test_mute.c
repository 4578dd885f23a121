/*
 * test_mute.c - what is silenced, accepted or inhibited is told nobody until that ends.
 */
#include "tests/unit/deliver/fake_channel.h"

#include "consumer/route/time_interval.h"

#define HOUR_MS ((int64_t)3600000)

/* Which fingerprints are muted, by the digit behind "v1:", and until when. */
static struct {
    char muted[16];
    int64_t until_ms;
    int asked;
} mutes;

static bool fake_muted(void *self, const struct picture *picture, int64_t now_ms,
                       int64_t *ret_change_ms)
{
    (void)self;
    mutes.asked++;
    *ret_change_ms = mutes.until_ms;
    return now_ms < mutes.until_ms && strchr(mutes.muted, picture->fingerprint[3]) != NULL;
}

static const struct deliverer_ops muting_ops = {
    .random = fake_random, .say = fake_say, .muted = fake_muted};

static struct fake_world *world;

static void know(enum mutes what)
{
    struct error err = {0};

    cr_assert_eq(deliverer_mutes(world->deliverer, what, world->now, &err), 0, "%s", err.text);
}

static void mute(const char *which, int64_t for_ms)
{
    snprintf(mutes.muted, sizeof(mutes.muted), "%s", which);
    mutes.until_ms = for_ms == INT64_MAX ? INT64_MAX : world->now.wall_ms + for_ms;
    know(MUTES_SOME);
}

static void start(void)
{
    world = fake_world_new();
    deliverer_free(world->deliverer);
    world->ops = &muting_ops;
    fake_new_deliverer(world);
    mutes.asked = 0;
    know(MUTES_NONE);
}

static void stop(void)
{
    fake_world_free(world);
}

TestSuite(mute, .init = start, .fini = stop);

static void tell(const char *expected)
{
    struct flight *flight = fake_run(world);

    cr_assert_not_null(flight, "nothing is sent, not %s", expected);
    cr_assert_str_eq(fake_last()->text, expected);
    fake_respond(world, flight, FAKE_OK);
    fake_commit(world);
}

static void tell_nothing(void)
{
    cr_assert_null(fake_run(world), "%s", fake_last()->text);
}

/* As long as the deliverer would wait by itself. */
static void pass_to_next(void)
{
    fake_pass(world, deliverer_wait_ms(world->deliverer, world->now));
}

Test(mute, nothing_is_sent_while_nobody_knows_what_is_muted)
{
    know(MUTES_UNKNOWN);
    fake_news(world, FP_A, 1, NEWS_OPENED);
    fake_pass(world, 30000);
    tell_nothing();
    cr_assert_eq(deliverer_wait_ms(world->deliverer, world->now), INT64_MAX);
    know(MUTES_NONE);
    tell("+a:opened*");
    cr_assert_eq(mutes.asked, 0);
}

Test(mute, a_muted_alert_is_told_when_the_mute_ends)
{
    mute("a", HOUR_MS);
    fake_news(world, FP_A, 1, NEWS_OPENED);
    fake_pass(world, 30000);
    tell_nothing();
    cr_assert(fake_group(world).muted);
    cr_assert_eq(fake_group(world).due_ms, mutes.until_ms);
    pass_to_next();
    cr_assert_eq(world->now.wall_ms, mutes.until_ms);
    tell("+a:opened*");
    cr_assert_not(fake_group(world).muted);
}

Test(mute, it_is_told_at_once_when_the_mute_is_taken_back)
{
    mute("a", 100 * HOUR_MS);
    fake_news(world, FP_A, 1, NEWS_OPENED);
    fake_pass(world, 30000);
    tell_nothing();
    fake_pass(world, 1000);
    mute("", 100 * HOUR_MS);
    tell("+a:opened*");
}

Test(mute, without_an_end_it_is_looked_at_every_hour)
{
    mute("a", INT64_MAX);
    fake_news(world, FP_A, 1, NEWS_OPENED);
    fake_pass(world, 30000);
    tell_nothing();
    cr_assert_eq(deliverer_wait_ms(world->deliverer, world->now), MUTE_LOOK_MS_MAX);
    pass_to_next();
    tell_nothing();
    know(MUTES_NONE);
    tell("+a:opened*");
}

Test(mute, the_others_of_the_group_are_told)
{
    mute("a", HOUR_MS);
    fake_news(world, FP_A, 1, NEWS_OPENED);
    fake_news(world, FP_B, 2, NEWS_OPENED);
    fake_pass(world, 30000);
    tell("+b:opened*");
    cr_assert(fake_group(world).muted);
    cr_assert_eq(fake_member(world, FP_A).told, 0);
    pass_to_next();
    tell("+a:opened* b:opened");
}

Test(mute, news_of_others_keeps_to_group_interval)
{
    mute("a", 100 * HOUR_MS);
    fake_news(world, FP_A, 1, NEWS_OPENED);
    fake_news(world, FP_B, 2, NEWS_OPENED);
    fake_pass(world, 30000);
    tell("+b:opened*");
    fake_news(world, FP_C, 3, NEWS_OPENED);
    fake_pass(world, 10000);
    mute("a", 90 * HOUR_MS); /* any change wakes the group, but not before its interval is over */
    tell_nothing();
    pass_to_next();
    cr_assert_eq(world->now.wall_ms, START_MS + 30000 + 300000);
    tell("+c:opened* b:opened");
}

Test(mute, an_open_alert_that_is_muted_is_not_repeated)
{
    fake_news(world, FP_A, 1, NEWS_OPENED);
    fake_pass(world, 30000);
    tell("+a:opened*");
    mute("a", 30 * HOUR_MS);
    pass_to_next(); /* repeat_interval */
    cr_assert_eq(world->now.wall_ms, START_MS + 30000 + 24 * HOUR_MS);
    tell_nothing();
    cr_assert_gt(deliverer_wait_ms(world->deliverer, world->now), 0, "it does not spin");
    while (world->now.wall_ms < mutes.until_ms) {
        tell_nothing();
        pass_to_next();
    }
    tell("a:opened");
    cr_assert(fake_last()->repeat);
}

Test(mute, the_end_of_an_alert_waits_too)
{
    fake_news(world, FP_A, 1, NEWS_OPENED);
    fake_pass(world, 30000);
    tell("+a:opened*");
    mute("a", HOUR_MS);
    fake_news(world, FP_A, 2, NEWS_RESOLVED);
    fake_pass(world, 300000);
    tell_nothing();
    pass_to_next();
    tell("+a:resolved*");
    cr_assert(fake_last()->resolved);
}

Test(mute, what_opened_and_ended_while_it_was_muted_is_never_told)
{
    mute("a", HOUR_MS);
    fake_news(world, FP_A, 1, NEWS_OPENED);
    fake_pass(world, 30000);
    tell_nothing();
    fake_news(world, FP_A, 2, NEWS_RESOLVED);
    fake_pass(world, 2 * HOUR_MS);
    tell_nothing();
    cr_assert_eq(fake_member(world, FP_A).told, 2);
}

Test(mute, the_message_speaks_for_those_that_are_not_muted)
{
    fake_news(world, FP_A, 1, NEWS_OPENED);
    fake_news(world, FP_B, 2, NEWS_OPENED);
    fake_pass(world, 30000);
    tell("+b:opened* +a:opened*");
    mute("a", HOUR_MS);
    fake_news(world, FP_B, 3, NEWS_RESOLVED);
    fake_pass(world, 300000);
    tell("+b:resolved*");
    cr_assert(fake_last()->resolved);
}

Test(mute, a_new_process_looks_at_muted_groups_at_once)
{
    mute("a", 100 * HOUR_MS);
    fake_news(world, FP_A, 1, NEWS_OPENED);
    fake_pass(world, 30000);
    tell_nothing();
    fake_commit(world);
    fake_crash(world);
    tell_nothing(); /* nobody knows yet */
    mute("", HOUR_MS);
    tell("+a:opened*");
}

Test(mute, one_that_is_still_muted_stays_so_in_a_new_process)
{
    mute("a", 100 * HOUR_MS);
    fake_news(world, FP_A, 1, NEWS_OPENED);
    fake_pass(world, 30000);
    tell_nothing();
    fake_commit(world);
    fake_crash(world);
    know(MUTES_SOME);
    tell_nothing();
    cr_assert_gt(deliverer_wait_ms(world->deliverer, world->now), 0);
}

Test(mute, a_mute_in_the_middle_of_retries_keeps_the_doubt)
{
    struct flight *flight;

    fake_news(world, FP_A, 1, NEWS_OPENED);
    fake_pass(world, 30000);
    flight = fake_run(world);
    fake_respond(world, flight, FAKE_CUT);
    fake_commit(world);
    mute("a", HOUR_MS);
    pass_to_next();
    tell_nothing();
    while (world->now.wall_ms < mutes.until_ms) {
        pass_to_next();
        if (world->now.wall_ms < mutes.until_ms)
            tell_nothing();
    }
    tell("+a:opened*");
    cr_assert(fake_last()->in_doubt);
}

Test(mute, what_was_given_up_does_not_take_the_muted_along)
{
    mute("a", HOUR_MS);
    fake_news(world, FP_A, 1, NEWS_OPENED);
    fake_news(world, FP_B, 2, NEWS_OPENED);
    fake_pass(world, 30000);
    fake_respond(world, fake_run(world), FAKE_STATUS(400));
    fake_commit(world);
    cr_assert_eq(world->dead_count, 1);
    cr_assert_null(strstr(world->dead[0].value, FP_A));
    pass_to_next();
    cr_assert_eq(world->now.wall_ms, mutes.until_ms);
    tell("+b:opened* +a:opened*");
}

Test(mute, an_answer_is_kept_until_something_changes)
{
    mute("a", INT64_MAX);
    fake_news(world, FP_A, 1, NEWS_OPENED);
    fake_pass(world, 30000);
    tell_nothing();
    cr_assert_eq(mutes.asked, 1);
    fake_pass(world, MUTE_LOOK_MS_MAX);
    tell_nothing();
    cr_assert_eq(mutes.asked, 1);
    know(MUTES_SOME);
    tell_nothing();
    cr_assert_eq(mutes.asked, 2);
}

Test(mute, a_group_waits_while_its_routes_are_muted_by_time)
{
    static struct time_interval always, never;
    const struct time_interval *interval = &always;
    const struct named_interval named = {.name = "nights", .intervals = &interval, .count = 1};
    const struct named_interval *muting[] = {&named};
    struct route root = {.receiver = "team", .mute = muting, .mute_count = 1};
    struct error err = {0};

    cr_assert_eq(time_interval_add(&never, TIME_YEAR, "9998", &err), 0);
    world->config.route = &root;
    world->config.intervals_count = 1;
    fake_news(world, FP_A, 1, NEWS_OPENED);
    fake_pass(world, 30000);
    tell_nothing();
    cr_assert(fake_group(world).muted);
    interval = &never;
    pass_to_next();
    tell("+a:opened*");
    cr_assert_not(fake_group(world).muted);
}
