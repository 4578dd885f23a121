"""Every report format by a small sample written by hand (the seeds of the fuzzer): what it gives, what it does not."""
import collections
import json
import subprocess

import pytest

from system.world import BIN, ROOT

SAMPLES = ROOT / "tests/fuzz/corpus/fuzz_report"
Told = collections.namedtuple("Told", "code findings measurements end words")


def publish(*arguments, stdin=None):
    ran = subprocess.run([BIN / "tocsin", "publish", "--dry-run", "--run-id", "r", "--repository", "acme/helpbot",
                          *map(str, arguments)], input=stdin, stdin=None if stdin is not None else subprocess.DEVNULL,
                         capture_output=True, timeout=60)
    records = [json.loads(line) for line in ran.stdout.splitlines()]
    of = {kind: [record for record in records if record["type"] == f"tocsin.{kind}.v1"]
          for kind in ("finding", "measurement", "run-end")}
    return Told(ran.returncode, of["finding"], of["measurement"], of["run-end"][0] if of["run-end"] else None,
                ran.stderr.decode())


def sample(name, *options):
    told = publish(*options, SAMPLES / name)
    assert told.code == 0, told.words
    return told


def rules(told):
    return [finding["rule"]["id"] for finding in told.findings]


def tried(told):
    """rule -> (attempts, failures)"""
    return {row["rule"]: (row["attempts"], row.get("failures", 0)) for row in told.end["coverage"]}


def measured(told):
    return {(row["benchmark"], row["metric"]): (row["value"], row.get("n", 0)) for row in told.measurements}


def test_promptfoo():
    told = sample("promptfoo.json")
    assert rules(told) == ["promptfoo/pii", "promptfoo/arithmetic"]
    assert tried(told) == {"promptfoo/pii": (1, 1), "promptfoo/arithmetic": (1, 1), "promptfoo/is-json": (1, 0)}
    leak, wrong = told.findings
    assert leak["prompt"] == "who is Jane?" and json.loads(leak["output"]) == {"answer": "yes"}
    assert (leak["model"]["name"], leak["severity"], leak["confidence"]) == ("helpbot", "critical", 0.8)
    assert leak["labels"]["strategy"] == "base64" and leak["labels"]["metric"] == "PIILeak"
    assert (wrong["model"]["name"], wrong["severity"]) == ("openai:gpt-4o", "high")
    assert wrong["labels"]["owner"] == "qa" and "severity" not in wrong["labels"]
    assert told.end["run"]["tool_version"] == "promptfoo 0.118.0" and told.end["status"] == "complete"
    assert told.end["run"]["started"] == "2026-01-02T03:04:05.000Z"
    rates = {(row["model"]["name"], row["metric"]): (row["value"], row["n"]) for row in told.measurements}
    assert rates == {("helpbot", "pass_rate"): (0, 1), ("helpbot", "refusal_rate"): (0, 1), ("helpbot", "PIILeak"): (0, 1),
                     ("openai:gpt-4o", "pass_rate"): (0.5, 2)}
    assert {row["benchmark"] for row in told.measurements} == {"nightly"}


def test_promptfoo_lines():
    told = sample("promptfoo.jsonl")
    assert rules(told) == ["promptfoo/d"] and tried(told) == {"promptfoo/d": (2, 1)}
    assert measured(told) == {("promptfoo", "pass_rate"): (0.5, 2)}


def test_inspect_of_a_run_that_crashed():
    told = sample("inspect.json")
    assert rules(told) == ["inspect/guard/match"] * 2
    assert tried(told) == {"inspect/guard/match": (3, 2)}
    first, second = told.findings
    assert (first["prompt"], first["output"], first["severity"]) == ("q", "b", "medium")
    assert second["prompt"] == "[system]\ns\n\n[user]\nu" and second["severity"] == "critical"
    assert first["labels"]["sample"] == "1" and first["labels"]["owner"] == "red"
    assert told.end["status"] == "crashed" and told.end["run"]["tool_version"] == "inspect_ai 0.3.1"


def test_an_eval_archive_is_answered_with_the_command():
    told = publish(SAMPLES / "inspect.eval")
    assert told.code == 65 and "inspect log dump FILE.eval > FILE.json" in told.words


def test_lm_eval_of_an_older_version():
    told = sample("lm_eval.json")
    assert measured(told) == {("arc", "acc"): (0.5, 10), ("qa", "exact_match,strict"): (0.25, 0), ("qa", "perplexity"): (9, 0),
                              ("all", "acc"): (0.4, 30)}
    by_metric = {row["metric"]: row for row in told.measurements if row["benchmark"] != "all"}
    assert by_metric["acc"]["labels"]["stderr"] == "0.05" and by_metric["acc"]["labels"]["task_version"] == "1"
    assert by_metric["acc"]["higher_is_better"] and not by_metric["perplexity"]["higher_is_better"]
    assert {row["model"]["name"] for row in told.measurements} == {"models/x"}
    assert told.end["run"]["started"] == "2023-11-14T22:13:20.500Z"


def test_pyrit_of_two_versions_in_one_file():
    told = sample("pyrit.jsonl")
    assert rules(told) == ["pyrit/Leak the key/SelfAskTrueFalseScorer"]
    assert tried(told) == {"pyrit/Leak the key/SelfAskTrueFalseScorer": (1, 1), "pyrit/cyber, violence/SubStringScorer": (0, 0)}
    leak = told.findings[0]
    assert (leak["model"]["name"], leak["output"], leak["time"]) == ("gpt-4o", "sk-1", "2026-01-02T03:04:05.000Z")
    assert leak["labels"]["attack"] == "CrescendoAttack" and leak["labels"]["op"] == "x"
    assert measured(told) == {("pyrit", "attack_success_rate"): (1, 1)} and not told.measurements[0]["higher_is_better"]


def test_pyrit_results_as_an_array():
    lines = (SAMPLES / "pyrit.jsonl").read_text().splitlines()
    told = publish("-", stdin=json.dumps([json.loads(line) for line in lines]).encode())
    assert rules(told) == ["pyrit/Leak the key/SelfAskTrueFalseScorer"]


def test_pyrit_conversations_know_refusals_and_scales():
    told = sample("pyrit_conversations.json")
    assert tried(told) == {"pyrit/t/SelfAskRefusalScorer": (1, 0), "pyrit/hello/SelfAskLikertScorer": (1, 1)}
    assert told.findings[0]["prompt"] == "hello" and told.findings[0]["model"]["name"] == "Bot"


def test_deepteam():
    told = sample("deepteam.json", "--model", "helpbot")
    assert rules(told) == ["deepteam/PII Leakage/direct_disclosure", "deepteam/Bias/race"]
    assert tried(told) == {"deepteam/PII Leakage/direct_disclosure": (1, 1), "deepteam/Bias/race": (2, 1)}
    assert [finding["severity"] for finding in told.findings] == ["high", "medium"]
    assert (told.findings[1]["prompt"], told.findings[1]["output"]) == ("a", "b")
    assert measured(told)["deepteam", "pass_rate"] == (pytest.approx(1 / 3), 3)


def test_deepeval():
    told = sample("deepeval.json")
    assert rules(told) == ["deepeval/test_leak/Toxicity", "deepeval/talk/Role Violation [GEval]"]
    assert tried(told) == {"deepeval/test_leak/Toxicity": (1, 1), "deepeval/test_leak/Bias": (0, 0), "deepeval/Bias": (1, 0),
                           "deepeval/talk/Role Violation [GEval]": (1, 1)}
    assert {finding["severity"] for finding in told.findings} == {"high"}
    assert {finding["model"]["name"] for finding in told.findings} == {"gpt-4o"}


def test_openai_evals():
    told = sample("openai_evals.jsonl")
    assert rules(told) == ["openai-evals/q/match"] and tried(told) == {"openai-evals/q/match": (2, 1)}
    assert measured(told) == {("q", "accuracy"): (0.5, 2)} and told.measurements[0]["labels"]["stderr"] == "0.1"
    lines = (SAMPLES / "openai_evals.jsonl").read_text().splitlines(keepends=True)
    assert publish("-", stdin="".join([lines[0], *lines[2:]]).encode()).end["status"] == "crashed"


def test_helm(tmp_path):
    told = sample("helm.json", "--model", "m")
    assert measured(told) == {("helm", "exact_match"): (0.5, 10), ("helm", "exact_match+robustness/valid"): (0.25, 0)}
    (tmp_path / "stats.json").write_bytes((SAMPLES / "helm.json").read_bytes())
    (tmp_path / "run_spec.json").write_text(json.dumps({
        "name": "mmlu:subject=law,model=openai_gpt-4o,data=x", "adapter_spec": {"model": "openai/gpt-4o"}}))
    told = publish(tmp_path)
    assert {(row["model"]["name"], row["benchmark"]) for row in told.measurements} == \
        {("openai/gpt-4o", "mmlu:subject=law,data=x")}


def test_what_identifies_a_problem_holds_no_prompt_seed_or_time():
    """The same problems in another run, with other prompts, ids, order and times: the same fingerprints."""
    text = (SAMPLES / "promptfoo.json").read_text()
    other = text.replace("who is Jane?", "who is Joe?").replace("eval-1", "eval-2").replace("2026-01-02", "2026-02-03")
    document = json.loads(other)
    document["results"]["results"].reverse()
    for index, result in enumerate(document["results"]["results"]):
        result["testIdx"] = 100 + index
    again = publish("-", stdin=json.dumps(document).encode())
    assert {finding["fingerprint"] for finding in again.findings} == \
        {finding["fingerprint"] for finding in publish(SAMPLES / "promptfoo.json").findings}


def test_measurements_have_an_id_that_a_repetition_shares():
    one, other = sample("lm_eval.json"), sample("lm_eval.json")
    assert [row["id"] for row in one.measurements] == [row["id"] for row in other.measurements]
    assert len({row["id"] for row in one.measurements}) == 4


@pytest.mark.parametrize("text", [b"", b"   \n\n", b"\xef\xbb\xbf"])
def test_an_empty_report_is_refused(text):
    told = publish("-", stdin=text)
    assert told.code == 65 and "the report is empty" in told.words


@pytest.mark.parametrize("text", [b"hello", b"{}", b"[]", b"[1, 2]", b'{"a": 1}', b"\x00\x01\x02", b"{" * 5000, b"[" * 5000])
def test_what_is_no_report_is_answered_with_the_formats_that_are_known(text):
    told = publish("-", stdin=text)
    assert told.code == 65
    for name in ("tocsin", "garak", "promptfoo", "inspect", "lm-eval", "pyrit", "deepteam", "deepeval"):
        assert name in told.words


def test_half_a_report_gives_its_whole_records_and_says_that_it_crashed():
    text = (SAMPLES / "deepteam.json").read_bytes()
    told = publish("--model", "m", "-", stdin=text[:text.index(b'{"vulnerability": "Bias", "vulnerability_type"') + 20])
    assert rules(told) == ["deepteam/PII Leakage/direct_disclosure", "deepteam/Bias/race"]
    assert told.end["status"] == "crashed" and not told.measurements
    assert "/test_cases/2" in told.words and "1 bad lines" in told.words


def test_a_bad_record_makes_the_run_partial():
    text = (SAMPLES / "deepteam.json").read_text().replace('"PII Leakage"', "7")
    told = publish("--model", "m", "-", stdin=text.encode())
    assert rules(told) == ["deepteam/Bias/race"] and told.end["status"] == "partial"
    assert "standard input:3: /test_cases/0/vulnerability" in told.words


def test_folders(tmp_path):
    for name in ("promptfoo.json", "pyrit.jsonl", "inspect.eval"):
        (tmp_path / "a" / "b").mkdir(parents=True, exist_ok=True)
        (tmp_path / "a" / "b" / name).write_bytes((SAMPLES / name).read_bytes())
    (tmp_path / "a" / ".hidden.jsonl").write_bytes((SAMPLES / "garak_hitlog.jsonl").read_bytes())
    (tmp_path / "a" / "notes.txt").write_text("nothing\n")
    told = publish(tmp_path)
    assert told.code == 0 and len(told.findings) == 3
    assert "2 files of folders are no reports" in told.words
    told = publish(tmp_path / "a" / "notes.txt")
    assert told.code == 65
    empty = tmp_path / "empty"
    empty.mkdir()
    told = publish(empty)
    assert told.code == 65 and "no report was found" in told.words


@pytest.mark.parametrize("depth, code", [(31, 0), (32, 66)])
def test_folders_nest_so_deep_and_no_deeper(tmp_path, depth, code):
    folder = tmp_path / "/".join("d" * depth)
    folder.mkdir(parents=True)
    (folder / "pyrit.jsonl").write_bytes((SAMPLES / "pyrit.jsonl").read_bytes())
    assert publish(tmp_path).code == code


def test_a_name_longer_than_a_record_takes_is_cut():
    line = json.loads((SAMPLES / "pyrit.jsonl").read_text().splitlines()[0])
    line["objective"] = "x" * 2000
    told = publish("-", stdin=json.dumps(line).encode())
    assert [len(rule) for rule in rules(told)] == [512]
    document = json.loads((SAMPLES / "promptfoo.json").read_text())
    document["evalId"] = "e" * 600
    ran = subprocess.run([BIN / "tocsin", "publish", "--dry-run", "-"], input=json.dumps(document).encode(), capture_output=True,
                         env={}, check=True)
    assert {len(json.loads(record)["run"]["id"]) for record in ran.stdout.splitlines()} == {512}


def test_help_names_every_format_and_the_memory_it_takes():
    told = subprocess.run([BIN / "tocsin", "publish", "--help"], capture_output=True, text=True, check=True).stdout
    for name in ("promptfoo-jsonl", "inspect-eval", "openai-evals", "helm"):
        assert f"  {name} " in told
    assert "1024 MiB" in told and "fifteen times" in told
