"""Jira's documents, held by Atlassian's own schema of the format.

The schema is a package of npm's registry. TOCSIN_ADF_SCHEMA names the file; else npm fetches the pinned version once
into the build folder; without npm, or without a network, the test skips with words."""
import json
import os
import pathlib
import shutil
import subprocess
import tarfile

import jsonschema
import pytest

import channel_cases as cases

PACKAGE, VERSION = "@atlaskit/adf-schema", "57.7.22"
FILE = "package/dist/json-schema/v1/full.json"
FOLDER = pathlib.Path(os.environ.get("TOCSIN_BUILD_DIR", cases.ROOT / "build")) / "adf-schema"
SETTINGS = {"api_url": "https://acme.atlassian.net", "project": "RED", "issue_type": "Bug", "username": "a@b.example",
            "password": "k", "update_description": True, "resolve_transition": "Done"}
KNOWN = {"ticket_id": "10001", "ticket_name": "RED-1"}
READ = {"status": 200, "body": '{"fields":{"status":{"statusCategory":{"key":"done"}}}}'}
DONE = {"status": 204, "body": ""}


def fetch():
    """The schema's file, fetched once; skips with words."""
    kept = FOLDER / f"{VERSION}.json"
    if "TOCSIN_ADF_SCHEMA" in os.environ:
        return pathlib.Path(os.environ["TOCSIN_ADF_SCHEMA"])
    if kept.exists():
        return kept
    if not shutil.which("npm"):
        pytest.skip(f"no npm, which brings {PACKAGE}: TOCSIN_ADF_SCHEMA names its full.json")
    FOLDER.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}"], cwd=FOLDER, capture_output=True, text=True,
                          timeout=120)
    if done.returncode != 0:
        pytest.skip(f"npm could not bring {PACKAGE}: {done.stderr[-200:]}")
    archive = FOLDER / done.stdout.split()[-1]
    with tarfile.open(archive) as tar:
        kept.write_bytes(tar.extractfile(FILE).read())
    archive.unlink()
    return kept


@pytest.fixture(scope="module")
def valid():
    """Says whether a document is valid."""
    schema = json.loads(fetch().read_text(encoding="utf-8"))
    return jsonschema.Draft4Validator(schema).is_valid


def documents(steps):
    for step in steps:
        body = json.loads(step.get("body") or "{}")
        for document in (body.get("fields", {}).get("description"), body.get("body")):
            if document:
                yield document


def test_the_schema_refuses_what_jira_refuses(valid):
    def paragraph(*nodes):
        return {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": list(nodes)}]}
    assert valid(paragraph({"type": "text", "text": "x", "marks": [{"type": "strong"}]}))
    for refused in ({"type": "text", "text": ""}, {"type": "unknown"},
                    {"type": "text", "text": "x", "marks": [{"type": "code"}, {"type": "strong"}]}):
        assert not valid(paragraph(refused))


@pytest.mark.parametrize("size", cases.SIZES)
@pytest.mark.parametrize("name", cases.CASES)
def test_every_case_is_valid(valid, name, size):
    news = {"news": "escalated"}
    content = cases.CASES[name] | {"alerts": [a | {"picture": a["picture"] | news} for a in cases.CASES[name]["alerts"]]}
    found = list(documents(cases.render("jira", SETTINGS, content, size, stored=KNOWN, responses=[READ, DONE, DONE])))
    found += documents(cases.render("jira", SETTINGS, cases.CASES[name], size))
    assert found or name in ("reminder", "resolved", "all_closed")
    assert all(valid(document) for document in found)


def test_hostile_strings_are_valid(valid):
    names, contents = zip(*cases.hostile_messages())
    for name, steps in zip(names, cases.render_all("jira", SETTINGS, contents), strict=True):
        found = list(documents(steps))
        assert found and all(valid(document) for document in found), name
