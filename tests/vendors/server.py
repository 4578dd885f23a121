"""What the servers that stand for someone else's service share: HTTP on loopback, a log, a script of faults.

A service is a class with routes. Each route checks a request as the service's documents say, changes the state that
the service keeps (messages, incidents, tickets) and returns an Answer; what it does not take it refuses with its own
words, and the refusal is kept in `violations`, which a test expects to be empty. Faults happen instead of a route or
after it, in the order in which they were scripted:

    class Bell(Service):
        @route("POST", r"/ring/(?P<tower>[a-z]+)")
        def ring(self, request, tower):
            self.need(request.content_type == "application/json", 415, "JSON only")
            self.rung.append((tower, request.json))
            return Answer(201, {"rung": True})

    with Bell() as bell:
        bell.script(Fault(status=503, retry_after="1"), Fault(kill=pid))   # the first request, the second

One thread a connection, routes one at a time.
"""
import contextlib
import dataclasses
import http.server
import json
import os
import re
import signal
import socket
import threading
import time
import urllib.parse

GATE_S_MAX = 30
SIGN_IN_PAGE = "<!DOCTYPE html><html><head><title>Sign in</title></head><body><form>…</form></body></html>"


@dataclasses.dataclass
class Request:
    number: int
    time_s: float
    method: str
    target: str  # path and query as they were sent
    headers: dict  # names in lower case
    raw: bytes
    status: int = 0  # what it was answered, 0: nothing

    @property
    def path(self):
        return self.target.partition("?")[0]

    @property
    def query(self):
        return urllib.parse.parse_qs(self.target.partition("?")[2], keep_blank_values=True)

    @property
    def content_type(self):
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def json(self):
        return json.loads(self.raw)


@dataclasses.dataclass
class Answer:
    status: int = 200
    body: object = ""  # text as it is, anything else as JSON
    headers: dict = dataclasses.field(default_factory=dict)
    content_type: str = ""


class Refused(Exception):
    """A request against the service's contract, with what the service says to it."""

    def __init__(self, answer, words):
        super().__init__(words)
        self.answer = answer


@dataclasses.dataclass
class Fault:
    """How one request goes wrong. With `status` the service does nothing and says so; with `applied` it did the work
    and says so all the same; `cut` and `cut_body` lose the answer of work that was done."""
    status: int = 0
    body: object = ""
    headers: dict = dataclasses.field(default_factory=dict)
    retry_after: str = ""  # with status 0 as well: on the service's own answer
    content_type: str = ""
    applied: bool = False
    delay_s: float = 0  # before the answer
    cut: bool = False  # the connection ends instead of an answer
    cut_body: bool = False  # … in the middle of its body
    gate: threading.Barrier = None  # the work is done, the answer waits until all who share the gate are so far
    kill: int = 0  # SIGKILL for this process once the answer is out


def page(status=200):
    """A proxy or sign-in page in the place of an answer."""
    return Fault(status=status, body=SIGN_IN_PAGE, content_type="text/html; charset=utf-8")


def route(method, pattern):
    def mark(function):
        function.route = (method, re.compile(pattern))
        return function
    return mark


class Service:
    def __init__(self):
        self.requests, self.violations = [], []
        self._faults = []
        self._lock = threading.RLock()
        self._routes = [(*function.route, function) for function in
                        (getattr(self, name) for name in dir(type(self)) if hasattr(getattr(type(self), name), "route"))]
        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self.port = self._http.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._http.shutdown()
        self._http.server_close()

    # for tests

    def script(self, *faults, path=""):
        """The next requests whose path matches go wrong like this, one fault each."""
        with self._lock:
            self._faults += [(re.compile(path), fault) for fault in faults]

    def sent(self, path="", method=""):
        """Requests whose path matches, with any answer or none."""
        with self._lock:
            return [r for r in self.requests if re.search(path, r.path) and method in ("", r.method)]

    # for services

    def need(self, condition, status, words, body=None):
        """Refuses the request unless the condition holds."""
        if not condition:
            raise Refused(Answer(status, self.refusal(words) if body is None else body), words)

    def refusal(self, words):
        """How the service words a refusal."""
        return {"error": words}

    def need_json(self, request, content_type="application/json"):
        """The request's body, which has to be JSON and say so."""
        self.need(request.content_type == content_type, 415, f"Content-Type {request.content_type}")
        try:
            return request.json
        except ValueError:
            self.need(False, 400, "not JSON")

    # within

    def _route(self, request):
        known = [(method, match, function) for method, pattern, function in self._routes
                 if (match := pattern.fullmatch(request.path))]
        self.need(known, 404, f"no such path: {request.path}")
        for method, match, function in known:
            if method == request.method:
                return function(request, **match.groupdict())
        self.need(False, 405, f"{request.method} {request.path}")

    def _own_answer(self, request):
        try:
            return self._route(request)
        except Refused as refused:
            self.violations.append(f"{request.method} {request.path}: {refused}")
            return refused.answer

    def _take_fault(self, request):
        for at, (pattern, fault) in enumerate(self._faults):
            if pattern.search(request.path):
                del self._faults[at]
                return fault
        return Fault()

    def _serve(self, request):
        """The answer to a request, and the fault that it meets."""
        with self._lock:
            self.requests.append(request)
            fault = self._take_fault(request)
            answer = Answer() if fault.status and not fault.applied else self._own_answer(request)
            if fault.status:
                answer = Answer(fault.status, fault.body, fault.headers, fault.content_type)
            if fault.retry_after:
                answer = dataclasses.replace(answer, headers=answer.headers | {"Retry-After": fault.retry_after})
            request.status = 0 if fault.cut else answer.status
        time.sleep(fault.delay_s)
        if fault.gate:
            fault.gate.wait(GATE_S_MAX)
        return answer, fault

    def _handler(service):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one write: no wait for an acknowledgement between them

            def handle_any(self):
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                request = Request(len(service.requests), time.time(), self.command, self.path,
                                  {name.lower(): value for name, value in self.headers.items()}, raw)
                answer, fault = service._serve(request)
                if fault.cut:
                    self.close_connection = True
                else:
                    with contextlib.suppress(ConnectionError):  # whoever asked may be dead by now
                        self.write(answer, fault)
                if fault.kill:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(fault.kill, signal.SIGKILL)

            def write(self, answer, fault):
                is_text = isinstance(answer.body, str)
                body = (answer.body if is_text else json.dumps(answer.body)).encode()
                kind = answer.content_type or ("text/plain" if is_text else "application/json")
                self.send_response(answer.status)
                for name, value in ({"Content-Type": kind, "Content-Length": len(body)} | answer.headers).items():
                    self.send_header(name, str(value))
                self.end_headers()
                self.wfile.write(body[:len(body) // 2] if fault.cut_body else body)
                self.wfile.flush()
                if fault.cut_body:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    self.close_connection = True

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

            def log_message(self, *_):
                pass
        return Handler
