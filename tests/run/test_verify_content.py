"""--verify-content: a file that changes without a trace in its times is not `sent` as a mixture."""

import mmap

import pytest

from servers.ledger import Answer
from servers.raw import OK, RawServer

LARGE = 24_000_000
FORM = ("-F", "path={path}", "-F", "file=@{file}")


class Mapped:
    """A file whose pages were all written through a shared mapping: writing them again leaves no trace."""

    def __init__(self, path):
        with open(path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 0)
        self.write(self.map[0])

    def write(self, byte):
        self.map[:] = bytes([byte]) * len(self.map)


@pytest.mark.parametrize("size", [1000, LARGE])
def test_a_file_that_was_written_through_a_mapping_is_sent_again(shoal, tree, ledger, size):
    path = tree("a", b"o" * size)
    tree("b")
    mapped = Mapped(path)

    def answer(record):
        if record.key == "a" and len(ledger.keys) <= 2:
            mapped.write(ord("n"))
        return Answer(body=b"taken")

    ledger.default = answer
    run = shoal.send("-j", "1", "--verify-content", *FORM, tree, ledger.url).sent_all(2)
    assert run.verdicts["a"]["attempts"] == 2 and run.verdicts["b"]["attempts"] == 1
    assert run.verdicts["a"]["response"] == "taken" and run.verdicts["a"]["status"] == 200
    bodies = [record.field("file") for record in ledger.records if record.key == "a"]
    assert bodies == [b"o" * size, b"n" * size]


def test_a_torn_body_is_sent_again(shoal, tree):
    """The server stops reading within the first body until the file was written."""
    path = tree("a", b"o" * LARGE)
    mapped = Mapped(path)
    bodies = []

    def behave(connection):
        while True:
            head = connection.read_head()
            if not bodies:
                connection.kept += connection.receive()
                mapped.write(ord("n"))
            bodies.append(connection.read_body(head))
            connection.send(OK)

    with RawServer(behave, receive_buffer=65536) as server:
        run = shoal.send("--verify-content", "-T", path, server.url).sent_all(1)
    assert run.verdicts["a"]["attempts"] == 2
    assert set(bodies[0]) == set(b"on") and bodies[1] == b"n" * LARGE


@pytest.mark.parametrize(("option", "attempts"), [("--at-most-once", 1), ("--retries=1", 2)])
def test_a_file_that_cannot_be_sent_again_fails_and_says_that_it_may_be_there(
    shoal, tree, ledger, option, attempts
):
    mapped = Mapped(tree("a", b"o" * 1000))

    def answer(record):
        mapped.write(97 + len(ledger.records) % 26)
        return Answer()

    ledger.default = answer
    run = shoal.send(option, "--verify-content", *FORM, tree, ledger.url)
    event = run.verdicts["a"]
    assert event["verdict"] == "failed" and event["maybe_accepted"] is True
    assert event["attempts"] == attempts == len(ledger.records) and event["reason"] == "changed"
    assert event["temporary"] is (option != "--at-most-once")
    assert run.end["maybe_accepted"] == 1


def test_a_second_file_of_the_form_is_compared_too(shoal, tree, ledger):
    tree("a.map", b"m")
    mapped = Mapped(tree("a", b"o" * 1000))

    def answer(record):
        if len(ledger.records) == 0:
            mapped.write(ord("n"))
        return Answer()

    ledger.default = answer
    form = ["-F", "map=@{file}", "-F", "min=@{folder}/{stem}"]
    run = shoal.send("--verify-content", "--include", "*.map", *form, tree, ledger.url).sent_all(1)
    assert run.verdicts["a.map"]["attempts"] == 2


def test_files_that_stay_the_same_are_sent_once(shoal, tree, ledger):
    tree.many(200)
    tree("empty", b"")
    tree("large", b"l" * 3_000_000)
    run = shoal.send("--verify-content", *FORM, "-F", "sum={sha256}", tree, ledger.url).sent_all(202)
    assert len(ledger.records) == 202 and run.end["retries"] == 0


def test_a_file_that_is_removed_once_it_was_sent_stays_sent(shoal, tree, ledger):
    """What was sent is compared with the file that was open, whatever its name is now."""
    path = tree("a")
    ledger.default = lambda record: path.unlink(missing_ok=True) or Answer()
    shoal.send("--verify-content", *FORM, path, ledger.url).sent_all(1)


def test_an_interrupt_ends_a_comparison_that_hangs(shoal, tree, ledger, hang):
    """The file was accepted, and not compared: it is unknown."""
    tree("hangs", b"h" * 10)
    env = hang("/hangs")
    env["SHOAL_HANG_FROM"] = "pread"
    running = shoal.start("--grace", "1ms", "--verify-content", *FORM, tree, ledger.url, env=env)
    hang.begun()
    running.signal()
    run = running.finish(interrupted=2)
    assert run.verdicts["hangs"]["verdict"] == "unknown" and run.verdicts["hangs"]["status"] == 200
