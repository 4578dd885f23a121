"""Whatever lies on `findings`, the flow goes on: what can be used is used, what cannot ends in the dead-letter topic
with its place and reason, and the finding behind it is counted."""
import hashlib
import json

import confluent_kafka as ck
import pytest

from system.world import wait_until

pytestmark = pytest.mark.parametrize("world", [{"partitions": 2}], indirect=True, ids=["two partitions"])

CONFIG = """route:
  receiver: quiet
receivers:
  - name: quiet
"""
RECORD_BYTES_MAX = 1000000  # FINDING_RECORD_BYTES_MAX
DEAD_BYTES_MAX = 1048588 + 65536


@pytest.fixture
def topic(world):
    world.tocsind(world.config(CONFIG))
    world.wait_topics()
    return Topic(world)


class Topic:
    def __init__(self, world):
        self.world = world
        self.producer = ck.Producer({"bootstrap.servers": world.brokers, "message.max.bytes": 9000000,
                                     "compression.type": "gzip"})

    def send(self, value, key=None, headers=None, partition=0):
        errors = []
        self.producer.produce(self.world.prefix + "findings", value=value, key=key, headers=headers or {},
                              partition=partition, on_delivery=lambda error, _: errors.append(error))
        self.producer.flush(20)
        assert errors == [None], errors

    def dead(self, count=1):
        rows = wait_until(f"{count} dead letters", lambda: self._dead_if(count))
        return [(value, {k: v.decode() for k, v in headers.items()}) for _, _, _, value, headers in rows]

    def _dead_if(self, count):
        rows = self.world.records("dead-letter")
        return rows if len(rows) >= count else None


def finding(world, rule="garak/probe.P/detector.D", prompt="say it", size=None):
    """A plain finding, as any client would write it; padded to `size` bytes."""
    value = {"type": "tocsin.finding.v1", "time": "2026-11-20T10:00:00.000Z",
             "rule": {"id": rule, "title": "A rule", "tool": "garak", "probe": "probe.P", "detector": "detector.D"},
             "model": {"name": "helpbot"}, "target": "acme/helpbot", "category": "", "severity": "high", "confidence": 1.0,
             "prompt": prompt, "output": "", "occurrence": 0,
             "run": {"id": "test:1", "attempt": 1, "shard": 1, "shards": 1, "started": "2026-11-20T10:00:00.000Z",
                     "provider": "", "pipeline": "p", "repository": "acme/helpbot", "branch": "main"}}
    if size:
        value["output"] = "x" * (size - len(json.dumps(value, separators=(",", ":"))))
    return json.dumps(value, separators=(",", ":")).encode()


def goes_on(world, topic):
    """A good finding behind the bad one, in both partitions, is counted."""
    for partition in (0, 1):
        topic.send(finding(world, rule=f"garak/after.P{partition}/d.D"), partition=partition)
    wait_until("the findings behind it", lambda: {"garak/after.P0/d.D", "garak/after.P1/d.D"}
               <= {alert["rule"]["id"] for alert in world.alerts().values()})


@pytest.mark.parametrize("value, detail", [
    (b"this is no JSON", "line 1"),
    (b"", ""),
    (b'{"type":"tocsin.finding.v1"}', "/"),
    (b'{"type":"no.such.type"}', "no.such.type"),
    (b'{"type":"tocsin.finding.v1","rule":{"id":7}}', "/rule"),
    (b'{"type":"tocsin.finding.v1","rule":{"id":"\xff\xfe"}}', "UTF-8"),
    (b"[" * 5000, ""),
], ids=["text", "empty", "members missing", "unknown type", "wrong kind", "invalid UTF-8", "too deep"])
def test_malformed(world, topic, value, detail):
    topic.send(value, key=b"k", headers={"their-own": b"kept"})
    [(dead, headers)] = topic.dead()
    assert (dead or b"") == value
    assert headers["tocsin_dead_kind"] == "record"
    assert headers["tocsin_dead_reason"] in ("malformed", "unknown_type")
    assert detail in headers["tocsin_dead_detail"]
    assert headers["tocsin_dead_topic"] == world.prefix + "findings" == headers["__connect.errors.topic"]
    assert (headers["tocsin_dead_partition"], headers["tocsin_dead_offset"]) == ("0", "0")
    assert headers["their-own"] == "kept"
    goes_on(world, topic)


def test_wrong_key_is_sent_on_once(world, topic):
    value = finding(world)
    topic.send(value, key=b"not the fingerprint", partition=0)
    topic.send(value, key=b"not the fingerprint", partition=1)
    wait_until("counted once", lambda: [a["count"] for a in world.alerts().values()] == [1])
    goes_on(world, topic)
    assert sorted(a["count"] for a in world.alerts().values()) == [1, 1, 1]
    assert world.records("dead-letter") == []


def test_wrong_key_twice_is_a_dead_letter(world, topic):
    topic.send(finding(world), key=b"not the fingerprint", headers={"tocsin_rekeyed": b"1"})
    [(_, headers)] = topic.dead()
    assert headers["tocsin_dead_reason"] == "wrong_key"
    goes_on(world, topic)


def test_fingerprint_that_lies(world, topic):
    value = json.loads(finding(world)) | {"fingerprint": "v1:" + "0" * 32}
    topic.send(json.dumps(value).encode())
    [(_, headers)] = topic.dead()
    assert "/fingerprint" in headers["tocsin_dead_detail"]
    goes_on(world, topic)


def test_record_at_the_limit(world, topic):
    topic.send(finding(world, size=RECORD_BYTES_MAX))
    wait_until("counted", lambda: [a["count"] for a in world.alerts().values()] == [1])
    assert world.records("dead-letter") == []


def test_record_over_the_limit(world, topic):
    value = finding(world, size=RECORD_BYTES_MAX + 1)
    topic.send(value)
    [(dead, headers)] = topic.dead()
    assert headers["tocsin_dead_reason"] == "too_large"
    assert dead == value
    goes_on(world, topic)


def test_record_that_can_not_be_dead_lettered_whole(world, topic):
    """Compressed it came in; as a dead letter it does not fit: cut, with the hash of the whole and its place."""
    value = finding(world, size=5_000_000)
    topic.send(value)
    [(dead, headers)] = topic.dead()
    assert len(dead) < DEAD_BYTES_MAX and value.startswith(dead[:1000])
    assert headers["tocsin_dead_sha256"] == hashlib.sha256(value).hexdigest()
    assert headers["tocsin_dead_bytes"] == "5000000"
    goes_on(world, topic)


def test_structured_cloudevent(world, topic):
    event = {"specversion": "1.0", "id": "any", "source": "/test", "type": "tocsin.finding.v1",
             "datacontenttype": "application/json", "data": json.loads(finding(world))}
    topic.send(json.dumps(event).encode(), headers={"content-type": b"application/cloudevents+json"})
    wait_until("counted", lambda: [a["count"] for a in world.alerts().values()] == [1])
    assert world.records("dead-letter") == []
