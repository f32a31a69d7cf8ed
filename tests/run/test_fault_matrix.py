"""The fault matrix: 9 faults in 5 phases, where the combination makes sense. In each cell, verdict,
attempts and status are exactly what docs/verdicts.md says, by default and with --at-most-once, for a
fault in the first attempt only and for one that stays.

The cells spend their time waiting, so all of them start at once with the first one."""

import concurrent.futures
import functools
import os
import re
import socket
import tempfile
import threading
import time

import pytest

from conftest import Tree
from harness import Shoal
from servers.raw import OK, RawServer

FORM = ("-F", "path={path}", "-F", "file=@{file}")
LARGE = 16_000_000  # more than the socket buffers hold
SMALL = 1000
LONG_GONE = 1.0  # Retry-After, in seconds
SIDE_BY_SIDE = 12

# --- what a server does to a connection that it has accepted


def drain(connection, length):
    """Reads the rest of a body of `length` bytes without keeping it."""
    left = length - len(connection.kept)
    connection.kept = b""
    while left > 0:
        left -= len(connection.receive())


def length_of(head):
    return int(re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)[1])


def serve_well(connection):
    """Responds 200 to every request."""
    while True:
        head = connection.read_head()
        drain(connection, length_of(head))
        connection.server.taken += 1
        connection.send(OK)


def until_headers(connection):
    connection.read_head()


def until_body(connection):
    connection.read_head()
    while len(connection.kept) < 100_000:
        connection.kept += connection.receive()


def until_read(connection):
    head = connection.read_head()
    drain(connection, length_of(head))


def until_answer(connection):
    until_read(connection)
    connection.server.taken += 1


def reset(connection):
    connection.reset()


def stall(connection):
    connection.hold()


def cut_short(connection):
    connection.socket.shutdown(socket.SHUT_WR)
    connection.wait_closed()


def garbage(connection):
    connection.send(b"\x00\xff\xfe no HTTP at all \x1b[31m\r\n\r\n")
    connection.socket.shutdown(socket.SHUT_WR)
    connection.wait_closed()


def answers(status, *headers):
    def behave(connection):
        connection.answer(status, b"so it is", ["Connection: close", *headers])
        connection.socket.shutdown(socket.SHUT_WR)
        connection.wait_closed()

    return behave


def half_an_answer(connection):
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")


def half_then(behave):
    def both(connection):
        half_an_answer(connection)
        behave(connection)

    return both


def slow_headers(connection):
    while b"\r\n\r\n" not in connection.kept:
        piece = connection.socket.recv(16)
        connection.kept += piece
        connection.server.ending.wait(0.05)
    serve_well(connection)


def slow_body(connection):
    head = connection.read_head()
    for _ in range(20):
        connection.kept += connection.receive()
        connection.server.ending.wait(0.05)
    drain(connection, length_of(head))
    connection.server.taken += 1
    connection.send(OK)
    serve_well(connection)


def slow_answer(connection):
    until_answer(connection)
    for byte in OK:
        connection.send(bytes([byte]))
        connection.server.ending.wait(0.03)
    serve_well(connection)


def after(until, behave):
    def both(connection):
        until(connection)
        behave(connection)

    return both


# --- what a TLS server does instead of a handshake

ALERT = b"\x15\x03\x03\x00\x02\x02\x28"  # fatal, handshake_failure


def hello_then(behave):
    def both(connection):
        connection.receive()
        behave(connection)

    return both


def refuse_handshake(connection):
    connection.send(ALERT)
    connection.wait_closed()


def half_a_handshake(connection):
    connection.send(b"\x16\x03\x03\x01\x00\x02\x00")
    connection.socket.shutdown(socket.SHUT_WR)
    connection.wait_closed()


def no_handshake(connection):
    connection.send(b"HTTP/1.1 400 This is no TLS\r\n\r\n")
    connection.socket.shutdown(socket.SHUT_WR)
    connection.wait_closed()


def slow_handshake(connection):
    connection.server.ending.wait(0.5)
    connection.socket = connection.server.context.wrap_socket(connection.socket, server_side=True)
    serve_well(connection)


# --- the table

# The final event: verdict, attempts, status. By default and with --at-most-once; for a fault in the
# first attempt only, and for one that stays (--retries 1).
SENT = {("sent", 1, 200)}
SENT_AGAIN = {("sent", 2, 200)}
UNKNOWN = {("unknown", 1, None)}
FAILED = {("failed", 2, None)}


class Kind:
    def __init__(self, passes, passes_once, stays, stays_once):
        self.expected = {
            ("passes", "default"): passes,
            ("passes", "at-most-once"): passes_once,
            ("stays", "default"): stays,
            ("stays", "at-most-once"): stays_once,
        }


HARMLESS = Kind(SENT, SENT, SENT, SENT)
NOT_REACHED = Kind(SENT_AGAIN, SENT_AGAIN, FAILED, FAILED)
NOT_TLS = Kind(*[{("failed", 1, None)}] * 4)  # plain HTTP where TLS was asked for: no time will help
AMBIGUOUS = Kind(SENT_AGAIN, UNKNOWN, FAILED, UNKNOWN)
# Whether the request had been sent when the connection was reset is a race in each attempt; both
# results are right. Attempts that count and attempts that do not may mix until shoal gives up.
RACE = Kind(
    SENT_AGAIN,
    SENT_AGAIN | UNKNOWN,
    {("failed", None, None), ("unknown", None, None)},
    {("failed", None, None), ("unknown", None, None)},
)
CUT_SUCCESS = Kind(SENT_AGAIN, {("unknown", 1, 200)}, {("failed", 2, 200)}, {("unknown", 1, 200)})
EARLY_SUCCESS = CUT_SUCCESS


def rejected(status):
    stays = {("failed", None, status)}  # as often as --give-up-after allows
    return Kind(SENT_AGAIN, SENT_AGAIN, stays, stays)


def refused(status):
    final = {("failed", 1, status)}
    return Kind(final, final, final, final)


LATER = f"Retry-After: {int(LONG_GONE)}"
CELLS = {
    # connect: the listener itself fails (see Listening)
    ("refuse", "connect"): ("refuse", SMALL, NOT_REACHED),
    ("stall", "connect"): ("stall", SMALL, NOT_REACHED),
    ("slow", "connect"): ("slow", SMALL, HARMLESS),
    ("reset", "connect"): (reset, SMALL, RACE),
    # TLS
    ("refuse", "tls"): (hello_then(refuse_handshake), SMALL, NOT_REACHED),
    ("reset", "tls"): (hello_then(reset), SMALL, NOT_REACHED),
    ("stall", "tls"): (hello_then(stall), SMALL, NOT_REACHED),
    ("slow", "tls"): (slow_handshake, SMALL, HARMLESS),
    ("cut short", "tls"): (hello_then(half_a_handshake), SMALL, NOT_REACHED),
    ("garbage", "tls"): (hello_then(no_handshake), SMALL, NOT_TLS),
    # headers: the request's head has arrived, nothing more is read
    ("reset", "headers"): (after(until_headers, reset), LARGE, AMBIGUOUS),
    ("stall", "headers"): (after(until_headers, stall), LARGE, AMBIGUOUS),
    ("slow", "headers"): (slow_headers, SMALL, HARMLESS),
    ("cut short", "headers"): (after(until_headers, cut_short), LARGE, AMBIGUOUS),
    ("garbage", "headers"): (after(until_headers, garbage), LARGE, AMBIGUOUS),
    ("503", "headers"): (after(until_headers, answers(503)), LARGE, rejected(503)),
    ("429", "headers"): (after(until_headers, answers(429, LATER)), LARGE, rejected(429)),
    ("early", "headers"): (after(until_headers, answers(413)), LARGE, refused(413)),
    ("early success", "headers"): (after(until_headers, answers(200)), LARGE, EARLY_SUCCESS),
    # body: some of it was read
    ("reset", "body"): (after(until_body, reset), LARGE, AMBIGUOUS),
    ("stall", "body"): (after(until_body, stall), LARGE, AMBIGUOUS),
    ("slow", "body"): (slow_body, LARGE, HARMLESS),
    ("cut short", "body"): (after(until_body, cut_short), LARGE, AMBIGUOUS),
    ("garbage", "body"): (after(until_body, garbage), LARGE, AMBIGUOUS),
    ("503", "body"): (after(until_body, answers(503)), LARGE, rejected(503)),
    ("429", "body"): (after(until_body, answers(429, LATER)), LARGE, rejected(429)),
    ("early", "body"): (after(until_body, answers(401)), LARGE, refused(401)),
    ("early success", "body"): (after(until_body, answers(201)), LARGE,
        Kind(SENT_AGAIN, {("unknown", 1, 201)}, {("failed", 2, 201)}, {("unknown", 1, 201)})),
    # answer: the whole request was read
    ("reset", "answer"): (after(until_answer, reset), SMALL, AMBIGUOUS),
    ("stall", "answer"): (after(until_answer, stall), SMALL, AMBIGUOUS),
    ("slow", "answer"): (slow_answer, SMALL, HARMLESS),
    ("cut short", "answer"): (after(until_answer, cut_short), SMALL, AMBIGUOUS),
    ("garbage", "answer"): (after(until_answer, garbage), SMALL, AMBIGUOUS),
    ("503", "answer"): (after(until_read, answers(503)), SMALL, rejected(503)),
    ("429", "answer"): (after(until_read, answers(429, LATER)), SMALL, rejected(429)),
    # within a response that has begun correctly
    ("reset", "half answer"): (after(until_answer, half_then(reset)), SMALL, CUT_SUCCESS),
    ("stall", "half answer"): (after(until_answer, half_then(stall)), SMALL, CUT_SUCCESS),
    ("cut short", "half answer"): (after(until_answer, half_then(cut_short)), SMALL, CUT_SUCCESS),
}  # fmt: skip

# --- running them


class Faulty(RawServer):
    """Applies `fault` to the first connection, or to all, and serves the others correctly."""

    def __init__(self, fault, stays, context, **more):
        super().__init__(self._one, **more)
        self.fault = fault
        self.stays = stays
        self.context = context
        self.taken = 0
        self.begun = []
        if context:
            self.origin = self.origin.replace("http:", "https:")
            self.url = self.url.replace("http:", "https:")

    def _one(self, connection):
        self.begun.append(time.monotonic())
        if connection.number == 1 or self.stays:
            self.fault(connection)
            return
        if self.context:
            connection.socket = self.context.wrap_socket(connection.socket, server_side=True)
        serve_well(connection)


class Listening(Faulty):
    """One that is at fault before a connection is there: not yet listening, or its queue is full. A
    queue that has room again takes the attempt under way, as the kernel tries it again."""

    def __init__(self, fault, stays):
        backlog = None if fault == "refuse" else 0
        super().__init__(serve_well, False, None, accept=False, backlog=backlog)
        self.kind = fault
        self.stuck = stays and fault != "slow"
        self.waiting = []
        if fault != "refuse":
            self._fill(self.listener.getsockname())

    def _fill(self, address):
        for _ in range(4):
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(address)
            self.waiting.append(sock)

    def watch(self, connects):
        """Ends the fault at the attempt that is to succeed: the client has told of it on `connects`."""
        for _ in range(2 if self.kind == "stall" else 1):
            if not os.read(connects, 1):
                return  # it ended before
        if self.stuck:
            return
        for sock in self.waiting:
            sock.close()
        self.listener.listen(512)
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def __exit__(self, *more):
        for sock in self.waiting:
            sock.close()
        super().__exit__(*more)


def options(cell, stays):
    """Timeouts and patience of a cell: short only where they are what ends it."""
    kind = CELLS[cell][2]
    limit = "3" if cell[0] == "stall" else "60"
    arguments = ["--connect-timeout", limit, "--stall-timeout", limit, "--response-timeout", limit]
    arguments += ["--retries", "1" if stays else "5"]
    if stays and (kind is RACE or cell[0] in ("503", "429")):
        arguments += ["--give-up-after", "8"]
    return arguments


def run_cell(cell, lasting, mode, certificates, tell_connect):
    """Runs one cell; returns (event, run, server)."""
    fault, size, _ = CELLS[cell]
    stays = lasting == "stays"
    context = certificates.context() if cell[1] == "tls" else None
    arguments = [*options(cell, stays), "--cacert", certificates.ca]
    if mode == "at-most-once":
        arguments.append("--at-most-once")
    if callable(fault):
        server = Faulty(fault, stays, context, receive_buffer=65536 if size == LARGE else None)
    else:
        server = Listening(fault, stays)
    with tempfile.TemporaryDirectory(prefix="shoal-cell-") as folder, server:
        tree = Tree(folder + "/tree")
        tree("a", b"x" * size)
        shoal = Shoal(folder)
        if callable(fault):
            run = shoal.send(*FORM, *arguments, tree, server.url)
        else:
            run = send_and_watch(shoal, server, tell_connect, *FORM, *arguments, tree, server.url)
        return run.verdicts["a"], run, server


def send_and_watch(shoal, server, tell_connect, *arguments):
    """Runs it; the server learns of each of its attempts to connect."""
    connects, told = os.pipe()
    watcher = threading.Thread(target=server.watch, args=(connects,))
    watcher.start()
    try:
        prefix = ["env", f"LD_PRELOAD={tell_connect}", f"SHOAL_CONNECTS={told}"]
        return shoal.send(*arguments, prefix=prefix, fds=(told,))
    finally:
        os.close(told)
        watcher.join()
        os.close(connects)


@pytest.fixture(scope="module")
def cells(certificates, compiled):
    """cells(cell, lasting, mode) waits for the end of that cell. The first call starts all of them."""
    certificates.server()
    tell_connect = compiled("tell_connect", "-shared", "-fPIC")
    begin = functools.partial(run_cell, certificates=certificates, tell_connect=tell_connect)
    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        keys = [(cell, lasting, mode) for cell in CELLS for lasting, mode in MODES]
        futures = {key: pool.submit(begin, *key) for key in keys}
        yield lambda *key: futures[key].result()
        for future in futures.values():
            future.cancel()


MODES = [(lasting, mode) for lasting in ("passes", "stays") for mode in ("default", "at-most-once")]


@pytest.mark.parametrize("lasting, mode", MODES, ids=[" ".join(mode) for mode in MODES])
@pytest.mark.parametrize("cell", CELLS, ids=[" in ".join(cell) for cell in CELLS])
def test_a_cell(cells, cell, lasting, mode):
    event, run, server = cells(cell, lasting, mode)
    expected = CELLS[cell][2].expected[lasting, mode]
    found = (event["verdict"], event["attempts"], event["status"])
    assert found in expected or (found[0], None, found[2]) in expected, (expected, run)
    is_final = event["status"] in (401, 413) or CELLS[cell][2] is NOT_TLS
    assert event["temporary"] is (event["verdict"] == "failed" and not is_final)
    if event["verdict"] == "sent":
        assert server.taken >= 1
    if mode == "at-most-once":
        assert server.taken <= 1
        assert server.taken == 0 or event["verdict"] in ("sent", "unknown")
    if event["status"] in (503, 429):
        assert event["attempts"] >= 2, "a rejection is sent again as long as patience lasts"
    if cell[0] == "429" and lasting == "passes":
        assert server.begun[1] - server.begun[0] >= LONG_GONE * 0.99
