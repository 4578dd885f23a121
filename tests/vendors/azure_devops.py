"""Azure DevOps' work items: JSON Patch on fields and relations, one query, a sign-in page for a bad token.

What it checks is what Microsoft documents: the content type of a patch, paths of fields that exist, 255 characters of a
title, 1 MiB of long text, 100 tags of 400 characters, states of the Agile process, no control characters."""
import re

from vendors.server import SIGN_IN_PAGE, Answer, Refused, route
from vendors.tracker import Tracker

STATES = ["New", "Active", "Resolved", "Closed"]
FIELDS = {"System.Title", "System.Tags", "System.Description", "System.History", "System.State", "System.AreaPath",
          "System.AssignedTo", "System.IterationPath", "Microsoft.VSTS.TCM.ReproSteps", "Microsoft.VSTS.Common.Severity"}
SEVERITIES = ["1 - Critical", "2 - High", "3 - Medium", "4 - Low"]
WIQL = re.compile(r"SELECT \[System\.Id\] FROM WorkItems WHERE \[System\.TeamProject\] = @project AND \[System\.Tags\] "
                  r"CONTAINS '(tocsin-[0-9a-f]{32})' ORDER BY \[System\.CreatedDate\] DESC")
LONG = {"System.Description", "System.History", "Microsoft.VSTS.TCM.ReproSteps"}
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
PROJECT = r"/(?P<project>[^/]+)/_apis/wit"




class AzureDevOps(Tracker):
    def refusal(self, words):
        return {"$id": "1", "innerException": None, "message": words, "typeKey": "VssServiceException", "errorCode": 0}

    def close_item(self, item_id, reason="Fixed"):
        self.tickets[item_id] |= {"System.State": "Closed", "System.Reason": reason}

    def open(self, request, project):
        self.need(project == "Red%20Team", 404, "TF200016: The following project does not exist")
        self.need(request.query.get("api-version") == ["7.1"], 400, "api-version")
        given = request.headers.get("authorization", "")
        if not re.fullmatch(r"(Basic|Bearer) [\w+/=.-]+", given) or \
                (self.accept_authorization and given != self.accept_authorization):
            raise Refused(Answer(302, SIGN_IN_PAGE, {"Location": "https://spsprodeus.example/_signin?reply_to=x"}),
                          "signed out")

    def item(self, item_id):
        self.need(item_id in self.tickets, 404, f"TF401232: Work item {item_id} does not exist, or you do not have "
                  "permissions to read it.")
        return self.tickets[item_id]

    def set(self, item, field, value):
        self.need(field in FIELDS, 400, f"TF51535: Cannot find field {field}.")
        self.need(isinstance(value, str) and not CONTROLS.search(value), 400, f"{field}: not valid text")
        units = len(value.encode("utf-16-le")) // 2
        if field == "System.Title":
            self.need(0 < units <= 255 and "\n" not in value, 400, "TF401324: the title is too long")
        self.need(units <= (1_048_576 if field in LONG else 4_000), 413 if field in LONG else 400, f"{field} is too long")
        if field == "System.Tags":
            tags = [tag.strip() for tag in value.split(";")]
            self.need(len(tags) <= 100 and all(0 < len(tag) <= 400 for tag in tags), 400, "tags")
        if field == "System.State":
            self.need(value in STATES, 400, f"The field 'State' contains the value '{value}' that is not in the list of "
                      "supported values")
            item["System.Reason"] = "by tocsin"
        if field == "Microsoft.VSTS.Common.Severity":
            self.need(value in SEVERITIES, 400, "Severity")
        if field == "System.History":
            item["_comments"].append(value)
        else:
            item[field] = value

    def patch(self, request, item):
        operations = self.need_json(request, "application/json-patch+json")
        self.need(isinstance(operations, list) and operations, 400, "You must pass a valid patch document in the body of "
                  "the request.")
        for operation in operations:
            self.need(operation.get("op") == "add" and set(operation) == {"op", "path", "value"}, 400, "op")
            if operation["path"] == "/relations/-":
                link = operation["value"]
                self.need(link["rel"] == "Hyperlink" and re.match(r"https?://", link["url"]), 400, "relation")
                item["_links"].append(link["url"])
            else:
                self.need(operation["path"].startswith("/fields/"), 400, "path")
                self.set(item, operation["path"].removeprefix("/fields/"), operation["value"])
        item["rev"] += 1

    def whole(self, item_id, item):
        return {"id": int(item_id), "rev": item["rev"], "fields": {k: v for k, v in item.items() if "." in k},
                "url": f"{self.url}/_apis/wit/workItems/{item_id}"}

    @route("POST", PROJECT + r"/workitems/\$(?P<kind>[^/]+)")
    def create(self, request, project, kind):
        self.open(request, project)
        self.need(kind in ("Bug", "User%20Story"), 404, f"VS402323: Work item type {kind} does not exist")
        item = {"_comments": [], "_links": [], "rev": 0, "System.State": "New", "System.Reason": "New",
                "_type": kind}
        self.patch(request, item)
        self.need("System.Title" in item, 400, "TF401320: Rule Error for field Title.")
        item_id = str(100 + len(self.requests))
        self.add(item_id, item)
        return Answer(200, self.whole(item_id, item))

    @route("GET", PROJECT + r"/workitems/(?P<item_id>\d+)")
    def read(self, request, project, item_id):
        self.open(request, project)
        return Answer(200, self.whole(item_id, self.item(item_id)))

    @route("PATCH", PROJECT + r"/workitems/(?P<item_id>\d+)")
    def update(self, request, project, item_id):
        self.open(request, project)
        item = self.item(item_id)
        self.patch(request, item)
        return Answer(200, self.whole(item_id, item))

    @route("POST", PROJECT + r"/wiql")
    def query(self, request, project):
        self.open(request, project)
        wanted = WIQL.fullmatch(self.need_json(request)["query"])
        self.need(wanted, 400, "TF51006: The query statement is missing a clause")
        rows = self.indexed(lambda item: wanted.group(1) in item["System.Tags"].split("; "))
        return Answer(200, {"queryType": "flat", "workItems": [{"id": int(i), "url": ""} for i, _ in rows]})
