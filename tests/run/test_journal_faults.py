"""--journal under kill -9, a failing or full disk, and damage: nothing is lost, and nothing is believed done that is not."""

import os
import random
import signal
import subprocess

import pytest

from harness import HANG, binary_path
from servers.ledger import Answer

FORM = ("-F", "path={path}", "-F", "file=@{file}", "-j", "4")
FILES = 30

whole = pytest.mark.soak


@pytest.fixture
def journal(folder):
    return folder / "journal.db"


@pytest.fixture
def faults(shoal, compiled, folder):
    """faults(SHOAL_SYNC="fail:1"): the environment in which the journal's disk fails."""
    if shoal.sanitized():
        pytest.skip("LD_PRELOAD and AddressSanitizer exclude each other")
    library = str(compiled("journal_faults", "-shared", "-fPIC"))
    return lambda **more: {"LD_PRELOAD": library, "SHOAL_COUNT": str(folder / "count"), **more}


def count(folder):
    """The syncs and the writes of the last run."""
    return map(int, (folder / "count").read_text().split())


def accepted(ledger):
    return {record.key for record in list(ledger.records) if record.answer is not None and record.answer.status == 200}


def run_killed(shoal, ledger, tree, journal, env, *more):
    """A run that is killed by its environment, or reaches its end."""
    command = [str(shoal.binary), "send", "-q", *map(str, (*FORM, "--journal", journal, *more, tree, ledger.url))]
    return subprocess.run(
        command, env=shoal.environment(env), check=False, capture_output=True, timeout=HANG
    ).returncode


def finish(shoal, ledger, tree, journal, *more, files=FILES):
    """The next run finishes what is left, and skips only what the server has."""
    before = accepted(ledger)
    run = shoal.send(*FORM, "--journal", journal, *more, tree, ledger.url)
    assert {path.decode() for path in run.paths("skipped")} <= before, run
    assert run.end["skipped"] + run.end["sent"] + run.end["unknown"] == run.end["found"] == files, run
    return run


def kill_at(shoal, tree, ledger, journal, seconds):
    running = shoal.start(*FORM, "--journal", journal, tree, ledger.url)
    try:
        running.popen.wait(seconds)
    except subprocess.TimeoutExpired:
        os.kill(running.pid, signal.SIGKILL)
        running.popen.wait()
    running.thread.join()


@pytest.mark.parametrize("kills", [20, pytest.param(200, marks=whole)])
def test_kills_at_random_moments(shoal, tree, ledger, journal, kills):
    tree.many(FILES)
    ledger.always(delay=0.002)
    chance = random.Random(13)
    for number in range(kills):
        if number % 4 == 0:
            journal.unlink(missing_ok=True)
            for path in journal.parent.glob("journal.db-*"):
                path.unlink()
        kill_at(shoal, tree, ledger, journal, chance.uniform(0, 0.12))
        if number % 4 == 3:
            run = finish(shoal, ledger, tree, journal)
            assert run.status == 0 and run.end["unknown"] == 0
    assert accepted(ledger) == set(tree.files)


@pytest.mark.parametrize("at_most_once", [False, True])
def test_a_kill_at_every_commit_point(shoal, tree, ledger, journal, folder, faults, at_most_once):
    tree.many(6)
    more = ["--at-most-once"] if at_most_once else []
    assert run_killed(shoal, ledger, tree, journal, faults(), *more) == 0
    syncs, _ = count(folder)
    assert syncs > 3
    for number in range(1, min(syncs, 12) + 1):
        journal.unlink()
        ledger.records.clear()
        env = faults(SHOAL_SYNC=f"{('before', 'after')[number % 2]}:{number}")
        assert run_killed(shoal, ledger, tree, journal, env, *more) in (0, -signal.SIGKILL)
        run = finish(shoal, ledger, tree, journal, *more, files=6)
        keys = ledger.keys
        if at_most_once:
            assert len(keys) == len(set(keys)), "sent twice"
            assert {path.decode() for path in run.paths("unknown")} | accepted(ledger) == set(tree.files)
        else:
            assert run.status == 0 and set(keys) == set(tree.files)


@pytest.mark.parametrize("fault", [{"SHOAL_SYNC": "fail:6"}, {"SHOAL_WRITE": "full:12"}])
def test_a_disk_that_fails_stops_the_run(shoal, tree, ledger, journal, faults, fault):
    tree.many(FILES)
    ledger.always(delay=0.05)  # some are still to be sent when the first batch is written
    run = shoal.send(*FORM, "-j", "1", "--journal", journal, tree, ledger.url, env=faults(**fault), check_status=False)
    assert run.status == 75 and "journal.db" in run.text, run
    assert ("no space" in run.text) == ("SHOAL_WRITE" in fault)
    assert run.end["failed"] == run.end["not_attempted"] or run.end["complete"]
    assert finish(shoal, ledger, tree, journal).status == 0


def test_a_disk_that_is_full_at_the_start_or_the_end(shoal, tree, ledger, journal, folder, faults):
    tree.many(4)
    run = shoal.send(*FORM, "--journal", journal, tree, ledger.url, env=faults(SHOAL_WRITE="full:1"), check_status=False)
    assert run.status in (2, 75) and not ledger.records, run
    for path in journal.parent.glob("journal.db*"):
        path.unlink()
    shoal.send(*FORM, "--journal", journal, tree, ledger.url, env=faults()).sent_all(4)
    _, writes = count(folder)
    tree("new")
    run = shoal.send(*FORM, "--journal", journal, tree, ledger.url, env=faults(SHOAL_WRITE="full:4"), check_status=False)
    assert run.status == 75 and "no space" in run.text, run
    assert finish(shoal, ledger, tree, journal, files=5).status == 0


def test_short_writes_are_completed(shoal, tree, ledger, journal, faults):
    tree.many(FILES)
    env = faults(SHOAL_WRITE="short:2")
    shoal.send(*FORM, "--journal", journal, tree, ledger.url, env=env).sent_all(FILES)
    assert shoal.send(*FORM, "--journal", journal, tree, ledger.url).end["skipped"] == FILES


@pytest.mark.parametrize("magic, name", [("6969", "NFS"), ("ff534d42", "CIFS"), ("65735546", "network file system")])
def test_a_network_file_system_is_refused(shoal, tree, ledger, journal, faults, magic, name):
    tree("a")
    run = shoal.send(*FORM, "--journal", journal, tree, ledger.url, env=faults(SHOAL_STATFS=magic))
    run.usage_error(name, "local disk")
    assert not list(journal.parent.glob("journal.db*"))


def test_a_damaged_journal_is_put_aside(shoal, tree, ledger, journal):
    tree.many(FILES)
    shoal.send(*FORM, "--journal", journal, tree, ledger.url).sent_all(FILES)
    content = bytearray(journal.read_bytes())
    content[content.index(b"0000/f7.txt")] ^= 1
    journal.write_bytes(content)
    run = shoal.send(*FORM, "--at-most-once", "--journal", journal, tree, ledger.url)
    run.usage_error("damaged", "--at-most-once")
    assert journal.read_bytes() == bytes(content)
    run = shoal.send(*FORM, "--journal", journal, tree, ledger.url).sent_all(FILES)
    (aside,) = journal.parent.glob("journal.db.damaged-*")
    assert aside.read_bytes() == bytes(content) and aside.name in run.text
    assert shoal.send(*FORM, "--journal", journal, tree, ledger.url).end["skipped"] == FILES


def damaged(content, chance):
    """The journal, cut or with a bit flipped."""
    if chance.random() < 0.5:
        return content[: chance.randrange(len(content))]
    at = chance.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]


@pytest.mark.parametrize("rounds", [12, pytest.param(1000, marks=whole)])
def test_no_damage_makes_a_file_look_done(shoal, tree, ledger, journal, rounds):
    tree.many(FILES)
    for number in range(0, FILES, 3):
        tree(f"0000/f{number}.txt", b"fails")
    ledger.default = lambda record: Answer(413 if record.field("file") == b"fails" else 200)
    shoal.send(*FORM, "--journal", journal, tree, ledger.url)
    content = journal.read_bytes()
    chance = random.Random(7)
    for _ in range(rounds):
        journal.write_bytes(damaged(content, chance))
        run = shoal.send(*FORM, "--journal", journal, tree, ledger.url)
        assert run.status in (1, 2), run
        assert {path.decode() for path in run.paths("skipped")} <= accepted(ledger), run
        for path in journal.parent.glob("journal.db.damaged-*"):
            path.unlink()


@whole
def test_every_cut_and_ten_thousand_flips(shoal):
    program = binary_path().parent / "tests" / "unit" / "test_journal_damage"
    subprocess.run([program], env=os.environ | {"SHOAL_WHOLE": "1"}, check=True, timeout=3 * HANG)
