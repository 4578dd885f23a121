"""What is kept while Kafka is away: nothing listens on the brokers' port here, so all of it goes into the folder."""
import json
import os
import socket
import stat
import subprocess

import pytest

from system.world import BIN

LINE = {"type": "tocsin.finding.v1", "rule": {"id": "own/leak/regex"}, "model": {"name": "helpbot"},
        "severity": "high", "confidence": 1, "prompt": "p", "output": "o\u0001\"é",
        "run": {"id": "r", "started": "2024-11-20T02:00:13Z", "repository": "acme/helpbot"}}


@pytest.fixture(scope="module")
def nowhere():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{taken.getsockname()[1]}"


def tocsin(*arguments, input="", environment=None):
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "CI", "GITLAB_", "JENKINS_"))}
    return subprocess.run([BIN / "tocsin", *map(str, arguments)], input=input, text=True, capture_output=True,
                          env=clean | {"TOCSIN_RUN_ID": "r"} | (environment or {}), timeout=120)


def publish(nowhere, *options, count=1):
    lines = "".join(json.dumps(LINE | {"prompt": f"p{i}"}) + "\n" for i in range(count))
    return tocsin("publish", "-", "-b", nowhere, "--timeout", "0.3", *options, input=lines)


def test_kept_listed_and_private(nowhere, tmp_path):
    folder = tmp_path / "spool"
    done = publish(nowhere, "--spool", folder, "-t", "some.topic", count=30)
    assert done.returncode == 0, done.stderr
    assert f"31 records are kept in {folder}: tocsin spool send sends them" in done.stderr
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    file, = folder.iterdir()
    assert file.suffix == ".spool" and stat.S_IMODE(file.stat().st_mode) == 0o600
    first, *records = map(json.loads, file.read_text().splitlines())
    assert first == {"type": "tocsin.spool.v1", "topic": "some.topic"}
    dry = tocsin("publish", "-", "--dry-run",
                 input="".join(json.dumps(LINE | {"prompt": f"p{i}"}) + "\n" for i in range(30))).stdout.splitlines()
    assert sorted(r["value"] for r in records[:30]) == sorted(dry[:30]), "byte for byte what Kafka would have had"
    assert all(r["key"] == r["headers"]["ce_fingerprint"] for r in records[:30])
    assert records[30]["headers"]["tocsin_copy"] == "1"
    listed = tocsin("spool", "list", "--spool", folder)
    assert listed.stdout.split() == [file.name, "31", "records", str(file.stat().st_size), "bytes", "topic",
                                     "some.topic"]
    sent = tocsin("spool", "send", "--spool", folder, "-b", nowhere, "--timeout", "0.3")
    assert sent.returncode == 75 and file.exists(), "nothing is lost by trying"


def test_other_commands_keep_theirs(nowhere, tmp_path):
    folder = tmp_path / "spool"
    options = ["-b", nowhere, "--timeout", "0.3", "--spool", folder, "--repository", "acme/helpbot"]
    for command in (["measure", "--benchmark", "b", "--metric", "m", "--value", "1", "--model", "x"],
                    ["run", "begin"], ["run", "end"]):
        done = tocsin(*command, *options)
        assert done.returncode == 0 and "1 records are kept" in done.stderr, done.stderr
    assert len(list(folder.iterdir())) == 3


def test_without_a_spool_and_best_effort(nowhere):
    assert publish(nowhere).returncode == 75
    done = publish(nowhere, "--best-effort")
    assert done.returncode == 0 and "best effort: exit code 0 instead of 75" in done.stderr
    assert tocsin("publish", "--best-effort", "--no-such-option").returncode == 0
    assert tocsin("publish", "--no-such", environment={"TOCSIN_BEST_EFFORT": "1"}).returncode == 0
    assert tocsin("publish", "--no-such", environment={"TOCSIN_BEST_EFFORT": "0"}).returncode == 64


def test_a_full_folder(nowhere, tmp_path):
    folder = tmp_path / "spool"
    folder.mkdir(mode=0o700)
    with open(folder / "old.spool", "wb") as old:
        old.truncate((1 << 20) - 300)
    done = publish(nowhere, "--spool", folder, "--spool-max", "1")
    assert done.returncode == 75 and "it would hold more than 1 MiB" in done.stderr


@pytest.mark.parametrize("prepare", [lambda p: (p.mkdir(), p.chmod(0o777)), lambda p: p.write_text("")])
def test_a_folder_of_everybody_and_none(nowhere, tmp_path, prepare):
    prepare(tmp_path / "spool")
    done = publish(nowhere, "--spool", tmp_path / "spool")
    assert done.returncode == 74 and "expected a folder" in done.stderr


def test_files_that_are_none(nowhere, tmp_path):
    for name, text in (("a.spool", ""), ("b.spool", "{}\n"), ("c.spool", '{"type":"tocsin.spool.v2","topic":"t"}\n'),
                       ("d.part", '{"type":"tocsin.spool.v1","topic":"t"}\n{"key":"k","hea'), ("e.txt", "")):
        (tmp_path / name).write_text(text)
    done = tocsin("spool", "list", "--spool", tmp_path)
    assert done.returncode == 0 and done.stdout.startswith("d.part  0 records") and done.stdout.count("\n") == 1
    assert done.stderr.count("\n") == 4 and "expected a whole line" in done.stderr
    assert tocsin("spool", "list", "--spool", tmp_path / "absent").returncode == 0
    assert tocsin("spool", "list").returncode == 64
