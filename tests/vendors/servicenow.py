"""ServiceNow's Table API on `incident`: rows that keep what their fields take, and drop the rest in silence.

What it checks is what ServiceNow documents: Accept, the query's operators (one field and our own key, nothing else),
lengths of fields, the data policy that a resolved incident has a code and notes."""
import re

from vendors.server import Answer, route
from vendors.tracker import Tracker

LENGTHS = {"short_description": 160, "description": 4000, "correlation_id": 100, "correlation_display": 100,
           "urgency": 1, "impact": 1, "category": 40, "caller_id": 100, "assignment_group": 100, "assigned_to": 100,
           "state": 2, "close_code": 100, "close_notes": 4000, "work_notes": 4000}
QUERY = re.compile(r"correlation_id=(tocsin-[0-9a-f]{32})\^ORDERBYDESCsys_created_on")
TABLE = r"/api/now/table/incident"


class ServiceNow(Tracker):
    def __init__(self, **more):
        super().__init__(**more)
        self.dropped = set()  # fields that this instance's table does not have
        self.stuck = False  # a business rule that puts the state back

    def refusal(self, words):
        return {"error": {"message": words, "detail": ""}, "status": "failure"}

    def close_row(self, sys_id, code="Solution provided"):
        self.tickets[sys_id] |= {"state": "7", "close_code": code}

    def open(self, request):
        given = request.headers.get("x-sn-apikey") or request.headers.get("authorization", "")
        self.need(given and (not self.accept_authorization or given == self.accept_authorization), 401,
                  "User Not Authenticated")
        self.need(request.headers.get("accept") == "application/json", 406, "without Accept: XML")

    def write(self, row, sent):
        self.need(isinstance(sent, dict) and sent, 400, "Exception while reading request")
        for name, value in sent.items():
            if name not in LENGTHS or name in self.dropped:
                continue
            self.need(isinstance(value, str) and len(value) <= LENGTHS[name], 400, f"{name} is too long")
            if name == "work_notes":
                row["_comments"].append(value)
            elif not (name == "state" and self.stuck):
                row[name] = value
        self.need(row["state"] != "6" or (row.get("close_code") and row.get("close_notes")), 403,
                  "Operation against file 'incident' was aborted by Data Policy Exception")

    def shown(self, request, row):
        wanted = request.query["sysparm_fields"][0].split(",")
        return {name: row.get(name, "") for name in wanted}

    @route("POST", TABLE)
    def create(self, request):
        self.open(request)
        sys_id = f"{len(self.requests):032x}"
        row = {"sys_id": sys_id, "number": f"INC{len(self.requests):07}", "state": "1", "active": "true",
               "_comments": []}
        self.write(row, self.need_json(request))
        self.add(sys_id, row)
        return Answer(201, {"result": self.shown(request, row)})

    @route("GET", TABLE)
    def search(self, request):
        self.open(request)
        query = QUERY.fullmatch(request.query["sysparm_query"][0])
        self.need(query, 400, "Invalid query")
        rows = self.indexed(lambda row: row.get("correlation_id") == query.group(1))
        return Answer(200, {"result": [self.shown(request, row) for _, row in rows]})

    def row(self, sys_id):
        self.need(sys_id in self.tickets, 404, "No Record found")
        return self.tickets[sys_id]

    @route("GET", TABLE + r"/(?P<sys_id>\w+)")
    def read(self, request, sys_id):
        self.open(request)
        return Answer(200, {"result": self.shown(request, self.row(sys_id))})

    @route("PATCH", TABLE + r"/(?P<sys_id>\w+)")
    def update(self, request, sys_id):
        self.open(request)
        row = self.row(sys_id)
        self.write(row, self.need_json(request))
        return Answer(200, {"result": self.shown(request, row)})
