"""Reads what was recorded: the topics as an independent client sees them, and the sink's log."""
import json
import time
import uuid

import confluent_kafka as ck

from contract import reference
from fault.checks import Told, Wanted

ID_BYTES = 16
SEEN_HEAD_BYTES = 8
READ_S_MAX = 300
UNTIMELY_MS = 1000  # an answer held back longer may have been given up


class TopicLog:
    """A topic's committed records, read up to its present end again and again; each is handed to `take`."""

    def __init__(self, world, topic, take, prefix=None):
        self.name, self.take = (prefix or world.prefix) + topic, take
        self.consumer = ck.Consumer({"bootstrap.servers": world.brokers, "group.id": f"soak-{uuid.uuid4()}",
                                     "isolation.level": "read_committed", "enable.auto.commit": False,
                                     "enable.partition.eof": True, "auto.offset.reset": "earliest", "log_level": 0})
        partitions = self.consumer.list_topics(self.name, timeout=30).topics[self.name].partitions
        self.reached = dict.fromkeys(partitions, 0)
        self.last = {}  # partition -> offset of its last record
        self.consumer.assign([ck.TopicPartition(self.name, p, ck.OFFSET_BEGINNING) for p in partitions])

    def advance(self):
        end_s = time.monotonic() + READ_S_MAX
        ends = {p: self.consumer.get_watermark_offsets(ck.TopicPartition(self.name, p), timeout=60)[1]
                for p in self.reached}
        while any(self.reached[p] < end for p, end in ends.items()):
            for message in self.consumer.consume(1000, 0.5):
                self.on_message(message)
            if time.monotonic() > end_s:
                raise AssertionError(f"reading {self.name} does not end: {self.reached} of {ends}")
        return self

    def on_message(self, message):
        if message.error() is None:
            self.reached[message.partition()] = message.offset() + 1
            self.last[message.partition()] = message.offset()
            self.take(message)
        elif message.error().code() == ck.KafkaError._PARTITION_EOF:
            self.reached[message.partition()] = message.offset()

    def close(self):
        self.consumer.close()


class Table:
    """A compacted topic as what it means, and every position that was ever written on it."""

    def __init__(self):
        self.rows, self.positions = {}, {}

    def take(self, message):
        key = message.key()
        if key == b"pos":
            self.positions.setdefault(message.partition(), []).append(json.loads(message.value())["next"])
        elif message.value() is None:
            self.rows.pop((message.partition(), key), None)
        else:
            self.rows[message.partition(), key] = message.value()


def behind(log, table):
    """Partitions of a topic with records that the position in a table has not passed."""
    return [p for p, offset in log.last.items() if (table.positions.get(p) or [0])[-1] <= offset]


def alerts_of(table):
    return {key.decode(): json.loads(value) for (_, key), value in table.rows.items() if not key.endswith(b"#evidence")}


def unsettled(deliveries):
    """Members that were neither told what is wanted nor given up."""
    rows = {key: json.loads(value) for key, value in deliveries.rows.items()}
    groups = {key for key, row in rows.items() if row.get("type") == "tocsin.group.v1" and "given_up" in row}
    return [key for key, row in rows.items()
            if row.get("type") == "tocsin.member.v1" and row.get("told", 0) != row["wanted"]
            and (key[0], key[1].rpartition(b"|")[0]) not in groups]


class Findings:
    """What lies on `findings`: the ids under each fingerprint; without headers as the specification makes them."""

    def __init__(self):
        self.ids = {}

    def take(self, message):
        headers = dict(message.headers() or [])
        if "ce_fingerprint" in headers:
            self.add(headers["ce_fingerprint"].decode(), headers["ce_id"].decode())
        elif message.value().startswith(b"{") and not headers:
            self.add(*reference.complete(json.loads(message.value()))[1:])

    def add(self, fingerprint, finding):
        self.ids.setdefault(fingerprint, set()).add(uuid.UUID(finding).bytes)


class Seen:
    """The ids of `seen/<offset>`, and the positions, on `state`."""

    def __init__(self):
        self.ids, self.table = [], Table()

    def take(self, message):
        if message.key().startswith(b"seen/"):
            value = message.value() or b""
            self.ids += [value[at:at + ID_BYTES] for at in range(SEEN_HEAD_BYTES, len(value), ID_BYTES)]
        else:
            self.table.take(message)


class Notifications:
    def __init__(self):
        self.wanted = []

    def take(self, message):
        row = json.loads(message.value())
        picture = row.get("picture")
        if picture:
            self.wanted.append(Wanted(row["integration"].partition("/")[0], picture["fingerprint"], picture["version"],
                                      picture["status"], picture["episode"], picture["news"]))


class Dead:
    def __init__(self):
        self.values, self.ids, self.given_up = [], set(), set()

    def take(self, message):
        headers = dict(message.headers() or [])
        if headers["tocsin_dead_kind"] == b"record":
            self.values.append(message.value())
            if "ce_id" in headers:
                self.ids.add(uuid.UUID(headers["ce_id"].decode()).bytes)
            return
        row = json.loads(message.value())
        for picture in row.get("pictures", []):
            self.given_up.add((row["integration"].partition("/")[0], picture["fingerprint"], picture["version"]))


def told_of(requests):
    """Told, from the sink's rows, oldest first."""
    for row in requests:
        receiver = row["path"].partition("?")[0].strip("/")
        for alert in json.loads(row["body"])["alerts"]:
            own = alert["tocsin"]
            yield Told(receiver, own["fingerprint"], own["version"], alert["status"], own["episode"], own["news"],
                       row["time_ms"], row["status"], row["delay_ms"] < UNTIMELY_MS)


def committed_of(world, role, partitions, topic):
    """The group's offsets of a role."""
    consumer = ck.Consumer({"bootstrap.servers": world.brokers, "group.id": world.prefix + role,
                            "enable.auto.commit": False, "log_level": 0})
    try:
        rows = consumer.committed([ck.TopicPartition(world.prefix + topic, p) for p in range(partitions)], timeout=60)
        return {(role, row.partition): row.offset for row in rows if row.offset >= 0}
    finally:
        consumer.close()
