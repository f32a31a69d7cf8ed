"""Malicious responses: no crash, no hang, little memory, and the next file is sent correctly."""

import os
import zlib

import pytest

from servers.raw import OK, RawServer

pytestmark = pytest.mark.commands

FORM = ("-F", "path={path}", "-F", "file=@{file}")
SHORT = ("--connect-timeout", "60", "--stall-timeout", "4", "--response-timeout", "4", "--retries", "1", "--give-up-after", "3")
MOST_MEMORY = 64 * 1024  # KiB


def head(*lines):
    return b"\r\n".join([b"HTTP/1.1 200 OK", *lines, b"", b""])


BOMB = zlib.compress(b"\0" * 20_000_000, 9)
DEFLATE = b"Content-Encoding: deflate"

# name -> (bytes, the verdict; None: any)
ANSWERS = {
    "nothing-but-newlines": (b"\r\n" * 10000, "failed"),
    "nul": (b"\0" * 100_000, "failed"),
    "random": (bytes(range(256)) * 1000, "failed"),
    "ssh": (b"SSH-2.0-OpenSSH_9.2\r\n", "failed"),
    "smtp": (b"220 mail ESMTP\r\n", "failed"),
    "http-0.9": (b"all is well", "failed"),
    "version-9": (b"HTTP/9.9 200 OK\r\nContent-Length: 0\r\n\r\n", "failed"),
    "version-2-text": (b"HTTP/2 200 OK\r\nContent-Length: 0\r\n\r\n", None),
    "status-000": (b"HTTP/1.1 000 X\r\nContent-Length: 0\r\n\r\n", "failed"),
    "status-099": (b"HTTP/1.1 099 X\r\nContent-Length: 0\r\n\r\n", "failed"),
    "status-600": (b"HTTP/1.1 600 X\r\nContent-Length: 0\r\n\r\n", "failed"),
    "status-999": (b"HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n", "failed"),
    "status-2000": (b"HTTP/1.1 2000 X\r\nContent-Length: 0\r\n\r\n", "failed"),
    "status-huge": (b"HTTP/1.1 99999999999999999999 X\r\nContent-Length: 0\r\n\r\n", "failed"),
    "status-negative": (b"HTTP/1.1 -200 X\r\nContent-Length: 0\r\n\r\n", "failed"),
    "status-letters": (b"HTTP/1.1 2oo OK\r\nContent-Length: 0\r\n\r\n", "failed"),
    "status-missing": (b"HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "failed"),
    "no-reason": (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", "sent"),
    "reason-escapes": (b"HTTP/1.1 400 \x1b[2J\x1b]0;x\x07\r\nContent-Length: 0\r\n\r\n", "failed"),
    "bare-newlines": (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", "sent"),
    "status-line-100k": (b"HTTP/1.1 200 " + b"x" * 100_000 + b"\r\nContent-Length: 0\r\n\r\n", None),
    "status-line-1m": (b"HTTP/1.1 200 " + b"x" * 1_000_000 + b"\r\nContent-Length: 0\r\n\r\n", "failed"),
    "header-1m": (head(b"X: " + b"y" * 1_000_000, b"Content-Length: 0"), "failed"),
    "header-name-1m": (head(b"y" * 1_000_000 + b": x", b"Content-Length: 0"), "failed"),
    "headers-100k": (head(*[b"X-%d: y" % number for number in range(100_000)], b""), "failed"),
    "header-nul": (head(b"X: a\0b", b"Content-Length: 2") + b"ok", None),
    "header-no-colon": (head(b"this is no header", b"Content-Length: 2") + b"ok", None),
    "header-empty-name": (head(b": x", b"Content-Length: 2") + b"ok", None),
    "header-folded": (head(b"X: a", b" b", b"\tc", b"Content-Length: 2") + b"ok", None),
    "header-escapes": (head(b"X: \x1b[31m", b"Content-Length: 2") + b"ok", "sent"),
    "length-negative": (head(b"Content-Length: -1") + b"ok", None),
    "length-letters": (head(b"Content-Length: two") + b"ok", None),
    "length-huge": (head(b"Content-Length: 99999999999999999999999") + b"ok", None),
    "length-int64": (head(b"Content-Length: 9223372036854775807") + b"ok", "failed"),
    "length-plus": (head(b"Content-Length: +2") + b"ok", None),
    "length-list": (head(b"Content-Length: 2, 2") + b"ok", None),
    "lengths-twice": (head(b"Content-Length: 2", b"Content-Length: 2") + b"ok", None),
    "lengths-differ": (head(b"Content-Length: 2", b"Content-Length: 100") + b"ok", None),
    "length-and-chunked": (
        head(b"Content-Length: 100", b"Transfer-Encoding: chunked") + b"2\r\nok\r\n0\r\n\r\n", None),
    "chunked-and-length": (
        head(b"Transfer-Encoding: chunked", b"Content-Length: 1") + b"2\r\nok\r\n0\r\n\r\n", None),
    "length-too-short": (head(b"Content-Length: 1") + b"ok, and then some", "sent"),
    "transfer-encoding-unknown": (head(b"Transfer-Encoding: x-made-up") + b"ok", None),
    "transfer-encoding-twice": (
        head(b"Transfer-Encoding: chunked, chunked") + b"2\r\nok\r\n0\r\n\r\n", None),
    "chunk-size-negative": (head(b"Transfer-Encoding: chunked") + b"-2\r\nok\r\n0\r\n\r\n", "failed"),
    "chunk-size-huge": (
        head(b"Transfer-Encoding: chunked") + b"ffffffffffffffffffff\r\nok\r\n0\r\n\r\n", "failed"),
    "chunk-size-int64": (
        head(b"Transfer-Encoding: chunked") + b"7fffffffffffffff\r\nok", "failed"),
    "chunk-size-empty": (head(b"Transfer-Encoding: chunked") + b"\r\nok\r\n0\r\n\r\n", "failed"),
    "chunk-without-end": (head(b"Transfer-Encoding: chunked") + b"2\r\nokok\r\n0\r\n\r\n", "failed"),
    "chunk-extension-1m": (
        head(b"Transfer-Encoding: chunked") + b"2;" + b"x" * 1_000_000 + b"\r\nok\r\n0\r\n\r\n", None),
    "chunk-trailers-1m": (
        head(b"Transfer-Encoding: chunked") + b"2\r\nok\r\n0\r\nX: " + b"x" * 1_000_000 + b"\r\n\r\n", None),
    "bomb": (head(DEFLATE, b"Content-Length: %d" % len(BOMB)) + BOMB, "sent"),
    "bomb-transfer": (head(b"Transfer-Encoding: deflate", b"Connection: close") + BOMB, None),
    "encoding-unknown": (head(b"Content-Encoding: x-made-up", b"Content-Length: 2") + b"ok", "sent"),
    "encodings-many": (head(b"Content-Encoding: " + b"gzip, " * 1000, b"Content-Length: 2") + b"ok", None),
    "gzip-that-is-none": (head(b"Content-Encoding: gzip", b"Content-Length: 2") + b"ok", "sent"),
    "cookies-many": (
        head(*[b"Set-Cookie: c%d=%s" % (number, b"v" * 100) for number in range(1000)],
             b"Content-Length: 2") + b"ok", "sent"),
    "cookie-escapes": (head(b"Set-Cookie: a=\x1b[2J; domain=.", b"Content-Length: 2") + b"ok", "sent"),
    "upgrade": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", "failed"),
    "informational-10": (b"HTTP/1.1 100 Continue\r\n\r\n" * 10 + OK, "sent"),
    "early-hints": (b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 20 + OK, "sent"),
    "processing": (b"HTTP/1.1 102 Processing\r\n\r\n" * 20 + OK, "sent"),
    "status-204-with-body": (b"HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\nhello", "sent"),
    "status-205-with-body": (b"HTTP/1.1 205 Reset\r\nContent-Length: 2\r\n\r\nok", "sent"),
    "status-304": (b"HTTP/1.1 304 Not\r\nContent-Length: 50\r\n\r\n", "failed"),
    "authenticate-many": (
        b"HTTP/1.1 401 No\r\n" + b"WWW-Authenticate: Digest realm=\"x\", nonce=\"y\"\r\n" * 100
        + b"WWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n", "failed"),
    "407-from-no-proxy": (
        b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n", "failed"),
    "location-1m": (
        b"HTTP/1.1 302 Go\r\nLocation: http://x/" + b"y" * 200_000 + b"\r\nContent-Length: 0\r\n\r\n", "failed"),
    "location-escapes": (
        b"HTTP/1.1 302 Go\r\nLocation: http://x/\x1b[2J\x9b\r\nContent-Length: 0\r\n\r\n", "failed"),
    "location-file": (
        b"HTTP/1.1 302 Go\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n", "failed"),
    "refresh-and-alt-svc": (
        head(b"Refresh: 0; url=http://x/", b"Alt-Svc: h3=\":1\"; persist=1", b"Content-Length: 2")
        + b"ok", "sent"),
    "hsts": (head(b"Strict-Transport-Security: max-age=99999999", b"Content-Length: 2") + b"ok", "sent"),
    "body-escapes": (head(b"Content-Length: 40") + b"\x1b]52;c;aGk=\x07\x1b[2J\x9b\xc2\x9b31m\xe2\x80\xae\x08\x7f" + b" " * 18, "sent"),
    "body-no-utf-8": (head(b"Content-Length: 256") + bytes(range(256)), "sent"),
    "body-json-bomb": (head(b"Content-Type: application/json", b"Content-Length: 60000") + b"[" * 60000, "sent"),
    "keep-alive-lies": (head(b"Connection: keep-alive", b"Keep-Alive: timeout=0, max=0", b"Content-Length: 2") + b"ok", "sent"),
    "connection-close-kept": (head(b"Connection: close", b"Content-Length: 2") + b"ok", "sent"),
    "two-answers": (OK + b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", "sent"),
    "answer-then-garbage": (OK + b"\0\xff" * 1000, "sent"),
}  # fmt: skip


def has_limit(shoal):
    return not shoal.sanitized()


@pytest.mark.parametrize("name", ANSWERS)
def test_a_hostile_answer(shoal, tree, peak_memory, name):
    """File `a` gets the response, and the connection is closed; file `b` is served correctly on any other."""
    answer, expected = ANSWERS[name]
    tree("a", b"the first")
    tree("b", b"the second")
    prefix, peak = peak_memory

    def behave(connection):
        while b"the first" not in connection.read_request()[1]:
            connection.send(OK)
        connection.send(answer)

    with RawServer(behave) as server:
        run = shoal.send("-v", *SHORT, "-j", "1", *FORM, tree, server.url, prefix=prefix)
    first = run.verdicts["a"]
    assert run.verdicts["b"]["verdict"] == "sent", run
    if expected:
        assert first["verdict"] == expected, run
    assert len(first.get("response") or "") <= 65536
    if has_limit(shoal):
        assert peak() <= MOST_MEMORY, f"{peak()} KiB"


@pytest.mark.parametrize("name", ["two-answers", "answer-then-garbage", "length-too-short"])
def test_what_follows_a_response_is_never_the_next_files_response(shoal, tree, name):
    tree.many(6)
    sent = {
        "two-answers": OK + b"HTTP/1.1 400 Poison\r\nContent-Length: 6\r\n\r\npoison",
        "answer-then-garbage": OK + b"\0poison" * 100,
        "length-too-short": head(b"Content-Length: 1") + b"ok, and then some poison",
    }[name]

    def behave(connection):
        while True:
            connection.read_request()
            connection.send(sent)

    with RawServer(behave) as server:
        run = shoal.send("-j", "1", *FORM, tree, server.url).sent_all(6)
        assert "poison" not in str([event["response"] for event in run.files])


ENDLESS = {
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X-Header: value\r\n" * 1000, "failed"),
    "one-header": (b"HTTP/1.1 200 OK\r\nX: ", b"y" * 16384, "failed"),
    "status-line": (b"HTTP/1.1 200 ", b"y" * 16384, "failed"),
    "informational": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, "failed"),
    "body": (b"HTTP/1.1 200 OK\r\n\r\n", b"z" * 16384, "sent"),
    "body-of-an-error": (b"HTTP/1.1 404 No\r\n\r\n", b"z" * 16384, "failed"),
    "chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + b"z" * 4096 + b"\r\n", "sent"),
    "tiny-chunks": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nz\r\n" * 2000, "sent"),
    "one-chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\n", b"z" * 16384, "sent"),
    "long-length": (b"HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\n", b"z" * 16384, "sent"),
    "garbage": (b"", os.urandom(16384).replace(b"H", b"h"), "failed"),
    "trailers": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n", b"X: y\r\n" * 2000, None),
}  # fmt: skip


@pytest.mark.parametrize("name", ENDLESS)
def test_an_endless_answer_is_cut(shoal, tree, peak_memory, name):
    start, piece, expected = ENDLESS[name]
    tree("a")
    prefix, peak = peak_memory
    sent = []

    def behave(connection):
        connection.read_request()
        connection.send(start)
        sent.append(0)
        while not connection.server.ending.is_set():
            connection.send(piece)
            sent[-1] += len(piece)

    with RawServer(behave) as server:
        run = shoal.send(*SHORT, *FORM, tree, server.url, prefix=prefix)
    if expected:
        assert run.verdicts["a"]["verdict"] == expected, run
    assert sum(sent) < 24_000_000, "the connection was closed after at most 1 MiB and its buffers"
    if has_limit(shoal):
        assert peak() <= MOST_MEMORY


def test_an_answer_before_the_request(shoal, tree):
    """The server sends 200 before any request: then the whole request arrives, or the file was not sent."""
    tree.many(5)

    def behave(connection):
        connection.send(OK)
        connection.read_request()
        connection.wait_closed()

    with RawServer(behave) as server:
        run = shoal.send(*SHORT, "-j", "1", *FORM, tree, server.url)
        assert run.end["sent"] <= len(server.requests)


def test_compression_is_not_asked_for(shoal, tree, ledger):
    tree("a")
    shoal.send(*FORM, tree, ledger.url).sent_all(1)
    assert ledger.records[0].header("Accept-Encoding") == []
    assert ledger.records[0].header("TE") == []


def test_cookies_are_not_kept(shoal, tree, ledger):
    tree.many(3)
    ledger.always(headers={"Set-Cookie": "a=b; path=/"})
    shoal.send("-j", "1", *FORM, tree, ledger.url).sent_all(3)
    assert all(record.header("Cookie") == [] for record in ledger.records)
