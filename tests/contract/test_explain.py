"""`tocsind explain` without a broker: what it says of a finding and of what it can't know. The words are for people, so
only the facts in them are held here."""
import json
import os
import subprocess

import pytest

from system.world import BIN, ROOT

EXAMPLE = ROOT / "schemas/examples/finding/valid/full.json"
ROUTES = """time_intervals:
  - name: always
    time_intervals: [{}]
  - name: never
    time_intervals: []
inhibit_rules:
  - {source_matchers: [severity>=high], target_matchers: [severity<high], equal: [model]}
route:
  receiver: all
  group_by: [alertname]
  routes:
    - matchers: ['severity="low"']
      receiver: nobody
    - matchers: [severity>=low, team!=ads]
      receiver: quiet
      continue: true
      mute_time_intervals: [never, always]
      routes:
        - matchers: ['branch=~"release/.*"']
    - matchers: [model=helpbot]
      active_time_intervals: [always]
      group_by: ['...']
    - receiver: nobody
receivers:
  - name: all
    flush: run_end
    console_configs: [{}]
  - name: quiet
    console_configs: [{}]
  - name: nobody
"""


def explain(*arguments, input=None, check=True):
    done = subprocess.run([BIN / "tocsind", "explain", *map(str, arguments)], capture_output=True, text=True, input=input,
                          timeout=120, env=os.environ)
    assert not check or done.returncode == 0, done.stderr
    return done


def test_without_a_broker(tmp_path):
    path = tmp_path / "tocsind.yaml"
    path.write_text('kafka: {bootstrap.servers: "127.0.0.1:1"}\n' + ROUTES)
    text = explain(EXAMPLE, "--config", path, "--offline").stdout
    lines = [line.strip() for line in text.splitlines()]
    finding = json.loads(EXAMPLE.read_text())
    assert f"fingerprint {finding['fingerprint']}" in lines
    assert "--offline was given" in text and "takes it as new" in text and "inhibits others" in text
    assert 'line 13, {severity="low"}: no, "severity" is "high"' in lines
    assert 'line 15, {severity>="low",team!="ads"}: yes, and continues' in lines
    assert 'line 20, {branch=~"release/.*"}: no, "branch" is "main"' in lines
    assert '-> receiver "quiet", since no route below takes it' in lines
    assert "1 more route is not asked: the last one took it and does not continue" in lines
    assert 'muted now by the time interval "always", for more than 366 days' in lines
    assert "its time intervals let it through now" in lines
    assert any(line.startswith('"all/console/0": when the run has ended') for line in lines)
    assert any(line.startswith('"quiet/console/0": 30s after the group') for line in lines)


def test_owners_and_overrides(tmp_path):
    path = tmp_path / "tocsind.yaml"
    path.write_text(ROUTES + """owners:
  - {matchers: [model=other], team: nobody}
  - {matchers: [repository=~"acme/.*"], team: ads, owner: "ada, bob", override: true}
severity_overrides:
  - {name: less for tests, matchers: [team=ads], severity: low}
""")
    lines = explain(EXAMPLE, "--config", path, "--offline").stdout.splitlines()
    assert 'owned, by the owner rule on line 33: team "ads", owner "ada, bob"' in lines
    assert 'severity low, set from high by the rule "less for tests"' in lines
    assert 'severity="low"' in lines[2] and 'team="ads"' in lines[2] and 'owner="ada, bob"' in lines[2]
    assert '    line 12, {severity="low"}: yes' in lines


def test_a_broker_that_is_away_is_no_failure(tmp_path):
    path = tmp_path / "tocsind.yaml"
    path.write_text('kafka: {bootstrap.servers: "127.0.0.1:1"}\n' + ROUTES)
    text = explain("-", "-c", path, input=EXAMPLE.read_text()).stdout
    assert "Whether it is known can't be said: topic tocsin.alerts" in text
    assert "can't be said" in text.split("Muted by:")[1]


@pytest.mark.parametrize("arguments, code, words", [
    ([], 64, "usage"), ([EXAMPLE], 64, "usage"), ([EXAMPLE, EXAMPLE, "-c", "{config}"], 64, "usage"),
    (["-", "-c", "{config}"], 65, "tocsind explain: "), (["/no/such/file", "-c", "{config}"], 65, "cannot open"),
    ([EXAMPLE, "-c", "/no/such/file"], 78, "cannot open"),
])
def test_wrong_calls(tmp_path, arguments, code, words):
    path = tmp_path / "tocsind.yaml"
    path.write_text(ROUTES)
    done = explain(*[path if a == "{config}" else a for a in arguments], input='{"type": "other"}', check=False)
    assert (done.returncode, done.stdout) == (code, "") and words in done.stderr
