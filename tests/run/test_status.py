"""shoal status: what a journal holds."""

import json
import os

import pytest

from servers.ledger import Answer

pytestmark = pytest.mark.commands

FORM = ("-F", "path={path}", "-F", "file=@{file}")


@pytest.fixture
def journal(folder):
    return folder / "journal.db"


def test_totals_causes_and_what_is_left(shoal, tree, ledger, journal):
    tree.many(10, size=1000)
    for name in ("0000/f1.txt", "0000/f2.txt"):
        ledger.script(name, Answer(413))
    ledger.script("0000/f3.txt", Answer(404))
    shoal.send(*FORM, "--journal", journal, tree, ledger.url + "?token=abc")
    run = shoal("status", "--json", journal)
    assert run.status == 0, run
    status = json.loads(run.out)
    assert status["sent"] == 7 and status["failed"] == 3 and status["left"] == 3 and status["bytes"] == 7000
    assert [(cause["count"], cause["reason"]) for cause in status["causes"]] == [(2, "status"), (1, "status")]
    assert status["causes"][0]["cause"].startswith("413") and status["causes"][0]["first_path"] == "0000/f1.txt"
    assert status["runs"] == 1 and status["last_run"]["exit"] == 1
    text = shoal("status", journal)
    assert text.status == 0
    for words in (b"sent 7", b"failed 3", b"2  413", b"first 0000/f1.txt", b"3 files left", b"status 1", b"--only-failed"):
        assert words in text.out, (words, text)


def test_a_run_that_goes_on_or_was_killed(shoal, tree, ledger, held, journal):
    tree.many(4)
    running = shoal.start(*FORM, "-j", "1", "--at-most-once", "--journal", journal, tree, ledger.url)
    ledger.wait_requests(1)
    status = json.loads(shoal("status", "--json", journal).out)
    assert status["last_run"]["exit"] is None and status["last_run"]["pid"] == running.pid
    assert status["started"] >= 1
    os.kill(running.pid, 9)
    running.popen.wait()
    held.set()
    assert b"has not ended, or was killed" in shoal("status", journal).out


@pytest.mark.parametrize("content", [None, b"", b"text\n" * 100])
def test_what_is_not_a_journal(shoal, journal, content):
    if content is not None:
        journal.write_bytes(content)
    run = shoal("status", journal)
    assert run.status == 1 and not run.out and "journal.db" in run.text
    assert journal.exists() == (content is not None)


def test_a_damaged_journal_is_reported_and_left_alone(shoal, tree, ledger, journal):
    tree.many(50)
    shoal.send(*FORM, "--journal", journal, tree, ledger.url)
    content = bytearray(journal.read_bytes())
    at = content.index(b"0000/f7.txt")
    content[at] ^= 1
    journal.write_bytes(content)
    run = shoal("status", journal)
    assert run.status == 1 and "damaged" in run.text
    assert journal.read_bytes() == bytes(content)


def test_usage(shoal):
    assert shoal("status").status == 2
    assert shoal("status", "a", "b").status == 2
    assert b"shoal status" in shoal("status", "--help").out
