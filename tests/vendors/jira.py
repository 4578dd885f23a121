"""Jira, Cloud (REST 3) or Data Center (REST 2): issues, a workflow of three statuses, a search that lags.

What it checks is what Atlassian documents: fields by name and type, 255 and 32,767 characters (a document counted as
it is serialised), labels without spaces, transitions that exist where the issue stands. The Cloud has no /search."""
import json
import re

from vendors.server import Answer, route
from vendors.tracker import Tracker

STATUSES = {"To Do": "new", "In Progress": "indeterminate", "Done": "done"}
TRANSITIONS = {"To Do": {"21": "In Progress", "31": "Done"}, "In Progress": {"11": "To Do", "31": "Done"},
               "Done": {"11": "To Do"}}
FIELDS = {"project", "issuetype", "summary", "description", "labels", "priority", "assignee", "components",
          "customfield_10010"}
PRIORITIES = ["Highest", "High", "Medium", "Low", "Lowest"]
JQL = re.compile(r'project = "(\w+)" AND labels = "(tocsin-[0-9a-f]{32})" ORDER BY created DESC')
TEXT_MAX, SUMMARY_MAX = 32_767, 255


class Jira(Tracker):
    def __init__(self, version="3", **more):
        super().__init__(**more)
        self.version = version
        self.components, self.assignees = ["chat"], ["acc-1"]
        self.check_document = lambda document: None  # raises where it is none

    def refusal(self, words):
        return {"errorMessages": [words], "errors": {}}

    def close(self, issue_id, resolution="Done"):
        self.tickets[issue_id] |= {"status": "Done", "resolution": resolution}

    def open(self, request, version):
        self.need(version == self.version, 404, f"REST {version} of a site with {self.version}")
        given = request.headers.get("authorization", "")
        if not re.fullmatch(r"(Basic|Bearer) [\w+/=.-]+", given) or \
                (self.accept_authorization and given != self.accept_authorization):
            self.need(False, 401, "Client must be authenticated to access this resource.")
        self.need("application/json" in request.headers.get("accept", ""), 406, "Accept")

    def issue(self, issue_id):
        self.need(issue_id in self.tickets, 404, "Issue does not exist or you do not have permission to see it.")
        return self.tickets[issue_id]

    def field(self, name, condition, words):
        self.need(condition, 400, f"{name}: {words}", {"errorMessages": [], "errors": {name: words}})

    def text(self, name, value):
        if self.version == "3":
            self.field(name, isinstance(value, dict) and value.get("type") == "doc", "Operation value must be an "
                       "Atlassian Document (see the Atlassian Document Format)")
            self.check_document(value)
            value = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        self.field(name, isinstance(value, str), "Operation value must be a string")
        self.field(name, len(value) <= TEXT_MAX, "The entered text is too long. It exceeds the allowed limit of "
                   "32,767 characters.")

    def fields(self, fields):
        for name in fields:
            self.field(name, name in FIELDS, f"Field '{name}' cannot be set. It is not on the appropriate screen, or "
                       "unknown.")
        if "description" in fields:
            self.text("description", fields["description"])
        if "priority" in fields:
            self.field("priority", fields["priority"]["name"] in PRIORITIES, "Specify the Priority (name) in the string "
                       "format")

    @route("POST", r"/rest/api/(?P<version>\d)/issue")
    def create(self, request, version):
        self.open(request, version)
        fields = self.need_json(request)["fields"]
        self.field("project", fields["project"] == {"key": "RED"}, "valid project is required")
        self.field("issuetype", fields["issuetype"] == {"name": "Bug"}, "Specify a valid issue type")
        summary = fields.get("summary", "")
        self.field("summary", 0 < len(summary) <= SUMMARY_MAX and "\n" not in summary, "Summary must be less than 255 "
                   "characters and have no newline")
        for label in fields.get("labels", []):
            self.field("labels", " " not in label and 0 < len(label) <= 255, f"The label '{label}' contains spaces")
        who = fields.get("assignee", {"accountId" if self.version == "3" else "name": "acc-1"})
        self.field("assignee", who.get("accountId" if self.version == "3" else "name") in self.assignees,
                   "User does not exist")
        for component in fields.get("components", []):
            self.field("components", component.get("name") in self.components, "Component name is not valid")
        self.fields(fields)
        number = 10_001 + len(self.requests)
        issue_id, key = str(number), f"RED-{number}"
        self.add(issue_id, fields | {"key": key, "status": "To Do", "resolution": None})
        return Answer(201, {"id": issue_id, "key": key, "self": f"{self.url}/rest/api/{version}/issue/{issue_id}"})

    @route("GET", r"/rest/api/(?P<version>\d)/issue/(?P<issue_id>\w+)")
    def read(self, request, version, issue_id):
        self.open(request, version)
        issue = self.issue(issue_id)
        resolution = issue["resolution"] and {"name": issue["resolution"]}
        return Answer(200, {"id": issue_id, "key": issue["key"], "fields": {
            "status": {"name": issue["status"], "statusCategory": {"key": STATUSES[issue["status"]]}},
            "resolution": resolution}})

    @route("PUT", r"/rest/api/(?P<version>\d)/issue/(?P<issue_id>\w+)")
    def update(self, request, version, issue_id):
        self.open(request, version)
        issue, fields = self.issue(issue_id), self.need_json(request)["fields"]
        self.fields(fields)
        issue |= fields
        return Answer(204)

    @route("POST", r"/rest/api/(?P<version>\d)/issue/(?P<issue_id>\w+)/comment")
    def comment(self, request, version, issue_id):
        self.open(request, version)
        issue, body = self.issue(issue_id), self.need_json(request)["body"]
        self.text("comment", body)
        issue["_comments"].append(body)
        return Answer(201, {"id": str(len(issue["_comments"])), "body": body})

    @route("GET", r"/rest/api/(?P<version>\d)/issue/(?P<issue_id>\w+)/transitions")
    def transitions(self, request, version, issue_id):
        self.open(request, version)
        ways = TRANSITIONS[self.issue(issue_id)["status"]]
        return Answer(200, {"expand": "transitions", "transitions": [
            {"id": way, "name": f"To {to}", "to": {"name": to, "id": str(100 + at)}}
            for at, (way, to) in enumerate(ways.items())]})

    @route("POST", r"/rest/api/(?P<version>\d)/issue/(?P<issue_id>\w+)/transitions")
    def move(self, request, version, issue_id):
        self.open(request, version)
        issue, way = self.issue(issue_id), self.need_json(request)["transition"]["id"]
        ways = TRANSITIONS[issue["status"]]
        self.need(way in ways, 400, "It seems that you have tried to perform an illegal workflow operation.")
        issue["status"] = ways[way]
        issue["resolution"] = "Done" if issue["status"] == "Done" else None
        return Answer(204)

    @route("POST", r"/rest/api/3/search/jql")
    def search_cloud(self, request):
        self.open(request, "3")
        return self.found(self.need_json(request))

    @route("POST", r"/rest/api/2/search")
    def search_datacenter(self, request):
        self.open(request, "2")
        self.need("reconcileIssues" not in request.json, 400, "unknown member")
        return self.found(self.need_json(request))

    def found(self, search):
        query = JQL.fullmatch(search["jql"])
        self.need(query, 400, f"Error in the JQL Query: {search['jql']}")
        project, label = query.groups()
        consistent = search.get("reconcileIssues", [])
        self.need(len(consistent) <= 50 and all(isinstance(i, int) for i in consistent), 400, "reconcileIssues")
        rows = self.indexed(lambda issue: issue["project"]["key"] == project and label in issue["labels"],
                            [str(i) for i in consistent])
        return Answer(200, {"issues": [{"id": i, "key": issue["key"], "fields": {"status": {"name": issue["status"]}}}
                                       for i, issue in rows[:search["maxResults"]]]})
