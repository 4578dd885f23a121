"""Runs, sightings and a large group through a real Kafka: three processes and six partitions, so that what belongs
together has to find together. Most records come from an independent client, as any client may send them."""
import json
import os
import pathlib
import subprocess

import confluent_kafka as ck
import pytest

from contract.reference import fingerprint, run_event_id
from system.world import BIN, wait_until, world  # noqa: F401 (fixture)

LEAK, MANY, SHARDED = "own/leak/judge", "own/many/judge", "own/sharded/judge"
MODEL, TARGET = "helpbot", "acme/helpbot"
BULK = int(os.environ.get("TOCSIN_BULK", "2000"))  # 20,000: tests/unit/deliver/test_large_group.c, or by hand
ALERT_BYTES_MAX, PICTURE_BYTES_MAX = 131_072, 16_384  # producer/limits.h, records/notification.h

ROUTES = """route:
  receiver: redteam
  group_by: [fingerprint]
  group_wait: 100ms
  group_interval: 300ms
  repeat_interval: 1d
  routes:
    - matchers: ['alertname=~"bulk/.*"']
      receiver: digest
      group_by: [model]
    - matchers: [team=search]
      receiver: search
      continue: true
    - matchers: [team=ads]
      receiver: ads
      continue: true
    - matchers: [model=helpbot]
receivers:
  - name: redteam
    flush: run_end
    max_wait: 10m
    run_summary: true
    webhook_configs: [{{url: "{redteam}"}}]
  - name: search
    webhook_configs: [{{url: "{search}"}}]
  - name: ads
    webhook_configs: [{{url: "{ads}"}}]
  - name: digest
    flush: run_end
    max_wait: 10m
    webhook_configs: [{{url: "{digest}"}}]
"""
RECEIVERS = ("redteam", "search", "ads", "digest")


def started(hour):
    return f"2026-11-20T{hour:02}:00:00Z"


def about(run, hour, pipeline="redteam", team=None, shard=1, shards=1):
    return {"id": run, "started": started(hour), "pipeline": pipeline, "repository": TARGET, "branch": "main",
            "shard": shard, "shards": shards} | ({"team": team} if team else {})


def finding(rule, number, run, severity="high"):
    return {"type": "tocsin.finding.v1", "rule": {"id": rule, "title": f"Rule {rule}"}, "model": {"name": MODEL},
            "severity": severity, "confidence": 1, "prompt": f"prompt {number}", "output": "the secret", "run": run}


def end(run, found, tried):
    """`found`: rule -> how many; `tried`: rules."""
    return {"type": "tocsin.run-end.v1", "id": run_event_id("run-end", run["id"], run["shard"], 1), "run": run,
            "time": run["started"], "status": "complete", "has_coverage": True,
            "coverage": [{"rule": rule, "model": MODEL, "target": TARGET, "attempts": 50, "failures": found.get(rule, 0)}
                         for rule in dict.fromkeys([*tried, *found])],
            "published": {fingerprint(rule, MODEL, TARGET, ""): count for rule, count in found.items()}}


class Runs:
    def __init__(self, world):
        self.world = world
        self.sink = world.sink()
        self.config = world.config(ROUTES.format(**{name: self.sink.url(f"/{name}") for name in RECEIVERS}))
        for _ in range(3):
            world.tocsind(self.config)
        world.wait_topics()
        self.producer = ck.Producer({"bootstrap.servers": world.brokers, "linger.ms": 20,
                                     "partitioner": "murmur2_random"})

    def send(self, *values):
        for value in values:
            self.producer.produce(self.world.prefix + "findings", json.dumps(value).encode())
            self.producer.poll(0)
        assert self.producer.flush(60) == 0

    def run(self, run, found=None, tried=()):
        """A whole run: its findings, then its end."""
        found = found or {}
        self.send(*[finding(rule, i, run) for rule, count in found.items() for i in range(count)])
        self.send(end(run, found, tried))

    def phases(self, run):
        """Of a run, as each partition knows it."""
        return [json.loads(value)["phase"] for (_, key), value in self.world.table("state").items()
                if key.decode() == f"run/{run}"]

    def wait_ended(self, run):
        """At every partition, and what that leads to is told."""
        wait_until(f"{run} ended", lambda: self.phases(run) == ["ended"] * self.world.partitions, every_s=0.3)
        self.world.wait_delivered()

    def alert(self, rule):
        return self.world.alerts().get(fingerprint(rule, MODEL, TARGET, ""))

    def wait_status(self, rule, status, episode=1):
        return wait_until(f"{rule} {status}", lambda: (found := self.alert(rule)) and found["status"] == status and
                          found["episode"] == episode and found, every_s=0.3)

    def heard(self, receiver, rule):
        """(status, count) of each message about a rule."""
        return [(alert["status"], alert["tocsin"]["count"]) for body in self.sink.bodies(f"/{receiver}")
                for alert in body["alerts"] if alert["labels"]["alertname"] == rule]

    def wait_heard(self, rule, times, receivers=("redteam", "search", "ads")):
        wait_until(f"{times} messages on {rule} to each", lambda: all(len(self.heard(r, rule)) >= times for r in receivers))
        self.world.wait_delivered()
        assert {r: len(self.heard(r, rule)) for r in receivers} == dict.fromkeys(receivers, times)

    def summaries(self, receiver="redteam"):
        return [body["tocsin"]["run_summary"] for body in self.sink.bodies(f"/{receiver}") if "tocsin" in body]


def fifty_prompts_are_one_message(runs):
    runs.run(about("fifty", 1), {LEAK: 50})
    wait_until("the message", lambda: runs.heard("redteam", LEAK))
    wait_until("the run's summary", runs.summaries)
    runs.world.wait_delivered()
    assert runs.heard("redteam", LEAK) == [("firing", 50)]
    assert [(s["run"], s["new"]["high"], s["new"]["total"], s["still_open"]["total"]) for s in runs.summaries()] == \
        [("fifty", 1, 1, 0)]


def the_next_run_says_where_it_goes(runs):
    runs.run(about("again", 2), {LEAK: 3})
    runs.wait_ended("again")
    runs.run(about("clean", 3), {}, [LEAK])
    runs.wait_status(LEAK, "resolved")
    wait_until("its summary", lambda: len(runs.summaries()) == 2)
    last = runs.summaries()[-1]
    assert (last["run"], last["resolved"]["high"], last["before"]) == ("clean", 1, {"run": "again", "open": 1})


TEN = [(f"pipeline-{i}", "search" if i < 5 else "ads") for i in range(10)]


def ten_pipelines_are_one_alert(runs):
    for pipeline, team in TEN:
        runs.run(about(f"{pipeline}:1", 2, pipeline, team), {MANY: 1})
    wait_until("ten sightings", lambda: (a := runs.alert(MANY)) and len(a["sightings"]) == 10)
    runs.wait_heard(MANY, 1)
    assert runs.alert(MANY)["count"] == 10


def resolved_only_after_the_last_is_clean(runs):
    for pipeline, team in TEN[:-1]:
        runs.run(about(f"{pipeline}:2", 3, pipeline, team), {}, [MANY])
    wait_until("nine clean", lambda: sum(s.get("clean", False) for s in runs.alert(MANY)["sightings"]) == 9, every_s=0.3)
    assert runs.alert(MANY)["status"] == "open"
    runs.run(about(f"{TEN[-1][0]}:2", 3, *TEN[-1]), {}, [MANY])
    runs.wait_status(MANY, "resolved")
    runs.wait_heard(MANY, 2)
    assert {runs.heard(r, MANY)[-1][0] for r in ("redteam", "search", "ads")} == {"resolved"}


def found_again_is_reopened(runs):
    pipeline, team = TEN[3]
    runs.run(about(f"{pipeline}:4", 5, pipeline, team), {MANY: 1})
    runs.wait_status(MANY, "open", 2)
    runs.wait_heard(MANY, 3)


def an_older_run_resolves_nothing(runs):
    pipeline, team = TEN[3]
    runs.run(about(f"{pipeline}:3", 4, pipeline, team), {}, [MANY])
    runs.wait_ended(f"{pipeline}:3")
    assert runs.alert(MANY)["status"] == "open"


def below_the_threshold_is_not_clean(runs):
    pipeline, team = TEN[3]
    report = runs.world.folder / "report.jsonl"
    run = about(f"{pipeline}:5", 6, pipeline, team)
    report.write_text("\n".join(json.dumps(line) for line in (finding(MANY, 7, run), end(run, {}, [MANY]))))
    done = runs.world.publish(report, "--min-severity", "critical", "--run-id", run["id"], "--pipeline", pipeline,
                              "--repository", TARGET, "--branch", "main", "--team", team)
    runs.wait_ended(run["id"])
    assert runs.alert(MANY)["status"] == "open", done.stderr
    assert runs.alert(MANY)["episode_count"] == 1
    runs.run(about(f"{pipeline}:6", 7, pipeline, team), {}, [MANY])
    runs.wait_status(MANY, "resolved", 2)


def shards_end_in_any_order_and_one_is_late(runs):
    runs.run(about("sharded:1", 1, "sharded"), {SHARDED: 2})
    runs.wait_status(SHARDED, "open")
    shards = {n: about("sharded:2", 2, "sharded", shard=n, shards=3) for n in (1, 2, 3)}
    for n in (3, 1, 2):
        runs.send(end(shards[n], {SHARDED: 1} if n == 2 else {}, [SHARDED]))
    phases = wait_until("the ends at every partition", lambda: len(found := runs.phases("sharded:2")) == 6 and found)
    assert sorted(phases) == ["ended"] * 5 + ["open"], "one waits for the finding that shard 2 says it published"
    assert runs.alert(SHARDED)["status"] == "open"
    runs.send(finding(SHARDED, 9, shards[2]))
    wait_until("the late finding counts", lambda: runs.alert(SHARDED)["count"] == 3, every_s=0.3)
    assert runs.alert(SHARDED)["status"] == "open"
    for n in (2, 3, 1):
        runs.send(end(about("sharded:3", 3, "sharded", shard=n, shards=3), {}, [SHARDED]))
    runs.wait_status(SHARDED, "resolved")


def baseline(runs, *arguments):
    done = subprocess.run([BIN / "tocsind", "baseline", *arguments[:1], "--config", runs.config, *arguments[1:]],
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def what_is_open_on_the_first_day_is_known(runs):
    worse, gone = "own/legacy/worse", "own/legacy/gone"
    runs.run(about("legacy:1", 1, "legacy"), {worse: 1, gone: 1})
    runs.wait_heard(worse, 1, ["redteam"])
    runs.wait_heard(gone, 1, ["redteam"])
    signed = ("--author", "ada", "--comment", "first day", "--pipeline", "legacy")
    assert "2 open alerts would be taken" in baseline(runs, "take", *signed, "--dry-run")
    assert baseline(runs, "list") == ""
    taken = baseline(runs, "take", *signed)
    assert worse in taken and gone in taken and "2 open alerts are taken for known" in taken
    assert "0 open alerts are taken" in baseline(runs, "take", *signed)
    assert len(baseline(runs, "list", "--pipeline", "legacy").splitlines()) == 3

    second = about("legacy:2", 2, "legacy")
    runs.send(finding(worse, 1, second, "critical"), end(second, {worse: 1}, [gone]))
    runs.wait_status(gone, "resolved")
    wait_until("what got worse", lambda: len(runs.heard("redteam", worse)) == 2)
    assert len(runs.heard("redteam", gone)) == 1, "it is known, so nobody hears that it is gone"
    assert "2 alerts are no longer taken" in baseline(runs, "undo", "--pipeline", "legacy")
    runs.wait_heard(gone, 2, ["redteam"])
    assert runs.heard("redteam", gone)[-1][0] == "resolved"


@pytest.mark.parametrize("world", [{"partitions": 6}], indirect=True, ids=["six partitions, three processes"])
def test_runs(world):  # noqa: F811
    runs = Runs(world)
    fifty_prompts_are_one_message(runs)
    the_next_run_says_where_it_goes(runs)
    ten_pipelines_are_one_alert(runs)
    resolved_only_after_the_last_is_clean(runs)
    found_again_is_reopened(runs)
    an_older_run_resolves_nothing(runs)
    below_the_threshold_is_not_clean(runs)
    shards_end_in_any_order_and_one_is_late(runs)
    what_is_open_on_the_first_day_is_known(runs)


def is_sanitized():
    """A sanitizer keeps freed memory for a while, so nothing can be said of it."""
    return b"__asan_init" in (BIN / "tocsind").read_bytes()


def resident_mib(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def bulk_run(runs, number):
    """Very many problems in four shards: an end holds 8,192 rows."""
    rules = [f"bulk/{i}/judge" for i in range(BULK)]
    for shard in range(4):
        mine = rules[shard::4]
        about_shard = about(f"bulk:{number}", number, "bulk", shard=shard + 1, shards=4)
        runs.send(*[finding(rule, number, about_shard) for rule in mine])
        runs.send(end(about_shard, dict.fromkeys(mine, 1), []))


@pytest.mark.parametrize("world", [{"partitions": 6}], indirect=True, ids=["six partitions, three processes"])
def test_a_very_large_group(world):  # noqa: F811
    runs = Runs(world)
    bulk_run(runs, 1)
    body = wait_until("the digest", lambda: runs.sink.bodies("/digest"), 240)[0]
    world.wait_delivered(240)
    assert len(runs.sink.requests("/digest")) == 1
    assert len(body["alerts"]) + body["truncatedAlerts"] == BULK
    assert len(world.alerts()) == BULK
    before = sum(map(resident_mib, world.processes))
    bulk_run(runs, 2)
    wait_until("the second run ended", lambda: runs.phases("bulk:2") == ["ended"] * 6, 240, 0.5)
    world.wait_delivered(240)
    assert len(runs.sink.requests("/digest")) == 1, "nothing new, nothing said"
    assert is_sanitized() or sum(map(resident_mib, world.processes)) < before * 1.25
    limits = {"alerts": ALERT_BYTES_MAX, "notifications": PICTURE_BYTES_MAX, "deliveries": PICTURE_BYTES_MAX}
    for topic, bytes_max in limits.items():
        assert max(len(value or b"") for _, _, _, value, _ in world.records(topic)) <= bytes_max, topic
