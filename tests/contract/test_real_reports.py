"""Reports that the tools themselves wrote, against their ground truth: what is found, what is measured, what was
tried; the same cut off, damaged, together. The oracle reads them with Python's own json, independent of our readers."""
import collections
import json
import random
import re
import subprocess

import pytest

from system.world import BIN, INPUTS, inputs

MODEL = ["--model", "helpbot"]
Format = collections.namedtuple("Format", "list is_failure options")


def promptfoo_failed(result):
    return not result["success"] and result["failureReason"] != 2


def inspect_failed(sample):
    return sample["scores"]["includes"]["value"] == "I"


def pyrit_failed(result):
    return result["outcome"] == "success"


def pieces_failed(piece):
    return any(score["score_value"] == "True" for score in piece["scores"])


def deepteam_failed(test):
    return not test["error"] and test["score"] == 0


def deepeval_failed(test):
    return sum(metric["success"] is False for metric in test["metricsData"])


def evals_failed(line):
    return line.get("type") == "match" and not line["data"]["correct"]


# how each format's list of records begins in the text (None: a record a line), which of them are findings, options
PROMPTFOO = Format(r'"results": \{.*?"results": \[', promptfoo_failed, [])
FORMATS = {
    "promptfoo/redteam-0.123.1/redteam-a.json": PROMPTFOO,
    "promptfoo/eval-0.123.1/results.json": PROMPTFOO,
    "promptfoo/eval-0.123.1/results.jsonl": Format(None, promptfoo_failed, []),
    "defectdojo/promptfoo/many_findings.json": PROMPTFOO,
    "defectdojo/promptfoo/no_findings.json": PROMPTFOO,
    "inspect_ai/build-101/*.json": Format(r'\n  "samples": \[', inspect_failed, []),
    "inspect_ai/build-102/*.json": Format(r'\n  "samples": \[', inspect_failed, []),
    "pyrit/1.1.0/build-101/attack_results.jsonl": Format(None, pyrit_failed, []),
    "pyrit/0.9.0/build-101/conversations.json": Format(r"\[", pieces_failed, []),
    "deepteam/out-101/*.json": Format(r'"test_cases": \[', deepteam_failed, MODEL),
    "deepteam/out-allerror/*.json": Format(r'"test_cases": \[', deepteam_failed, MODEL),
    "deepeval/*.json": Format(r'"testCases": ?\[', deepeval_failed, MODEL),
    "openai_evals/coqa-match.jsonl": Format(None, evals_failed, []),
    "openai_evals/test-fuzzy-match.jsonl": Format(None, evals_failed, []),
    "openai_evals/test-includes.jsonl": Format(None, evals_failed, []),
    "openai_evals/test-match.jsonl": Format(None, evals_failed, []),
}
LM_EVAL = ["lm_eval/models__helpbot-build-101/results_*.json", "lm_eval/models__helpbot-build-102/results_*.json"]


def real(pattern):
    """One file by its pattern, or the reason why the test is skipped."""
    found = sorted(INPUTS.glob(pattern))
    return found[0] if found else inputs(pattern)


def truth(file):
    everything = json.loads(inputs("ground-truth.json").read_text())
    return everything.get(file.relative_to(INPUTS).as_posix(), {})


Told = collections.namedtuple("Told", "code findings measurements end words")


def publish(*arguments, stdin=None, code=(0,)):
    ran = subprocess.run([BIN / "tocsin", "publish", "--dry-run", "--run-id", "r", "--repository", "acme/helpbot",
                          *map(str, arguments)], input=stdin, stdin=None if stdin is not None else subprocess.DEVNULL,
                         capture_output=True, timeout=120)
    words = ran.stderr.decode()
    assert ran.returncode in code, words
    by_type = collections.defaultdict(list)
    for line in ran.stdout.splitlines():
        record = json.loads(line)
        by_type[record["type"].split(".")[1]].append(record)
    ends = by_type["run-end"]
    assert len(ends) <= 1
    return Told(ran.returncode, by_type["finding"], by_type["measurement"], ends[0] if ends else None, words)


def records_of(text, start):
    """The records of a text, each with the place where it is whole."""
    decoder = json.JSONDecoder()
    if start is None:
        at = 0
        for line in text.splitlines(keepends=True):
            at += len(line)
            yield json.loads(line), at
        return
    at = re.search(start, text, re.DOTALL).end()
    while True:
        at = re.compile(r"[\s,]*").match(text, at).end()
        if text[at] == "]":
            return
        record, at = decoder.raw_decode(text, at)
        yield record, at


def failures(text, form):
    """How many findings, and for each where its record is whole."""
    return [end for record, end in records_of(text, form.list) for _ in range(int(form.is_failure(record)))]


PROBLEMS = {  # what the ground truth calls distinct problems, by the beginning of the path
    "promptfoo/redteam": "distinct_plugin_model", "promptfoo/eval": "distinct_test_model",
    "defectdojo/promptfoo": "distinct_plugin_model", "pyrit/1.1.0": "distinct_objective_success",
    "deepteam": "distinct_vuln_type"}
COUNTS = ("failed", "failed_samples_includes", "true_scores", "wrong")


@pytest.mark.parametrize("pattern", FORMATS)
def test_findings_and_problems_are_those_of_the_ground_truth(pattern):
    file, form = real(pattern), FORMATS[pattern]
    known = truth(file)
    told = publish(*form.options, file)
    counts = [known[name] for name in COUNTS if name in known]
    counts += [known["outcomes"]["success"]] if "outcomes" in known else []
    assert set(counts) <= {len(told.findings)}
    assert len(told.findings) == len(failures(file.read_text(), form))
    fingerprints = {finding["fingerprint"] for finding in told.findings}
    for begin, name in PROBLEMS.items():
        if pattern.startswith(begin) and known:
            assert len(fingerprints) == known[name]
    assert told.end["status"] == "complete"
    tried = {(row["rule"], row["model"]): row for row in told.end["coverage"]}
    for finding in told.findings:
        assert tried[finding["rule"]["id"], finding["model"]["name"]]["failures"] > 0
    assert sum(row.get("failures", 0) for row in told.end["coverage"]) == len(told.findings)
    if "severities" in known:
        words = collections.Counter(finding["severity"] for finding in told.findings)
        given = collections.Counter(known["severities"])
        given["medium"] += given.pop("null", 0)
        assert words == given


def test_promptfoo_errors_are_no_attempts_and_lines_give_the_same():
    document, lines = (publish(real(f"promptfoo/eval-0.123.1/results.{end}")) for end in ("json", "jsonl"))
    known = truth(real("promptfoo/eval-0.123.1/results.json"))
    for told in document, lines:
        assert sum(row["attempts"] for row in told.end["coverage"]) == known["records"] - known["errors"]
        errors = [row for row in told.end["coverage"] if row["attempts"] == 0]
        assert [row["rule"] for row in errors] == ["promptfoo/provider error"] * 2
    assert [finding["id"] for finding in document.findings] == [finding["id"] for finding in lines.findings]
    assert [(row["metric"], row["value"], row["n"]) for row in document.measurements] == \
        [(row["metric"], row["value"], row["n"]) for row in lines.measurements]


def test_promptfoo_redacted_prompts_are_the_original_ones():
    told = publish(real("promptfoo/redteam-0.123.1/redteam-a.json"))
    assert not [finding for finding in told.findings if "[REDACTED]" in finding["prompt"]]
    assert {finding["labels"].get("strategy") for finding in told.findings} == \
        {None, "base64", "hex", "jailbreak-templates", "leetspeak", "rot13"}


def test_deepteam_whose_target_never_answered_is_inconclusive():
    told = publish(*MODEL, real("deepteam/out-allerror/*.json"))
    assert told.end["coverage"] and not any(row["attempts"] for row in told.end["coverage"])
    assert not told.findings and not told.measurements


def test_a_report_without_a_model_says_so():
    told = publish(real("deepteam/out-101/*.json"), code=(65,))
    assert "give --model" in told.words


def inspect_metrics(known):
    values = {}
    for name, value in known["metrics"].items():
        scorer, score, metric = name.split("/")
        if metric != "stderr":
            values[f"{scorer}/{metric}" if scorer == score else f"{scorer}/{score}/{metric}"] = value
    return {("guard", name): value for name, value in values.items()}


def lm_eval_metrics(known):
    return {(task, key.split(",")[0]): value for task, metrics in known["metrics"].items()
            for key, value in metrics.items() if "stderr" not in key}


def measured(told):
    return {(row["benchmark"], row["metric"]): row["value"] for row in told.measurements}


@pytest.mark.parametrize("pattern, oracle", [(pattern, lm_eval_metrics) for pattern in LM_EVAL] +
                         [("inspect_ai/build-101/*.json", inspect_metrics), ("inspect_ai/build-102/*.json", inspect_metrics)])
def test_measurements_are_those_of_the_ground_truth(pattern, oracle):
    file = real(pattern)
    known, told = truth(file), publish(file)
    expected = oracle(known)
    assert measured(told) == pytest.approx(expected, abs=1e-4)
    assert len(told.measurements) == len(expected)
    assert {row["model"]["name"] for row in told.measurements} == {known["model"]}
    for row in told.measurements:
        assert row["n"] == known.get("n", {}).get(row["benchmark"], {"guard": 12, "localbench": 67}.get(row["benchmark"]))


@pytest.mark.parametrize("one, other, dropped", [
    ("inspect_ai/build-101/*.json", "inspect_ai/build-102/*.json", {"includes/accuracy", "safety/refusal/mean"}),
    (*LM_EVAL, {"acc", "acc_norm"})])
def test_two_builds_differ_by_the_drop_that_was_put_in(one, other, dropped):
    before, after = (measured(publish(*MODEL, real(pattern))) for pattern in (one, other))
    assert before.keys() == after.keys()
    assert {name for _, name in before if any(after[key] < before[key] for key in before if key[1] == name)} == dropped
    assert all(after[key] == before[key] for key in before if key[1] not in dropped)


@pytest.mark.parametrize("pattern", FORMATS)
def test_cut_off_reports_keep_every_record_that_is_whole(pattern):
    file, form = real(pattern), FORMATS[pattern]
    text = file.read_text()
    ends = failures(text, form)
    length = len(text.rstrip())
    for cut in (length - 1, length * 2 // 3, 100):
        told = publish(*form.options, "-", stdin=text[:cut].encode(), code=(0, 65))
        assert len(told.findings) == sum(end <= cut for end in ends), f"cut at {cut}"
        if form.list and told.code == 0:
            assert told.end["status"] == "crashed"
        assert told.code == 0 or not told.findings


@pytest.mark.parametrize("pattern", LM_EVAL)
def test_cut_off_results_keep_whole_metrics(pattern):
    text = real(pattern).read_text()
    cut = text.index('"capitals_local"') + 10
    told = publish("-", "--model", "helpbot", stdin=text[:cut].encode(), code=(0, 65))
    assert {row["benchmark"] for row in told.measurements} <= {"arith_local"}
    assert told.code == 65 or told.end["status"] == "crashed"


@pytest.mark.parametrize("pattern", [*FORMATS, *LM_EVAL])
def test_damaged_reports_are_read_on(pattern):
    """Bytes of something else: no crash, never a finding that is not in the whole report, few lost."""
    file = real(pattern)
    form = FORMATS.get(pattern, Format(None, None, []))
    whole = publish(*form.options, file)
    rand = random.Random(pattern)
    for damage in (b"\x00", b'"'):
        text = bytearray(file.read_bytes())
        at = rand.randrange(len(text) // 2, len(text))
        text[at:at + 1] = damage
        told = publish(*form.options, "-", stdin=bytes(text), code=(0, 65))
        if told.code == 0:
            assert len(told.findings) >= len(whole.findings) - 2, f"{damage} at {at}"


@pytest.mark.parametrize("pattern", [*(pattern for pattern in FORMATS if FORMATS[pattern].list), *LM_EVAL])
def test_pretty_and_compact_are_the_same(pattern):
    file = real(pattern)
    form = FORMATS.get(pattern, Format(None, None, []))
    document = json.loads(file.read_text())
    told = [publish(*form.options, "-", stdin=json.dumps(document, indent=indent).encode()) for indent in (None, 1)]
    assert [finding["id"] for finding in told[0].findings] == [finding["id"] for finding in told[1].findings]
    assert measured(told[0]) == measured(told[1])


def test_several_reports_and_versions_at_once():
    told = publish(real("promptfoo/eval-0.123.1/results.json"), real("promptfoo/eval-0.123.1/results.jsonl"),
                   real("garak/run-0.10.3.1/helpbot-v1-old.hitlog.jsonl"), real("pyrit/1.1.0/build-101/attack_results.jsonl"),
                   real("defectdojo/promptfoo/many_findings.json"))
    assert len(told.findings) == 26 + 152 + 7 + 7
    assert "26 repeated" in told.words


def test_folders_are_read_whole_and_what_is_no_report_passed_over():
    told = publish(real("pyrit/1.1.0"))
    assert len(told.findings) == 7
    assert "2 files of folders are no reports" in told.words
    told = publish(real("lm_eval"))
    assert len(told.measurements) == 14


def test_samples_are_answered_with_what_to_publish():
    told = publish(real("lm_eval/models__helpbot-build-101/samples_arith_local_*.jsonl"), code=(65,))
    assert "results_*.json" in told.words


def test_helm_measures_with_the_model_of_the_file_beside_it():
    told = publish(real("helm"))
    assert {(row["model"]["name"], row["benchmark"], row["n"]) for row in told.measurements} == \
        {("simple/model1", "simple_mcqa", 10), ("simple/model1", "simple_classification", 10)}
    metrics = {row["metric"] for row in told.measurements}
    assert {"exact_match", "exact_match+robustness", "quasi_exact_match+fairness", "classification_macro_f1"} <= metrics
    assert not [name for name in metrics if name.startswith(("num_", "inference_", "training_", "logprob"))]
