"""A configuration that changes under a running tocsind: taken whole, or refused with words; a group_wait over a restart;
and two processes with different files."""
import signal
import time

import pytest

from system.test_deliver import fingerprint, notification
from system.test_receivers import Receivers
from system.world import wait_until

ROUTE = """shutdown_grace: 5s
global:
  operator: ops
route:
  receiver: one
receivers:
  - name: ops
    webhook_configs:
      - url: "{sink}/ops"
  - name: one
    webhook_configs:
      - url: "{sink}/one"
"""
MORE = """  - name: two
    webhook_configs:
      - url: "{sink}/two"
"""


class Reloaded(Receivers):
    def __init__(self, world):
        self.world = world
        self.sink = world.sink()
        self.config = self.write(ROUTE)
        self.process = self.start("first")
        world.wait_topics()
        self.producer = self.make_producer()

    def write(self, text, name="tocsind.yaml", kafka=""):
        return self.world.config(text.format(sink=self.sink.url("").rstrip("/")), name, kafka)

    def log(self):
        return (self.world.folder / "first.log").read_text()

    def hup(self, said):
        count = self.log().count(said)
        self.process.send_signal(signal.SIGHUP)
        wait_until(said, lambda: self.log().count(said) > count)


@pytest.fixture
def reloaded(world):
    return Reloaded(world)


def to(receiver, name, version=1, **more):
    return notification(name, version, integration=f"{receiver}/webhook/0", **more)


def test_a_configuration_changes_while_it_runs(reloaded):
    reloaded.put(to("one", "a"))
    reloaded.wait_told("a", 1)

    # A file that is wrong changes nothing, and its place is said.
    reloaded.write(ROUTE + "  - name: {{}}\n")
    reloaded.hup("event=reload_refused")
    assert "tocsind.yaml:" in reloaded.log()
    # Nor does one that needs a restart.
    reloaded.write(ROUTE + MORE, kafka='  linger.ms: "7"\n')
    reloaded.hup("kafka: linger.ms can't be changed without a restart")
    reloaded.put(to("one", "b"))
    reloaded.wait_told("b", 1)

    # A receiver that this process does not know is parked and said, until a reload knows it.
    reloaded.put(to("two", "c"))
    wait_until("the operator hears of it",
               lambda: ("tocsin/receiver/unknown", "firing") in reloaded.heard("/ops"))
    reloaded.write(ROUTE + MORE)
    reloaded.hup("event=reloaded")
    reloaded.wait_told("c", 1)
    wait_until("that is over", lambda: ("tocsin/receiver/unknown", "resolved") in reloaded.noticed())

    # A restart within a group_wait: told once, not early, not a whole group_wait late.
    wait_s = 6
    timing = {"group_wait_ms": wait_s * 1000, "group_interval_ms": 500, "repeat_interval_ms": 86400000,
              "max_wait_ms": 60000}
    begun = time.time()
    reloaded.put(to("two", "d", timing=timing))
    wait_until("it is merged", lambda: fingerprint("d") in reloaded.members())
    reloaded.process.terminate()
    assert reloaded.process.wait(30) == 0
    reloaded.process = reloaded.start("second")
    reloaded.wait_told("d", 1)
    told = [row for row in reloaded.sink.requests("/two") if "test/d" in row["body"]]
    assert len(told) == 1
    assert told[0]["time_ms"] / 1000 - begun >= wait_s - 1.5  # "time" of the notification has whole seconds
