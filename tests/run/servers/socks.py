"""A SOCKS proxy: versions 4 and 4a, and 5 with and without a password (RFC 1928, RFC 1929)."""

import ipaddress
import socket
import struct

from .proxy import relay
from .raw import Ended, RawServer

GRANTED_4, REJECTED_4 = 90, 91
GRANTED_5, REFUSED_5 = 0, 5
NO_CREDENTIALS, PASSWORD, NOTHING_SUITS = 0, 2, 255


class Socks(RawServer):
    """with Socks() as proxy: ... proxy.seen is [(version, host, port, user)].

    The host is a name only where the client leaves it to the proxy to look it up. Every host is
    taken to be this machine."""

    def __init__(self, user=None, password=None, refuse=False):
        super().__init__(self._behave)
        self.seen = []
        self.user, self.password = user, password
        self.refuse = refuse

    def at(self, scheme, credentials=""):
        return f"{scheme}://{credentials}127.0.0.1:{self.port}"

    def _behave(self, connection):
        version = take(connection, 1)[0]
        if version == 4:
            self._version_4(connection)
        else:
            self._version_5(connection)

    def _version_4(self, connection):
        command, port, address = struct.unpack(">BH4s", take(connection, 7))
        user = take_text(connection)
        host = str(ipaddress.ip_address(address))
        if address[:3] == b"\0\0\0":
            host = take_text(connection)  # 4a
        self.seen.append((4, host, port, user))
        granted = command == 1 and not self.refuse and self.user in (None, user)
        code = GRANTED_4 if granted else REJECTED_4
        connection.send(struct.pack(">BBHI", 0, code, 0, 0))
        if granted:
            pass_on(connection, port)

    def _version_5(self, connection):
        methods = take(connection, take(connection, 1)[0])
        wanted = NO_CREDENTIALS if self.user is None else PASSWORD
        connection.send(bytes([5, wanted if wanted in methods else NOTHING_SUITS]))
        if wanted not in methods:
            return
        user = None
        if wanted == PASSWORD:
            take(connection, 1)
            user = take(connection, take(connection, 1)[0]).decode()
            password = take(connection, take(connection, 1)[0]).decode()
            right = (user, password) == (self.user, self.password)
            connection.send(bytes([1, 0 if right else 1]))
            if not right:
                return
        _, command, _, kind = take(connection, 4)
        if kind == 3:
            host = take(connection, take(connection, 1)[0]).decode()
        else:
            host = str(ipaddress.ip_address(take(connection, 4 if kind == 1 else 16)))
        (port,) = struct.unpack(">H", take(connection, 2))
        self.seen.append((5, host, port, user))
        granted = command == 1 and not self.refuse
        code = GRANTED_5 if granted else REFUSED_5
        connection.send(bytes([5, code, 0, 1, 0, 0, 0, 0, 0, 0]))
        if granted:
            pass_on(connection, port)


def take(connection, count):
    """The next `count` bytes."""
    data = b""
    while len(data) < count:
        piece = connection.socket.recv(count - len(data))
        if not piece:
            raise Ended
        data += piece
    return data


def take_text(connection):
    """The next bytes up to a NUL."""
    data = b""
    while not data.endswith(b"\0"):
        data += take(connection, 1)
    return data[:-1].decode()


def pass_on(connection, port):
    with socket.create_connection(("127.0.0.1", port), 5) as upstream:
        relay(connection.socket, upstream)
