"""`tocsind render` and `tocsind send-test`, against servers that stand for the five services, without a broker."""
import contextlib
import json
import os
import subprocess

import pytest

from system.world import BIN, ROOT
from vendors.opsgenie import Opsgenie
from vendors.pagerduty import PagerDuty
from vendors.server import Fault, page
from vendors.slack import Slack
from vendors.teams import Teams
from vendors.victorops import VictorOps

FINDING = ROOT / "schemas/examples/finding/valid/full.json"
SECRETS = ["xoxb-0-secret", "hook-secret", "sig-secret-0", "0123456789abcdef0123456789abcdef", "genie-secret-key",
           "victor-secret-key"]
# channel: its server, and the settings that lead there
CHANNELS = {
    "slack": (Slack, lambda s: {"api_url": s.hook_url}),
    "slack_bot": (Slack, lambda s: {"app_token": s.token, "app_url": s.app_url, "channel": "red-team"}),
    "msteamsv2": (Teams, lambda s: {"webhook_url": s.webhook_url}),
    "pagerduty": (PagerDuty, lambda s: {"routing_key": s.routing_key, "url": s.url + "/v2/enqueue"}),
    "opsgenie": (Opsgenie, lambda s: {"api_key": s.api_key, "api_url": s.url}),
    "victorops": (VictorOps, lambda s: {"api_key": s.api_key, "api_url": s.api_url, "routing_key": "oncall"}),
}
CONSOLE = [("console_configs", {"colour": "never"})]


def entry(channel, service):
    """The key and one entry of a receiver that leads to the service."""
    return channel.removesuffix("_bot") + "_configs", CHANNELS[channel][1](service)


@pytest.fixture
def run(tmp_path):
    """Runs a command with a receiver `team` of these entries."""
    def run(command, entries, *arguments, name="team", request_timeout="5s"):
        receiver = {"name": "team", "request_timeout": request_timeout}
        for key, settings in entries:
            receiver.setdefault(key, []).append(settings)
        config = tmp_path / "tocsind.yaml"
        config.write_text(json.dumps({"kafka": {"bootstrap.servers": "127.0.0.1:1"}, "route": {"receiver": "team"},
                                      "receivers": [receiver]}))
        done = subprocess.run([BIN / "tocsind", command, "--receiver", name, "--config", config, *arguments],
                              capture_output=True, text=True, timeout=60,
                              env={k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")})
        assert "Sanitizer" not in done.stderr and "runtime error" not in done.stderr, done.stderr
        for secret in SECRETS:
            assert secret not in done.stdout + done.stderr
        return done
    return run


@pytest.fixture
def all_services():
    """channel -> its server, all of which found nothing wrong with what they were sent."""
    with contextlib.ExitStack() as stack:
        services = {channel: stack.enter_context(kind()) for channel, (kind, _) in CHANNELS.items()}
        yield services
        assert [service.violations for service in services.values()] == [[]] * len(services)


def entries_of(services):
    return [entry(channel, service) for channel, service in services.items()]


def test_render_prints_the_requests_and_sends_nothing(all_services, run):
    done = run("render", entries_of(all_services), FINDING)
    assert done.returncode == 0, done.stderr
    requests = done.stdout.split("# ")[1:]
    assert len(requests) == len(all_services) and all("***" in request for request in requests)
    title = json.loads(FINDING.read_text())["rule"]["title"].split()[0]
    ports = set()
    for request in requests:
        head, _, body = request.partition("\n\n")
        name, line, *headers = head.split("\n")
        assert name.startswith('"team/') and ", group " in name and "Content-Type: application/json" in head
        ports.add(int(line.removeprefix("POST http://127.0.0.1:").partition("/")[0]))
        assert title in json.dumps(json.loads(body))
    assert ports == {service.port for service in all_services.values()}
    assert all(service.requests == [] for service in all_services.values())


def test_a_test_alert_is_marked_and_the_same_one_each_time(all_services, run):
    for arguments in ([], [], ["--resolve"]):
        done = run("send-test", entries_of(all_services), *arguments)
        assert done.returncode == 0 and done.stdout.count(": delivered: ") == len(all_services), done.stdout
    assert all(b"TEST" in service.sent(method="POST")[0].raw for service in all_services.values())
    assert [i["status"] for i in all_services["pagerduty"].incidents] == ["resolved"]
    assert [(a["status"], a["count"]) for a in all_services["opsgenie"].alerts] == [("closed", 2)]
    assert all_services["victorops"].incidents == []  # a test is INFO, which wakes nobody


@pytest.mark.parametrize("fault, code, words", [
    (Fault(status=302, headers={"Location": "https://sign-in.example/"}), 69, "redirects are never followed"),
    (page(), 75, "stands between"),
    (Fault(status=503), 75, "try again later"),
    (Fault(status=429, retry_after="30"), 75, "too many requests"),
    (Fault(status=403), 75, ""),
    (Fault(cut=True), 75, "may have arrived"),
    (Fault(cut_body=True), 75, ""),
], ids=["redirect", "page", "503", "429", "403", "cut", "half"])
def test_what_went_wrong_is_said_with_what_to_do(all_services, run, fault, code, words):
    services = {channel: s for channel, s in all_services.items() if not (fault.cut_body and channel == "msteamsv2")}
    for service in services.values():
        service.script(fault)
    done = run("send-test", entries_of(services))
    assert done.returncode == code, done.stdout
    lines = done.stdout.splitlines()
    assert len(lines) == 2 * len(services)
    assert all("NOT delivered" in line for line in lines[::2]) and all(words in line for line in lines[1::2]), done.stdout
    assert all(len(service.requests) == 1 for service in services.values())


def test_what_is_too_large_is_sent_smaller(all_services, run):
    for service in all_services.values():
        service.script(Fault(status=413))
    done = run("send-test", entries_of(all_services))
    assert done.returncode == 0, done.stdout
    for service in all_services.values():
        first, second = service.sent(method="POST")[:2]
        assert len(second.raw) <= len(first.raw)


@pytest.mark.parametrize("channel, change, code, words", [
    ("slack", {"api_url": "/services/T0000/B0000/wrong-hook-key"}, 69, "make a new one"),
    ("slack_bot", {"app_token": "xoxb-wrong-token"}, 75, "bot token"),
    ("slack_bot", {"channel": "nowhere"}, 69, "no such channel"),
    ("msteamsv2", {"webhook_url": "/workflows/0123456789abcdef/triggers/manual/paths/invoke?sig=wrong-signature"}, 75,
     "copy the workflow's URL anew"),
    ("pagerduty", {"routing_key": "wrong-routing-key"}, 75, "Integration Key"),
    ("opsgenie", {"api_key": "wrong-api-key"}, 75, "API integration"),
    ("victorops", {"api_key": "wrong-api-key"}, 69, "copy both"),
    ("victorops", {"routing_key": "nobody"}, 69, "check the routing_key"),
    ("pagerduty", {"url": "/wrong/path"}, 69, "check its path"),
])
def test_a_wrong_credential_or_address_is_named(channel, change, code, words, run):
    with CHANNELS[channel][0]() as service:
        key, settings = entry(channel, service)
        change = {name: service.url + value if value.startswith("/") else value for name, value in change.items()}
        done = run("send-test", [(key, settings | change)])
        assert done.returncode == code and words in done.stdout, done.stdout
        assert not any(value in done.stdout for value in change.values() if "wrong" in value and "/" not in value)
        assert "wrong-signature" not in done.stdout and "wrong-hook-key" not in done.stdout


def test_an_archived_channel_is_named(run):
    with Slack() as slack:
        slack.archived.add("C0001")
        done = run("send-test", [entry("slack_bot", slack)])
    assert done.returncode == 69 and "archived" in done.stdout


def test_a_service_that_is_too_slow_is_named(run):
    with PagerDuty() as service:
        service.script(Fault(delay_s=2))
        done = run("send-test", [entry("pagerduty", service)], request_timeout="1s")
    assert done.returncode == 75 and "request_timeout" in done.stdout


@pytest.mark.parametrize("url, words", [
    ("http://no-such-host.invalid/v2/enqueue", "DNS"), ("http://127.0.0.1:1/v2/enqueue", "Nothing listens"),
])
def test_the_way_there_is_named(url, words, run):
    done = run("send-test", [("pagerduty_configs", {"routing_key": "k-0123456789", "url": url})])
    assert done.returncode == 75 and words in done.stdout, done.stdout


def test_a_port_without_tls_is_named(run):
    with PagerDuty() as service:
        done = run("send-test", [("pagerduty_configs", {"routing_key": "k-0123456789",
                                                       "url": f"https://127.0.0.1:{service.port}/v2/enqueue"})])
    assert done.returncode == 75 and "TLS" in done.stdout, done.stdout


def test_an_asynchronous_answer_is_waited_for(run):
    with Opsgenie(lag=1) as service:
        done = run("send-test", [entry("opsgenie", service)])
        assert done.returncode == 0, done.stdout
        assert [r.method for r in service.requests] == ["POST", "GET", "GET"] and len(service.alerts) == 1


@pytest.mark.parametrize("arguments, code, words", [
    (["--no-such-option"], 64, "usage"), (["/no/such/file"], 65, "cannot open"), ([], 64, "usage"),
])
def test_a_wrong_call_of_render(arguments, code, words, run):
    done = run("render", CONSOLE, *arguments)
    assert done.returncode == code and words in done.stderr


def test_a_receiver_that_is_not_there_and_a_file_that_is_no_finding(run, tmp_path):
    done = run("render", CONSOLE, FINDING, name="nobody")
    assert done.returncode == 78 and "these are: team" in done.stderr
    broken = tmp_path / "broken.json"
    broken.write_text('{"rule": 1}\n')
    done = run("render", CONSOLE, broken)
    assert done.returncode == 65 and f"{broken}:1:" in done.stderr


def test_findings_of_one_problem_are_one_alert_and_groups_are_the_routes(run, tmp_path):
    finding = json.loads(FINDING.read_text())
    for name in ("id", "fingerprint"):
        finding.pop(name, None)
    lines = [json.dumps(finding | {"prompt": prompt}) for prompt in ("one", "two")]
    other = json.dumps(finding | {"model": {"name": "other", "version": "1"}})
    findings = tmp_path / "findings.jsonl"
    findings.write_text("\n".join([*lines, other]) + "\n")
    done = run("render", CONSOLE, findings)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("# \"team/console/0\"") == 1 and "2 problems" in done.stdout
