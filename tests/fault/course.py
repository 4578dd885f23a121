"""One course: brokers, tocsinds and load come up, faults happen by the schedule, everything is healed and drained, and
what was recorded is checked. Ends with a table; `failed` says what did not hold."""
import contextlib
import dataclasses
import os
import pathlib
import pickle
import random
import shutil
import tempfile
import threading
import time

from fault import checks, schedule
from fault.faults import FAULTS, STORM_RETRY_AFTER_S
from fault.field import CONCURRENCY, RECEIVERS, Cluster, Field, small_disk, unmount
from fault.history import (Dead, Findings, Notifications, Seen, Table, TopicLog, alerts_of, behind, committed_of, told_of,
                           unsettled)
from fault.load import Load
from fault.replay import replay
from system.world import Broker, World, wait_until

DRAIN_S_MAX = 400
REACTION_MS = 300  # requests that were in the air when a 429 came
SAID_MAX = 5
# EX_TEMPFAIL and the watchdog's exit: what a supervisor is for.
EXITS_EXPECTED = {0, -9, 70, 75}


@dataclasses.dataclass
class Course:
    seed: int
    seconds: float
    brokers: int = 1
    faults: tuple = tuple(FAULTS)
    pipelines: int = 3
    pause_s: float = 6
    partitions: int = 4
    heals_by_kill: bool = True  # all tocsinds at once, so that the end was restored
    repeats: int = 0
    ended: bool = False
    failed: dict = dataclasses.field(default_factory=dict)
    rows: list = dataclasses.field(default_factory=list)

    def run(self):
        print(f"seed {self.seed}: tests/fault/soak --seed {self.seed} --minutes {self.seconds / 60:g} "
              f"--brokers {self.brokers}", flush=True)
        with contextlib.ExitStack() as stack:
            broker = Broker(self.brokers)
            stack.callback(broker.close)
            os.environ["TOCSIN_BROKERS"] = broker.address
            stack.callback(os.environ.pop, "TOCSIN_BROKERS")
            cluster = Cluster(broker)
            disk = self.prepare_disk(cluster, stack)
            folder = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-soak-"))
            stack.callback(self.tidy, folder)
            world = World(folder, self.partitions, replication=min(self.brokers, 3))
            stack.callback(world.close)
            self.fight(world, cluster, disk)
            self.ended = True
        return self

    def tidy(self, folder):
        """Logs and requests are kept where something did not hold."""
        if self.ended and not self.failed:
            shutil.rmtree(folder)
        else:
            print(f"kept: {folder}", flush=True)

    def prepare_disk(self, cluster, stack):
        """The small disk, or words why there is none."""
        if "disk full" not in self.faults:
            return None, "not asked for"
        folder, why = small_disk(cluster, self.brokers)
        if folder is not None:
            stack.callback(unmount, folder)
        return folder, why

    def fight(self, world, cluster, disk):
        field = Field(world, cluster, self.brokers)
        field.ballast, field.skipped["disk full"] = disk
        try:
            load = Load(field, self.seed, self.pipelines, self.pause_s)
            self.let_loose(field)
            field.say("healing")
            field.heal_brokers()
            load.end()
            field.heal(self.heals_by_kill)
            load.last_run()
            recorded = self.record(world, field, load)
            (world.folder / "recorded.pickle").write_bytes(pickle.dumps(recorded))
            self.judge(recorded, field, load)
        finally:
            field.close()

    def let_loose(self, field):
        """Faults of each track, one after the other, until the time is over."""
        usable = {}
        for name in self.faults:
            why = FAULTS[name].why_not(field)
            if why:
                field.skipped[name] = why
                field.say(f"skipped {name}: {why}")
            else:
                usable[name] = FAULTS[name]
        failures = []

        def walk(events):
            try:
                for event in events:
                    field.wait(event.gap_s)
                    if field.over.is_set():
                        return
                    usable[event.name].do(field, random.Random(event.seed))
            except BaseException as failure:
                failures.append(failure)
        tracks = [threading.Thread(target=walk, args=(events,))
                  for events in schedule.make(self.seed, self.seconds, usable).values()]
        for track in tracks:
            track.start()
        field.over.wait(self.seconds)
        field.over.set()
        for track in tracks:
            track.join()
        if failures:
            raise failures[0]

    def record(self, world, field, load):
        """Waits until everything is told, and reads what happened."""
        findings, state, deliveries, notifications, dead = Findings(), Seen(), Table(), Notifications(), Dead()
        logs = {topic: TopicLog(world, topic, take.take) for topic, take in (
            ("findings", findings), ("state", state), ("deliveries", deliveries), ("notifications", notifications))}

        def drained():
            for log in logs.values():
                log.advance()
            return (not behind(logs["findings"], state.table) and not behind(logs["notifications"], deliveries)
                    and not unsettled(deliveries))
        begun = time.monotonic()
        wait_until("everything correlated, merged and told", drained, DRAIN_S_MAX, 1)
        field.say(f"drained after {time.monotonic() - begun:.0f} s")
        alerts = Table()
        for topic, take in (("alerts", alerts), ("dead-letter", dead)):
            TopicLog(world, topic, take.take).advance().close()
        for log in logs.values():
            log.close()
        told = list(told_of(field.requests()))
        return checks.Recorded(
            accepted=load.united("accepted"), last_run=load.united("last_run"), finding_ids=findings.ids, seen=state.ids,
            alerts=alerts_of(alerts), dead_ids=dead.ids, dead_values=dead.values, given_up=dead.given_up,
            unusable=[value for pipeline in load.pipelines for value in pipeline.unusable], told=told,
            wanted=notifications.wanted,
            waits=sorted({(row.receiver, row.at_ms + REACTION_MS, row.at_ms + STORM_RETRY_AFTER_S * 1000)
                          for row in told if row.answer == 429}),
            positions={("correlate", p): rows for p, rows in state.table.positions.items()} |
                      {("deliver", p): rows for p, rows in deliveries.positions.items()},
            committed=committed_of(world, "correlate", world.partitions, "findings") |
                      committed_of(world, "deliver", world.notification_partitions, "notifications"),
            replayed=replay(world, DRAIN_S_MAX))

    def judge(self, recorded, field, load):
        breaks = sum(field.counts[name] for name in FAULTS if FAULTS[name].breaks) + sum(
            times for code, times in field.restarts.items() if code != -9)
        doubt, early = checks.in_doubt(recorded), checks.early(recorded)
        self.repeats = checks.repeats(recorded)
        in_air = CONCURRENCY * len(RECEIVERS)
        self.rows = [("findings accepted", sum(recorded.accepted.values())), ("runs", load.total("runs")),
                     ("publishers killed, reports published twice", f"{load.total('killed')}, {load.total('repeated')}"),
                     ("problems", len(recorded.alerts)), ("states to tell", len(set(recorded.wanted))),
                     ("alerts in requests", len(recorded.told)),
                     *((name, f"skipped: {field.skipped[name]}" if field.skipped.get(name) else field.counts[name])
                       for name in self.faults),
                     ("ends of tocsinds by exit code", dict(sorted(field.restarts.items())))]
        for name, check in checks.CHECKS.items():
            self.note(name, check(recorded))
        self.note("ends of their own by a signal or a wrong exit code",
                  [f"{times} times {code}" for code, times in field.restarts.items() if code not in EXITS_EXPECTED])
        self.note(f"requests beyond one a state: {self.repeats}, at most {breaks} breaks x {in_air} in the air + {doubt} "
                  "cut or timed out; more", [str(self.repeats)] if self.repeats > breaks * in_air + doubt else [])
        self.note(f"requests within a Retry-After: {early}, at most {breaks} breaks x {in_air}; more",
                  [str(early)] if early > breaks * in_air else [])

    def note(self, name, found):
        self.rows.append((name, len(found)))
        if found:
            self.failed[name] = found

    def table(self):
        return "\n".join(["| what | how many |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in self.rows)])

    def words(self):
        """The table, and a few examples of everything that did not hold."""
        return "\n".join([f"seed {self.seed}, {self.seconds / 60:g} minutes, {self.brokers} brokers", self.table(),
                          *(f"{name}:\n  " + "\n  ".join(found[:SAID_MAX]) for name, found in self.failed.items())])
