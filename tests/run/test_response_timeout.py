"""How long a server may work on a file, and take to respond."""

import pytest

from servers.raw import RawServer

FORM = ("-F", "path={path}", "-F", "file=@{file}")
ONE_ATTEMPT = ("--retries", "0", "--give-up-after", "60")
LARGE = 8_000_000


def trickle(connection, data):
    """Sends a byte per 20 ms, and the last one again and again."""
    for byte in data + data[-1:] * 100_000:
        connection.send(bytes([byte]))
        connection.server.ending.wait(0.02)


def reads_first(data):
    def behave(connection):
        connection.read_request()
        trickle(connection, data)

    return behave


def reads_nothing(connection):
    """The request does not fit into the sockets, and interim responses come all the time."""
    connection.read_head()
    while True:
        trickle(connection, b"HTTP/1.1 102 Processing\r\nX-Wait: yes")


TARPITS = {
    "in the head": (reads_first(b"HTTP/1.1 200 OK\r\nX-Long: "), 10),
    "in an interim head": (reads_first(b"HTTP/1.1 102 Processing\r\nX-Long: "), 10),
    "in the body": (reads_first(b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\nx"), 10),
    "in a chunk": (reads_first(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\nx"), 10),
    "until the connection ends": (reads_first(b"HTTP/1.0 200 OK\r\n\r\nx"), 10),
    "while the body is sent": (reads_nothing, LARGE),
}


@pytest.mark.parametrize("name", TARPITS)
def test_a_response_that_trickles_ends(shoal, tree, name):
    behave, size = TARPITS[name]
    tree("a", b"x" * size)
    limits = ("--stall-timeout", "60", "--response-timeout", "300ms", *ONE_ATTEMPT)
    with RawServer(behave, receive_buffer=4096 if size == LARGE else None) as server:
        run = shoal.send(*limits, *FORM, tree, server.url)
    event = run.verdicts["a"]
    assert event["verdict"] == "failed" and event["temporary"], run
    assert event["reason"] == "timeout" and event["maybe_accepted"], run
    assert "no complete response for 0.3 s" in event["error"], run
    assert ("all of the body was sent" in event["error"]) == (size != LARGE), run
    assert run.seconds >= 0.3


def test_a_server_that_says_nothing(shoal, tree):
    tree("a")

    def silent(connection):
        connection.read_request()
        connection.hold()

    with RawServer(silent) as server:
        run = shoal.send("--response-timeout", "200ms", *ONE_ATTEMPT, *FORM, tree, server.url)
    event = run.verdicts["a"]
    assert event["reason"] == "timeout"
    assert event["error"] == "all of the body was sent; no response for 0.2 s"


def test_the_stall_timeout_does_not_limit_the_work_after_the_body(shoal, tree):
    tree("a", b"x" * 3_000_000)

    def works(connection):
        connection.read_request()
        connection.server.ending.wait(1)
        connection.answer()
        connection.wait_closed()

    with RawServer(works) as server:
        run = shoal.send("--stall-timeout", "300ms", *ONE_ATTEMPT, *FORM, tree, server.url).sent_all(1)
    assert run.seconds >= 1 and run.files[0]["attempts"] == 1


def test_the_stall_timeout_holds_while_the_body_is_sent(shoal, tree):
    tree("a", b"x" * LARGE)

    def stops_reading(connection):
        connection.read_head()
        connection.hold()

    with RawServer(stops_reading, receive_buffer=4096) as server:
        run = shoal.send("--stall-timeout", "300ms", *ONE_ATTEMPT, *FORM, tree, server.url)
    assert run.verdicts["a"]["reason"] == "stall", run


@pytest.mark.parametrize("value, word", [("0", "more than 0"), ("x", "number of seconds")])
def test_a_wrong_value_is_refused(shoal, tree, value, word):
    tree("a")
    run = shoal.send("--response-timeout", value, tree, "http://127.0.0.1:9/")
    run.usage_error("--response-timeout", word)
