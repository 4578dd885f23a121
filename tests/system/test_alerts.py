"""What rules make of a finding, and what the terminal then says of its alert, on a real Kafka: owners, an override, links
and mute times from one configuration, one tocsind, and `tocsind alerts list | show`."""
import datetime
import json
import subprocess

import jsonschema
import pytest

from system.world import BIN, ROOT, github, wait_until, world  # noqa: F401 (fixture)

DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
UNKNOWN = "v1:" + "0" * 32
COMMITS = ["1" * 40, "2" * 40]


def today():
    """Weekdays that hold for the whole test, also over midnight, and those that do not."""
    first = datetime.datetime.now(datetime.timezone.utc).weekday()
    now = [DAYS[first], DAYS[(first + 1) % 7]]
    return ", ".join(now), ", ".join(day for day in DAYS if day not in now)


def configuration(sink):
    now, others = today()
    routes = "".join(f"""    - receiver: {name}
      continue: true
      {times}
""" for name, times in [("muted", "mute_time_intervals: [now]"), ("let", "mute_time_intervals: [others]"),
                        ("asleep", "active_time_intervals: [others]"), ("awake", "active_time_intervals: [now, others]")])
    receivers = "".join(f"""  - name: {name}
    webhook_configs:
      - url: "{sink.url('/' + name)}"
""" for name in ("pay", "muted", "let", "asleep", "awake"))
    return f"""time_intervals:
  - name: now
    time_intervals: [{{weekdays: [{now}]}}]
  - name: others
    time_intervals: [{{weekdays: [{others}]}}]
route:
  receiver: muted
  group_by: [alertname]
  group_wait: 0s
  group_interval: 1s
  routes:
{routes}    - matchers: [team=pay, severity>=high]
      receiver: pay
owners:
  - matchers: ['repository=~"acme/.*"']
    team: pay
    owner: ada
severity_overrides:
  - name: production
    matchers: [target=prod]
    severity: high
links:
  - link: runbook
    url: https://wiki.example/{{+repository}}?rule={{alertname}}
tickets:
  - kind: jira
    url: https://jira.example
    project: "1"
    type: "2"
receivers:
{receivers}"""


@pytest.fixture
def told(world):  # noqa: F811
    """Two runs, one problem: the second is worse, so there is news, and a commit before it."""
    sink = world.sink()
    config = world.config(configuration(sink))
    world.tocsind(config)
    world.wait_topics()
    for run, commit in enumerate(COMMITS, 1):
        world.publish("--rule", "garak/dan.Dan/x", "--title", "Leak", "--severity", "medium" if run == 1 else "critical",
                      "--model", "helpbot", "--target", "prod", "--prompt", "p\x1b[31m", "--output", "secret",
                      env=github(run) | {"GITHUB_SHA": commit})
        world.wait_correlated()
    for name in ("pay", "let", "awake"):
        wait_until(f"{name} told", lambda name=name: sink.bodies("/" + name))
    return world, sink, config


def alerts(config, *arguments, code=0):
    done = subprocess.run([BIN / "tocsind", "alerts", *map(str, arguments), "--config", config], capture_output=True,
                          text=True, timeout=60)
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


def check_message(message):
    (alert,) = message["alerts"]
    labels, annotations = alert["labels"], alert["annotations"]
    assert (labels["severity"], labels["team"], labels["owner"]) == ("high", "pay", "ada")
    assert annotations["severity_note"] == "severity high, set from medium by rule production"
    assert annotations["runbook_url"] == "https://wiki.example/acme/helpbot?rule=garak%2Fdan.Dan%2Fx"


def check_list(config, known):
    (one,) = json.loads(alerts(config, "list", "--json"))
    schema = json.loads((ROOT / "schemas/alert.schema.json").read_text())
    jsonschema.validate(one["alert"], schema)
    assert one["alert"] == known and known["severity"] == "critical"
    assert (one["severity"], one["severity_rule"], one["team"], one["owner"]) == ("high", "production", "pay", "ada")
    assert {r.split("/")[0] for r in one["receivers"]} == {"pay", "muted", "let", "asleep", "awake"}
    rows = alerts(config, "list", "--open", "garak/dan.Dan/x", "team=pay", "severity>=high").splitlines()
    assert rows[0].split()[:3] == ["SEVERITY", "STATUS", "RULE"] and len(rows) == 2
    assert rows[1].split()[:5] == ["high", "open", "garak/dan.Dan/x", "helpbot", "2"] and known["fingerprint"] in rows[1]
    for nothing in (["team!=pay"], ["severity>=critical"], ["--resolved"]):
        assert len(alerts(config, "list", *nothing).splitlines()) == 1
        assert json.loads(alerts(config, "list", "--json", *nothing)) == []


def check_show(config, known):
    one = json.loads(alerts(config, "show", known["fingerprint"], "--json"))
    schema = json.loads((ROOT / "schemas/evidence.schema.json").read_text())
    jsonschema.validate(one["evidence"], schema)
    assert one["links"]["compare"] == f"https://github.com/acme/helpbot/compare/{COMMITS[0]}...{COMMITS[1]}"
    assert one["links"]["ticket"].startswith("https://jira.example/secure/CreateIssueDetails!init.jspa?pid=1&")
    deliveries = {d["integration"].split("/")[0]: d for d in one["deliveries"]}
    assert len(deliveries) == 5 and deliveries["muted"]["told"] == 0 == deliveries["asleep"]["told"]
    assert deliveries["pay"]["told"] == known["version"] and deliveries["pay"]["told_at"]
    text = alerts(config, "show", known["fingerprint"])
    for words in ("HIGH, open: Leak", "set from critical by rule production", "AML.T0054 LLM Jailbreak", "ada",
                  "https://wiki.example/acme/helpbot", "Found in", "Sample 1 of", "secret", "pay/webhook/0", "not yet"):
        assert words in text
    assert "\x1b" not in text


def test_rules_mute_times_and_the_terminal(told):
    world, sink, config = told  # noqa: F811
    (known,) = world.alerts().values()
    check_message(sink.bodies("/pay")[0])
    check_list(config, known)
    check_show(config, known)
    assert "there is no alert" in alerts(config, "show", UNKNOWN, code=65)
    assert "expected one fingerprint" in alerts(config, "show", "v1:1", code=65)
    assert "matcher" in alerts(config, "list", "severity>=", code=65)
    for wrong in (["lst"], ["list", "--open", "--resolved"], ["list", "--yaml"]):
        assert "usage" in alerts(config, *wrong, code=64)
    assert len(sink.bodies("/pay")) == 1, "worse as reported, the same by the rule: no news"
    assert not sink.bodies("/muted") and not sink.bodies("/asleep")
