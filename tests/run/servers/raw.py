"""A server of bare sockets that does exactly what a test says, valid HTTP or not.

    def behave(connection):
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\\r\\n")
        connection.reset()

    with RawServer(behave) as server: ... server.url
"""

import re
import socket
import struct
import threading
import time

from harness import HANG

kept_ports = []  # sockets of unused_port()

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Ended(Exception):
    """The other side closed the connection, or the server is stopping."""


class Connection:
    """One accepted connection, in a thread of its own."""

    def __init__(self, server, sock, number):
        self.server = server
        self.socket = sock
        self.number = number  # counted from 1
        self.kept = b""
        self.requests = 0

    def receive(self):
        data = self.socket.recv(65536)
        if not data:
            raise Ended
        return data

    def read_head(self):
        """Reads up to the blank line; returns the bytes of the head without it."""
        while b"\r\n\r\n" not in self.kept:
            self.kept += self.receive()
        head, _, self.kept = self.kept.partition(b"\r\n\r\n")
        self.server.heads.append(head)
        return head

    def read_body(self, head):
        match = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        length = int(match[1]) if match else 0
        received = bytearray(self.kept)
        while len(received) < length:
            received += self.receive()
        body, self.kept = bytes(received[:length]), bytes(received[length:])
        return body

    def read_request(self):
        """Reads and records a whole request; returns its head and body."""
        head = self.read_head()
        body = self.read_body(head)
        self.requests += 1
        with self.server.arrived:
            self.server.requests.append((head, body))
            self.server.arrived.notify_all()
        return head, body

    def send(self, data):
        self.socket.sendall(data)

    def answer(self, status=200, body=b"ok", headers=()):
        lines = [f"HTTP/1.1 {status} Whatever".encode(), b"Content-Length: %d" % len(body)]
        lines += [header if isinstance(header, bytes) else header.encode() for header in headers]
        self.send(b"\r\n".join(lines) + b"\r\n\r\n" + body)

    def send_forever(self, piece, most=64 * 1024 * 1024):
        """Sends `piece` repeatedly, up to `most` bytes or until the server stops; returns the bytes sent."""
        sent = 0
        while sent < most and not self.server.ending.is_set():
            self.send(piece)
            sent += len(piece)
        return sent

    def reset(self):
        """Closes with RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def wait_closed(self, timeout=HANG):
        """Waits until the other side closes, and ignores what it sends."""
        self.socket.settimeout(timeout)
        while self.socket.recv(65536):
            pass

    def hold(self):
        """Waits until the server stops or the other side closes; reads nothing."""
        self.server.ending.wait(HANG)


class RawServer:
    """Runs `behave(connection)` for every connection; accepts while the test runs."""

    def __init__(self, behave, host="127.0.0.1", wrap=None, receive_buffer=None, accept=True, backlog=512):
        self.behave = behave
        self.wrap = wrap  # e.g. an SSLContext's wrap_socket
        self.heads = []
        self.requests = []
        self.failures = []
        self.connections = 0
        self.ending = threading.Event()
        self.arrived = threading.Condition()
        self.sockets = []
        self.listener = socket.socket(
            socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM
        )
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if receive_buffer:
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.listener.bind((host, 0))
        if backlog is not None:  # else it is bound, and refuses
            self.listener.listen(backlog)
        self.port = self.listener.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        self.origin = f"{'https' if wrap else 'http'}://{shown}:{self.port}"
        self.url = f"{self.origin}/upload"
        self.thread = threading.Thread(target=self._accept, daemon=True) if accept else None

    def wait_requests(self, count, timeout=HANG):
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.requests) >= count, timeout)

    def __enter__(self):
        if self.thread:
            self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        for sock in self.sockets:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        if self.thread:
            self.thread.join()
        assert not self.failures, self.failures

    def _accept(self):
        while not self.ending.is_set():
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            # Else a response waits until a TLS ticket is confirmed, and a reset drops it unsent.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            self.sockets.append(sock)
            threading.Thread(target=self._serve, args=(sock, self.connections), daemon=True).start()

    def _serve(self, sock, number):
        connection = None
        try:
            connection = Connection(self, self.wrap(sock) if self.wrap else sock, number)
            self.behave(connection)
        except (Ended, OSError):
            pass  # the other side closed: the test checks what it made of that
        except Exception as failure:  # pylint: disable=broad-exception-caught
            self.failures.append(repr(failure))
        finally:
            (connection.socket if connection else sock).close()


def serve_ok(connection):
    """Responds 200 to every request on the connection."""
    while True:
        connection.read_request()
        connection.send(OK)


def unused_port():
    """A port of 127.0.0.1 on which nobody listens. It stays bound, so that no test beside this one is
    given it; who sets SO_REUSEADDR may listen on it."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", 0))
    kept_ports.append(sock)
    return sock.getsockname()[1]


def wait_until(condition, timeout=HANG):
    """Polls for a condition that has no event to wait for."""
    until = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.005)
