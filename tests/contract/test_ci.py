"""`tocsin run show` in the environments that others have written down: every case of cucumber's ci-environment and every
vendor of ci-info (ci/*/LICENSE), and those that neither has. Where they differ from what the services really set, reality
is expected, with why."""
import json
import os
import pathlib
import subprocess

import jsonschema
import pytest

ROOT = pathlib.Path(os.environ.get("TOCSIN_SOURCE_DIR", pathlib.Path(__file__).parents[2]))
TOCSIN = pathlib.Path(os.environ.get("TOCSIN_BIN_DIR", ROOT / "build/asan/bin")).resolve() / "tocsin"
DATA = pathlib.Path(__file__).parent / "ci"
RUN_SCHEMA = json.loads((ROOT / "schemas/run-end.schema.json").read_text())
VENDORS = json.loads((DATA / "ci-info/vendors.json").read_text())
KEPT = {name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "PATH") if name in os.environ}

# ci-environment: case -> what is expected otherwise
REALITY = {
    # BUILD_BUILDURI is "vstfs:///Build/Build/430", which is no link
    "AzurePipelines": {"url": None},
    # its remote is https://<api>/p/<project>/repositories/<repository>
    "JetBrainsSpace": {"repository": "ij/intellij"},
}

# ci-info's constant, where it is not our name with other letters
NAMES = {"APPVEYOR": "appveyor", "CIRCLE": "circleci", "GOOGLE_CLOUD_BUILD": "cloud-build", "GITEA_ACTIONS": "gitea",
         "GITHUB_ACTIONS": "github"}


def show(environment, *options):
    """The run as records will have it."""
    done = subprocess.run([TOCSIN, "run", "show", *options], env=KEPT | environment, capture_output=True, text=True,
                          cwd=DATA / "cucumber", check=False)
    assert done.returncode == 0, done.stderr
    run = json.loads(done.stdout)
    jsonschema.validate(run, {"$ref": "#/$defs/run", "$defs": RUN_SCHEMA["$defs"]})
    return run


def path_of(remote):
    """owner/repository"""
    return remote.split("://")[1].split("/", 1)[1].removesuffix(".git")


def cases():
    return sorted(path.name.removesuffix(".txt") for path in (DATA / "cucumber").glob("*.txt"))


@pytest.mark.parametrize("name", cases())
def test_cucumber(name):
    lines = (DATA / "cucumber" / f"{name}.txt").read_text().splitlines()
    environment = dict(line.split("=", 1) for line in lines if line)
    # they lie beside the cases here
    if "GITHUB_EVENT_PATH" in environment:
        environment["GITHUB_EVENT_PATH"] = "_github_workflow/" + environment["GITHUB_EVENT_PATH"].rsplit("/", 1)[1]
    expected = json.loads((DATA / "cucumber" / f"{name}.txt.json").read_text())
    git = expected.get("git", {})
    reality = REALITY.get(name, {})
    run = show(environment)
    known = next(vendor for vendor in VENDORS + [{"name": "JetBrains Space"}, {"name": "Wercker"}]
                 if expected["name"].replace(" CI", "").lower() in vendor["name"].lower())
    assert run["provider"] == provider_of(known), expected["name"]
    assert run.get("url") == reality.get("url", expected["url"])
    # its number is part of what names the run or its job, whole or behind the attempt
    places = " ".join(run.get(member, "") for member in ("id", "job", "url"))
    assert expected["buildNumber"] in places
    if "revision" in git:
        assert run["commit"] == git["revision"]
    if "remote" in git:
        assert run["repository"] == reality.get("repository", path_of(git["remote"]))
    assert run.get("tag") == git.get("tag")
    assert run.get("branch", "") == git.get("branch", git.get("tag", ""))
    assert "thisIsAVerySensitiveInformation" not in json.dumps(run)


def provider_of(vendor):
    constant = vendor.get("constant", vendor["name"].split()[-1])
    return NAMES.get(constant, constant.lower().replace("_", "-"))


def variables(rule):
    """An environment in which a rule of ci-info holds."""
    if isinstance(rule, str):
        return {rule: "1"}
    if isinstance(rule, list):
        return {name: "1" for name in rule}
    if "includes" in rule:
        return {rule["env"]: rule["includes"]}
    if "ne" in rule:
        return {rule["env"]: "1"}
    if "any" in rule:
        return {rule["env"]: rule["any"][0]} if "env" in rule else {rule["any"][0]: "1"}
    return dict(rule)


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor["constant"].lower())
def test_ci_info(vendor):
    environment = variables(vendor["env"])
    run = show(environment)
    assert run["provider"] == provider_of(vendor)
    assert "pull_request" not in run
    if "pr" not in vendor:
        return
    rule = vendor["pr"]
    for change in [{name: "1"} for name in rule.get("any", [])] if isinstance(rule, dict) and "env" not in rule \
            and "any" in rule else [variables(rule)]:
        assert "pull_request" in show(environment | change), change
    if isinstance(rule, dict) and "any" in rule and "env" in rule:
        for value in rule["any"]:
            assert "pull_request" in show(environment | {rule["env"]: value}), value
    if isinstance(rule, dict) and "ne" in rule:
        assert "pull_request" not in show(environment | {rule["env"]: rule["ne"]})


AZURE = {"TF_BUILD": "True", "SYSTEM_COLLECTIONURI": "https://dev.azure.com/acme/", "SYSTEM_TEAMPROJECT": "red",
         "BUILD_BUILDID": "430", "BUILD_BUILDNUMBER": "20241120.7", "BUILD_BUILDURI": "vstfs:///Build/Build/430",
         "BUILD_DEFINITIONNAME": "redteam", "BUILD_REPOSITORY_NAME": "acme/helpbot", "BUILD_SOURCEVERSION": "f00d",
         "BUILD_SOURCEBRANCH": "refs/heads/main", "SYSTEM_JOBATTEMPT": "2", "SYSTEM_JOBID": "j-1",
         "SYSTEM_TOTALJOBSINPHASE": "4", "SYSTEM_JOBPOSITIONINPHASE": "3", "BUILD_REQUESTEDFOR": "Ada"}
PULL = {"number": 12, "head": {"sha": "beef", "repo": {"full_name": "mallory/helpbot"}},
        "base": {"repo": {"full_name": "acme/helpbot"}}}
GITHUB = {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/helpbot",
          "GITHUB_RUN_ID": "7", "GITHUB_SHA": "merge", "GITHUB_REF": "refs/pull/12/merge", "GITHUB_REF_NAME": "12/merge",
          "GITHUB_HEAD_REF": "fix-it", "GITHUB_EVENT_NAME": "pull_request"}

# what the lists do not have: environment, members of the run
REAL = {
    "azure": (AZURE, {"id": "azure:dev.azure.com/acme/red/430", "attempt": 2, "shard": 3, "shards": 4, "actor": "Ada",
                      "url": "https://dev.azure.com/acme/red/_build/results?buildId=430&view=logs&j=j-1",
                      "pipeline": "redteam", "branch": "main", "commit": "f00d"}),
    "azure pull request of a fork": (
        AZURE | {"BUILD_REASON": "PullRequest", "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER": "12",
                 "SYSTEM_PULLREQUEST_ISFORK": "True", "SYSTEM_PULLREQUEST_SOURCEBRANCH": "refs/heads/fix-it",
                 "BUILD_SOURCEBRANCH": "refs/pull/12/merge", "SYSTEM_PULLREQUEST_SOURCECOMMITID": "beef"},
        {"pull_request": "12", "fork": True, "branch": "fix-it", "commit": "beef"}),
    "github push": (
        {k: v for k, v in GITHUB.items() if k not in ("GITHUB_HEAD_REF", "GITHUB_EVENT_NAME")}
        | {"GITHUB_REF": "refs/heads/main", "GITHUB_REF_NAME": "main", "GITHUB_HEAD_REF": ""},
        {"branch": "main", "commit": "merge", "fork": None, "pull_request": None, "tag": None}),
    "gitlab fork, parallel, a token in the remote": (
        {"GITLAB_CI": "true", "CI_SERVER_HOST": "gitlab.com", "CI_PIPELINE_ID": "99", "CI_PROJECT_PATH": "acme/helpbot",
         "CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "5", "CI_JOB_NAME": "garak 2/5", "CI_MERGE_REQUEST_IID": "4",
         "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "mallory/helpbot",
         "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "fix-it", "CI_REPOSITORY_URL": "https://t:s@gitlab.com/acme/helpbot.git"},
        {"shard": 2, "shards": 5, "fork": True, "pull_request": "4", "branch": "fix-it", "pipeline": "garak"}),
    "circleci": (
        {"CIRCLECI": "true", "CIRCLE_WORKFLOW_ID": "w-1", "CIRCLE_NODE_INDEX": "0", "CIRCLE_NODE_TOTAL": "3",
         "CIRCLE_PROJECT_USERNAME": "acme", "CIRCLE_PROJECT_REPONAME": "helpbot", "CIRCLE_JOB": "garak",
         "CIRCLE_PR_USERNAME": "mallory", "CIRCLE_PR_REPONAME": "helpbot", "CIRCLE_PR_NUMBER": "8"},
        {"id": "circleci:w-1", "shard": 1, "shards": 3, "fork": True, "pull_request": "8", "pipeline": "garak"}),
    "buildkite": (
        {"BUILDKITE": "true", "BUILDKITE_BUILD_ID": "b-1", "BUILDKITE_JOB_ID": "j-1", "BUILDKITE_RETRY_COUNT": "1",
         "BUILDKITE_BUILD_URL": "https://buildkite.com/acme/red/builds/5", "BUILDKITE_PULL_REQUEST": "false",
         "BUILDKITE_PARALLEL_JOB": "1", "BUILDKITE_PARALLEL_JOB_COUNT": "2", "BUILDKITE_PIPELINE_SLUG": "red",
         "BUILDKITE_REPO": "git@github.com:acme/helpbot.git", "BUILDKITE_BRANCH": "main"},
        {"id": "buildkite:b-1", "url": "https://buildkite.com/acme/red/builds/5#j-1", "attempt": 2, "shard": 2,
         "shards": 2, "pull_request": None, "fork": None, "repository": "acme/helpbot"}),
    "bitbucket": (
        {"BITBUCKET_COMMIT": "f00d", "BITBUCKET_REPO_FULL_NAME": "acme/helpbot", "BITBUCKET_BUILD_NUMBER": "3",
         "BITBUCKET_BRANCH": "main", "BITBUCKET_PARALLEL_STEP": "0", "BITBUCKET_PARALLEL_STEP_COUNT": "2"},
        {"url": "https://bitbucket.org/acme/helpbot/pipelines/results/3", "shard": 1, "shards": 2}),
    "travis pull request of a fork": (
        {"TRAVIS": "true", "TRAVIS_REPO_SLUG": "acme/helpbot", "TRAVIS_BUILD_ID": "5", "TRAVIS_PULL_REQUEST": "7",
         "TRAVIS_PULL_REQUEST_SLUG": "mallory/helpbot", "TRAVIS_PULL_REQUEST_BRANCH": "fix-it", "TRAVIS_BRANCH": "main"},
        {"id": "travis:acme/helpbot/5", "branch": "fix-it", "fork": True, "pull_request": "7"}),
    "woodpecker": (
        {"CI": "woodpecker", "CI_REPO": "acme/helpbot", "CI_PIPELINE_NUMBER": "9", "CI_SYSTEM_HOST": "ci.acme.io",
         "CI_PIPELINE_URL": "https://ci.acme.io/repos/1/pipeline/9", "CI_COMMIT_BRANCH": "main"},
        {"provider": "woodpecker", "id": "woodpecker:ci.acme.io/acme/helpbot/9"}),
    "harness sets what drone sets": (
        {"HARNESS_BUILD_ID": "4", "DRONE": "true", "DRONE_REPO": "acme/helpbot", "HARNESS_NODE_INDEX": "1",
         "HARNESS_NODE_TOTAL": "3"}, {"provider": "harness", "shard": 2, "shards": 3}),
    "codebuild pull request": (
        {"CODEBUILD_BUILD_ARN": "arn:aws:codebuild:eu-west-1:1:build/red:0a", "CODEBUILD_BUILD_ID": "red:0a",
         "AWS_REGION": "eu-west-1", "CODEBUILD_WEBHOOK_TRIGGER": "pr/12",
         "CODEBUILD_WEBHOOK_HEAD_REF": "refs/heads/fix-it", "CODEBUILD_SOURCE_REPO_URL": "https://github.com/acme/helpbot.git"},
        {"pipeline": "red", "pull_request": "12", "branch": "fix-it", "repository": "acme/helpbot",
         "url": "https://console.aws.amazon.com/codebuild/home?region=eu-west-1#/builds/red:0a/view/new"}),
    "cloud build": (
        {"BUILDER_OUTPUT": "/builder/outputs", "PROJECT_ID": "p", "BUILD_ID": "b", "LOCATION": "global",
         "TAG_NAME": "v1", "COMMIT_SHA": "f00d"},
        {"url": "https://console.cloud.google.com/cloud-build/builds;region=global/b?project=p", "tag": "v1",
         "branch": "v1"}),
    "tekton": ({"TEKTON_PIPELINE_RUN": "red-1", "TEKTON_PIPELINE_RUN_UID": "u", "TEKTON_TASK_RETRY": "1"},
               {"provider": "tekton", "id": "tekton:u", "attempt": 2}),
    "argo": ({"ARGO_WORKFLOW_NAME": "red-1", "ARGO_NAMESPACE": "ci", "ARGO_SERVER_URL": "https://argo.acme.io"},
             {"provider": "argo", "id": "argo:ci/red-1", "url": "https://argo.acme.io/workflows/ci/red-1"}),
    "gocd runs a stage again": (
        {"GO_PIPELINE_LABEL": "1", "GO_SERVER_URL": "https://go.acme.io/go", "GO_PIPELINE_NAME": "red",
         "GO_PIPELINE_COUNTER": "5", "GO_STAGE_NAME": "test", "GO_STAGE_COUNTER": "2"},
        {"id": "gocd:go.acme.io/red/5/test", "attempt": 2}),
    "jenkins fork": (
        {"JENKINS_URL": "https://ci.acme.io/", "JOB_NAME": "red/PR-3", "BUILD_NUMBER": "1", "CHANGE_ID": "3",
         "CHANGE_FORK": "mallory", "CHANGE_BRANCH": "fix-it", "BRANCH_NAME": "PR-3"},
        {"fork": True, "pull_request": "3", "branch": "fix-it", "pipeline": "red"}),
    "jenkins with gerrit's trigger": ({"JENKINS_URL": "https://ci.acme.io/", "GERRIT_PROJECT": "p"},
                                      {"provider": "jenkins"}),
}


@pytest.mark.parametrize("name", REAL)
def test_reality(name):
    environment, members = REAL[name]
    run = show(environment)
    assert {member: run.get(member) for member in members} == members
    assert "t:s@" not in json.dumps(run)


def test_github_pull_request_of_a_fork(tmp_path):
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": PULL}))
    run = show(GITHUB | {"GITHUB_EVENT_PATH": str(event)})
    assert (run["commit"], run["branch"], run["pull_request"], run["fork"]) == ("beef", "fix-it", "12", True)
    event.write_text(json.dumps({"pull_request": PULL | {"head": PULL["head"] | {"repo": PULL["base"]["repo"]}}}))
    assert "fork" not in show(GITHUB | {"GITHUB_EVENT_PATH": str(event)})
    event.write_text("no JSON")
    assert show(GITHUB | {"GITHUB_EVENT_PATH": str(event)})["commit"] == "merge"


def test_options_win():
    run = show(GITHUB, "--branch", "mine", "--shard", "2/3", "--run-id", "r")
    assert (run["branch"], run["shard"], run["shards"], run["id"]) == ("mine", 2, 3, "r")
