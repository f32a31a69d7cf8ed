"""--only-failed: what failed or was never attempted, by the events of an earlier run or its journal."""

import base64
import json
import os
import signal

import pytest

from servers.ledger import Answer

FORM = ("-F", "path={path}", "-F", "file=@{file}")


@pytest.fixture
def events(folder):
    return folder / "events.jsonl"


def write(events, *lines, end=True):
    """Events with these verdicts: ("a", "sent")."""
    made = [{"event": "start"}]
    made += [{"event": "file", "path": path, "verdict": verdict} for path, verdict in lines]
    made += [{"event": "end"}] if end else []
    events.write_text("".join(json.dumps(line) + "\n" for line in made))


def test_what_failed_is_sent_and_nothing_else(shoal, tree, ledger, events):
    tree.many(8)
    tree(b"caf\xe9", b"latin")
    ledger.script("0000/f3.txt", Answer(413), Answer(200))
    ledger.script("caf\udce9", Answer(404), Answer(200))
    first = shoal.send(*FORM, f"--json={events}", tree, ledger.url)
    assert first.status == 1
    tree("new")
    run = shoal.send(*FORM, "--only-failed", events, tree, ledger.url)
    assert run.paths("sent") == {b"0000/f3.txt", b"caf\xe9", b"new"} and run.end["found"] == 3
    assert run.status == 0 and "no end" not in run.text
    assert run.events[0]["only_failed"] == str(events)


@pytest.mark.parametrize("at_most_once", [False, True])
def test_each_verdict(shoal, tree, ledger, events, at_most_once):
    verdicts = ("sent", "exists", "skipped", "failed", "unknown")
    for name in (*verdicts, "unseen"):
        tree(name)
    write(events, *[(verdict, verdict) for verdict in verdicts])
    more = ["--at-most-once"] if at_most_once else []
    run = shoal.send(*FORM, *more, "--only-failed", events, tree, ledger.url)
    assert run.paths("sent") == {b"failed", b"unseen"} | (set() if at_most_once else {b"unknown"})


def test_nothing_left_to_send_succeeds(shoal, tree, make_tree, ledger, events):
    tree("a")
    write(events, ("a", "sent"))
    run = shoal.send(*FORM, "--only-failed", events, tree, ledger.url)
    assert run.status == 0 and run.end["found"] == 0 and not ledger.records
    assert "is left to send" in run.text
    assert shoal.send(*FORM, "--only-failed", events, make_tree("empty"), ledger.url).status == 0


def test_the_file_is_read_before_it_is_replaced(shoal, tree, ledger, folder, events):
    tree.many(4)
    ledger.script("0000/f2.txt", Answer(413), Answer(200))
    shoal.send(*FORM, f"--json={events}", tree, ledger.url, reconciled=False)
    shoal.send(*FORM, "--only-failed", events, f"--json={events}", tree, ledger.url)
    assert len(ledger.records) == 5 and ledger.keys[-1] == "0000/f2.txt"


def test_a_file_that_is_gone_is_a_problem_and_a_filtered_one_is_not(shoal, tree, ledger, events):
    for name in ("a.txt", "b.js"):
        tree(name)
    write(events, ("a.txt", "failed"), ("b.js", "failed"), ("gone", "failed"), ("sent and gone", "sent"))
    run = shoal.send(*FORM, "--include", "*.txt", "--only-failed", events, tree, ledger.url)
    assert [problem["path"] for problem in run.problems] == ["gone"] and run.status == 1
    assert run.paths("sent") == {b"a.txt"}


def test_a_run_that_was_killed_has_no_end(shoal, tree, ledger, held, events):
    tree.many(20)
    running = shoal.start(*FORM, "-j", "2", tree, ledger.url)
    ledger.wait_requests(2)
    os.kill(running.pid, signal.SIGKILL)
    running.popen.wait()
    running.thread.join()
    events.write_bytes(b"".join(running.lines) + b'{"event":"fi')
    held.set()
    run = shoal.send(*FORM, "--only-failed", events, tree, ledger.url).sent_all(20)
    assert "no end" in run.text
    events.write_bytes(b"")
    assert "no end" in shoal.send(*FORM, "--only-failed", events, tree, ledger.url).sent_all(20).text


@pytest.mark.parametrize(
    "content, word",
    [
        (b"not json\n", "line 1"),
        (b'{"event":"start"}\n[1]\n', "line 2"),
        (b'{"event":"file","verdict":"sent"}\n', "line 1"),
        (b'{"event":"file","path":"a"}\n', "line 1"),
        (b'{"event":"file","path":"a","path_base64":"?","verdict":"sent"}\n', "line 1"),
        (None, "no such file"),
    ],
)
def test_another_file_is_an_error(shoal, tree, ledger, events, content, word):
    tree("a")
    if content is not None:
        events.write_bytes(content)
    shoal.send(*FORM, "--only-failed", events, tree, ledger.url).usage_error("--only-failed", word.replace("no such", "o such"))
    assert not ledger.records


def test_a_journal_says_it_too(shoal, tree, ledger, folder):
    journal = folder / "j.db"
    tree.many(6)
    ledger.script("0000/f3.txt", Answer(413), Answer(200), Answer(200))
    shoal.send(*FORM, "--journal", journal, tree, ledger.url)
    (tree.path / "0000/f1.txt").write_bytes(b"changed")  # it was sent: that is all that counts here
    run = shoal.send(*FORM, "--only-failed", journal, tree, ledger.url)
    assert run.paths("sent") == {b"0000/f3.txt"} and run.status == 0
    run = shoal.send(*FORM, "-F", "v=2", "--only-failed", journal, tree, ledger.url)
    assert run.end["sent"] == 6  # another destination
    assert shoal.send(*FORM, "--only-failed", journal, "--journal", journal, tree, ledger.url).end["sent"] == 1
    run = shoal.send(*FORM, "--only-failed", journal, "--journal", journal, tree, ledger.url)
    assert run.status == 0 and run.end["found"] == 0


def test_with_shards_each_takes_its_part(shoal, tree, ledger, events):
    tree.many(12)
    paths = sorted(tree.files)
    write(events, *[(path, "failed") for path in paths[:6]], *[(path, "sent") for path in paths[6:]], ("gone", "failed"))
    problems = []
    for shard in ("1/3", "2/3", "3/3"):
        run = shoal.send(*FORM, "--shard", shard, "--only-failed", events, tree, ledger.url)
        problems += run.problems
    assert sorted(ledger.keys) == paths[:6] and len(problems) == 1


def test_base64_paths_are_compared_byte_by_byte(shoal, tree, ledger, events):
    tree(b"x\xff\xfe", b"1")
    line = {"event": "file", "path": "x", "path_base64": base64.b64encode(b"x\xff\xfe").decode(), "verdict": "sent"}
    events.write_text(json.dumps(line) + '\n{"event":"end"}\n')
    assert shoal.send("-T", "--only-failed", events, tree, ledger.url + "/").end["found"] == 0
