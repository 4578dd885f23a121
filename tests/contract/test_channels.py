"""The battery that every channel must pass: golden cases, hostile strings, sizes, secrets, refused settings.

A new kind of channel is a row in CHANNELS: its settings with a secret in them, and what reads its output;
`responses` where 200 with "ok" is not its service's answer, `credential` where the body has to hold the secret,
`stored` for what an earlier message left (`known`: what it left, and the responses, for messages after the
first). A second way to use a kind is a row of its own, with `kind`.
TOCSIN_UPDATE_GOLDEN=1 writes what was rendered to golden/ instead of comparing; read the difference.
"""

import functools
import json
import os
import re
import unicodedata

import pytest

import channel_cases as cases

SECRET = "s3cr3t-0f-the-receiver"
TEXT_FORMAT_VISIBLE = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u0890\u0891\u08e2\U000110bd\U000110cd"
JOINERS = "\u200c\u200d"
SAMPLE_TEXT_MAX = 6_000  # EVIDENCE_TEXT_BYTES_MAX; a megabyte is a matter of the unit tests


def answers(*rows):
    return [{"status": status, "body": body if isinstance(body, str) else json.dumps(body)} for status, body in rows]


def ticket(created, read, *changed, **row):
    """A row of a tracker: what it answers to a create, and about a ticket that it has."""
    return row | {"read": cases.json_body, "responses": answers(*created),
                  "known": {"stored": {"ticket_id": "10001", "ticket_name": "RED-1"}, "responses": answers(read, *changed)}}


TEAM = {"assignees": {"team-x": "acc-1"}, "update_description": True, "index_lag": 60_000}
JIRA = {"api_url": "https://acme.atlassian.example/rest/api/2/", "username": "bot@acme.example", "password": SECRET,
        "project": "RED", "issue_type": "Bug", "labels": ["red-team"], "priorities": {"high": "High"},
        "resolve_transition": "Done", "reopen_transition": "To Do", **TEAM}
JIRA_READ = (200, {"fields": {"status": {"statusCategory": {"key": "new"}}, "resolution": None}})
JIRA_WAYS = (200, {"transitions": [{"id": "31", "name": "Finish", "to": {"name": "Done"}}]})
JIRA_NEW = [(201, {"id": "10001", "key": "RED-1"})]
SERVICENOW_ROW = {"sys_id": "10001", "number": "INC0010001", "correlation_id": "tocsin-1", "state": "1"}

CHANNELS = {
    "slack": {"settings": {"api_url": f"https://hooks.slack.example/services/T0/B0/{SECRET}"}, "read": cases.json_body,
              "bytes_max": 262_144, "ours": "\u200b"},
    "slack_bot": {"kind": "slack", "read": cases.json_body, "bytes_max": 262_144, "ours": "\u200b",
                  "settings": {"app_token": f"xoxb-{SECRET}", "app_url": "https://slack.example/api/",
                               "channel": "red-team", "update_message": True, "reply_broadcast": True},
                  "stored": {"slack_target": "red-team", "slack_channel": "C1", "slack_ts": "1.2"},
                  "responses": [{"status": 200, "body": '{"ok":true,"channel":"C1","ts":"1.2"}'},
                                {"status": 200, "body": '{"ok":true,"channel":"C1","ts":"1.3"}'}]},
    "msteamsv2": {"settings": {"webhook_url": f"https://x.logic.azure.example/workflows/1?sp=%2Ft&sv=1.0&sig={SECRET}"},
                  "read": cases.json_body, "bytes_max": 20_480, "ours": "\u200b",
                  "responses": [{"status": 202, "body": ""}]},
    "webhook": {"settings": {"url": f"https://receiver.example/{SECRET}", "authorization": f"Bearer {SECRET}",
                             "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
                "read": cases.json_body, "bytes_max": 4 * 1024 * 1024, "ours": ""},
    "pagerduty": {"settings": {"routing_key": SECRET, "change_events": True,
                               "url": "https://events.pagerduty.example/v2/enqueue"},
                  "read": cases.json_body, "bytes_max": 512_000, "ours": "", "credential": ["routing_key"],
                  "responses": [{"status": 202, "body": '{"status":"success","message":"Event processed"}'}]},
    "opsgenie": {"settings": {"api_key": SECRET, "api_url": "https://api.opsgenie.example/", "follow_up": True},
                 "read": cases.json_body, "bytes_max": 262_144, "ours": "",
                 "responses": [{"status": 202, "body": '{"result":"Request will be processed","requestId":"r-1"}'},
                               {"status": 200, "body": '{"data":{"isSuccess":true},"requestId":"r-1"}'}]},
    "victorops": {"settings": {"api_key": SECRET, "api_url": "https://alert.victorops.example/alert/",
                               "routing_key": "team-x"},
                  "read": cases.json_body, "bytes_max": 262_144, "ours": "",
                  "responses": [{"status": 200, "body": '{"result":"success","entity_id":"e"}'}]},
    "jira": ticket(JIRA_NEW, JIRA_READ, *[JIRA_WAYS] * 3,
                   settings={"api_type": "cloud", **JIRA}, bytes_max=262_144, ours=""),
    "jira_datacenter": ticket(JIRA_NEW, JIRA_READ, *[JIRA_WAYS] * 3, kind="jira",
                              settings={"api_type": "datacenter", **JIRA}, bytes_max=262_144, ours="\u200b"),
    "azure_devops": ticket([(200, {"id": 10001})], (200, {"id": 10001, "fields": {"System.State": "New"}}),
                           (200, {"id": 10001}), bytes_max=4 * 1024 * 1024, ours="",
                           settings={"url": "https://dev.azure.example/acme", "project": "Red Team", "type": "Bug",
                                     "token": SECRET, "resolved_state": "Resolved", "closed_states": "Closed",
                                     "area_paths": {"team-x": "Red Team\\X"}, "tags": ["red-team"], **TEAM}),
    "servicenow": ticket([(201, {"result": SERVICENOW_ROW}), (200, {"result": SERVICENOW_ROW})],
                         (200, {"result": SERVICENOW_ROW}), (200, {"result": SERVICENOW_ROW | {"state": "6"}}),
                         bytes_max=262_144, ours="\u200b",
                         settings={"url": "https://acme.service-now.example", "table": "incident", "username": "tocsin",
                                   "password": SECRET, "resolved_state": "6", "closed_states": "6, 7, 8",
                                   "close_code": "Solution provided", "close_notes": "clean",
                                   "assignment_groups": {"team-x": "sys-1"}, **TEAM}),
    "console": {"settings": {"colour": "never"}, "read": cases.text_body, "bytes_max": 1024 * 1024, "ours": ""},
}
EVERY_CHANNEL = pytest.mark.parametrize("channel", CHANNELS)
WITH_SUMMARY = pytest.mark.parametrize("channel", ["slack", "msteamsv2", "webhook", "pagerduty", "console"])


def render(channel, content, size="full"):
    return render_all(channel, [content], size)[0]


def render_all(channel, contents, size="full"):
    row = CHANNELS[channel]
    given = {name: row[name] for name in ("responses", "stored") if name in row}
    if "known" in row and not is_first(contents[0]):
        given = row["known"]
    return cases.render_all(row.get("kind", channel), row["settings"], contents, size, **given)


def is_first(content):
    return content["alerts"][0]["picture"]["news"] == "opened" and not content.get("repeat")


@functools.cache
def rendered(channel):
    """name -> steps of every case, in two calls."""
    steps = {}
    for first in (True, False):
        names = [name for name, content in cases.CASES.items() if is_first(content) == first]
        steps |= zip(names, render_all(channel, [cases.CASES[name] for name in names]), strict=True)
    return steps


def strings_of(value):
    """Every string of a document, names of members too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield name
            yield from strings_of(member)
    elif isinstance(value, list):
        for member in value:
            yield from strings_of(member)


def assert_neutral(name, text, ours=""):
    """By Unicode's own categories, not by our tables: nothing invisible, no control, no direction."""
    for at, char in enumerate(text):
        if char in "\n\t" or char in ours or char in TEXT_FORMAT_VISIBLE:
            continue
        if char in JOINERS:
            around = text[max(at - 1, 0)] + text[at + 1:at + 2]
            assert all(ord(neighbour) > 0x7F for neighbour in around), (name, hex(ord(char)), text)
            continue
        assert unicodedata.category(char) not in ("Cc", "Cf", "Zl", "Zp", "Cs"), (name, hex(ord(char)), text)
        assert ord(char) & 0xFFFE != 0xFFFE, (name, hex(ord(char)), text)


def golden_text(channel, steps):
    read = CHANNELS[channel]["read"]
    bodies = [read(step) for step in steps if step.get("body")]
    body = bodies[0] if len(bodies) == 1 else bodies
    text = body if isinstance(body, str) else json.dumps(body, indent=1, ensure_ascii=False) + "\n"
    return re.sub(r"tocsin \d+\.\d+\.\d+", "tocsin VERSION", text)


def assert_golden(channel, name, steps):
    text = golden_text(channel, steps)
    path = cases.HERE / "golden" / f"{channel}-{name}.{'txt' if channel == 'console' else 'json'}"
    if os.environ.get("TOCSIN_UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@EVERY_CHANNEL
@pytest.mark.parametrize("name", cases.CASES)
def test_golden(channel, name):
    assert_golden(channel, name, rendered(channel)[name])


@WITH_SUMMARY
@pytest.mark.parametrize("name", cases.SUMMARIES)
def test_golden_of_a_summary(channel, name):
    assert_golden(channel, name, render(channel, cases.SUMMARIES[name]))


@WITH_SUMMARY
def test_hostile_strings_in_a_summary_are_neutral(channel):
    names, texts = zip(*[(row["name"], row["text"]) for row in cases.hostile_strings()])
    some = [(text[:500] or "x") for text in texts]
    assert_all_neutral(channel, names, [
        cases.summary(run={**cases.RUN, "id": text, "repository": text, "pipeline": text, "branch": text,
                           "commit": text, "team": text, "url": "https://ci.example/" + text}) for text in some])


@WITH_SUMMARY
@pytest.mark.parametrize("size", cases.SIZES)
def test_a_summary_says_its_counts_at_every_size(channel, size):
    body = render(channel, cases.SUMMARIES["summary"], size)[0]["body"]
    for said in ("RUN ENDED", "3 new, 12 still open, 2 resolved", "1 critical, 2 high", "1 more than after the run before"):
        assert said in body


@EVERY_CHANNEL
def test_the_same_message_is_the_same_request(channel):
    assert render(channel, cases.CASES["group_of_3"]) == render(channel, cases.CASES["group_of_3"])


def assert_all_neutral(channel, names, contents):
    deliveries = render_all(channel, contents)
    for name, steps in zip(names, deliveries, strict=True):
        for step in steps:
            for text in strings_of(CHANNELS[channel]["read"](step) if step.get("body") else ""):
                assert_neutral(name, text, CHANNELS[channel]["ours"])


@EVERY_CHANNEL
def test_hostile_strings_are_neutral(channel):
    assert len(cases.hostile_strings()) >= 60
    assert_all_neutral(channel, *zip(*cases.hostile_messages()))


# Everything that someone else wrote, as raw as a template can have it.
RAW = ("{{{rule.title}}} {{{model}}} {{&target}} {{{category}}} {{{owner}}} {{#pipelines}}{{{.}}}{{/pipelines}} "
       "{{#labels}}{{{alertname}}}{{/labels}} {{{annotations.description}}} {{{run_url}}} {{{ticket_url}}}")
TEXTS = {"title": "own title " + RAW,
         "text": "own text\n{{#alerts}}" + RAW + "\n{{{sample.prompt}}}\n{{{sample.output}}}\n{{/alerts}}"}


@EVERY_CHANNEL
def test_hostile_strings_in_a_receivers_own_texts_are_neutral(channel):
    names, contents = zip(*cases.hostile_messages())
    assert_all_neutral(channel, names, [{**content, "texts": TEXTS} for content in contents])


@EVERY_CHANNEL
@pytest.mark.parametrize("name", ["opened", "group_of_3"])
def test_a_receivers_own_texts_are_shown(channel, name):
    content = {**cases.CASES[name], "texts": {"title": "own title {{severity}}", "text": "own text {{count}}\nlast line"}}
    body = "".join(step.get("body") or "" for step in render(channel, content))
    assert "own title high" in body and "own text 256" in body and "last line" in body


@EVERY_CHANNEL
def test_every_format_character_of_unicode_is_neutral(channel):
    every = [chr(code) for code in range(1, 0x110000)
             if unicodedata.category(chr(code)) in ("Cc", "Cf", "Zl", "Zp")]
    texts = ["a".join(every[start:start + 80]) for start in range(0, len(every), 80)]
    assert_all_neutral(channel, texts, [cases.message([cases.everywhere(text)]) for text in texts])


@EVERY_CHANNEL
@pytest.mark.parametrize("piece", ["x", "\u6f22", "\U0001f600", "\x1b", "`", "<", "\n"])
def test_the_longest_evidence_shortens_itself_and_never_identity(channel, piece):
    text = piece * SAMPLE_TEXT_MAX
    content = cases.message([cases.alert(sample={**cases.PICTURE["sample"], "prompt": text, "output": text})])
    last = None
    for size in cases.SIZES:
        body = render(channel, content, size)[0]["body"]
        assert len(body.encode()) <= CHANNELS[channel]["bytes_max"]
        assert cases.FINGERPRINT in body and "helpbot" in body and "256" in body
        assert last is None or len(body) < last
        last = len(body)


@EVERY_CHANNEL
@pytest.mark.parametrize("size", cases.SIZES)
def test_a_large_group_is_counted_to_its_end(channel, size):
    body = render(channel, cases.CASES["group_of_500"], size)[0]["body"]
    assert "480" in body
    for i in range(cases.MEMBERS_SHOWN_MAX):
        assert f"Problem {i}" in body


def without_credential(channel, body):
    """The body without the one member that is the credential."""
    if not body or "credential" not in CHANNELS[channel]:
        return body
    document = json.loads(body)
    return json.dumps({name: value for name, value in document.items() if name not in CHANNELS[channel]["credential"]})


@EVERY_CHANNEL
@pytest.mark.parametrize("name", cases.CASES)
def test_no_secret_outside_url_and_headers(channel, name):
    for step in rendered(channel)[name]:
        assert SECRET not in without_credential(channel, step.get("body", ""))
        assert SECRET not in json.dumps(step["stored"])
        assert SECRET not in json.dumps(step.get("verdict", {}).get("detail", ""))


@EVERY_CHANNEL
def test_it_ends_what_it_began(channel):
    assert rendered(channel)["opened"][-1]["kind"] == "done"
    assert rendered(channel)["resolved"][-1]["kind"] == "done"


@EVERY_CHANNEL
def test_an_unknown_setting_is_refused(channel):
    assert "no_such_setting" in cases.refusal(CHANNELS[channel].get("kind", channel), {**CHANNELS[channel]["settings"], "no_such_setting": "x"})
