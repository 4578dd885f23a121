"""Mustache's own specification: interpolation, sections, inverted sections, delimiters, comments.

Its files are not part of this repository. TOCSIN_MUSTACHE_SPEC names a checkout's folder of *.json
(https://github.com/mustache/spec, folder specs); without it this is skipped, and tests/unit/channels/test_mustache.c
has cases of every rule.
"""

import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(os.environ.get("TOCSIN_SOURCE_DIR", pathlib.Path(__file__).parents[2]))
TOOL = pathlib.Path(os.environ.get("TOCSIN_BIN_DIR", ROOT / "build/asan/bin")) / "mustache_tool"
SPEC = pathlib.Path(os.environ.get("TOCSIN_MUSTACHE_SPEC", "/usr/share/mustache/specs"))


def render(questions):
    run = subprocess.run([TOOL], input="".join(json.dumps(question) + "\n" for question in questions),
                         capture_output=True, text=True, check=True, timeout=60)
    return [json.loads(line) for line in run.stdout.splitlines()]


@pytest.mark.parametrize("name", ["interpolation", "sections", "inverted", "delimiters", "comments"])
def test_specification(name):
    path = SPEC / f"{name}.json"
    if not path.exists():
        pytest.skip(f"Mustache's specification is not here: {path} (TOCSIN_MUSTACHE_SPEC)")
    # Partials are refused here, and these two cases of delimiters are about them.
    cases = [case for case in json.loads(path.read_text(encoding="utf-8"))["tests"] if "partials" not in case]
    assert len(cases) >= 10
    for case, answer in zip(cases, render(cases)):
        assert answer == {"text": case["expected"]}, (case["name"], case["desc"])
