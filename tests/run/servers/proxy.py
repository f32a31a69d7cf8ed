"""A proxy: CONNECT tunnels and plain requests, with Basic authentication if a user is given."""

import base64
import contextlib
import functools
import re
import select
import socket
import ssl
import urllib.parse

from .raw import RawServer


class Proxy(RawServer):
    """with Proxy(user="u", password="p") as proxy: ... proxy.origin, proxy.seen (request lines)."""

    def __init__(self, user=None, password=None, refuse=None, host="127.0.0.1", context=None):
        wrap = functools.partial(context.wrap_socket, server_side=True) if context else None
        super().__init__(self._behave, host, wrap)
        self.seen = []
        self.credentials = None
        self.refuse = refuse  # the status of every response, to refuse all requests
        if user is not None:
            self.credentials = base64.b64encode(f"{user}:{password}".encode())

    def _behave(self, connection):
        while self._one(connection):
            pass

    def _one(self, connection):
        head = connection.read_head()
        line = head.split(b"\r\n")[0].decode()
        self.seen.append(line)
        if self.refuse:
            connection.answer(self.refuse, b"the proxy says no", ["Connection: close"])
            return False
        if self.credentials and not self._authorized(head):
            connection.answer(
                407, b"who are you", ['Proxy-Authenticate: Basic realm="r"', "Connection: close"]
            )
            return False
        method, target, _ = line.split(" ")
        if method == "CONNECT":
            host, _, port = target.rpartition(":")
            with socket.create_connection((host.strip("[]"), int(port)), 5) as upstream:
                connection.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
                relay(connection.socket, upstream)
            return False
        return self._forward(connection, head, target)

    def _authorized(self, head):
        match = re.search(rb"(?i)\r\nproxy-authorization: basic ([^\r\n]+)", head)
        return bool(match) and match[1] == self.credentials

    def _forward(self, connection, head, target):
        """Forwards one plain request with its body, and its response."""
        body = connection.read_body(head)
        parts = urllib.parse.urlsplit(target)
        lines = head.split(b"\r\n")
        method = lines[0].split(b" ")[0]
        below = parts.path + ("?" + parts.query if parts.query else "")
        kept = [line for line in lines[1:] if not re.match(rb"(?i)(proxy-|connection:)", line)]
        host = "127.0.0.1" if parts.hostname.endswith(".test") else parts.hostname
        with socket.create_connection((host, parts.port or 80), 5) as upstream:
            first = method + b" " + below.encode() + b" HTTP/1.1"
            upstream.sendall(b"\r\n".join([first, *kept, b"Connection: close", b"", b""]) + body)
            while data := upstream.recv(65536):
                connection.send(data)
        return False


def relay(left, right):
    """Copies in both directions until one side ends."""
    other = {left: right, right: left}
    with contextlib.suppress(OSError):
        while True:
            ready, _, _ = select.select([left, right], [], [], 30)
            if not ready:
                return
            for sock in ready:
                if not copy(sock, other[sock]):
                    return


def copy(source, target):
    """Copies what is there. False: `source` has ended."""
    while data := source.recv(65536):
        target.sendall(data)
        if not (isinstance(source, ssl.SSLSocket) and source.pending()):
            return True
    return False
