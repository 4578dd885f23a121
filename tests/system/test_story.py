"""The main job: helpbot's real garak reports through a real Kafka to Slack and a webhook.

helpbot-v1 has 256 hits of 21 problems; its rerun with another seed 248 hits of 20 of them. So: 21 alerts that add up
to 256; nothing at all when the same CI run is attempted again; exactly one resolved after the rerun; and nothing
resolved by a report that evaluated nothing or that cannot say what it tried."""
import json
import re
import subprocess

import pytest

from system.world import github, inputs, wait_until

GARAK = "garak/run-0.17.1/"
GONE = "garak/dan.DanInTheWild/mitigation.MitigationBypass"

ROUTES = """route:
  receiver: redteam
  group_by: [fingerprint]
  group_wait: 100ms
  group_interval: 1s
  repeat_interval: 1d
receivers:
  - name: redteam
    flush: run_end
    max_wait: 10m
    rate: none
    storm_alerts: 0
    slack_configs:
      - api_url: "{slack}"
    webhook_configs:
      - url: "{webhook}"
"""


def counts_in_slack(requests):
    """The count that each Slack message says."""
    counts = []
    for request in requests:
        found = re.search(r"(\d[\d,]*) findings?\b", request["body"])
        assert found, request["body"]
        counts.append(int(found.group(1).replace(",", "")))
    return counts


class Story:
    """One pipeline and branch, told in steps; each step publishes and says what must have been heard."""

    def __init__(self, world, processes):
        self.world = world
        self.sink = world.sink()
        config = world.config(ROUTES.format(slack=self.sink.url("/slack", body="ok"), webhook=self.sink.url("/webhook")))
        for _ in range(processes):
            world.tocsind(config)
        world.wait_topics()

    def publish(self, report, run, attempt=1, *options):
        return self.world.publish(inputs(report), *options, env=github(run, attempt))

    def heard(self):
        return self.sink.requests("/slack"), self.sink.bodies("/webhook")

    def total(self):
        return sum(alert["count"] for alert in self.world.alerts().values())

    def status(self):
        return {alert["rule"]["id"]: alert["status"] for alert in self.world.alerts().values()}


def first_run(story, publish):
    publish()
    wait_until("21 Slack messages and 21 webhook calls",
               lambda: len(story.heard()[0]) >= 21 and len(story.heard()[1]) >= 21)
    story.world.wait_delivered()
    slack, webhook = story.heard()
    assert len(story.world.alerts()) == 21
    assert story.total() == 256
    assert len(slack) == 21 and len(webhook) == 21
    assert sum(counts_in_slack(slack)) == 256
    assert sum(alert["tocsin"]["count"] for body in webhook for alert in body["alerts"]) == 256
    assert {body["status"] for body in webhook} == {"firing"}


def same_again(story, publish):
    publish()
    story.world.wait_delivered()
    assert len(story.heard()[0]) == 21 and len(story.heard()[1]) == 21
    assert story.total() == 256


def rerun(story, publish):
    publish()
    wait_until("the resolve", lambda: len(story.heard()[0]) >= 22 and len(story.heard()[1]) >= 22)
    story.world.wait_delivered()
    slack, webhook = story.heard()
    assert story.total() == 256 + 248
    assert [rule for rule, status in story.status().items() if status == "resolved"] == [GONE]
    assert len(slack) == 22 and len(webhook) == 22
    assert webhook[-1]["status"] == "resolved"
    assert webhook[-1]["alerts"][0]["labels"]["alertname"] == GONE


def nothing_resolves(story, publish):
    before = story.status()
    publish()
    story.world.wait_delivered()
    assert story.status() == before


SHAPES = pytest.mark.parametrize("world, processes", [({"partitions": 1}, 1), ({"partitions": 6}, 3)],
                                 indirect=["world"], ids=["one process", "six partitions, three processes"])


@SHAPES
def test_story(world, processes):
    story = Story(world, processes)
    first_run(story, lambda: story.publish(GARAK + "helpbot-v1.report.jsonl", 1001))
    same_again(story, lambda: story.publish(GARAK + "helpbot-v1.report.jsonl", 1001, 2))
    nothing_resolves(story, lambda: story.publish(GARAK + "nones.report.jsonl", 1002, 1, "--model", "helpbot#v1list"))
    nothing_resolves(story, lambda: story.publish(GARAK + "helpbot-v1-rerun.hitlog.jsonl", 1003))
    assert len(story.heard()[0]) == 21


@SHAPES
def test_story_of_the_rerun(world, processes):
    story = Story(world, processes)
    first_run(story, lambda: story.publish(GARAK + "helpbot-v1.report.jsonl", 1001))
    same_again(story, lambda: story.publish(GARAK + "helpbot-v1.report.jsonl", 1001, 2))
    rerun(story, lambda: story.publish(GARAK + "helpbot-v1-rerun.report.jsonl", 1004))


@pytest.mark.parametrize("world", [{"partitions": 1}], indirect=True, ids=["one process"])
def test_hitlog_is_the_same_run(world):
    """The hitlog of a run brings the same 256 findings as its report: nothing is counted twice."""
    story = Story(world, 1)
    first_run(story, lambda: story.publish(GARAK + "helpbot-v1.report.jsonl", 1001))
    same_again(story, lambda: story.publish(GARAK + "helpbot-v1.hitlog.jsonl", 1001))


@pytest.mark.parametrize("world, processes", [({"partitions": 6}, 3)], indirect=["world"],
                         ids=["six partitions, three processes"])
def test_story_by_kcat(world, processes):
    """The values that --dry-run prints, sent by another client without headers, without keys, with its own
    partitioner, give the same alerts: any client can publish."""
    story = Story(world, processes)

    def by_kcat(report, run, attempt=1):
        def send():
            values = story.publish(GARAK + report, run, attempt, "--dry-run").stdout
            assert all(json.loads(line)["type"].startswith("tocsin.") for line in values.splitlines())
            subprocess.run(["kcat", "-P", "-b", world.brokers, "-t", world.prefix + "findings"], input=values, text=True,
                           check=True, timeout=60)
        return send

    first_run(story, by_kcat("helpbot-v1.report.jsonl", 1001))
    same_again(story, by_kcat("helpbot-v1.report.jsonl", 1001, 2))
    rerun(story, by_kcat("helpbot-v1-rerun.report.jsonl", 1004))
