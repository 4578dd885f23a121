"""Opsgenie's bodies, held by its own published API document; and how its requests follow each other.

The document is not part of this repository: TOCSIN_OPSGENIE_SPEC names it, else it is looked for beside the
repository. What it does not say (lengths) is checked here.
"""

import json
import os
import pathlib

import jsonschema
import pytest

import channel_cases as cases

SETTINGS = {"api_key": "k", "api_url": "https://api.opsgenie.example", "follow_up": True}
SPEC = pathlib.Path(os.environ.get("TOCSIN_OPSGENIE_SPEC", cases.ROOT.parent / "shared/specs/opsgenie.openapi.json"))
TAKEN = {"status": 202, "body": '{"result":"Request will be processed","requestId":"r-1"}'}
DONE = {"status": 200, "body": '{"data":{"isSuccess":true},"requestId":"r-1"}'}
WAITS = {"status": 404, "body": '{"message":"Request not found. It might not be processed, yet."}'}


def steps_of(content, stored=None, responses=(TAKEN, DONE, TAKEN, TAKEN), size="full"):
    return cases.render("opsgenie", SETTINGS, content, size, stored=stored or {}, responses=list(responses))


def definition_of(step):
    path = step["url"].split("?")[0]
    if path.endswith("/close"):
        return "CloseAlertPayload"
    return "AddNoteToAlertPayload" if path.endswith("/notes") else "CreateAlertPayload"


@pytest.fixture(scope="module")
def spec():
    if not SPEC.exists():
        pytest.skip(f"Opsgenie's API document is not at {SPEC}; TOCSIN_OPSGENIE_SPEC names another place")
    return json.loads(SPEC.read_text(encoding="utf-8"))


def assert_valid(spec, step):
    """By the definition, whose references lead into the whole document."""
    schema = {**spec, "$ref": f"#/definitions/{definition_of(step)}"}
    jsonschema.Draft4Validator(schema).validate(json.loads(step["body"]))


def assert_short(body):
    assert len(body["message"]) <= 130 and len(body["alias"]) <= 512 and len(body["description"]) <= 15_000
    assert len(body["tags"]) <= 20 and all(len(tag) <= 50 for tag in body["tags"])
    assert sum(len(name) + len(value) for name, value in body["details"].items()) <= 8_000
    assert len(body.get("entity", "")) <= 512 and len(body["source"]) <= 100


@pytest.mark.parametrize("size", cases.SIZES)
@pytest.mark.parametrize("name", cases.CASES)
def test_bodies_are_valid(spec, name, size):
    for stored in ({}, {"opsgenie_open": "P3"}):
        for step in steps_of(cases.CASES[name], stored, size=size):
            if step.get("method") == "POST":
                assert_valid(spec, step)


def test_the_document_refuses_what_it_should(spec):
    step = steps_of(cases.CASES["opened"])[0]
    for change in ({"priority": "P7"}, {"details": {"a": 1}}, {"message": None}):
        body = {**json.loads(step["body"]), **change}
        with pytest.raises(jsonschema.ValidationError):
            assert_valid(spec, {**step, "body": json.dumps(body)})


def test_hostile_strings_stay_in_their_fields():
    names, contents = zip(*cases.hostile_messages())
    deliveries = cases.render_all("opsgenie", SETTINGS, contents, responses=[TAKEN, DONE])
    for name, steps in zip(names, deliveries, strict=True):
        body = json.loads(steps[0]["body"])
        assert_short(body)
        assert "<" not in body["message"] and "<" not in body["description"], name


def test_what_still_waits_is_asked_for_again():
    steps = steps_of(cases.CASES["opened"], responses=[TAKEN, WAITS])
    assert [step.get("method") for step in steps] == ["POST", "GET"]
    assert steps[-1]["verdict"]["outcome"] == "retry" and steps[-1]["verdict"]["delay_ms"] == 2000
    again = steps_of(cases.CASES["opened"], steps[-1]["stored"], [DONE])
    assert [step["kind"] for step in again] == ["request", "done"]
    assert again[0]["method"] == "GET" and again[0]["url"].endswith("/v2/alerts/requests/r-1")
    assert again[-1]["stored"] == {"opsgenie_open": "P2"}


def test_an_open_alert_gets_a_note_and_its_priority():
    steps = steps_of(cases.CASES["escalated"], {"opsgenie_open": "P2"})
    assert [(step.get("method"), step["kind"]) for step in steps] == [
        ("POST", "request"), ("GET", "request"), ("POST", "request"), ("PUT", "request"), (None, "done")]
    assert steps[-1]["stored"] == {"opsgenie_open": "P1"}
