"""The three ticket trackers over a real Kafka, each by a server that keeps tickets as the service would: opened,
escalated, resolved and reopened, with kill -9 between the answer and the commit each time, for all of them at once.
Never a second ticket. What each then says with its credential in it is found nowhere: no log, no topic, no dead letter."""
import base64
import contextlib
import json
import re
import threading

import confluent_kafka as ck
import pytest

from system.test_deliver import fingerprint, notification
from system.world import wait_until
from vendors.azure_devops import AzureDevOps
from vendors.jira import Jira
from vendors.server import Fault
from vendors.servicenow import ServiceNow

SECRET = "tracker-secret-0123456789"
MARK = "may have arrived"
INTEGRATIONS = {"jira": "jira/jira/0", "ado": "ado/azure_devops/0", "servicenow": "servicenow/servicenow/0"}
TOPICS = ("notifications", "deliveries", "dead-letter", "retry.1m", "control")
LAG_S = 1.0
# The request of each phase behind whose answer the process dies; `1` lets the first that matches pass.
CREATE = {"jira": ("/issue$", 0), "ado": (r"/workitems/\$Bug$", 0), "servicenow": ("/incident$", 0)}
CHANGE = {"jira": ("/comment$", 0), "ado": (r"/workitems/\d+$", 1), "servicenow": (r"/incident/\w+$", 1)}
MOVE = CHANGE | {"jira": ("/transitions$", 1)}


class Trackers:
    """The servers, a tocsind that tells them all, and a producer of notifications."""

    def __init__(self, world, stack):
        self.world = world
        self.at = {"jira": stack.enter_context(Jira(lag_s=LAG_S)), "ado": stack.enter_context(AzureDevOps()),
                   "servicenow": stack.enter_context(ServiceNow())}
        receivers = [{"name": name, "request_timeout": "3s", f"{INTEGRATIONS[name].split('/')[1]}_configs": [settings]}
                     for name, settings in self.settings().items()]
        self.config = world.config(f'static_membership: true\nroute: {{"receiver": "jira"}}\n'
                                   f"receivers: {json.dumps(receivers)}\n")
        self.start()
        world.wait_topics()
        self.producer = ck.Producer({"bootstrap.servers": world.brokers, "linger.ms": 5})

    def settings(self):
        return {"jira": {"api_url": self.at["jira"].url, "api_type": "cloud", "project": "RED", "username": "a@b.example",
                         "password": SECRET, "index_lag": "3s"},
                "ado": {"url": self.at["ado"].url, "project": "Red Team", "token": SECRET, "index_lag": "1s"},
                "servicenow": {"url": self.at["servicenow"].url, "api_key": SECRET, "index_lag": "1s"}}

    def start(self):
        self.process = self.world.tocsind(self.config, "--role", "deliver", name="tocsind-0")

    def tell(self, name, version, news, **picture):
        for integration in INTEGRATIONS.values():
            value = notification(name, version, news, integration, group_labels={"fingerprint": fingerprint(name)})
            value["picture"] |= picture
            self.producer.produce(self.world.prefix + "notifications", json.dumps(value).encode(),
                                  f"{integration}|{value['group']}")
        assert self.producer.flush(30) == 0

    def wait_told(self, name, version):
        def told():
            members = [m for m in self.world.members() if m["fingerprint"] == fingerprint(name)]
            return len(members) == len(INTEGRATIONS) and all(m.get("told", 0) >= version for m in members)
        wait_until(f"all told of {name} at {version}", told, 90, 0.3)

    def phase(self, version, news, requests, **picture):
        """Each has done its work and answers at the same moment, and then the process is killed."""
        gate = threading.Barrier(len(self.at))
        for name, (path, passing) in requests.items():
            self.at[name].script(*[Fault()] * passing, Fault(gate=gate, kill=self.process.pid), path=path)
        self.tell("a", version, news, **picture)
        assert self.process.wait(60) == -9
        self.start()
        self.wait_told("a", version)
        assert all(len(tracker.tickets) == 1 for tracker in self.at.values()), "a second ticket"

    def states(self):
        ado, servicenow = self.at["ado"].only(), self.at["servicenow"].only()
        return [self.at["jira"].only()["status"], ado["System.State"], servicenow["state"]]

    def comments(self):
        return [[json.dumps(text) for text in tracker.only()["_comments"]] for tracker in self.at.values()]


@pytest.fixture
def trackers(world):
    with contextlib.ExitStack() as stack:
        yield Trackers(world, stack)


def quote_credentials(trackers):
    """Each refuses, and says the credential that it was given, as it was written and as it was sent."""
    for tracker in trackers.at.values():
        sent = tracker.requests[-1].headers
        words = f"no: {SECRET} {sent.get('authorization')} {sent.get('x-sn-apikey')}"
        body = {"message": words, "errorMessages": [words], "error": {"message": words, "detail": words}}
        tracker.script(Fault(status=400, body=body, headers={"X-Said": words}))


def test_one_ticket_whatever_is_killed_and_no_credential_anywhere(trackers):
    trackers.phase(1, "opened", CREATE)
    assert trackers.states() == ["To Do", "New", "1"] and trackers.comments() == [[], [], []]
    assert all(any(re.search("/search/jql|/wiql|sysparm_query", request.target) for request in tracker.requests)
               for tracker in trackers.at.values()), "each was looked for"
    trackers.phase(2, "escalated", CHANGE, severity="critical")
    for comments in trackers.comments():  # a comment may be there twice, and then says so
        assert len(comments) >= 2 and "ESCALATED" in comments[0]
        assert [MARK in text for text in comments] == [False] + [True] * (len(comments) - 1)
    trackers.phase(3, "resolved", MOVE)
    assert trackers.states() == ["Done", "Resolved", "6"]
    before = [MARK in text for text in trackers.comments()[0]]
    assert before[-1] is False, "Jira's comment was committed before the transition, and is not repeated"
    trackers.phase(4, "reopened", MOVE, episode=2)
    assert trackers.states() == ["To Do", "Active", "2"]
    assert all(tracker.violations == [] for tracker in trackers.at.values())

    quote_credentials(trackers)
    trackers.tell("refused", 1, "opened")
    wait_until("three dead letters", lambda: len(trackers.world.records("dead-letter")) == 3, 60, 0.3)
    everything = trackers.world.logs().encode() + b"".join(
        part for topic in TOPICS for _, _, key, value, headers in trackers.world.records(topic)
        for part in (key or b"", value or b"", *headers.values()))
    assert b"answered 400" in everything
    for secret in (SECRET, f":{SECRET}", f"a@b.example:{SECRET}"):
        assert secret.encode() not in everything and base64.b64encode(secret.encode()) not in everything
