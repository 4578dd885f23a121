"""deploy/: the image, the templates for CI and the unit pass their own linters, and say what tocsind
says. What is not installed is skipped with words: actionlint and checkov are heavy."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest
import yaml

ROOT = pathlib.Path(os.environ.get("TOCSIN_SOURCE_DIR", pathlib.Path(__file__).parents[2]))
TOCSIND = pathlib.Path(os.environ.get("TOCSIN_BIN_DIR", ROOT / "build/asan/bin")) / "tocsind"
DEPLOY = ROOT / "deploy"
PYTHON_BIN = pathlib.Path(sys.executable).parent


def tool(name):
    path = shutil.which(name, path=f"{PYTHON_BIN}:{os.environ['PATH']}")
    if not path:
        pytest.skip(f"{name} is not installed")
    return path


def run(*command, **more):
    done = subprocess.run(command, capture_output=True, text=True, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def documents(text):
    return [document for document in yaml.safe_load_all(text) if document]


def environment_of_example():
    text = (DEPLOY / "tocsind.example.yaml").read_text()
    names = set(re.findall(r"\$\{([A-Z_]+)\}", text)) - {"NAME"}
    return os.environ | {name: "https://hooks.example.com/x" for name in names} | {"TOCSIN_BROKERS": "kafka:9092"}


def test_dockerfile():
    run(tool("hadolint"), ROOT / "Dockerfile")


@pytest.mark.parametrize("schema, file", [
    ("vendor.github-actions", "github/action.yml"),
    ("vendor.github-workflows", "github/workflow.example.yml"),
    ("vendor.gitlab-ci", "gitlab/gitlab-ci.example.yml"),
    ("vendor.azure-pipelines", "azure/azure-pipelines.example.yml"),
    ("vendor.circle-ci", "circleci/config.example.yml"),
])
def test_templates_for_ci_are_what_their_vendor_takes(schema, file):
    variant = ["--regex-variant", "python"] if "azure" in schema else []
    run(tool("check-jsonschema"), *variant, "--builtin-schema", schema, DEPLOY / "ci" / file)


@pytest.mark.parametrize("file", [
    "github/workflow.example.yml", "gitlab/gitlab-ci.example.yml", "jenkins/Jenkinsfile.example",
    "azure/azure-pipelines.example.yml", "circleci/config.example.yml",
])
def test_the_smallest_case_is_under_ten_lines(file):
    lines = [line for line in (DEPLOY / "ci" / file).read_text().splitlines() if line.strip()]
    assert len(lines) < 10
    assert "tocsin" in "".join(lines)


def test_workflow_by_actionlint():
    run(tool("actionlint"), DEPLOY / "ci/github/workflow.example.yml")


def scripts_of(document):
    if isinstance(document, dict):
        for name, value in document.items():
            if name in ("run", "bash") and isinstance(value, str):
                yield value
            else:
                yield from scripts_of(value)
    elif isinstance(document, list):
        for item in document:
            yield from scripts_of(item)


@pytest.mark.parametrize("file", ["github/action.yml", "azure/publish.yml"])
def test_scripts_in_templates_by_shellcheck(file):
    scripts = list(scripts_of(yaml.safe_load((DEPLOY / "ci" / file).read_text())))
    assert scripts
    for script in scripts:
        script = re.sub(r"\$\([A-Z][A-Za-z.]+\)", "$AGENT", script)  # Azure's own variables
        run(tool("shellcheck"), "--shell=bash", "--exclude=SC2154", "-", input=script)


def test_unit_is_closed_up():
    unit = DEPLOY / "systemd/tocsind.service"
    report = run(tool("systemd-analyze"), "security", "--offline=true", unit)
    exposure = float(re.search(r"Overall exposure level for tocsind.service: ([0-9.]+)", report).group(1))
    assert exposure < 2, report


def test_topics_of_strimzi_are_the_plan():
    run_plan = run(TOCSIND, "topics", "strimzi", "--config", DEPLOY / "tocsind.example.yaml",
                   env=environment_of_example())
    assert documents(run_plan) == documents((DEPLOY / "strimzi/topics.yaml").read_text())
    for document in documents(run_plan):
        assert re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", document["metadata"]["name"])


def test_nothing_known_to_be_risky_by_checkov():
    run(tool("checkov"), "--quiet", "--compact", "--framework", "dockerfile", "--file", ROOT / "Dockerfile",
        "--skip-check", "CKV_DOCKER_2")
