/*
 * ci_services.c - rows of the CI table: services that run pipelines of any repository.
 *
 * Names of variables are those of each service's manual. Harness comes before Drone, whose
 * variables it sets too.
 */
#include "producer/ci.h"

#define GITHUB_RUN   "${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}"
#define GITHUB_ID    "${GITHUB_REPOSITORY}/${GITHUB_RUN_ID}"
#define GITHUB_EVENT "${GITHUB_EVENT_PATH@/pull_request/"
/* What Gitea's runner sets as well. A pull request's commit is its head, not the merge tried. */
#define GITHUB_FACTS                                                                               \
    .attempt = "${GITHUB_RUN_ATTEMPT:number}", .pipeline = "${GITHUB_WORKFLOW}|${GITHUB_JOB}",     \
    .repository = "${GITHUB_REPOSITORY}",                                                          \
    .branch = "${GITHUB_HEAD_REF}|${GITHUB_REF_NAME}|${GITHUB_REF:ref}",                           \
    .tag = "${GITHUB_REF:tag}", .commit = GITHUB_EVENT "head/sha}|${GITHUB_SHA}",                  \
    .job = "${GITHUB_JOB}", .actor = "${GITHUB_TRIGGERING_ACTOR}|${GITHUB_ACTOR}",                 \
    .pull_request = "${GITHUB_REF:pull}|" GITHUB_EVENT "number}|"                                  \
                    "${GITHUB_EVENT_NAME=pull_request:set}yes",                                    \
    .head = GITHUB_EVENT "head/repo/full_name}"

#define AZURE_RUN                                                                                  \
    "${SYSTEM_COLLECTIONURI:clean}${SYSTEM_TEAMPROJECT}/_build/results?buildId="                   \
    "${BUILD_BUILDID}"

const struct ci_provider ci_services[] = {
    {
        .name = "gitea",
        .title = "Gitea, Forgejo Actions",
        .detect = "${GITEA_ACTIONS}|${FORGEJO_ACTIONS}",
        .run_id = "gitea:${GITHUB_SERVER_URL:host}/" GITHUB_ID,
        .url = "${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_NUMBER}",
        GITHUB_FACTS,
    },
    {
        .name = "github",
        .title = "GitHub Actions",
        .detect = "${GITHUB_ACTIONS}|${GITHUB_RUN_ID}${GITHUB_REPOSITORY}",
        .run_id = "github:${GITHUB_SERVER_URL:enterprise}/" GITHUB_ID "|github:" GITHUB_ID,
        .url = GITHUB_RUN "/attempts/${GITHUB_RUN_ATTEMPT}|" GITHUB_RUN,
        .needs = "in a matrix --shard $((${{ strategy.job-index }} + 1))/${{ strategy.job-total }}",
        GITHUB_FACTS,
    },
    {
        /* A pipeline's number is unique on its server. A job that is retried is another job of the
         * same pipeline; GitLab has no number of the attempt. */
        .name = "gitlab",
        .title = "GitLab CI/CD",
        .detect = "${GITLAB_CI}|${CI_JOB_URL}${CI_REPOSITORY_URL}",
        .run_id = "gitlab:${CI_SERVER_HOST}/${CI_PIPELINE_ID}|"
                  "gitlab:${CI_JOB_URL:host}/${CI_PIPELINE_ID}|"
                  "gitlab:${CI_PROJECT_PATH}/${CI_PIPELINE_ID}|"
                  "gitlab:${CI_JOB_URL:host}/job/${CI_JOB_ID}",
        .shard = "${CI_NODE_INDEX:number}",
        .shards = "${CI_NODE_TOTAL:number}",
        .pipeline = "${CI_JOB_NAME:parallel}",
        .repository = "${CI_PROJECT_PATH}|${CI_REPOSITORY_URL:path}",
        .branch = "${CI_MERGE_REQUEST_SOURCE_BRANCH_NAME}|${CI_COMMIT_REF_NAME}|"
                  "${CI_COMMIT_BRANCH}",
        .tag = "${CI_COMMIT_TAG}",
        .commit = "${CI_COMMIT_SHA}",
        .job = "${CI_JOB_NAME}|${CI_JOB_ID}",
        .url = "${CI_JOB_URL}|${CI_PIPELINE_URL}",
        .actor = "${GITLAB_USER_LOGIN}",
        .pull_request = "${CI_MERGE_REQUEST_IID}|${CI_MERGE_REQUEST_ID}",
        .head = "${CI_MERGE_REQUEST_SOURCE_PROJECT_PATH}",
    },
    {
        .name = "azure-pipelines",
        .title = "Azure Pipelines",
        .detect = "${TF_BUILD}|${BUILD_BUILDURI}",
        .run_id = "azure:${SYSTEM_COLLECTIONURI:host}/${SYSTEM_COLLECTIONURI:path}/"
                  "${SYSTEM_TEAMPROJECT}/${BUILD_BUILDID}|"
                  "azure:${SYSTEM_COLLECTIONURI}${SYSTEM_TEAMPROJECT}/${BUILD_BUILDID}|"
                  "azure:${BUILD_REPOSITORY_URI}/${BUILD_BUILDNUMBER}",
        .attempt = "${SYSTEM_JOBATTEMPT:number}",
        .shard = "${SYSTEM_JOBPOSITIONINPHASE:number}",
        .shards = "${SYSTEM_TOTALJOBSINPHASE:number}",
        .pipeline = "${BUILD_DEFINITIONNAME}",
        .repository = "${BUILD_REPOSITORY_NAME}|${BUILD_REPOSITORY_URI:path}",
        .branch = "${SYSTEM_PULLREQUEST_SOURCEBRANCH:ref}|${BUILD_SOURCEBRANCH:ref}",
        .tag = "${BUILD_SOURCEBRANCH:tag}",
        .commit = "${SYSTEM_PULLREQUEST_SOURCECOMMITID}|${BUILD_SOURCEVERSION}",
        .job = "${SYSTEM_JOBDISPLAYNAME}|${SYSTEM_PHASENAME}|${SYSTEM_JOBID}",
        .url = AZURE_RUN "&view=logs&j=${SYSTEM_JOBID}|" AZURE_RUN,
        .actor = "${BUILD_REQUESTEDFOR}",
        .pull_request = "${SYSTEM_PULLREQUEST_PULLREQUESTNUMBER}|"
                        "${SYSTEM_PULLREQUEST_PULLREQUESTID}|"
                        "${BUILD_REASON=PullRequest:set}yes",
        .head = "${SYSTEM_PULLREQUEST_ISFORK=True:set}true",
    },
    {
        /* A workflow that is run again is a new one. */
        .name = "circleci",
        .title = "CircleCI",
        .detect = "${CIRCLECI}|${CIRCLE_BUILD_URL}",
        .run_id = "circleci:${CIRCLE_WORKFLOW_ID}|"
                  "circleci:${CIRCLE_REPOSITORY_URL:path}/${CIRCLE_BUILD_NUM}|${CIRCLE_BUILD_URL}",
        .shard = "${CIRCLE_NODE_INDEX:next}",
        .shards = "${CIRCLE_NODE_TOTAL:number}",
        .pipeline = "${CIRCLE_JOB}",
        .repository = "${CIRCLE_PROJECT_USERNAME}/${CIRCLE_PROJECT_REPONAME}|"
                      "${CIRCLE_REPOSITORY_URL:path}",
        .branch = "${CIRCLE_BRANCH}",
        .tag = "${CIRCLE_TAG}",
        .commit = "${CIRCLE_SHA1}",
        .job = "${CIRCLE_JOB}",
        .url = "${CIRCLE_BUILD_URL}",
        .actor = "${CIRCLE_USERNAME}",
        .pull_request = "${CIRCLE_PR_NUMBER}|${CIRCLE_PULL_REQUEST:last}",
        .head = "${CIRCLE_PR_USERNAME}/${CIRCLE_PR_REPONAME}",
    },
    {
        .name = "buildkite",
        .title = "Buildkite",
        .detect = "${BUILDKITE}",
        .run_id = "buildkite:${BUILDKITE_BUILD_ID}|buildkite:${BUILDKITE_ORGANIZATION_SLUG}/"
                  "${BUILDKITE_PIPELINE_SLUG}/${BUILDKITE_BUILD_NUMBER}",
        .attempt = "${BUILDKITE_RETRY_COUNT:next}",
        .shard = "${BUILDKITE_PARALLEL_JOB:next}",
        .shards = "${BUILDKITE_PARALLEL_JOB_COUNT:number}",
        .pipeline = "${BUILDKITE_PIPELINE_SLUG}",
        .repository = "${BUILDKITE_REPO:path}",
        .branch = "${BUILDKITE_BRANCH:unowned}", /* "owner:branch" from a fork */
        .tag = "${BUILDKITE_TAG}",
        .commit = "${BUILDKITE_COMMIT}",
        .job = "${BUILDKITE_STEP_KEY}|${BUILDKITE_LABEL}|${BUILDKITE_JOB_ID}",
        .url = "${BUILDKITE_BUILD_URL}#${BUILDKITE_JOB_ID}|${BUILDKITE_BUILD_URL}",
        .actor = "${BUILDKITE_BUILD_CREATOR}",
        .pull_request = "${BUILDKITE_PULL_REQUEST:yes}",
        .head = "${BUILDKITE_PULL_REQUEST_REPO:path}",
    },
    {
        .name = "bitbucket",
        .title = "Bitbucket Pipelines",
        .detect = "${BITBUCKET_COMMIT}",
        .run_id = "bitbucket:${BITBUCKET_REPO_FULL_NAME}/${BITBUCKET_BUILD_NUMBER}",
        .attempt = "${BITBUCKET_STEP_RUN_NUMBER:number}",
        .shard = "${BITBUCKET_PARALLEL_STEP:next}",
        .shards = "${BITBUCKET_PARALLEL_STEP_COUNT:number}",
        .pipeline = "${BITBUCKET_REPO_SLUG}",
        .repository = "${BITBUCKET_REPO_FULL_NAME}|${BITBUCKET_GIT_HTTP_ORIGIN:path}",
        .branch = "${BITBUCKET_BRANCH}",
        .tag = "${BITBUCKET_TAG}",
        .commit = "${BITBUCKET_COMMIT}",
        .job = "${BITBUCKET_STEP_UUID}",
        .url = "https://bitbucket.org/${BITBUCKET_REPO_FULL_NAME}/pipelines/results/"
               "${BITBUCKET_BUILD_NUMBER}",
        .actor = "${BITBUCKET_STEP_TRIGGERER_UUID}",
        .pull_request = "${BITBUCKET_PR_ID}",
    },
    {
        .name = "travis",
        .title = "Travis CI",
        .detect = "${TRAVIS}|${TRAVIS_BUILD_WEB_URL}",
        .run_id = "travis:${TRAVIS_REPO_SLUG}/${TRAVIS_BUILD_ID}|"
                  "travis:${TRAVIS_REPO_SLUG}/${TRAVIS_JOB_NUMBER}",
        .pipeline = "${TRAVIS_JOB_NAME}|${TRAVIS_BUILD_STAGE_NAME}",
        .repository = "${TRAVIS_REPO_SLUG}",
        .branch = "${TRAVIS_PULL_REQUEST_BRANCH}|${TRAVIS_BRANCH}", /* a pull request's target */
        .tag = "${TRAVIS_TAG}",
        .commit = "${TRAVIS_PULL_REQUEST_SHA}|${TRAVIS_COMMIT}",
        .job = "${TRAVIS_JOB_NAME}|${TRAVIS_JOB_NUMBER}",
        .url = "${TRAVIS_JOB_WEB_URL}|${TRAVIS_BUILD_WEB_URL}",
        .pull_request = "${TRAVIS_PULL_REQUEST:yes}",
        .head = "${TRAVIS_PULL_REQUEST_SLUG}",
    },
    {
        .name = "harness",
        .title = "Harness CI",
        .detect = "${HARNESS_BUILD_ID}",
        .run_id = "harness:${HARNESS_ACCOUNT_ID}/${HARNESS_PROJECT_ID}/${HARNESS_PIPELINE_ID}/"
                  "${HARNESS_BUILD_ID}|harness:${HARNESS_BUILD_ID}",
        .shard = "${HARNESS_NODE_INDEX:next}",
        .shards = "${HARNESS_NODE_TOTAL:number}",
        .pipeline = "${HARNESS_PIPELINE_ID}",
        .repository = "${DRONE_REPO}|${DRONE_REMOTE_URL:path}",
        .branch = "${DRONE_SOURCE_BRANCH}|${DRONE_BRANCH}",
        .tag = "${DRONE_TAG}",
        .commit = "${DRONE_COMMIT_SHA}|${DRONE_COMMIT}",
        .job = "${HARNESS_STAGE_ID}",
        .url = "${HARNESS_EXECUTION_URL}|${DRONE_BUILD_LINK}",
        .actor = "${DRONE_COMMIT_AUTHOR}",
        .pull_request = "${DRONE_PULL_REQUEST}",
    },
    {
        .name = "drone",
        .title = "Drone",
        .detect = "${DRONE}",
        .run_id = "drone:${DRONE_SYSTEM_HOST}/${DRONE_REPO}/${DRONE_BUILD_NUMBER}|"
                  "drone:${DRONE_REPO}/${DRONE_BUILD_NUMBER}",
        .pipeline = "${DRONE_STAGE_NAME}",
        .repository = "${DRONE_REPO}",
        .branch = "${DRONE_SOURCE_BRANCH}|${DRONE_BRANCH}",
        .tag = "${DRONE_TAG}",
        .commit = "${DRONE_COMMIT_SHA}|${DRONE_COMMIT}",
        .job = "${DRONE_STAGE_NAME}",
        .url = "${DRONE_BUILD_LINK}",
        .actor = "${DRONE_BUILD_TRIGGER}|${DRONE_COMMIT_AUTHOR}",
        .pull_request = "${DRONE_PULL_REQUEST}|${DRONE_BUILD_EVENT=pull_request:set}yes",
    },
    {
        .name = "woodpecker",
        .title = "Woodpecker",
        .detect = "${CI=woodpecker}",
        .run_id = "woodpecker:${CI_SYSTEM_HOST}/${CI_REPO}/${CI_PIPELINE_NUMBER}|"
                  "woodpecker:${CI_REPO}/${CI_BUILD_NUMBER}",
        .pipeline = "${CI_WORKFLOW_NAME}",
        .repository = "${CI_REPO}",
        .branch = "${CI_COMMIT_SOURCE_BRANCH}|${CI_COMMIT_BRANCH}",
        .tag = "${CI_COMMIT_TAG}",
        .commit = "${CI_COMMIT_SHA}",
        .job = "${CI_STEP_NAME}|${CI_WORKFLOW_NAME}",
        .url = "${CI_STEP_URL}|${CI_PIPELINE_URL}|${CI_BUILD_LINK}",
        .actor = "${CI_PIPELINE_AUTHOR}|${CI_COMMIT_AUTHOR}",
        .pull_request = "${CI_COMMIT_PULL_REQUEST}|${CI_PIPELINE_EVENT=pull_request:set}yes|"
                        "${CI_BUILD_EVENT=pull_request:set}yes",
    },
    {
        .name = "appveyor",
        .title = "AppVeyor",
        .detect = "${APPVEYOR}",
        .run_id = "appveyor:${APPVEYOR_ACCOUNT_NAME}/${APPVEYOR_PROJECT_SLUG}/${APPVEYOR_BUILD_ID}",
        .pipeline = "${APPVEYOR_PROJECT_SLUG}",
        .repository = "${APPVEYOR_REPO_NAME}",
        .branch = "${APPVEYOR_PULL_REQUEST_HEAD_REPO_BRANCH}|${APPVEYOR_REPO_BRANCH}",
        .tag = "${APPVEYOR_REPO_TAG_NAME}",
        .commit = "${APPVEYOR_PULL_REQUEST_HEAD_COMMIT}|${APPVEYOR_REPO_COMMIT}",
        .job = "${APPVEYOR_JOB_NAME}|${APPVEYOR_JOB_ID}",
        .url = "${APPVEYOR_URL}/project/${APPVEYOR_ACCOUNT_NAME}/${APPVEYOR_PROJECT_SLUG}/builds/"
               "${APPVEYOR_BUILD_ID}",
        .actor = "${APPVEYOR_REPO_COMMIT_AUTHOR}",
        .pull_request = "${APPVEYOR_PULL_REQUEST_NUMBER}",
        .head = "${APPVEYOR_PULL_REQUEST_HEAD_REPO_NAME}",
    },
    {
        .name = "semaphore",
        .title = "Semaphore",
        .detect = "${SEMAPHORE}|${SEMAPHORE_ORGANIZATION_URL}",
        .run_id = "semaphore:${SEMAPHORE_WORKFLOW_ID}|semaphore:${SEMAPHORE_JOB_ID}",
        .shard = "${SEMAPHORE_JOB_INDEX:number}",
        .shards = "${SEMAPHORE_JOB_COUNT:number}",
        .pipeline = "${SEMAPHORE_PROJECT_NAME}",
        .repository = "${SEMAPHORE_GIT_REPO_SLUG}|${SEMAPHORE_GIT_URL:path}",
        .branch = "${SEMAPHORE_GIT_PR_BRANCH}|${SEMAPHORE_GIT_BRANCH}",
        .tag = "${SEMAPHORE_GIT_TAG_NAME}",
        .commit = "${SEMAPHORE_GIT_PR_SHA}|${SEMAPHORE_GIT_SHA}",
        .job = "${SEMAPHORE_JOB_NAME}",
        .url = "${SEMAPHORE_ORGANIZATION_URL}/jobs/${SEMAPHORE_JOB_ID}",
        .actor = "${SEMAPHORE_WORKFLOW_TRIGGERED_BY}|${SEMAPHORE_GIT_COMMIT_AUTHOR}",
        .pull_request = "${SEMAPHORE_GIT_PR_NUMBER}|${PULL_REQUEST_NUMBER}",
        .head = "${SEMAPHORE_GIT_PR_SLUG}",
    },
    {
        .name = "cirrus",
        .title = "Cirrus CI",
        .detect = "${CIRRUS_CI}",
        .run_id = "cirrus:${CIRRUS_BUILD_ID}",
        .pipeline = "${CIRRUS_TASK_NAME}",
        .repository = "${CIRRUS_REPO_FULL_NAME}",
        .branch = "${CIRRUS_BRANCH}",
        .tag = "${CIRRUS_TAG}",
        .commit = "${CIRRUS_CHANGE_IN_REPO}",
        .job = "${CIRRUS_TASK_NAME}",
        .url = "https://cirrus-ci.com/task/${CIRRUS_TASK_ID}|"
               "https://cirrus-ci.com/build/${CIRRUS_BUILD_ID}",
        .pull_request = "${CIRRUS_PR}",
    },
    {.name = NULL},
};
