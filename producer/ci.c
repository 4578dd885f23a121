/*
 * ci.c - the table of CI providers, and the run that a row gives.
 *
 * Order counts: the first row that detects itself wins. A new provider is a row; what its templates
 * may say stands in ci.h. Values that are too long for a record are cut on a character boundary.
 */
#include "producer/ci.h"

#include <stdlib.h>

#include "producer/text.h"

#define GITHUB_RUN "${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}"
#define GITHUB_ID  "${GITHUB_REPOSITORY}/${GITHUB_RUN_ID}"

const struct ci_provider ci_providers[] = {
    {
        .name = "github",
        .detect = "${GITHUB_ACTIONS}",
        .run_id = "github:${GITHUB_SERVER_URL:enterprise}/" GITHUB_ID "|github:" GITHUB_ID,
        .attempt = "${GITHUB_RUN_ATTEMPT:number}",
        .pipeline = "${GITHUB_WORKFLOW}|${GITHUB_JOB}",
        .repository = "${GITHUB_REPOSITORY}",
        .branch = "${GITHUB_HEAD_REF}|${GITHUB_REF_NAME}|${GITHUB_REF:ref}",
        .commit = "${GITHUB_SHA}",
        .job = "${GITHUB_JOB}",
        .url = GITHUB_RUN "/attempts/${GITHUB_RUN_ATTEMPT}|" GITHUB_RUN,
        .actor = "${GITHUB_TRIGGERING_ACTOR}|${GITHUB_ACTOR}",
        .pull_request = "${GITHUB_REF:pull}",
    },
    {
        /* A pipeline's number is unique on its server. A job that is retried is another job of the
         * same pipeline; GitLab has no number of the attempt. */
        .name = "gitlab",
        .detect = "${GITLAB_CI}",
        .run_id = "gitlab:${CI_SERVER_HOST}/${CI_PIPELINE_ID}|"
                  "gitlab:${CI_JOB_URL:host}/${CI_PIPELINE_ID}|"
                  "gitlab:${CI_PROJECT_PATH}/${CI_PIPELINE_ID}",
        .shard = "${CI_NODE_INDEX:number}",
        .shards = "${CI_NODE_TOTAL:number}",
        .pipeline = "${CI_JOB_NAME:parallel}",
        .repository = "${CI_PROJECT_PATH}|${CI_REPOSITORY_URL:path}",
        .branch = "${CI_MERGE_REQUEST_SOURCE_BRANCH_NAME}|${CI_COMMIT_REF_NAME}|"
                  "${CI_COMMIT_BRANCH}|${CI_COMMIT_TAG}",
        .commit = "${CI_COMMIT_SHA}",
        .job = "${CI_JOB_NAME}|${CI_JOB_ID}",
        .url = "${CI_JOB_URL}|${CI_PIPELINE_URL}",
        .actor = "${GITLAB_USER_LOGIN}",
        .pull_request = "${CI_MERGE_REQUEST_IID}",
    },
    {
        /* In a multibranch project the job's last part is the branch. */
        .name = "jenkins",
        .detect = "${JENKINS_URL}|${JENKINS_HOME}${BUILD_NUMBER}|${BUILD_TAG}${BUILD_NUMBER}",
        .run_id = "jenkins:${JENKINS_URL:host}/${JOB_NAME}/${BUILD_NUMBER}|"
                  "jenkins:${BUILD_URL:host}/${JOB_NAME}/${BUILD_NUMBER}|"
                  "jenkins:${JOB_NAME}/${BUILD_NUMBER}|${BUILD_URL}|${BUILD_TAG}",
        .pipeline = "${BRANCH_NAME:set}${JOB_NAME:parent}|${JOB_NAME}",
        .repository = "${GIT_URL:path}|${GIT_URL_1:path}",
        .branch = "${CHANGE_BRANCH}|${BRANCH_NAME}|${GIT_LOCAL_BRANCH}|${GIT_BRANCH:ref}",
        .commit = "${GIT_COMMIT}",
        .job = "${JOB_NAME}",
        .url = "${BUILD_URL}|${RUN_DISPLAY_URL}",
        .actor = "${BUILD_USER_ID}|${CHANGE_AUTHOR}",
        .pull_request = "${CHANGE_ID}",
    },
    {.name = NULL},
};

static int64_t number(const char *template, ci_lookup *lookup, void *ctx, struct arena *arena,
                      int64_t max)
{
    const char *text = template ? ci_expand(template, lookup, ctx, arena) : NULL;
    long long value = text ? strtoll(text, NULL, 10) : 0;

    return value >= 1 && value <= max ? value : 1;
}

const struct ci_provider *ci_detect(ci_lookup *lookup, void *ctx)
{
    const struct ci_provider *found = NULL;
    struct arena arena;

    arena_init(&arena);
    for (const struct ci_provider *row = ci_providers; row->name && !found; row++)
        found = ci_expand(row->detect, lookup, ctx, &arena) ? row : NULL;
    arena_fini(&arena);
    return found;
}

struct fact {
    const char *template;
    const char **value;
    size_t chars_max;
    const char *missing;
};

int ci_run(ci_lookup *lookup, void *ctx, struct arena *arena, struct run *ret_run,
           struct error *err)
{
    static const struct ci_provider outside;
    const struct ci_provider *row = ci_detect(lookup, ctx);
    struct run run = {.attempt = 1, .shard = 1, .shards = 1};

    row = row ? row : &outside;
    const struct fact facts[] = {
        {row->run_id, &run.id, NAME_MAX_CHARS, NULL},
        {row->name, &run.provider, NAME_MAX_CHARS, ""},
        {row->pipeline, &run.pipeline, NAME_MAX_CHARS, ""},
        {row->repository, &run.repository, NAME_MAX_CHARS, ""},
        {row->branch, &run.branch, NAME_MAX_CHARS, ""},
        {row->commit, &run.commit, NAME_MAX_CHARS, NULL},
        {row->job, &run.job, NAME_MAX_CHARS, NULL},
        {row->url, &run.url, URL_MAX_CHARS, NULL},
        {row->actor, &run.actor, NAME_MAX_CHARS, NULL},
        {row->pull_request, &run.pull_request, NAME_MAX_CHARS, NULL},
    };
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
        const char *value = ci_expand(facts[i].template, lookup, ctx, arena);

        *facts[i].value = value ? text_cut(value, facts[i].chars_max, arena) : facts[i].missing;
        if (value && !*facts[i].value)
            return error_set(err, ERROR_MEMORY, "no memory for the CI run");
    }
    run.attempt = number(row->attempt, lookup, ctx, arena, INT32_MAX);
    run.shards = number(row->shards, lookup, ctx, arena, SHARDS_MAX);
    run.shard = number(row->shard, lookup, ctx, arena, run.shards);
    *ret_run = run;
    return 0;
}
