"""Servers that respond before they have read the body: the status is the verdict, however the
connection ends, over plain HTTP and over TLS."""

import socket
import ssl

import pytest

from harness import HANG
from servers.raw import Ended, RawServer, wait_until

FORM = ("-F", "path={path}", "-F", "file=@{file}")
MIB = 1 << 20
TRIES = 3
TRIES_SOAK = 42


def refuse(status, ending):
    """A server that reads the head and 100,000 bytes of the body, refuses, and ends the connection."""
    response = (
        b"HTTP/1.1 %d Refused\r\nContent-Type: text/plain\r\nContent-Length: 9\r\nConnection: close\r\n\r\nno thanks"
        % status
    )

    def behave(connection):
        connection.read_head()
        while len(connection.kept) < 100_000:
            connection.kept += connection.receive()
        connection.send(response)
        ending(connection)

    return behave


def linger(connection):
    """Closes its own side only, and reads on: what RFC 9112, section 9.6, asks of a server."""
    plain = unwrap(connection)
    plain.shutdown(socket.SHUT_WR)
    plain.settimeout(HANG)
    while plain.recv(65536):
        pass


def close(connection):
    """Closes with the body unread, which resets the connection."""
    connection.socket.close()


def reset(connection):
    connection.reset()


def unwrap(connection):
    """The socket below TLS, without its closing alert."""
    if not isinstance(connection.socket, ssl.SSLSocket):
        return connection.socket
    plain = socket.socket(fileno=connection.socket.detach())
    connection.socket = plain
    return plain


ENDINGS = {"lingering close": linger, "plain close": close, "reset": reset}


def check(shoal, tree, certificates, secure, status, ending, size, tries):
    tree("a", b"x" * size)
    wrap = None
    if secure:
        context = certificates.context()
        wrap = lambda sock: context.wrap_socket(sock, server_side=True)  # noqa: E731
    with RawServer(refuse(status, ENDINGS[ending]), wrap=wrap) as server:
        for _ in range(tries):
            run = shoal.send("--cacert", certificates.ca, "--retries", "0", *FORM, tree, server.url)
            event = run.verdicts["a"]
            assert (event["verdict"], event["status"], event["attempts"]) == ("failed", status, 1), run
            assert event["response"] == "no thanks" and not event["temporary"]
            assert run.status == 1


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("status, size", [(401, MIB), (413, 6 * MIB), (403, 16 * MIB)])
def test_an_early_refusal_is_the_verdict(shoal, tree, certificates, secure, status, ending, size):
    check(shoal, tree, certificates, secure, status, ending, size, TRIES)


@pytest.mark.soak
@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("status, size", [(401, MIB), (413, 6 * MIB), (403, 16 * MIB), (413, 64 * MIB)])
def test_an_early_refusal_is_the_verdict_in_a_thousand_tries(
    shoal, tree, certificates, secure, status, ending, size
):
    check(shoal, tree, certificates, secure, status, ending, size, TRIES_SOAK)


def test_a_response_with_a_body_to_its_end_follows_an_early_status(shoal, tree):
    """The rest of an early response is read although the body is not sent any more."""
    tree("a", b"x" * 8 * MIB)
    body = b"y" * 200_000

    def behave(connection):
        connection.read_head()
        connection.receive()
        connection.answer(422, body)
        linger(connection)

    with RawServer(behave) as server:
        run = shoal.send("--retries", "0", *FORM, tree, server.url)
    event = run.verdicts["a"]
    assert event["status"] == 422 and event["response"] == "y" * 65536 and event["response_cut"]


def test_an_early_success_counts_once_the_body_is_sent(shoal, tree):
    tree("a", b"x" * 8 * MIB)
    received = []

    def behave(connection):
        head = connection.read_head()
        connection.send(b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok")
        received.append(len(connection.read_body(head)))
        connection.wait_closed()

    with RawServer(behave) as server:
        shoal.send(*FORM, tree, server.url).sent_all(1)
        wait_until(lambda: received)
    assert received[0] > 8 * MIB


def close_without_a_word(connection):
    """A peer that closes after every response without saying so, as tinyproxy does."""
    try:
        connection.read_request()
    except Ended:
        return
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


@pytest.mark.parametrize("jobs", [1, 8])
def test_peers_that_close_after_every_response_are_learned(shoal, tree, jobs):
    """Not every such close can be seen before the next request: at most the first two cost an attempt."""
    tree.many(100)
    with RawServer(close_without_a_word) as server:
        run = shoal.send("-j", jobs, *FORM, tree, server.url).sent_all(100)
    assert sum(event["attempts"] - 1 for event in run.files) <= jobs + 2
