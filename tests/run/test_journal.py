"""--journal: a later run skips what was done, and finishes what was not."""

import contextlib
import os
import sqlite3
import stat

import pytest

from servers.ledger import Answer

FORM = ("-F", "path={path}", "-F", "file=@{file}")


@pytest.fixture
def journal(folder):
    return folder / "journal.db"


def rows(journal):
    """Path -> state, as the `sqlite3` shell shows them."""
    with contextlib.closing(sqlite3.connect(journal)) as database:
        return dict(database.execute("SELECT path, state FROM files"))


def test_a_second_run_sends_nothing(shoal, tree, ledger, journal):
    tree.many(300)
    first = shoal.send(*FORM, "--journal", journal, tree, ledger.url).sent_all(300)
    assert first.end["skipped"] == 0
    again = shoal.send(*FORM, "--journal", journal, tree, ledger.url)
    assert again.status == 0 and again.end["skipped"] == 300 and again.end["bytes"] == 0
    assert len(ledger.records) == 300
    assert "300 skipped" in again.text
    assert set(rows(journal).values()) == {"sent"} and len(rows(journal)) == 300
    assert stat.S_IMODE(os.stat(journal).st_mode) == 0o600
    assert sorted(path.name for path in journal.parent.glob("journal.db*")) == ["journal.db"]


def test_what_changed_vanished_and_appeared_between_two_runs(shoal, tree, ledger, journal):
    tree.many(20)
    shoal.send(*FORM, "--journal", journal, tree, ledger.url).sent_all(20)
    tree("0000/f1.txt", b"longer than before, and not equal")
    same_size = tree.path / "0000/f2.txt"
    same_size.write_bytes(b"x" * 100)
    (tree.path / "0000/f3.txt").unlink()
    tree("0000/new", b"new")
    run = shoal.send(*FORM, "--journal", journal, tree, ledger.url)
    assert run.paths("sent") == {b"0000/f1.txt", b"0000/f2.txt", b"0000/new"}
    assert run.end["skipped"] == 17 and run.end["found"] == 20


def test_what_failed_is_sent_again(shoal, tree, ledger, journal):
    tree.many(10)
    ledger.script("0000/f3.txt", Answer(413), Answer(200))
    first = shoal.send(*FORM, "--journal", journal, tree, ledger.url)
    assert first.status == 1 and rows(journal)["0000/f3.txt"] == "failed"
    again = shoal.send(*FORM, "--journal", journal, tree, ledger.url)
    assert again.paths("sent") == {b"0000/f3.txt"} and again.end["skipped"] == 9


@pytest.mark.parametrize(
    "first, second, same",
    [
        (("{url}?v=1",), ("{url}?v=2",), False),
        (("{url}?v={v}", "-s", "v=1"), ("{url}?v={v}", "-s", "v=2"), False),
        (("{url}", "-H", "X-Release: 1"), ("{url}", "-H", "X-Release: 2"), False),
        (("{url}", "-F", "release=1"), ("{url}", "-F", "release=2"), False),
        (("{url}",), ("{url}", "-X", "PUT"), False),
        (("{url}", "-H", "Authorization: Bearer one"), ("{url}", "-H", "Authorization: Bearer two"), True),
        (("{url}?authToken=one",), ("{url}?authToken=two",), True),
        (("{url}?t={t}", "-s", "t=env:ONE"), ("{url}?t={t}", "-s", "t=env:TWO"), True),
        (("{url}?t={t}", "-s", "t=env:ONE"), ("{url}?t={u}", "-s", "u=env:ONE"), False),
        (("{url}", "-u", "me:one"), ("{url}", "-u", "me:two"), True),
        (("{url}?size={size}",), ("{url}?size={size}",), True),
        (("{url}?hash={sha256}",), ("{url}?hash={sha256}",), True),
    ],
)
def test_another_destination_is_not_the_same_file(shoal, tree, ledger, journal, first, second, same):
    tree("a", b"a")
    env = {"ONE": "secret-one", "TWO": "secret-two"}
    for number, more in enumerate((first, second)):
        arguments = [text.replace("{url}", ledger.url) for text in more]
        run = shoal.send(*FORM, "--journal", journal, *arguments[1:], tree, arguments[0], env=env)
        assert run.status == 0, run
        assert run.end["skipped" if same and number else "sent"] == 1, run
    for secret in (b"secret-one", b"Bearer one", b"me:one"):
        assert secret not in journal.read_bytes()


def test_a_fresh_checkout_with_checksums_sends_nothing(shoal, tree, make_tree, ledger, journal):
    tree.many(30)
    tree("large", os.urandom(600_000))
    options = (*FORM, "--journal", journal, "--checksum")
    shoal.send(*options, tree, ledger.url).sent_all(31)
    clone = make_tree("clone")
    for name, content in tree.files.items():
        clone(name, content)
    run = shoal.send(*options, clone, ledger.url)
    assert run.status == 0 and run.end["skipped"] == 31, run
    stamps = os.stat(clone.path / "0000/f7.txt")
    clone("0000/f7.txt", b"y" * 100)
    os.utime(clone.path / "0000/f7.txt", ns=(stamps.st_atime_ns, stamps.st_mtime_ns))
    assert shoal.send(*options, clone, ledger.url).paths("sent") == {b"0000/f7.txt"}
    assert shoal.send(*FORM, "--journal", journal, clone, ledger.url).end["sent"] == 30  # other mtimes


def test_with_checksums_a_time_in_the_request_counts(shoal, tree, ledger, journal):
    path = tree("a", b"a")
    options = (*FORM, "-F", "time={mtime}", "--journal", journal, "--checksum")
    shoal.send(*options, tree, ledger.url).sent_all(1)
    os.utime(path, (1_000_000_000, 1_000_000_000))
    shoal.send(*options, tree, ledger.url).sent_all(1)
    assert shoal.send(*options, tree, ledger.url).end["skipped"] == 1


def test_the_other_file_of_a_pair_counts(shoal, tree, ledger, journal):
    tree("a.js", b"code")
    tree("a.js.map", b"map")
    options = ("--include", "*.map", "-F", "path={path}", "-F", "code=@{folder}/{stem}", "-F", "map=@{file}")
    for checksum in ((), ("--checksum",)):
        more = (*options, "--journal", f"{journal}{len(checksum)}", *checksum)
        shoal.send(*more, tree, ledger.url).sent_all(1)
        assert shoal.send(*more, tree, ledger.url).end["skipped"] == 1
        tree("a.js", b"edit" if checksum else b"other code")
        shoal.send(*more, tree, ledger.url).sent_all(1)


def test_names_that_are_not_utf8(shoal, tree, ledger, journal):
    tree(b"caf\xe9", b"latin")
    tree(b"caf\xc3\xa9", b"utf-8")
    shoal.send("-T", "--journal", journal, tree, ledger.url + "/").sent_all(2)
    assert shoal.send("-T", "--journal", journal, tree, ledger.url + "/").end["skipped"] == 2


def test_the_journal_is_never_uploaded(shoal, tree, ledger):
    tree("a", b"a")
    for name in ("x.db", "x.db"):
        run = shoal.send(*FORM, "--journal", tree.path / name, tree, ledger.url)
        assert run.end["found"] == 1, run
    link = tree.path / "y.db"
    link.hardlink_to(tree.path / "x.db")
    run = shoal.send(*FORM, "--journal", tree.path / "x.db", tree, ledger.url)
    assert run.end["found"] == 1 and run.end["skipped"] == 1, run


def test_a_second_run_says_who_holds_the_journal(shoal, tree, ledger, held, journal):
    tree("a")
    running = shoal.start(*FORM, "--journal", journal, tree, ledger.url)
    ledger.wait_requests(1)
    link = journal.parent / "another-name"
    link.symlink_to(journal)
    for name in (journal, link):
        shoal.send(*FORM, "--journal", name, tree, ledger.url).usage_error(str(running.pid), "journal.db")
    held.set()
    assert running.finish().end["sent"] == 1
    assert shoal.send(*FORM, "--journal", journal, tree, ledger.url).end["skipped"] == 1


def test_another_file_is_never_taken_for_a_journal(shoal, tree, ledger, folder):
    tree("a")
    text = folder / "notes.txt"
    text.write_text("do not touch\n" * 50)
    other = folder / "other.db"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE t (x)")
    database.close()
    for path in (text, other):
        before = path.read_bytes()
        shoal.send(*FORM, "--journal", path, tree, ledger.url).usage_error("not a journal")
        assert path.read_bytes() == before
    shoal.send(*FORM, "--journal", folder / "no" / "folder", tree, ledger.url).usage_error("no")
    assert not ledger.records


def test_at_most_once_reports_what_was_in_flight_as_unknown(shoal, tree, ledger, held, journal):
    tree.many(6)
    options = (*FORM, "--journal", journal, "-j", "2", "--at-most-once", tree, ledger.url)
    running = shoal.start(*options)
    ledger.wait_requests(2)
    os.kill(running.pid, 9)
    running.popen.wait()
    started = set(ledger.keys)
    assert {path for path, state in rows(journal).items() if state == "started"} >= started
    held.set()
    run = shoal.send(*options)
    assert run.status == 1 and run.end["unknown"] + run.end["sent"] == 6, run
    assert {path.decode() for path in run.paths("unknown")} >= started
    assert len(ledger.records) == len(set(ledger.keys))
    again = shoal.send(*options)
    assert again.end["skipped"] + again.end["unknown"] == 6 and again.paths("unknown") == run.paths("unknown")
    at_least_once = shoal.send(*FORM, "--journal", journal, tree, ledger.url)
    assert at_least_once.paths("sent") == run.paths("unknown")


def test_a_dry_run_neither_makes_nor_changes_a_journal(shoal, tree, ledger, journal):
    tree.many(3)
    shoal.send(*FORM, "-n", "--journal", journal, tree, ledger.url)
    assert not journal.exists()
    shoal.send(*FORM, "--journal", journal, tree, ledger.url).sent_all(3)
    tree("new")
    before = journal.read_bytes()
    run = shoal.send(*FORM, "-n", "--journal", journal, tree, ledger.url)
    assert [event["path"] for event in run.of_kind("plan")] == ["new"] and run.end["skipped"] == 3
    assert journal.read_bytes() == before


def test_checksum_needs_a_journal(shoal, tree, ledger):
    tree("a")
    shoal.send(*FORM, "--checksum", tree, ledger.url).usage_error("--checksum", "--journal")


def test_groups_go_on_after_a_file_that_is_skipped(shoal, tree, ledger, journal):
    tree.many(12)
    options = (*FORM, "--journal", journal, "--serial-by", "{dir}", tree, ledger.url)
    shoal.send(*options).sent_all(12)
    tree("0000/f5.txt", b"changed")
    run = shoal.send(*options)
    assert run.end["skipped"] == 11 and run.end["sent"] == 1, run
