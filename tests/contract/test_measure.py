"""`tocsin measure --dry-run`: the record that Kafka would get, and what is refused."""
import json
import os
import subprocess

import pytest

from contract import reference
from system.world import BIN

LEAST = ["--benchmark", "golden", "--metric", "acc", "--value", "0.925", "--model", "helpbot"]


def measure(*options):
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "CI", "GITLAB_", "JENKINS_"))}
    return subprocess.run([BIN / "tocsin", "measure", "--dry-run", *options], text=True, capture_output=True,
                          env=clean | {"TOCSIN_RUN_ID": "r", "TOCSIN_REPOSITORY": "acme/helpbot"})


def test_one_record():
    done = measure(*LEAST, "-n", "1000", "--lower-is-better", "--model-version", "101", "--label", "suite=night")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert (record["type"], record["benchmark"], record["metric"], record["value"], record["n"]) == \
        ("tocsin.measurement.v1", "golden", "acc", 0.925, 1000)
    assert record["model"] == {"name": "helpbot", "version": "101"} and record["target"] == "acme/helpbot"
    assert record["higher_is_better"] is False and record["labels"] == {"suite": "night"}
    series = reference.series("helpbot", "golden", "acc", "acme/helpbot")
    assert record["id"] == reference.measurement_id("r", 1, series, "101")
    again = json.loads(measure(*LEAST, "--model-version", "101").stdout)
    assert again["id"] == record["id"] and again["higher_is_better"] is True and "n" not in again


@pytest.mark.parametrize("options", [
    LEAST[2:], LEAST[:2] + LEAST[4:], LEAST[:6], LEAST[:4] + LEAST[6:], LEAST + ["--value", "nan"],
    LEAST + ["--value", "inf"], LEAST + ["--n", "0"], LEAST + ["--n", "9007199254740992"], LEAST + ["--value", "1x"],
    LEAST + ["--higher-is-better", "--lower-is-better"], LEAST + ["report.json"], LEAST + ["--rule", "t/p/d"]])
def test_what_is_refused(options):
    done = measure(*options)
    assert done.returncode == 64 and not done.stdout, done.stderr


def test_the_largest_sample():
    assert json.loads(measure(*LEAST, "--n", "9007199254740991").stdout)["n"] == 9007199254740991
