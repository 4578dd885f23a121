"""Receivers in trouble on a real Kafka, one start for all of it: the operator's notices, a fallback, a storm, the guard;
and `tocsind dead`, which says again what was given up."""
import json
import subprocess
import time

import pytest

from system.test_deliver import Deliver, fingerprint, notification
from system.world import BIN, wait_until

CONFIG = """global:
  operator: ops
  backoff_min: 1s
  backoff_max: 1s
route:
  receiver: redteam
receivers:
  - name: redteam
    webhook_configs:
      - url: "{sink}/hook"
  - name: broken
    fallback: deputy
    fallback_after: 2s
    webhook_configs:
      - url: "{sink}/broken"
  - name: deputy
    webhook_configs:
      - url: "{sink}/deputy"
  - name: flooded
    storm_alerts: 5
    storm_window: 5m
    webhook_configs:
      - url: "{sink}/flooded"
  - name: picky
    guard_dead: 3
    webhook_configs:
      - url: "{sink}/picky"
  - name: ops
    webhook_configs:
      - url: "{sink}/ops"
"""


class Receivers(Deliver):
    def __init__(self, world):
        self.world = world
        self.sink = world.sink()
        self.config = world.config(CONFIG.format(sink=self.sink.url("").rstrip("/")))
        self.process = self.start()
        world.wait_topics()
        self.producer = self.make_producer()

    def heard(self, path):
        """(rule or name, status) of each alert of each request."""
        return [(alert["labels"]["alertname"].removeprefix("test/"), alert["status"])
                for body in self.sink.bodies(path) for alert in body["alerts"]]

    def noticed(self):
        """(rule, status) of each notification that deliver itself has written."""
        pictures = [json.loads(value).get("picture", {}) for _, _, _, value, headers in
                    self.world.records("notifications") if not headers]
        return [(picture["rule"]["id"], picture["status"]) for picture in pictures]

    def dead(self, verb, *arguments, code=0):
        done = subprocess.run([BIN / "tocsind", "dead", verb, "--config", self.config, *map(str, arguments)],
                              capture_output=True, text=True, timeout=120)
        assert done.returncode == code, done.stderr
        return done

    def letters(self, *arguments):
        return json.loads(self.dead("list", "--json", *arguments).stdout)


@pytest.fixture
def receivers(world):
    return Receivers(world)


def to(receiver, name, version=1, **more):
    return notification(name, version, integration=f"{receiver}/webhook/0", **more)


def test_trouble_is_told_the_operator_and_taken_by_others(receivers):
    for path, status in (("/broken", "401"), ("/picky", "400")):
        receivers.script(path, status=status)
    receivers.put(to("broken", "secret"), *[to("flooded", f"f{i}") for i in range(8)],
                  *[to("picky", f"p{i}") for i in range(8)])

    # The receiver that refuses our credentials: one notice, and its deputy takes what it can't be told.
    wait_until("the operator hears of it", lambda: ("tocsin/receiver/blocked", "firing") in receivers.heard("/ops"))
    wait_until("the deputy is told", lambda: receivers.heard("/deputy") == [("secret", "firing")])

    # The storm: one message for eight alerts.
    wait_until("the storm's message", lambda: receivers.sink.requests("/flooded"))
    assert len(receivers.sink.requests("/flooded")) == 1
    assert sorted(name for name, _ in receivers.heard("/flooded")) == [f"f{i}" for i in range(8)]
    receivers.wait_told([f"f{i}" for i in range(8)], 1)

    # The receiver that refuses everything: three dead letters, then it is stopped.
    wait_until("the guard is told", lambda: ("tocsin/receiver/guarded", "firing") in receivers.heard("/ops"))
    assert len(receivers.letters("--receiver", "picky")) == 3

    # A restart changes nothing of that.
    receivers.process.terminate()
    assert receivers.process.wait(30) == 0
    receivers.start()
    for path in ("/broken", "/picky"):
        receivers.script(path, status="200")
    wait_until("both go on", lambda: {("tocsin/receiver/blocked", "resolved"),
                                      ("tocsin/receiver/guarded", "resolved")} <= set(receivers.noticed()))
    receivers.wait_told("secret", 1)
    assert receivers.heard("/ops").count(("tocsin/receiver/blocked", "firing")) == 1
    assert len(receivers.letters("--receiver", "picky")) == 3
    lost = {name for name in (f"p{i}" for i in range(8)) if receivers.members()[fingerprint(name)].get("told") != 1}
    assert len(lost) == 3

    # What was given up is said again, once.
    table = receivers.dead("list", "--receiver", "picky").stdout.splitlines()
    assert len(table) == 4 and table[0].split() == ["ID", "Time", "Kind", "Of", "Reason", "Detail"]
    assert "refused: HTTP 400" in table[1]
    first = receivers.letters("--receiver", "picky")[0]
    shown = json.loads(receivers.dead("show", first["id"], "--json").stdout)
    assert shown["value"]["type"] == "tocsin.dead-delivery.v1" and shown["reason"] == "refused"
    assert receivers.letters("--fingerprint", first["fingerprints"][0], "--reason", "refused") == [first]
    assert receivers.letters("--until", "2h") == []
    receivers.dead("replay", code=64)
    done = receivers.dead("replay", "--receiver", "picky")
    assert done.stderr.endswith("replayed 3 of 3\n")
    receivers.wait_told(sorted(lost), 1)
    assert receivers.letters() == []
    assert [letter["done"] for letter in receivers.letters("--done", "--receiver", "picky")] == ["replayed"] * 3
    posts = len(receivers.sink.requests("/picky"))
    receivers.dead("replay", "--done", "--receiver", "picky")

    # A record: again with its own bytes and headers, then put away.
    receivers.put(b"no json")
    record = wait_until("a dead record", lambda: receivers.letters("--reason", "malformed"))[0]
    assert record["topic"].endswith("notifications") and record["kind"] == "record"
    receivers.dead("replay", record["id"])
    again = wait_until("it came again", lambda: receivers.letters("--reason", "malformed"))[0]
    headers = json.loads(receivers.dead("show", again["id"], "--json").stdout)["headers"]
    assert headers["origin"] == "test" and headers["tocsin_dead_offset"] == str(again["offset"])
    assert again["offset"] > record["offset"]
    receivers.dead("drop", again["id"])
    assert receivers.letters() == []
    time.sleep(0.5)
    assert len(receivers.sink.requests("/picky")) == posts
