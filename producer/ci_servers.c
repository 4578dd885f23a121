/*
 * ci_servers.c - rows of the CI table: servers that people run themselves. Last, since their
 * variables are the least telling: BUILD_NUMBER is set by half of all others.
 */
#include "producer/ci.h"

const struct ci_provider ci_servers[] = {
    {
        .name = "teamcity",
        .title = "TeamCity",
        .detect = "${TEAMCITY_VERSION}",
        .run_id = "teamcity:${TEAMCITY_BUILD_URL:host}/${TEAMCITY_BUILD_URL:last}|"
                  "teamcity:${BUILD_URL:host}/${BUILD_URL:last}|"
                  "teamcity:${TEAMCITY_PROJECT_NAME}/${TEAMCITY_BUILDCONF_NAME}/${BUILD_NUMBER}",
        .shard = "${TEAMCITY_SHARD:number}",
        .shards = "${TEAMCITY_SHARDS:number}",
        .pipeline = "${TEAMCITY_BUILDCONF_NAME}",
        .repository = "${TEAMCITY_VCS_URL:path}|${TEAMCITY_PROJECT_NAME}",
        .branch = "${TEAMCITY_BUILD_BRANCH:ref}",
        .commit = "${BUILD_VCS_NUMBER}",
        .job = "${TEAMCITY_BUILDCONF_NAME}",
        .url = "${TEAMCITY_BUILD_URL}|${BUILD_URL}",
        .actor = "${TEAMCITY_TRIGGERED_BY}",
        .needs = "parameters env.TEAMCITY_BUILD_URL=%teamcity.serverUrl%/build/%teamcity.build.id% "
                 "env.TEAMCITY_BUILD_BRANCH=%teamcity.build.branch% "
                 "env.TEAMCITY_VCS_URL=%vcsroot.url% "
                 "env.TEAMCITY_TRIGGERED_BY=%teamcity.build.triggeredBy.username%, and of parallel "
                 "tests env.TEAMCITY_SHARD=%teamcity.build.parallelTests.currentBatch% "
                 "env.TEAMCITY_SHARDS=%teamcity.build.parallelTests.totalBatches%",
    },
    {
        .name = "bamboo",
        .title = "Bamboo",
        .detect = "${bamboo_planKey}|${bamboo_buildResultsUrl}",
        .run_id = "bamboo:${bamboo_buildResultsUrl:host}/${bamboo_planKey}/${bamboo_buildNumber}|"
                  "bamboo:${bamboo_planRepository_repositoryUrl:path}/${bamboo_buildNumber}|"
                  "bamboo:${bamboo_buildResultsUrl}",
        .pipeline = "${bamboo_planName}|${bamboo_planKey}",
        .repository = "${bamboo_planRepository_repositoryUrl:path}",
        .branch = "${bamboo_repository_pr_sourceBranch}|${bamboo_planRepository_branch}",
        .commit = "${bamboo_planRepository_revision}",
        .job = "${bamboo_shortJobName}",
        .url = "${bamboo_buildResultsUrl}|${bamboo_resultsUrl}",
        .actor = "${bamboo_ManualBuildTriggerReason_userName}",
        .pull_request = "${bamboo_repository_pr_key}",
    },
    {
        /* A stage that is run again counts up. */
        .name = "gocd",
        .title = "GoCD",
        .detect = "${GO_PIPELINE_LABEL}|${GO_SERVER_URL}${GO_PIPELINE_NAME}",
        .run_id = "gocd:${GO_SERVER_URL:host}/${GO_PIPELINE_NAME}/${GO_PIPELINE_COUNTER}/"
                  "${GO_STAGE_NAME}",
        .attempt = "${GO_STAGE_COUNTER:number}",
        .shard = "${GO_JOB_RUN_INDEX:number}",
        .shards = "${GO_JOB_RUN_COUNT:number}",
        .pipeline = "${GO_PIPELINE_NAME}",
        .repository = "${GO_SCM_*_PR_URL:project}",
        .branch = "${GO_SCM_*_PR_BRANCH:unowned}",
        .commit = "${GO_REVISION}|${GO_REVISION_*}",
        .job = "${GO_JOB_NAME}",
        .url = "${GO_SERVER_URL}/pipelines/${GO_PIPELINE_NAME}/${GO_PIPELINE_COUNTER}/"
               "${GO_STAGE_NAME}/${GO_STAGE_COUNTER}",
        .actor = "${GO_TRIGGER_USER}",
        .pull_request = "${GO_SCM_*_PR_ID}|${GO_SCM_*_PR_URL:last}",
    },
    {
        .name = "hudson",
        .title = "Hudson",
        .detect = "${HUDSON_URL}",
        .run_id = "hudson:${HUDSON_URL:host}/${JOB_NAME}/${BUILD_NUMBER}",
        .pipeline = "${JOB_NAME}",
        .repository = "${GIT_URL:path}",
        .branch = "${GIT_BRANCH:ref}",
        .commit = "${GIT_COMMIT}",
        .job = "${JOB_NAME}",
        .url = "${BUILD_URL}",
    },
    {
        /* In a multibranch project the job's last part is the branch. */
        .name = "jenkins",
        .title = "Jenkins",
        .detect = "${JENKINS_URL}|${JENKINS_HOME}${BUILD_NUMBER}|${BUILD_TAG}${BUILD_NUMBER}|"
                  "${BUILD_URL}${BUILD_NUMBER}",
        .run_id = "jenkins:${JENKINS_URL:host}/${JOB_NAME}/${BUILD_NUMBER}|"
                  "jenkins:${BUILD_URL:host}/${JOB_NAME}/${BUILD_NUMBER}|"
                  "jenkins:${JOB_NAME}/${BUILD_NUMBER}|"
                  "jenkins:${BUILD_URL:host}/${BUILD_URL:path}/${BUILD_NUMBER}|${BUILD_TAG}",
        .pipeline = "${BRANCH_NAME:set}${JOB_NAME:parent}|${JOB_NAME}",
        .repository = "${GIT_URL:path}|${GIT_URL_1:path}",
        .branch = "${CHANGE_BRANCH}|${ghprbSourceBranch}|${BRANCH_NAME}|${GIT_LOCAL_BRANCH}|"
                  "${GIT_BRANCH:ref}",
        .tag = "${TAG_NAME}",
        .commit = "${ghprbActualCommit}|${GIT_COMMIT}",
        .job = "${JOB_NAME}",
        .url = "${BUILD_URL}|${RUN_DISPLAY_URL}",
        .actor = "${BUILD_USER_ID}|${CHANGE_AUTHOR}",
        .pull_request = "${CHANGE_ID}|${ghprbPullId}",
        .head = "${CHANGE_FORK:set}true",
    },
    {
        /* Jenkins' Gerrit trigger sets this too. */
        .name = "gerrit",
        .title = "Gerrit",
        .detect = "${GERRIT_PROJECT}",
        .repository = "${GERRIT_PROJECT}",
        .branch = "${GERRIT_BRANCH}",
        .commit = "${GERRIT_PATCHSET_REVISION}",
        .url = "${GERRIT_CHANGE_URL}",
        .pull_request = "${GERRIT_CHANGE_NUMBER}",
    },
    {.name = NULL},
};
