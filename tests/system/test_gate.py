"""The gate against a living tocsind: a new problem fails a build once, a known or an accepted one never."""
import json

import confluent_kafka as ck
import pytest

from system.world import github

CONFIG = "route:\n  receiver: out\nreceivers:\n  - name: out\n    console_configs: [{}]\n"
KNOWN, OTHER = "own/leak/regex", "own/other/regex"


def report(*rules):
    return "".join(json.dumps({"type": "tocsin.finding.v1", "rule": {"id": rule, "title": "t"}, "severity": "critical",
                               "model": {"name": "helpbot"}, "confidence": 1, "prompt": "p", "output": "o"}) + "\n"
                   for rule in rules)


def pull_request(run):
    return github(run, branch="12/merge") | {"GITHUB_REF": "refs/pull/12/merge", "GITHUB_EVENT_NAME": "pull_request",
                                             "GITHUB_HEAD_REF": "feature"}


@pytest.mark.parametrize("world", [{"partitions": 3}], indirect=True)
def test_new_known_accepted(world):
    def gate(environment, *rules, options=()):
        done = world.publish("-", "--fail-on", "critical", *options, input=report(*rules), env=environment, check=False)
        assert done.returncode in (0, 1), done.stderr
        world.wait_correlated()
        return done.returncode

    assert world.publish("--dry-run", "-", input=report(KNOWN)).returncode == 0
    world.tocsind(world.config(CONFIG))
    world.wait_topics()
    assert gate(github(1), KNOWN) == 1, "new"
    assert gate(github(1, attempt=2), KNOWN) == 1, "another attempt of the run that opened it"
    assert gate(github(2), KNOWN) == 0, "known since run 1"
    assert gate(github(2), KNOWN, options=["--fail-on-known"]) == 1
    assert gate(github(3), KNOWN, OTHER) == 1, "one of two is new"
    assert gate(pull_request(4), KNOWN) == 0, "known on main"
    assert gate(pull_request(5), "own/third/regex") == 1, "what a pull request brings"
    assert gate(pull_request(6), "own/third/regex") == 1, "stays new at its second push"

    fingerprint = next(key for key, alert in world.alerts().items() if alert["rule"]["id"] == KNOWN)
    producer = ck.Producer({"bootstrap.servers": world.brokers})
    accepted = {"type": "tocsin.accepted.v1", "fingerprint": fingerprint, "until": "2099-01-01T00:00:00Z",
                "updated": "2024-01-01T00:00:00Z"}
    producer.produce(world.prefix + "control", json.dumps(accepted), f"accept/{fingerprint}", 0)
    producer.flush()
    assert gate(github(7), KNOWN, options=["--fail-on-known"]) == 0, "accepted"
    accepted["until"] = "2024-01-02T00:00:00Z"
    producer.produce(world.prefix + "control", json.dumps(accepted), f"accept/{fingerprint}", 0)
    producer.flush()
    assert gate(github(8), KNOWN, options=["--fail-on-known"]) == 1, "not any more"


def test_without_a_tocsind_nothing_is_known(world):
    world.create_topic("findings", 2)
    done = world.publish("-", "--fail-on", "critical", input=report(KNOWN), check=False)
    assert done.returncode == 1 and "1 new, 0 known" in done.stderr
