"""A tocsin with everything around it, for tests that go the whole way: a real Kafka (TOCSIN_BROKERS), the programs
from TOCSIN_BIN_DIR, a recording sink in the place of the chat service, and readers of the topics that are an
independent client (confluent-kafka), not our own code.

Each World has its own topic prefix and working folder, ends only the processes that it started, and waits for
states, never for times."""
import json
import os
import pathlib
import re
import signal
import subprocess
import time
import uuid

import confluent_kafka as ck
import confluent_kafka.admin as admin
import pytest

BIN = pathlib.Path(os.environ.get("TOCSIN_BIN_DIR", "build/asan/bin")).resolve()
ROOT = pathlib.Path(__file__).resolve().parents[2]
INPUTS = pathlib.Path(os.environ.get("TOCSIN_TEST_INPUTS",
                                     ROOT.parent / "shared" / "inputs"))
SANITIZERS = re.compile("ERROR: AddressSanitizer.*|LeakSanitizer: detected.*|.*runtime error: .*")
WAIT_S = float(os.environ.get("TOCSIN_TEST_WAIT_S", "60"))


def inputs(path):
    """A real report, or the test skips with words."""
    file = INPUTS / path
    if not file.exists():
        pytest.skip(f"{file} is absent: set TOCSIN_TEST_INPUTS to the folder of real reports")
    return file


def brokers():
    if "TOCSIN_BROKERS" not in os.environ:
        pytest.skip("TOCSIN_BROKERS is not set: run through deploy/kafka/with-kafka")
    return os.environ["TOCSIN_BROKERS"]


def wait_until(what, condition, wait_s=None, every_s=0.1):
    """Waits for a condition and returns its value; fails with what was awaited."""
    end = time.monotonic() + (wait_s or WAIT_S)
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            pytest.fail(f"waited {wait_s or WAIT_S:.0f} s for: {what}")
        time.sleep(every_s)


def github(run_id, attempt=1, workflow="redteam", branch="main", repository="acme/helpbot"):
    """The environment of a GitHub Actions job."""
    return {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": repository,
            "GITHUB_RUN_ID": str(run_id), "GITHUB_RUN_ATTEMPT": str(attempt), "GITHUB_WORKFLOW": workflow,
            "GITHUB_JOB": "garak", "GITHUB_REF_NAME": branch, "GITHUB_SHA": "0123456789abcdef0123456789abcdef01234567",
            "GITHUB_ACTOR": "ada"}


class Sink:
    """The recording sink (tests/system/sink.c): every request is a JSON line."""

    def __init__(self, folder, name="sink"):
        self.log = folder / f"{name}.jsonl"
        self.process = subprocess.Popen([BIN / "sink", "--record", self.log], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().split()[-1])

    def url(self, path, **script):
        query = "&".join(f"{k}={v}" for k, v in script.items())
        return f"http://127.0.0.1:{self.port}{path}" + (f"?{query}" if query else "")

    def requests(self, path=None):
        if not self.log.exists():
            return []
        rows = [json.loads(line) for line in self.log.read_text().splitlines() if line.endswith("}")]
        return [row for row in rows if path is None or row["path"].split("?")[0] == path]

    def bodies(self, path=None):
        return [json.loads(row["body"]) for row in self.requests(path)]

    def stop(self):
        self.process.kill()
        self.process.wait()


class World:
    def __init__(self, folder, partitions=1, notification_partitions=None, replication=1):
        self.brokers = brokers()
        self.folder = folder
        self.replication = replication
        self.prefix = f"t{uuid.uuid4().hex[:10]}."
        self.partitions = partitions
        self.notification_partitions = notification_partitions or partitions
        self.processes = []
        self.sinks = []

    # processes

    def sink(self, name="sink"):
        sink = Sink(self.folder, name)
        self.sinks.append(sink)
        return sink

    def config(self, rest, name="tocsind.yaml", kafka=""):
        """Writes a configuration: `rest` is everything from `route:` on."""
        path = self.folder / name
        path.write_text(f"""kafka:
  bootstrap.servers: "{self.brokers}"
  session.timeout.ms: "6000"
  heartbeat.interval.ms: "1000"
{kafka}topics:
  prefix: "{self.prefix}"
  partitions: {self.partitions}
  notification_partitions: {self.notification_partitions}
  replication: {self.replication}
{rest}""")
        return path

    def tocsind(self, config, *arguments, name=None, env=None):
        """Starts a tocsind; its log goes to a file in the folder."""
        name = name or f"tocsind-{len(self.processes)}"
        log = open(self.folder / f"{name}.log", "ab")
        process = subprocess.Popen([BIN / "tocsind", "run", "--config", config, *arguments], stdout=log, stderr=log,
                                   env=os.environ | {"TOCSIN_INSTANCE": name} | (env or {}))
        process.name = name
        self.processes.append(process)
        return process

    def create_topic(self, topic, partitions):
        """A topic for a test without a tocsind, which would make it."""
        client = admin.AdminClient({"bootstrap.servers": self.brokers})
        client.create_topics([admin.NewTopic(self.prefix + topic, partitions, 1)])[self.prefix + topic].result()

    def wait_topics(self):
        """The first tocsind creates the topics; nobody else may."""
        client = admin.AdminClient({"bootstrap.servers": self.brokers})
        wait_until("topics created", lambda: self.prefix + "control" in client.list_topics(timeout=10).topics)

    def tocsin(self, *arguments, env=None, check=True, input=None):
        """Runs a command of tocsin outside any CI unless `env` says which."""
        clean = {k: v for k, v in os.environ.items()
                 if not k.startswith(("GITHUB_", "CI", "GITLAB_", "JENKINS_", "BUILD_"))}
        done = subprocess.run([BIN / "tocsin", *map(str, arguments)], capture_output=True, text=True, input=input,
                              timeout=120,
                              env=clean | {"TOCSIN_BROKERS": self.brokers, "TOCSIN_PREFIX": self.prefix} | (env or {}))
        if check:
            assert done.returncode == 0, done.stderr
        return done

    def publish(self, *arguments, **rest):
        return self.tocsin("publish", *arguments, **rest)

    def close(self):
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in self.processes:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for sink in self.sinks:
            sink.stop()
        for log in self.folder.glob("*.log"):
            found = SANITIZERS.search(log.read_text(errors="replace"))
            assert found is None, f"{log.name}: {found.group()}"

    def logs(self):
        return "\n".join(f"== {path.name}\n" + path.read_text(errors="replace")[-6000:]
                         for path in sorted(self.folder.glob("tocsind*.log")))

    # topics, as another client sees them

    def records(self, topic):
        """All committed records of a topic: (partition, offset, key, value, headers)."""
        consumer = ck.Consumer({"bootstrap.servers": self.brokers, "group.id": f"test-{uuid.uuid4()}",
                                "isolation.level": "read_committed", "enable.auto.commit": False,
                                "enable.partition.eof": True, "auto.offset.reset": "earliest"})
        try:
            name = self.prefix + topic
            found = consumer.list_topics(name, timeout=10).topics[name]
            if found.error is not None:
                return []
            left = set(found.partitions)
            consumer.assign([ck.TopicPartition(name, p, ck.OFFSET_BEGINNING) for p in left])
            rows, end = [], time.monotonic() + WAIT_S
            while left:
                message = consumer.poll(0.5)
                if message is None:
                    assert time.monotonic() < end, f"reading {name} does not end: open transaction?"
                elif message.error() is None:
                    rows.append((message.partition(), message.offset(), message.key(), message.value(),
                                 dict(message.headers() or [])))
                elif message.error().code() == ck.KafkaError._PARTITION_EOF:
                    left.discard(message.partition())
            return rows
        finally:
            consumer.close()

    def table(self, topic):
        """A compacted topic as what it means: (partition, key) -> value."""
        table = {}
        for partition, _, key, value, _ in self.records(topic):
            if value is None:
                table.pop((partition, key), None)
            else:
                table[partition, key] = value
        return table

    def alerts(self):
        """fingerprint -> alert"""
        return {key.decode(): json.loads(value) for (_, key), value in self.table("alerts").items()
                if not key.endswith(b"#evidence")}

    def members(self):
        return [json.loads(value) for (_, key), value in self.table("deliveries").items()
                if json.loads(value).get("type") == "tocsin.member.v1"]

    def _behind(self, topic, positions_topic):
        last = {}
        for partition, offset, *_ in self.records(topic):
            last[partition] = max(offset, last.get(partition, -1))
        positions = {p: json.loads(v)["next"] for (p, k), v in self.table(positions_topic).items() if k == b"pos"}
        return [p for p, offset in last.items() if positions.get(p, 0) <= offset]

    def wait_correlated(self, wait_s=None):
        """Every record of `findings` is in the tables."""
        wait_until("all findings correlated", lambda: not self._behind("findings", "state"), wait_s, 0.3)

    def wait_delivered(self, wait_s=None):
        """Every notification is merged and every receiver was told the latest version."""
        self.wait_correlated(wait_s)
        wait_until("all notifications merged", lambda: not self._behind("notifications", "deliveries"), wait_s, 0.3)
        wait_until("every receiver told", lambda: all(m.get("told", 0) == m["wanted"] for m in self.members()), wait_s, 0.3)


class Broker:
    """A Kafka of the test's own, whose brokers it may kill, freeze and start again on the same port and data."""

    def __init__(self, brokers=1):
        environment = {k: v for k, v in os.environ.items() if k != "TOCSIN_BROKERS"}
        self.process = subprocess.Popen([ROOT / "deploy/kafka/with-kafka", "--brokers", str(brokers), "sh", "-c",
                                         'echo "$TOCSIN_BROKERS $TOCSIN_KAFKA_DIR"; cat >/dev/null'],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        self.address, self.folder = self.process.stdout.readline().split()

    def do(self, verb, number=1):
        subprocess.run([ROOT / "deploy/kafka/broker", verb, f"{self.folder}/{number}"], check=True, timeout=120)

    def close(self):
        self.process.stdin.close()
        self.process.wait(60)


@pytest.fixture
def own_broker(monkeypatch):
    brokers()
    broker = Broker()
    monkeypatch.setenv("TOCSIN_BROKERS", broker.address)
    yield broker
    broker.close()


@pytest.fixture
def world(tmp_path, request):
    """A World with the partitions that `@pytest.mark.parametrize("world", [...], indirect=True)` names, on the test's
    own broker where it asks for one."""
    if "own_broker" in request.fixturenames:
        request.getfixturevalue("own_broker")
    made = World(tmp_path, **getattr(request, "param", {}))
    yield made
    made.close()
    if getattr(request.node, "failed", False):
        print(made.logs())
