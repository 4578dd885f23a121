/*
 * test_committer.c - one batch at a time, its result fetched once, its consequences on the loop's
 * thread.
 */
#include <poll.h>

#include "consumer/kafka/committer.h"
#include "mock.h"

static struct mock mock;
static struct committer *committer;
static struct error err;

static void set_up(void)
{
    mock_init(&mock);
    mock_start(&mock);
    mock_wait_live(&mock);
    cr_assert_eq(committer_new(mock.role, &committer, &err), 0);
}

static void tear_down(void)
{
    committer_free(committer);
    mock_fini(&mock);
}

TestSuite(committer, .init = set_up, .fini = tear_down, .timeout = 120);

static enum commit_result result_of(void)
{
    struct pollfd fd = {.fd = committer_event_fd(committer), .events = POLLIN};
    enum commit_result result = FATAL;

    cr_assert_eq(poll(&fd, 1, MOCK_WAIT_MS), 1);
    cr_assert(committer_poll(committer, &result, &err));
    cr_assert_eq(poll(&fd, 1, 0), 0, "nothing is left to fetch");
    return result;
}

Test(committer, commits_beside_the_loop)
{
    enum commit_result result;
    struct role_counters counters;

    cr_assert_not(committer_busy(committer));
    cr_assert_not(committer_poll(committer, &result, &err));
    cr_assert_eq(committer_start(committer, mock_batch(&mock, 0), &err), 0);
    cr_assert(committer_busy(committer));
    cr_assert_eq(result_of(), COMMITTED);
    cr_assert_not(committer_busy(committer));
    cr_assert_not(committer_poll(committer, &result, &err));
    role_counters(mock.role, &counters);
    cr_assert_eq(counters.commits, 1);
}

Test(committer, takes_one_batch_at_a_time)
{
    cr_assert_eq(committer_start(committer, mock_batch(&mock, 0), &err), 0);
    cr_assert_eq(committer_start(committer, &mock.batch, &err), -1);
    cr_assert_eq(err.kind, ERROR_INPUT);
    committer_wait(committer);
    cr_assert(committer_busy(committer), "its result was not fetched yet");
    cr_assert_eq(committer_start(committer, &mock.batch, NULL), -1);
    cr_assert_eq(role_commit(mock.role, &mock.batch, NULL), ABORTED, "neither may the role commit");
    cr_assert_eq(result_of(), COMMITTED);
    cr_assert_eq(role_commit(mock.role, &mock.batch, NULL), COMMITTED);
}

Test(committer, refuses_what_the_role_refuses)
{
    batch_reset(&mock.batch);
    cr_assert_eq(committer_start(committer, &mock.batch, &err), -1);
    cr_assert_eq(err.kind, ERROR_INPUT);
    err = (struct error){0};
    cr_assert_eq(batch_position(&mock.batch, MOCK_PARTITIONS, 1, NULL), 0);
    cr_assert_eq(committer_start(committer, &mock.batch, &err), -1);
    cr_assert_eq(err.kind, ERROR_RETRIABLE, "a partition that is not ours");
    cr_assert_not(committer_busy(committer));
}

Test(committer, doubt_drops_and_restores_when_it_is_fetched)
{
    int restored = mock.restored;

    rd_kafka_mock_push_request_errors(mock.cluster, 26, 1, RD_KAFKA_RESP_ERR_PRODUCER_FENCED);
    cr_assert_eq(committer_start(committer, mock_batch(&mock, 0), &err), 0);
    committer_wait(committer);
    cr_assert_eq(mock.dropped, 0);
    cr_assert_eq(result_of(), UNKNOWN);
    cr_assert_eq(mock.dropped, MOCK_PARTITIONS);
    mock_wait_live(&mock);
    cr_assert_eq(mock.restored, restored + MOCK_PARTITIONS);
    cr_assert_eq(committer_start(committer, mock_batch(&mock, 0), &err), 0);
    cr_assert_eq(result_of(), COMMITTED);
}

Test(committer, is_freed_with_a_batch_under_way)
{
    cr_assert_eq(committer_start(committer, mock_batch(&mock, 0), &err), 0);
    committer_free(committer);
    committer = NULL;
    committer_free(NULL);
    cr_assert_eq(role_commit(mock.role, &mock.batch, NULL), COMMITTED);
}
