"""Opsgenie's Alert API (and that of Jira Service Management, under another base): every change is taken with 202 and
done later; what became of it is told by the request's status, which is not there at once."""
import itertools
import urllib.parse

from vendors.server import Answer, Service, route

LIMITS = {"message": 130, "alias": 512, "description": 15_000, "entity": 512, "source": 100, "user": 100, "note": 25_000}
ALERT = r"/v2/alerts/(?P<alias>[^/]+)"


class Opsgenie(Service):
    def __init__(self, api_key="genie-secret-key", lag=0):
        """`lag`: how often a request's status says that it is not there yet."""
        super().__init__()
        self.api_key, self.lag = api_key, lag
        self.alerts = []  # {"alias", "status", "count", "notes", "priority", "created"}
        self.results = {}
        self.numbers = itertools.count(1)

    def refusal(self, words):
        return {"message": words, "took": 0.0, "requestId": "refused"}

    def open(self, alias):
        return next((a for a in self.alerts if a["alias"] == alias and a["status"] == "open"), None)

    @route("POST", r"/v2/alerts")
    def create(self, request):
        body = self.body_of(request)
        self.need(body.get("message"), 422, "Message can not be empty.")
        self.need(body.get("priority", "P3") in ("P1", "P2", "P3", "P4", "P5"), 422, "Priority should be one of P1-P5")
        self.need(len(body.get("tags", [])) <= 20 and all(len(tag) <= 50 for tag in body.get("tags", [])), 422, "tags")
        details = body.get("details", {})
        self.need(all(isinstance(value, str) for value in details.values()), 422, "details are no strings")
        self.need(sum(len(name) + len(value) for name, value in details.items()) <= 8000, 422, "details")
        alert = self.open(body.get("alias"))
        if alert is None:
            alert = {"alias": body.get("alias"), "status": "open", "count": 0, "notes": [], "created": body,
                     "priority": body.get("priority", "P3")}
            self.alerts.append(alert)
        alert["count"] += 1
        return self.take("Create", "Created alert")

    @route("POST", ALERT + "/close")
    def close(self, request, alias):
        alert, body = self.change(request, alias)
        if alert is None:
            return self.take("Close", "Alert does not exist", False)
        alert["status"] = "closed"
        alert["notes"].append(body.get("note", ""))
        return self.take("Close", "Closed alert")

    @route("POST", ALERT + "/notes")
    def note(self, request, alias):
        alert, body = self.change(request, alias)
        self.need(body.get("note"), 422, "Note can not be empty.")
        if alert is not None:
            alert["notes"].append(body["note"])
        return self.take("AddNote", "Added note", alert is not None)

    @route("PUT", ALERT + "/priority")
    def priority(self, request, alias):
        alert, body = self.change(request, alias)
        self.need(body.get("priority") in ("P1", "P2", "P3", "P4", "P5"), 422, "Priority should be one of P1-P5")
        if alert is not None:
            alert["priority"] = body["priority"]
        return self.take("UpdatePriority", "Updated", alert is not None)

    @route("GET", r"/v2/alerts/requests/(?P<id>[\w-]+)")
    def status(self, request, id):
        self.authorise(request)
        result = self.results.get(id)
        if result is None or result["lag"] > 0:
            if result is not None:
                result["lag"] -= 1
            return Answer(404, {"message": "Request not found. It might not be processed, yet.", "requestId": "r-get"})
        return Answer(200, {"data": result["data"], "took": 0.1, "requestId": id})

    def authorise(self, request):
        self.need(request.headers.get("authorization") == f"GenieKey {self.api_key}", 401,
                  "Could not authenticate")

    def body_of(self, request):
        self.authorise(request)
        body = self.need_json(request)
        for name, most in LIMITS.items():
            self.need(len(body.get(name, "")) <= most, 422, f"{name} is longer than {most}")
        return body

    def change(self, request, alias):
        body = self.body_of(request)
        self.need(request.query.get("identifierType") == ["alias"], 422, "identifierType")
        return self.open(urllib.parse.unquote(alias)), body

    def take(self, action, words, done=True):
        id = f"request-{next(self.numbers)}"
        self.results[id] = {"lag": self.lag, "data": {"success": done, "isSuccess": done, "action": action,
                                                      "status": words}}
        return Answer(202, {"result": "Request will be processed", "took": 0.1, "requestId": id})
