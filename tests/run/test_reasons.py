"""Each failed or unknown file says why in one word, and whether the server may have it all the same."""

import re
import signal

import pytest

from servers.ledger import Answer

FORM = ("-F", "path={path}", "-F", "file=@{file}")


@pytest.mark.parametrize(("answer", "reason"), [
    (Answer(status=404), "status"),
    (Answer(status=302, headers={"Location": "/x"}), "status"),
    (Answer(status=401), "credentials"),
    (Answer(status=403), "status"),
    (Answer(drop=True), "connect"),
], ids=["404", "302", "401", "403", "drop"])  # fmt: skip
def test_the_last_attempt_gives_the_reason(shoal, tree, ledger, answer, reason):
    tree("a")
    ledger.script("a", answer)
    event = shoal.send(*FORM, "--retries", "0", tree, ledger.url).verdicts["a"]
    assert event["reason"] == reason
    assert ("maybe_accepted" in event) == answer.drop


def test_a_port_without_a_server_is_a_matter_of_the_connection(shoal, tree):
    tree("a")
    run = shoal.send("--retries", "0", tree, "http://127.0.0.1:9/")
    assert run.verdicts["a"]["reason"] == "connect"


def test_a_late_response_is_told_apart(shoal, tree, ledger, held):
    tree("a")
    run = shoal.send(*FORM, "--retries", "0", "--response-timeout", "100ms", tree, ledger.url)
    assert run.verdicts["a"]["reason"] == "timeout"


def test_an_unreadable_file_is_told_apart(shoal, ledger):
    run = shoal.send("-", ledger.url, stdin=b"no-such-file\n")
    assert run.verdicts["no-such-file"]["reason"] == "unreadable"


def test_what_was_in_flight_and_what_was_never_attempted(shoal, tree, ledger, held):
    tree.many(5)
    running = shoal.start(*FORM, "-j", "2", "--grace", "0", tree, ledger.url)
    ledger.wait_requests(2)
    running.signal()
    run = running.finish(interrupted=signal.SIGINT)
    reasons = sorted(event["reason"] for event in run.files)
    assert reasons == 3 * ["not-attempted"] + 2 * ["timeout"]
    assert run.end["not_attempted"] == 3 and run.end["failed"] == 3
    assert re.search(r"^UNKNOWN 2 of 5 files, 1 cause ", run.text, re.MULTILINE)
    assert re.search(r"^     3  not attempted: the run was interrupted", run.text, re.MULTILINE)
    assert "sent 0 · failed 0 · not attempted 3 · unknown 2 · " in run.text


@pytest.mark.parametrize("first", [Answer(drop=True), Answer(status=500), Answer(status=408)],
                         ids=["dropped", "500", "408"])  # fmt: skip
def test_a_failure_after_an_ambiguous_attempt_may_be_there(shoal, tree, ledger, first):
    tree("a")
    tree("b")
    ledger.script("a", first, Answer(status=413))
    ledger.script("b", Answer(status=503), Answer(status=413))
    run = shoal.send(*FORM, tree, ledger.url)
    assert run.verdicts["a"]["maybe_accepted"] is True
    assert run.verdicts["a"]["status"] == 413 and run.verdicts["a"]["reason"] == "status"
    assert "maybe_accepted" not in run.verdicts["b"]
    assert run.end["maybe_accepted"] == 1
    assert "1 failed file may have been accepted" in run.text


def test_a_file_that_vanishes_after_an_ambiguous_attempt_may_be_there(shoal, tree, ledger):
    path = tree("a")

    def vanish(_record):
        path.unlink()
        return Answer(drop=True)

    ledger.default = vanish
    event = shoal.send(*FORM, tree, ledger.url).verdicts["a"]
    assert event["reason"] == "unreadable" and event["maybe_accepted"] is True


def test_a_success_in_the_end_says_nothing_of_earlier_attempts(shoal, tree, ledger):
    tree("a")
    ledger.script("a", Answer(drop=True), Answer())
    run = shoal.send(*FORM, tree, ledger.url).sent_all(1)
    assert "maybe_accepted" not in run.verdicts["a"] and run.end["maybe_accepted"] == 0
