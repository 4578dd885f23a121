"""The role deliver on a real Kafka: notifications go in through an independent client, a recording sink stands for
the chat service, and `deliveries`, `retry.<tier>` and `dead-letter` are read as anybody could."""
import hashlib
import json
import signal
import time
import urllib.request
import uuid

import confluent_kafka as ck
import pytest

from system.world import wait_until

CONFIG = """route:
  receiver: redteam
receivers:
  - name: redteam
    webhook_configs:
      - url: "{url}"
  - name: other
    webhook_configs:
      - url: "{other}"
  - name: careful
    on_doubt: dead_letter
    webhook_configs:
      - url: "{careful}"
"""
REDTEAM, OTHER, CAREFUL = "redteam/webhook/0", "other/webhook/0", "careful/webhook/0"
RFC3339 = "%Y-%m-%dT%H:%M:%S.000Z"


def fingerprint(name):
    return "v1:" + hashlib.sha256(name.encode()).hexdigest()[:32]


def now():
    return time.strftime(RFC3339, time.gmtime())


def notification(name, version=1, news="opened", integration=REDTEAM, group=None, **more):
    status = "resolved" if news == "resolved" else "open"
    key = "{}:{" + (group or name) + "}"
    picture = {"fingerprint": fingerprint(name), "version": version, "status": status, "news": news, "episode": 1,
               "rule": {"id": f"test/{name}", "title": name, "tool": "test", "probe": name, "detector": "d"},
               "model": "helpbot", "target": "acme/helpbot", "severity": "high", "confidence": 1.0, "count": version,
               "episode_count": version, "first_seen": now(), "last_seen": now(), "opened": now(),
               "labels": {"alertname": f"test/{name}", "severity": "high"}}
    if status == "resolved":
        picture |= {"resolved": now(), "resolved_reason": "clean"}
    return {"type": "tocsin.notification.v1", "integration": integration,
            "group": hashlib.sha256(key.encode()).hexdigest()[:32], "group_key": key, "time": now(),
            "timing": {"group_wait_ms": 100, "group_interval_ms": 500, "repeat_interval_ms": 86400000,
                       "max_wait_ms": 60000},
            "picture": picture} | more


def part(run, number, parts, integration=REDTEAM):
    return {"type": "tocsin.notification.v1", "integration": integration, "time": now(), "flush": "run_end",
            "run": run, "part": number, "parts": parts, "run_status": "complete",
            "timing": {"group_wait_ms": 100, "group_interval_ms": 500, "repeat_interval_ms": 86400000,
                       "max_wait_ms": 60000}}


class Deliver:
    """tocsinds with the role deliver, and a producer of notifications."""

    def __init__(self, world):
        self.world = world
        self.sink = world.sink()
        self.config = world.config(CONFIG.format(url=self.sink.url("/hook"), other=self.sink.url("/other"),
                                                 careful=self.sink.url("/careful")))
        self.process = self.start()
        world.wait_topics()
        self.producer = self.make_producer()

    def make_producer(self):
        return ck.Producer({"bootstrap.servers": self.world.brokers, "linger.ms": 5})

    def start(self, name=None):
        return self.world.tocsind(self.config, "--role", "deliver", name=name)

    def put(self, *values, partition=0):
        for value in values:
            raw = value if isinstance(value, bytes) else json.dumps(value).encode()
            key = f"{value['integration']}|{value.get('group', '')}" if isinstance(value, dict) else "key"
            self.producer.produce(self.world.prefix + "notifications", raw, key, partition,
                                  headers=[("origin", b"test")])
        assert self.producer.flush(30) == 0

    def script(self, path, **script):
        query = "&".join(f"{k}={v}" for k, v in ({"path": path} | script).items())
        with urllib.request.urlopen(self.sink.url(f"/_script?{query}")) as answer:
            answer.read()

    def alerts(self, path="/hook"):
        """(name, status) of each alert of each request."""
        return [(alert["labels"]["alertname"].removeprefix("test/"), alert["status"])
                for body in self.sink.bodies(path) for alert in body["alerts"]]

    def wait_requests(self, count, path="/hook", wait_s=None):
        return wait_until(f"{count} requests on {path}", lambda: len(self.sink.requests(path)) >= count and
                          self.sink.requests(path), wait_s)

    def members(self):
        return {m["fingerprint"]: m for m in self.world.members()}

    def wait_told(self, names, version, wait_s=None):
        names = [names] if isinstance(names, str) else names

        def told():
            members = self.members()
            return all(members.get(fingerprint(name), {}).get("told", 0) >= version for name in names)
        wait_until(f"{', '.join(names)} told at {version}", told, wait_s, 0.2)

    def group(self, name):
        return next(g for g in map(json.loads, self.world.table("deliveries").values())
                    if g["type"] == "tocsin.group.v1" and g["group_key"] == "{}:{" + name + "}")


@pytest.fixture
def deliver(world):
    return Deliver(world)


def test_tells_once_and_again_when_it_changes(deliver):
    deliver.put(notification("a"))
    deliver.wait_requests(1)
    deliver.wait_told("a", 1)
    deliver.put(notification("a", 1), notification("a", 2, "resolved"))
    deliver.wait_told("a", 2)
    assert deliver.alerts() == [("a", "firing"), ("a", "resolved")]
    assert deliver.members()[fingerprint("a")].get("told_status") == "resolved"


def test_run_end_is_one_message_when_all_parts_are_in(deliver):
    run = f"run-{uuid.uuid4()}"
    end = {"flush": "run_end", "run": run}
    deliver.put(notification("a", group="g", **end), part(run, 1, 2), notification("b", group="g", **end))
    deliver.put(notification("early"))
    deliver.wait_told("early", 1)
    assert {name for name, _ in deliver.alerts()} == {"early"}
    deliver.put(part(run, 2, 2))
    deliver.wait_told("b", 1)
    assert len(deliver.sink.requests("/hook")) == 2
    assert sorted(deliver.alerts()) == [("a", "firing"), ("b", "firing"), ("early", "firing")]


def test_retry_after_holds_up_the_receiver_and_no_other(deliver):
    deliver.script("/hook", status="429,200", retry_after="2,-")
    deliver.put(notification("a"))
    first = deliver.wait_requests(1)[0]
    deliver.put(notification("b"), notification("c", integration=OTHER))
    deliver.wait_told("c", 1)
    deliver.wait_told("a", 1)
    deliver.wait_told("b", 1)
    later = deliver.sink.requests("/hook")[1:]
    assert len(later) == 2
    assert all(row["time_ms"] - first["time_ms"] >= 2000 for row in later)
    assert deliver.sink.requests("/other")[0]["time_ms"] - first["time_ms"] < 2000


def test_a_long_wait_leaves_a_trace_in_its_tier(deliver):
    deliver.script("/hook", status="503", retry_after="700")
    deliver.put(notification("a"))
    traces = wait_until("a wake-up in retry.10m", lambda: deliver.world.records("retry.10m"), every_s=0.3)
    assert json.loads(traces[0][3])["why"].startswith("server_error: HTTP 503")
    state = deliver.group("a")
    assert state["attempt"] == 1 and "intent" not in state


def test_what_is_refused_and_what_cannot_be_read_are_dead_letters(deliver):
    deliver.script("/hook", status="400")
    deliver.put(b"no json", notification("a"), notification("b", integration=OTHER))
    deliver.wait_told("b", 1)
    wait_until("two dead letters", lambda: len(deliver.world.records("dead-letter")) == 2, every_s=0.3)
    by_kind = {headers["tocsin_dead_kind"]: (value, headers)
               for _, _, _, value, headers in deliver.world.records("dead-letter")}
    value, headers = by_kind[b"record"]
    assert value == b"no json" and headers["tocsin_dead_reason"] == b"malformed" and headers["origin"] == b"test"
    assert headers["__connect.errors.offset"] == b"0"
    value, headers = by_kind[b"delivery"]
    assert headers["tocsin_dead_reason"] == b"refused"
    assert json.loads(value)["pictures"][0]["fingerprint"] == fingerprint("a")
    # news says again what was given up
    deliver.script("/hook", status="200")
    deliver.put(notification("a", 2, "escalated"))
    deliver.wait_told("a", 2)


def test_a_connection_cut_after_the_body_is_one_post_an_attempt(deliver):
    deliver.put(notification("warm"))
    deliver.wait_told("warm", 1)  # the connection is kept from here
    deliver.script("/hook", cut="1,0")
    deliver.put(notification("a"))
    deliver.wait_told("a", 1)
    rows = deliver.sink.requests("/hook")[1:]
    assert len(rows) == 2
    assert rows[1]["time_ms"] - rows[0]["time_ms"] >= 900  # the backoff: libcurl itself has repeated nothing


def test_doubt_is_a_dead_letter_where_the_receiver_wants_it(deliver):
    deliver.script("/careful", cut="1,0")
    deliver.put(notification("a", integration=CAREFUL))
    wait_until("a dead letter", lambda: deliver.world.records("dead-letter"), every_s=0.3)
    assert deliver.world.records("dead-letter")[0][4]["tocsin_dead_reason"] == b"in_doubt"
    assert len(deliver.sink.requests("/careful")) == 1


@pytest.mark.parametrize("names", [["a"], [f"n{i}" for i in range(40)]], ids=["one group", "forty groups"])
def test_killed_right_after_the_answer(deliver, names):
    """The sink kills tocsind itself: the intent is all that is left, and the next process waits for its end."""
    deliver.put(notification("warm"))
    deliver.wait_told("warm", 1)
    deliver.script("/hook", kill=f"{deliver.process.pid},0")
    deliver.put(*[notification(name) for name in names])
    deliver.process.wait(30)
    posted = len(deliver.sink.requests("/hook"))
    deliver.start()
    deliver.wait_told(names, 1, 90)
    told = [name for name, _ in deliver.alerts()]
    assert set(told) == {"warm", *names}
    assert len(told) - 1 - len(names) <= posted  # no more repeats than requests that were in the air


def test_sigterm_finishes_what_is_in_the_air(deliver):
    deliver.script("/hook", delay="1500")
    deliver.put(notification("a"))
    deliver.wait_requests(1)
    deliver.process.send_signal(signal.SIGTERM)
    assert deliver.process.wait(30) == 0
    assert deliver.members()[fingerprint("a")]["told"] == 1
    deliver.start()
    deliver.put(notification("b"))
    deliver.wait_told("b", 1)
    assert [name for name, _ in deliver.alerts()] == ["a", "b"]


@pytest.mark.parametrize("world", [{"partitions": 6}], indirect=True, ids=["six partitions"])
def test_rebalances_repeat_nothing(deliver):
    """Members come and go while requests are in the air."""
    deliver.script("/hook", delay="150")
    names = [f"n{i}" for i in range(120)]
    for i, name in enumerate(names):
        deliver.put(notification(name), partition=i % 6)
        if i % 30 == 10:
            extra = deliver.start(name=f"extra-{i}")
        if i % 30 == 29:
            extra.send_signal(signal.SIGTERM)
            assert extra.wait(30) == 0
        time.sleep(0.05)
    deliver.wait_told(names, 1, 90)
    assert sorted(name for name, _ in deliver.alerts()) == sorted(names)


def test_a_frozen_process_asks_before_it_sends(deliver):
    deliver.put(notification("warm"))
    deliver.wait_told("warm", 1)
    deliver.process.send_signal(signal.SIGSTOP)
    time.sleep(8)  # the session is 6 s
    other = deliver.start()
    deliver.put(notification("a"))
    deliver.wait_told("a", 1)
    deliver.process.send_signal(signal.SIGCONT)
    deliver.put(notification("b"))
    deliver.wait_told("b", 1)
    assert [name for name, _ in deliver.alerts()] == ["warm", "a", "b"]
    assert other.poll() is None


def test_slow_and_silent_receivers_delay_no_other(deliver):
    deliver.script("/hook", silent="1")
    deliver.put(*[notification(f"s{i}") for i in range(50)])
    deliver.wait_requests(4)
    begun = time.monotonic()
    deliver.put(notification("quick", integration=OTHER))
    deliver.wait_requests(1, "/other", 10)
    assert time.monotonic() - begun < 4


def test_no_secret_is_logged_or_kept(deliver):
    deliver.script("/hook", status="403", body="token%20of%20/hook%20is%20bad")
    deliver.put(notification("a"))
    deliver.wait_requests(1)
    wait_until("the error is kept", lambda: deliver.group("a").get("last_error"), every_s=0.2)
    everything = deliver.world.logs() + json.dumps(deliver.group("a"))
    assert f"{deliver.sink.port}/hook" not in everything and "/hook" not in deliver.group("a")["last_error"]
