"""SIGINT and SIGTERM: what is in flight completes or is cancelled, every found file gets its verdict."""

import os
import signal

import pytest

pytestmark = pytest.mark.commands

FORM = ("-F", "path={path}", "-F", "file=@{file}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_is_in_flight_may_finish(shoal, tree, ledger, held, number):
    tree.many(10)
    running = shoal.start(*FORM, "-j", "2", tree, ledger.url)
    ledger.wait_requests(2)
    running.signal(number)
    running.wait_files(8, "failed")  # the files that were never attempted
    held.set()
    run = running.finish(interrupted=number)
    assert run.end["found"] == 10 and run.end["sent"] == 2 and run.end["failed"] == 8
    for event in run.files:
        if event["verdict"] == "failed":
            assert event["attempts"] == 0 and event["temporary"] is True
    assert len(ledger.records) == 2
    assert run.paths("sent") == {key.encode() for key in ledger.keys}


def test_after_the_grace_what_is_in_flight_is_unknown(shoal, tree, ledger, held):
    tree.many(5)
    running = shoal.start(*FORM, "-j", "2", "--grace", "300ms", tree, ledger.url)
    ledger.wait_requests(2)
    running.signal()
    run = running.finish(interrupted=signal.SIGINT)
    assert run.end["unknown"] == 2 and run.end["failed"] == 3
    assert run.paths("unknown") == {key.encode() for key in ledger.keys}


def test_a_second_signal_stops_at_once(shoal, tree, ledger, held):
    tree.many(5)
    running = shoal.start(*FORM, "-j", "2", "--grace", "1h", tree, ledger.url)
    ledger.wait_requests(2)
    running.signal()
    running.wait_files(3, "failed")
    running.signal()
    run = running.finish(interrupted=signal.SIGINT)
    assert run.end["unknown"] == 2


def test_an_interrupt_ends_a_wait_for_the_next_attempt(shoal, tree, ledger):
    tree("a")
    ledger.always(status=503, headers={"Retry-After": "200"})
    running = shoal.start(*FORM, tree, ledger.url)
    ledger.wait_requests(1)
    running.signal()
    run = running.finish(interrupted=signal.SIGINT)
    assert run.verdicts["a"]["verdict"] == "failed" and run.verdicts["a"]["temporary"] is True


def test_an_interrupt_during_the_walk_keeps_the_account(shoal, tree, ledger):
    tree.many(3000)
    ledger.always(delay=0.01)
    running = shoal.start(*FORM, "-j", "4", tree, ledger.url)
    running.wait_files(20, "sent")
    running.signal()
    run = running.finish(interrupted=signal.SIGINT)
    assert run.paths("sent") <= {key.encode() for key in ledger.keys}
    assert run.end["sent"] >= 20 and run.end["found"] <= 3000


def test_an_interrupt_while_standard_input_is_read(shoal, ledger):
    (shoal.folder / "a").write_text("x")
    read, write = os.pipe()
    running = shoal.start(*FORM, "-", ledger.url, stdin=read)
    os.close(read)
    os.write(write, b"a\nnot-yet-who")
    running.wait_files(1, "sent")
    running.signal()
    run = running.finish(interrupted=signal.SIGINT)
    os.close(write)
    assert run.end["complete"] is False
    assert run.paths("sent") == {b"a"}


@pytest.mark.parametrize("signals", [1, 3])
@pytest.mark.parametrize("kind", ["small", "large", "folder"])
def test_a_disk_that_does_not_respond_cannot_keep_the_run_from_ending(shoal, tree, ledger, hang, kind, signals):
    """Verdicts and the end are written, and the process exits, with the thread that hangs."""
    tree("a")
    tree("folder/b" if kind == "folder" else "hangs", b"h" * (3_000_000 if kind == "large" else 10))
    grace = "1ms" if signals == 1 else "1h"
    env = hang("/folder" if kind == "folder" else "/hangs")
    running = shoal.start("--grace", grace, *FORM, tree, ledger.url, env=env)
    hang.begun()
    running.wait_files(1, "sent")
    running.signal(signal.SIGTERM)
    running.wait_event(lambda event: event["event"] == "notice" and "interrupted" in event["message"])
    for _ in range(signals - 1):
        running.signal(signal.SIGTERM)
    run = running.finish(interrupted=signal.SIGTERM)
    assert run.verdicts["a"]["verdict"] == "sent"
    if kind == "folder":
        assert run.end["found"] == 1 and not run.end["complete"]
    else:
        assert run.verdicts["hangs"]["verdict"] in ("failed", "unknown")


def test_a_disk_that_does_not_respond_holds_up_no_file_that_lies_elsewhere(shoal, tree, ledger, hang):
    tree.many(30)
    for number in range(4):
        tree(f"hangs{number}")
    running = shoal.start(*FORM, tree, ledger.url, env=hang("/hangs"))
    running.wait_files(30, "sent")
    running.signal()
    run = running.finish(interrupted=signal.SIGINT)
    assert run.end["sent"] == 30 and run.end["failed"] == 4
