/* How a delivery goes on after an answer, a failure, a crash or an aborted commit. */
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
TestSuite(delivery, .init = begin, .fini = end);

static struct flight *send_a(void)
{
    fake_news(world, FP_A, 10, NEWS_OPENED);
    fake_pass(world, 30000);
    return fake_run(world);
}

/* A failure that is tried again: backoff, then delivered. */

Test(delivery, retry_counts_waits_and_clears_its_intent)
{
    struct flight *flight = send_a();
    struct group_state state = fake_group(world);

    cr_assert_not_null(state.intent, "committed before the request");
    cr_assert_eq(state.intent->attempt, 1);
    cr_assert_eq(state.intent->version, 10);
    cr_assert_eq(state.intent->until_ms, world->now.wall_ms + 5000 + INTENT_MARGIN_MS);
    fake_respond(world, flight, FAKE_STATUS(503));
    fake_commit(world);
    state = fake_group(world);
    cr_assert_null(state.intent);
    cr_assert_eq(state.attempt, 1);
    cr_assert_str_eq(state.last_error, "server_error: HTTP 503");
    cr_assert_eq(state.not_before_ms, world->now.wall_ms + 1000);
    fake_pass(world, 999);
    cr_assert_null(fake_run(world));
    fake_pass(world, 1);
    flight = fake_run(world);
    cr_assert_eq(fake_last()->attempt, 2);
    cr_assert_not(fake_last()->in_doubt);
    fake_respond(world, flight, FAKE_OK);
    fake_commit(world);
    state = fake_group(world);
    cr_assert_eq(state.attempt, 0);
    cr_assert_eq(state.first_try_ms, 0);
    cr_assert_null(state.last_error);
}

Test(delivery, news_while_failing_goes_with_the_next_try)
{
    fake_respond(world, send_a(), FAKE_STATUS(503));
    fake_news(world, FP_A, 11, NEWS_ESCALATED);
    cr_assert_null(fake_run(world));
    fake_pass(world, 1000);
    fake_respond(world, fake_run(world), FAKE_OK);
    fake_commit(world);
    cr_assert_str_eq(fake_last()->text, "+a:escalated*");
    cr_assert_eq(fake_member(world, FP_A).told, 11);
}

Test(delivery, resolved_while_failing_without_arrival_is_silence)
{
    fake_respond(world, send_a(), FAKE_NO_CONNECTION);
    fake_news(world, FP_A, 11, NEWS_RESOLVED);
    fake_pass(world, 1000);
    cr_assert_null(fake_run(world));
    cr_assert_eq(fake_member(world, FP_A).told, 11);
}

Test(delivery, resolved_after_a_request_that_may_have_arrived_is_told)
{
    fake_respond(world, send_a(), FAKE_CUT);
    fake_news(world, FP_A, 11, NEWS_RESOLVED);
    fake_pass(world, 1000);
    cr_assert_not_null(fake_run(world));
    cr_assert_str_eq(fake_last()->text, "+a:resolved*");
    cr_assert(fake_last()->in_doubt);
}

Test(delivery, attempts_max_ends_in_a_dead_letter)
{
    world->integrations[0].attempts_max = 2;
    fake_respond(world, send_a(), FAKE_STATUS(503));
    fake_pass(world, 1000);
    fake_respond(world, fake_run(world), FAKE_STATUS(503));
    fake_commit(world);
    cr_assert_eq(world->dead_count, 0);
    fake_pass(world, 5000);
    cr_assert_null(fake_run(world));
    cr_assert_eq(world->dead_count, 1);
    cr_assert_str_eq(world->dead_reason[0], "expired");
    cr_assert_eq(fake_group(world).given_up_ms, world->now.wall_ms);
}

Test(delivery, age_max_ends_in_a_dead_letter_but_not_before_a_try)
{
    fake_news(world, FP_A, 10, NEWS_OPENED);
    fake_pass(world, 30000 + 259200000); /* nobody was here for three days */
    struct flight *flight = fake_run(world);
    cr_assert_not_null(flight);
    fake_respond(world, flight, FAKE_STATUS(503));
    fake_pass(world, 259200000 - 1);
    flight = fake_run(world);
    cr_assert_not_null(flight);
    fake_respond(world, flight, FAKE_STATUS(503));
    fake_pass(world, 600000);
    cr_assert_null(fake_run(world));
    cr_assert_str_eq(world->dead_reason[0], "expired");
}

Test(delivery, refused_is_a_dead_letter_with_what_was_to_be_said)
{
    struct dead_delivery dead;
    struct error err = {0};

    fake_respond(world, send_a(), FAKE_STATUS(400));
    fake_commit(world);
    cr_assert_eq(world->dead_count, 1);
    cr_assert_eq(record_decode(&dead_delivery_type, world->dead[0].value,
                               world->dead[0].value_bytes, &world->arena, &dead, &err),
                 0);
    cr_assert_eq(dead.reason, DEAD_REFUSED);
    cr_assert_str_eq(dead.detail, "refused: HTTP 400");
    cr_assert_eq(dead.pictures.count, 1);
    cr_assert_str_eq(((struct picture *)dead.pictures.items)->sample->prompt, "p");
    cr_assert_eq(fake_member(world, FP_A).told, 0, "what was given up stays untold");
    cr_assert_eq(deliverer_pending(world->deliverer), 0);
    fake_pass(world, 90000000);
    cr_assert_null(fake_run(world));
}

Test(delivery, what_was_given_up_is_forgotten_after_a_month_without_news)
{
    fake_respond(world, send_a(), FAKE_STATUS(400));
    fake_commit(world);
    fake_pass(world, FINISHED_KEEP_MS - 1);
    cr_assert_null(fake_run(world));
    fake_crash(world);
    fake_pass(world, 1);
    cr_assert_null(fake_run(world));
    cr_assert_null(fake_record(world, GROUP_KEY));
    cr_assert_null(fake_record(world, GROUP_KEY "|" FP_A));
    cr_assert_eq(world->dead_count, 1, "and only once in the dead letters");
}

Test(delivery, a_request_that_cannot_be_begun_is_a_dead_letter_at_once)
{
    fake_respond(world, send_a(),
                 (struct response){.unsendable = true, .transport_error = "not an http URL"});
    fake_commit(world);
    cr_assert_eq(world->dead_count, 1);
    cr_assert_str_eq(world->dead_reason[0], "refused");
}

Test(delivery, a_replay_says_what_was_given_up)
{
    fake_respond(world, send_a(), FAKE_STATUS(400));
    fake_news(world, FP_A, 10, NEWS_OPENED);
    fake_pass(world, 30000);
    fake_respond(world, fake_run(world), FAKE_OK);
    fake_commit(world);
    cr_assert_eq(fake_member(world, FP_A).told, 10);
    fake_news(world, FP_A, 10, NEWS_OPENED); /* and once more is nothing */
    fake_pass(world, 300000);
    cr_assert_null(fake_run(world));
}

Test(delivery, a_dead_letter_has_all_pictures_in_records_of_twenty)
{
    for (int i = 0; i < 45; i++) {
        char *fingerprint = arena_strdup(&world->arena, FP_A);
        fingerprint[34] = (char)('0' + i % 10);
        fingerprint[33] = (char)('0' + i / 10);
        fake_news(world, fingerprint, 10 + i, NEWS_OPENED);
    }
    fake_pass(world, 30000);
    fake_respond(world, fake_run(world), FAKE_STATUS(400));
    fake_commit(world);
    cr_assert_eq(world->dead_count, 3);
}

/* Size */

Test(delivery, too_large_is_rendered_smaller_once_per_size)
{
    struct flight *flight = send_a();

    for (int size = RENDER_FULL; size <= RENDER_IDENTITY; size++) {
        cr_assert_eq(fake_last()->size, (enum render_size)size);
        cr_assert_eq(fake_said_count, (size_t)size + 1);
        fake_respond(world, flight, FAKE_STATUS(413));
        fake_commit(world);
        flight = fake_start(world);
    }
    cr_assert_null(flight);
    cr_assert_str_eq(world->dead_reason[0], "too_large");
}

Test(delivery, unrenderable_takes_the_next_size_and_then_the_dead_letters)
{
    world->ctx.unrenderable = RENDER_NO_EVIDENCE;
    fake_respond(world, send_a(), FAKE_OK);
    cr_assert_eq(fake_last()->size, RENDER_NO_EVIDENCE);
    world->ctx.unrenderable = RENDER_IDENTITY + 1;
    fake_news(world, FP_A, 20, NEWS_ESCALATED);
    fake_pass(world, 300000);
    cr_assert_null(fake_run(world));
    cr_assert_str_eq(world->dead_reason[0], "unrenderable");
}

/* Doubt */

Test(delivery, a_crash_leaves_an_intent_that_is_waited_for)
{
    cr_assert_not_null(send_a());
    fake_crash(world);
    fake_pass(world, 5000 + INTENT_MARGIN_MS - 1);
    cr_assert_null(fake_run(world));
    fake_pass(world, 1);
    struct flight *flight = fake_run(world);
    cr_assert(fake_last()->in_doubt);
    cr_assert_eq(fake_last()->attempt, 2);
    fake_respond(world, flight, FAKE_OK);
    fake_commit(world);
    cr_assert_null(fake_group(world).intent);
}

Test(delivery, doubt_goes_to_the_dead_letters_where_the_receiver_wants_it)
{
    world->integrations[0].on_doubt = DOUBT_DEAD_LETTER;
    cr_assert_not_null(send_a());
    fake_crash(world);
    fake_pass(world, 5000 + INTENT_MARGIN_MS);
    cr_assert_null(fake_run(world));
    cr_assert_str_eq(world->dead_reason[0], "in_doubt");
    cr_assert_eq(fake_said_count, 1);
}

Test(delivery, a_cut_after_the_body_is_in_doubt_and_one_before_it_is_not)
{
    fake_respond(world, send_a(), FAKE_NO_CONNECTION);
    fake_pass(world, 1000);
    struct flight *flight = fake_run(world);
    cr_assert_not(fake_last()->in_doubt);
    fake_respond(world, flight, FAKE_CUT);
    fake_pass(world, 3000);
    flight = fake_run(world);
    cr_assert(fake_last()->in_doubt);
    fake_respond(world, flight, FAKE_STATUS(503)); /* does not end the doubt */
    fake_pass(world, 60000);
    cr_assert_not_null(fake_run(world));
    cr_assert(fake_last()->in_doubt);
}

Test(delivery, looking_again_later_is_no_try_and_keeps_the_doubt)
{
    world->integrations[0].attempts_max = 2;
    world->ctx.later_ms = 15000;
    cr_assert_not_null(send_a());
    fake_crash(world);
    fake_pass(world, 5000 + INTENT_MARGIN_MS);
    for (int look = 0; look < 5; look++) {
        cr_assert_null(fake_run(world));
        struct group_state state = fake_group(world);
        cr_assert_eq(state.attempt, 1, "the one whose end nobody saw");
        cr_assert_not_null(state.intent);
        cr_assert_str_eq(state.last_error, "looks");
        cr_assert_eq(state.not_before_ms, world->now.wall_ms + 15000);
        if (look == 2)
            fake_crash(world);
        fake_pass(world, 15000);
    }
    world->ctx.later_ms = 0;
    cr_assert_not_null(fake_run(world));
    cr_assert_eq(fake_last()->attempt, 2);
    cr_assert(fake_last()->in_doubt);
    cr_assert_eq(world->dead_count, 0);
}

Test(delivery, a_doubt_that_is_settled_ends_with_a_refusal)
{
    world->ctx.settles = true;
    fake_respond(world, send_a(), FAKE_CUT);
    fake_pass(world, 1000);
    struct flight *flight = fake_run(world);
    cr_assert(fake_last()->in_doubt);
    fake_respond(world, flight, FAKE_STATUS(503));
    fake_commit(world);
    cr_assert_null(fake_group(world).intent);
    fake_pass(world, 60000);
    cr_assert_not_null(fake_run(world));
    cr_assert_not(fake_last()->in_doubt);
}

Test(delivery, who_looks_up_is_not_given_up_in_doubt)
{
    static struct channel_ops looking;

    looking = fake_channel;
    looking.looks_up = true;
    world->integrations[0].ops = &looking;
    world->integrations[0].on_doubt = DOUBT_DEAD_LETTER;
    cr_assert_not_null(send_a());
    fake_crash(world);
    fake_pass(world, 5000 + INTENT_MARGIN_MS);
    cr_assert_not_null(fake_run(world));
    cr_assert(fake_last()->in_doubt);
}

Test(delivery, too_large_is_rendered_from_what_was_stored_before)
{
    world->ctx.stores_first = true;
    fake_respond(world, send_a(), FAKE_STATUS(413));
    fake_commit(world);
    cr_assert_not_null(fake_start(world));
    cr_assert_str_eq(fake_last()->stored, "");
}

Test(delivery, an_identity_needs_no_intent)
{
    world->integrations[0].ops = &fake_identity_channel;
    cr_assert_not_null(send_a());
    cr_assert_null(fake_group(world).intent);
    fake_crash(world);
    cr_assert_not_null(fake_run(world)); /* at once: the service folds repeats */
    cr_assert_not(fake_last()->in_doubt);
}

Test(delivery, an_identity_is_resolved_even_if_nobody_saw_it_open)
{
    world->integrations[0].ops = &fake_identity_channel;
    cr_assert_not_null(send_a());
    fake_crash(world);
    fake_news(world, FP_A, 11, NEWS_RESOLVED);
    cr_assert_not_null(fake_run(world));
    cr_assert_str_eq(fake_last()->text, "+a:resolved*");
}

Test(delivery, an_intent_that_waited_too_long_for_its_commit_is_renewed)
{
    fake_news(world, FP_A, 10, NEWS_OPENED);
    fake_pass(world, 30000);
    fake_tick(world);
    cr_assert(fake_stage(world));
    fake_pass(world, INTENT_MARGIN_MS);
    fake_commit_staged(world);
    cr_assert_null(fake_start(world));
    fake_commit(world);
    cr_assert_not_null(fake_start(world));
    cr_assert_eq(fake_group(world).intent->until_ms, world->now.wall_ms + 5000 + INTENT_MARGIN_MS);
}

/* Steps */

Test(delivery, steps_renew_the_intent_and_keep_what_was_stored)
{
    world->ctx.requests = 2;
    world->ctx.stores = true;
    struct flight *flight = send_a();
    fake_pass(world, 3000);
    fake_respond(world, flight, FAKE_OK);
    cr_assert_null(fake_start(world), "its intent is not committed yet");
    fake_commit(world);
    cr_assert_eq(fake_group(world).intent->until_ms, world->now.wall_ms + 5000 + INTENT_MARGIN_MS);
    flight = fake_start(world);
    struct response response = FAKE_OK;
    response.body = "T-1";
    fake_respond(world, flight, response);
    fake_commit(world);
    struct group_state state = fake_group(world);
    cr_assert_str_eq(((struct label *)state.stored.items)->value, "T-1");
    fake_news(world, FP_A, 20, NEWS_ESCALATED);
    fake_pass(world, 300000);
    cr_assert_not_null(fake_run(world));
    cr_assert_str_eq(fake_last()->stored, "ticket=T-1");
}

/* Commits that do not go through */

Test(delivery, an_aborted_intent_sends_nothing_and_is_decided_again)
{
    fake_news(world, FP_A, 10, NEWS_OPENED);
    fake_commit(world);
    fake_pass(world, 30000);
    fake_tick(world);
    cr_assert(fake_stage(world));
    fake_abort(world);
    cr_assert_null(fake_start(world));
    cr_assert_not_null(fake_run(world));
    cr_assert_eq(fake_last()->attempt, 1);
}

Test(delivery, an_aborted_outcome_is_said_again)
{
    fake_respond(world, send_a(), FAKE_OK);
    cr_assert(fake_stage(world));
    fake_abort(world);
    cr_assert_not_null(fake_group(world).intent, "the abort brought it back");
    fake_commit(world);
    cr_assert_null(fake_group(world).intent);
    cr_assert_eq(fake_member(world, FP_A).told, 10);
    cr_assert_null(fake_run(world));
    cr_assert_eq(fake_said_count, 1);
}

Test(delivery, an_aborted_dead_letter_is_written_once)
{
    fake_respond(world, send_a(), FAKE_STATUS(400));
    cr_assert(fake_stage(world));
    fake_abort(world);
    fake_commit(world);
    cr_assert_eq(world->dead_count, 1);
}

Test(delivery, an_abort_takes_back_what_was_merged_and_what_follows)
{
    fake_news(world, FP_A, 10, NEWS_OPENED);
    cr_assert(fake_stage(world));
    fake_news(world, FP_B, 11, NEWS_OPENED); /* while the commit is under way */
    fake_abort(world);
    cr_assert_eq(deliverer_pending(world->deliverer), 0);
    fake_news(world, FP_A, 10, NEWS_OPENED); /* read again */
    fake_news(world, FP_B, 11, NEWS_OPENED);
    fake_pass(world, 30000);
    fake_respond(world, fake_run(world), FAKE_OK);
    fake_commit(world);
    cr_assert_eq(fake_member(world, FP_A).told, 10);
    cr_assert_eq(fake_member(world, FP_B).told, 11);
}

Test(delivery, an_answer_while_a_commit_is_under_way_goes_into_the_next)
{
    struct flight *flight = send_a();

    fake_news(world, FP_B, 11, NEWS_OPENED);
    cr_assert(fake_stage(world));
    fake_respond(world, flight, FAKE_OK);
    fake_commit_staged(world);
    cr_assert_eq(fake_member(world, FP_A).told, 0);
    fake_commit(world);
    cr_assert_eq(fake_member(world, FP_A).told, 10);
}

/* Partitions that come and go */

static void restore_again(void)
{
    struct error err = {0};
    int64_t next, tiers[RETRY_TIERS_MAX];

    deliverer_drop(world->deliverer, 0);
    for (size_t i = 0; i < world->deliveries_count; i++) {
        const struct fake_topic_record *record = &world->deliveries[i];
        deliverer_restore(world->deliverer, 0, record->key, record->key_bytes, record->value,
                          record->value_bytes, &err);
    }
    cr_assert_eq(deliverer_restored(world->deliverer, 0, world->now, &next, tiers, &err), 0);
}

Test(delivery, an_answer_survives_a_restore_of_its_partition)
{
    struct flight *flight = send_a();

    restore_again();
    cr_assert_null(fake_run(world), "it is still in the air");
    fake_respond(world, flight, FAKE_OK);
    fake_commit(world);
    cr_assert_eq(fake_member(world, FP_A).told, 10);
}

Test(delivery, an_answer_that_came_while_the_partition_was_away_is_applied)
{
    struct flight *flight = send_a();
    struct error err = {0};

    deliverer_drop(world->deliverer, 0);
    fake_respond(world, flight, FAKE_OK);
    fake_tick(world);
    restore_again();
    cr_assert_eq(error_is_set(&err), false);
    fake_commit(world);
    cr_assert_eq(fake_member(world, FP_A).told, 10);
}

Test(delivery, an_answer_to_an_intent_that_is_another_by_now_is_dropped)
{
    struct flight *flight = send_a();

    deliverer_drop(world->deliverer, 0);
    /* Somebody else owned the partition and has sent. */
    struct group_state state = fake_group(world);
    struct error err = {0};
    state.intent->started_ms += 60000;
    state.intent->until_ms += 60000;
    state.intent->attempt = 2;
    size_t bytes;
    char *json = record_encode(&group_state_type, &state, &world->arena, &bytes, &err);
    world->deliveries[world->deliveries_count++] =
        (struct fake_topic_record){.key = strdup(GROUP_KEY),
                                   .key_bytes = strlen(GROUP_KEY),
                                   .value = strdup(json),
                                   .value_bytes = bytes};
    restore_again();
    fake_respond(world, flight, FAKE_OK);
    fake_commit(world);
    fake_tick(world);
    cr_assert_eq(fake_member(world, FP_A).told, 0);
    fake_pass(world, 67000);
    cr_assert_not_null(fake_run(world));
    cr_assert_eq(fake_last()->attempt, 3);
}

Test(delivery, recall_takes_back_what_has_not_started)
{
    struct error err = {0};

    fake_news(world, FP_A, 10, NEWS_OPENED);
    fake_pass(world, 30000);
    fake_tick(world);
    fake_commit(world); /* ready, not started */
    deliverer_hold(world->deliverer, true);
    cr_assert_eq(deliverer_recall(world->deliverer, world->now, &err), 0);
    cr_assert_null(fake_run(world));
    cr_assert_null(fake_group(world).intent);
    fake_crash(world);
    cr_assert_not_null(fake_run(world), "the next owner need not wait");
    cr_assert_not(fake_last()->in_doubt);
}

/* The receiver */

static const char *group_of(int i)
{
    return arena_printf(&world->arena, "%032d", i);
}

static void put_groups(int count)
{
    for (int i = 0; i < count; i++) {
        struct notification notification = fake_notification(world, FP_A, 10, NEWS_OPENED);
        notification.group = group_of(i);
        notification.time_ms = world->now.wall_ms - 30000;
        fake_put(world, &notification);
    }
}

Test(delivery, concurrency_holds_groups_back_first_come_first)
{
    struct flight *flights[5];

    put_groups(6);
    flights[0] = fake_run(world);
    for (int i = 1; i < 5; i++)
        flights[i] = fake_start(world);
    cr_assert_not_null(flights[3]);
    cr_assert_null(flights[4]);
    cr_assert_eq(deliverer_wait_ms(world->deliverer, world->now), INT64_MAX);
    fake_respond(world, flights[1], FAKE_OK);
    cr_assert_eq(deliverer_wait_ms(world->deliverer, world->now), 0);
    cr_assert_not_null(fake_run(world));
    cr_assert_null(fake_run(world));
}

Test(delivery, retry_after_stops_the_receiver_and_is_never_early)
{
    struct response response = FAKE_STATUS(429);

    world->integrations[0].concurrency = 1;
    put_groups(2);
    response.retry_after_ms = 120000;
    fake_respond(world, fake_run(world), response);
    fake_pass(world, 119999);
    cr_assert_null(fake_run(world));
    cr_assert_eq(deliverer_wait_ms(world->deliverer, world->now), 1);
    fake_pass(world, 1);
    cr_assert_not_null(fake_run(world));
}

static void judge_one_alone(const void *ctx, const struct response *response,
                            struct verdict *verdict)
{
    (void)ctx;
    verdict->spares_receiver = response->status == 429;
    verdict->delay_ms = response->retry_after_ms;
}

Test(delivery, a_limit_on_one_message_holds_up_no_other)
{
    static struct channel_ops judging;
    struct response response = FAKE_STATUS(429);

    judging = fake_channel;
    judging.judge = judge_one_alone;
    world->integrations[0].ops = &judging;
    world->integrations[0].concurrency = 1;
    put_groups(2);
    response.retry_after_ms = 50000;
    fake_respond(world, fake_run(world), response);
    struct flight *other = fake_run(world);
    cr_assert_not_null(other, "the other goes at once");
    fake_respond(world, other, FAKE_OK);
    fake_pass(world, 49999);
    cr_assert_null(fake_run(world));
    fake_pass(world, 1);
    cr_assert_not_null(fake_run(world));
    cr_assert_eq(fake_last()->attempt, 2);
}

Test(delivery, retry_after_on_success_delays_the_next)
{
    struct response response = FAKE_OK;

    world->integrations[0].concurrency = 1;
    put_groups(2);
    response.retry_after_ms = 5000;
    fake_respond(world, fake_run(world), response);
    fake_pass(world, 4999);
    cr_assert_null(fake_run(world));
    fake_pass(world, 1);
    cr_assert_not_null(fake_run(world));
}

Test(delivery, retry_after_is_clamped_aloud)
{
    struct response response = FAKE_STATUS(429);

    response.retry_after_ms = 7200000;
    fake_respond(world, send_a(), response);
    cr_assert_not_null(strstr(world->say, "Retry-After of 7200 s is cut to 3600 s"));
    fake_pass(world, 3599999);
    cr_assert_null(fake_run(world));
    fake_pass(world, 1);
    cr_assert_not_null(fake_run(world));
}

Test(delivery, retry_after_holds_after_a_crash)
{
    struct response response = FAKE_STATUS(429);

    world->integrations[0].concurrency = 1;
    put_groups(2);
    response.retry_after_ms = 120000;
    fake_respond(world, fake_run(world), response);
    fake_commit(world);
    fake_crash(world);
    cr_assert_null(fake_run(world), "nor may the other group go");
    fake_pass(world, 120000);
    cr_assert_not_null(fake_run(world));
}

Test(delivery, unauthorized_stops_the_receiver_and_one_probe_opens_it)
{
    put_groups(4);
    struct flight *flight = fake_run(world);
    struct flight *others[3];
    for (int i = 0; i < 3; i++)
        others[i] = fake_start(world);
    fake_respond(world, flight, FAKE_STATUS(401));
    for (int i = 0; i < 3; i++)
        fake_respond(world, others[i], FAKE_STATUS(401));
    fake_commit(world);
    cr_assert_eq(world->dead_count, 0);
    fake_pass(world, 20000);
    flight = fake_run(world);
    cr_assert_not_null(flight);
    cr_assert_null(fake_start(world), "one at a time");
    fake_respond(world, flight, FAKE_OK);
    cr_assert_not_null(fake_run(world));
    cr_assert_not_null(fake_start(world));
    cr_assert_not_null(strstr(world->say, "goes on"));
}

Test(delivery, blocked_messages_age_into_dead_letters_only_by_age)
{
    world->integrations[0].concurrency = 1;
    put_groups(2);
    for (int64_t passed = 0; passed < 259200000 + 1200000; passed += 600000) {
        struct flight *flight = fake_run(world);
        if (flight != NULL)
            fake_respond(world, flight, FAKE_STATUS(401));
        fake_commit(world);
        cr_assert(world->dead_count == 0 || passed >= 259200000 - 600000, "%lld",
                  (long long)passed);
        fake_forget_written(world);
        fake_pass(world, 600000);
    }
    cr_assert_eq(world->dead_count, 2);
    cr_assert_str_eq(world->dead_reason[1], "expired");
}

Test(delivery, one_receiver_does_not_hold_up_another)
{
    struct notification notification = fake_notification(world, FP_A, 10, NEWS_OPENED);

    fake_respond(world, send_a(), FAKE_STATUS(401));
    notification.integration = "team/fake/1";
    fake_put(world, &notification);
    fake_pass(world, 30000);
    world->integrations[0].concurrency = 0;
    cr_assert_not_null(fake_run(world));
}

Test(delivery, unknown_receiver_is_parked_then_dead)
{
    struct notification notification = fake_notification(world, FP_A, 10, NEWS_OPENED);

    notification.integration = "gone/fake/0";
    fake_put(world, &notification);
    fake_pass(world, 30000 + UNKNOWN_RECEIVER_PARK_MS - 1);
    cr_assert_null(fake_run(world));
    cr_assert_eq(world->dead_count, 0);
    fake_crash(world);
    fake_pass(world, 1);
    cr_assert_null(fake_run(world));
    cr_assert_str_eq(world->dead_reason[0], "unknown_receiver");
}

Test(delivery, unknown_receiver_that_becomes_known_is_told)
{
    struct notification notification = fake_notification(world, FP_A, 10, NEWS_OPENED);

    notification.integration = "soon/fake/0";
    fake_put(world, &notification);
    fake_pass(world, 60000);
    cr_assert_null(fake_run(world));
    world->integrations[1].id = "soon/fake/0";
    fake_crash(world);
    cr_assert_not_null(fake_run(world));
}

/* Wake-ups */

static void put_wakeup(size_t tier, int64_t offset)
{
    struct error err = {0};
    struct delivered_record record = {.topic = "retry",
                                      .partition = 0,
                                      .offset = offset,
                                      .time_ms = world->now.wall_ms,
                                      .key = GROUP_KEY,
                                      .key_bytes = strlen(GROUP_KEY),
                                      .value = "{}",
                                      .value_bytes = 2};

    cr_assert_eq(deliverer_wakeup(world->deliverer, tier, &record, world->now, &err), 0);
}

static void fail_for(int64_t ms)
{
    struct response response = FAKE_STATUS(503);

    response.retry_after_ms = ms;
    fake_respond(world, send_a(), response);
    fake_commit(world);
}

Test(delivery, a_short_wait_leaves_no_wakeup)
{
    fail_for(59999);
    cr_assert_eq(world->wakeups_count, 0);
}

Test(delivery, a_long_wait_leaves_one_in_the_largest_tier_not_longer)
{
    fail_for(60000);
    cr_assert_eq(world->wakeups_count, 1);
    cr_assert_eq(world->wakeup_tiers[0], '0');
    end();
    begin();
    fail_for(600000);
    cr_assert_eq(world->wakeup_tiers[0], '1');
    cr_assert_not_null(strstr(world->wakeups[0].value, "server_error"));
}

Test(delivery, a_wakeup_that_is_too_early_hops)
{
    fail_for(700000);
    put_wakeup(1, 0);
    fake_pass(world, 599999);
    fake_run(world);
    cr_assert_eq(world->wakeups_count, 1);
    fake_pass(world, 1);
    fake_run(world);
    cr_assert_eq(world->wakeups_count, 2);
    cr_assert_eq(world->wakeup_tiers[1], '0');
}

Test(delivery, a_wakeup_that_finds_nothing_due_is_dropped)
{
    put_wakeup(0, 0);
    fake_respond(world, send_a(), FAKE_OK);
    fake_pass(world, 60000);
    cr_assert_null(fake_run(world));
    cr_assert_eq(world->wakeups_count, 0);
    cr_assert_eq(deliverer_counters(world->deliverer).wakeups, 1);
}

Test(delivery, positions_of_tiers_are_kept)
{
    struct error err = {0};
    const struct batch *batch;
    struct position position;

    fake_respond(world, send_a(), FAKE_OK);
    fake_commit(world);
    put_wakeup(0, 7);
    fake_pass(world, 60000);
    fake_tick(world);
    cr_assert_eq(deliverer_stage(world->deliverer, true, &batch, &err), 0);
    cr_assert_null(batch, "a position alone is not worth a commit at once");
    cr_assert_eq(deliverer_stage(world->deliverer, false, &world->batch, &err), 0);
    fake_commit_staged(world);
    const char *json = fake_record(world, POSITION_KEY);
    cr_assert_eq(record_decode(&position_type, json, strlen(json), &world->arena, &position, &err),
                 0);
    cr_assert_eq(((struct tier_position *)position.retry.items)->next, 8);
}

/* Input that cannot be used */

Test(delivery, malformed_records_are_dead_letters_and_the_flow_goes_on)
{
    fake_put_json(world, "not json", 8);
    fake_put_json(world, "{}", 2);
    fake_put_json(world, NULL, 0);
    fake_respond(world, send_a(), FAKE_OK);
    fake_commit(world);
    cr_assert_eq(world->dead_count, 3);
    cr_assert_str_eq(world->dead_reason[0], "malformed");
    cr_assert_str_eq(world->dead[0].value, "not json");
    cr_assert_eq(world->committed_input, 4);
}

Test(delivery, a_part_needs_a_run_and_a_number_in_range)
{
    fake_part(world, "run-1", 3, 2);
    fake_part(world, NULL, 1, 2);
    fake_part(world, "run-1", 2, 2);
    fake_commit(world);
    cr_assert_eq(world->dead_count, 2);
}

Test(delivery, a_record_that_is_in_the_tables_is_not_taken_again)
{
    fake_news(world, FP_A, 10, NEWS_OPENED);
    fake_commit(world);
    world->offset = 0;
    fake_news(world, FP_B, 11, NEWS_OPENED); /* offset 0 again */
    fake_pass(world, 30000);
    fake_run(world);
    cr_assert_str_eq(fake_last()->text, "+a:opened*");
}

/* A clock that is set */

Test(delivery, timers_run_by_the_monotonic_clock_until_they_are_armed_again)
{
    struct error err = {0};

    fake_news(world, FP_A, 10, NEWS_OPENED);
    fake_commit(world);
    world->now.wall_ms += 3600000; /* set forward an hour */
    cr_assert_null(fake_run(world));
    cr_assert_eq(deliverer_rearm(world->deliverer, world->now, &err), 0);
    cr_assert_not_null(fake_run(world));
}
