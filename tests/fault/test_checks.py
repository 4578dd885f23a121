"""The checks can fail: each planted fault is found, by the check that is there for it and by no other."""
import copy

import pytest

from fault import checks
from fault.checks import Recorded, Told, Wanted

FINGERPRINT = "v1:" + "0" * 32
PROBLEM = ("acme/helpbot", "test/probe.P/detector.D")
IDS = [bytes([number]) * 16 for number in range(3)]


def told(version, **more):
    return Told(**{"receiver": "all", "fingerprint": FINGERPRINT, "version": version, "status": "firing", "episode": 1,
                   "news": "opened" if version == 1 else "escalated", "at_ms": 1000 * version, "answer": 200} | more)


def wanted(version, news="escalated"):
    return Wanted("all", FINGERPRINT, version, "open", 1, news)


@pytest.fixture
def recorded():
    alert = {"fingerprint": FINGERPRINT, "target": PROBLEM[0], "rule": {"id": PROBLEM[1]}, "status": "open", "count": 3,
             "episode": 1, "sightings": [{"run": "r", "count": 3}]}
    return Recorded(accepted={PROBLEM: 3}, last_run={PROBLEM: "open"}, finding_ids={FINGERPRINT: set(IDS)}, seen=list(IDS),
                    alerts={FINGERPRINT: alert}, replayed={FINGERPRINT: copy.deepcopy(alert)}, unusable=[b"?"],
                    dead_values=[b"?"], wanted=[wanted(1, "opened"), wanted(2)], told=[told(1), told(2)],
                    positions={("correlate", 0): [1, 2, 2, 5]}, committed={("correlate", 0): 5})


def lose_a_count(recorded):
    recorded.seen.pop()


def lose_from_the_topic(recorded):
    recorded.finding_ids[FINGERPRINT].discard(IDS[2])
    recorded.alerts[FINGERPRINT]["count"] = recorded.replayed[FINGERPRINT]["count"] = 2
    recorded.seen.pop()


def count_one_too_many(recorded):
    recorded.alerts[FINGERPRINT]["count"] = recorded.replayed[FINGERPRINT]["count"] = 4


PLANTED = {
    "lost": (lose_a_count, {"lost"}),
    "lost on the way in": (lose_from_the_topic, {"lost", "sums that differ"}),
    "accepted twice": (lambda r: r.seen.append(IDS[0]), {"counted twice"}),
    "counted twice": (count_one_too_many, {"counted twice", "sums that differ"}),
    "not resolved": (lambda r: r.last_run.update({PROBLEM: "resolved"}), {"not as the last run left it"}),
    "swallowed": (lambda r: r.dead_values.clear(), {"unusable, not in the dead letters once"}),
    "refused twice": (lambda r: r.dead_values.append(b"?"), {"unusable, not in the dead letters once"}),
    "second opening": (lambda r: r.wanted.insert(0, wanted(0, "opened")), {"second openings"}),
    "second opening told": (lambda r: r.told.insert(0, told(0, news="opened")), {"second openings"}),
    "older after newer": (lambda r: r.told.append(told(1)), {"older after newer"}),
    "never told": (lambda r: r.told.pop(), {"latest state neither told nor given up"}),
    "refused by the receiver": (lambda r: r.told.__setitem__(1, told(2, answer=503)),
                                {"latest state neither told nor given up"}),
    "its end never told": (lambda r: r.wanted.append(wanted(3, "resolved")), {"latest state neither told nor given up"}),
    "position back": (lambda r: r.positions["correlate", 0].insert(2, 1), {"positions back or ahead"}),
    "offset ahead": (lambda r: r.committed.update({("correlate", 0): 6}), {"positions back or ahead"}),
    "offset without a position": (lambda r: r.positions.clear(), {"positions back or ahead"}),
    "other after a restore": (lambda r: r.replayed[FINGERPRINT].update(episode=2), {"other than a replay from zero"}),
    "gone after a restore": (lambda r: r.replayed.clear(), {"other than a replay from zero"}),
}


def test_nothing_is_found_where_nothing_is_wrong(recorded):
    assert {name: check(recorded) for name, check in checks.CHECKS.items() if check(recorded)} == {}
    assert checks.repeats(recorded) == checks.in_doubt(recorded) == checks.early(recorded) == 0


@pytest.mark.parametrize("plant, names", PLANTED.values(), ids=PLANTED.keys())
def test_what_is_planted_is_found(recorded, plant, names):
    plant(recorded)
    assert {name for name, check in checks.CHECKS.items() if check(recorded)} == names


def test_every_check_is_tried():
    assert set().union(*(names for _, names in PLANTED.values())) == set(checks.CHECKS)


def test_a_finding_in_the_dead_letters_is_not_lost(recorded):
    recorded.dead_ids.add(recorded.seen.pop())
    assert checks.lost(recorded) == []


def test_a_state_given_up_needs_not_be_told(recorded):
    recorded.told.pop()
    recorded.given_up.add(("all", FINGERPRINT, 2))
    assert checks.untold(recorded) == []


def test_the_end_of_what_was_never_told_needs_not_be_told(recorded):
    recorded.told.clear()
    recorded.wanted.append(wanted(3, "resolved"))
    assert checks.untold(recorded) == []
    recorded.told += [told(1), told(2, status="resolved")]
    assert checks.untold(recorded) == []


def test_repeats_are_what_may_have_been_taken(recorded):
    recorded.told += [told(2, answer=503), told(2, news="unchanged")]
    assert checks.repeats(recorded) == 0
    recorded.told += [told(2), told(2, answer=0)]
    assert checks.repeats(recorded) == 2
    assert checks.in_doubt(recorded) == 1


def test_a_request_within_a_wait_is_early(recorded):
    recorded.waits = [("all", 500, 1500), ("other", 0, 9000)]
    assert checks.early(recorded) == 1
