"""What the run reports and what the server accepted agree, whatever happens to the responses."""

import collections
import json

import pytest

from receiver import Receiver

SIZES = [
    pytest.param(10_000, id="a tenth"),
    pytest.param(100_000, id="whole", marks=pytest.mark.soak),
]


class Taken:
    """`shoal serve` and what it accepted: path -> how often, and the paths whose response was dropped."""

    def __init__(self, folder, *faults):
        self.events = folder / "receiver.jsonl"
        arguments = [word for fault in faults for word in ("--fault", fault)]
        self.receiver = Receiver(*arguments)
        self.url = self.receiver.url + "/"
        self.count = collections.Counter()
        self.dropped = set()
        self.requests = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.receiver.end is None:
            self.receiver.popen.kill()
            self.receiver.popen.wait()

    def stop(self):
        """Stops the server and reads its events."""
        self.receiver.stop()
        lines = list(self.receiver.seen)
        while not self.receiver.lines.empty():
            line = self.receiver.lines.get()
            if line is not None:
                lines.append(json.loads(line))
        for event in lines:
            if event["event"] != "request":
                continue
            self.requests += 1
            path = event["path"].lstrip("/")
            if event["parts"]:
                self.count[path] += 1
            if event["status"] is None:
                self.dropped.add(path)


def check_attempts(run, taken):
    assert sum(event["attempts"] for event in run.files) == taken.requests


@pytest.mark.parametrize("files", SIZES)
def test_a_tenth_of_the_answers_is_dropped_and_nothing_is_lost(shoal, folder, tree, files):
    tree.many(files, size=4096)
    with Taken(folder, "drop@10%") as taken:
        run = shoal.send("-q", "-T", "--retries", "30", tree, taken.url, timeout=600).sent_all(files)
        taken.stop()
        assert set(taken.count) == set(tree.files)
        assert len(taken.dropped) > files / 20
        check_attempts(run, taken)


@pytest.mark.parametrize("files", SIZES)
def test_at_most_once_sends_nothing_twice_and_knows_what_it_does_not_know(
    shoal, folder, tree, files
):
    tree.many(files, size=4096)
    with Taken(folder, "drop@10%") as taken:
        run = shoal.send("-q", "-T", "--at-most-once", tree, taken.url, timeout=600)
        taken.stop()
        assert set(taken.count) == set(tree.files) and set(taken.count.values()) == {1}
        assert run.paths("unknown") == {path.encode() for path in taken.dropped}
        assert run.end["sent"] == files - len(taken.dropped) and run.end["failed"] == 0
        assert run.status == 1
        check_attempts(run, taken)


FAULTS = ["status=503:body@1%", "status=500:body@5%", "reset:taken@5%", "close:taken@5%", "reset:body@5%",
          "garbage:taken@3%", "truncate@3%", "close:next@every=20"]  # fmt: skip


@pytest.mark.parametrize("at_most_once", [False, True], ids=["default", "at-most-once"])
def test_many_faults_at_a_time(shoal, folder, tree, at_most_once):
    """Every verdict is true: what is sent was accepted, only once with --at-most-once, and what may have
    been accepted is never failed."""
    tree.many(2000, size=1000)
    mode = ["--at-most-once"] if at_most_once else ["--retries", "30"]
    with Taken(folder, *FAULTS) as taken:
        run = shoal.send("-q", "-T", "-j", "16", *mode, tree, taken.url)
        taken.stop()
        sent = {path.decode() for path in run.paths("sent")}
        assert sent <= set(taken.count)
        assert not run.paths("failed")
        if at_most_once:
            assert set(taken.count.values()) == {1}
            assert set(tree.files) - sent == {path.decode() for path in run.paths("unknown")}
            assert run.paths("unknown")
        else:
            assert sent == set(tree.files)
