"""What is sent again, when, and how often."""

import datetime
import email.utils
import time

import pytest

from servers.ledger import Answer
from servers.raw import RawServer, unused_port

FORM = ("-F", "path={path}", "-F", "file=@{file}")


def times(ledger):
    return [record.at for record in ledger.records]


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 429])
def test_a_passing_failure_is_sent_again(shoal, tree, ledger, status):
    tree("a", b"content")
    ledger.script("a", Answer(status=status), Answer(status=status), Answer(status=201))
    run = shoal.send(*FORM, tree, ledger.url).sent_all(1)
    assert run.verdicts["a"]["attempts"] == 3 and run.verdicts["a"]["status"] == 201
    assert [record.field("file") for record in ledger.records] == [b"content"] * 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 413, 415, 422, 451])
def test_a_refusal_is_final(shoal, tree, ledger, status):
    tree("a")
    tree("b")
    ledger.script("a", Answer(status=status, body=b"because"))
    run = shoal.send(*FORM, tree, ledger.url)
    assert run.status == 1
    event = run.verdicts["a"]
    assert event["verdict"] == "failed" and event["status"] == status and event["attempts"] == 1
    assert event["temporary"] is False
    assert event["response"] == "because"
    assert str(status) in run.text and "a" in run.text
    assert run.verdicts["b"]["verdict"] == "sent"


WAITS = [
    (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}),
    (403, {"Retry-After": "1"}),
    (413, {"Retry-After": "1"}),
]


@pytest.mark.parametrize("mode", ["--idempotency-key", "--at-most-once"])
@pytest.mark.parametrize("status, headers", WAITS)
def test_a_refusal_that_says_until_when_is_none(shoal, tree, ledger, status, headers, mode):
    tree("a")
    ledger.script("a", Answer(status=status, headers=headers), Answer(status=201))
    run = shoal.send(*FORM, mode, "--retries", "0", tree, ledger.url).sent_all(1)
    assert run.verdicts["a"]["attempts"] == 2
    first, second = times(ledger)
    assert second - first > 0.99


@pytest.mark.parametrize("retries", [0, 1, 2])
def test_retries_are_counted(shoal, tree, ledger, retries):
    tree("a")
    ledger.always(status=500)
    run = shoal.send(*FORM, "--retries", retries, tree, ledger.url)
    assert run.verdicts["a"]["verdict"] == "failed"
    assert run.verdicts["a"]["attempts"] == retries + 1 == len(ledger.records)
    assert run.verdicts["a"]["status"] == 500


def test_a_dropped_answer_is_sent_again_and_attempts_are_true(shoal, tree, ledger):
    tree.many(20)
    for name in list(tree.files)[::4]:
        ledger.script(name, Answer(drop=True), Answer())
    run = shoal.send(*FORM, "-j", "4", tree, ledger.url).sent_all(20)
    for name, event in run.verdicts.items():
        assert event["attempts"] == len(ledger.of(name)), name
    assert run.verdicts["0000/f0.txt"]["attempts"] == 2


def test_at_most_once_never_sends_again_what_may_have_been_taken(shoal, tree, ledger):
    tree.many(20)
    dropped = list(tree.files)[::4]
    for name in dropped:
        ledger.script(name, Answer(drop=True), Answer())
    run = shoal.send(*FORM, "--at-most-once", "-j", "4", tree, ledger.url)
    assert run.status == 1
    assert run.paths("unknown") == {name.encode() for name in dropped}
    assert set(ledger.accepted.values()) == {1}
    assert run.end["sent"] == 15


def test_at_most_once_sends_again_what_was_not_processed(shoal, tree, ledger):
    tree("a")
    ledger.script("a", Answer(status=503), Answer(status=429), Answer())
    run = shoal.send(*FORM, "--at-most-once", tree, ledger.url).sent_all(1)
    assert run.verdicts["a"]["attempts"] == 3


def test_at_most_once_a_500_is_unknown(shoal, tree, ledger):
    tree("a")
    ledger.always(status=500)
    run = shoal.send(*FORM, "--at-most-once", tree, ledger.url)
    assert run.paths("unknown") == {b"a"} and len(ledger.records) == 1


def test_retry_after_in_seconds_is_a_floor(shoal, tree, ledger):
    tree("a")
    ledger.script("a", Answer(status=429, headers={"Retry-After": "2"}), Answer())
    shoal.send(*FORM, tree, ledger.url).sent_all(1)
    first, second = times(ledger)
    assert second - first >= 1.99


def test_retry_after_as_a_date_is_a_floor(shoal, tree, ledger):
    tree("a")
    until = time.time() + 3
    date = email.utils.format_datetime(
        datetime.datetime.fromtimestamp(int(until), datetime.timezone.utc), usegmt=True
    )
    began = time.monotonic() - time.time()  # offset from the wall clock to the monotonic clock
    ledger.script("a", Answer(status=503, headers={"Retry-After": date}), Answer())
    shoal.send(*FORM, tree, ledger.url).sent_all(1)
    assert times(ledger)[1] >= int(until) + began - 0.05


def test_retry_after_pauses_every_file_for_that_origin(shoal, tree, ledger):
    tree.many(6)
    first = []

    def answer(record):
        if not first:
            first.append(record.at)
            return Answer(status=429, headers={"Retry-After": "2"})
        return Answer()

    ledger.default = answer
    shoal.send(*FORM, "-j", "1", tree, ledger.url).sent_all(6)
    assert min(times(ledger)[1:]) - first[0] >= 1.99


def test_a_retry_after_of_nonsense_is_passed_over(shoal, tree, ledger):
    tree("a")
    ledger.script("a", Answer(status=503, headers={"Retry-After": "soon\x7f-1e9"}), Answer())
    shoal.send(*FORM, tree, ledger.url).sent_all(1)


def test_give_up_after_bounds_rejections(shoal, tree, ledger):
    tree("a")
    tree("b")
    ledger.always(status=503)
    run = shoal.send(*FORM, "--give-up-after", "2", tree, ledger.url)
    assert run.status == 75
    assert run.end["failed"] == 2 and all(event["temporary"] for event in run.files)
    assert run.seconds >= 1.9


def test_a_server_that_is_not_there_is_given_up_soon_and_is_temporary(shoal, tree):
    tree.many(30)
    url = f"http://127.0.0.1:{unused_port()}/"
    run = shoal.send(*FORM, "--retries", "1", tree, url)
    assert run.status == 75
    assert run.end["found"] == run.end["failed"] == 30
    assert all(event["attempts"] <= 2 for event in run.files)
    assert "refused" in run.text.lower()


def test_a_kept_connection_that_dies_is_no_reason_to_fail(shoal, tree):
    """The server closes each connection when the second request arrives on it, without reading it."""
    tree.many(10)
    taken, died = [], []

    def behave(connection):
        _, body = connection.read_request()
        taken.append(body)
        connection.answer()
        died.append(connection.receive())
        connection.reset()

    with RawServer(behave) as server:
        run = shoal.send(*FORM, "-j", "1", tree, server.url).sent_all(10)
        assert len(taken) == 10
        assert died, "the connections were kept, and did die"
        assert sum(event["attempts"] for event in run.files) == len(taken) + len(died)


def test_the_body_is_rebuilt_from_its_path(shoal, tree, ledger):
    path = tree("a", b"first content")
    seen = []

    def answer(record):
        seen.append(record.field("file"))
        if len(seen) == 1:
            path.write_bytes(b"second, longer content")
            return Answer(status=503)
        return Answer()

    ledger.default = answer
    run = shoal.send(*FORM, tree, ledger.url).sent_all(1)
    assert seen == [b"first content", b"second, longer content"]
    assert run.verdicts["a"]["bytes"] == len(b"second, longer content")


def test_max_failures_ends_the_run(shoal, tree, ledger):
    tree.many(50)
    ledger.always(status=404)
    run = shoal.send(*FORM, "-j", "1", "--max-failures", "3", tree, ledger.url)
    assert run.status == 1
    tried = [event for event in run.files if event["attempts"]]
    assert len(tried) == len(ledger.records) == 3
    for event in run.files:
        if not event["attempts"]:
            assert event["verdict"] == "failed" and event["temporary"] is True


@pytest.mark.parametrize(
    "arguments, status, verdict",
    [
        ((), 204, "sent"),
        ((), 299, "sent"),
        (("--success", "404,500-503"), 502, "sent"),
        (("--success", "201"), 200, "failed"),
        (("--exists", "409"), 409, "exists"),
        (("--exists", "200-299"), 200, "exists"),
        (("--exists", "409,412"), 412, "exists"),
    ],
)
def test_which_status_means_what(shoal, tree, ledger, arguments, status, verdict):
    tree("a")
    ledger.always(status=status)
    run = shoal.send(*FORM, *arguments, "--retries", "0", tree, ledger.url)
    assert run.verdicts["a"]["verdict"] == verdict
    assert run.verdicts["a"]["status"] == status
    assert run.status == (1 if verdict == "failed" else 0)


def test_each_attempt_but_the_last_has_its_event(shoal, tree, ledger):
    tree("a")
    tree("b")
    ledger.script("a", Answer(status=503), Answer(drop=True), Answer())
    run = shoal.send(*FORM, tree, ledger.url)
    attempts = run.of_kind("attempt")
    assert [(one["path"], one["attempt"], one["status"], one["phase"]) for one in attempts] == [
        ("a", 1, 503, "answering"),
        ("a", 2, None, "waiting"),
    ]
    assert all(one["ms"] >= 0 and one["wait_ms"] > 0 and one["error"] for one in attempts)
    assert run.verdicts["a"]["verdict"] == "sent" and run.verdicts["a"]["attempts"] == 3
