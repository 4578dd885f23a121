"""The C decoder and the JSON Schemas say the same about every document.

Held together here: the tables (as schema_tool knows them), the committed schemas, the examples, and a
validator that shares nothing with either. Also the identities, against an implementation of their own.
TOCSIN_SEEDS="1 2 3" mutates with other seeds than the usual one.
"""

import json
import os
import pathlib
import random
import subprocess

import jsonschema
import pytest

import reference
import schema_mutate

ROOT = pathlib.Path(os.environ.get("TOCSIN_SOURCE_DIR", pathlib.Path(__file__).parents[2]))
TOOL = pathlib.Path(os.environ.get("TOCSIN_BIN_DIR", ROOT / "build/asan/bin")) / "schema_tool"
SCHEMAS = ROOT / "schemas"
SEEDS = os.environ.get("TOCSIN_SEEDS", "20241120").split()
DOCUMENTS = 10_000
POINTER_BYTES_MAX = 160  # ERROR_POINTER_BYTES_MAX, with its NUL
BATCH = 500

RECORDS = subprocess.run([TOOL, "list"], check=True, capture_output=True, text=True).stdout.split()


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def schema_of(record):
    return load(SCHEMAS / f"{record}.schema.json")


def judge(documents, verb="check"):
    """Verdicts of the C decoder on (record, bytes) pairs, in their order."""
    stream = b"".join(b"%s %d\n%s\n" % (name.encode(), len(text), text) for name, text in documents)
    ran = subprocess.run([TOOL, verb], input=stream, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr.decode(errors="replace")
    verdicts = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(verdicts) == len(documents)
    return verdicts


def encoded(document):
    return json.dumps(document, ensure_ascii=False).encode("utf-8")


def pointer(path):
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def locations(error):
    """Where the decoder would say that this is. A missing member: the member's own place. A member's
    name that does not fit: that member."""
    path = list(error.absolute_path)
    if error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        return {pointer([*path, name]) for name in missing}
    if "propertyNames" in error.absolute_schema_path:
        return {pointer([*path, error.instance])}
    return {pointer(path)}


def refusals(validator, document):
    return {place for error in validator.iter_errors(document) for place in locations(error)}


def is_among(place, places):
    """A pointer that is too long is cut at its end."""
    if len(place.encode()) >= POINTER_BYTES_MAX - 4:
        return any(other.startswith(place) for other in places)
    return place in places


def is_lexical(document):
    """What Python holds and the decoder's grammar refuses: integers beyond 64 bits."""
    if isinstance(document, dict):
        return any(map(is_lexical, document.values()))
    if isinstance(document, list):
        return any(map(is_lexical, document))
    is_integer = isinstance(document, int) and not isinstance(document, bool)
    return is_integer and not -(2**63) <= document < 2**63


def disagreement(validator, document, verdict):
    """None, or in words how validator and decoder differ on a document."""
    if is_lexical(document):
        refused = not verdict["ok"] and verdict["reason"].startswith("line ")
        return None if refused else f"an integer beyond 64 bits was taken: {verdict}"
    places = refusals(validator, document)
    if verdict["ok"]:
        return f"the schema refuses {sorted(places)}" if places else None
    if not places:
        return f"the schema takes it: {verdict}"
    if not is_among(verdict["pointer"], places):
        return f"{verdict} is at none of {sorted(places)}"
    return None


@pytest.mark.parametrize("record", RECORDS)
def test_committed_schema_is_the_tables(record):
    printed = subprocess.run([TOOL, "print", record], check=True, capture_output=True).stdout
    assert printed == (SCHEMAS / f"{record}.schema.json").read_bytes(), (
        f"run: schema_tool print {record} > schemas/{record}.schema.json"
    )


def test_no_schema_without_a_record():
    assert {path.name for path in SCHEMAS.glob("*.schema.json")} >= {
        f"{record}.schema.json" for record in RECORDS
    }
    assert {path.name for path in (SCHEMAS / "examples").iterdir()} == set(RECORDS)


@pytest.mark.parametrize("record", RECORDS)
def test_schema_is_a_schema(record):
    schema = schema_of(record)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"https://tocsin.dev/schemas/{record}.v1.json"
    for definition in [schema, *schema.get("$defs", {}).values()]:
        for name, member in definition["properties"].items():
            assert member.get("description"), name


@pytest.mark.parametrize("record", RECORDS)
def test_valid_examples(record):
    validator = jsonschema.Draft202012Validator(schema_of(record))
    paths = sorted((SCHEMAS / "examples" / record / "valid").glob("*.json"))
    assert paths
    for path, verdict in zip(paths, judge([(record, path.read_bytes()) for path in paths])):
        assert verdict["ok"], (path, verdict)
        assert refusals(validator, load(path)) == set(), path


@pytest.mark.parametrize("record", RECORDS)
def test_invalid_examples(record):
    validator = jsonschema.Draft202012Validator(schema_of(record))
    folder = SCHEMAS / "examples" / record
    expected = load(folder / "invalid.json")
    paths = sorted((folder / "invalid").glob("*.json"))
    assert {path.name for path in paths} == set(expected)
    for path, verdict in zip(paths, judge([(record, path.read_bytes()) for path in paths])):
        assert not verdict["ok"], path
        assert verdict["pointer"] == expected[path.name], (path, verdict)
        assert "found" in verdict["reason"]
        assert disagreement(validator, load(path), verdict) is None, path


@pytest.mark.parametrize("seed", SEEDS)
def test_mutated_documents(seed, record_property):
    rng = random.Random(int(seed))
    print(f"seed {seed}")
    record_property("seed", seed)
    schemas = {record: schema_of(record) for record in RECORDS}
    validators = {r: jsonschema.Draft202012Validator(schemas[r]) for r in RECORDS}
    examples = {
        record: [load(path) for path in sorted((SCHEMAS / "examples" / record / "valid").glob("*"))]
        for record in RECORDS
    }
    taken = dict.fromkeys(RECORDS, 0)
    refused = dict.fromkeys(RECORDS, 0)
    for start in range(0, DOCUMENTS, BATCH):
        batch = []
        for number in range(start, start + BATCH):
            record = RECORDS[number % len(RECORDS)]
            base = rng.choice(examples[record])
            if rng.random() < 0.6:
                base = schema_mutate.generate(schemas[record], schemas[record], rng)
            batch.append((record, schema_mutate.mutate(base, schemas[record], rng)))
        verdicts = judge([(record, encoded(document)) for record, document in batch])
        for (record, document), verdict in zip(batch, verdicts):
            difference = disagreement(validators[record], document, verdict)
            assert difference is None, f"{record}: {difference}\n{encoded(document).decode()[:4000]}"
            (taken if verdict["ok"] else refused)[record] += 1
    # Both kinds often enough, for every record, or agreeing would mean little.
    for record in RECORDS:
        assert taken[record] >= 50, taken
        assert refused[record] >= 50, refused
    print(f"{sum(taken.values())} taken, {sum(refused.values())} refused")


def finding(more=b"", prompt=b'"p"'):
    return (
        b'{"type":"tocsin.finding.v1","rule":{"id":"a"},"model":{"name":"m"},"severity":"low",'
        b'"confidence":1,"run":{"id":"r","started":"2024-01-01T00:00:00Z"},"prompt":' + prompt
        + more + b"}"
    )  # fmt: skip


# What no mutation of a parsed document can make: bytes, and the words that they are refused with.
LEXICAL = {
    "duplicate member": (finding(b',"prompt":"q"'), "for the second time"),
    "duplicate member, escaped": (finding(b',"pr\\u006fmpt":"q"'), "for the second time"),
    "duplicate unknown member": (finding(b',"x":1,"x":1'), "for the second time"),
    "duplicate in a nested object": (finding(b',"labels":{"a":"","a":""}'), "for the second time"),
    "NaN": (finding(b',"x":NaN'), "not JSON"),
    "Infinity": (finding(b',"x":Infinity'), "not JSON"),
    "-Infinity": (finding(b',"x":-Infinity'), "not JSON"),
    "high surrogate": (finding(prompt=b'"\\ud83e"'), "surrogate"),
    "low surrogate": (finding(prompt=b'"\\udd8a"'), "surrogate"),
    "surrogates in the wrong order": (finding(prompt=b'"\\udd8a\\ud83e"'), "surrogate"),
    "surrogate as UTF-8": (finding(prompt=b'"\xed\xa0\xbe"'), "not UTF-8"),
    "integer beyond 64 bits": (finding(b',"x":9223372036854775808'), "too large"),
    "integer far beyond": (finding(b',"x":-1' + b"0" * 400), "too large"),
    "number beyond double": (finding(b',"x":1e309'), "too large"),
    "NUL escaped": (finding(prompt=b'"a\\u0000b"'), "NUL"),
    "NUL in a name": (finding(b',"a\\u0000":1'), "NUL"),
    "NUL raw": (finding(prompt=b'"a\x00b"'), "control character"),
    "line feed raw": (finding(prompt=b'"a\nb"'), "control character"),
    "invalid UTF-8": (finding(prompt=b'"\xff"'), "not UTF-8"),
    "overlong UTF-8": (finding(prompt=b'"\xc0\x80"'), "not UTF-8"),
    "cut UTF-8": (finding(prompt=b'"\xe2\x82"'), "not UTF-8"),
    "beyond U+10FFFF": (finding(prompt=b'"\xf4\x90\x80\x80"'), "not UTF-8"),
    "invalid UTF-8 in an unknown member": (finding(b',"x":"\xfe"'), "not UTF-8"),
    "byte order mark": (b"\xef\xbb\xbf" + finding(), "byte order mark"),
    "UTF-16": (finding().decode().encode("utf-16"), ""),
    "too deep": (finding(b',"x":' + b"[" * 16 + b"]" * 16), "nested deeper than 16"),
    "far too deep": (b"[" * 100_000, "nested deeper than 16"),
    "text behind it": (finding() + b" x", "behind the document"),
    "a second document": (finding() + finding(), "behind the document"),
    "a NUL behind it": (finding() + b"\x00", "behind the document"),
    "cut off": (finding()[:-1], "ends before"),
    "cut off in a string": (finding()[:60], "ends before"),
    "empty": (b"", ""),
    "only space": (b" \n ", ""),
    "single quotes": (b"{'type':1}", "not JSON"),
    "comment": (finding() + b"//", "behind the document"),
    "comma at the end": (finding(b","), "not JSON"),
    "leading zero": (finding(b',"x":01'), "not JSON"),
    "hexadecimal": (finding(b',"x":0x10'), "not JSON"),
    "plus": (finding(b',"x":+1'), "not JSON"),
    "unknown escape": (finding(prompt=b'"\\x41"'), "escape"),
}  # fmt: skip


@pytest.mark.parametrize("case", LEXICAL)
def test_lexical_refusals(case):
    text, words = LEXICAL[case]
    (verdict,) = judge([("finding", text)])
    assert not verdict["ok"]
    assert verdict["pointer"] == ""
    assert verdict["reason"].startswith("line ")
    assert words in verdict["reason"], verdict


@pytest.mark.parametrize(
    "text",
    [
        finding(),
        b" \r\n\t" + finding() + b" \r\n\t",
        finding(prompt=b'"\\ud83e\\udd8a \xf0\x9f\xa6\x8a \\/ \x7f \xef\xbb\xbf"'),
        finding(b',"x":' + b"[" * 15 + b"]" * 15),
        finding(b',"x":[9223372036854775807,-9223372036854775808,1e308,1e-400,-0]'),
    ],
)
def test_lexical_edges_are_taken(text):
    (verdict,) = judge([("finding", text)])
    assert verdict["ok"], verdict


def test_a_refusal_says_line_and_column():
    (verdict,) = judge([("finding", b'{\n  "type": "tocsin.finding.v1",\n  "rule": nil\n}')])
    assert verdict["reason"] == "line 3, column 13: not JSON"


def test_a_refusal_quotes_nothing():
    secret = b'"sk-live-0123456789"'
    cases = [finding(b"," + secret), finding(b',"severity":' + secret), finding(b',"time":' + secret)]
    cases += [finding().replace(b'"low"', secret), finding().replace(b'"2024-01-01T00:00:00Z"', secret)]
    for verdict in judge([("finding", case) for case in cases]):
        assert not verdict["ok"]
        assert "sk-live" not in json.dumps(verdict)


def test_fingerprint_vectors():
    vectors = load(SCHEMAS / "vectors/fingerprint.json")["vectors"]
    assert len(vectors) >= 20
    for v in vectors:
        made = reference.fingerprint(v["rule"], v["model"], v["target"], v["category"])
        assert made == v["fingerprint"], v["why"]
    assert len({v["fingerprint"] for v in vectors}) == len(vectors)


def test_finding_id_vectors():
    file = load(SCHEMAS / "vectors/finding-id.json")
    assert file["namespace"] == str(reference.NAMESPACE)
    assert len(file["vectors"]) >= 20
    for v in file["vectors"]:
        members = {name: v[name] for name in v if name not in ("why", "id")}
        assert reference.finding_id(**members) == v["id"], v["why"]
    for event, vectors in (("run-begin", file["run_begins"]), ("run-end", file["run_ends"])):
        for v in vectors:
            assert reference.run_event_id(event, v["run"], v["shard"], v["attempt"]) == v["id"]
    ids = [v["id"] for v in file["vectors"] + file["run_ends"] + file["run_begins"]]
    assert len(set(ids)) == len(ids)


def test_partition_vectors():
    vectors = load(SCHEMAS / "vectors/partition.json")["vectors"]
    assert len(vectors) >= 20
    for v in vectors:
        key = v["key"].encode("utf-8")
        assert reference.murmur2(key) == v["murmur2"]
        for count, expected in v["partitions"].items():
            assert reference.partition(key, int(count)) == expected


def test_the_identities_of_the_readme_are_the_references():
    readme = (SCHEMAS / "README.md").read_text(encoding="utf-8")
    assert str(reference.NAMESPACE) in readme


def test_a_consumer_completes_findings_as_the_reference_does():
    schema = schema_of("finding")
    rng = random.Random(7)
    findings = [load(p) for p in sorted((SCHEMAS / "examples/finding/valid").glob("*.json"))]
    findings += [schema_mutate.generate(schema, schema, rng) for _ in range(500)]
    for made in findings:
        made.pop("id", None)
        made.pop("fingerprint", None)
    verdicts = judge([("finding", encoded(made)) for made in findings], "complete")
    for made, verdict in zip(findings, verdicts):
        target, fingerprint, id_ = reference.complete(made)
        completed = json.loads(verdict["record"])
        assert (completed["fingerprint"], completed["id"]) == (fingerprint, id_)
        assert completed.get("target", "") == target
        assert completed["time"]


def test_a_consumer_refuses_an_identity_that_is_not_the_fields():
    whole = load(SCHEMAS / "examples/finding/valid/full.json")
    other_id = {**whole, "id": str(reference.NAMESPACE)}
    other_print = {**whole, "fingerprint": "v1:" + "0" * 32}
    other_rule = {**whole, "rule": {**whole["rule"], "id": "another"}}
    other_prompt = {**whole, "prompt": "another"}
    cases = [whole, other_id, other_print, other_rule, other_prompt]
    verdicts = judge([("finding", encoded(case)) for case in cases], "complete")
    assert [verdict.get("pointer") for verdict in verdicts] == [
        None, "/id", "/fingerprint", "/fingerprint", "/id",
    ]  # fmt: skip
