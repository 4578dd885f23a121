/* A state that was restored decides as the one that lived: a random story, told to two deliverers,
 * of which one is killed and restored all the time. Kills fall between a commit and the next
 * record, so that both have seen the same; the requests that are made must be the same, one by one.
 */
#include "tests/unit/deliver/fake_channel.h"

#include "consumer/deliver/random.h"

#define STORIES 60
#define STEPS   60
#define RECORDS 448 /* of a story, then it ends */

static const char *const fingerprints[] = {FP_A, FP_B, FP_C};

static void random_news(struct fake_world *world, struct random *random, int64_t version)
{
    static const enum news kinds[] = {NEWS_OPENED, NEWS_ESCALATED, NEWS_RESOLVED, NEWS_LEFT,
                                      NEWS_FINAL};
    const char *fingerprint = fingerprints[random_next(random) % 3];
    enum news news = kinds[random_next(random) % 5];
    int64_t lag = (int64_t)(random_next(random) % 3);
    bool run_end = random_next(random) % 3 == 0;
    struct notification notification = fake_notification(world, fingerprint, version - lag, news);

    notification.picture->severity = (int)(random_next(random) % 5);
    if (run_end) {
        notification.flush = FLUSH_RUN_END;
        notification.run = random_next(random) % 2 ? "run-1" : "run-2";
    }
    fake_put(world, &notification);
}

/* The breaker's count of failures is the process' own, so three in a row are enough. */
static struct response random_response(struct random *random, int *failed)
{
    static const int statuses[] = {200, 200, 200, 503, 429, 400};
    int status = statuses[random_next(random) % 6];
    bool fails = status == 503 || status == 429;

    *failed = fails ? *failed + 1 : 0;
    struct response response = FAKE_STATUS(*failed > 3 ? 200 : status);
    if (random_next(random) % 4 == 0)
        response.retry_after_ms = (int64_t)(random_next(random) % 100000);
    if (*failed > 3)
        *failed = 0;
    return response;
}

static void append(char *story, size_t bytes, const struct fake_world *world)
{
    for (size_t i = 0; i < fake_said_count; i++) {
        size_t length = strlen(story);
        snprintf(story + length, bytes - length, "%lld %s%s%s #%lld v%lld\n",
                 (long long)(world->now.wall_ms - START_MS), fake_said[i].text,
                 fake_said[i].repeat ? " repeat" : "", fake_said[i].in_doubt ? " doubt" : "",
                 (long long)fake_said[i].attempt, (long long)fake_said[i].version);
    }
    fake_said_count = 0;
}

static void tell(uint64_t seed, bool kill, char *story, size_t bytes)
{
    struct random random = {.state = seed};
    struct fake_world *world = fake_world_new();
    int failed = 0;

    *story = '\0';
    for (int64_t step = 1; step <= STEPS; step++) {
        if (random_next(&random) % 8 == 0)
            fake_part(world, random_next(&random) % 2 ? "run-1" : "run-2",
                      1 + (int64_t)(random_next(&random) % 2), 2);
        else
            random_news(world, &random, 10 + step);
        fake_pass(world, (int64_t)(random_next(&random) % 200000));
        struct flight *flight = fake_run(world);
        while (flight != NULL) {
            fake_respond(world, flight, random_response(&random, &failed));
            fake_commit(world);
            flight = fake_start(world);
        }
        append(story, bytes, world);
        if (kill && world->committed_input == world->offset)
            fake_crash(world);
        if (world->deliveries_count > RECORDS || world->dead_count > 40 ||
            world->wakeups_count > 40)
            break;
    }
    fake_world_free(world);
}

Test(restore, a_killed_one_says_what_a_living_one_says)
{
    static char lived[65536], killed[65536];
    size_t said = 0;

    for (uint64_t seed = 1; seed <= STORIES; seed++) {
        tell(seed * 7919, false, lived, sizeof(lived));
        tell(seed * 7919, true, killed, sizeof(killed));
        cr_assert_str_eq(killed, lived, "seed %llu\n--- killed\n%s--- lived\n%s",
                         (unsigned long long)seed, killed, lived);
        said += strlen(lived);
    }
    cr_assert_gt(said, (size_t)STORIES * 100);
}
