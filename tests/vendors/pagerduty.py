"""PagerDuty's Events API v2: events fold into incidents by dedup_key; change events stand beside them."""
import datetime

from vendors.server import Answer, Service, route

EVENT_BYTES_MAX = 512 * 1024
SEVERITIES = ("critical", "error", "warning", "info")


class PagerDuty(Service):
    def __init__(self, routing_key="0123456789abcdef0123456789abcdef"):
        super().__init__()
        self.routing_key = routing_key
        self.incidents = []  # {"key", "status", "events"}
        self.changes = []

    def refusal(self, words):
        return {"status": "invalid event", "message": "Event object is invalid", "errors": [words]}

    def open(self, key):
        return next((i for i in self.incidents if i["key"] == key and i["status"] != "resolved"), None)

    @route("POST", r"/v2/enqueue")
    def enqueue(self, request):
        event = self.event_of(request)
        action, key = event.get("event_action"), event.get("dedup_key")
        self.need(action in ("trigger", "acknowledge", "resolve"), 400, "'event_action' is invalid")
        self.need(key is None or 0 < len(key) <= 255, 400, "Length of 'dedup_key' is incorrect (should be 1-255)")
        incident = self.open(key)
        if action == "trigger":
            self.check_payload(event)
            self.check_links(event)
            if incident is None:
                incident = {"key": key, "status": "triggered", "events": []}
                self.incidents.append(incident)
            incident["events"].append(event)
        else:
            self.need(key, 400, "'dedup_key' is missing or blank")
            if incident is not None:
                incident["status"] = "resolved" if action == "resolve" else "acknowledged"
                incident["events"].append(event)
        return Answer(202, {"status": "success", "message": "Event processed", "dedup_key": key})

    @route("POST", r"/v2/change/enqueue")
    def change(self, request):
        event = self.event_of(request)
        payload = event.get("payload", {})
        self.need(isinstance(payload.get("summary"), str) and 0 < len(payload["summary"]) <= 1024, 400,
                  "Length of 'payload.summary' is incorrect (should be 1-1024)")
        self.need("event_action" not in event and "dedup_key" not in event, 400, "a change event has no such member")
        self.check_time(payload)
        self.check_links(event)
        self.changes.append(event)
        return Answer(202, {"status": "success", "message": "Change event processed"})

    def event_of(self, request):
        self.need(len(request.raw) <= EVENT_BYTES_MAX, 413, "Event payload size exceeds limit of 512KB")
        event = self.need_json(request)
        self.need(event.get("routing_key") == self.routing_key, 400, "Invalid routing key")
        return event

    def check_payload(self, event):
        payload = event.get("payload", {})
        for name, most in (("summary", 1024), ("source", 1_000_000)):
            self.need(isinstance(payload.get(name), str) and 0 < len(payload[name]) <= most, 400,
                      f"Length of 'payload.{name}' is incorrect (should be 1-{most})")
        self.need(payload.get("severity") in SEVERITIES, 400, "'payload.severity' is invalid")
        self.need(isinstance(payload.get("custom_details", {}), dict), 400, "'payload.custom_details' is no object")
        self.check_time(payload)

    def check_time(self, payload):
        try:
            datetime.datetime.fromisoformat(payload.get("timestamp", "2026-01-01T00:00:00Z").replace("Z", "+00:00"))
        except ValueError:
            self.need(False, 400, "'payload.timestamp' is no ISO 8601")

    def check_links(self, event):
        for link in event.get("links", []):
            self.need(link.get("href", "").startswith(("http://", "https://")), 400, "'links.href' is invalid")
