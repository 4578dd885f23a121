"""Silences and inhibition against a running Alertmanager: 200 cases in one configuration, told apart by the label
`case`. Alertmanager is asked over its API v2 which silences and which alert mute each alert; our answer comes from
mute_tool, which sends the same silences and alerts through the records of the topic `control`.

Alertmanager names one of several inhibiting alerts, and not always the same one: both have to name a firing alert of
the case, or none."""
import json
import os
import pathlib
import random
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

CASES = 200
ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = pathlib.Path(os.environ.get("TOCSIN_BIN_DIR", ROOT / "build/asan/bin")) / "mute_tool"
ALERTMANAGER = shutil.which("prometheus-alertmanager")
WAIT_S = 60

NAMES = ["a", "b", "c"]
VALUES = ["x", "y"] * 5 + ["zz", "x y", "1", '"q"', "a\\b", "ü"]
PATTERNS = ["x|y", ".*", ".+", "z+", "", "x", "[a-y]", "(x|zz)", "ü?", "x.y", "^x$", "a.*|q"]

pytestmark = pytest.mark.skipif(
    ALERTMANAGER is None, reason="prometheus-alertmanager is not installed (apt-get install prometheus-alertmanager)")


def quoted(value):
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def matcher(rng):
    """(name, operator, value)"""
    operator = rng.choice(["=", "=", "!=", "=~", "!~"])
    return rng.choice(NAMES), operator, rng.choice(PATTERNS if "~" in operator else VALUES + [""])


def text(parts):
    name, operator, value = parts
    return f"{name}{operator}{quoted(value)}"


def posted(parts):
    name, operator, value = parts
    return {"name": name, "value": value, "isRegex": "~" in operator, "isEqual": operator[0] == "="}


def labels(rng, case, number):
    made = {name: rng.choice(VALUES) for name in NAMES if rng.random() < 0.75}
    return made | {"alertname": "test", "case": str(case), "number": str(number)}


def rule(rng, case):
    """The case stands in a side, in both, or in `equal`, so that cases never meet."""
    own, equal = [("case", "=", str(case))], rng.sample(NAMES, rng.choice([0, 0, 1, 2]))
    sides = [[matcher(rng) for _ in range(rng.choice([1, 1, 2]))] for _ in range(2)]
    where = rng.randint(0, 2)
    if where < 2:
        sides[where] += own
        equal.append("case")
    else:
        sides = [side + own for side in sides]
    return {"source": [text(m) for m in sides[0]], "target": [text(m) for m in sides[1]], "equal": equal}


def timestamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def silence(rng, case):
    starts = rng.choice([0, 0, 0, 3600])
    return {"matchers": [posted(matcher(rng)) for _ in range(rng.randint(0, 2))]
            + [posted(("case", "=", str(case)))], "startsAt": timestamp(starts), "endsAt": timestamp(7200),
            "createdBy": "test", "comment": "test"}


class Alertmanager:
    def __init__(self, folder, rules):
        config = {"route": {"receiver": "none"}, "receivers": [{"name": "none"}],
                  "inhibit_rules": [{"source_matchers": r["source"], "target_matchers": r["target"],
                                     "equal": r["equal"]} for r in rules]}
        (folder / "alertmanager.yml").write_text(json.dumps(config))  # JSON is YAML
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = open(folder / "alertmanager.log", "wb")
        self.process = subprocess.Popen(
            [ALERTMANAGER, f"--config.file={folder}/alertmanager.yml", f"--storage.path={folder}/data",
             f"--web.listen-address=127.0.0.1:{self.port}", "--cluster.listen-address="],
            stdout=self.log, stderr=self.log)
        self.wait("answers", self.is_up)

    def wait(self, what, condition):
        end = time.monotonic() + WAIT_S
        while not condition():
            assert self.process.poll() is None, pathlib.Path(self.log.name).read_text()[-3000:]
            assert time.monotonic() < end, f"waited {WAIT_S} s for Alertmanager: {what}"
            time.sleep(0.1)

    def call(self, method, path, body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/v2{path}", method=method,
                                         data=None if body is None else json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            raw = answer.read()
            return json.loads(raw) if raw else None

    def is_up(self):
        try:
            return self.call("GET", "/status")
        except OSError:
            return False

    def alerts(self):
        return {int(a["labels"]["number"]): a for a in self.call("GET", "/alerts")}

    def close(self):
        self.process.terminate()
        self.process.wait(30)
        self.log.close()


def ask_tool(rules, alerts, silences):
    document = {"now_ms": int(time.time() * 1000), "rules": rules, "alerts": alerts, "silences": silences}
    done = subprocess.run([TOOL], input=json.dumps(document), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return lines[:len(silences)], lines[len(silences):]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """What was asked, and both answers."""
    rng = random.Random(25)
    rules, alerts, silences = [], [], []
    for case in range(CASES):
        rules += [rule(rng, case) for _ in range(rng.randint(1, 3))]
        alerts += [{"labels": labels(rng, case, len(alerts) + i), "firing": rng.random() < 0.85}
                   for i in range(rng.randint(2, 5))]
        silences += [silence(rng, case) for _ in range(rng.randint(0, 2))]
    # The last alerts are known to be inhibited: once Alertmanager says so it has seen all others.
    rules.append({"source": ['case="last"', 'a="x"'], "target": ['case="last"', 'a="y"'], "equal": []})
    for value in "xy":
        alerts.append({"labels": {"a": value, "alertname": "test", "case": "last", "number": str(len(alerts))},
                       "firing": True})

    manager = Alertmanager(tmp_path_factory.mktemp("alertmanager"), rules)
    try:
        for made in silences:
            made["id"] = manager.call("POST", "/silences", made)["silenceID"]
        for made in rng.sample(silences, len(silences) // 8):
            manager.call("DELETE", f"/silence/{made['id']}")
        manager.call("POST", "/alerts", [{"labels": a["labels"], "startsAt": timestamp(-60)} for a in alerts])
        manager.call("POST", "/alerts", [{"labels": a["labels"], "startsAt": timestamp(-60), "endsAt": timestamp(-1)}
                                         for a in alerts if not a["firing"]])
        last = len(alerts) - 1
        manager.call("POST", "/alerts", [{"labels": alerts[last - 1]["labels"], "startsAt": timestamp(-60)}])
        manager.wait("has seen all alerts", lambda: manager.alerts()[last]["status"]["inhibitedBy"])
        time.sleep(1.1)  # what was ended this second is over
        theirs = manager.alerts()
        stored = {s["id"]: s for s in manager.call("GET", "/silences")}
    finally:
        manager.close()
    ours = ask_tool(rules, alerts, [stored[made["id"]] for made in silences])
    return {"alerts": alerts, "silences": silences, "theirs": theirs, "refused": ours[0], "ours": ours[1]}


def test_resolved_alerts_are_those_that_are_not_firing(world):
    assert set(world["theirs"]) == {i for i, a in enumerate(world["alerts"]) if a["firing"]}


def test_every_silence_is_taken(world):
    assert [answer["refused"] for answer in world["refused"]] == [None] * len(world["silences"])


def test_silenced_by_the_same(world):
    for number, theirs in world["theirs"].items():
        assert sorted(world["ours"][number]["silencedBy"]) == sorted(theirs["status"]["silencedBy"]), theirs


def test_inhibited_or_not_alike(world):
    by_fingerprint = {a["fingerprint"]: number for number, a in world["theirs"].items()}
    for number, theirs in world["theirs"].items():
        ours, case = world["ours"][number]["inhibitedBy"], theirs["labels"]["case"]
        assert (ours is not None) == bool(theirs["status"]["inhibitedBy"]), (theirs, ours)
        for source in ([] if ours is None else [ours, by_fingerprint[theirs["status"]["inhibitedBy"][0]]]):
            assert world["alerts"][source]["firing"] and world["alerts"][source]["labels"]["case"] == case


def test_the_cases_say_something(world):
    """Of each answer there are enough, so that agreement is no accident."""
    states = [a["status"] for a in world["theirs"].values()]
    for name in ("silencedBy", "inhibitedBy"):
        said = sum(bool(state[name]) for state in states)
        assert 40 < said < len(states) - 40, (name, said, len(states))


@pytest.mark.parametrize("matchers", [
    [("a", "=", "")], [("a", "=~", ".*")], [("a", "=~", "x|")], [("a", "=", ""), ("b", "=~", "y*")],
    [("a", "!=", "")], [("a", "!=", "x")], [("a", "!~", ".+")], [("a", "=~", "x+")], [("a", "=", "x"), ("b", "=", "")],
    [("a", "=~", "(")], [("a-b", "=", "x")], [("1a", "=", "x")],
], ids=lambda matchers: ",".join(map(text, matchers)))  # fmt: skip
def test_the_same_silences_are_refused(matchers, lone_alertmanager):
    made = {"matchers": [posted(m) for m in matchers], "startsAt": timestamp(3600), "endsAt": timestamp(7200),
            "createdBy": "test", "comment": "test"}
    try:
        lone_alertmanager.call("POST", "/silences", made)
        refused = False
    except urllib.error.HTTPError as answer:
        assert answer.code == 400
        refused = True
    (ours,), _ = ask_tool([], [], [made | {"id": "s"}])
    assert (ours["refused"] is not None) == refused, ours


@pytest.fixture(scope="module")
def lone_alertmanager(tmp_path_factory):
    manager = Alertmanager(tmp_path_factory.mktemp("lone"), [])
    yield manager
    manager.close()
