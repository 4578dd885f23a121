"""Slack: an incoming webhook and the Web API's chat.postMessage and chat.update, with the messages they made.

Blocks are held by slackblocks, which refuses what Slack refuses; the text of a page by what Slack was seen to take."""
import slackblocks

from vendors.server import Answer, Service, route

HOOK = "/services/T0000/B0000/"
PAGE_TEXT_MAX = 13_200


def text_objects(value):
    if isinstance(value, dict):
        if value.get("type") in ("plain_text", "mrkdwn"):
            yield value
        for member in value.values():
            yield from text_objects(member)
    elif isinstance(value, list):
        for member in value:
            yield from text_objects(member)


def rebuilt(block):
    """slackblocks reads every block but buttons, which are built with its own class."""
    if block["type"] != "actions":
        return slackblocks.Block.from_dict(block)
    return slackblocks.ActionsBlock([
        slackblocks.Button(text=slackblocks.Text.from_dict(button["text"]), action_id=button["action_id"],
                           url=button["url"])
        for button in block["elements"]])


class Slack(Service):
    def __init__(self, token="xoxb-0-secret", hook_key="hook-secret", channels=("red-team",)):
        super().__init__()
        self.token, self.hook_key = token, hook_key
        self.channels = {name: f"C{number:04}" for number, name in enumerate(channels, 1)}
        self.archived = set()
        self.hooked = []  # what the webhook was given
        self.messages = {}  # (channel id, ts) -> what is there now, with "edits" and "thread_ts"

    @property
    def hook_url(self):
        return self.url + HOOK + self.hook_key

    @property
    def app_url(self):
        return self.url + "/api/"

    def posts(self):
        return [m for m in self.messages.values() if not m.get("thread_ts")]

    def replies(self):
        return [m for m in self.messages.values() if m.get("thread_ts")]

    def delete_all(self):
        self.messages.clear()

    @route("POST", HOOK + r"(?P<key>[\w-]+)")
    def hook(self, request, key):
        self.need(key == self.hook_key, 404, "no_service", "no_service")
        body = self.need_json(request)
        self.check_page(body, 400, lambda word: word)
        self.hooked.append(body)
        return Answer(200, "ok")

    @route("POST", r"/api/chat\.postMessage")
    def post(self, request):
        body, channel = self.call(request, self.channel_of)
        thread, ts = body.get("thread_ts"), f"1795421040.{request.number:06}"
        self.check(thread is None or (channel, thread) in self.messages, "thread_not_found")
        self.messages[channel, ts] = body | {"edits": 0}
        return self.done(channel, ts)

    @route("POST", r"/api/chat\.update")
    def update(self, request):
        body, channel = self.call(request, lambda name: name if name in self.channels.values() else None)
        old = self.messages.get((channel, body.get("ts")))
        self.check(old is not None, "message_not_found")
        self.messages[channel, body["ts"]] = body | {"edits": old["edits"] + 1}
        return self.done(channel, body["ts"])

    def done(self, channel, ts):
        return Answer(200, {"ok": True, "channel": channel, "ts": ts, "message": {"type": "message"}})

    def channel_of(self, name):
        """A name, with or without "#", or an id."""
        return self.channels.get(name.lstrip("#"), name if name in self.channels.values() else None)

    def call(self, request, channel_of):
        """The body and the channel's id of a call that is allowed, or the word why it is not, with status 200."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        self.check(scheme == "Bearer" and token, "not_authed")
        self.check(token == self.token, "invalid_auth")
        self.check(request.headers.get("content-type", "").lower() == "application/json; charset=utf-8",
                   "missing_charset")
        body = self.need_json(request)
        channel = channel_of(body.get("channel", ""))
        self.check(channel, "channel_not_found")
        self.check(channel not in self.archived, "is_archived")
        self.check_page(body, 200, lambda word: {"ok": False, "error": word})
        return body, channel

    def check(self, condition, word):
        self.need(condition, 200, word, {"ok": False, "error": word})

    def check_page(self, body, status, say):
        self.need(body.get("text") or body.get("blocks"), status, "no_text", say("no_text"))
        self.need(len(body.get("text", "")) <= 40_000, status, "msg_too_long", say("msg_too_long"))
        blocks = body.get("blocks", [])
        self.need(sum(len(text["text"]) for text in text_objects(blocks)) <= PAGE_TEXT_MAX, status,
                  "msg_blocks_too_long", say("msg_blocks_too_long"))
        try:
            slackblocks.WebhookMessage(text=body.get("text", ""), blocks=[rebuilt(block) for block in blocks])
        except Exception as error:
            self.need(False, status, f"invalid_blocks: {error}", say("invalid_blocks"))
        self.need(len(blocks) <= 50, status, "invalid_blocks: more than 50", say("invalid_blocks"))
        self.need("link_names" not in body, status, "link_names", say("invalid_arguments"))
