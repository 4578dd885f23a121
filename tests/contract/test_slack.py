"""Slack's rules, held by validators that share nothing with the channel: slackblocks and slack_sdk.

slackblocks rebuilds each block and refuses what Slack would; it has no reader of buttons, so these are built
with its own class. What neither knows (the text of all blocks, mrkdwn that mentions) is checked here.
"""

import re

import pytest
import slackblocks
from slack_sdk.models.blocks import Block as SdkBlock

import channel_cases as cases

SETTINGS = {"api_url": "https://hooks.slack.example/services/T0/B0/x"}
PAGE_TEXT_MAX = 12_000
LABEL = re.compile(r"\*[A-Z][A-Za-z ]+\*")
CODE = re.compile(r"\*(Prompt|Output)\*\n```\n(.*)\n```", re.DOTALL)


def page(content, size="full"):
    return cases.json_body(cases.render("slack", SETTINGS, content, size)[0])


def rebuilt(block):
    if block["type"] != "actions":
        return slackblocks.Block.from_dict(block)
    return slackblocks.ActionsBlock([
        slackblocks.Button(text=slackblocks.Text.from_dict(button["text"]), action_id=button["action_id"],
                           url=button["url"])
        for button in block["elements"]])


def texts_of(value):
    """Every text object of a page."""
    if isinstance(value, dict):
        if value.get("type") in ("plain_text", "mrkdwn"):
            yield value
        for member in value.values():
            yield from texts_of(member)
    elif isinstance(value, list):
        for member in value:
            yield from texts_of(member)


def assert_accepted(body):
    blocks = body["blocks"]
    slackblocks.WebhookMessage(text=body["text"], blocks=[rebuilt(block) for block in blocks])
    for block in blocks:
        SdkBlock.parse(block).validate_json()
    assert 1 <= len(blocks) <= 50
    assert sum(len(text["text"]) for text in texts_of(blocks)) <= PAGE_TEXT_MAX
    ids = [button["action_id"] for block in blocks if block["type"] == "actions" for button in block["elements"]]
    assert len(ids) == len(set(ids))
    assert body["unfurl_links"] is False and body["unfurl_media"] is False and "link_names" not in body


def assert_inert(body):
    """No mention, link or date in any mrkdwn; code ends where it should; links go where they say."""
    assert not re.search(r"[<>]", body["text"])
    for text in texts_of(body["blocks"]):
        if text["type"] == "plain_text":
            assert text["emoji"] is False
            continue
        assert text["verbatim"] is True
        if LABEL.fullmatch(text["text"]):
            continue
        code = CODE.fullmatch(text["text"])
        assert code, text["text"]
        assert "``" not in code[2]
        assert not re.search(r"[<>]|&(?!(amp|lt|gt);)", code[2])
    for block in body["blocks"]:
        for button in block["elements"] if block["type"] == "actions" else []:
            assert re.fullmatch(r"https?://[a-z.]+(/[!-~]*)?", button["url"]), button["url"]
            assert not re.search(r'[|<> "`()]', button["url"])


@pytest.mark.parametrize("size", cases.SIZES)
@pytest.mark.parametrize("name", cases.CASES)
def test_every_case_is_accepted(name, size):
    body = page(cases.CASES[name], size)
    assert_accepted(body)
    assert_inert(body)


def test_hostile_strings_do_nothing():
    contents = [content for _, content in cases.hostile_messages()]
    for steps in cases.render_all("slack", SETTINGS, contents):
        body = cases.json_body(steps[0])
        assert_accepted(body)
        assert_inert(body)


@pytest.mark.parametrize("count", [1, 2, 5, 6, 20])
@pytest.mark.parametrize("piece", ["x", "&", "\U0001f600", "`<"])
def test_the_longest_of_everything_is_accepted(count, piece):
    content = cases.message([cases.everywhere((piece * 6000)[:6000])] * count, omitted=480 if count == 20 else 0,
                            group_labels={f"label_{i}": piece * 500 for i in range(8)})
    for size in cases.SIZES:
        assert_accepted(page(content, size))


@pytest.mark.parametrize("title", [133, 134, 135, 136, 200])
def test_a_header_ends_at_150(title):
    content = cases.message([cases.alert(rule={"id": "r", "title": "x" * title})])
    header = page(content)["blocks"][0]["text"]["text"]
    whole = len("\U0001f7e0 HIGH \u00b7 NEW \u00b7 ") + title
    assert len(header) == min(whole, 149) or len(header) == whole == 150
    assert header.endswith("\u2026") == (whole > 149)


def test_the_validators_refuse_what_slack_refuses():
    header = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}
    with pytest.raises(slackblocks.InvalidUsageError):
        slackblocks.Block.from_dict(header)
    with pytest.raises(slackblocks.InvalidUsageError):
        slackblocks.Block.from_dict({"type": "section", "text": {"type": "mrkdwn", "text": ""}})
    with pytest.raises(slackblocks.InvalidUsageError):
        slackblocks.Button(text="x" * 76, action_id="a")


@pytest.mark.parametrize("status, body, outcome", [
    (200, "ok", "delivered"), (200, "<html>proxy</html>", "retry"), (200, "", "retry"), (400, "invalid_payload", "dead"),
    (403, "invalid_token", "retry"), (404, "no_service", "dead"), (410, "channel_is_archived", "dead"),
    (429, "rate_limited", "retry"), (500, "rollup_error", "retry"), (302, "", "dead"),
])
def test_answers(status, body, outcome):
    steps = cases.render("slack", SETTINGS, cases.CASES["opened"], responses=[{"status": status, "body": body}])
    assert steps[0]["verdict"]["outcome"] == outcome
    assert (steps[-1]["kind"] == "done") == (outcome == "delivered")


@pytest.mark.parametrize("setting, word", [("link_names", "mentions"), ("pretext", "lays out"),
                                           ("app_token", "two ways")])
def test_what_alertmanager_has_and_we_do_not_is_refused_in_words(setting, word):
    assert word in cases.refusal("slack", {**SETTINGS, setting: "x"})
