"""What must hold after any faults, as pure functions over what was recorded: each returns the places where it does
not hold, in words. test_checks.py plants every one of these faults and sees it found.

A state is a version of an alert at a receiver. Versions only grow, so "newer" is a comparison.
"""
import collections
import dataclasses


@dataclasses.dataclass(frozen=True)
class Told:
    """One alert in one request that reached a receiver."""
    receiver: str
    fingerprint: str
    version: int
    status: str  # of the alert: firing, resolved
    episode: int
    news: str  # "unchanged": it is only there for context
    at_ms: int
    answer: int  # HTTP status; 0: none was given, the sender can't know
    in_time: bool = True  # false: the answer was held back so long that the sender may have gone


@dataclasses.dataclass(frozen=True)
class Wanted:
    """A notification: what correlate wants a receiver to know."""
    receiver: str
    fingerprint: str
    version: int
    status: str
    episode: int
    news: str


@dataclasses.dataclass
class Recorded:
    accepted: dict = dataclasses.field(default_factory=dict)  # (repository, rule) -> findings reported as accepted
    last_run: dict = dataclasses.field(default_factory=dict)  # (repository, rule) -> open, resolved: what it left
    finding_ids: dict = dataclasses.field(default_factory=dict)  # fingerprint -> ids on the topic `findings`
    seen: list = dataclasses.field(default_factory=list)  # ids of `seen/<offset>`, in every record of it
    alerts: dict = dataclasses.field(default_factory=dict)  # fingerprint -> alert
    dead_ids: set = dataclasses.field(default_factory=set)  # findings in the dead letters, with a reason
    unusable: list = dataclasses.field(default_factory=list)  # values that are no record, as they were sent
    dead_values: list = dataclasses.field(default_factory=list)  # values in the dead letters
    wanted: list = dataclasses.field(default_factory=list)  # Wanted, oldest first
    given_up: set = dataclasses.field(default_factory=set)  # (receiver, fingerprint, version) in the dead letters
    told: list = dataclasses.field(default_factory=list)  # Told, oldest first
    waits: list = dataclasses.field(default_factory=list)  # (receiver, from ms, until ms) that Retry-After asked for
    positions: dict = dataclasses.field(default_factory=dict)  # (role, partition) -> positions written, oldest first
    committed: dict = dataclasses.field(default_factory=dict)  # (role, partition) -> the group's offset
    replayed: dict = dataclasses.field(default_factory=dict)  # alerts of a replay from zero


def identity(alert):
    return alert["target"], alert["rule"]["id"]


def lost(recorded):
    """Every accepted finding is on the topic, and from there in a count or in the dead letters."""
    counted = {identity(alert): alert["count"] for alert in recorded.alerts.values()}
    on_topic = {identity(recorded.alerts[fingerprint]): len(ids) for fingerprint, ids in recorded.finding_ids.items()
                if fingerprint in recorded.alerts}
    found = []
    for problem, accepted in recorded.accepted.items():
        if on_topic.get(problem, 0) < accepted:
            found.append(f"{problem}: {accepted} accepted, {on_topic.get(problem, 0)} on the topic")
        if counted.get(problem, 0) < accepted:
            found.append(f"{problem}: {accepted} accepted, {counted.get(problem, 0)} counted")
    seen = set(recorded.seen)
    for fingerprint, ids in recorded.finding_ids.items():
        found += [f"{fingerprint}: finding {one.hex()} is neither counted nor in the dead letters"
                  for one in ids - seen - recorded.dead_ids]
    return found


def counted_twice(recorded):
    found = [f"finding {one.hex()} was accepted {times} times"
             for one, times in collections.Counter(recorded.seen).items() if times > 1]
    for fingerprint, alert in recorded.alerts.items():
        ids = recorded.finding_ids.get(fingerprint, set())
        if alert["count"] > len(ids):
            found.append(f"{fingerprint}: {alert['count']} counted of {len(ids)} findings")
    return found


def sums_differ(recorded):
    counted = sum(alert["count"] for alert in recorded.alerts.values())
    usable = sum(len(ids - recorded.dead_ids) for ids in recorded.finding_ids.values())
    return [] if counted == usable == sum(recorded.accepted.values()) else [
        f"{sum(recorded.accepted.values())} accepted, {usable} on the topic and not dead, {counted} counted"]


def wrong_status(recorded):
    """An alert is as its pipeline's last run left it."""
    return [f"{problem}: {alert['status']}, its last run left it {recorded.last_run[problem]}"
            for alert in recorded.alerts.values() for problem in [identity(alert)]
            if recorded.last_run.get(problem, alert["status"]) != alert["status"]]


def not_refused(recorded):
    """What is no record is in the dead letters, once."""
    dead = collections.Counter(recorded.dead_values)
    return [f"{value!r} is {dead[value]} times in the dead letters" for value in recorded.unusable if dead[value] != 1]


def opened_twice(recorded):
    """An episode has one opening: one version of it that says so."""
    openings = collections.defaultdict(set)
    for place, rows in (("wanted", recorded.wanted), ("told", recorded.told)):
        for row in rows:
            if row.news in ("opened", "reopened"):
                openings[place, row.receiver, row.fingerprint, row.episode].add(row.version)
    return [f"{key}: opened in versions {sorted(versions)}" for key, versions in openings.items() if len(versions) > 1]


def stale(recorded):
    """No receiver sees an older state after a newer one."""
    newest, found = {}, []
    for told in recorded.told:
        key = told.receiver, told.fingerprint
        if told.version < newest.get(key, 0):
            found.append(f"{key}: version {told.version} at {told.at_ms} after {newest[key]}")
        newest[key] = max(newest.get(key, 0), told.version)
    return found


ENDINGS = ("resolved", "left")


def untold(recorded):
    """The latest state that a receiver should know was told and taken, or lies in the dead letters. That something is
    over needs not be told where nobody was told that it began."""
    latest, taken, known_open = {}, set(recorded.given_up), set()
    for wanted in recorded.wanted:
        key = wanted.receiver, wanted.fingerprint
        if key not in latest or wanted.version >= latest[key].version:
            latest[key] = wanted
    for told in recorded.told:
        if 200 <= told.answer < 300:
            taken.add((told.receiver, told.fingerprint, told.version))
            (known_open.add if told.status == "firing" else known_open.discard)((told.receiver, told.fingerprint))
    return [f"{key}: version {wanted.version} ({wanted.news}) was never told" for key, wanted in latest.items()
            if (*key, wanted.version) not in taken and (wanted.news not in ENDINGS or key in known_open)]


def positions_wrong(recorded):
    """A position never goes back, and the group's offset is never ahead of it."""
    found = [f"{key}: position {after} after {before}" for key, written in recorded.positions.items()
             for before, after in zip(written, written[1:]) if after < before]
    return found + [f"{key}: offset {offset} committed, position {(recorded.positions.get(key) or [0])[-1]}"
                    for key, offset in recorded.committed.items() if offset > (recorded.positions.get(key) or [0])[-1]]


REPLAYED = ("status", "resolved_reason", "episode", "count", "episode_count", "severity", "confidence")
REPLAYED_SIGHTING = ("repository", "pipeline", "branch", "run", "count", "run_count", "clean", "clean_runs", "clean_run")


def of_replay(alert):
    """What of an alert does not depend on when it was read."""
    return ({name: alert.get(name) for name in REPLAYED},
            sorted([str(sighting.get(name)) for name in REPLAYED_SIGHTING] for sighting in alert.get("sightings", [])))


def replay_differs(recorded):
    """State that went through crashes and restores is what a replay from zero gives."""
    keys = recorded.alerts.keys() | recorded.replayed.keys()
    return [f"{key}: {live} but replayed {again}" for key in sorted(keys)
            for live, again in [[alerts[key] and of_replay(alerts[key]) if key in alerts else None
                                 for alerts in (recorded.alerts, recorded.replayed)]] if live != again]


CHECKS = {
    "lost": lost,
    "counted twice": counted_twice,
    "sums that differ": sums_differ,
    "not as the last run left it": wrong_status,
    "unusable, not in the dead letters once": not_refused,
    "second openings": opened_twice,
    "older after newer": stale,
    "latest state neither told nor given up": untold,
    "positions back or ahead": positions_wrong,
    "other than a replay from zero": replay_differs,
}


def repeats(recorded):
    """Requests that may have been taken, beyond one for each state."""
    times = collections.Counter((told.receiver, told.fingerprint, told.version) for told in recorded.told
                                if told.news != "unchanged" and (told.answer == 0 or 200 <= told.answer < 300))
    return sum(times.values()) - len(times)


def in_doubt(recorded):
    """Requests of which the sender could not know whether they arrived: cut, never or late answered."""
    return len({(told.receiver, told.at_ms, told.fingerprint) for told in recorded.told
                if told.news != "unchanged" and (told.answer == 0 or not told.in_time)})


def early(recorded):
    """Requests within a wait that Retry-After had asked for."""
    return sum(1 for receiver, since, until in recorded.waits
               for told in recorded.told if told.receiver == receiver and since < told.at_ms < until)
