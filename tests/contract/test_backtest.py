"""`tocsind backtest`: where a rule would have fired, on measurements as `findings` has them."""

import json
import os
import pathlib
import subprocess
import uuid

import pytest

ROOT = pathlib.Path(os.environ.get("TOCSIN_SOURCE_DIR", pathlib.Path(__file__).parents[2]))
TOCSIND = pathlib.Path(os.environ.get("TOCSIN_BIN_DIR", ROOT / "build/asan/bin")) / "tocsind"


def measurement(day, value, n=2376, metric="acc", **more):
    time = f"2026-03-{day:02}T03:00:00Z"
    return {
        "type": "tocsin.measurement.v1", "id": str(uuid.uuid4()), "time": time,
        "model": {"name": "helpbot", "version": f"1.{day}"}, "benchmark": "arc_easy", "metric": metric,
        "value": value, "n": n, "higher_is_better": True,
        "run": {"id": f"nightly-{day}", "started": time, "repository": "acme/helpbot", "branch": "main"},
    } | more


def backtest(tmp_path, rule, lines, *arguments):
    path = tmp_path / "measurements.jsonl"
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return subprocess.run([TOCSIND, "backtest", rule, path, *arguments], capture_output=True, text=True)


def test_a_fall_fires_once_and_clears_when_it_is_back(tmp_path):
    values = [0.925, 0.924, 0.373, 0.373, 0.373, 0.926, 0.925]
    run = backtest(tmp_path, "drop", [measurement(i + 1, v) for i, v in enumerate(values)])
    assert run.returncode == 0, run.stderr
    events = [line.split()[:2] for line in run.stdout.splitlines() if line.startswith("  ")]
    assert events[:2] == [["FIRES", "2026-03-03T03:00:00.000Z"], ["clears", "2026-03-06T03:00:00.000Z"]]
    assert run.stdout.count("FIRES") == 1
    assert "0.373 (n = 2376) against 0.924 (n = 2376), baseline previous" in run.stdout
    assert "two-proportion z-test" in run.stdout
    assert "+--!--o-" in run.stdout.replace(" ", "")
    assert "7 measurements of 1 series; rule drop is about 1 of them and fired on 1" in run.stdout


def test_the_same_build_twice_fires_nothing(tmp_path):
    run = backtest(tmp_path, "drop", [measurement(1, 0.925), measurement(2, 0.925)])
    assert run.returncode == 0 and "FIRES" not in run.stdout


def test_a_late_build_is_put_where_it_belongs(tmp_path):
    lines = [measurement(1, 0.9), measurement(3, 0.9), measurement(2, 0.1)]
    run = backtest(tmp_path, "drop", lines)
    assert run.returncode == 0 and "FIRES" not in run.stdout


def test_rules_of_a_configuration(tmp_path):
    config = tmp_path / "c.yaml"
    config.write_text(
        "route: {receiver: a}\nreceivers: [{name: a}]\n"
        "measurement_rules: [{name: floor, kind: bounds, min: 0.85, matchers: [metric=acc]}]\n")
    lines = [measurement(1, 0.84), measurement(2, 0.84, metric="f1"), measurement(3, 0.85)]
    run = backtest(tmp_path, "floor", lines, "--config", config)
    assert run.returncode == 0, run.stderr
    assert run.stdout.count("FIRES") == 1 and run.stdout.count("clears") == 1
    assert "rule floor is about 1 of them" in run.stdout
    run = backtest(tmp_path, "drop", lines, "--config", config)
    assert run.returncode == 78 and 'no measurement rule "drop"; there are: floor' in run.stderr


def test_bad_lines_lose_nothing_else(tmp_path):
    bad = measurement(2, 0.5)
    del bad["model"]
    run = backtest(tmp_path, "drop", [measurement(1, 0.9), bad, "{", measurement(3, 0.5)])
    assert run.returncode == 0 and run.stdout.count("FIRES") == 1
    assert "measurements.jsonl:2: /model" in run.stderr and "measurements.jsonl:3: " in run.stderr


@pytest.mark.parametrize("arguments, code", [
    ([], 64), (["drop"], 64), (["drop", "a", "b"], 64), (["drop", "--what"], 64),
    (["drop", "/nonexistent"], 66), (["drop", "/dev/null"], 65), (["none", "/dev/null"], 78),
])
def test_wrong_calls(arguments, code):
    run = subprocess.run([TOCSIND, "backtest", *arguments], capture_output=True, text=True)
    assert run.returncode == code and run.stderr.count("\n") == 1
