"""PagerDuty, Opsgenie, Splunk On-Call and Teams beside apprise, which sends to them with code of its own.

Its requests are caught before they leave. Where both say something it has the same place and type, and goes to
the same address; what only apprise says is named in LEFT_OUT, with the reason.
"""

import json

import pytest
import requests
from apprise import Apprise, NotifyType

import channel_cases as cases

KEY = "0123456789abcdef0123456789abcdef"
UUID = "11111111-2222-3333-4444-555555555555"
CHANNELS = {
    "pagerduty": {"apprise": f"pagerduty://{KEY}@{KEY}/source/component?click=https://ci.example/&group=g&class=c&+a=b",
                  "settings": {"routing_key": KEY, "url": "https://events.pagerduty.com/v2/enqueue",
                               "client": "tocsin"}},
    "opsgenie": {"apprise": f"opsgenie://{UUID}/?alias=a&entity=e&tags=t&+a=b",
                 "settings": {"api_key": UUID, "api_url": "https://api.opsgenie.com/"}},
    "victorops": {"apprise": f"splunk://team@{UUID}/entity",
                  "settings": {"api_key": UUID, "routing_key": "team",
                               "api_url": "https://alert.victorops.com/integrations/generic/20131114/alert/"}},
}
LEFT_OUT = {"images"}  # a picture of the sender's logo
EVERY_CHANNEL = pytest.mark.parametrize("channel", CHANNELS)


def of_apprise(channel, monkeypatch, kind):
    """URL, headers and body of the first request that apprise would send."""
    sent = []

    def post(url, data=None, headers=None, **_):
        sent.append((url, headers, json.loads(data)))
        response = requests.Response()
        response.status_code = 202
        response._content = b'{"status":"success","result":"success","requestId":"r"}'
        return response

    monkeypatch.setattr(requests, "post", post)
    apprise = Apprise()
    assert apprise.add(CHANNELS[channel]["apprise"])
    apprise.notify(body="body", title="title", notify_type=kind)
    assert sent
    return sent[0]


def of_tocsin(channel, name="opened"):
    step = cases.render(channel, CHANNELS[channel]["settings"], cases.CASES[name])[0]
    return step["url"], dict(step["headers"]), json.loads(step["body"])


def shape(value):
    """Names and types; what a user may name freely is only a type."""
    if isinstance(value, dict):
        return {name: type(member).__name__ if name in ("details", "custom_details") else shape(member)
                for name, member in value.items() if name not in LEFT_OUT}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def assert_holds(ours, theirs, path=""):
    if isinstance(theirs, dict):
        for name, member in theirs.items():
            assert name in ours, f"{path}/{name}"
            assert_holds(ours[name], member, f"{path}/{name}")
    elif isinstance(theirs, list):
        for member in theirs:
            assert_holds(ours[0], member, f"{path}/0")
    else:
        assert ours == theirs, path


@EVERY_CHANNEL
def test_same_address_and_members(channel, monkeypatch):
    url, headers, body = of_apprise(channel, monkeypatch, NotifyType.FAILURE)
    our_url, our_headers, our_body = of_tocsin(channel)
    assert our_url == url
    assert our_headers["Content-Type"] == headers["Content-Type"]
    if channel == "opsgenie":
        assert our_headers["Authorization"] == headers["Authorization"]
    assert_holds(shape(our_body), shape(body))


@pytest.mark.parametrize(("kind", "severity"), [(NotifyType.INFO, "info"), (NotifyType.WARNING, "medium"),
                                                (NotifyType.FAILURE, "critical")])
def test_pagerduty_has_the_same_words_for_severity(kind, severity, monkeypatch):
    theirs = of_apprise("pagerduty", monkeypatch, kind)[2]["payload"]["severity"]
    content = cases.message([cases.alert(severity=severity)])
    step = cases.render("pagerduty", CHANNELS["pagerduty"]["settings"], content)[0]
    assert json.loads(step["body"])["payload"]["severity"] == theirs


@pytest.mark.parametrize(("kind", "name"), [(NotifyType.FAILURE, "escalated"), (NotifyType.SUCCESS, "resolved")])
def test_victorops_has_the_same_message_types(kind, name, monkeypatch):
    theirs = of_apprise("victorops", monkeypatch, kind)[2]["message_type"]
    assert of_tocsin("victorops", name)[2]["message_type"] == theirs


def test_teams_has_the_same_envelope(monkeypatch):
    """Apprise gives the query as parameters, and lays out its card otherwise."""
    base = "https://prod-1.westeurope.logic.azure.com:443/workflows/0123456789abcdef0123456789abcdef/triggers/manual/paths/invoke"
    url = base + "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=abcdefghijklmnop"
    sent = []
    monkeypatch.setattr(requests, "post", lambda *given, **more: sent.append((given, more)))
    apprise = Apprise()
    assert apprise.add(url)
    apprise.notify(body="body", title="title", notify_type=NotifyType.FAILURE)
    (their_url, *_), more = sent[0]
    step = cases.render("msteamsv2", {"webhook_url": url}, cases.CASES["opened"])[0]
    assert step["url"] == requests.Request("POST", their_url, params=more["params"]).prepare().url
    theirs, ours = json.loads(more["data"]), json.loads(step["body"])
    for body in (theirs, ours):
        card = body["attachments"][0]["content"]
        card["body"] = [element["type"] for element in card["body"] if element["type"] == "TextBlock"][:1]
        card["msteams"]["width"] = card["msteams"]["width"].lower()
    assert ours == theirs
