"""Crashes while findings flow: kill -9 at random moments, a frozen process that wakes after its session, a broker
that is killed and started again. At the end every count is right, every fingerprint was opened once, and every
receiver was told.

TOCSIN_FAULT_SCALE=1 is the whole test (60,000 findings over 2,000 fingerprints, 15 kills); the default is a shorter
one for CI. TOCSIN_FAULT_SEED repeats a run."""
import collections
import json
import os
import random
import signal
import subprocess
import threading
import time

import pytest

from system.world import BIN, github, wait_until

SCALE = float(os.environ.get("TOCSIN_FAULT_SCALE", "0.25"))
FINDINGS, FINGERPRINTS, KILLS = int(60_000 * SCALE), int(2_000 * SCALE), max(4, int(15 * SCALE))
SESSION_S = 6

CONFIG = """route:
  receiver: redteam
  group_by: [fingerprint]
  group_wait: 50ms
  group_interval: 1s
receivers:
  - name: redteam
    concurrency: 64
    storm_alerts: 0
    webhook_configs:
      - url: "{url}"
"""

pytestmark = pytest.mark.parametrize("world", [{"partitions": 4}], indirect=True, ids=["four partitions"])


@pytest.fixture
def chance():
    seed = int(os.environ.get("TOCSIN_FAULT_SEED", random.SystemRandom().randrange(10**6)))
    print(f"TOCSIN_FAULT_SEED={seed}")
    return random.Random(seed)


def findings(count, fingerprints):
    """Own JSON Lines: finding i is evidence number i // fingerprints of problem i % fingerprints."""
    for i in range(count):
        problem = i % fingerprints
        yield json.dumps({"type": "tocsin.finding.v1", "severity": "high", "confidence": 1.0,
                          "rule": {"id": f"test/probe.P{problem}/detector.D", "title": f"Problem {problem}",
                                   "tool": "test", "probe": f"probe.P{problem}", "detector": "detector.D"},
                          "model": {"name": "helpbot"}, "target": "acme/helpbot", "category": "",
                          "prompt": f"prompt {i}", "output": f"output {i}"})


class Flow(threading.Thread):
    """Publishes all findings as one run, slowly enough that the faults fall into the middle."""

    def __init__(self, world, seconds):
        super().__init__()
        self.world, self.seconds, self.result = world, seconds, None

    def run(self):
        env = {k: v for k, v in os.environ.items() if not k.startswith("GITHUB_")} | github(7001)
        process = subprocess.Popen([BIN / "tocsin", "publish", "-b", self.world.brokers, "--prefix", self.world.prefix,
                                    "--timeout", "120", "-"], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env=env)
        begun, lines = time.monotonic(), list(findings(FINDINGS, FINGERPRINTS))
        for i, line in enumerate(lines):
            process.stdin.write(line + "\n")
            if i % 500 == 0:
                process.stdin.flush()
                time.sleep(max(0, begun + self.seconds * i / len(lines) - time.monotonic()))
        self.result = process.communicate(timeout=180)[1], process.returncode


class Fleet:
    """Three tocsinds under a supervisor's care: one that died is started again."""

    def __init__(self, world):
        self.world = world
        self.sink = world.sink()
        self.config = world.config(CONFIG.format(url=self.sink.url("/hook")))
        self.living = [world.tocsind(self.config, name=f"tocsind-{i}") for i in range(3)]
        world.wait_topics()

    def start_again(self, at):
        self.living[at].wait()
        self.living[at] = self.world.tocsind(self.config, name=self.living[at].name)

    def supervise(self):
        """Starts again whoever ended by itself."""
        for at, process in enumerate(self.living):
            if process.poll() is not None:
                self.start_again(at)


def check(world, fleet, flow):
    flow.join()
    said, code = flow.result
    assert code == 0, said
    end = time.monotonic() + 120
    while time.monotonic() < end:
        fleet.supervise()
        if len(world.alerts()) == FINGERPRINTS and sum(a["count"] for a in world.alerts().values()) >= FINDINGS:
            break
        time.sleep(1)
    world.wait_delivered(120)
    alerts = world.alerts()
    per_problem = collections.Counter(f"test/probe.P{i % FINGERPRINTS}/detector.D" for i in range(FINDINGS))
    assert {a["rule"]["id"]: a["count"] for a in alerts.values()} == dict(per_problem)
    opened = collections.Counter(json.loads(value)["picture"]["fingerprint"]
                                 for _, _, _, value, _ in world.records("notifications")
                                 if json.loads(value).get("picture", {}).get("news") == "opened")
    assert set(opened.values()) == {1} and len(opened) == FINGERPRINTS
    assert all(a["episode"] == 1 and a["status"] == "open" for a in alerts.values())
    assert world.records("dead-letter") == []
    told = collections.Counter(alert["fingerprint"] for body in fleet.sink.bodies("/hook") for alert in body["alerts"])
    assert len(told) == FINGERPRINTS
    return sum(told.values()) - FINGERPRINTS


def test_kill(world, chance):
    fleet = Fleet(world)
    seconds = KILLS * 2.0
    flow = Flow(world, seconds)
    flow.start()
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.2, 2 * seconds / KILLS - 0.2))
        at = chance.randrange(len(fleet.living))
        fleet.living[at].kill()
        fleet.start_again(at)
    again = check(world, fleet, flow)
    print(f"{KILLS} kills, {FINDINGS} findings, {FINGERPRINTS} fingerprints: {again} told again")
    assert again <= KILLS * 64


def test_frozen_past_its_session(world, chance):
    fleet = Fleet(world)
    flow = Flow(world, 12)
    flow.start()
    time.sleep(chance.uniform(2, 4))
    victim = chance.choice(fleet.living)
    victim.send_signal(signal.SIGSTOP)
    time.sleep(SESSION_S * 2)
    victim.send_signal(signal.SIGCONT)
    again = check(world, fleet, flow)
    print(f"frozen {2 * SESSION_S} s: {again} told again")
    assert again <= 64


def test_broker_killed_and_started_again(own_broker, world, chance):
    fleet = Fleet(world)
    flow = Flow(world, 10)
    flow.start()
    time.sleep(chance.uniform(2, 4))
    own_broker.do("kill")
    time.sleep(chance.uniform(1, 3))
    own_broker.do("start")
    wait_until("the flow", lambda: fleet.supervise() or not flow.is_alive(), 180, 0.5)
    again = check(world, fleet, flow)
    print(f"broker restarted: {again} told again")
    assert again <= 3 * 64
