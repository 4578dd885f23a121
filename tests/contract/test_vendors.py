"""The servers in vendors/ do what the tests trust them to do, by another client."""
import http.client
import json
import subprocess

import pytest

from vendors.server import Answer, Fault, Service, page, route


class Bell(Service):
    def __init__(self):
        super().__init__()
        self.rung = []

    @route("POST", r"/ring/(?P<tower>[a-z]+)")
    def ring(self, request, tower):
        body = self.need_json(request)
        self.need(body.get("times", 0) <= 12, 422, "at most 12")
        self.rung.append((tower, body["times"]))
        return Answer(201, {"rung": len(self.rung)})


@pytest.fixture
def bell():
    with Bell() as bell:
        yield bell


def ring(bell, body={"times": 3}, path="/ring/north?x=1", method="POST"):
    connection = http.client.HTTPConnection("127.0.0.1", bell.port, timeout=10)
    connection.request(method, path, json.dumps(body), {"Content-Type": "application/json"})
    response = connection.getresponse()
    return response.status, response.read().decode(), dict(response.getheaders())


def test_a_route_answers_and_keeps_state(bell):
    assert ring(bell)[:2] == (201, '{"rung": 1}')
    assert bell.rung == [("north", 3)] and bell.violations == []
    assert bell.requests[0].query == {"x": ["1"]} and bell.requests[0].status == 201


@pytest.mark.parametrize("how,status", [({"body": {"times": 13}}, 422), ({"path": "/ring/9"}, 404), ({"method": "PUT"}, 405)])
def test_what_breaks_the_contract_is_refused_and_kept(bell, how, status):
    assert ring(bell, **how)[0] == status
    assert len(bell.violations) == 1 and bell.rung == []


def test_faults_come_in_their_order_and_only_where_scripted(bell):
    bell.script(Fault(status=503, retry_after="7", body="later"), path="/ring/north")
    bell.script(page(), Fault(status=500, applied=True), Fault(retry_after="1"))
    assert ring(bell, path="/ring/south")[1].startswith("<!DOCTYPE html>")
    status, body, headers = ring(bell)
    assert (status, body, headers["Retry-After"]) == (503, "later", "7") and bell.rung == []
    assert ring(bell)[0] == 500 and bell.rung == [("north", 3)]
    status, _, headers = ring(bell)
    assert (status, headers["Retry-After"]) == (201, "1")
    assert bell.violations == []


def test_a_lost_answer_is_of_work_that_was_done(bell):
    bell.script(Fault(cut=True), Fault(cut_body=True))
    with pytest.raises(http.client.RemoteDisconnected):
        ring(bell)
    with pytest.raises(http.client.IncompleteRead):
        ring(bell)
    assert len(bell.rung) == 2


def test_it_kills_after_it_has_answered(bell):
    with subprocess.Popen(["sleep", "60"]) as victim:
        bell.script(Fault(kill=victim.pid))
        assert ring(bell)[0] == 201
        assert victim.wait(10) == -9
