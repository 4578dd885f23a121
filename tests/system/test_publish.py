"""tocsin publish, seen from outside: what lies on the topic, what a dry run prints, what it says and how it exits."""
import collections
import json
import os
import re
import socket
import subprocess
import time

import confluent_kafka.admin as admin
import jsonschema
import pytest

from system.world import BIN, ROOT, github, inputs

GARAK = "garak/run-0.17.1/"
PAIRS = [(GARAK + "helpbot-v1", 256, 21), (GARAK + "helpbot-v1-rerun", 248, 20),
         ("garak/run-0.10.3.1/helpbot-v1-old", 152, 2)]
LINE = {"type": "tocsin.finding.v1", "severity": "high", "confidence": 1, "rule": {"id": "t/p/d", "title": "Something"},
        "model": {"name": "helpbot"}, "prompt": "hi", "output": "yo"}


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


def of_type(values, kind):
    return [value for value in values if value["type"] == f"tocsin.{kind}.v1"]


def murmur2(key):
    """Kafka's partitioner, written from its description and not from our code."""
    mask, m, h = 0xffffffff, 0x5bd1e995, (0x9747b28c ^ len(key)) & 0xffffffff
    for i in range(0, len(key) - 3, 4):
        k = int.from_bytes(key[i:i + 4], "little") * m & mask
        h = (h * m & mask) ^ ((k ^ k >> 24) * m & mask)
    rest = key[len(key) & ~3:]
    if rest:
        h = (h ^ int.from_bytes(rest, "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    return (h ^ h >> 15) & 0x7fffffff


@pytest.fixture
def topic(world):
    client = admin.AdminClient({"bootstrap.servers": world.brokers})
    name = world.prefix + "findings"
    client.create_topics([admin.NewTopic(name, 3, 1)])[name].result()
    return name


@pytest.fixture
def dry(world):
    def run(*arguments, **more):
        done = world.publish("--dry-run", *arguments, **more)
        return [json.loads(line) for line in done.stdout.splitlines()], done
    return run


@pytest.mark.parametrize("name, hits, problems", PAIRS)
def test_report_and_hitlog_tell_the_same(dry, name, hits, problems):
    report, _ = dry(inputs(name + ".report.jsonl"))
    hitlog, _ = dry(inputs(name + ".hitlog.jsonl"))
    report_ids, hitlog_ids = ([f["id"] for f in of_type(values, "finding")] for values in (report, hitlog))
    assert len(report_ids) == hits and len(set(report_ids)) == hits
    assert set(report_ids) == set(hitlog_ids)
    assert len({f["fingerprint"] for f in of_type(report, "finding")}) == problems
    end, hitlog_end = report[-1], hitlog[-1]
    assert sum(end["published"].values()) == hits
    assert sum(row.get("failures", 0) for row in end["coverage"]) == hits
    assert end["status"] == "complete" and end["has_coverage"] is True
    assert not hitlog_end.get("has_coverage") and "coverage" not in hitlog_end
    assert end["id"] == hitlog_end["id"]


def test_records_keep_the_schemas(dry):
    validators = {kind: jsonschema.Draft202012Validator(json.loads((ROOT / "schemas" / f"{kind}.schema.json").read_text()))
                  for kind in ("finding", "run-end")}
    values, _ = dry(inputs(GARAK + "helpbot-v1.report.jsonl"), "--label", "a=b", env=github(1001))
    for value in values:
        validators[value["type"].split(".")[1]].validate(value)


def test_the_rerun_lacks_exactly_one(dry):
    first, second = (dry(inputs(GARAK + name))[0] for name in ("helpbot-v1.report.jsonl", "helpbot-v1-rerun.report.jsonl"))
    rules = [{f["rule"]["id"] for f in of_type(values, "finding")} for values in (first, second)]
    assert rules[0] - rules[1] == {"garak/dan.DanInTheWild/mitigation.MitigationBypass"} and rules[1] < rules[0]
    assert {r["rule"] for r in first[-1]["coverage"]} == {r["rule"] for r in second[-1]["coverage"]}


def test_nothing_evaluated(dry):
    values, _ = dry(inputs(GARAK + "nones.report.jsonl"), "--model", "helpbot#v1list")
    assert [value["type"] for value in values] == ["tocsin.run-end.v1"]
    assert {row["attempts"] for row in values[0]["coverage"]} == {0}
    assert {row["model"] for row in values[0]["coverage"]} == {"helpbot#v1list"}


def test_another_attempt_of_the_run_gives_the_same_ids(dry):
    report = inputs(GARAK + "helpbot-v1.report.jsonl")
    first, second, other = (dry(report, env=github(run, attempt))[0] for run, attempt in ((1, 1), (1, 2), (2, 1)))
    ids = [{f["id"] for f in of_type(values, "finding")} for values in (first, second, other)]
    assert ids[0] == ids[1] and not ids[0] & ids[2]
    assert first[-1]["id"] != second[-1]["id"]
    assert first[0]["run"]["id"] == "github:acme/helpbot/1" and first[0]["target"] == "acme/helpbot"


def test_report_and_hitlog_in_one_call_are_one_run(dry):
    values, done = dry(inputs(GARAK + "helpbot-v1.report.jsonl"), inputs(GARAK + "helpbot-v1.hitlog.jsonl"))
    assert len(of_type(values, "finding")) == 256 and len(of_type(values, "run-end")) == 1
    assert "256 repeated" in done.stderr
    assert sum(values[-1]["published"].values()) == 256


def test_two_reports_of_one_ci_run_are_united(dry):
    values, _ = dry(inputs(GARAK + "helpbot-v1.report.jsonl"), inputs("garak/nvidia-fixtures/quack.report.jsonl"),
                    env=github(1))
    ends = of_type(values, "run-end")
    assert len(ends) == 1
    assert len({row["model"] for row in ends[0]["coverage"]}) == 2


def test_two_reports_outside_ci_are_two_runs(dry):
    values, _ = dry(inputs(GARAK + "helpbot-v1.report.jsonl"), inputs(GARAK + "helpbot-v1-rerun.report.jsonl"))
    ends = of_type(values, "run-end")
    assert [sum(end["published"].values()) for end in ends] == [256, 248]


def test_thresholds(dry):
    values, done = dry(inputs(GARAK + "helpbot-v1.report.jsonl"), "--min-severity", "critical")
    findings = of_type(values, "finding")
    assert {f["severity"] for f in findings} == {"critical"} and 0 < len(findings) < 256
    assert f"{256 - len(findings)} withheld" in done.stderr
    assert sum(row.get("withheld", 0) for row in values[-1]["coverage"]) == 256 - len(findings)


def test_what_kafka_gets_is_what_the_dry_run_prints(world, topic, dry):
    report = inputs(GARAK + "helpbot-v1.report.jsonl")
    done = world.publish(report, env=github(1001))
    assert "256 published (21 problems)" in done.stderr and topic in done.stderr and done.stderr.count("\n") == 1
    printed = world.publish("--dry-run", report, env=github(1001)).stdout.splitlines()
    records = world.records("findings")
    findings = [r for r in records if r[4]["ce_type"] == b"tocsin.finding.v1"]
    ends = [r for r in records if r[4]["ce_type"] == b"tocsin.run-end.v1"]
    assert sorted(r[3].decode() for r in findings) == sorted(printed[:-1])
    assert sorted(r[0] for r in ends) == [0, 1, 2]
    assert all(r[4]["tocsin_copy"] == b"1" and r[2] == b"github:acme/helpbot/1001" for r in ends)
    timeless = re.compile(r'("time":)"[^"]*"')
    assert {timeless.sub(r"\1", r[3].decode()) for r in ends} == {timeless.sub(r"\1", printed[-1])}
    for partition, _, key, value, headers in findings:
        finding = json.loads(value)
        assert partition == murmur2(key) % 3
        assert key.decode() == finding["fingerprint"] == headers["ce_fingerprint"].decode()
        assert headers["ce_id"].decode() == finding["id"]
        assert headers["ce_severity"].decode() == finding["severity"]
        assert headers["ce_specversion"] == b"1.0"


def test_the_end_comes_last(world, topic):
    world.publish(inputs(GARAK + "helpbot-v1.report.jsonl"))
    last = {}
    for partition, offset, _, _, headers in world.records("findings"):
        last[partition] = max(last.get(partition, (0, b"")), (offset, headers["ce_type"]))
    assert {kind for _, kind in last.values()} == {b"tocsin.run-end.v1"}


def test_one_finding_from_options(world, topic, tmp_path):
    prompt = tmp_path / "prompt.txt"
    prompt.write_bytes("Grüße\n\"quoted\"\n".encode() + b"\xff")
    world.publish("--rule", "acme/jailbreak/judge", "--title", "Jailbreak", "--severity", "critical", "--model", "helpbot",
                  "--model-version", "7", "--prompt", f"@{prompt}", "--output", "yes", "--label", "area=eu",
                  "--link-report", "https://ci/report")
    finding = next(json.loads(r[3]) for r in world.records("findings") if r[4]["ce_type"] == b"tocsin.finding.v1")
    assert finding["prompt"] == "Grüße\n\"quoted\"\n\ufffd" and finding["labels"] == {"area": "eu"}
    assert finding["rule"] == {"id": "acme/jailbreak/judge", "title": "Jailbreak", "tool": "acme", "probe": "jailbreak",
                               "detector": "judge"}
    assert finding["links"]["report"] == "https://ci/report" and finding["model"]["version"] == "7"
    assert finding["run"]["pipeline"] == "local"


def test_bad_lines_are_named_and_the_rest_goes_on(dry):
    bad = [{**LINE, "severity": "terrible"}, {"type": "tocsin.finding.v1"}]
    values, done = dry("-", input=lines(LINE, *bad) + "{\n" + lines({**LINE, "output": "z"}))
    assert len(of_type(values, "finding")) == 2
    assert "standard input:2: /severity" in done.stderr and "standard input:4: " in done.stderr
    assert "3 bad lines" in done.stderr and values[-1]["status"] == "partial"


def test_a_dry_run_is_a_report(dry):
    values, first = dry(inputs(GARAK + "helpbot-v1.report.jsonl"), env=github(5))
    again, _ = dry("-", input=first.stdout)
    assert [v["id"] for v in again] == [v["id"] for v in values]
    inside, _ = dry("-", input=first.stdout, env=github(5))
    assert collections.Counter(v["type"] for v in inside) == collections.Counter(v["type"] for v in values)
    assert inside[-1]["published"] == values[-1]["published"]
    assert sorted(map(str, inside[-1]["coverage"])) == sorted(map(str, values[-1]["coverage"]))


def test_options_win(dry):
    values, _ = dry(inputs(GARAK + "helpbot-v1.report.jsonl"), "--model", "m", "--target", "t", "--pipeline", "p", "--branch",
                    "b", "--team", "x", "--shard", "2/4", "--run-id", "r", "--attempt", "3", env=github(1))
    for value in values:
        run = value["run"]
        assert (run["id"], run["attempt"], run["shard"], run["shards"], run["pipeline"], run["branch"],
                run["team"]) == ("r", 3, 2, 4, "p", "b", "x")
    assert {(f["model"]["name"], f["target"]) for f in of_type(values, "finding")} == {("m", "t")}
    assert {(row["model"], row["target"]) for row in values[-1]["coverage"]} == {("m", "t")}


def test_large_evidence_is_cut(world, topic):
    world.publish("-", input=lines({**LINE, "output": "é" * 700_000}))
    finding = next(json.loads(r[3]) for r in world.records("findings") if r[4]["ce_type"] == b"tocsin.finding.v1")
    assert set(finding["output"]) == {"é"}
    assert len(finding["output"].encode()) + finding["output_cut_bytes"] == 1_400_000
    assert re.fullmatch("[0-9a-f]{64}", finding["output_sha256"])


@pytest.mark.parametrize("arguments, code", [
    (["--no-such-option"], 64), ([], 64), (["-", "--format", "nonsense"], 64), (["-", "-X", "no.such=1"], 64),
    (["-", "-X", "novalue"], 64), (["-", "--shard", "3/2"], 64), (["/does/not/exist"], 66), (["-"], 65),
    (["--rule", "t/p/d"], 64), (["--rule", "t/p/d", "--model", "m", "--prompt", "@/does/not/exist"], 74),
    (["/proc/self/mem"], 74)])
def test_exit_codes(world, arguments, code):
    done = world.publish(*arguments, check=False, input="not a report\n")
    assert done.returncode == code, done.stderr
    assert done.stderr.startswith("tocsin: ") and not done.stdout


def test_the_topic_is_absent(world):
    done = world.publish("-", "--timeout", "2", check=False, input=lines(LINE))
    assert done.returncode == 75
    assert world.prefix + "findings" in done.stderr


def test_the_broker_is_away(world):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        begun = time.monotonic()
        done = world.publish("-", "-b", f"127.0.0.1:{taken.getsockname()[1]}", "--timeout", "2", check=False,
                             input=lines(LINE))
        assert done.returncode == 75, done.stderr
        assert time.monotonic() - begun < 10
        assert "acknowledged nothing" in done.stderr and "refused" in done.stderr
        assert done.stderr.count("\n") == 1, "librdkafka says nothing by itself"


def test_a_full_disk_is_no_success(world):
    with open("/dev/full", "w") as full:
        done = subprocess.run([BIN / "tocsin", "publish", "--dry-run", "-"], stdout=full,
                              stderr=subprocess.PIPE, input=lines(LINE), text=True)
    assert done.returncode == 74, done.stderr


def peak_kib(*arguments):
    """Runs a dry run; its most memory ever."""
    process = subprocess.Popen([BIN / "tocsin", "publish", "--dry-run", *arguments], stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True,
                               env=os.environ | {"ASAN_OPTIONS": "quarantine_size_mb=1:detect_leaks=0"})
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, said
    return usage.ru_maxrss, said


def test_a_large_report_in_little_memory(tmp_path):
    """Sixteen reports after one another: memory is that of a line, not of the report."""
    report = inputs(GARAK + "helpbot-v1.report.jsonl")
    big = tmp_path / "big.report.jsonl"
    big.write_bytes(report.read_bytes() * 16)
    one, _ = peak_kib(report)
    sixteen, said = peak_kib(big)
    assert "4096 findings read, 4096 published (21 problems)" in said
    assert sixteen - one < 4096, f"{one} KiB for one, {sixteen} KiB for sixteen"
