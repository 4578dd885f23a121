"""Reports in the formats that tools exchange (SARIF, JUnit, AVID, OCSF) and of AgentDojo, Giskard, fairlearn and AIF360:
the real files, held against what is known of them; and the same files cut off and damaged. By dry runs, no broker."""
import collections
import json
import os
import random
import subprocess

import pytest

from system.world import BIN, inputs

GARAK = "garak/run-0.17.1/helpbot-v1"
SARIF = ["sarif/bandit-garak.sarif", "sarif/modelaudit.sarif", "defectdojo/sarif/bash-report.sarif",
         "defectdojo/sarif/njsscan.sarif", "defectdojo/sarif/no_runs.sarif",
         "defectdojo/sarif/SuppressionTestCurrent.sarif", "defectdojo/sarif/appendix_k4.sarif"]
JUNIT = ["junit/promptfoo-eval.junit.xml", "junit/pytest-deepeval.junit.xml"]
AGENTDOJO = "agentdojo/runs/helpbot-build-101"
GISKARD = "giskard/out-101/scan.json"
OCSF = "defectdojo/ocsf/example_output_aws.ocsf.json"
FAIRNESS = ["fairlearn_metrics_{}.json", "fairlearn_by_group_{}.json", "aif360_explainer_{}.jsonl"]


class Read:
    """What a dry run of `tocsin publish` printed."""

    def __init__(self, *arguments, model=None, data=None):
        command = [BIN / "tocsin", "publish", "--dry-run", "--run-id", "run-1", *map(str, arguments)]
        if model:
            command += ["--model", model]
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith(("GITHUB_", "GITLAB_", "TOCSIN_", "CI")) or name == "TOCSIN_BIN_DIR"}
        done = subprocess.run(command + (["-"] if data is not None else []), input=data, capture_output=True,
                              timeout=120, env=environment)
        assert done.returncode in (0, 65), done.stderr.decode()
        self.code, self.said = done.returncode, done.stderr.decode()
        kinds = collections.defaultdict(list)
        for line in done.stdout.splitlines():
            record = json.loads(line)
            kinds[record["type"].split(".")[1]].append(record)
        self.findings, self.ends = kinds["finding"], kinds["run-end"]
        self.measurements = {(m["benchmark"], m["metric"]): m for m in kinds["measurement"]}
        self.coverage = [row for end in self.ends for row in end.get("coverage", [])]

    def problems(self):
        return {finding["fingerprint"] for finding in self.findings}


@pytest.fixture(scope="module")
def truth():
    return json.loads(inputs("ground-truth.json").read_text())


@pytest.mark.parametrize("name", SARIF)
def test_sarif(name, truth):
    known, read = truth[name], Read(inputs(name))
    assert read.code == 0 and " 0 bad lines" in read.said
    assert len(read.findings) == known["results"] - known["suppressed"]
    distinct = known["distinct_rule_uri_fp"] if known["with_fp"] else known["distinct_rule_uri"]
    assert len(read.problems()) == (distinct - known["suppressed"])
    withheld = [row for row in read.coverage if row.get("withheld")]
    assert len(withheld) == known["suppressed"]
    everything = [row for row in read.coverage if row.get("category") == "*"]
    assert len(everything) == (0 if known["results"] == 0 else 1)
    levels = collections.Counter(finding["severity"] for finding in read.findings)
    if set(known["levels"]) == {"None", "note"}:
        assert levels == {"medium": known["levels"]["None"], "low": known["levels"]["note"]}


@pytest.mark.parametrize("name", JUNIT)
def test_junit(name, truth):
    known, read = truth[name], Read(inputs(name))
    assert len(read.findings) == known["failures"]
    tried = {(row["rule"], row["model"]): row for row in read.coverage}
    assert len(tried) == known["distinct_class_name"]
    assert sum(row["attempts"] for row in tried.values()) == (
        known["testcases"] - known["errors"] - known["skipped"])
    assert sum(row.get("failures", 0) for row in tried.values()) == known["failures"]
    assert len(read.problems()) == known["failures"]


def test_junit_of_promptfoo_fails_as_its_json(truth):
    name = "promptfoo/redteam-0.123.1/redteam-a"
    assert len(Read(inputs(name + ".junit.xml")).findings) == truth[name + ".json"]["failed"]


def test_agentdojo(truth):
    known, read = truth[AGENTDOJO], Read(inputs(AGENTDOJO))
    assert len(read.findings) == known["attack_success"]
    assert len(read.problems()) == known["distinct_suite_injection"]
    assert sum(row["attempts"] for row in read.coverage) == known["attack_files"]
    assert sum(row["failures"] for row in read.coverage if "failures" in row) == known["attack_success"]
    assert {finding["model"]["name"] for finding in read.findings} == {"helpbot-build-101"}


def test_giskard(truth):
    read = Read(inputs(GISKARD), model="loan-scorer")
    assert len(read.findings) == len(read.problems()) == truth[GISKARD]["issues"]
    assert {finding["severity"] for finding in read.findings} == {"high"}
    clean = [row for row in read.coverage if row.get("category") == "*"]
    assert len(clean) == len(json.loads(inputs(GISKARD).read_text()))
    assert Read(inputs(GISKARD)).code == 65
    again = inputs(GISKARD).read_bytes().replace(b"16.75%", b"17.01%")
    assert Read(model="loan-scorer", data=again).problems() == read.problems()


def test_avid_of_garak_tells_of_garak_s_problems():
    report, avid = Read(inputs(GARAK + ".report.jsonl")), Read(inputs(GARAK + ".avid.jsonl"))
    assert avid.problems() == report.problems()
    tried = [{(row["rule"], row["attempts"], row["failures"]) for row in read.coverage if row.get("failures")}
             for read in (report, avid)]
    assert tried[0] == tried[1]
    for finding in avid.findings:
        failed, of = (int(word) for word in finding["output"].split() if word.isdigit())
        rate = avid.measurements[f"garak/{finding['rule']['probe']}", f"{finding['rule']['detector']} pass_rate"]
        assert rate["n"] == of and rate["value"] == pytest.approx(1 - failed / of)


def test_avid_s_database():
    folder = inputs("avid/reports")
    read = Read(folder)
    assert read.code == 0 and " 0 bad lines" in read.said
    reports = [json.loads(file.read_text()) for file in folder.rglob("*.json")]
    rows = [row for report in reports for metric in report["metrics"]
            for row in metric.get("results", {}).get("rows", [])]
    scores = [metric for report in reports for metric in report["metrics"]
              if "scorer" in metric and metric["metrics"] != "stderr"]
    others = [report for report in reports if not report["metrics"] or "features" in report["metrics"][0]]
    assert len(read.findings) == sum(row["passed"] < row["total_evaluated"] for row in rows) + len(others)
    assert len(read.measurements) <= len(rows) + len(scores)
    assert {f"{row['detector']} pass_rate" for row in rows} <= {metric for _, metric in read.measurements}


def test_avid_of_giskard():
    read = Read(inputs("giskard/out-101/scan.avid.jsonl"))
    assert len(read.findings) == len(read.problems()) == len(read.measurements) == 3
    assert {finding["model"]["name"] for finding in read.findings} == {"loan-scorer build 101"}


def test_ocsf():
    read = Read(inputs(OCSF))
    events = json.loads(inputs(OCSF).read_text())
    failed = [event for event in events if event["status_code"] == "FAIL"]
    assert [finding["rule"]["id"] for finding in read.findings] == [
        "Prowler/" + event["metadata"]["event_code"] for event in failed]
    assert [row["attempts"] for row in read.coverage] == [
        1 if event["status_code"] == "FAIL" else 0 for event in events]
    assert read.findings[0]["time"] == "2025-02-14T13:27:03.000Z"


@pytest.mark.parametrize("pattern", FAIRNESS)
def test_fairness(pattern):
    """The second build treats one group worse: each ratio falls, each difference grows."""
    files = [inputs("fairness/" + pattern.format(build)) for build in (101, 102)]
    before, after = (Read(file, model="loan-scorer").measurements for file in files)
    assert before.keys() == after.keys() and before
    worse = {metric for benchmark, metric in before
             if "Disparate" in metric or "ratio" in metric or "ifference" in metric or metric == "Theil Index"}
    for (benchmark, metric), old in before.items():
        new = after[benchmark, metric]
        change = (new["value"] - old["value"]) * (1 if old["higher_is_better"] else -1)
        assert change < 0 or metric not in worse, metric
    if "aif360" in pattern:
        for file, read in zip(files, (before, after)):
            for line in map(json.loads, file.read_text().splitlines()):
                value = float(line["message"].rsplit(":", 1)[1])
                assert read["aif360", line["metric"]]["value"] == pytest.approx(abs(value))
        assert before["aif360", "Disparate Impact"]["n"] == 2000
    elif "metrics" in pattern:
        numbers = json.loads(files[1].read_text())
        assert after["fairlearn", "demographic_parity_ratio"]["value"] == numbers["demographic_parity_ratio"] < 0.8
        assert after["fairlearn", "tpr difference"]["value"] == numbers["difference"]["tpr"]


@pytest.mark.parametrize("name", [SARIF[1], SARIF[2], JUNIT[1], GISKARD, OCSF, "giskard/out-101/scan.avid.jsonl",
                                  "fairness/aif360_explainer_101.jsonl"])
def test_cut_off_and_damaged(name):
    """Nothing is invented, and a report that lost something does not end as complete."""
    whole = inputs(name).read_bytes().rstrip()
    full = Read(model="m", data=whole)
    dice = random.Random(7)
    for share in (0.97, 0.6, 0.3, 0.02):
        cut = Read(model="m", data=whole[:int(len(whole) * share)])
        assert cut.problems() <= full.problems() and cut.measurements.keys() <= full.measurements.keys()
        assert all(end["status"] != "complete" for end in cut.ends), (name, share)
    for _ in range(4):
        damaged = bytearray(whole)
        for _ in range(3):
            damaged[dice.randrange(len(damaged))] = dice.choice(b'"{}[],<>&\x00\xff')
        Read(model="m", data=bytes(damaged))
    for nothing in (b"", b"\n \n", b"{}", b"[]", b"<x/>"):
        empty = Read(model="m", data=nothing)
        assert empty.code == 65 and not empty.findings and not empty.ends
