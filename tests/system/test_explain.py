"""`tocsind explain` against a real Kafka: what it says of a finding before and after it was published, and what
silences it. The words are for people, so only the facts in them are held here."""
import subprocess

from contract.test_explain import ROUTES, explain
from system.world import BIN, world  # noqa: F401 (fixture)

FINDING = ["--rule", "t/leak/judge", "--title", "Leak", "--severity", "medium", "--model", "helpbot", "--prompt", "p",
           "--output", "o", "--run-id", "r1"]


def test_a_finding_before_and_after(world):
    config = world.config(ROUTES)
    world.tocsind(config)
    world.wait_topics()

    def record(*options):
        return world.publish("--dry-run", *FINDING, *options).stdout.splitlines()[0]

    text = explain("-", "--config", config, input=record()).stdout
    assert "It is new" in text and "not silenced, not accepted, not inhibited" in text
    world.publish(*FINDING)
    world.wait_correlated()
    (alert,) = world.alerts().values()
    text = explain("-", "--config", config, input=record()).stdout
    assert "It is known: open, severity medium, 1 findings" in text and "It is counted" in text
    for told in alert["told"]:
        assert f"group {told['group_key']}\n" in text
    assert "told already that it is open" in text
    text = explain("-", "--config", config, input=record("--severity", "critical")).stdout
    assert "the alert escalates" in text and "severity>=" in text
    silence = subprocess.run([BIN / "tocsind", "silence", "add", "-c", config, "-a", "ada", "-m", "known", "model=helpbot"],
                             capture_output=True, text=True, timeout=60)
    assert silence.returncode == 0, silence.stderr
    text = explain("-", "--config", config, input=record()).stdout
    assert f"silenced by the silence {silence.stdout.strip()}" in text and "at least until 20" in text
