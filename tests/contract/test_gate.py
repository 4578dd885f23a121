"""The gate of `tocsin publish` without a broker: exit code, words, SARIF, JUnit and Markdown that nobody can escape."""
import json
import os
import pathlib
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest

from contract.reference import fingerprint
from system.world import BIN

HOSTILE = "</code>|[x](javascript:alert(1))\n# h @all <img src=x>`]]>&\u0001\ufffe"
RUN = {"id": "r", "started": "2024-11-20T02:00:13Z", "repository": "acme/helpbot", "branch": "main", "pipeline": "p"}


def finding(rule, severity, **rest):
    return {"type": "tocsin.finding.v1", "rule": {"id": rule, "title": HOSTILE}, "model": {"name": "helpbot"},
            "severity": severity, "confidence": 0.9, "prompt": HOSTILE, "output": "o", "run": RUN} | rest


END = {"type": "tocsin.run-end.v1", "id": "00000000-0000-5000-8000-000000000000", "time": "2024-11-20T03:00:00Z",
       "run": RUN, "status": "complete",
       "coverage": [{"rule": "own/held/d", "model": "helpbot", "attempts": 9, "failures": 0}]}
REPORT = [finding("own/a/d", "critical"), finding("own/a/d", "high", prompt="2"), finding("own/b|c/d", "low"), END]


def publish(folder, *options, report=REPORT):
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "CI", "GITLAB_", "JENKINS_"))}
    file = folder / "report.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in report))
    environment = clean | {"GITHUB_STEP_SUMMARY": str(folder / "summary.md"), "TOCSIN_RUN_ID": "r"}
    return subprocess.run([BIN / "tocsin", "publish", "--dry-run", file, *map(str, options)], text=True,
                          capture_output=True, env=environment)


@pytest.mark.parametrize("rule, code", [("critical", 1), ("high", 1), ("severity=high", 0), ("rule=own/b*", 1),
                                        ("findings>=3", 1), ("problems>=3", 0), ("nonsense", 64)])
def test_exit_code(tmp_path, rule, code):
    done = publish(tmp_path, "--fail-on", rule)
    assert done.returncode == code, done.stderr
    if code != 64:
        assert len(done.stdout.splitlines()) == 4, "everything is published, whatever the gate says"
        assert "gate: " + ("failed" if code else "passed") in done.stderr


def test_several_rules(tmp_path):
    done = publish(tmp_path, "--fail-on", "problems>=9", "--fail-on", "low,rule=own/b*")
    assert done.returncode == 1 and "--fail-on low,rule=own/b*" in done.stderr
    assert "own/b|c/d on helpbot" in done.stderr and "own/a/d on" not in done.stderr


def test_best_effort_wins(tmp_path):
    assert publish(tmp_path, "--fail-on", "critical", "--best-effort").returncode == 0


def test_markdown_is_ours_alone(tmp_path):
    publish(tmp_path, "--fail-on", "critical")
    text = (tmp_path / "summary.md").read_text()
    assert "gate failed" in text and text.count("\n| ") == 4
    for mark in "<[]`@()!":
        assert mark not in text, mark
    assert "b&#124;c" in text


def test_sarif(tmp_path):
    publish(tmp_path, "--sarif", tmp_path / "out.sarif")
    log = json.loads((tmp_path / "out.sarif").read_text())
    run, = log["runs"]
    first, second = run["results"]
    assert (log["version"], first["level"], second["level"]) == ("2.1.0", "error", "note")
    assert first["ruleId"] == run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == "own/a/d"
    assert first["partialFingerprints"] == {"tocsin/v1": fingerprint("own/a/d", "helpbot", "acme/helpbot", "")}
    assert first["baselineState"] == "new" and first["properties"]["findings"] == 2
    place = first["locations"][0]["physicalLocation"]
    assert pathlib.Path(place["artifactLocation"]["uri"]).name == "report.jsonl"
    again = subprocess.run([BIN / "tocsin", "publish", "--dry-run", tmp_path / "out.sarif"], text=True,
                           capture_output=True)
    assert again.returncode == 0, "our own reader takes it: " + again.stderr
    assert "2 findings read" in again.stderr


def test_junit(tmp_path):
    done = publish(tmp_path, "--junit", tmp_path / "out.xml", "--fail-on", "critical")
    assert done.returncode == 1
    suite = ElementTree.parse(tmp_path / "out.xml").getroot().find("testsuite")
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "1", "1")
    failed, skipped, held = suite.findall("testcase")
    assert failed.get("name") == "own/a/d on helpbot" and "<img src=x>" in failed.find("failure").text
    assert skipped.find("skipped") is not None and held.get("name") == "own/held/d on helpbot" and len(held) == 0


def test_a_file_that_cannot_be_written(tmp_path):
    done = publish(tmp_path, "--sarif", "/does/not/exist")
    assert done.returncode == 74 and "/does/not/exist: cannot be written" in done.stderr


def test_a_clean_run(tmp_path):
    done = publish(tmp_path, "--fail-on", "info", "--junit", tmp_path / "out.xml", report=[END])
    assert done.returncode == 0, done.stderr
    assert ElementTree.parse(tmp_path / "out.xml").getroot().find("testsuite").get("tests") == "1"
