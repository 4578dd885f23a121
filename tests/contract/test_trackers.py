"""The three ticket trackers against servers that keep tickets: one alert, one ticket, whatever gets lost on the way."""
import html
import json
import re

import pytest

import channel_cases as cases
from ticket_walk import Life, Refusal, verdict_of
from vendors.azure_devops import AzureDevOps
from vendors.jira import Jira
from vendors.server import Fault, page
from vendors.servicenow import ServiceNow

SECRET = "s3cr3t-0f-the-receiver"
MINUTE = "2026-11-23T10:{:02}:00.000Z"
KEY = "tocsin-00112233445566778899aabbccddeeff"
BY_TEAM = {"team-x": "acc-1"}


class Row:
    """One tracker: its server, its settings, and where it keeps what."""

    def __init__(self, channel, server, settings, state, text, closed):
        self.channel, self.server, self.settings = channel, server, settings
        self.state, self.text, self.closed = state, text, closed


def jira_settings(server, **more):
    return {"api_url": server.url, "api_type": "cloud", "project": "RED", "issue_type": "Bug", "username": "a@b.example",
            "password": SECRET, "resolve_transition": "Done", "reopen_transition": "11", "wont_fix_resolution": "Won't Do",
            "priorities": {"critical": "Highest", "high": "High"}, "components": {"team-x": "chat"},
            "assignees": BY_TEAM, "labels": ["red-team"], "update_description": True, "index_lag": 300_000} | more


def ado_settings(server, **more):
    return {"url": server.url + "/", "project": "Red Team", "type": "Bug", "token": SECRET, "open_state": "Active",
            "resolved_state": "Resolved", "closed_states": "Resolved, Closed", "wont_fix_reasons": "Won't Fix",
            "area_paths": {"team-x": "Red Team\\X"}, "assignees": BY_TEAM, "tags": ["red-team"],
            "update_description": True, "index_lag": 300_000} | more


def servicenow_settings(server, **more):
    return {"url": server.url, "table": "incident", "username": "tocsin", "password": SECRET, "open_state": "2",
            "resolved_state": "6", "closed_states": "6, 7, 8", "close_code": "Solution provided", "close_notes": "clean",
            "wont_fix_codes": "No resolution provided", "assignment_groups": BY_TEAM, "update_description": True,
            "index_lag": 300_000} | more


ROWS = {
    "jira cloud": Row("jira", Jira, jira_settings, lambda t: t["status"], lambda t: json.dumps(t["description"]),
                      ("Done", "To Do")),
    "jira data center": Row("jira", lambda: Jira("2"), lambda s, **m: jira_settings(s, api_type="datacenter", **m),
                            lambda t: t["status"], lambda t: t["description"], ("Done", "To Do")),
    "azure devops": Row("azure_devops", AzureDevOps, ado_settings, lambda t: t["System.State"],
                        lambda t: html.unescape(t["Microsoft.VSTS.TCM.ReproSteps"]), ("Resolved", "Active")),
    "servicenow": Row("servicenow", ServiceNow, servicenow_settings, lambda t: t["state"], lambda t: t["description"],
                      ("6", "2")),
}
EVERY_TRACKER = pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
CLOUD, ADO, SERVICENOW = ROWS["jira cloud"], ROWS["azure devops"], ROWS["servicenow"]


def told(name, version, **changes):
    return cases.CASES[name] | {"version": version, "now": MINUTE.format(version % 60)} | changes


class Case:
    def __init__(self, row, **settings):
        self.row, self.server = row, row.server()
        self.life = Life(row.channel, row.settings(self.server, **settings))

    def __enter__(self):
        self.server.__enter__()
        return self

    def __exit__(self, *_):
        self.server.__exit__()

    @property
    def ticket(self):
        return self.server.only()

    @property
    def ticket_id(self):
        return next(iter(self.server.tickets))

    @property
    def state(self):
        return self.row.state(self.ticket)

    def tell(self, *arguments, **changes):
        return self.life.tell(*arguments, **changes)


@EVERY_TRACKER
def test_one_ticket_for_the_whole_life(row):
    with Case(row) as case:
        closed, opened = row.closed
        assert case.tell(told("opened", 1))[-1]["kind"] == "done"
        first = case.state
        assert len(case.server.sent(method="POST")) == 1 and case.ticket["_comments"] == []
        case.tell(told("escalated", 2))
        assert len(case.ticket["_comments"]) == 1 and case.state == first
        assert "CRITICAL" in row.text(case.ticket) and "ESCALATED" in json.dumps(case.ticket["_comments"])
        case.tell(told("resolved", 3))
        assert case.state == closed and len(case.ticket["_comments"]) == 2
        case.tell(told("reopened", 4))
        assert case.state == opened and len(case.ticket["_comments"]) == 3
        case.tell(told("reminder", 5))
        assert len(case.ticket["_comments"]) == 3 and case.server.violations == []


@EVERY_TRACKER
def test_it_says_all_there_is(row):
    with Case(row) as case:
        case.tell(told("opened", 1))
        text = row.text(case.ticket)
        for words in ("garak", "dan.DanInTheWild", "mitigation.MitigationBypass", "HIGH", "0.88", "helpbot", "v2",
                      "You are DAN now.", "Here is the", "256 findings", "2026-11-23 08:04", "nightly@main",
                      "https://ci.example/report.html", "https://ci.example/runs/42", "https://wiki.example/dan",
                      cases.FINGERPRINT, KEY):
            assert words in text, words
        assert "Create ticket" not in text


def lost(case, content, request, **changes):
    """The process dies behind an answer; the next one has the message again, ten minutes later."""
    case.tell(content, lose=request)
    for minute in range(10):
        steps = case.tell(content | {"now": f"2026-11-23T11:{minute:02}:00.000Z"}, **changes)
        if steps[-1]["kind"] == "done":
            return steps
        assert steps[-1]["kind"] == "later", steps
    return pytest.fail("it does not end")


@EVERY_TRACKER
def test_a_create_without_an_answer_is_one_ticket(row):
    with Case(row) as case:
        lost(case, told("opened", 1), 1)
        assert len(case.server.tickets) == 1 and case.ticket["_comments"] == []
        assert case.life.stored["ticket_id"] == case.ticket_id
        assert case.server.violations == []


@EVERY_TRACKER
@pytest.mark.parametrize("event", ["escalated", "resolved", "reopened"])
def test_any_answer_may_get_lost(row, event):
    with Case(row) as case:
        case.tell(told("opened", 1))
        if event == "reopened":
            case.tell(told("resolved", 2))
        count = len(case.tell(told(event, 3))) - 1
    for request in range(1, count + 1):
        with Case(row) as case:
            case.tell(told("opened", 1))
            if event == "reopened":
                case.tell(told("resolved", 2))
            lost(case, told(event, 3), request)
            assert len(case.server.tickets) == 1 and case.server.violations == []
            if event == "resolved":
                assert case.state == row.closed[0]
            elif event == "reopened":
                assert case.state == row.closed[1]


@EVERY_TRACKER
def test_a_create_that_was_not_done_is_done_when_the_index_must_know(row):
    with Case(row) as case:
        case.server.script(Fault(status=500))
        steps = case.tell(told("opened", 1))
        assert verdict_of(steps)["in_doubt"]
        looks = 0
        while case.tell(told("opened", 1, now=f"2026-11-23T10:{1 + looks // 4:02}:{looks % 4 * 15:02}.000Z"),
                        )[-1]["kind"] == "later":
            assert not case.server.tickets
            looks += 1
        assert looks == 20 and len(case.server.tickets) == 1  # 5 minutes, every 15 seconds
        assert case.server.violations == []


def test_the_cloud_s_search_lags_and_shows_it_in_the_end():
    with Case(CLOUD) as case:
        case.server.lag_s = 3600
        case.tell(told("opened", 1), lose=1)
        assert case.tell(told("opened", 1))[-1]["kind"] == "later"
        case.server.lag_s = 0
        assert case.tell(told("opened", 1, now="2026-11-23T10:03:00.000Z"))[-1]["kind"] == "done"
        assert len(case.server.tickets) == 1


def test_a_ticket_that_is_gone_is_not_found_by_an_index_that_still_shows_it():
    with Case(CLOUD) as case:
        case.tell(told("opened", 1))
        gone = case.ticket_id
        case.server.delete(gone)
        case.tell(told("escalated", 2), lose=2)  # the create that follows the read
        steps = case.tell(told("escalated", 2))
        search = case.server.sent(path="search")[-1].json
        assert search["reconcileIssues"] == [int(gone)]
        assert steps[-1]["kind"] == "done" and len(case.server.tickets) == 1


@EVERY_TRACKER
def test_a_ticket_that_is_gone_is_made_again(row):
    with Case(row) as case:
        case.tell(told("opened", 1))
        first = case.ticket_id
        case.server.delete(first)
        case.tell(told("escalated", 2))
        assert case.ticket_id != first and case.ticket["_comments"] == []
        case.server.delete(case.ticket_id)
        case.tell(told("resolved", 3))
        assert not case.server.tickets
        assert all("404" in v or "not" in v.lower() or "No Record" in v for v in case.server.violations)


@EVERY_TRACKER
def test_someone_else_s_not_found_is_no_reason_for_another_ticket(row):
    with Case(row) as case:
        case.tell(told("opened", 1))
        case.server.script(page(404))
        assert verdict_of(case.tell(told("escalated", 2)))["outcome"] == "dead"
        assert len(case.server.tickets) == 1


@EVERY_TRACKER
def test_what_people_will_not_fix_stays_closed(row):
    with Case(row) as case:
        case.tell(told("opened", 1))
        close = {"jira": lambda: case.server.close(case.ticket_id, "Won't Do"),
                 "azure_devops": lambda: case.server.close_item(case.ticket_id, "Won't Fix"),
                 "servicenow": lambda: case.server.close_row(case.ticket_id, "No resolution provided")}
        close[row.channel]()
        state = case.state
        case.tell(told("escalated", 2))
        assert case.state == state and len(case.ticket["_comments"]) == 1
        case.tell(told("resolved", 3))
        assert case.state == state and case.server.violations == []


@EVERY_TRACKER
def test_what_people_closed_is_opened_again_by_news_and_not_by_a_reminder(row):
    with Case(row) as case:
        case.tell(told("opened", 1))
        {"jira": lambda i: case.server.close(i), "azure_devops": lambda i: case.server.close_item(i),
         "servicenow": lambda i: case.server.close_row(i)}[row.channel](case.ticket_id)
        state = case.state
        case.tell(told("reminder", 2))
        assert case.state == state
        case.tell(told("escalated", 3))
        assert case.state == row.closed[1] and case.server.violations == []


@EVERY_TRACKER
def test_a_resolve_without_a_ticket_says_nothing(row):
    with Case(row) as case:
        assert [step["kind"] for step in case.tell(told("resolved", 1))] == ["done"]
        assert case.server.requests == []


@EVERY_TRACKER
def test_people_may_keep_the_description(row):
    with Case(row, update_description=False) as case:
        case.tell(told("opened", 1))
        before = row.text(case.ticket)
        case.tell(told("escalated", 2))
        assert row.text(case.ticket) == before and len(case.ticket["_comments"]) == 1
        requests = len(case.server.requests)
        case.tell(told("reminder", 3))
        assert len(case.server.requests) == requests + 1  # it is read, and nothing is written


TEAMS = {"jira": lambda t: (t.get("assignee"), t.get("components")),
         "azure_devops": lambda t: (t.get("System.AssignedTo"), t.get("System.AreaPath")),
         "servicenow": lambda t: t.get("assignment_group")}


@EVERY_TRACKER
def test_a_ticket_is_its_team_s(row):
    owners = {"by owner": {"owner": "team-x"}, "by label": {"owner": None, "labels": {"team": "team-x"}}}
    found = []
    for changes in owners.values():
        with Case(row) as case:
            case.tell(cases.message([cases.alert(**changes)]))
            found.append(TEAMS[row.channel](case.ticket))
    assert found[0] == found[1] and "acc-1" in json.dumps(found[0])
    with Case(row) as case:
        case.tell(cases.message([cases.alert(owner="team-y")]))
        assert "acc-1" not in json.dumps(TEAMS[row.channel](case.ticket))


# what others wrote


@EVERY_TRACKER
def test_hostile_strings_are_taken_and_do_nothing(row):
    with Case(row) as case:
        for name, content in cases.hostile_messages():
            case.life.stored = {}
            assert case.tell(content)[-1]["kind"] == "done", name
            case.tell(cases.message([a | {"picture": a["picture"] | {"news": "escalated"}} for a in content["alerts"]],
                                    group_labels=content["group_labels"]))
            ticket = list(case.server.tickets.values())[-1]
            for text in [row.text(ticket), *ticket["_comments"]]:
                INERT[row.channel, case.server.__dict__.get("version")](text, name)
        assert case.server.violations == []


def inert_adf(text, name):
    """Its nodes are the kinds that we write, whatever the text was; links lead to http(s) places."""
    for node in nodes_of(json.loads(text) if isinstance(text, str) else text):
        assert node["type"] in {"doc", "paragraph", "text", "hardBreak", "codeBlock", "strong", "link"}, name
        if node["type"] == "link":
            assert re.match(r"https?://[\w.\[:\]-]+(/|$)", node["attrs"]["href"]), name
        if node["type"] == "text":
            assert node["text"] != "", name


def nodes_of(value):
    if isinstance(value, dict):
        if "type" in value:
            yield value
        for member in ("content", "marks"):
            for node in value.get(member, []):
                yield from nodes_of(node)


def inert_wiki(text, name):
    """Outside {noformat} there are only our words and links."""
    parts = re.split(r"\{noformat\}", text)
    assert len(parts) % 2 == 1, name
    for outside in parts[::2]:
        for line in outside.splitlines():
            assert line == "" or re.fullmatch(r"\[[\w ]+\|https?://[^\s|\]\[{}]+\]|(Prompt|Output):|"
                                              r"An earlier try .*|tocsin-[0-9a-f]{32}, kept by tocsin [\d.]+", line), (name, line)


TAGS = re.compile(r'</?(p|b|i|div|pre)>|<a href="https?://[^"<>\s]+">|</a>')


def inert_html(text, name):
    rest = TAGS.sub("", text)
    assert not re.search(r"[<>\"']", rest), name
    assert not re.search(r"&(?!(amp|lt|gt|quot|#39);)", rest), name


def inert_journal(text, name):
    assert not re.search(r"\[/?code\]", text, re.IGNORECASE), name


INERT = {("jira", "3"): inert_adf, ("jira", "2"): inert_wiki,
         ("azure_devops", None): lambda text, name: None, ("servicenow", None): inert_journal}


def test_html_has_our_elements_alone():
    names, contents = zip(*cases.hostile_messages())
    with AzureDevOps() as server:
        for name, steps in zip(names, cases.render_all("azure_devops", ado_settings(server), contents), strict=True):
            for operation in json.loads(steps[0]["body"]):
                if operation["path"].endswith(("ReproSteps", "History")):
                    inert_html(operation["value"], name)


@EVERY_TRACKER
def test_only_the_key_goes_into_a_query(row):
    with Case(row) as case:
        hostile = 'x" OR project = "SECRET\' OR 1=1 ^active=false'
        content = cases.message([cases.everywhere(hostile)] * 2, group_labels={"x": hostile})
        case.tell(content, lose=1)
        case.tell(content, now="2026-11-23T10:03:00.000Z")
        looked = [r for r in case.server.requests if re.search("search|wiql|sysparm_query", r.target)]
        assert len(looked) == 1 and case.server.violations == []


# sizes


@EVERY_TRACKER
@pytest.mark.parametrize("piece", ["x", "\"", "\u6f22", "\U0001f600", "&", "{noformat}", "[code]", "\n"])
def test_every_limit_is_reached_and_kept(row, piece):
    long = (piece * 6000)[:6000]
    alert = cases.everywhere(long)
    with Case(row) as case:
        for content in (cases.message([alert]), cases.message([alert] * 20, omitted=480, group_labels={"x": long})):
            case.life.stored = {}
            assert case.tell(content)[-1]["kind"] == "done", "never too large for a ticket"
            title = {"jira": "summary", "azure_devops": "System.Title", "servicenow": "short_description"}[row.channel]
            limit = 160 if row.channel == "servicenow" else 255
            last = list(case.server.tickets.values())[-1]
            if content["alerts"] == [alert]:
                assert limit - 2 <= len(last[title].encode("utf-16-le")) // 2 <= limit, "the title fills its limit"
            case.tell(content | {"alerts": [alert | {"picture": alert["picture"] | {"news": "escalated"}}]},
                      size="identity")
        assert case.server.violations == []


@EVERY_TRACKER
def test_the_longest_text_is_close_to_the_limit(row):
    """Evidence takes what identity leaves of the room, not a fraction of it."""
    limit = {"jira": 32_767, "servicenow": 4_000}.get(row.channel)
    with Case(row) as case:
        case.tell(cases.message([cases.alert(sample=cases.PICTURE["sample"] | {"prompt": "x" * 6000,
                                                                               "output": "x" * 6000})]))
        text = case.ticket.get("description") or row.text(case.ticket)
        length = len(text if isinstance(text, str) else json.dumps(text, separators=(",", ":"), ensure_ascii=False))
        assert length > (0.85 * limit if row.channel == "servicenow" else 12_000)
        assert limit is None or length <= limit


@EVERY_TRACKER
def test_too_large_is_said_by_the_service_too(row):
    words = {"jira": '{"errorMessages":[],"errors":{"description":"The entered text is too long. It exceeds the allowed '
                     'limit of 32,767 characters."}}', "azure_devops": '{"message":"it is too long"}'}
    if row.channel in words:
        with Case(row) as case:
            case.server.script(Fault(status=400, body=words[row.channel]))
            verdict = verdict_of(case.tell(told("opened", 1)))
            assert verdict["too_large"] and verdict["outcome"] == "dead"


# verdicts


def fault(status, body="", headers=None, **more):
    return Fault(status=status, body=body if isinstance(body, str) else json.dumps(body), headers=headers or {}, **more)


VERDICTS = [
    # row, fault, outcome, blocks, why, words in the detail
    (CLOUD, fault(400, {"errorMessages": [], "errors": {"priority": "Priority is required", "summary": "too odd"}}),
     "dead", False, "refused", "priority: Priority is required; summary: too odd"),
    (CLOUD, fault(401), "retry", True, "unauthorized", ""),
    (CLOUD, fault(403, headers={"X-Seraph-LoginReason": "AUTHENTICATION_DENIED"}), "retry", True, "unauthorized",
     "CAPTCHA"),
    (CLOUD, fault(404, {"errorMessages": ["no"]}, {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}), "retry", True,
     "unauthorized", "does not know"),
    (CLOUD, fault(404, {"errorMessages": ["No project could be found"]}), "dead", False, "not_found", "No project"),
    (CLOUD, fault(409, {"errorMessages": ["busy"]}), "retry", False, "conflict", "busy"),
    (CLOUD, fault(429, headers={"RateLimit-Reason": "jira-quota-global-based"}, retry_after="7"), "retry", False,
     "rate_limited", ""),
    (CLOUD, fault(503), "retry", False, "server_error", ""),
    (CLOUD, page(200), "retry", False, "unexpected_answer", "not Jira's own answer"),
    (CLOUD, fault(302, headers={"Location": "https://evil.example/"}), "dead", False, "redirected", ""),
    (ADO, page(203), "retry", True, "unauthorized", "sign-in page"),
    (ADO, page(200), "retry", True, "unauthorized", "sign-in page"),
    (ADO, fault(302, headers={"Location": "https://spsprodeus.example/_signin?x"}), "retry", True, "unauthorized",
     "sign-in page"),
    (ADO, fault(302, headers={"Location": "https://evil.example/"}), "dead", False, "redirected", ""),
    (ADO, fault(400, {"message": "TF401320: Rule Error for field Area."}), "dead", False, "refused", "TF401320"),
    (ADO, fault(404, {"message": "TF200016: no such project"}), "dead", False, "not_found", "TF200016"),
    (ADO, fault(409, {"message": "TF26071: changed by someone else"}), "retry", False, "conflict", "TF26071"),
    (ADO, fault(429, {"message": "TF400733"}), "retry", False, "rate_limited", "TF400733"),
    (SERVICENOW, page(200), "retry", False, "unexpected_answer", "hibernates"),
    (SERVICENOW, fault(401, {"error": {"message": "User Not Authenticated"}}), "retry", True, "unauthorized", "User Not"),
    (SERVICENOW, fault(403, {"error": {"message": "Operation Failed", "detail": "Data Policy Exception"}}), "dead", False,
     "refused", "Data Policy Exception"),
    (SERVICENOW, fault(400, {"error": {"message": "Invalid table", "detail": ""}}), "dead", False, "refused",
     "Invalid table"),
    (SERVICENOW, fault(429), "retry", False, "rate_limited", ""),
    (SERVICENOW, fault(307, headers={"Location": "https://evil.example/"}), "dead", False, "redirected", ""),
]


@pytest.mark.parametrize("row, scripted, outcome, blocks, why, words", VERDICTS,
                         ids=[f"{row.channel} {f.status} {why}" for row, f, _, _, why, _ in VERDICTS])
def test_verdicts(row, scripted, outcome, blocks, why, words):
    with Case(row) as case:
        case.server.script(scripted)
        verdict = verdict_of(case.tell(told("opened", 1)))
        assert (verdict["outcome"], verdict["blocks_receiver"]) == (outcome, blocks), verdict
        assert words in verdict["detail"], verdict
        if why != "refused":
            assert verdict["why"] == why
        assert not case.server.tickets and SECRET not in verdict["detail"]


def test_a_limit_on_one_issue_holds_up_nothing_else():
    with Case(CLOUD) as case:
        case.tell(told("opened", 1))
        case.server.script(Fault(status=429, headers={"RateLimit-Reason": "jira-per-issue-on-write"}), path="")
        assert verdict_of(case.tell(told("escalated", 2)))["spares_receiver"]


@EVERY_TRACKER
@pytest.mark.parametrize("status, in_doubt", [(500, True), (502, True), (504, True), (503, False), (429, False)])
def test_which_answers_leave_a_create_in_doubt(row, status, in_doubt):
    with Case(row) as case:
        case.server.script(Fault(status=status))
        assert verdict_of(case.tell(told("opened", 1)))["in_doubt"] == in_doubt
        assert case.tell(told("opened", 1))[-1]["kind"] == ("later" if in_doubt else "done")


def test_a_transition_that_is_not_there_is_said_with_its_setting():
    with Case(CLOUD, resolve_transition="Shipped") as case:
        case.tell(told("opened", 1))
        with pytest.raises(Refusal, match="resolve_transition"):
            case.tell(told("resolved", 2))


def test_servicenow_says_when_a_field_was_dropped():
    with Case(SERVICENOW) as case:
        case.server.dropped = {"correlation_id"}
        verdict = verdict_of(case.tell(told("opened", 1)))
        assert verdict["outcome"] == "dead" and "correlation_id" in verdict["detail"]
        assert case.life.stored["ticket_id"] == case.ticket_id  # the next message knows it
        case.server.dropped = set()
        case.server.stuck = True
        verdict = verdict_of(case.tell(told("resolved", 2)))
        assert verdict["outcome"] == "dead" and "state" in verdict["detail"]


@EVERY_TRACKER
def test_credentials_are_in_headers_alone(row):
    bearer = {"username": None, "password": None, "token": None, "bearer_token": SECRET}
    for changes in ({}, bearer, {"username": None, "password": None, "api_key": SECRET}):
        settings = {k: v for k, v in row.settings(Fake(), **changes).items() if v is not None}
        if row.channel != "servicenow" and "api_key" in changes:
            continue
        step = cases.render(row.channel, {k: v for k, v in settings.items() if row.channel == "azure_devops" or
                                          k != "token"}, told("opened", 1))[0]
        assert SECRET not in step["url"] + step["body"]
        assert any(name in ("Authorization", "x-sn-apikey") for name, _ in step["headers"])


class Fake:
    url = "https://tracker.example"


REFUSED = [("jira", {"project": 'X" OR 1=1'}, "project"), ("jira", {"labels": ["a b"]}, "labels"),
           ("jira", {"password": None}, "username and password"), ("jira", {"bearer_token": "x"}, "bearer_token"),
           ("jira", {"password": "a\r\nX: y"}, "credential"), ("azure_devops", {"tags": ["a;b"]}, "tags"),
           ("azure_devops", {"tags": ["x" * 401]}, "tags"), ("azure_devops", {"token": None}, "token"),
           ("servicenow", {"table": "a/b"}, "table"), ("servicenow", {"api_key": "k"}, "one of the three")]


@pytest.mark.parametrize("channel, changes, words", REFUSED, ids=[f"{c} {w}" for c, _, w in REFUSED])
def test_settings_that_cannot_be_are_refused(channel, changes, words):
    row = next(row for row in ROWS.values() if row.channel == channel)
    settings = {k: v for k, v in row.settings(Fake(), **changes).items() if v is not None}
    assert words in cases.refusal(channel, settings)


def test_the_longest_tag_is_taken():
    with Case(ADO, tags=["x" * 400]) as case:
        case.tell(told("opened", 1))
        assert "x" * 400 in case.ticket["System.Tags"] and case.server.violations == []


def test_other_types_than_bugs_have_a_description():
    with Case(ADO, type="User Story") as case:
        case.tell(told("opened", 1))
        assert "helpbot" in case.ticket["System.Description"]
        assert "Microsoft.VSTS.TCM.ReproSteps" not in case.ticket
        assert set(case.ticket["_links"]) == {"https://ci.example/report.html", "https://ci.example/runs/42",
                                              "https://wiki.example/dan"}


@EVERY_TRACKER
@pytest.mark.parametrize("before", [0, 100, 150, 4000], ids=lambda n: f"after {n}")
def test_a_service_that_quotes_a_credential_is_not_quoted(row, before):
    with Case(row) as case:
        sent = dict(cases.render(row.channel, case.life.settings, told("opened", 1))[0]["headers"])["Authorization"]
        for secret in (SECRET, sent, sent.split()[1]):
            words = "x" * before + secret
            case.server.script(Fault(status=400, body={"message": words, "errorMessages": [words],
                                                       "error": {"message": words, "detail": words}}))
            detail = verdict_of(case.tell(told("opened", 1)))["detail"]
            assert not any(secret[:at] in detail for at in range(8, len(secret) + 1)), detail
