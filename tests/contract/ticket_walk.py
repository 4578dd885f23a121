"""A ticket's life without a Kafka: render_tool gives the requests, a vendor's server the answers.

What deliver does with a step is done here in its smallest form: what is stored goes to the next step and the next
message; an answer that is not taken ends the delivery, and leaves it in doubt where its verdict says so."""
import atexit
import http.client
import json
import subprocess
import urllib.parse

import channel_cases as cases


def ask(step):
    """The answer to a request, as render_tool takes it."""
    url = urllib.parse.urlsplit(step["url"])
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=20)
    connection.request(step["method"], urllib.parse.urlunsplit(("", "", *url[2:])),
                       step.get("body", "").encode() or None, dict(step["headers"]))
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    headers = {name.lower(): value for name, value in answer.getheaders()}
    return {"status": answer.status, "body": body, "content_type": headers.get("content-type", ""), "headers": headers}


class Tool:
    """render_tool, started once for all: a line in, a line out."""
    process = None

    @classmethod
    def render(cls, **delivery):
        if cls.process is None or cls.process.poll() is not None:
            cls.process = subprocess.Popen([cases.TOOL, "--lines"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            atexit.register(cls.process.stdin.close)
        cls.process.stdin.write(json.dumps(delivery) + "\n")
        cls.process.stdin.flush()
        return json.loads(cls.process.stdout.readline() or '{"error": "render_tool ended"}')


class Refusal(Exception):
    """What a channel says of a message that it can't render."""


class Life:
    """What one receiver is told about one group, message after message."""

    def __init__(self, channel, settings):
        self.channel, self.settings = channel, settings
        self.stored, self.in_doubt, self.attempt = {}, False, 1

    def tell(self, content, size="full", lose=None, **changes):
        """All steps of one message. The process dies behind the answer to request `lose`: only what was stored before
        it is left, and the doubt."""
        content = content | {"in_doubt": self.in_doubt, "attempt": self.attempt} | changes
        answers, begun = [], self.stored
        while True:
            steps = Tool.render(channel=self.channel, settings=self.settings, message=content, size=size, stored=begun,
                                responses=answers)
            if isinstance(steps, dict):
                raise Refusal(steps["error"])
            if answers and steps[len(answers) - 1]["verdict"]["outcome"] != "delivered":
                return self._failed(steps[len(answers) - 1]["verdict"], steps[:len(answers)])
            step = steps[len(answers)]
            self.stored = step["stored"]
            if step["kind"] == "later":
                self.in_doubt = True
                return steps
            if step["kind"] != "request":
                self.in_doubt, self.attempt = False, 1
                return steps
            if step["settles_doubt"]:
                self.in_doubt = False
            answers.append(ask(step))
            if lose == len(answers):
                self.in_doubt = True
                self.attempt += 1
                return steps[:len(answers)]

    def _failed(self, verdict, steps):
        self.in_doubt = self.in_doubt or verdict["in_doubt"]
        self.attempt += 1
        return steps


def verdict_of(steps):
    return steps[-1]["verdict"]
