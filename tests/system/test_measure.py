"""Measurements the whole way: lm-eval's report of two builds, of which the second is much worse.

localbench falls from .925 to .373 and is told of once; the same build twice, and a repeated attempt, tell nothing; what
`tocsin measure` says lies in the same series as a report's."""
import json

import pytest

from system.world import github, inputs

CONFIG = "route:\n  receiver: out\nreceivers:\n  - name: out\n    console_configs: [{}]\n"
BUILDS = ["lm_eval/models__helpbot-build-101/results_2026-11-23T08-06-34.496695.json",
          "lm_eval/models__helpbot-build-102/results_2026-11-23T08-07-08.503504.json"]


def fired(world):
    """(rule, category) -> findings that measurement rules published."""
    world.wait_correlated()
    found = {}
    for *_, value, headers in world.records("findings"):
        record = json.loads(value)
        if record["type"] == "tocsin.finding.v1" and record["rule"]["id"].startswith("tocsin/measure/"):
            found.setdefault((record["rule"]["id"], record["category"]), []).append(record)
    return found


@pytest.mark.parametrize("world", [{"partitions": 2}], indirect=True)
def test_a_drop_is_told_of_once(world):
    def publish(build, run, attempt=1):
        done = world.publish(inputs(BUILDS[build]), "--model", "helpbot", "--model-version", str(101 + build),
                             env=github(run, attempt))
        assert "7 measurements" in done.stderr
        return fired(world)

    world.tocsind(world.config(CONFIG))
    world.wait_topics()
    assert publish(0, 1) == {}
    assert publish(0, 2) == {}, "the same build twice"
    after = publish(1, 3)
    drop = [(key, records) for key, records in after.items() if key == ("tocsin/measure/drop", "localbench/acc")]
    assert [len(records) for _, records in drop] == [1], sorted(after)
    assert "0.373" in drop[0][1][0]["output"]
    assert publish(1, 3, attempt=2) == after, "another attempt of the same run"
    assert publish(1, 4) == after, "still as bad: no news"

    world.tocsin("measure", "--benchmark", "localbench", "--metric", "acc", "--value", "0.05", "--n", "67",
                 "--model", "helpbot", env=github(5))
    again = fired(world)["tocsin/measure/drop", "localbench/acc"]
    assert len(again) == 2 and "0.05" in again[1]["output"], "the same series, and worse"
