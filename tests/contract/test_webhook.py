"""Alertmanager's webhook, version 4, as its receivers read it, and Standard Webhooks' own verifier.

`TEMPLATE` is the shape of Alertmanager's notify/webhook message: every member, its kind, nothing more but
`tocsin`. prometheus_alert_model is a receiver's model that this project did not write.
"""

import datetime
import json
import re
import time

import pytest
import standardwebhooks
from prometheus_alert_model import AlertGroup

import channel_cases as cases

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SETTINGS = {"url": "https://receiver.example/hook"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def text(value):
    assert isinstance(value, str)


def number(value):
    assert isinstance(value, int) and not isinstance(value, bool) and value >= 0


def status(value):
    assert value in ("firing", "resolved")


def labels(value):
    for name, member in value.items():
        assert re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]*", name)
        text(member)


def moment(value):
    assert TIME.fullmatch(value)


def fingerprint(value):
    assert re.fullmatch(r"[0-9a-f]{16}", value)


ALERT = {"status": status, "labels": labels, "annotations": labels, "startsAt": moment, "endsAt": moment,
         "generatorURL": text, "fingerprint": fingerprint}
TEMPLATE = {"receiver": text, "status": status, "groupLabels": labels, "commonLabels": labels,
            "commonAnnotations": labels, "externalURL": text, "version": text, "groupKey": text,
            "truncatedAlerts": number}


def request(content, settings=SETTINGS, size="full", **more):
    step = cases.render("webhook", settings, content, size, **more)[0]
    return dict(step["headers"]), step["body"]


def assert_alertmanagers(body):
    assert set(body) == set(TEMPLATE) | {"alerts"}
    for name, check in TEMPLATE.items():
        check(body[name])
    assert body["version"] == "4"
    for alert in body["alerts"]:
        assert set(alert) == set(ALERT) | {"tocsin"}
        for name, check in ALERT.items():
            check(alert[name])
        assert (alert["endsAt"] == "0001-01-01T00:00:00Z") == (alert["status"] == "firing")
        assert alert["labels"]["alertname"]
        assert body["commonAnnotations"].items() <= alert["annotations"].items()
    assert (body["status"] == "resolved") == all(alert["status"] == "resolved" for alert in body["alerts"])


@pytest.mark.parametrize("size", cases.SIZES)
@pytest.mark.parametrize("name", cases.CASES)
def test_every_case_is_alertmanagers(name, size):
    _, body = request(cases.CASES[name], size=size)
    assert_alertmanagers(json.loads(body))
    group = AlertGroup(**json.loads(body))
    assert group.receiver == "team-x"
    assert all(isinstance(alert.starts_at, datetime.datetime) for alert in group.alerts)


def test_what_alertmanager_has_no_place_for():
    _, body = request(cases.CASES["opened"])
    tocsin = json.loads(body)["alerts"][0]["tocsin"]
    assert tocsin["fingerprint"] == cases.FINGERPRINT
    assert (tocsin["count"], tocsin["episode_count"], tocsin["episode"], tocsin["news"]) == (256, 256, 1, "opened")
    assert tocsin["rule"] == cases.PICTURE["rule"]
    assert tocsin["model"] == {"name": "helpbot", "versions": ["v2", "v1"]}
    assert tocsin["links"] == {"report": "https://ci.example/report.html", "run": "https://ci.example/runs/42",
                               "ticket": "https://tracker.example/new?title=DAN", "runbook": "https://wiki.example/dan"}
    assert tocsin["samples"][0]["prompt"] == cases.PICTURE["sample"]["prompt"]
    assert tocsin["samples"][0]["output"] == cases.PICTURE["sample"]["output"]
    assert "prompt_changed" not in tocsin["samples"][0]
    assert (tocsin["severity"], tocsin["confidence"], tocsin["owner"]) == ("high", 0.875, "team-x")
    assert tocsin["pipelines"] == cases.PICTURE["pipelines"]


def test_a_signature_that_standard_webhooks_accepts():
    now = datetime.datetime.fromtimestamp(int(time.time()), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    headers, body = request({**cases.CASES["opened"], "now": now}, {**SETTINGS, "secret": SECRET})
    verifier = standardwebhooks.Webhook(SECRET)
    assert verifier.verify(body, headers)["version"] == "4"
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        verifier.verify(body.replace("256", "257"), headers)
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        verifier.verify(body, {**headers, "webhook-id": "msg_other"})


def test_an_id_is_the_same_for_every_try_and_new_for_news():
    first, _ = request(cases.CASES["opened"])
    again, _ = request({**cases.CASES["opened"], "attempt": 7, "now": "2026-11-24T00:00:00.000Z"}, size="identity")
    newer, _ = request({**cases.CASES["opened"], "version": 8})
    assert first["webhook-id"] == again["webhook-id"] != newer["webhook-id"]
    assert "webhook-signature" not in first


def test_truncated_alerts():
    _, body = request(cases.CASES["group_of_500"], {**SETTINGS, "max_alerts": 5})
    assert len(json.loads(body)["alerts"]) == 5
    assert json.loads(body)["truncatedAlerts"] == 495


@pytest.mark.parametrize("settings, word", [
    ({"secret": "whsec_x"}, "secret"), ({"authorization": "a\nb"}, "authorization"), ({"headers": {"Host": "x"}}, "host"),
    ({"url": "file:///etc/passwd"}, "url"), ({"payload": "x"}, "version 4"),
])
def test_settings_are_refused_in_words(settings, word):
    said = cases.refusal("webhook", {**SETTINGS, **settings})
    assert word in said and "passwd" not in said and "whsec_x" not in said
