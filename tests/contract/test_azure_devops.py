"""Azure DevOps' requests, held by Microsoft's own API document: paths, queries, content types and bodies.

The document is not part of this repository: TOCSIN_ADO_SPEC names it, else it is looked for beside the repository."""
import json
import os
import pathlib
import re
import urllib.parse

import jsonschema
import pytest

import channel_cases as cases
from test_channels import CHANNELS

SPEC = pathlib.Path(os.environ.get("TOCSIN_ADO_SPEC",
                                   cases.ROOT.parent / "shared/specs/azure-devops-wit-7.1.openapi.json"))
ROW = CHANNELS["azure_devops"]
KNOWN = {"ticket_id": "10001", "ticket_name": "#10001"}
FOUND = {"status": 200, "body": '{"workItems":[{"id":10001}]}'}


@pytest.fixture(scope="module")
def spec():
    if not SPEC.exists():
        pytest.skip(f"Azure DevOps' API document is not at {SPEC}; TOCSIN_ADO_SPEC names another place")
    return json.loads(SPEC.read_text(encoding="utf-8-sig"))


def operation_of(spec, step):
    """The document's operation for a request; the team in a query's path may be left out."""
    path = urllib.parse.urlsplit(step["url"]).path
    for template, operations in spec["paths"].items():
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template.replace("/{team}", "")))
        if re.fullmatch(pattern, path) and step["method"].lower() in operations:
            return operations[step["method"].lower()]
    return pytest.fail(f"no operation for {step['method']} {path}")


def assert_valid(spec, step):
    operation = operation_of(spec, step)
    known = {p["name"]: p for p in operation["parameters"] if "name" in p}
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(step["url"]).query)
    assert query.pop("api-version") == ["7.1"]
    assert set(query) <= {name for name, p in known.items() if p["in"] == "query"}
    if "body" in step:
        assert dict(step["headers"])["Content-Type"] in operation["consumes"]
        jsonschema.Draft4Validator({**spec, **known["body"]["schema"]}).validate(json.loads(step["body"]))


@pytest.mark.parametrize("name", cases.CASES)
def test_requests_are_the_document_s(spec, name):
    new, known = ROW["responses"], ROW["known"]["responses"]
    doubt = cases.CASES[name] | {"in_doubt": True}
    stories = [cases.render("azure_devops", ROW["settings"], cases.CASES[name], responses=new),
               cases.render("azure_devops", ROW["settings"], cases.CASES[name], stored=KNOWN, responses=known),
               cases.render("azure_devops", ROW["settings"], doubt, stored={"ticket_creating": "1"},
                            responses=[FOUND, *known])]
    sent = [step for steps in stories for step in steps if step["kind"] == "request"]
    assert {step["method"] for step in sent} >= {"GET", "POST"}
    for step in sent:
        assert_valid(spec, step)


def test_the_document_refuses_what_it_should(spec):
    step = cases.render("azure_devops", ROW["settings"], cases.CASES["opened"], responses=ROW["responses"])[0]
    with pytest.raises(jsonschema.ValidationError):
        assert_valid(spec, {**step, "body": '[{"op": "put", "path": "/fields/System.Title"}]'})
    with pytest.raises(AssertionError):
        assert_valid(spec, {**step, "headers": [["Content-Type", "application/json"]]})
