"""Runs that are not around one report: begun, published in parts and ended apart, and what the program says of itself."""
import json
import os
import pty
import re
import select
import shutil
import subprocess
import time

import confluent_kafka.admin as admin
import pytest

from system.world import BIN, WAIT_S, github

FINDING = {"rule": {"id": "t/p/d", "title": "Something"}, "model": {"name": "helpbot"}, "severity": "high", "confidence": 1,
           "prompt": "hi", "output": "yo"}


def tocsin(world, *arguments, env=None, code=0):
    done = subprocess.run([BIN / "tocsin", *map(str, arguments)], capture_output=True, text=True, timeout=60,
                          env={"TOCSIN_BROKERS": world.brokers, "TOCSIN_PREFIX": world.prefix}
                          | {k: v for k, v in os.environ.items() if k.endswith("_OPTIONS") or k == "PATH"} | (env or {}))
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture
def topic(world):
    client = admin.AdminClient({"bootstrap.servers": world.brokers})
    client.create_topics([admin.NewTopic(world.prefix + "findings", 3, 1)])[world.prefix + "findings"].result()


def values(world, kind):
    """Records of a kind with their partitions and keys."""
    found = [(partition, key.decode(), json.loads(value)) for partition, _, key, value, _ in world.records("findings")]
    return [row for row in found if row[2]["type"] == f"tocsin.{kind}.v1"]


def test_begin_is_on_every_partition_and_prints_the_id(world, topic):
    done = tocsin(world, "run", "begin", "--pipeline", "nightly")
    run_id = done.stdout.strip()
    rows = values(world, "run-begin")
    assert sorted(partition for partition, *_ in rows) == [0, 1, 2]
    assert {key for _, key, _ in rows} == {run_id}
    assert rows[0][2]["run"]["pipeline"] == "nightly"
    in_ci = tocsin(world, "run", "begin", "-q", env=github(7))
    assert in_ci.stdout == "github:acme/helpbot/7\n" and in_ci.stderr == ""


def test_end_needs_a_run(world):
    assert "--run-id" in tocsin(world, "run", "end", code=64).stderr


def test_shards_that_died_are_ended(world, topic):
    tocsin(world, "run", "end", "--run-id", "r", "--shards", "4", "--status", "partial")
    rows = [value for partition, _, value in values(world, "run-end") if partition == 0]
    assert [(end["run"]["shard"], end["run"]["shards"], end["status"], end["has_coverage"]) for end in rows] == [
        (i, 4, "partial", True) for i in range(1, 5)]
    assert all("coverage" not in end and "published" not in end for end in rows)


@pytest.mark.parametrize("world", [{"partitions": 2}], indirect=True)
def test_a_run_of_parts_ends_once(world, tmp_path):
    """Two parts, one of which finds something; the run is open until `run end`, and a clean one then resolves."""
    config = world.config("route:\n  receiver: nobody\nreceivers:\n  - name: nobody\n")
    world.tocsind(config)
    world.wait_topics()
    tried = {"type": "tocsin.run-end.v1", "status": "complete", "has_coverage": True,
             "coverage": [{"rule": "t/p/d", "model": "helpbot", "attempts": 3, "failures": 1}]}
    dirty, clean = tmp_path / "dirty.jsonl", tmp_path / "clean.jsonl"
    dirty.write_text(json.dumps(FINDING) + "\n" + json.dumps(tried) + "\n")
    clean.write_text(json.dumps(tried | {"coverage": [tried["coverage"][0] | {"failures": 0}]}) + "\n")

    def phases(run):
        return {json.loads(value)["phase"] for (_, key), value in world.table("state").items()
                if key.decode() == f"run/github:acme/helpbot/{run}"}

    def parts(run, *reports):
        for number, report in enumerate(reports, 1):
            world.publish(report, "--run-open", "--shard", f"{number}/{len(reports)}", env=github(run))
        world.wait_correlated()
        assert phases(run) == {"open"}
        tocsin(world, "run", "end", "--run-open", env=github(run))
        world.wait_correlated()
        assert phases(run) == {"ended"}

    parts(1, clean, dirty)
    assert [alert["status"] for alert in world.alerts().values()] == ["open"]
    parts(2, clean, clean)
    assert [alert["status"] for alert in world.alerts().values()] == ["resolved"]
    # a repeated attempt with the same output adds nothing twice
    count = [alert["count"] for alert in world.alerts().values()]
    world.publish(dirty, "--run-open", "--shard", "2/2", env=github(1, attempt=2))
    world.wait_correlated()
    assert [alert["count"] for alert in world.alerts().values()] == count


def test_a_file_of_properties_and_what_librdkafka_refuses(world, topic, tmp_path):
    file = tmp_path / "kafka.properties"
    file.write_text(f"# as kcat reads it\nbootstrap.servers={world.brokers}\nlinger.ms=1\ntocsin.model=helpbot\n")
    done = subprocess.run([BIN / "tocsin", "publish", "-F", file, "--prefix", world.prefix, "--rule", "a/b/c"],
                          capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert values(world, "finding")[0][2]["model"]["name"] == "helpbot"
    file.write_text("no.such.property=s3cret\n")
    done = subprocess.run([BIN / "tocsin", "publish", "-F", file, "-b", world.brokers, "--rule", "a/b/c", "--model", "m"],
                          capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 64 and "no.such.property" in done.stderr and "s3cret" not in done.stderr


def test_quiet_and_version(world):
    assert tocsin(world, "publish", "--dry-run", "-q", "--rule", "a/b/c", "--model", "m").stderr == ""
    version = json.loads(tocsin(world, "version", "--json").stdout)
    assert re.fullmatch(r"\d+\.\d+\.\d+", version["tocsin"]) and "ssl" in version["features"]
    assert tocsin(world, "--version").stdout.startswith(f"tocsin {version['tocsin']}\n")


def test_page_and_completions(world, tmp_path):
    page = tocsin(world, "manual").stdout
    assert page.startswith(".TH TOCSIN 1") and "TOCSIN_MIN_SEVERITY" in page
    if shutil.which("man"):
        warned = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-"], input=page, capture_output=True, text=True,
                                check=False, env=os.environ | {"MANPAGER": "cat", "LC_ALL": "C.UTF-8"})
        assert warned.returncode == 0 and warned.stderr == ""
    bash = tmp_path / "tocsin.bash"
    bash.write_text(tocsin(world, "completion", "bash").stdout)

    def complete(*words):
        script = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tocsin; printf "%s\\n" "${COMPREPLY[@]}"'
        return subprocess.run(["bash", "-c", script, "bash", bash, *words], capture_output=True, text=True,
                              check=True).stdout.split()

    assert complete("tocsin", "pub") == ["publish"]
    assert complete("tocsin", "run", "en") == ["end"]
    assert complete("tocsin", "publish", "--min-s") == ["--min-severity"]
    assert complete("tocsin", "run", "end", "--sta") == ["--status"]
    assert complete("tocsin", "publish", "--min-severity", "hi") == ["high"]
    if shutil.which("zsh"):
        zsh = tmp_path / "_tocsin"
        zsh.write_text(tocsin(world, "completion", "zsh").stdout)
        subprocess.run(["zsh", "-n", zsh], check=True)


def test_progress_on_a_terminal_only():
    ours, theirs = pty.openpty()
    process = subprocess.Popen([BIN / "tocsin", "publish", "--dry-run", "-"], stdin=subprocess.PIPE, stderr=theirs,
                               stdout=subprocess.DEVNULL)
    os.close(theirs)
    seen, end = b"", time.monotonic() + WAIT_S
    while b"findings" not in seen:
        assert time.monotonic() < end, seen
        process.stdin.write(json.dumps(FINDING).encode() + b"\n")
        process.stdin.flush()
        if select.select([ours], [], [], 0.05)[0]:
            seen += os.read(ours, 4096)
    process.stdin.close()
    assert re.search(rb"tocsin: standard input  \d+ findings  \d+/s", seen)
    try:
        while chunk := os.read(ours, 4096):
            seen += chunk
    except OSError:  # the other side is closed
        pass
    assert process.wait(WAIT_S) == 0
    assert b"\r\x1b[Ktocsin: " in seen and b"findings read" in seen.split(b"\x1b[K")[-1]
    os.close(ours)
