"""`tocsind routes` against amtool, on random routing trees and random labels.

One call answers for one set of labels, so several trees stand side by side in one configuration, each below a route
that takes everything and continues: the receivers of all of them come back at once, in the order of the trees. A case
is one tree and one set of labels; TOCSIN_ROUTE_CASES says how many (default 2,000), TOCSIN_ROUTE_SEED which."""
import json
import os
import random
import shutil
import subprocess

import pytest

from system.world import BIN

CASES = int(os.environ.get("TOCSIN_ROUTE_CASES", "2000"))
SEED = os.environ.get("TOCSIN_ROUTE_SEED", "1")
TREES_A_FOREST, SETS_A_FOREST = 16, 4
MATCHES_MAX = 64  # that tocsind takes of one configuration

pytestmark = pytest.mark.skipif(not shutil.which("amtool"), reason="amtool is not installed (apt: prometheus-alertmanager)")

NAMES = ["severity", "team", "model", "tool", "_x1", "a:b"]
VALUES = ["", "high", "low", "garak", "a b", "é", 'quo"te', "back\\slash", "two\nlines", "x,y", "{b}", "=", "~"]
EXPRESSIONS = ["high|low", "h.*", ".+", ".*", "", "[a-z]+", "(?i)HIGH", "é?", "a b|x,y", "two\\nlines", "[^h].*", "\\w+",
               "ga(ra)k", "x{1,2}.*", "(?s).*\\n.*"]


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def matcher_text(rng):
    name, sign = rng.choice(NAMES), rng.choice(["=", "=", "!=", "=~", "=~", "!~"])
    value = rng.choice(EXPRESSIONS if "~" in sign else VALUES)
    bare = value and not set(value) & set(' "\\\n,{}=~!') and rng.random() < 0.5
    space = rng.choice(["", "", " ", "  "])
    return name + space + sign + space + (value if bare else quote(value))


def random_route(rng, receivers, depth):
    route = {}
    if rng.random() < 0.7:
        route["receiver"] = rng.choice(receivers)
    if rng.random() < 0.8:
        texts = [matcher_text(rng) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
        route["matchers"] = texts if rng.random() < 0.7 else ["{" + ", ".join(texts) + rng.choice(["}", ",}"])]
    classic = [name for name in NAMES if ":" not in name]
    if rng.random() < 0.2:
        route["match"] = {rng.choice(classic): rng.choice(VALUES)}
    if rng.random() < 0.2:
        route["match_re"] = {rng.choice(classic): rng.choice(EXPRESSIONS)}
    if rng.random() < 0.4:
        route["continue"] = rng.random() < 0.9
    if rng.random() < 0.1:
        route["group_by"] = rng.choice([["..."], ["severity"], []])
    if depth > 0:
        route["routes"] = [random_route(rng, receivers, depth - 1) for _ in range(rng.choice([0, 1, 2, 3]))]
    return route


def bound(route):
    """The most routes that one alert can match."""
    children = route.get("routes", [])
    going_on = sum(bound(child) for child in children if child.get("continue"))
    return max(1, going_on + max([bound(child) for child in children if not child.get("continue")], default=0))


def random_tree(rng, receivers):
    while True:
        tree = {"receiver": receivers[0], "continue": True,
                "routes": [random_route(rng, receivers, rng.choice([0, 1, 2, 3])) for _ in range(rng.choice([1, 2, 3]))]}
        if bound(tree) <= MATCHES_MAX // TREES_A_FOREST:
            return tree


def random_forest(rng):
    receivers = [[f"t{tree}-{i}" for i in range(4)] for tree in range(TREES_A_FOREST)]
    return {"route": {"receiver": "root", "routes": [random_tree(rng, names) for names in receivers]},
            "receivers": [{"name": name} for name in ["root", *sum(receivers, [])]]}


def random_labels(rng):
    return [name + "=" + quote(rng.choice(VALUES)) for name in NAMES if rng.random() < 0.7]


def start(*command):
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def answer(process):
    output, _ = process.communicate(timeout=60)
    return process.returncode, output


def both(path, verb, *words):
    """amtool's answer and ours."""
    theirs = start("amtool", "config", "routes", verb, f"--config.file={path}", *words)
    ours = start(BIN / "tocsind", "routes", verb, "--config", path, *words)
    return answer(theirs), answer(ours)


def test_random_trees(tmp_path):
    rng = random.Random(SEED)
    path = tmp_path / "forest.yaml"
    told = cases = 0
    while cases < CASES:
        path.write_text(json.dumps(random_forest(rng)))  # JSON is YAML
        theirs, ours = both(path, "show")
        assert theirs[0] == 0, path.read_text()
        assert ours == theirs, path.read_text()
        for _ in range(SETS_A_FOREST):
            labels = random_labels(rng)
            theirs, ours = both(path, "test", "--tree", *labels)
            assert theirs[0] == 0, labels
            assert ours == theirs, f"{labels}\n{path.read_text()}"
            told += theirs[1].splitlines()[-1].count(",") + 1
            cases += TREES_A_FOREST
    assert told > cases  # some trees answer more than once


def test_configurations_that_both_refuse_or_take(tmp_path):
    """What stands in one route, or beside it: amtool's answer to whether it loads is ours."""
    path = tmp_path / "config.yaml"
    route = '{receiver: a, routes: [%s]}'
    rows = [route % text for text in (
        "{}", "{receiver: b}", "{matchers: ['x']}", "{matchers: ['x=y', 'x=~(']}", "{matchers: x=y}", "{matchers: ['']}",
        "{match: {x: y}}", "{match: {x-y: z}}", "{match: {x: ~}}", "{match_re: {x: '('}}", "{match_re: {x: ~}}",
        "{group_by: [x, x]}", "{group_by: ['...', x]}", "{group_by: ['...']}", "{group_by: []}", "{group_interval: 0s}",
        "{repeat_interval: 0s}", "{group_wait: 0s}", "{group_wait: 5}", "{group_wait: 1h30m}", "{group_wait: 30m1h}",
        "{mute_time_intervals: [n]}", "{mute_time_intervals: [m]}", "{active_time_intervals: [n, n]}",
        "{continue: maybe}", "{unknown: key}", "{routes: {}}")]
    rows += ["{receiver: b}", "{receiver: a, match: {x: y}}", "{receiver: a, matchers: [x=y]}", "{receiver: a, continue: true}",
             "{receiver: a, mute_time_intervals: [n]}", "{receiver: a, active_time_intervals: [n]}", "{}", "[]"]
    interval = "{receiver: a}\ntime_intervals: [{name: m, time_intervals: [%s]}]"
    rows += [interval % text for text in (
        "{}", "{months: ['13']}", "{months: ['-1']}", "{months: ['0x5']}", "{months: ['05']}", "{months: ['5:MAY']}",
        "{months: ['may:january']}", "{months: [' 5']}", "{years: ['-1:5']}", "{years: [99999999999]}", "{years: ['2020:2019']}",
        "{years: [9999999999999999999999]}", "{days_of_month: ['25:-5']}", "{days_of_month: ['24:-4']}", "{days_of_month: ['-1:1']}",
        "{days_of_month: ['-31:-30']}", "{days_of_month: [0]}", "{days_of_month: [32]}", "{days_of_month: [5]}", "{days_of_month: 5}",
        "{days_of_month: []}", "{days_of_month: ['+5']}", "{days_of_month: ['1:2:3']}", "{weekdays: ['Monday:FRIDAY']}",
        "{weekdays: ['friday:monday']}", "{weekdays: [mon]}", "{weekdays: ['1']}", "{weekdays: []}", "{weekdays: monday}",
        "{times: [{start_time: 09:00, end_time: 24:00}]}", "{times: [{start_time: 9:00, end_time: 24:00}]}",
        "{times: [{start_time: 09:00, end_time: 09:00}]}", "{times: [{start_time: 09:00}]}", "{times: ['09:00:17:00']}",
        "{times: [{start_time: 09:00, end_time: 24:01}]}", "{location: Europe/Berlin}", "{location: Europe/Berlins}",
        "{location: europe/berlin}", "{location: Local}", "{location: ''}", "{location: ../UTC}", "{place: here}")]
    rows += ["{receiver: a}\ntime_intervals: " + text for text in (
        "[{name: ''}]", "[{}]", "{}", "[]", "[{name: m}, {name: m}]", "[{name: n}]", "[{name: m, time_intervals: {}}]",
        "[{name: m, time_intervals: ~}]")]
    inhibit = "{receiver: a}\ninhibit_rules: [%s]"
    rows += [inhibit % text for text in (
        "{}", "{source_matchers: [x=y], target_match: {a: b}, equal: [c]}", "{source_match: {a-b: c}}", "{target_match: {a-b: c}}",
        "{source_match_re: {a: '('}}", "{target_match_re: {a: 'b|c'}}", "{source_matchers: ['']}", "{target_matchers: [x]}",
        "{equal: c}", "{source: {a: b}}")]
    for row in rows:
        path.write_text(f"route: {row}\nmute_time_intervals: [{{name: n}}]\nreceivers: [{{name: a}}]\n")
        theirs, ours = both(path, "show")
        assert (ours[0] == 0) == (theirs[0] == 0), f"{row}\namtool: {theirs}\ntocsind: {ours}"
        assert ours[1] == theirs[1]


def test_verified_receivers_and_labels(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("route: {receiver: a, routes: [{matchers: [x=y], receiver: b, continue: true}, {receiver: c}]}\n"
                    "receivers: [{name: a}, {name: b}, {name: c}]\n")
    for words in (["--verify.receivers=b,c", "x=y"], ["--verify.receivers=b", "x=y"], ["--verify.receivers", "c"],
                  ["x=z", "x=y"], ['x="y"'], ["x = y "]):
        theirs, ours = both(path, "test", *words)
        assert ours == theirs, words
    for words in (["x"], ["x!=y"], ["x=~y"], ["--no-such-option"]):
        theirs, ours = both(path, "test", *words)
        assert theirs[0] != 0 and ours[0] in (64, 65) and ours[1] == "", words
