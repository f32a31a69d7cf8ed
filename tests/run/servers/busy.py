"""A server that handles a limited number of requests at once and refuses others, by a schedule. Fast
enough for thousands of requests per second. It records every request and how many bytes came when."""

import asyncio
import dataclasses
import random
import re
import time

from servers.loop import LoopServer

LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
TAKEN = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"
REFUSED = b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy"


@dataclasses.dataclass
class Request:
    key: bytes  # the URL's path
    begun: float  # when its head had arrived
    whole: float = 0  # when its body had arrived
    status: int = 0
    beside: int = 0  # other requests in progress when it had arrived


class Connection(asyncio.Protocol):
    """One connection. Repeats: read a head and a counted body, respond."""

    def __init__(self, server):
        self.server = server
        self.head = b""
        self.left = 0
        self.request = None

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        while data:
            if self.request is None:
                data = self._read_head(data)
                continue
            took = min(len(data), self.left)
            self._take(took)
            data = data[took:]

    def _read_head(self, data):
        head, blank, rest = (self.head + data).partition(b"\r\n\r\n")
        if not blank:
            self.head = head
            return b""
        self.head = b""
        self.left = int(LENGTH.search(head)[1])
        self.request = Request(head.split(b" ", 2)[1], time.monotonic())
        self.server.requests.append(self.request)
        self._take(0)
        return rest

    def _take(self, count):
        self.left -= count
        now = time.monotonic()
        if count and self.server.keeps_bytes:
            self.server.bytes.append((now, self.request.key, count))
        if not self.left:
            request, self.request = self.request, None
            request.whole = now
            self.server.begin(request, self.transport)


class Busy(LoopServer):
    """with Busy([(seconds, capacity), ...], work=0.08) as server: the schedule starts with the first
    request, and its last entry has no end. capacity None: unlimited. `fails`: this share is refused at
    any load. `retry_after`: the Retry-After of a refusal because of the load, in seconds."""

    def __init__(self, schedule=((0, None),), work=0.0, keeps_bytes=False, fails=0.0, retry_after=None):
        super().__init__(Connection)
        self.schedule = schedule
        self.work = work
        self.keeps_bytes = keeps_bytes
        self.fails = fails
        self.refusal = REFUSED
        if retry_after is not None:
            self.refusal = REFUSED.replace(b"\r\n", b"\r\nRetry-After: %d\r\n" % retry_after, 1)
        self.chance = random.Random(1)
        self.requests = []
        self.bytes = []  # (when, key, count)
        self.working = 0
        self.most_working = 0

    @property
    def began(self):
        return self.requests[0].begun

    @property
    def taken(self):
        """Path -> how often it was accepted."""
        count = {}
        for request in list(self.requests):
            if request.status == 201:
                path = request.key.decode().lstrip("/")
                count[path] = count.get(path, 0) + 1
        return count

    def capacity_at(self, moment):
        since = moment - self.began
        for seconds, capacity in self.schedule:
            if since < seconds:
                return capacity
            since -= seconds
        return self.schedule[-1][1]

    def span(self, index):
        """When the schedule's entry with that index begins and ends."""
        begin = self.began + sum(seconds for seconds, _ in self.schedule[:index])
        return begin, begin + self.schedule[index][0]

    def begun_within(self, begin, end):
        return [request for request in self.requests if begin <= request.begun < end]

    def begin(self, request, transport):
        capacity = self.capacity_at(request.whole)
        request.beside = self.working
        if self.fails and self.chance.random() < self.fails:
            request.status = 503
            transport.write(REFUSED)
            return
        if capacity is not None and self.working >= capacity:
            request.status = 503
            transport.write(self.refusal)
            return
        self.working += 1
        self.most_working = max(self.most_working, self.working)
        self._loop.call_later(self.work, self._end, request, transport)

    def _end(self, request, transport):
        self.working -= 1
        request.status = 201
        transport.write(TAKEN)

    @property
    def url(self):
        return f"{self.origin}/"
