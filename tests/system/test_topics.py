"""`tocsind topics` and the topics at start, on a real Kafka, seen by an independent client: created as planned, checked
and never changed, and each difference named."""
import concurrent.futures
import json
import os
import subprocess
import time
import uuid

import confluent_kafka as ck
import confluent_kafka.admin as admin
import pytest

from system.world import BIN, brokers, wait_until

EX_CONFIG, EX_TEMPFAIL = 78, 75
CONFIG = """kafka:
  bootstrap.servers: "{brokers}"
topics:
  prefix: "{prefix}"
  partitions: {partitions}
  notification_partitions: 2
  replication: {replication}
  retry_tiers: [1s, 1m]
route:
  receiver: a
receivers:
  - name: a
"""
COMPACT = {"cleanup.policy": "compact", "segment.bytes": "67108864", "max.compaction.lag.ms": "3600000"}
WEEK = {"cleanup.policy": "delete", "retention.ms": "604800000"}
PLAN = {
    "findings": (3, WEEK | {"message.timestamp.type": "LogAppendTime", "max.message.bytes": "1048588"}),
    "alerts": (3, COMPACT),
    "state": (3, COMPACT),
    "notifications": (2, WEEK),
    "deliveries": (2, COMPACT),
    "dead-letter": (3, {"cleanup.policy": "delete", "retention.ms": "7776000000", "max.message.bytes": "1114124"}),
    "retry.1s": (2, WEEK),
    "retry.1m": (2, WEEK),
    "control": (2, COMPACT),
}


class Topics:
    def __init__(self, folder):
        self.brokers, self.folder = brokers(), folder
        self.prefix = f"t{uuid.uuid4().hex[:10]}."
        self.client = admin.AdminClient({"bootstrap.servers": self.brokers})

    def run(self, verb, partitions=3, replication=1, brokers=None):
        path = self.folder / f"tocsind-{partitions}-{replication}.yaml"
        path.write_text(CONFIG.format(brokers=brokers or self.brokers, prefix=self.prefix, partitions=partitions,
                                      replication=replication))
        return subprocess.run([BIN / "tocsind", "topics", verb, "--config", path], capture_output=True, text=True,
                              timeout=90, env=os.environ)

    def partitions(self):
        topics = self.client.list_topics(timeout=10).topics
        return {name.removeprefix(self.prefix): len(topic.partitions) for name, topic in topics.items()
                if name.startswith(self.prefix)}

    def settings(self, name):
        resource = admin.ConfigResource(admin.ConfigResource.Type.TOPIC, self.prefix + name)
        return {k: v.value for k, v in self.client.describe_configs([resource])[resource].result(20).items()}

    def change(self, name, key, value):
        entry = admin.ConfigEntry(key, value, incremental_operation=admin.AlterConfigOpType.SET)
        resource = admin.ConfigResource(admin.ConfigResource.Type.TOPIC, self.prefix + name,
                                        incremental_configs=[entry])
        self.client.incremental_alter_configs([resource])[resource].result(20)
        wait_until("the change", lambda: self.settings(name)[key] == value)

    def add_partitions(self, name, count):
        self.client.create_partitions([admin.NewPartitions(self.prefix + name, count)])[self.prefix + name].result(20)
        wait_until("more partitions", lambda: self.partitions()[name] == count)

    def topology(self):
        """The records of that key in `control`, partition 0."""
        consumer = ck.Consumer({"bootstrap.servers": self.brokers, "group.id": "none", "enable.partition.eof": True,
                                "enable.auto.commit": False})
        consumer.assign([ck.TopicPartition(self.prefix + "control", 0, ck.OFFSET_BEGINNING)])
        values, end = [], time.monotonic() + 20
        while time.monotonic() < end:
            message = consumer.poll(1)
            if message and message.error():
                break
            if message and message.key() == b"topology":
                values.append(json.loads(message.value()))
        consumer.close()
        return values


@pytest.fixture
def topics(tmp_path):
    topics = Topics(tmp_path)
    yield topics
    mine = [topics.prefix + name for name in topics.partitions()]
    for future in topics.client.delete_topics(mine).values() if mine else ():
        future.result(20)


def test_plan_needs_no_broker(topics):
    done = topics.run("plan", brokers="127.0.0.1:1")
    assert done.returncode == 0
    rows = {line.split()[0].removeprefix(topics.prefix): line.split() for line in done.stdout.splitlines()[1:]}
    assert list(rows) == list(PLAN)
    for name, (partitions, settings) in PLAN.items():
        assert rows[name][1] == str(partitions)
        assert {f"{k}={v}" for k, v in settings.items()} <= set(rows[name][3:])


def test_created_as_planned_and_then_left_alone(topics):
    done = topics.run("apply")
    assert done.returncode == 0, done.stdout + done.stderr
    assert topics.partitions() == {name: partitions for name, (partitions, _) in PLAN.items()}
    for name, (_, settings) in PLAN.items():
        actual = topics.settings(name)
        assert {k: actual[k] for k in settings} == settings, name
    [record] = topics.topology()
    assert (record["type"], record["findings"], record["notifications"]) == ("tocsin.topology.v1", 3, 2)

    again = topics.run("apply")
    assert again.returncode == 0
    assert [line.split(" ", 2)[2] for line in again.stdout.splitlines()] == ["is as planned"] * len(PLAN)
    assert topics.topology() == [record]


def test_several_processes_at_once(topics):
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _: topics.run("apply"), range(3)))
    assert [d.returncode for d in done] == [0, 0, 0], [d.stdout + d.stderr for d in done]
    assert topics.partitions() == {name: partitions for name, (partitions, _) in PLAN.items()}


def test_what_is_missing_is_made_and_what_differs_is_named(topics):
    topics.client.create_topics([
        admin.NewTopic(topics.prefix + "findings", 3, 1, config={"cleanup.policy": "compact", "retention.ms": "1000"}),
    ])[topics.prefix + "findings"].result(20)
    done = topics.run("apply")
    assert done.returncode == EX_CONFIG
    name = topics.prefix + "findings"
    assert f"problem: topic {name}: cleanup.policy is compact, it should be delete:" in done.stdout
    assert f"problem: topic {name}: message.timestamp.type is CreateTime, it should be LogAppendTime:" in done.stdout
    assert f"warning: topic {name}: retention.ms is 1000, it should be at least 604800000:" in done.stdout
    assert topics.settings("findings")["cleanup.policy"] == "compact"
    assert set(topics.partitions()) == set(PLAN)
    assert topics.topology() == []

    topics.change("findings", "cleanup.policy", "delete")
    topics.change("findings", "message.timestamp.type", "LogAppendTime")
    done = topics.run("apply")
    assert done.returncode == 0 and "warning: " in done.stdout
    assert len(topics.topology()) == 1


def test_other_partitions_in_the_configuration(topics):
    assert topics.run("apply").returncode == 0
    done = topics.run("apply", partitions=4)
    assert done.returncode == EX_CONFIG
    assert (f"problem: topic {topics.prefix}alerts has 3 partitions, the configuration says 4: set it to 3, or choose "
            "another topics.prefix") in done.stdout


def test_partitions_added_later_even_when_the_configuration_follows(topics):
    assert topics.run("apply").returncode == 0
    for name in ("findings", "alerts", "state"):
        topics.add_partitions(name, 4)
    done = topics.run("apply", partitions=4)
    assert done.returncode == EX_CONFIG
    assert f"problem: topic {topics.prefix}findings was created with 3 partitions and has 4 now" in done.stdout


def test_more_copies_than_brokers(topics):
    done = topics.run("apply", replication=99)
    assert done.returncode == EX_CONFIG
    assert "topics.replication is 99, but the cluster has " in done.stderr
    assert topics.partitions() == {}


def test_no_broker(topics):
    done = topics.run("apply", brokers="127.0.0.1:1")
    assert done.returncode == EX_TEMPFAIL
    assert "do not answer" in done.stderr and "Connection refused" in done.stderr
