"""What the mask hides and what it leaves, measured over a corpus that is made from a seed.

Recall: nothing of a planted body is left, not even eight characters of it in a row. Precision: of all places that
were hidden, those that were planted. `pytest -s` prints both for each kind.
"""

import collections
import json
import os
import pathlib
import re
import subprocess

import pytest

import mask_corpus as corpus

ROOT = pathlib.Path(os.environ.get("TOCSIN_SOURCE_DIR", pathlib.Path(__file__).parents[2]))
TOOL = pathlib.Path(os.environ.get("TOCSIN_BIN_DIR", ROOT / "build/asan/bin")) / "mask_tool"
SEED, EACH = 8, 60
WINDOW = 8  # characters in a row that give something away
SECRETS_RECALL_MIN, PERSONAL_RECALL_MIN, PRECISION_MIN = 0.98, 0.97, 0.95
SECOND_OPINION_EVERY = 6  # it is slow
KIND_RECALL_MIN = 0.9  # of each kind alone, so that none hides behind the others
MASKED = re.compile(r"\[masked ([a-z0-9-]+): [^\]]*\]")


def masked(texts, kinds="all", patterns=corpus.ID_PATTERNS):
    run = subprocess.run([TOOL, kinds, *(f"{name}={pattern}" for name, pattern in patterns.items())],
                         input="".join(json.dumps(text) + "\n" for text in texts), capture_output=True, text=True,
                         check=True, timeout=120)
    return [json.loads(line) for line in run.stdout.splitlines()]


def windows(body):
    return {body[i:i + WINDOW] for i in range(max(1, len(body) - WINDOW + 1))}


def is_gone(case, text):
    return not any(window in text for window in windows(case.body))


@pytest.fixture(scope="module")
def measured():
    chance = corpus.Chance(SEED)
    groups = {"secret": list(corpus.secret_cases(chance, EACH)), "personal": list(corpus.personal_cases(chance, EACH)),
              "look-alike": list(corpus.lookalike_cases(chance, EACH))}
    return {name: list(zip(cases, masked([case.text for case in cases]))) for name, cases in groups.items()}


def recall(rows):
    """Per kind: how many are gone, of how many, and some that are not."""
    table = collections.defaultdict(lambda: [0, 0, []])
    for case, text in rows:
        row = table[case.kind]
        row[0] += is_gone(case, text)
        row[1] += 1
        if not is_gone(case, text):
            row[2].append((case.text, text))
    return table


@pytest.mark.parametrize("group, least", [("secret", SECRETS_RECALL_MIN), ("personal", PERSONAL_RECALL_MIN)])
def test_recall(measured, group, least):
    table = recall(measured[group])
    for kind, (gone, count, _) in table.items():
        print(f"recall {gone / count:6.1%} of {count} {kind}")
    whole = sum(row[0] for row in table.values()) / sum(row[1] for row in table.values())
    print(f"recall {whole:6.1%} of all {group}s")
    poor = {kind: left[:3] for kind, (gone, count, left) in table.items() if gone / count < KIND_RECALL_MIN}
    assert not poor
    assert whole >= least, [left[:2] for _, _, left in table.values() if left]


def test_precision(measured):
    """A planted text has one thing, though a template may hold it twice; a look-alike has none."""
    right, wrong = collections.Counter(), collections.defaultdict(list)
    for group, rows in measured.items():
        for case, text in rows:
            rules = MASKED.findall(text)
            planted = case.text.count(case.body) if case.body and is_gone(case, text) else 0
            right.update(rules[:planted])
            for rule in rules[planted:]:
                wrong[rule].append((case.kind, case.text, text))
    for rule in sorted({*right, *wrong}):
        all_places = right[rule] + len(wrong[rule])
        print(f"precision {right[rule] / all_places:6.1%} of {all_places} {rule}")
    whole = right.total() / (right.total() + sum(map(len, wrong.values())))
    print(f"precision {whole:6.1%} of all")
    assert whole >= PRECISION_MIN
    for rule, places in wrong.items():
        assert right[rule] / (right[rule] + len(places)) >= PRECISION_MIN, (rule, places[:3])


def test_masking_twice_changes_nothing(measured):
    for rows in measured.values():
        once = [text for _, text in rows]
        assert masked(once) == once


def test_a_second_opinion(measured):
    """Yelp's detect-secrets finds nothing in the masked texts that was planted; a key's first line stays."""
    scan = pytest.importorskip("detect_secrets.core.scan")
    settings = pytest.importorskip("detect_secrets.settings")
    rows = measured["secret"][::SECOND_OPINION_EVERY]
    found = 0
    with settings.default_settings():
        for case, text in rows:
            found += any(True for line in case.text.splitlines() for _ in scan.scan_line(line))
            for line in text.splitlines():
                for secret in scan.scan_line(line):
                    value = secret.secret_value or ""
                    assert secret.type == "Private Key" or not windows(case.body) & windows(value), (secret.type, text)
    assert found > len(rows) / 2, "it does find them where they are not masked"
