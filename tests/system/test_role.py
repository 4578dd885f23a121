"""The transaction rules against a real Kafka: role_probe counts keys in a changelog, in one, two or three processes,
while they are killed, frozen, rebalanced and their broker is killed. At the end every count is exact, every key was
opened once, and every tenth of a key came back once through the side topic.

TOCSIN_FAULT_SEED repeats the random moments of a run; TOCSIN_ROLE_SCALE=1 and more makes the runs longer and tries every
pair of fault and way."""
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

SCALE = float(os.environ.get("TOCSIN_ROLE_SCALE", "0.25"))
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
        wanted = {topic.topic for topic in topics}
        wait_until("topics created", lambda: wanted <= set(self.admin.list_topics(timeout=10).topics))

    def delete(self, name):
        for done in self.admin.delete_topics([self.prefix + name]).values():
            done.result(30)
        wait_until("topic deleted", lambda: self.prefix + name not in self.admin.list_topics(timeout=10).topics)

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


@WAYS
def test_killed_at_random_moments(probes, chance, way):
    """kill -9 while records flow: transactions are left open, offsets unstable, members gone."""
    for slot in "abc":
        probes.start(slot, *way)
    count = int(12000 * SCALE)
    flow = threading.Thread(target=probes.feed, args=(count, count // 20, 0.1))
    flow.start()
    kills = 0
    while flow.is_alive():
        time.sleep(chance.uniform(0.2, 2.5))
        probes.processes[chance.choice("abc")].kill()
        kills += 1
        time.sleep(chance.uniform(0, 0.5))
        probes.supervise()
    flow.join()
    print(f"{kills} kills")
    probes.check()


@WAYS
def test_frozen_past_its_session(probes, chance, way):
    """The zombie wakes with records, a transaction and an old generation in its hands."""
    for slot in "ab":
        probes.start(slot, *way)
    flow = threading.Thread(target=probes.feed, args=(int(12000 * SCALE), 300, 0.1))
    flow.start()
    while flow.is_alive():
        frozen = probes.processes[chance.choice("ab")]
        time.sleep(chance.uniform(0.5, 2))
        if frozen.poll() is None:
            frozen.send_signal(signal.SIGSTOP)
            time.sleep(SESSION_S + chance.uniform(0.5, 2))
            frozen.send_signal(signal.SIGCONT)
        probes.supervise()
    flow.join()
    probes.check()


@pytest.mark.parametrize("harm, way", [("kill", ()), ("freeze", ("--committer",))] +
                         ([("kill", ("--committer",)), ("freeze", ())] if SCALE >= 1 else []))
def test_broker_goes_and_comes_back(own_broker, probes, chance, way, harm):
    for slot in "ab":
        probes.start(slot, *way)
    flow = threading.Thread(target=probes.feed, args=(int(8000 * SCALE), 300, 0.1))
    flow.start()
    for _ in range(2):
        time.sleep(chance.uniform(1, 3))
        own_broker.do(harm)
        time.sleep(chance.uniform(1, 8))
        own_broker.do("start" if harm == "kill" else "thaw")
    flow.join()
    probes.check()


@WAYS
def test_rebalanced_while_it_restores(probes, chance, way):
    """A member comes or goes every second, with a changelog that takes a while to read."""
    probes.feed(20000, 20000)
    probes.start("a", *way)
    probes.check()
    flow = threading.Thread(target=probes.feed, args=(int(8000 * SCALE), 20000, 0.15))
    flow.start()
    while flow.is_alive():
        slot = chance.choice("bcd")
        if slot in probes.processes:
            assert probes.stop(slot) == 0
        else:
            probes.start(slot, *way)
        time.sleep(chance.uniform(0.3, 1.5))
    flow.join()
    probes.check()


def test_asks_whether_it_is_still_a_member(probes):
    process = probes.start("a", "--committer", "--gap", str(SESSION_S * 500))
    probes.feed(1000, 50)
    probes.check()
    for seconds, answer in ((SESSION_S * 0.6, "after a gap: member"), (SESSION_S * 2, "after a gap: no member")):
        process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        process.send_signal(signal.SIGCONT)
        wait_until(answer, lambda: answer in probes.log("a"), 20)
    probes.feed(1000, 50)
    probes.check()


def test_static_member_comes_back_at_once(probes):
    probes.start("a", "--static")
    probes.feed(3000, 100)
    probes.check()
    probes.processes["a"].kill()
    probes.processes["a"].wait()
    begun = time.monotonic()
    probes.feed(3000, 100)
    probes.supervise()
    probes.check()
    print(f"recovered in {time.monotonic() - begun:.1f} s")


def stranger(probes, **more):
    """A transactional producer of somebody else."""
    producer = ck.Producer({"bootstrap.servers": probes.brokers, "transactional.id": f"stranger-{uuid.uuid4()}",
                            "transaction.timeout.ms": 4000} | more)
    producer.init_transactions(30)
    return producer


def test_changelog_ends_in_control_records(probes):
    probes.start("a")
    probes.feed(2000, 50)
    probes.check()
    probes.stop("a")
    other = stranger(probes)
    for _ in range(3):
        other.begin_transaction()
        for partition in range(PARTITIONS):
            other.produce(probes.prefix + "table", key="k1", value="999999", partition=partition)
        other.flush()
        other.abort_transaction()
    probes.feed(2000, 50)
    probes.start("b")
    probes.check()


def test_changelog_ends_in_an_open_transaction(probes):
    """The restore waits until the coordinator has ended it; what it wrote is not believed."""
    probes.start("a")
    probes.feed(2000, 50)
    probes.check()
    probes.stop("a")
    other = stranger(probes)
    other.begin_transaction()
    for partition in range(PARTITIONS):
        other.produce(probes.prefix + "table", key="k1", value="999999", partition=partition)
    other.flush()
    probes.feed(2000, 50)
    begun = time.monotonic()
    probes.start("b")
    probes.check()
    assert time.monotonic() - begun > 2
    with pytest.raises(ck.KafkaException):
        other.commit_transaction(10)


def test_producer_is_fenced(probes):
    """A fatal producer error: the outcome is unknown, the producer is made anew, the partitions restored."""
    probes.start("a")
    probes.feed(2000, 50)
    probes.check()
    stranger(probes, **{"transactional.id": f"{probes.prefix}probe.a-1"})
    probes.feed(2000, 50)
    probes.check()
    assert "unknown: " in probes.log("a")
    assert probes.started == 1


def test_records_expired_before_they_were_read(probes):
    probes.start("a")
    probes.feed(2000, 50)
    probes.check()
    probes.stop("a")
    probes.feed(1000, 50)
    assert probes.producer.flush(60) == 0
    lost = collections.Counter()
    gone = [ck.TopicPartition(probes.prefix + "in", p, ck.OFFSET_END) for p in range(PARTITIONS)]
    for done in probes.admin.delete_records(gone).values():
        done.result(30)
    for i in range(1000):
        lost[f"k{i % 50}"] += 1
    probes.expected -= lost
    probes.start("b")
    wait_until("the loss is said", lambda: probes.log("b").count("is the first that is left") >= PARTITIONS)
    probes.feed(2000, 50)
    probes.check()


def test_another_topic_under_the_old_name(probes):
    """A position behind the end is refused with words, not read from the beginning."""
    probes.start("a")
    probes.feed(2000, 50)
    probes.check()
    probes.stop("a")
    probes.delete("in")
    probes.create("in")
    process = probes.start("b")
    assert process.wait(60) == 1
    assert "it is not the topic that the state belongs to" in probes.log("b")


def test_partitions_were_added(probes):
    process = probes.start("a", "--kafka", "topic.metadata.refresh.interval.ms=1000")
    probes.feed(2000, 50)
    probes.check()
    probes.admin.create_partitions([admin.NewPartitions(probes.prefix + "in", PARTITIONS + 2)])[
        probes.prefix + "in"].result(30)
    assert process.wait(60) == 1
    assert "its keys have moved" in probes.log("a")
    process = probes.start("b")
    assert process.wait(60) == 2
    assert "they belong beside each other" in probes.log("b")


def test_topic_is_missing(probes):
    probes.delete("table")
    process = probes.start("a")
    assert process.wait(60) == 2
    assert f"topic {probes.prefix}table: " in probes.log("a")
