"""`tocsind check`: a good file passes, a bad one is named with file, line and column for everything that is wrong, and
no secret is ever shown. Needs no broker."""
import os
import subprocess

from system.world import BIN, ROOT

EX_USAGE, EX_CONFIG = 64, 78
SECRET = "hunter2-and-more"


def check(*arguments, **env):
    return subprocess.run([BIN / "tocsind", "check", *map(str, arguments)], capture_output=True, text=True, timeout=60,
                          env={"PATH": os.environ["PATH"]} | env)


def write(folder, text):
    path = folder / "tocsind.yaml"
    path.write_text(text)
    return path


GOOD = """kafka:
  bootstrap.servers: 127.0.0.1:9092
route:
  receiver: a
receivers:
  - name: a
    console_configs: [{}]
"""


def test_example_is_good():
    done = check(ROOT / "deploy/tocsind.example.yaml", TOCSIN_BROKERS="127.0.0.1:9092",
                 SLACK_WEBHOOK_URL=f"https://hooks.slack.com/services/{SECRET}", PAGERDUTY_ROUTING_KEY=SECRET,
                 OPSGENIE_API_KEY=SECRET, VICTOROPS_API_KEY=SECRET, JIRA_API_TOKEN=SECRET,
                 AZURE_DEVOPS_TOKEN=SECRET, SERVICENOW_PASSWORD=SECRET)
    assert (done.returncode, done.stderr) == (0, "")
    assert "good: 11 integrations" in done.stdout
    assert SECRET not in done.stdout


def test_example_without_its_environment():
    done = check(ROOT / "deploy/tocsind.example.yaml")
    assert done.returncode == EX_CONFIG
    assert "the environment variable TOCSIN_BROKERS is not set" in done.stderr
    assert "the environment variable SLACK_WEBHOOK_URL is not set" in done.stderr


def test_every_problem_has_a_line(tmp_path):
    path = write(tmp_path, f"""kafka:
  bootstrap.servers: 127.0.0.1:9092
topics:
  partitions: many
route:
  reciever: a
receivers:
  - name: a
    slack_configs:
      - api_url: {SECRET}
    flush: sometimes
""")
    done = check(path)
    assert done.returncode == EX_CONFIG
    assert done.stderr.splitlines() == [
        f'{path}:4:15: partitions: expected an integer, not "many"',
        f'{path}:11:12: flush: expected one of timers, run_end, not "sometimes"',
        f"{path}:10:18: api_url: expected an http or https URL (the value is not shown, since it is a secret)",
        f'{path}:6:3: unknown key "reciever" in route; did you mean "receiver"? (known: receiver, continue, group_wait,'
        " group_interval, repeat_interval, matchers, match, match_re, group_by, mute_time_intervals,"
        " active_time_intervals, routes)",
    ]


def test_properties_of_librdkafka(tmp_path):
    path = write(tmp_path, GOOD.replace("route:", f"""  linger.ms: {SECRET}
  no.such.property: {SECRET}
  enable.auto.commit: true
route:"""))
    done = check(path)
    lines = done.stderr.splitlines()
    assert done.returncode == EX_CONFIG and len(lines) == 3 and SECRET not in done.stderr
    assert lines[0].startswith(f"{path}:3:3: kafka.linger.ms: librdkafka refuses the value")
    assert lines[1].startswith(f"{path}:4:3: kafka.no.such.property: librdkafka")
    assert lines[2].startswith(f"{path}:5:3: kafka.enable.auto.commit")


def test_secrets_of_kafka_from_a_file_beside_it(tmp_path):
    (tmp_path / "password").write_text(SECRET + "\n")
    path = write(tmp_path, GOOD.replace("route:", "  sasl.password_file: password\nroute:"))
    done = check(path)
    assert done.returncode == 0, done.stderr
    (tmp_path / "password").unlink()
    done = check(path)
    assert done.returncode == EX_CONFIG
    assert f"{path}:3:23: sasl.password_file: cannot open {tmp_path}/password: No such file" in done.stderr


def test_brokers_are_needed(tmp_path):
    done = check(write(tmp_path, GOOD.replace("127.0.0.1:9092", "")))
    assert done.returncode == EX_CONFIG and "kafka.bootstrap.servers is missing" in done.stderr


def test_warnings_are_no_problem(tmp_path):
    path = write(tmp_path, GOOD + "  - name: nobody\n")
    done = check(path)
    assert done.returncode == 0
    assert f'{path}: warning: no route leads to receiver "nobody"' in done.stdout


def test_usage_and_manual(tmp_path):
    assert check().returncode == EX_USAGE
    assert check("--no-such-option").returncode == EX_USAGE
    assert check(tmp_path / "absent.yaml").returncode == EX_CONFIG
    done = check("--help-config")
    assert done.returncode == 0 and "retry_after_max: time (1ms to 1d), default 1h" in done.stdout
