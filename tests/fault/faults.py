"""The faults: a table. Each takes the field and its own chance, does its harm, and returns when that is over."""
import contextlib
import dataclasses
import os
import signal
import typing

from fault.field import DISK_BYTES, RECEIVERS, REQUEST_TIMEOUT_S, SESSION_S, why_no_clock

STORM_RETRY_AFTER_S = 2


def kill(field, chance):
    member = chance.choice(field.members)
    field.count("kill", member.name)
    member.send(signal.SIGKILL)


def freeze(field, chance):
    """Longer than the session, so that others have taken over when it wakes."""
    member, seconds = chance.choice(field.members), SESSION_S * chance.uniform(1.2, 2)
    field.count("freeze", f"{member.name} for {seconds:.1f} s")
    member.send(signal.SIGSTOP)
    field.wait(seconds)
    member.send(signal.SIGCONT)


def killed_by_sink(field, chance):
    """Right after an answer: what was sent is taken, and nobody has noted it yet."""
    receiver, member = chance.choice(RECEIVERS), chance.choice(field.members)
    field.count("kill by the sink", f"{member.name} after an answer to {receiver}")
    field.script(receiver, kill=f"{member.process.pid},0")
    field.wait(3)
    field.script(receiver)


def rebalances(field, chance):
    """Every two seconds a member more or less."""
    field.count("rebalances", "one more, one less, every 2 s")
    for number in range(chance.randint(3, 6)):
        extra = field.world.tocsind(field.config, name=f"extra-{number}")
        field.wait(2)
        extra.send_signal(signal.SIGTERM)
        field.wait(2)
        extra.wait(60)
        field.world.processes.remove(extra)
        field.counts["rebalance"] += 2


def clock(field, chance):
    member, jump = chance.choice(field.members), chance.choice((-3600, -100, -70, 70, 100, 3600))
    field.count("clock jump", f"{member.name} by {jump:+d} s")
    member.set_clock(jump)
    field.wait(chance.uniform(4, 10))
    member.set_clock(0)


def broker_kill(field, chance):
    number = chance.randint(1, field.brokers)
    field.count("broker kill", f"broker {number}")
    field.cluster.do("kill", number)
    field.wait(chance.uniform(0.5, 4))
    field.cluster.start(number)


def broker_freeze(field, chance):
    number = chance.randint(1, field.brokers)
    field.count("broker freeze", f"broker {number}")
    field.cluster.do("freeze", number)
    field.wait(chance.uniform(1, 5))
    field.cluster.do("thaw", number)


def disk_full(field, chance):
    """The broker on the small disk can write no more; then there is room again and it is started."""
    number = field.brokers
    field.count("disk full", f"broker {number}")
    ballast = field.ballast / "ballast"
    with open(ballast, "wb") as file, contextlib.suppress(OSError):
        os.posix_fallocate(file.fileno(), 0, DISK_BYTES)
    field.wait(chance.uniform(2, 5))
    ballast.unlink()
    if field.cluster.runs(number):
        field.cluster.do("kill", number)
    field.cluster.start(number)


def receiver_fault(name, seconds, **script):
    """A receiver that answers like this for a while."""
    def do(field, chance):
        receiver, long = chance.choice(RECEIVERS), chance.uniform(*seconds)
        field.count(name, f"{receiver} for {long:.1f} s")
        field.script(receiver, **script)
        field.wait(long)
        field.script(receiver)
    return do


@dataclasses.dataclass(frozen=True)
class Fault:
    do: typing.Callable
    track: str  # faults of one track happen one after the other, those of different tracks at once
    weight: int
    breaks: bool = False  # a process loses what it had in the air
    why_not: typing.Callable = lambda field: ""


def why_no_full_disk(field):
    return field.skipped.get("disk full", "")


FAULTS = {
    "kill": Fault(kill, "process", 6, breaks=True),
    "kill by the sink": Fault(killed_by_sink, "process", 4, breaks=True),
    "freeze": Fault(freeze, "process", 3, breaks=True),
    "rebalances": Fault(rebalances, "process", 1),
    "clock jump": Fault(clock, "process", 3, breaks=True, why_not=lambda field: why_no_clock()),
    "broker kill": Fault(broker_kill, "broker", 3, breaks=True),
    "broker freeze": Fault(broker_freeze, "broker", 2, breaks=True),
    "disk full": Fault(disk_full, "broker", 1, breaks=True, why_not=why_no_full_disk),
    "cut": Fault(receiver_fault("cut", (0.3, 1), cut=1), "receiver", 3),
    "silent": Fault(receiver_fault("silent", (2, 5), silent=1), "receiver", 2),
    "slow": Fault(receiver_fault("slow", (2, 6), delay=600), "receiver", 2),
    "too slow": Fault(receiver_fault("too slow", (2, 5), delay=REQUEST_TIMEOUT_S * 1500), "receiver", 1),
    "429 storm": Fault(receiver_fault("429 storm", (3, 8), status=429, retry_after=STORM_RETRY_AFTER_S), "receiver", 3),
    "500": Fault(receiver_fault("500", (1, 4), status=500), "receiver", 2),
    "refusal": Fault(receiver_fault("refusal", (0.5, 2), status="400,200"), "receiver", 1),
}
