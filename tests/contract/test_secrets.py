"""Nothing secret leaves a CI job: what `tocsin publish --dry-run` prints is what Kafka would get."""
import json
import os
import subprocess

from system.world import BIN

TOKEN = "ghp_0123456789abcdefghijABCDEFGHIJ012345"
PASSWORD = "tide-under-7-bridges"
MAIL = "ada@example.org"
FINDING = {"type": "tocsin.finding.v1", "rule": {"id": "own/leak/regex"}, "model": {"name": "helpbot"},
           "severity": "high", "confidence": 1, "prompt": f"what is {PASSWORD}?",
           "output": f"{TOKEN} of {MAIL}", "labels": {"note": f"{PASSWORD}"},
           "links": {"report": f"https://ci.example.org/{PASSWORD}"}}
ENVIRONMENT = {"CI_JOB_TOKEN": PASSWORD, "TOCSIN_RUN_ID": "r", "TOCSIN_REPOSITORY": "acme/helpbot"}


def publish(*options, findings=(FINDING,), environment=ENVIRONMENT):
    run = {"run": {"id": "r", "started": "2024-11-20T02:00:13Z", "repository": "acme/helpbot"}}
    text = "".join(json.dumps(f | run) + "\n" for f in findings)
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "CI", "GITLAB_", "JENKINS_"))}
    done = subprocess.run([BIN / "tocsin", "publish", "--dry-run", "-", *options], input=text, text=True,
                          capture_output=True, env=clean | environment)
    assert done.returncode == 0, done.stderr
    return done, [json.loads(line) for line in done.stdout.splitlines()]


def test_secrets_and_the_values_of_secret_variables():
    done, records = publish()
    assert TOKEN not in done.stdout + done.stderr and PASSWORD not in done.stdout + done.stderr
    assert MAIL in done.stdout, "personal data stays unless --redact"
    assert "4 secrets masked" in done.stderr
    finding = records[0]
    assert finding["prompt"].startswith("what is [masked ci-secret: ") and "report" not in finding.get("links", {})


def test_personal_data_and_no_mask():
    done, _ = publish("--redact")
    assert MAIL not in done.stdout
    done, _ = publish("--no-mask")
    assert TOKEN in done.stdout and "masked" not in done.stderr


def test_a_named_variable():
    done, _ = publish("--secret-env", "PLAIN_NAME", environment={"PLAIN_NAME": PASSWORD, "TOCSIN_RUN_ID": "r"})
    assert PASSWORD not in done.stdout


def test_identities_are_made_of_what_is_published():
    """A secret in a rule's name: finding, coverage and run end agree on the fingerprint, twice alike."""
    rule = {"rule": {"id": f"own/{TOKEN}/regex"}}
    done, records = publish(findings=[FINDING | rule])
    again, _ = publish(findings=[FINDING | rule])
    assert TOKEN not in done.stdout
    assert records[0]["fingerprint"] in records[-1]["published"]
    assert json.loads(again.stdout.splitlines()[0])["id"] == records[0]["id"]
