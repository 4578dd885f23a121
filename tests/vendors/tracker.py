"""What the three trackers' servers share: tickets that people and time can change, and an index that lags."""
import time

from vendors.server import Service


class Tracker(Service):
    def __init__(self, lag_s=0.0):
        super().__init__()
        self.lag_s = lag_s  # a search misses what is younger
        self.tickets = {}  # id -> dict, in the order of their creation
        self.accept_authorization = None  # the header's value; None: any that is well-formed

    def add(self, ticket_id, ticket):
        ticket["_created"] = time.monotonic()
        ticket.setdefault("_comments", [])
        self.tickets[ticket_id] = ticket
        return ticket

    def indexed(self, wanted, consistent=()):
        """Tickets that a search shows, newest first."""
        now = time.monotonic()
        return [(key, ticket) for key, ticket in reversed(self.tickets.items())
                if wanted(ticket) and (now - ticket["_created"] >= self.lag_s or key in consistent)]

    def only(self):
        """The one ticket there is."""
        assert len(self.tickets) == 1, list(self.tickets)
        return next(iter(self.tickets.values()))

    def delete(self, ticket_id):
        """As people do."""
        del self.tickets[ticket_id]
