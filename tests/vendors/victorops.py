"""Splunk On-Call (VictorOps) by its REST endpoint: keys in the path, one incident an entity_id until its RECOVERY."""
import urllib.parse

from vendors.server import Answer, Service, route

BASE = "/integrations/generic/20131114/alert/"
OPENING = ("CRITICAL", "WARNING")
TYPES = (*OPENING, "ACKNOWLEDGEMENT", "INFO", "RECOVERY")


class VictorOps(Service):
    def __init__(self, api_key="victor-secret-key", routing_keys=("oncall",)):
        super().__init__()
        self.api_key, self.routing_keys = api_key, routing_keys
        self.incidents = []  # {"entity", "status", "messages"}

    @property
    def api_url(self):
        return self.url + BASE

    def refusal(self, words):
        return {"result": "failure", "messages": [words]}

    def open(self, entity):
        return next((i for i in self.incidents if i["entity"] == entity and i["status"] == "open"), None)

    @route("POST", BASE + r"(?P<api_key>[^/]+)/(?P<routing_key>[^/]+)")
    def alert(self, request, api_key, routing_key):
        self.need(urllib.parse.unquote(api_key) == self.api_key, 404, "no such integration")
        body = self.need_json(request)
        self.need(urllib.parse.unquote(routing_key) in self.routing_keys, 200, "unknown routing key")
        self.need(body.get("message_type") in TYPES, 200, "unknown message_type")
        self.need(len(body.get("state_message", "")) <= 20_480, 200, "state_message is too long")
        for name, value in body.items():
            self.need(isinstance(value, int if name == "state_start_time" else str), 200, f"{name} is no string")
        entity = body.get("entity_id") or f"random-{request.number}"
        incident = self.open(entity)
        if incident is None and body["message_type"] in OPENING:
            incident = {"entity": entity, "status": "open", "messages": []}
            self.incidents.append(incident)
        if incident is not None:
            incident["messages"].append(body)
            if body["message_type"] == "RECOVERY":
                incident["status"] = "resolved"
        return Answer(200, {"result": "success", "entity_id": entity})
