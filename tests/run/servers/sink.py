"""A fast server for many or large requests: reads, counts, responds 200. Bodies are not kept.

The names that arrive are counted (the file name of the last part, or the URL's path), so that a
test can check that each arrived once."""

import asyncio
import collections
import re
import threading

from harness import HANG
from servers.loop import LoopServer

LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
FILE_NAME = re.compile(rb'name="path"\r\n\r\n([^\r\n]*)\r\n|filename="([^"\r\n]*)"')
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
LOOK_AT = 4096  # bytes of a body that are searched for names


class Connection(asyncio.Protocol):
    """One connection. Repeats: read a head and a counted body, respond."""

    def __init__(self, sink):
        self.sink = sink
        self.head = b""
        self.left = 0
        self.first = b""
        self.target = b""

    def connection_made(self, transport):
        self.transport = transport
        self.sink.connections += 1
        self.sink.open += 1
        self.sink.most_open = max(self.sink.most_open, self.sink.open)

    def connection_lost(self, _):
        self.sink.open -= 1

    def data_received(self, data):
        while data:
            if not self.left:
                data = self.read_head(data)
                continue
            take = data[: self.left]
            if len(self.first) < LOOK_AT:
                self.first += take[: LOOK_AT - len(self.first)]
            self.left -= len(take)
            self.sink.bytes += len(take)
            data = data[len(take) :]
            if not self.left:
                self.answer()

    def read_head(self, data):
        """Adds to the head; returns what follows it, or nothing while it is incomplete."""
        self.head += data
        head, blank, rest = self.head.partition(b"\r\n\r\n")
        if not blank:
            return b""
        self.head = b""
        self.target = head.split(b" ", 2)[1]
        match = LENGTH.search(head)
        self.left = int(match[1]) if match else 0
        self.first = b""
        if not self.left:
            self.answer()
        return rest

    def answer(self):
        match = FILE_NAME.search(self.first)
        name = (match[1] or match[2] or b"") if match else self.target
        self.sink.take(name)
        self.transport.write(ANSWER)


class Sink(LoopServer):
    """with Sink() as sink: ... sink.url, sink.count, sink.names."""

    def __init__(self):
        super().__init__(Connection)
        self.count = 0
        self.bytes = 0
        self.connections = 0
        self.open = 0
        self.most_open = 0
        self.names = collections.Counter()
        self.arrived = threading.Condition()

    def take(self, name):
        self.count += 1
        self.names[name] += 1
        if self.count == 1 or self.count % 100 == 0:
            with self.arrived:
                self.arrived.notify_all()

    def wait_first(self, timeout=HANG):
        with self.arrived:
            assert self.arrived.wait_for(lambda: self.count >= 1, timeout)

    @property
    def url(self):
        return f"{self.origin}/upload"
