"""The five services over a real Kafka, each by a server that keeps messages and incidents as the service would: opened,
escalated, resolved and reopened, with kill -9 between the answer and the commit each time, for all of them at once.

PagerDuty, Opsgenie and Splunk On-Call have a key for each alert: never a second incident. A message to Slack or Teams
may be there twice after a kill, and then says so. What each service then says with its credential in it is found
nowhere: no log, no topic, no dead letter."""
import contextlib
import json
import threading

import confluent_kafka as ck
import pytest

from system.test_deliver import fingerprint, notification, now
from system.world import ROOT, wait_until
from vendors.opsgenie import Opsgenie
from vendors.pagerduty import PagerDuty
from vendors.server import Fault
from vendors.slack import Slack
from vendors.teams import Teams
from vendors.victorops import VictorOps

SECRETS = {"hook": "hook-secret-0123456789", "bot": "xoxb-secret-0123456789", "teams": "sig-secret-0123456789",
           "pagerduty": "pd-secret-0123456789", "opsgenie": "og-secret-0123456789", "victorops": "vo-secret-0123456789"}
MARK = "may have arrived"
INTEGRATIONS = {"hook": "hook/slack/0", "bot": "bot/slack/0", "teams": "teams/msteamsv2/0",
                "pagerduty": "pagerduty/pagerduty/0", "opsgenie": "opsgenie/opsgenie/0",
                "victorops": "victorops/victorops/0"}
TOPICS = ("notifications", "deliveries", "dead-letter", "retry.1m", "retry.10m", "retry.1h", "retry.6h", "control")


class Services:
    """The servers, a tocsind that tells them all, and a producer of notifications."""

    def __init__(self, world, stack):
        self.world = world
        self.at = {
            "hook": stack.enter_context(Slack(hook_key=SECRETS["hook"])),
            "bot": stack.enter_context(Slack(token=SECRETS["bot"])),
            "teams": stack.enter_context(Teams(SECRETS["teams"])),
            "pagerduty": stack.enter_context(PagerDuty(SECRETS["pagerduty"])),
            "opsgenie": stack.enter_context(Opsgenie(SECRETS["opsgenie"])),
            "victorops": stack.enter_context(VictorOps(SECRETS["victorops"])),
        }
        receivers = [{"name": name, "request_timeout": "2s", f"{INTEGRATIONS[name].split('/')[1]}_configs": [settings]}
                     for name, settings in self.settings().items()]
        self.config = world.config(f'static_membership: true\nroute: {{"receiver": "hook"}}\n'
                                   f"receivers: {json.dumps(receivers)}\n")
        self.start()
        world.wait_topics()
        self.producer = ck.Producer({"bootstrap.servers": world.brokers, "linger.ms": 5})

    def settings(self):
        at = self.at
        return {"hook": {"api_url": at["hook"].hook_url},
                "bot": {"app_token": at["bot"].token, "app_url": at["bot"].app_url, "channel": "red-team"},
                "teams": {"webhook_url": at["teams"].webhook_url},
                "pagerduty": {"routing_key": at["pagerduty"].routing_key, "url": at["pagerduty"].url + "/v2/enqueue",
                              "change_events": True},
                "opsgenie": {"api_key": at["opsgenie"].api_key, "api_url": at["opsgenie"].url},
                "victorops": {"api_key": at["victorops"].api_key, "api_url": at["victorops"].api_url,
                              "routing_key": "oncall"}}

    def start(self):
        self.process = self.world.tocsind(self.config, "--role", "deliver", name="tocsind-0")

    def tell(self, name, version, news, **picture):
        for integration in INTEGRATIONS.values():
            value = notification(name, version, news, integration, group_labels={"fingerprint": fingerprint(name)})
            value["picture"] |= picture
            self.producer.produce(self.world.prefix + "notifications", json.dumps(value).encode(),
                                  f"{integration}|{value['group']}")
        assert self.producer.flush(30) == 0

    def end_run(self, number):
        """The end of a run, in one part with its summary, to those that show one beside their alerts."""
        for name in ("pagerduty", "bot"):
            value = json.loads((ROOT / "schemas/examples/notification/valid/part-with-summary.json").read_text())
            value |= {"integration": INTEGRATIONS[name], "run": f"run-{number}", "part": 1, "parts": 1, "time": now()}
            value["timing"]["group_wait_ms"] = value["timing"]["group_interval_ms"] = 100
            value["summary"]["run"]["id"] = f"run-{number}"
            value["summary"]["ended"] = now()
            self.producer.produce(self.world.prefix + "notifications", json.dumps(value).encode(),
                                  f"{INTEGRATIONS[name]}|{value['group']}")
        assert self.producer.flush(30) == 0

    def wait_told(self, name, version):
        def told():
            members = [m for m in self.world.members() if m["fingerprint"] == fingerprint(name)]
            return len(members) == len(INTEGRATIONS) and all(m.get("told", 0) >= version for m in members)
        wait_until(f"all told of {name} at {version}", told, 90, 0.3)

    def kill_all_answered(self, paths):
        """Each service has done its work and answers at the same moment, and then the process is killed."""
        gate = threading.Barrier(len(self.at))
        for name, service in self.at.items():
            service.script(Fault(gate=gate, kill=self.process.pid), path=paths.get(name, ""))

    def phase(self, name, version, news, paths, **picture):
        self.kill_all_answered(paths)
        self.tell(name, version, news, **picture)
        assert self.process.wait(60) == -9
        self.start()
        self.wait_told(name, version)


@pytest.fixture
def services(world):
    with contextlib.ExitStack() as stack:
        yield Services(world, stack)


def incidents(services):
    """Of each service that has a key: whether its incidents are open, oldest first."""
    at = services.at
    return {"pagerduty": [i["status"] != "resolved" for i in at["pagerduty"].incidents],
            "opsgenie": [a["status"] == "open" for a in at["opsgenie"].alerts],
            "victorops": [i["status"] == "open" for i in at["victorops"].incidents]}


def all_have(services, *states):
    assert incidents(services) == dict.fromkeys(("pagerduty", "opsgenie", "victorops"), list(states))


def assert_marked(messages, phases):
    """One message a phase and a repeat of it after the kill, each repeat marked and nothing else."""
    texts = [json.dumps(message) for message in messages]
    assert len(texts) == 2 * phases
    assert [MARK in text for text in texts] == [False, True] * phases


def quote_credentials(services):
    """Each service refuses, and says the credential that it was given; then it cannot, and says it again."""
    for name, service in services.at.items():
        words = f"no: {SECRETS[name]} at {service.webhook_url if name == 'teams' else service.url}"
        error = {"error": {"message": words}, "message": words, "errors": [words], "messages": [words]}
        service.script(Fault(status=400, body=error), Fault(status=503, body=error, headers={"X-Said": words}))


def test_one_incident_whatever_is_killed_and_no_credential_anywhere(services):
    at = services.at
    services.phase("a", 1, "opened", {})
    all_have(services, True)
    services.phase("a", 2, "escalated", {"bot": "postMessage", "opsgenie": "/requests/"}, severity="critical")
    all_have(services, True)
    services.phase("a", 3, "resolved", {"opsgenie": "/requests/"})
    all_have(services, False)
    services.phase("a", 4, "reopened", {"bot": "postMessage"}, episode=2)
    all_have(services, False, True)

    assert_marked(at["hook"].hooked, 4)
    assert_marked(at["teams"].cards, 4)
    # The bot's first message is there twice, the second time marked; from then on it is updated in place.
    first, second = at["bot"].posts()
    assert first["edits"] == 0 and second["edits"] >= 3
    assert "REOPENED" in second["text"] and MARK not in json.dumps(second)
    replies = [(reply["text"].split()[2], MARK in json.dumps(reply)) for reply in at["bot"].replies()]
    assert replies == [("ESCALATED", False), ("ESCALATED", True), ("RESOLVED", True), ("REOPENED", False),
                       ("REOPENED", True)]
    for number in (1, 2):
        services.end_run(number)
        wait_until("the run is a change event and a message", lambda: len(at["pagerduty"].changes) == number and
                   len(at["bot"].posts()) == 2 + number)
    assert all(service.violations == [] for service in at.values())

    quote_credentials(services)
    services.tell("refused", 1, "opened")
    wait_until("six dead letters", lambda: len(services.world.records("dead-letter")) == 6, 60, 0.3)
    services.tell("retried", 1, "opened")
    services.wait_told("retried", 1)
    everything = services.world.logs().encode() + b"".join(
        part for topic in TOPICS for _, _, key, value, headers in services.world.records(topic)
        for part in (key or b"", value or b"", *headers.values()))
    assert b"answered 400" in everything
    assert [name for name, secret in SECRETS.items() if secret.encode() in everything] == []
