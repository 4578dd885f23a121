/*
 * test_ci.c - the CI table against environments as the services set them.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "producer/run_context.h"

/* "NAME=value" lines that end with NULL. */
static const char *look_up(void *ctx, const char *name)
{
    const char *const *lines = ctx;
    size_t bytes = strlen(name);

    for (; *lines; lines++) {
        if (strncmp(*lines, name, bytes) == 0 && (*lines)[bytes] == '=')
            return *lines + bytes + 1;
    }
    return NULL;
}

static struct arena arena;

static void set_up(void)
{
    arena_init(&arena);
}

static void tear_down(void)
{
    arena_fini(&arena);
}

TestSuite(ci, .init = set_up, .fini = tear_down);

Test(ci, every_row_is_whole)
{
    for (size_t i = 0; ci_tables[i]; i++) {
        for (const struct ci_provider *row = ci_tables[i]; row->name; row++) {
            cr_expect(row->title && row->detect, "%s", row->name);
            cr_expect_eq(!row->shard, !row->shards, "%s", row->name);
            cr_expect(!row->head || row->pull_request, "%s", row->name);
        }
    }
}

static struct run run_of(const char *const *lines)
{
    struct error err = {0};
    struct run run;

    cr_assert_eq(ci_run(look_up, (void *)(uintptr_t)lines, &arena, &run, &err), 0);
    return run;
}

#define GITHUB                                                                                     \
    "GITHUB_ACTIONS=true", "GITHUB_SERVER_URL=https://github.com",                                 \
        "GITHUB_REPOSITORY=acme/helpbot", "GITHUB_RUN_ID=1001", "GITHUB_RUN_ATTEMPT=2",            \
        "GITHUB_WORKFLOW=redteam", "GITHUB_JOB=garak", "GITHUB_SHA=0123abcd", "GITHUB_ACTOR=ada"

Test(ci, github_push)
{
    const char *const lines[] = {GITHUB, "GITHUB_REF_NAME=main", NULL};
    struct run run = run_of(lines);

    cr_assert_str_eq(run.provider, "github");
    cr_assert_str_eq(run.id, "github:acme/helpbot/1001");
    cr_assert_eq(run.attempt, 2);
    cr_assert_eq(run.shard, 1);
    cr_assert_eq(run.shards, 1);
    cr_assert_str_eq(run.pipeline, "redteam");
    cr_assert_str_eq(run.repository, "acme/helpbot");
    cr_assert_str_eq(run.branch, "main");
    cr_assert_str_eq(run.commit, "0123abcd");
    cr_assert_str_eq(run.job, "garak");
    cr_assert_str_eq(run.url, "https://github.com/acme/helpbot/actions/runs/1001/attempts/2");
    cr_assert_str_eq(run.actor, "ada");
    cr_assert_null(run.pull_request);
}

Test(ci, github_pull_request)
{
    const char *const lines[] = {GITHUB, "GITHUB_REF_NAME=12/merge", "GITHUB_HEAD_REF=fix-it",
                                 "GITHUB_REF=refs/pull/12/merge", NULL};
    struct run run = run_of(lines);

    cr_assert_str_eq(run.branch, "fix-it");
    cr_assert_str_eq(run.pull_request, "12");
}

Test(ci, github_tag_without_ref_name)
{
    const char *const lines[] = {GITHUB, "GITHUB_REF=refs/tags/v1.2.3", NULL};

    cr_assert_str_eq(run_of(lines).branch, "v1.2.3");
}

Test(ci, github_enterprise_runs_have_their_own_numbers)
{
    const char *const lines[] = {"GITHUB_ACTIONS=true", "GITHUB_SERVER_URL=https://git.acme.io",
                                 "GITHUB_REPOSITORY=acme/helpbot", "GITHUB_RUN_ID=7", NULL};
    struct run run = run_of(lines);

    cr_assert_str_eq(run.id, "github:git.acme.io/acme/helpbot/7");
    cr_assert_str_eq(run.url, "https://git.acme.io/acme/helpbot/actions/runs/7");
}

#define GITLAB                                                                                     \
    "GITLAB_CI=true", "CI_SERVER_HOST=gitlab.com", "CI_PIPELINE_ID=99",                            \
        "CI_PROJECT_PATH=cucumber/cucumber", "CI_COMMIT_SHA=123456789",                            \
        "CI_JOB_URL=https://gitlab.com/cucumber/cucumber/-/jobs/713869896"

Test(ci, gitlab_parallel_job)
{
    const char *const lines[] = {GITLAB,
                                 "CI_JOB_NAME=garak 2/4",
                                 "CI_NODE_INDEX=2",
                                 "CI_NODE_TOTAL=4",
                                 "CI_COMMIT_REF_NAME=main",
                                 NULL};
    struct run run = run_of(lines);

    cr_assert_str_eq(run.provider, "gitlab");
    cr_assert_str_eq(run.id, "gitlab:gitlab.com/99");
    cr_assert_eq(run.shard, 2);
    cr_assert_eq(run.shards, 4);
    cr_assert_str_eq(run.pipeline, "garak");
    cr_assert_str_eq(run.job, "garak 2/4");
    cr_assert_str_eq(run.repository, "cucumber/cucumber");
    cr_assert_str_eq(run.branch, "main");
    cr_assert_str_eq(run.url, "https://gitlab.com/cucumber/cucumber/-/jobs/713869896");
}

Test(ci, gitlab_matrix_and_merge_request)
{
    const char *const lines[] = {GITLAB,
                                 "CI_JOB_NAME=garak: [helpbot, eu]",
                                 "CI_COMMIT_REF_NAME=refs/merge-requests/5/head",
                                 "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME=fix-it",
                                 "CI_MERGE_REQUEST_IID=5",
                                 NULL};
    struct run run = run_of(lines);

    cr_assert_str_eq(run.pipeline, "garak");
    cr_assert_str_eq(run.branch, "fix-it");
    cr_assert_str_eq(run.pull_request, "5");
}

Test(ci, gitlab_credentials_never_leave)
{
    const char *const lines[] = {
        "GITLAB_CI=true", "CI_PIPELINE_ID=99",
        "CI_REPOSITORY_URL=https://cukebot:verySensitive@gitlab.com/cucumber/cucumber.git",
        "CI_JOB_URL=https://me:verySensitive@gitlab.com/cucumber/-/jobs/7", NULL};
    struct run run = run_of(lines);

    cr_assert_str_eq(run.repository, "cucumber/cucumber");
    cr_assert_str_eq(run.id, "gitlab:gitlab.com/99");
    cr_assert_str_eq(run.url, "https://gitlab.com/cucumber/-/jobs/7");
}

Test(ci, jenkins)
{
    const char *const lines[] = {"JENKINS_URL=https://u:p@ci.acme.io/",
                                 "JOB_NAME=team/redteam/feature%2Fx",
                                 "BUILD_NUMBER=42",
                                 "BUILD_URL=https://ci.acme.io/job/team/42/",
                                 "GIT_URL=git@scm.acme.io:acme/helpbot.git",
                                 "BRANCH_NAME=feature/x",
                                 "GIT_COMMIT=decafbad",
                                 NULL};
    struct run run = run_of(lines);

    cr_assert_str_eq(run.provider, "jenkins");
    cr_assert_str_eq(run.id, "jenkins:ci.acme.io/team/redteam/feature%2Fx/42");
    cr_assert_str_eq(run.pipeline, "team/redteam");
    cr_assert_str_eq(run.repository, "acme/helpbot");
    cr_assert_str_eq(run.branch, "feature/x");
    cr_assert_str_eq(run.url, "https://ci.acme.io/job/team/42/");
}

Test(ci, jenkins_without_multibranch)
{
    const char *const lines[] = {"JENKINS_HOME=/var/jenkins",
                                 "JOB_NAME=team/redteam",
                                 "BUILD_NUMBER=42",
                                 "GIT_BRANCH=origin/main",
                                 "GIT_URL=https://me:token@scm.acme.io/acme/helpbot",
                                 NULL};
    struct run run = run_of(lines);

    cr_assert_str_eq(run.id, "jenkins:team/redteam/42");
    cr_assert_str_eq(run.pipeline, "team/redteam");
    cr_assert_str_eq(run.branch, "main");
    cr_assert_str_eq(run.repository, "acme/helpbot");
}

Test(ci, outside)
{
    const char *const lines[] = {"HOME=/root", "GITHUB_ACTIONS=", NULL};
    struct run run = run_of(lines);

    cr_assert_null(run.id);
    cr_assert_str_eq(run.provider, "");
    cr_assert_str_eq(run.branch, "");
    cr_assert_eq(run.attempt, 1);
}

Test(ci, numbers_that_are_none_count_as_one)
{
    const char *const lines[] = {GITLAB, "CI_NODE_INDEX=5", "CI_NODE_TOTAL=4x", NULL};
    struct run run = run_of(lines);

    cr_assert_eq(run.shard, 1);
    cr_assert_eq(run.shards, 1);
}

Test(ci, too_long_and_invalid_values_are_made_fit)
{
    char branch[4 * NAME_MAX_CHARS] = "GITHUB_REF_NAME=";
    const char *const lines[] = {GITHUB, branch, NULL};
    struct run run;

    memset(branch + strlen("GITHUB_REF_NAME="), 'b', NAME_MAX_CHARS + 1);
    strcpy(branch + strlen("GITHUB_REF_NAME="), "\xff");
    memset(branch + strlen("GITHUB_REF_NAME=") + 1, 'b', NAME_MAX_CHARS);
    run = run_of(lines);
    cr_assert_eq(utf8_length(run.branch, strlen(run.branch)), NAME_MAX_CHARS);
    cr_assert(utf8_valid(run.branch, strlen(run.branch)));
    cr_assert(strncmp(run.branch,
                      "\xef\xbf\xbd"
                      "b",
                      4) == 0);
}

Test(ci, expand)
{
    const char *const lines[] = {"A=a",
                                 "EMPTY=",
                                 "URL=https://x:y@h.io:8443/p/q.git/?z#f",
                                 "SCP=git@h.io:p/q",
                                 "PATH_ONLY=/srv/q.git",
                                 "PULL=https://h.io/p/q/pull/12",
                                 "MERGE=https://h.io/g/p/q/-/merge_requests/5",
                                 "HEAD_REF=refs/heads/f/x",
                                 "TAG_REF=refs/tags/v1",
                                 "PULL_REF=refs/pull/12/merge",
                                 "ZERO=0",
                                 "OWNED=ada:fix-it",
                                 "NO=False",
                                 "NO_FILE=/no/such/file",
                                 NULL};
    static const struct {
        const char *template, *value;
    } rows[] = {
        {"${A}", "a"},
        {"x${A}y", "xay"},
        {"${EMPTY}|${MISSING}|${A}", "a"},
        {"${A}${EMPTY}", NULL},
        {"${A:none}", NULL},
        {"${A", NULL},
        {"plain", "plain"},
        {"", NULL},
        {"${A:set}b", "b"},
        {"${URL}", "https://h.io:8443/p/q.git/?z#f"},
        {"${URL:host}", "h.io"},
        {"${URL:path}", "p/q"},
        {"${SCP:host}", "h.io"},
        {"${SCP:path}", "p/q"},
        {"${PATH_ONLY:path}", NULL},
        {"${A:number}", NULL},
        {"${A:parent}", NULL},
        {"${PULL:project}", "p/q"},
        {"${PULL:last}", "12"},
        {"${MERGE:project}", "g/p/q"},
        {"${SCP:project}", "p/q"},
        {"${A:last}", "a"},
        {"${HEAD_REF:ref}", "f/x"},
        {"${HEAD_REF:tag}", NULL},
        {"${TAG_REF:tag}", "v1"},
        {"${PULL_REF:pull}", "12"},
        {"${HEAD_REF:pull}", NULL},
        {"${ZERO:next}", "1"},
        {"${A:next}", NULL},
        {"${OWNED:owner}-${OWNED:unowned}", "ada-fix-it"},
        {"${A:owner}-${A:unowned}", "a-a"},
        {"${NO:yes}", NULL},
        {"${ZERO:yes}", NULL},
        {"${A:yes}", "a"},
        {"${A=a}", "a"},
        {"${A=b}|${A=a:set}c", "c"},
        {"${NO_FILE@/a}", NULL},
        {"${A_NAME_THAT_IS_LONGER_THAN_ANY_THAT_A_SERVICE_HAS_EVER_THOUGHT_OF_AND_THAT_DOES_NOT_"
         "FIT_"
         "IN}",
         NULL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *value = ci_expand(rows[i].template, look_up, (void *)(uintptr_t)lines, &arena);

        if (!rows[i].value)
            cr_expect_null(value, "%s gave %s", rows[i].template, value);
        else
            cr_expect(value && strcmp(value, rows[i].value) == 0, "%s gave %s", rows[i].template,
                      value ? value : "nothing");
    }
}

Test(ci, settings_win)
{
    const char *const lines[] = {GITHUB, NULL};
    const struct run_settings settings = {
        .run_id = "mine", .attempt = "3", .shard = "2/4", .pipeline = "p", .team = "t"};
    struct error err = {0};
    struct run run;

    cr_assert_eq(run_context(&settings, look_up, (void *)(uintptr_t)lines, &arena, &run, &err), 0);
    cr_assert_str_eq(run.id, "mine");
    cr_assert_eq(run.attempt, 3);
    cr_assert_eq(run.shard, 2);
    cr_assert_eq(run.shards, 4);
    cr_assert_str_eq(run.pipeline, "p");
    cr_assert_str_eq(run.team, "t");
    cr_assert_str_eq(run.repository, "acme/helpbot");
}

Test(ci, settings_that_are_refused)
{
    static const struct run_settings rows[] = {
        {.shard = "0/4"},  {.shard = "5/4"},     {.shard = "2"},    {.shard = "2/"},
        {.shard = "2/4x"}, {.shard = "1/4097"},  {.attempt = "0"},  {.attempt = "x"},
        {.attempt = " 1"}, {.pipeline = "\xff"}, {.shard = "-1/4"},
    };
    const char *const lines[] = {NULL};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct error err = {0};
        struct run run;

        cr_expect_eq(run_context(&rows[i], look_up, (void *)(uintptr_t)lines, &arena, &run, &err),
                     -1, "row %zu", i);
        cr_expect_eq(err.kind, ERROR_INPUT);
    }
}

Test(ci, outside_the_pipeline_is_local)
{
    const struct run_settings settings = {.shard = "4096/4096"};
    const char *const lines[] = {NULL};
    struct error err = {0};
    struct run run;

    cr_assert_eq(run_context(&settings, look_up, (void *)(uintptr_t)lines, &arena, &run, &err), 0);
    cr_assert_str_eq(run.pipeline, "local");
    cr_assert_eq(run.shards, 4096);
    cr_assert_null(run.id);
}
