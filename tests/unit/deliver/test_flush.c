/* When a group is told, and what: merge, timers, newest wins, run's end. */
#include "tests/unit/deliver/fake_channel.h"

static struct fake_world *world;

static void begin(void)
{
    world = fake_world_new();
}
static void end(void)
{
    fake_world_free(world);
}
TestSuite(flush, .init = begin, .fini = end);

/* Opens A and tells it. */
static void tell_a(void)
{
    fake_news(world, FP_A, 10, NEWS_OPENED);
    fake_pass(world, 30000);
    fake_respond(world, fake_run(world), FAKE_OK);
    fake_commit(world);
}

Test(flush, first_message_waits_for_group_wait)
{
    fake_news(world, FP_A, 10, NEWS_OPENED);
    fake_pass(world, 29999);
    cr_assert_null(fake_run(world));
    fake_news(world, FP_B, 11, NEWS_OPENED);
    cr_assert_eq(deliverer_wait_ms(world->deliverer, world->now), 1);
    fake_pass(world, 1);
    struct flight *flight = fake_run(world);
    cr_assert_not_null(flight);
    cr_assert_str_eq(fake_last()->text, "+b:opened* +a:opened*");
    cr_assert_eq(fake_last()->version, 11);
    fake_respond(world, flight, FAKE_OK);
    fake_commit(world);
    cr_assert_eq(fake_member(world, FP_A).told, 10);
    cr_assert_null(fake_member(world, FP_A).picture.sample);
    cr_assert_eq(fake_group(world).told_ms, world->now.wall_ms);
    cr_assert_eq(deliverer_pending(world->deliverer), 0);
}

Test(flush, group_wait_counts_from_when_it_was_written)
{
    struct notification notification = fake_notification(world, FP_A, 10, NEWS_OPENED);

    notification.time_ms = world->now.wall_ms - 40000;
    fake_put(world, &notification);
    cr_assert_not_null(fake_run(world));
}

Test(flush, nothing_is_sent_before_its_commit)
{
    fake_news(world, FP_A, 10, NEWS_OPENED);
    fake_pass(world, 30000);
    fake_tick(world);
    cr_assert_null(fake_start(world));
    cr_assert(fake_stage(world));
    cr_assert_null(fake_start(world));
    fake_commit_staged(world);
    cr_assert_not_null(fake_start(world));
}

Test(flush, a_change_waits_for_the_next_tick_of_group_interval)
{
    tell_a();
    fake_pass(world, 310000); /* one tick has passed */
    fake_news(world, FP_B, 20, NEWS_OPENED);
    cr_assert_null(fake_run(world));
    fake_pass(world, 289999);
    cr_assert_null(fake_run(world));
    fake_pass(world, 1);
    cr_assert_not_null(fake_run(world));
    cr_assert_str_eq(fake_last()->text, "+b:opened* a:opened");
}

Test(flush, repeats_while_open_and_says_so)
{
    tell_a();
    fake_pass(world, 86399999);
    cr_assert_null(fake_run(world));
    fake_pass(world, 1);
    struct flight *flight = fake_run(world);
    cr_assert(fake_last()->repeat);
    cr_assert_str_eq(fake_last()->text, "a:opened");
    fake_respond(world, flight, FAKE_OK);
    fake_pass(world, 86400000);
    cr_assert_not_null(fake_run(world));
}

Test(flush, resolved_once_then_a_new_beginning)
{
    tell_a();
    fake_news(world, FP_A, 20, NEWS_RESOLVED);
    fake_pass(world, 300000);
    struct flight *flight = fake_run(world);
    cr_assert_str_eq(fake_last()->text, "+a:resolved*");
    cr_assert(fake_last()->resolved);
    fake_respond(world, flight, FAKE_OK);
    fake_pass(world, 90000000);
    cr_assert_null(fake_run(world)); /* no repeat */
    fake_news(world, FP_A, 30, NEWS_REOPENED);
    cr_assert_null(fake_run(world));
    fake_pass(world, 30000); /* group_wait, not group_interval */
    cr_assert_not_null(fake_run(world));
}

Test(flush, opened_and_resolved_before_anything_was_told_is_silence)
{
    fake_news(world, FP_A, 10, NEWS_OPENED);
    fake_news(world, FP_A, 11, NEWS_RESOLVED);
    fake_pass(world, 30000);
    cr_assert_null(fake_run(world));
    cr_assert_eq(fake_said_count, 0);
    cr_assert_eq(fake_member(world, FP_A).told, 11);
}

Test(flush, send_resolved_false_keeps_quiet)
{
    world->integrations[0].send_resolved = false;
    tell_a();
    fake_news(world, FP_A, 20, NEWS_RESOLVED);
    fake_pass(world, 300000);
    cr_assert_null(fake_run(world));
    cr_assert_eq(fake_member(world, FP_A).told, 20);
}

Test(flush, skipped_by_the_channel_counts_as_told)
{
    world->ctx.skips = true;
    fake_news(world, FP_A, 10, NEWS_OPENED);
    fake_pass(world, 30000);
    cr_assert_null(fake_run(world));
    cr_assert_eq(fake_member(world, FP_A).told, 10);
}

Test(flush, the_newest_wins_in_every_order)
{
    fake_news(world, FP_A, 12, NEWS_RESOLVED);
    fake_news(world, FP_A, 11, NEWS_ESCALATED);
    fake_news(world, FP_A, 13, NEWS_REOPENED);
    fake_news(world, FP_A, 10, NEWS_OPENED);
    fake_pass(world, 30000);
    cr_assert_not_null(fake_run(world));
    cr_assert_str_eq(fake_last()->text, "+a:reopened*");
    cr_assert_eq(deliverer_counters(world->deliverer).stale, 2);
}

Test(flush, final_counts_replace_the_picture_and_are_no_news)
{
    struct notification final = fake_notification(world, FP_A, 10, NEWS_FINAL);

    fake_news(world, FP_A, 10, NEWS_OPENED);
    final.picture->count = 12;
    fake_put(world, &final);
    fake_pass(world, 30000);
    struct flight *flight = fake_run(world);
    cr_assert_str_eq(fake_last()->text, "+a:opened*");
    fake_respond(world, flight, FAKE_OK);
    final.picture->count = 15;
    fake_put(world, &final);
    fake_pass(world, 300000);
    cr_assert_null(fake_run(world));
    cr_assert_eq(fake_member(world, FP_A).picture.count, 15);
    cr_assert_null(fake_member(world, FP_A).picture.sample);
}

Test(flush, left_is_told_once_and_ends_the_membership)
{
    tell_a();
    fake_news(world, FP_A, 20, NEWS_LEFT);
    fake_pass(world, 300000);
    struct flight *flight = fake_run(world);
    cr_assert_str_eq(fake_last()->text, "+a:left*");
    cr_assert(fake_last()->resolved);
    fake_respond(world, flight, FAKE_OK);
    fake_commit(world);
    cr_assert_null(fake_record(world, GROUP_KEY "|" FP_A));
}

Test(flush, left_before_it_was_told_is_silence)
{
    fake_news(world, FP_A, 10, NEWS_OPENED);
    fake_news(world, FP_A, 20, NEWS_LEFT);
    fake_pass(world, 30000);
    cr_assert_null(fake_run(world));
    cr_assert_null(fake_record(world, GROUP_KEY "|" FP_A));
}

Test(flush, news_during_a_request_is_due_again)
{
    fake_news(world, FP_A, 10, NEWS_OPENED);
    fake_pass(world, 30000);
    struct flight *flight = fake_run(world);
    fake_news(world, FP_A, 11, NEWS_ESCALATED);
    cr_assert_null(fake_run(world)); /* one in flight a group */
    fake_respond(world, flight, FAKE_OK);
    fake_commit(world);
    cr_assert_eq(fake_member(world, FP_A).told, 10);
    cr_assert_eq(fake_member(world, FP_A).wanted, 11);
    fake_pass(world, 299999);
    cr_assert_null(fake_run(world));
    fake_pass(world, 1);
    cr_assert_not_null(fake_run(world));
    cr_assert_str_eq(fake_last()->text, "+a:escalated*");
}

Test(flush, shows_the_worst_and_counts_the_rest)
{
    for (int i = 0; i < GROUP_MEMBERS_SHOWN_MAX + 5; i++) {
        char *fingerprint = arena_strdup(&world->arena, FP_A);
        fingerprint[34] = (char)('0' + i % 10);
        fingerprint[33] = (char)('0' + i / 10);
        struct notification notification =
            fake_notification(world, fingerprint, 10 + i, NEWS_OPENED);
        notification.picture->severity = i == 3 ? SEVERITY_CRITICAL : SEVERITY_LOW;
        if (i == 3)
            notification.picture->fingerprint = FP_C;
        fake_put(world, &notification);
    }
    fake_pass(world, 30000);
    struct flight *flight = fake_run(world);
    cr_assert_eq(strncmp(fake_last()->text, "+c:opened", 9), 0);
    cr_assert_eq(fake_last()->omitted, 5);
    fake_respond(world, flight, FAKE_OK);
    cr_assert_eq(deliverer_pending(world->deliverer), 0);
}

Test(flush, a_finished_group_is_forgotten_after_a_month)
{
    tell_a();
    fake_news(world, FP_A, 20, NEWS_RESOLVED);
    fake_pass(world, 300000);
    fake_respond(world, fake_run(world), FAKE_OK);
    fake_pass(world, FINISHED_KEEP_MS - 1);
    cr_assert_null(fake_run(world));
    cr_assert_not_null(fake_record(world, GROUP_KEY));
    fake_pass(world, 1);
    cr_assert_null(fake_run(world));
    cr_assert_null(fake_record(world, GROUP_KEY));
    cr_assert_null(fake_record(world, GROUP_KEY "|" FP_A));
}

/* flush: run_end */

Test(flush, run_end_waits_for_all_parts)
{
    fake_run_news(world, FP_A, 10, NEWS_OPENED, "run-1");
    fake_part(world, "run-1", 1, 2);
    fake_pass(world, 60000);
    cr_assert_null(fake_run(world));
    fake_part(world, "run-1", 1, 2); /* again */
    cr_assert_null(fake_run(world));
    fake_part(world, "run-1", 2, 2);
    struct flight *flight = fake_run(world);
    cr_assert_str_eq(fake_last()->text, "+a:opened*");
    fake_respond(world, flight, FAKE_OK);
    fake_commit(world);
    cr_assert_null(fake_group(world).waits_for);
}

static void put_step(int step)
{
    if (step == 0)
        fake_run_news(world, FP_A, 10, NEWS_OPENED, "run-1");
    else if (step == 1)
        fake_run_news(world, FP_B, 11, NEWS_OPENED, "run-1");
    else
        fake_part(world, "run-1", step - 1, 2);
}

static void answer(void)
{
    struct flight *flight = fake_run(world);

    if (flight != NULL)
        fake_respond(world, flight, FAKE_OK);
    fake_commit(world);
}

/* Two pictures and two parts in every order, with a crash before or after each commit or without.
 */
static void interleave(const int steps[4], bool crash_before, bool crash_after)
{
    for (int i = 0; i < 4; i++) {
        put_step(steps[i]);
        if (crash_before) {
            fake_crash(world);
            put_step(steps[i]);
        }
        answer();
        if (crash_after)
            fake_crash(world);
    }
    answer();
    cr_assert_eq(fake_member(world, FP_A).told, 10);
    cr_assert_eq(fake_member(world, FP_B).told, 11);
    cr_assert_leq(fake_said_count, 2);
}

Test(flush, run_end_in_every_interleaving)
{
    for (int order = 0; order < 1024; order++) {
        const int steps[4] = {order & 3, order >> 2 & 3, order >> 4 & 3, order >> 6 & 3};
        int seen = 0;
        for (int i = 0; i < 4; i++)
            seen |= 1 << steps[i];
        if (seen != 15)
            continue;
        end();
        begin();
        interleave(steps, order & 256, order & 512);
    }
}

Test(flush, run_end_waits_at_most_max_wait)
{
    fake_run_news(world, FP_A, 10, NEWS_OPENED, "run-1");
    fake_pass(world, 3599999);
    cr_assert_null(fake_run(world));
    fake_pass(world, 1);
    cr_assert_not_null(fake_run(world));
}

Test(flush, one_run_does_not_send_what_waits_for_another)
{
    fake_run_news(world, FP_A, 10, NEWS_OPENED, "run-1");
    fake_run_news(world, FP_B, 11, NEWS_OPENED, "run-2");
    fake_part(world, "run-2", 1, 1);
    struct flight *flight = fake_run(world);
    cr_assert_str_eq(fake_last()->text, "+b:opened*");
    fake_respond(world, flight, FAKE_OK);
    cr_assert_null(fake_run(world));
    fake_part(world, "run-1", 1, 1);
    cr_assert_not_null(fake_run(world));
    cr_assert_str_eq(fake_last()->text, "+a:opened* b:opened");
}

Test(flush, a_picture_of_an_ended_run_does_not_wait)
{
    fake_part(world, "run-1", 1, 1);
    fake_commit(world);
    fake_crash(world);
    fake_run_news(world, FP_A, 10, NEWS_OPENED, "run-1");
    cr_assert_not_null(fake_run(world));
}

Test(flush, parts_of_another_integration_do_not_count)
{
    struct notification part = fake_notification(world, FP_A, 1, NEWS_OPENED);

    part.integration = "team/fake/1";
    part.picture = NULL;
    part.group = "";
    part.run = "run-1";
    part.part = part.parts = 1;
    fake_run_news(world, FP_A, 10, NEWS_OPENED, "run-1");
    fake_put(world, &part);
    cr_assert_null(fake_run(world));
}
