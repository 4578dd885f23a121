"""A broker that is killed and comes back: what was kept arrives once, the run's end behind its findings."""
import json
import os
import subprocess

from system.world import BIN

LINE = {"type": "tocsin.finding.v1", "rule": {"id": "own/leak/regex"}, "model": {"name": "helpbot"},
        "severity": "high", "confidence": 1, "output": "o" * 200,
        "run": {"id": "r", "started": "2024-11-20T02:00:13Z", "repository": "acme/helpbot"}}
COUNT = 1500


def test_killed_in_the_middle_of_a_report(own_broker, world):
    world.create_topic("findings", 3)
    folder = world.folder / "spool"
    options = ["--spool", str(folder), "--timeout", "3", "--run-id", "r"]
    environment = os.environ | {"TOCSIN_BROKERS": world.brokers, "TOCSIN_PREFIX": world.prefix}
    process = subprocess.Popen([BIN / "tocsin", "publish", "-", *options], stdin=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, env=environment)
    for i in range(COUNT):
        if i == COUNT // 2:
            process.stdin.flush()
            own_broker.do("kill")
        process.stdin.write(json.dumps(LINE | {"prompt": str(i), "rule": {"id": f"own/p{i % 7}/d"}}) + "\n")
    process.stdin.close()
    said = process.stderr.read()
    assert process.wait(60) == 0, said
    assert "records are kept in" in said
    own_broker.do("start")
    for _ in range(2):
        sent = subprocess.run([BIN / "tocsin", "spool", "send", *options[:4]], env=environment, text=True,
                              capture_output=True, timeout=60)
        assert sent.returncode == 0, sent.stderr
    assert not list(folder.iterdir())
    records = [(p, o, json.loads(v)) for p, o, _, v, _ in world.records("findings")]
    prompts = {v["prompt"] for _, _, v in records if v["type"] == "tocsin.finding.v1"}
    assert prompts == {str(i) for i in range(COUNT)}, "nothing is lost"
    assert len({v["id"] for _, _, v in records if v["type"] == "tocsin.finding.v1"}) == COUNT, "repeats have one id"
    ends = {p: o for p, o, v in records if v["type"] == "tocsin.run-end.v1"}
    assert set(ends) == {0, 1, 2}, "the end goes to every partition"
    assert all(o < ends[p] for p, o, v in records if v["type"] == "tocsin.finding.v1"), "no end overtakes a finding"
