"""What is shown of a response besides its status: headers, and bodies that are compressed."""

import gzip
import json
import zlib

import pytest

from servers.ledger import Answer
from servers.raw import RawServer

FORM = ("-F", "path={path}", "-F", "file=@{file}")


def send_one(shoal, tree, ledger, answer, *more):
    tree("a")
    ledger.script("a", answer)
    run = shoal.send(*more, *FORM, tree, ledger.url)
    return run, run.verdicts["a"]


def test_a_failure_without_a_body_shows_the_usual_headers(shoal, tree, ledger):
    headers = {"X-Request-Id": "r-17", "X-Error-Message": "no such app", "ETag": '"v1"', "X-Other": "no"}
    run, event = send_one(shoal, tree, ledger, Answer(400, b"", headers))
    assert event["headers"] == {"X-Request-Id": "r-17", "X-Error-Message": "no such app", "ETag": '"v1"'}
    assert event["error"] == "400 Bad Request: no such app"
    assert '400 Bad Request: no such app [ETag: "v1"; X-Request-Id: r-17]' in run.text
    assert event["cause"] == "400 Bad Request: no such app"


def test_headers_that_are_asked_for(shoal, tree, ledger):
    answer = Answer(400, b"", {"X-Node": "n7", "x-request-id": "r"})
    run, event = send_one(
        shoal, tree, ledger, answer, "--show-header", "x-node", "--show-header=X-Absent", "--show-header=Etag"
    )
    assert event["headers"] == {"X-Request-Id": "r", "x-node": "n7"}
    assert "x-node: n7" in run.text


def test_headers_of_a_success_are_in_the_event_only(shoal, tree, ledger):
    run, event = send_one(shoal, tree, ledger, Answer(201, b"", {"ETag": '"1"', "Location": "/f/1"}))
    assert event["headers"] == {"Location": "/f/1", "ETag": '"1"'}
    assert "/f/1" not in run.text


@pytest.mark.parametrize("name", ["", "a b", "X:", "X-é"])
def test_a_name_that_is_none(shoal, tree, name):
    tree("a")
    shoal.send("--show-header", name, tree, "http://127.0.0.1:9/").usage_error("--show-header")


@pytest.mark.parametrize(
    "value, said",
    [
        (
            'Digest realm="a, b", qop="auth", nonce="Basic x"',
            "Digest, which shoal does not support: let it accept Basic (--user) or a token (--bearer) over https",
        ),
        ('Custom realm="x"', "Custom"),
        ('Basic realm="x"', "Basic"),
        ('Negotiate, Digest realm="x", Basic realm="y"', "Negotiate, Digest, Basic"),
    ],
)
def test_what_the_server_wants(shoal, tree, ledger, value, said):
    run, event = send_one(shoal, tree, ledger, Answer(401, b"", {"WWW-Authenticate": value}))
    assert event["error"] == f"401 Unauthorized; the server wants {said}"
    assert event["headers"]["WWW-Authenticate"] == value and said in run.text


def test_a_secret_in_a_header_is_not_shown(shoal, tree, ledger):
    answer = Answer(400, b"", {"X-Error-Message": "bad token hunter2", "X-Seen": "hunter2"})
    tree("a")
    ledger.script("a", answer)
    run = shoal.send("-s", "t=env:T", "-H", "X-T: {t}", "--show-header", "X-Seen", *FORM, tree, ledger.url,
                     env={"T": "hunter2"})  # fmt: skip
    event = run.verdicts["a"]
    assert event["headers"] == {"X-Error-Message": "bad token ***", "X-Seen": "***"}
    assert b"hunter2" not in run.everything


def raw_deflate(data):
    coder = zlib.compressobj(wbits=-15)
    return coder.compress(data) + coder.flush()


BOMB = gzip.compress(b"x" * 50_000_000)
MESSAGE = json.dumps({"message": "the build is closed"}).encode()
CODED = {
    "gzip": ("gzip", gzip.compress(MESSAGE), "the build is closed", False),
    "x-gzip": ("x-gzip", gzip.compress(MESSAGE), "the build is closed", False),
    "two members": ("gzip", gzip.compress(MESSAGE[:9]) + gzip.compress(MESSAGE[9:]), "the build is closed", False),
    "deflate": ("deflate", zlib.compress(MESSAGE), "the build is closed", False),
    "raw deflate": ("deflate", raw_deflate(MESSAGE), "the build is closed", False),
    "upper case": ("GZIP", gzip.compress(MESSAGE), "the build is closed", False),
    "identity": ("identity", MESSAGE, "the build is closed", False),
    "cut": ("gzip", gzip.compress(MESSAGE * 50)[:-9], '{"message": "the build is closed"}', True),
    "a bomb": ("gzip", BOMB, "xxxxxxxx", True),
    "no gzip": ("gzip", b"plain text", "(10 bytes in the coding 'gzip')", False),
    "unknown": ("br", b"\x0b\x02\x80abc\x03", "(7 bytes in the coding 'br')", False),
    "several": ("gzip, br", b"\x0b\x02\x80abc\x03", "(7 bytes in the coding 'gzip, br')", False),
}


@pytest.mark.parametrize("name", CODED)
def test_a_compressed_body_is_decoded(shoal, tree, name):
    coding, body, said, cut = CODED[name]
    tree("a")

    def behave(connection):
        connection.read_request()
        connection.answer(400, body, [f"Content-Encoding: {coding}"])
        connection.wait_closed()

    with RawServer(behave) as server:
        run = shoal.send(*FORM, tree, server.url)
    event = run.verdicts["a"]
    assert said in event["response"], run
    assert ("response_cut" in event) == cut, run
    assert len(event["response"]) <= 65536
    assert said in run.text


PAGE = b"<html><head><title>Sign\n in &amp; go</title></head><body>Please sign in</body></html>"


def html(status=200, body=PAGE, kind="text/html; charset=utf-8"):
    return Answer(status, body, {"Content-Type": kind})


def test_a_page_for_people_is_told_once_and_counted(shoal, tree, ledger):
    tree.many(5)
    ledger.default = lambda record: html()
    run = shoal.send(*FORM, tree, ledger.url).sent_all(5)
    warnings = [event for event in run.of_kind("notice") if "HTML" in event["message"]]
    assert len(warnings) == 1 and "titled 'Sign in & go'" in warnings[0]["message"]
    assert run.end["html_responses"] == 5
    assert run.text.count("titled 'Sign in & go'") == 1 and "5 files were accepted with an HTML page" in run.text


@pytest.mark.parametrize(
    "answer, arguments, count",
    [
        (html(kind="application/json"), (), 0),
        (html(kind="TEXT/HTML"), (), 1),
        (html(kind="application/xhtml+xml"), (), 1),
        (html(body=b""), (), 0),
        (html(body=b"<p>no title"), (), 1),
        (html(201, b"<title>201 Created</title><h1>Created</h1>"), (), 0),
        (html(), ("-H", "Accept: text/html"), 0),
        (html(), ("--check", "text:Sign"), 0),
        (html(), ("--exists", "409:text:Sign", "--capture", "c=text"), 1),
        (html(400), (), 0),
    ],
)
def test_what_counts_as_such_a_page(shoal, tree, ledger, answer, arguments, count):
    run, _ = send_one(shoal, tree, ledger, answer, *arguments)
    assert run.end["html_responses"] == count
    assert len([event for event in run.of_kind("notice") if "HTML" in event["message"]]) == count


def test_a_page_among_other_responses_counts_even_if_html_is_asked_for(shoal, tree, ledger):
    for name in ("a", "b", "c"):
        tree(name)
    ledger.script("c", html())
    run = shoal.send("-j", "1", "-H", "Accept: text/html", *FORM, tree, ledger.url).sent_all(3)
    first = {record.key: record.number for record in ledger.records}
    assert run.end["html_responses"] == (0 if first["c"] == min(first.values()) else 1)


def keepalive_timers(port):
    """The timer of each open connection to the port, by /proc/net/tcp: 2 is keepalive.

    What an earlier test left in TIME_WAIT at the same port is not open.
    """
    established = "01"
    timers = []
    with open("/proc/net/tcp", encoding="ascii") as table:
        for line in list(table)[1:]:
            fields = line.split()
            if fields[2].endswith(f":{port:04X}") and fields[3] == established:
                timers.append(int(fields[5].split(":")[0]))
    return timers


def test_a_connection_is_kept_alive_while_the_server_works(shoal, tree, ledger, held):
    tree("a")
    running = shoal.start(*FORM, tree, ledger.url)
    ledger.wait_requests(1)
    assert keepalive_timers(ledger.port) == [2]
    held.set()
    running.finish().sent_all(1)
