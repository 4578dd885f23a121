"""Silences, accepted risks and inhibition on a real Kafka: people write to `control` with `tocsind silence` (or any
client), every process of tocsind obeys within a second, also after a restart; what is muted is told when that ends."""
import json
import shutil
import subprocess
import time

import confluent_kafka as ck
import pytest

from system.test_deliver import fingerprint, notification, now
from system.world import BIN, wait_until

CONFIG = """route:
  receiver: redteam
receivers:
  - name: redteam
    webhook_configs:
      - url: "{url}"
inhibit_rules:
  - source_matchers: [severity="critical"]
    target_matchers: [severity="high"]
    equal: [model]
"""


def picture_labels(name, **labels):
    return {"alertname": f"test/{name}", "fingerprint": fingerprint(name), "severity": "high"} | labels


def made(name, version=1, news="opened", group=None, **labels):
    value = notification(name, version, news, group=group)
    value["picture"]["labels"] = picture_labels(name, **labels)
    return value


class Muting:
    def __init__(self, world):
        self.world = world
        self.sink = world.sink()
        self.config = world.config(CONFIG.format(url=self.sink.url("/hook")))
        self.start()
        world.wait_topics()
        self.producer = ck.Producer({"bootstrap.servers": world.brokers, "linger.ms": 5})
        self.put(made("warm", severity="low"))
        self.wait_told("warm")

    def start(self):
        self.process = self.world.tocsind(self.config, "--role", "deliver")
        return self.process

    def restart(self):
        self.process.kill()
        self.process.wait()
        return self.start()

    def put(self, *values, partition=0):
        for value in values:
            self.producer.produce(self.world.prefix + "notifications", json.dumps(value).encode(),
                                  f"{value['integration']}|{value['group']}", partition)
        assert self.producer.flush(30) == 0

    def control(self, key, value, partition=0):
        self.producer.produce(self.world.prefix + "control", value if value is None else json.dumps(value).encode(),
                              key, partition)
        assert self.producer.flush(30) == 0

    def silence(self, *arguments, input=None, code=0):
        done = subprocess.run([BIN / "tocsind", "silence", *arguments, "--config", self.config], capture_output=True,
                              text=True, input=input, timeout=60)
        assert done.returncode == code, done.stderr
        return done.stdout if code == 0 else done.stderr

    def add(self, *matchers, **options):
        given = {"author": "ada", "comment": "test"} | options
        return self.silence("add", *[f for k, v in given.items() for f in (f"--{k}", v)], *matchers).strip()

    def listed(self, *arguments):
        return {s["id"]: s for s in json.loads(self.silence("list", "--json", *arguments))}

    def told(self):
        return [(a["labels"]["alertname"].removeprefix("test/"), a["status"])
                for body in self.sink.bodies("/hook") for a in body["alerts"]]

    def wait_told(self, name, status="firing", wait_s=None):
        return wait_until(f"{name} told", lambda: (name, status) in self.told(), wait_s, 0.05)

    def wait_merged(self, name, version=1):
        """The alert is in the tables of deliver, told or not, and its group was looked at and is muted."""
        def merged():
            rows = [json.loads(v) for v in self.world.table("deliveries").values()]
            members = {m["fingerprint"]: m for m in rows if m["type"] == "tocsin.member.v1"}
            muted = [g for g in rows if g["type"] == "tocsin.group.v1" and g.get("muted")]
            return muted and members.get(fingerprint(name), {}).get("wanted") == version
        wait_until(f"{name} merged and its group muted", merged, every_s=0.2)


@pytest.fixture
def muting(world):
    return Muting(world)


def test_a_silence_is_obeyed_within_a_second_and_ends_with_its_expiry(muting):
    silence = muting.add("alertname=test/a")
    time.sleep(1)
    muting.put(made("a"), made("b"))
    muting.wait_told("b")
    muting.wait_merged("a")
    assert ("a", "firing") not in muting.told()

    muting.silence("expire", silence)
    muting.wait_told("a", wait_s=1)
    assert sorted(muting.told()) == [("a", "firing"), ("b", "firing"), ("warm", "firing")]


def test_a_silence_ends_by_itself_and_its_group_wakes(muting):
    muting.add("alertname=~test/(a|c)", duration="6s")
    muting.put(made("a"))
    muting.wait_merged("a")
    assert len(muting.told()) == 1
    muting.wait_told("a", wait_s=8)


def test_silences_survive_restarts(muting):
    muting.add("alertname=test/a", "severity=high")
    muting.put(made("a"))
    muting.wait_merged("a")
    muting.restart()
    muting.put(made("b"))
    muting.wait_told("b")
    muting.put(made("a", 2, "escalated"))
    muting.wait_merged("a", 2)
    assert ("a", "firing") not in muting.told()


def test_one_that_was_taken_back_while_nobody_looked(muting):
    silence = muting.add("alertname=test/a", duration="30d")
    muting.put(made("a"))
    muting.wait_merged("a")
    muting.process.kill()
    muting.process.wait()
    muting.silence("expire", silence)
    muting.start()
    muting.wait_told("a")


def test_an_accepted_fingerprint_is_told_nobody_until_its_date(muting):
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 7))
    assert fingerprint("a") in muting.silence("accept", fingerprint("a"), "--until", until, "--author", "ada",
                                              "--comment", "a known risk")
    muting.put(made("a"), made("b"))
    muting.wait_told("b")
    muting.wait_merged("a")
    assert ("a", "firing") not in muting.told()
    muting.wait_told("a", wait_s=10)


def test_the_others_of_a_group_are_told_and_the_end_waits(muting):
    muting.put(made("a", group="g"), made("b", group="g"))
    muting.wait_told("a")
    silence = muting.add("alertname=test/a")
    time.sleep(1)
    muting.put(made("a", 2, "resolved", group="g"), made("b", 2, "resolved", group="g"))
    muting.wait_told("b", "resolved")
    assert ("a", "resolved") not in muting.told()
    muting.silence("expire", silence)
    muting.wait_told("a", "resolved")


def inhibitor(name, firing=True, **labels):
    return {"type": "tocsin.inhibitor.v1", "fingerprint": fingerprint(name), "firing": firing, "updated": now(),
            "sources": [{"labels": picture_labels(name, severity="critical", **labels)}]}


def test_inhibition_by_an_alert_of_another_partition(muting):
    muting.control(f"inhibit/{fingerprint('worse')}", inhibitor("worse", model="m"), partition=1)
    time.sleep(1)
    muting.put(made("a", model="m"), made("b", model="n"), made("c", model="m", severity="low"))
    muting.wait_told("b")
    muting.wait_told("c")
    muting.wait_merged("a")
    assert ("a", "firing") not in muting.told()
    muting.control(f"inhibit/{fingerprint('worse')}", inhibitor("worse", firing=False, model="m"), partition=1)
    muting.wait_told("a", wait_s=1.5)


def test_an_inhibitor_in_an_open_transaction_is_waited_for(muting):
    """What was not committed yet when a process starts is part of what it has to know before it tells anybody."""
    muting.process.kill()
    muting.process.wait()
    other = ck.Producer({"bootstrap.servers": muting.world.brokers, "transactional.id": muting.world.prefix + "test",
                         "transaction.timeout.ms": 60000})
    other.init_transactions(30)
    other.begin_transaction()
    other.produce(muting.world.prefix + "control", json.dumps(inhibitor("worse", model="m")),
                  f"inhibit/{fingerprint('worse')}", 1)
    assert other.flush(30) == 0
    muting.start()
    muting.put(made("a", model="m"), made("b", model="n"))
    time.sleep(6)
    assert [name for name, _ in muting.told()] == ["warm"]
    other.commit_transaction(30)
    muting.wait_told("b")
    muting.wait_merged("a")
    assert ("a", "firing") not in muting.told()


def test_a_record_of_no_use_in_control_blocks_nothing(muting):
    muting.control("silence/x", {"type": "tocsin.silence.v1", "id": "x"})
    muting.control("silence/y", "nothing of ours")
    muting.control("what/ever", {})
    muting.restart()
    muting.put(made("a"))
    muting.wait_told("a")
    assert "a record is of no use" in muting.world.logs()


@pytest.mark.parametrize("world", [{"partitions": 3}], indirect=True, ids=["three partitions"])
def test_three_processes_obey(muting):
    muting.start()
    muting.start()
    wait_until("each has a partition", lambda: muting.world.logs().count("assigned 1 partitions") >= 3)
    silence = muting.add("alertname=~test/a.")
    time.sleep(1)
    for partition in range(3):
        muting.put(made(f"a{partition}"), made(f"b{partition}"), partition=partition)
    for partition in range(3):
        muting.wait_told(f"b{partition}")
        muting.wait_merged(f"a{partition}")
    assert not any(name.startswith("a") for name, _ in muting.told())
    muting.silence("expire", silence)
    for partition in range(3):
        muting.wait_told(f"a{partition}", wait_s=1)


def test_the_command_lists_expires_and_imports(muting):
    first = muting.add('tool="garak"', 'severity=~"high|critical"', "team!=red", "branch!~feature/.*")
    later = muting.add("some/rule", start="2090-01-01", until="2090-02-01T10:00:00+02:00", comment="two\nlines")
    muting.silence("accept", fingerprint("a"), "--until", "2090-01-01", "--author", "ada", "--comment", "risk")

    table = muting.silence("list").splitlines()
    assert [line.split()[1] for line in table] == ["State", "active", "pending", "accepted"]
    assert 'alertname="some/rule"' in table[2] and "two lines" in table[2]
    before = muting.listed()
    assert before[first]["matchers"][2] == {"name": "team", "value": "red", "isRegex": False, "isEqual": False}
    assert before[later]["endsAt"] == "2090-02-01T08:00:00.000Z"

    muting.silence("expire", first, later, fingerprint("a"))
    assert muting.listed() == {}
    assert {s["status"]["state"] for s in muting.listed("--expired").values()} == {"expired"}

    imported = muting.silence("import", input=json.dumps(list(before.values())))
    assert sorted(imported.split()) == sorted(before)
    after = muting.listed()
    for entry in [*before.values(), *after.values()]:
        del entry["updatedAt"]
    assert {k: v["matchers"] for k, v in after.items()} == {k: v["matchers"] for k, v in before.items()}
    assert b"accept/" + fingerprint("a").encode() in {key for _, key in muting.world.table("control")}


def test_the_command_refuses_with_words(muting):
    assert "--author" in muting.silence("add", "a=b", "--comment", "c", code=64)
    assert "--comment" in muting.silence("add", "a=b", "--author", "a", code=64)
    signed = ("--author", "a", "--comment", "c")
    assert "empty string" in muting.silence("add", "a=~.*", *signed, code=65)
    assert "severity" in muting.silence("add", "severity>=high", *signed, code=65)
    assert "in the past" in muting.silence("add", "a=b", "--until", "2020-01-01", *signed, code=65)
    assert "no silence" in muting.silence("expire", "nobody", code=65)
    assert "fingerprint" in muting.silence("accept", "v1:abc", "--until", "2090-01-01", *signed, code=65)
    good = {"createdBy": "a", "comment": "c", "startsAt": now(), "endsAt": "2090-01-01T00:00:00Z",
            "matchers": [{"name": "a", "value": "b", "isRegex": False}]}
    bad = good | {"matchers": [{"name": "a", "value": "(", "isRegex": True}]}
    assert "/1: a=~: bad regular" in muting.silence("import", input=json.dumps([good, bad]), code=65)
    assert "expected a list" in muting.silence("import", input="{}", code=65)
    assert muting.listed() == {}


def test_amtool_and_the_command_understand_each_other(muting, tmp_path):
    """What a real amtool prints of a real Alertmanager is imported, and the other way round."""
    if not shutil.which("amtool") or not shutil.which("prometheus-alertmanager"):
        pytest.skip("amtool and prometheus-alertmanager are not installed")
    from contract.test_mute_like_alertmanager import Alertmanager

    manager = Alertmanager(tmp_path, [])
    amtool = ["amtool", f"--alertmanager.url=http://127.0.0.1:{manager.port}", "silence"]

    def run(*arguments, **more):
        return subprocess.run([*amtool, *arguments], check=True, capture_output=True, text=True, timeout=60, **more).stdout

    try:
        theirs = run("add", "-a", "ada", "-c", "theirs", "-d", "2h", "tool=garak", "team!=red", "rule=~x.*|y").strip()
        assert muting.silence("import", input=run("query", "-o", "json")).strip() == theirs
        assert muting.listed()[theirs]["comment"] == "theirs"

        ours = muting.add("tool!~a.*", "team=red", comment="ours")
        run("import", input=json.dumps([muting.listed()[ours]]))
        got = {s["comment"]: s for s in json.loads(run("query", "-o", "json"))}
        assert got["ours"]["matchers"] == muting.listed()[ours]["matchers"]
    finally:
        manager.close()


WHOLE_WAY = """route:
  receiver: redteam
  group_by: [fingerprint]
  group_wait: 2s
  group_interval: 1s
receivers:
  - name: redteam
    webhook_configs:
      - url: "{url}"
inhibit_rules:
  - source_matchers: [severity="critical"]
    target_matchers: [severity="high"]
    equal: [model, branch]
"""


@pytest.mark.parametrize("world", [{"partitions": 6}], indirect=True, ids=["six partitions"])
def test_inhibition_from_finding_to_message(world):
    """correlate writes the sources; targets are alerts of any partition, on the same model and branch."""
    sink = world.sink()
    world.tocsind(world.config(WHOLE_WAY.format(url=sink.url("/hook"))))
    world.wait_topics()

    def publish(rule, severity, model="helpbot", branch="main"):
        world.publish("--rule", rule, "--title", rule, "--severity", severity, "--model", model, "--prompt", "p",
                      "--output", "o", "--pipeline", "nightly", "--repository", "acme/helpbot", "--branch", branch,
                      "--run-id", f"run-{rule}-{model}-{branch}")

    def told():
        return sorted((a["labels"]["alertname"], a["labels"]["model"], a["labels"]["branch"])
                      for body in sink.bodies("/hook") for a in body["alerts"])

    publish("t/worst/d", "critical")
    for i in range(4):
        publish(f"t/bad{i}/d", "high")
    publish("t/bad/d", "high", branch="next")
    publish("t/bad/d", "high", model="other")
    publish("t/minor/d", "low")
    expected = sorted([("t/worst/d", "helpbot", "main"), ("t/bad/d", "helpbot", "next"),
                       ("t/bad/d", "other", "main"), ("t/minor/d", "helpbot", "main")])
    wait_until("the others are told", lambda: told() == expected)
    time.sleep(4)
    assert told() == expected
    sources = {k: json.loads(v) for (p, k), v in world.table("control").items() if p == 1}
    assert len(sources) == 1
    (source,) = next(iter(sources.values()))["sources"]
    assert source["labels"] == {"alertname": "t/worst/d", "severity": "critical", "model": "helpbot", "branch": "main"}
