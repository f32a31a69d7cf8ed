"""--check, --exists CODES:CHECK, --reject CODES:CHECK and --capture."""

import hashlib
import json

import pytest

from servers.ledger import Answer
from servers.raw import RawServer

FORM = ("-F", "path={path}", "-F", "file=@{file}")


def answer_of(body, status=200, **headers):
    return Answer(status, body if isinstance(body, bytes) else json.dumps(body).encode(), headers)


def send_one(shoal, tree, ledger, answer, *more, **others):
    tree("a")
    ledger.script("a", *answer) if isinstance(answer, list) else ledger.script("a", answer)
    run = shoal.send(*more, *FORM, tree, ledger.url, **others)
    return run, run.verdicts["a"]


BODY = {
    "err": 0, "ok": True, "none": None, "text": "yes=no", "n": 1.10, "big": 123456789012345678901234567890,
    "list": [1, {"x": "y"}], "a/b": "slash", "m~n": "tilde", "": "empty", "ümlaut": "ö\n", "s1": "1", "q\"k": "quote",
}  # fmt: skip
HOLD = [
    "json:/err=0", "json:/err!=1", "json:/ok=true", "json:/none=null", "json:/text=yes=no", "json:/n=1.1",
    "json:/big=123456789012345678901234567890", "json:/list/0=1", "json:/list/1/x=y", 'json:/list=[1,{{"x":"y"}]',
    "json:/a~1b=slash", "json:/m~0n=tilde", "json:/=empty", "json:/ümlaut=ö\n", "json:/s1=1", 'json:/q"k=quote',
    "json:/err!=", "text:\"err\"", "!text:error", "text:OK",  # the reason phrase
]  # fmt: skip
FAIL = [
    "json:/err=1", "json:/err!=0", "json:/err=", "json:/missing=1", "json:/missing!=1", "json:/list/00=1", "json:/list/2=1",
    "json:/list/-=1", "json:/text/x=1", "json:/ok=True", "json:/n=1.10", "text:nothing", "!text:err", "text:\"ERR\"", "json:=1",
]  # fmt: skip


@pytest.mark.parametrize("check", HOLD)
def test_a_check_that_holds(shoal, tree, ledger, check):
    run, event = send_one(shoal, tree, ledger, answer_of(BODY), "--check", check)
    assert event["verdict"] == "sent", run


@pytest.mark.parametrize("check", FAIL)
def test_a_check_that_fails_is_final(shoal, tree, ledger, check):
    run, event = send_one(shoal, tree, ledger, answer_of(BODY), "--check", check)
    assert event["verdict"] == "failed" and event["reason"] == "check" and not event["temporary"], run
    assert event["status"] == 200 and event["attempts"] == 1 and run.status == 1
    assert event["error"].startswith("status 200, but --check '")


@pytest.mark.parametrize(
    "body",
    [b"", b"no json", b'{"err":0', b'{"err":0} {}', b'{"err":0}' + b" " * 70_000, b'{"err":"\xff"}', b"{'err':0}"],
    ids=["empty", "text", "cut short", "two", "over 64 KiB", "not UTF-8", "single quotes"],
)
def test_what_is_not_whole_json_fails_every_json_check(shoal, tree, ledger, body):
    for check in ("json:/err=0", "json:/err!=1"):
        ledger.scripts.clear()
        run, event = send_one(shoal, tree, ledger, answer_of(body), "--check", check)
        assert event["verdict"] == "failed" and event["reason"] == "check", run


def test_json_with_a_byte_order_mark_and_of_other_types(shoal, tree, ledger):
    run, event = send_one(shoal, tree, ledger, answer_of(b'\xef\xbb\xbf {"a" : [ 1 , 2 ] } '), "--check", "json:/a=[1,2]")
    assert event["verdict"] == "sent", run
    ledger.scripts.clear()
    run, event = send_one(shoal, tree, ledger, answer_of(b' "ready" '), "--check", "json:=ready")
    assert event["verdict"] == "sent", run


def test_all_checks_must_hold(shoal, tree, ledger):
    checks = ("--check", "json:/err=0", "--check", "text:tru", "--check", "json:/ok=false", "--check", "text:never")
    run, event = send_one(shoal, tree, ledger, answer_of(BODY), *checks)
    assert "--check 'json:/ok=false' fails: /ok is 'true'" in event["error"]
    assert event["error"] in run.text


def test_checks_are_for_success_only(shoal, tree, ledger):
    run, event = send_one(shoal, tree, ledger, answer_of({"err": 1}, 409), "--check", "json:/err=0", "--exists", "409")
    assert event["verdict"] == "exists", run
    ledger.scripts.clear()
    run, event = send_one(shoal, tree, ledger, answer_of({"err": 1}, 404), "--check", "json:/err=0")
    assert event["reason"] == "status"


def test_the_value_is_a_template(shoal, tree, ledger):
    """The service must have stored the bytes that were sent."""
    for name in ("a", "b"):
        tree(name, name.encode())
    for name, stored in (("a", b"a"), ("b", b"other")):
        ledger.script(name, answer_of({"sum": hashlib.sha256(stored).hexdigest(), "p": f"{name}{{}}"}))
    run = shoal.send("--check", "json:/sum={sha256}", "--check", "json:/p={path}{{}", *FORM, tree, ledger.url)
    assert run.paths("sent") == {b"a"} and run.verdicts["b"]["reason"] == "check"
    assert hashlib.sha256(b"other").hexdigest() in run.verdicts["b"]["error"]


def test_a_cut_success_is_not_judged_by_its_content(shoal, tree):
    tree("a")

    def cut(connection):
        connection.read_request()
        connection.send(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"err":1}')

    with RawServer(cut) as server:
        run = shoal.send("--retries", "0", "--check", "json:/err=0", *FORM, tree, server.url)
    event = run.verdicts["a"]
    assert event["temporary"] and event["maybe_accepted"] and event["reason"] == "connect"


@pytest.mark.parametrize(
    "option, status, body, verdict",
    [
        ("400:does not allow updating", 400, b"Repository does not allow updating assets", "exists"),
        ("400:does not allow updating", 400, b"bad path", "failed"),
        ("400,409:text:cannot", 409, b"it cannot be updated", "exists"),
        ("400-499:!text:error", 422, b"fine", "exists"),
        ("200:json:/status=duplicate", 200, b'{"status":"duplicate"}', "exists"),
        ("200:json:/status=duplicate", 200, b'{"status":"created"}', "sent"),
        ("422:json:/errors/0/code=already_exists", 422, b'{"errors":[{"code":"already_exists"}]}', "exists"),
        ("409", 409, b"", "exists"),
        ("409,412-413", 412, b"", "exists"),
        ("404:Whatever", 404, b"", "exists"),  # the reason phrase
    ],
)
def test_exists_by_content(shoal, tree, option, status, body, verdict):
    tree("a")

    def behave(connection):
        connection.read_request()
        connection.answer(status, body)
        connection.wait_closed()

    with RawServer(behave) as server:
        run = shoal.send("--exists", option, *FORM, tree, server.url)
    assert run.verdicts["a"]["verdict"] == verdict, run


def test_exists_may_be_repeated_and_comes_first(shoal, tree, ledger):
    for name, status in (("a", 400), ("b", 409), ("c", 412), ("d", 418)):
        tree(name)
        ledger.script(name, answer_of(b"has it", status))
    options = ("--exists", "409", "--exists", "412", "--exists", "400:has it", "--exists", "400:never", "--reject", "400:has")
    run = shoal.send(*options, *FORM, tree, ledger.url)
    assert run.paths("exists") == {b"a", b"b", b"c"} and run.paths("failed") == {b"d"}


@pytest.mark.parametrize("status, option", [(403, "403:secondary rate limit"), (200, "200:json:/error=busy")])
def test_a_rejected_answer_is_sent_again(shoal, tree, ledger, status, option):
    body = b'{"error":"busy", "message":"You have exceeded a secondary rate limit"}'
    answers = [answer_of(body, status)] * 2 + [answer_of({"ok": 1})]
    run, event = send_one(shoal, tree, ledger, answers, "--at-most-once", "--retries", "0", "--reject", option)
    assert event["verdict"] == "sent" and event["attempts"] == 3, run


def test_other_answers_with_that_status_are_final(shoal, tree, ledger):
    run, event = send_one(shoal, tree, ledger, answer_of(b"forbidden", 403), "--reject", "403:rate limit")
    assert event["verdict"] == "failed" and event["attempts"] == 1, run


@pytest.mark.parametrize(
    "arguments, words",
    [
        (("--check", "err=0"), ("--check 'err=0'", "json:/pointer=value")),
        (("--check", "json:/err"), ("--check", "'=' is missing")),
        (("--check", "json:err=0"), ("--check", "JSON Pointer")),
        (("--check", "json:/a~2=0"), ("--check", "JSON Pointer")),
        (("--check", "text:"), ("--check", "text to look for is missing")),
        (("--check", "json:/a={nosuch}"), ("--check", "nosuch")),
        (("--exists", "abc"), ("--exists", "CODES:CHECK", "abc")),
        (("--exists", "40:x"), ("--exists", "CODES:CHECK")),
        (("--exists", "409:"), ("--exists", "text to look for is missing")),
        (("--reject", "403"), ("--reject", "CODES:CHECK")),
        (("--check", 'text:{"a"}'), ("--check", """write {{"a"}}\n""")),
        (("--reject", "403:json:/a"), ("--reject", "'=' is missing")),
        (("--capture", "x"), ("--capture", "NAME=")),
        (("--capture", "=text"), ("--capture", "NAME=")),
        (("--capture", "x=body"), ("--capture", "NAME=text")),
        (("--capture", "x=json:a"), ("--capture", "JSON Pointer")),
        (("--capture", "x=header:"), ("--capture", "header")),
        (("--capture", "x=text", "--capture", "x=text"), ("--capture", "twice")),
    ],
)
def test_wrong_values_are_refused(shoal, tree, arguments, words):
    tree("a")
    shoal.send(*arguments, tree, "http://127.0.0.1:9/").usage_error(*words)


def test_captured_values_are_in_the_event(shoal, tree, ledger):
    body = {"id": 12345678901234567890123, "data": {"url": "https://x/ü", "tags": ["a", 1]}}
    options = ("--capture", "id=json:/id", "--capture", "url=json:/data/url", "--capture", "tags=json:/data/tags",
               "--capture", "no=json:/no", "--capture", "tag=header:ETag", "--capture", "none=header:X-No",
               "--capture", "all=text")  # fmt: skip
    run, event = send_one(shoal, tree, ledger, answer_of(body, 201, ETag='"7"'), *options)
    assert event["captured"] == {
        "id": "12345678901234567890123", "url": "https://x/ü", "tags": '["a",1]', "tag": '"7"', "all": json.dumps(body),
    }  # fmt: skip


def test_secrets_in_captured_values_and_in_checks_are_replaced(shoal, tree, ledger):
    answer = answer_of({"echo": "is hunter2!", "t": "hunter2"}, ETag="hunter2")
    options = ("-s", "t=env:T", "-F", "t={t}", "--capture", "e=json:/echo", "--capture", "h=header:etag", "--capture", "b=text",
               "--check", "json:/t={t}", "--check", "json:/echo={t}")  # fmt: skip
    run, event = send_one(shoal, tree, ledger, answer, *options, env={"T": "hunter2"})
    assert event["captured"] == {"e": "is ***!", "h": "***", "b": '{"echo": "is ***!", "t": "***"}'}
    assert event["reason"] == "check" and "/echo is 'is ***!'" in event["error"]
    assert b"hunter2" not in run.everything


def test_a_2xx_that_is_no_success_names_the_option(shoal, tree, ledger):
    run, event = send_one(shoal, tree, ledger, answer_of(b"fine", 200), "--success", "201")
    assert event["error"] == "status 200 is not a success here (--success)", run
    options = ("--reject", "200:fine", "--max-failures", "1", "--retries", "0", "--give-up-after", "0.1")
    run, event = send_one(shoal, tree, ledger, answer_of(b"fine", 200), *options)
    assert event["error"] == "status 200 is not a success here (--reject)", run
