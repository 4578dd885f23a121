/* What is known of a receiver as a whole: it survives a restart, the operator hears of it once, and
 * a fallback takes what it could not be told. */
#include "tests/unit/deliver/fake_channel.h"

#define RECEIVER "team/fake/0|" RECEIVER_KEY

static struct fake_world *world;

static void begin(void)
{
    world = fake_world_new();
    world->config.operator_receiver = "ops";
}
static void end(void)
{
    fake_world_free(world);
}
TestSuite(receiver, .init = begin, .fini = end);

static struct flight *send_a(void)
{
    fake_news(world, FP_A, 10, NEWS_OPENED);
    fake_pass(world, 30000);
    return fake_run(world);
}

static struct receiver_state remembered(void)
{
    struct receiver_state state = {0};
    struct error err = {0};
    const char *json = fake_record(world, RECEIVER);

    cr_assert_not_null(json);
    cr_assert_eq(
        record_decode(&receiver_state_type, json, strlen(json), &world->arena, &state, &err), 0);
    return state;
}

/* The breaker. */

Test(receiver, one_that_is_well_has_no_record)
{
    fake_respond(world, send_a(), FAKE_OK);
    fake_commit(world);
    cr_assert_null(fake_record(world, RECEIVER));
    cr_assert_eq(world->relayed_count, 0);
}

Test(receiver, a_refused_credential_is_one_notice_and_its_end_another)
{
    fake_respond(world, send_a(), FAKE_STATUS(401));
    fake_commit(world);
    struct notification notice = fake_relayed(world, 0);
    cr_assert_str_eq(notice.integration, "ops/fake/0");
    cr_assert_str_eq(notice.picture->rule.id, "tocsin/receiver/blocked");
    cr_assert_eq(notice.picture->status, ALERT_OPEN);
    cr_assert_str_eq(notice.picture->target, "team/fake/0");
    const struct label *annotations = notice.picture->annotations.items;
    cr_assert_not_null(strstr(annotations[1].value, "unauthorized: HTTP 401"));
    const char *fingerprint = notice.picture->fingerprint;
    int64_t version = notice.picture->version;

    for (int i = 0; i < 5; i++) {
        fake_pass(world, 600000);
        fake_respond(world, fake_run(world), FAKE_STATUS(401));
    }
    fake_commit(world);
    cr_assert_eq(world->relayed_count, 1, "said once");
    fake_pass(world, 600000);
    fake_respond(world, fake_run(world), FAKE_OK);
    fake_commit(world);
    notice = fake_relayed(world, 1);
    cr_assert_eq(notice.picture->status, ALERT_RESOLVED);
    cr_assert_str_eq(notice.picture->fingerprint, fingerprint);
    cr_assert_gt(notice.picture->version, version);
    cr_assert_eq(world->relayed_count, 2);
    cr_assert_eq(remembered().notices.count, 0);
}

Test(receiver, a_notice_is_an_alert_like_any_other)
{
    fake_respond(world, send_a(), FAKE_STATUS(403));
    fake_commit(world);
    fake_take_relayed(world);
    fake_pass(world, 10000);
    struct flight *flight = fake_run(world);
    while (flight != NULL && fake_last()->text[0] != '+')
        flight = fake_start(world);
    cr_assert_not_null(flight);
    cr_assert_not_null(strstr(fake_last()->text, ":opened"));
}

Test(receiver, the_breaker_is_open_after_a_restart)
{
    struct flight *flight = send_a();

    for (int i = 0; i < 5; i++) {
        fake_respond(world, flight, FAKE_STATUS(503));
        fake_commit(world);
        cr_assert_eq(remembered().failures, i + 1);
        fake_crash(world);
        fake_pass(world, 600000);
        flight = fake_run(world);
    }
    cr_assert_eq(world->relayed_count, 1, "five failures, over five processes");
    cr_assert_str_eq(remembered().why, "server_error: HTTP 503");
    fake_respond(world, flight, FAKE_OK);
    fake_commit(world);
    cr_assert_eq(world->relayed_count, 2);
    cr_assert_eq(remembered().failures, 0);
}

Test(receiver, an_aborted_batch_says_its_notice_again_and_once)
{
    fake_respond(world, send_a(), FAKE_STATUS(401));
    cr_assert(fake_stage(world));
    fake_abort(world);
    cr_assert_eq(world->relayed_count, 0);
    fake_commit(world);
    cr_assert_eq(world->relayed_count, 1);
    cr_assert_eq(remembered().blocked, true);
}

Test(receiver, without_an_operator_it_is_only_logged)
{
    world->config.operator_receiver = NULL;
    fake_respond(world, send_a(), FAKE_STATUS(401));
    fake_commit(world);
    cr_assert_eq(world->relayed_count, 0);
    cr_assert_not_null(strstr(world->say, "team/fake/0: stopped (unauthorized: HTTP 401)"));
}

Test(receiver, the_operators_own_trouble_is_only_logged)
{
    world->config.operator_receiver = "team";
    fake_respond(world, send_a(), FAKE_STATUS(401));
    fake_commit(world);
    cr_assert_eq(world->relayed_count, 0);
    cr_assert_not_null(strstr(world->say, "stopped"));
}

Test(receiver, a_clamp_and_an_unknown_receiver_are_notices)
{
    struct response greedy = FAKE_STATUS(429);

    greedy.retry_after_ms = 7200000;
    fake_respond(world, send_a(), greedy);
    fake_commit(world);
    cr_assert_str_eq(fake_relayed(world, 0).picture->rule.id, "tocsin/receiver/clamped");

    struct notification lost = fake_notification(world, FP_B, 10, NEWS_OPENED);
    lost.integration = "gone/fake/0";
    fake_put(world, &lost);
    fake_pass(world, 30000);
    cr_assert_null(fake_run(world));
    fake_commit(world);
    cr_assert_str_eq(fake_relayed(world, 1).picture->rule.id, "tocsin/receiver/unknown");
    cr_assert_str_eq(fake_relayed(world, 1).picture->target, "gone/fake/0");
    cr_assert_eq(world->relayed_count, 2);
}

/* The guard. */

Test(receiver, refusing_everything_stops_it_instead_of_filling_the_dead_letters)
{
    world->integrations[0].guard_dead = 1;
    world->integrations[0].guard_share_percent = 50;
    world->integrations[0].guard_window_ms = 86400000;
    fake_respond(world, send_a(), FAKE_STATUS(400));
    for (int i = 1; i <= 4; i++) {
        fake_news(world, FP_A, 10 + i, NEWS_ESCALATED);
        fake_pass(world, 600000);
        struct flight *flight = fake_run(world);
        cr_assert_not_null(flight);
        fake_respond(world, flight, FAKE_STATUS(400));
        fake_commit(world);
    }
    cr_assert_eq(world->dead_count, 1);
    cr_assert_str_eq(fake_relayed(world, 0).picture->rule.id, "tocsin/receiver/guarded");
    fake_crash(world);
    cr_assert_neq(remembered().guarded_ms, 0);
    fake_pass(world, 700000);
    fake_respond(world, fake_run(world), FAKE_OK);
    fake_commit(world);
    cr_assert_eq(fake_relayed(world, 1).picture->status, ALERT_RESOLVED);
    cr_assert_eq(fake_member(world, FP_A).told, 14);
}

/* The fallback. */

static void begin_fallback(void)
{
    begin();
    world->config.operator_receiver = NULL;
    world->integrations[0].fallback = "ops";
    world->integrations[0].fallback_after_ms = 1800000;
}
TestSuite(fallback, .init = begin_fallback, .fini = end);

Test(fallback, takes_what_could_not_be_said_for_too_long)
{
    fake_respond(world, send_a(), FAKE_STATUS(401));
    fake_pass(world, 1799000);
    fake_respond(world, fake_run(world), FAKE_STATUS(401));
    fake_commit(world);
    cr_assert_eq(world->relayed_count, 0);
    fake_pass(world, 600000);
    fake_respond(world, fake_run(world), FAKE_STATUS(401));
    fake_commit(world);
    cr_assert_eq(world->relayed_count, 1);
    struct notification given = fake_relayed(world, 0);
    cr_assert_str_eq(given.integration, "ops/fake/0");
    cr_assert_str_eq(given.group_key, "{}:{}");
    cr_assert_eq(given.picture->version, 10);
    cr_assert_eq(given.picture->news, NEWS_OPENED);
    cr_assert_eq(given.timing.group_wait_ms, 0);
    cr_assert_eq(fake_member(world, FP_A).fallback, 10);

    fake_crash(world);
    fake_pass(world, 600000);
    fake_respond(world, fake_run(world), FAKE_STATUS(401));
    fake_commit(world);
    cr_assert_eq(world->relayed_count, 1, "each version once");

    fake_news(world, FP_A, 20, NEWS_ESCALATED);
    fake_pass(world, 600000);
    fake_respond(world, fake_run(world), FAKE_OK);
    fake_commit(world);
    cr_assert_eq(fake_relayed(world, 1).picture->version, 20, "it is still in trouble then");
    cr_assert_eq(fake_relayed(world, 2).picture->news, NEWS_LEFT, "it has it again");
    cr_assert_eq(fake_relayed(world, 2).picture->version, 21);
    cr_assert_eq(fake_member(world, FP_A).fallback, 0);
    cr_assert_eq(world->relayed_count, 3);
}

Test(fallback, hears_of_the_end_of_what_it_has)
{
    fake_respond(world, send_a(), FAKE_NO_CONNECTION);
    for (int i = 0; i < 8; i++) {
        fake_pass(world, 600000);
        fake_respond(world, fake_run(world), FAKE_NO_CONNECTION);
    }
    fake_commit(world);
    cr_assert_eq(world->relayed_count, 1);
    fake_news(world, FP_A, 20, NEWS_RESOLVED);
    fake_pass(world, 600000);
    cr_assert_null(fake_run(world), "the receiver itself never heard of it");
    fake_commit(world);
    cr_assert_eq(fake_relayed(world, 1).picture->news, NEWS_RESOLVED);
    cr_assert_eq(fake_relayed(world, 1).picture->version, 20);
}

Test(fallback, takes_what_stands_in_the_queue_of_a_receiver_in_trouble)
{
    struct notification other = fake_notification(world, FP_B, 10, NEWS_OPENED);

    other.group = "fedcba9876543210fedcba9876543210";
    other.group_key = "{}:{b}";
    fake_respond(world, send_a(), FAKE_STATUS(401));
    world->integrations[0].backoff_min_ms = world->integrations[0].backoff_max_ms = 86400000;
    fake_pass(world, 1000);
    fake_respond(world, fake_run(world), FAKE_STATUS(401)); /* the next probe is a day away */
    fake_put(world, &other);
    fake_pass(world, 30000);
    cr_assert_null(fake_run(world));
    fake_pass(world, 1800000);
    cr_assert_null(fake_run(world));
    fake_commit(world);
    cr_assert_eq(world->relayed_count, 1);
    cr_assert_str_eq(fake_relayed(world, 0).picture->fingerprint, FP_B);
    fake_pass(world, 5000);
    cr_assert_null(fake_run(world));
    cr_assert_eq(world->relayed_count, 1);
}

Test(fallback, a_receiver_that_is_well_but_slow_has_none)
{
    fake_news(world, FP_A, 10, NEWS_OPENED);
    fake_pass(world, 7200000);
    fake_respond(world, fake_run(world), FAKE_OK);
    fake_commit(world);
    cr_assert_eq(world->relayed_count, 0);
}
