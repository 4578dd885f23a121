"""What the faults act on: several tocsinds under a supervisor's care, the brokers, and a recording sink with one path
for each receiver. What was done to it is counted, and said as it happens."""
import collections
import json
import os
import pathlib
import signal
import struct
import subprocess
import threading
import time
import urllib.request

from system.world import BIN

SESSION_S = 6
REQUEST_TIMEOUT_S = 2
CONCURRENCY = 8
DISK_BYTES = 1536 << 20
START_TRIES = 5
RECEIVERS = ("each", "worst", "digest", "by_run")
# Rates and storms are tests of their own; here every state should be a request, so that each can be counted.
CONFIG = """route:
  receiver: by_run
  group_by: [fingerprint]
  group_wait: 100ms
  group_interval: 500ms
  routes:
    - {receiver: each, continue: true}
    - {receiver: worst, matchers: [severity>=high], continue: true}
    - {receiver: digest, group_by: [model, target], group_wait: 1s, group_interval: 3s, continue: true}
    - {receiver: by_run}
receivers:
"""
RECEIVER = """  - name: {name}
    flush: {flush}
    max_wait: 20s
    concurrency: {concurrency}
    storm_alerts: 0
    request_timeout: {timeout_s}s
    backoff_min: 100ms
    backoff_max: 2s
    webhook_configs:
      - url: "{url}"
"""
JUMP = BIN / "jump.so"


def why_no_clock():
    """Why the clock can't be made to jump; empty: it can."""
    return "" if JUMP.exists() else "a build with sanitizers has nothing that can be preloaded"


class Member:
    """One tocsind: whoever ends is started again, under the same name."""

    def __init__(self, field, name, config):
        self.field, self.name, self.config = field, name, config
        self.clock = field.world.folder / f"{name}.clock"
        self.set_clock(0)
        self.process = self.start()

    def start(self):
        jumps = {} if why_no_clock() else {"LD_PRELOAD": str(JUMP), "TOCSIN_JUMP_FILE": str(self.clock)}
        return self.field.world.tocsind(self.config, name=self.name, env=jumps)

    def set_clock(self, seconds):
        """By how much its wall clock is ahead; written in place, since it is mapped."""
        with open(self.clock, "r+b" if self.clock.exists() else "wb") as file:
            file.write(struct.pack("=q", seconds))

    def care(self):
        if self.process.poll() is not None:
            self.field.restarts[self.process.returncode] += 1
            self.field.world.processes.remove(self.process)
            self.process = self.start()

    def send(self, number):
        if self.process.poll() is None:
            self.process.send_signal(number)


class Field:
    def __init__(self, world, cluster, brokers, size=3):
        self.world, self.cluster, self.brokers = world, cluster, brokers
        self.begun = time.monotonic()
        self.counts, self.restarts, self.skipped = collections.Counter(), collections.Counter(), {}
        self.over = threading.Event()  # no more faults
        self.closed = threading.Event()
        self.ballast = None  # a folder on the file system of a broker that can be filled
        self.sink = world.sink()
        self.scripts = {name: {} for name in RECEIVERS}
        self.waits = []  # (receiver, since ms, until ms) that Retry-After asks for
        receivers = "".join(RECEIVER.format(name=name, url=self.sink.url(f"/{name}"), concurrency=CONCURRENCY,
                                            flush="run_end" if name == "by_run" else "timers",
                                            timeout_s=REQUEST_TIMEOUT_S) for name in RECEIVERS)
        self.config = world.config(CONFIG + receivers)
        self.members = [Member(self, f"tocsind-{number}", self.config) for number in range(size)]
        world.wait_topics()
        self.supervisor = threading.Thread(target=self.supervise, daemon=True)
        self.supervisor.start()

    def say(self, text):
        print(f"{time.monotonic() - self.begun:7.1f} s  {text}", flush=True)

    def supervise(self):
        while not self.closed.wait(0.2):
            for member in self.members:
                member.care()

    def wait(self, seconds):
        """Until the time is over, or the faults are."""
        self.over.wait(seconds)

    def count(self, name, text):
        self.counts[name] += 1
        self.say(f"{name}: {text}")

    def script(self, receiver, **script):
        """How the sink answers a receiver from now on; nothing: 200."""
        query = "&".join(f"{key}={value}" for key, value in ({"path": f"/{receiver}", "status": 200} | script).items())
        with urllib.request.urlopen(self.sink.url(f"/_script?{query}"), timeout=30) as answer:
            answer.read()

    def heal_brokers(self):
        if self.ballast is not None:
            (self.ballast / "ballast").unlink(missing_ok=True)
        for number in range(1, self.brokers + 1):
            self.cluster.start(number)

    def heal(self, kill):
        """The rest is whole again; with `kill` all tocsinds end at once and have to restore."""
        for receiver in RECEIVERS:
            self.script(receiver)
        for member in self.members:
            member.set_clock(0)
            member.send(signal.SIGCONT)
            if kill:
                member.send(signal.SIGKILL)
                self.counts["kill"] += 1

    def close(self):
        self.closed.set()
        self.supervisor.join()

    def requests(self):
        with open(self.sink.log) as lines:
            for line in lines:
                if line.endswith("}\n"):
                    yield json.loads(line)


class Cluster:
    """The brokers; starting one that runs is no error, since a full disk may or may not have ended it."""

    def __init__(self, broker):
        self.broker = broker
        self.locks = collections.defaultdict(threading.RLock)

    def folder(self, number):
        return pathlib.Path(self.broker.folder) / str(number)

    def runs(self, number):
        try:
            pid = int((self.folder(number) / "pid").read_text())
            return str(self.folder(number)) in (pathlib.Path("/proc") / str(pid) / "cmdline").read_text()
        except (OSError, ValueError):
            return False

    def do(self, verb, number):
        with self.locks[number]:
            self.broker.do(verb, number)

    def start(self, number):
        """On a busy machine a broker may not be up in the minute that its script gives it: it is tried again."""
        with self.locks[number]:
            for left in reversed(range(START_TRIES)):
                if self.runs(number):
                    return
                try:
                    self.broker.do("start", number)
                except subprocess.CalledProcessError:
                    if left == 0:
                        raise
                    self.broker.do("kill", number)  # the one that was too slow is gone before the next


def small_disk(cluster, number):
    """Puts a broker's data on a file system of its own, which can be filled. Returns its folder, or words why not."""
    data = cluster.folder(number) / "data"
    if os.geteuid() != 0:
        return None, "only root can mount"
    cluster.do("stop", number)
    kept = data.rename(data.with_name("kept"))
    data.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tocsin-soak", data], capture_output=True,
                             text=True)
    subprocess.run(["cp", "-a", f"{kept}/.", data], check=True)
    cluster.start(number)
    return (data, "") if mounted.returncode == 0 else (None, mounted.stderr.strip())


def unmount(folder):
    subprocess.run(["umount", "-l", folder], check=True)
