"""The transaction rules against a real Kafka: role_probe counts keys in a changelog, in one, two or three processes,
while they are killed, frozen, rebalanced and their broker is killed. At the end every count is exact, every key was
opened once, and every tenth of a key came back once through the side topic.

TOCSIN_FAULT_SEED repeats the random moments of a run, TOCSIN_ROLE_SCALE=4 makes the runs longer."""
import collections
import os
import random
import signal
import subprocess
import threading
import time
import uuid

import confluent_kafka as ck
import confluent_kafka.admin as admin
import pytest

from system.world import BIN, World, brokers, wait_until

SCALE = float(os.environ.get("TOCSIN_ROLE_SCALE", "1"))
PARTITIONS = 4
SESSION_S = 3
KAFKA = ["--kafka", f"session.timeout.ms={SESSION_S * 1000}", "--kafka", "heartbeat.interval.ms=500",
         "--kafka", "transaction.timeout.ms=3000"]


class Probes:
    """Topics of their own, probes that count what is in them, and the counts that should come out."""

    def __init__(self, folder):
        self.brokers, self.folder = brokers(), folder
        self.prefix = f"r{uuid.uuid4().hex[:10]}."
        self.expected = collections.Counter()
        self.processes = {}
        self.started = 0
        self.admin = admin.AdminClient({"bootstrap.servers": self.brokers})
        self.create("in", "out", "side")
        self.create("table", config={"cleanup.policy": "compact", "segment.bytes": "1048576",
                                     "min.cleanable.dirty.ratio": "0.01"})
        self.producer = ck.Producer({"bootstrap.servers": self.brokers, "partitioner": "murmur2_random",
                                     "linger.ms": 5, "enable.idempotence": True})
        self.reader = World.__new__(World)  # for its independent readers only
        self.reader.brokers, self.reader.prefix = self.brokers, self.prefix

    def create(self, *names, config=None):
        topics = [admin.NewTopic(self.prefix + n, PARTITIONS, 1, config=config or {}) for n in names]
        for done in self.admin.create_topics(topics).values():
            done.result(30)

    def start(self, slot, *options):
        """A probe in a slot; a new one gets a new instance, unless it is static."""
        self.started += 1
        instance = slot if "--static" in options else f"{slot}-{self.started}"
        log = open(self.folder / f"probe-{slot}.log", "ab")
        process = subprocess.Popen([BIN / "role_probe", self.brokers, self.prefix, instance, *KAFKA, *options],
                                   stdout=log, stderr=log)
        process.options = options
        self.processes[slot] = process
        return process

    def log(self, slot):
        return (self.folder / f"probe-{slot}.log").read_text(errors="replace")

    def supervise(self):
        """Starts those again that have ended by themselves."""
        for slot, process in list(self.processes.items()):
            if process.poll() is not None:
                self.start(slot, *process.options)

    def feed(self, count, keys, every_s=0.0):
        for i in range(count):
            key = f"k{i % keys}"
            while True:
                try:
                    self.producer.produce(self.prefix + "in", key=key, value=b"x" * 50)
                    break
                except BufferError:
                    self.producer.poll(0.1)
            self.expected[key] += 1
            if every_s and i % 100 == 99:
                self.producer.poll(0)
                time.sleep(every_s)

    def table(self):
        rows = self.reader.table("table")
        counts = {key.decode(): int(value) for (_, key), value in rows.items() if key != b"pos"}
        return ({k: n for k, n in counts.items() if not k.startswith("side/")},
                {k[5:]: n for k, n in counts.items() if k.startswith("side/")})

    def is_counted(self):
        self.supervise()
        counts, sides = self.table()
        for key, count in counts.items():
            assert count <= self.expected[key], f"{key}: counted {count} of {self.expected[key]}"
        return counts == self.expected and sides == {k: n // 10 for k, n in self.expected.items() if n >= 10}

    def check(self, wait_s=90):
        """All is counted, exactly; and it stays so."""
        assert self.producer.flush(60) == 0
        try:
            wait_until("every record counted", self.is_counted, wait_s, 0.5)
        finally:
            counts, sides = self.table()
            wrong = {k: (counts.get(k, 0), n) for k, n in self.expected.items() if counts.get(k, 0) != n}
            print(f"{len(wrong)} keys differ: {dict(list(wrong.items())[:5])}; sides "
                  f"{sum(sides.values())} of {sum(n // 10 for n in self.expected.values())}")
        opened = collections.Counter(key.decode() for _, _, key, _, headers in self.reader.records("out")
                                     if headers["probe"] == key)
        wanted = set(self.expected) | {f"side/{k}" for k, n in self.expected.items() if n >= 10}
        assert set(opened) == wanted
        assert set(opened.values()) == {1}, [k for k, n in opened.items() if n != 1]
        assert self.table()[0] == self.expected

    def stop(self, slot):
        process = self.processes.pop(slot)
        process.send_signal(signal.SIGCONT)
        process.terminate()
        return process.wait(60)

    def close(self):
        for process in self.processes.values():
            if process.poll() is None:
                process.kill()
            process.wait()


@pytest.fixture
def probes(tmp_path, request):
    if "own_broker" in request.fixturenames:
        request.getfixturevalue("own_broker")
    made = Probes(tmp_path)
    yield made
    made.close()
    if getattr(request.node, "failed", False):
        for path in sorted(tmp_path.glob("*.log")):
            print(f"== {path.name}\n" + path.read_text(errors="replace")[-5000:])


@pytest.fixture
def chance():
    seed = int(os.environ.get("TOCSIN_FAULT_SEED", random.SystemRandom().randrange(10**6)))
    print(f"TOCSIN_FAULT_SEED={seed}")
    return random.Random(seed)


WAYS = pytest.mark.parametrize("way", [(), ("--committer",)], ids=["loop", "committer"])


@WAYS
def test_counts_and_restores(probes, way):
    """One process after another: what the first has counted the second goes on from."""
    probes.start("a", *way)
    probes.feed(5000, 100)
    probes.check()
    assert probes.stop("a") == 0
    probes.feed(5000, 150)
    probes.start("b", *way)
    probes.check()
    assert probes.stop("b") == 0
    assert " aborts 0 unknown 0 restores 4" in probes.log("b")
