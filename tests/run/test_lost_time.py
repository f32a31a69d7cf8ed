"""Time in which the program could not run is not the server's: stopped, or held up by its output."""

import os
import signal
import subprocess
import threading
import time

from servers.ledger import Answer

FORM = ("-F", "path={path}", "-F", "file=@{file}")


def stop_for(running, seconds):
    """Stops the process as Ctrl-Z does, and lets it continue."""
    running.signal(signal.SIGSTOP)
    os.waitid(os.P_PID, running.pid, os.WSTOPPED | os.WNOWAIT)
    time.sleep(seconds)  # the time that is lost
    running.signal(signal.SIGCONT)


def test_a_stopped_run_does_not_give_up(shoal, tree, ledger):
    """Stopped for longer than --give-up-after while it waits after a rejection."""
    tree.many(20)
    ledger.default = lambda record: Answer(status=503 if record.number == 0 else 200)
    running = shoal.start(*FORM, "-j", "1", "--give-up-after", "900ms", tree, ledger.url)
    ledger.wait_requests(1)
    stop_for(running, 1.2)
    running.finish().sent_all(20)


def test_a_stopped_run_does_not_end_a_pause_early_or_give_up_in_it(shoal, tree, ledger):
    tree.many(5)
    ledger.default = lambda record: (
        Answer(status=429, headers={"Retry-After": "1"}) if record.number == 0 else Answer()
    )
    running = shoal.start(*FORM, "-j", "1", "--give-up-after", "1500ms", tree, ledger.url)
    ledger.wait_requests(1)
    stop_for(running, 1.7)
    running.finish().sent_all(5)
    assert ledger.records[1].at - ledger.records[0].at >= 1


def test_a_stopped_transfer_has_not_stalled(shoal, tree, ledger, held):
    """Neither does the grace after an interrupt pass while the process is stopped."""
    tree("a")
    running = shoal.start(
        *FORM, "--retries", "0", "--stall-timeout", "800ms", "--grace", "800ms", tree, ledger.url
    )
    ledger.wait_requests(1)
    running.signal(signal.SIGTERM)
    running.wait_event(lambda event: event["event"] == "notice")
    threading.Timer(1, held.set).start()
    stop_for(running, 1.2)
    run = running.finish(interrupted=signal.SIGTERM)
    assert run.verdicts["a"]["verdict"] == "sent", run


class BlockedReader:
    """A pipe that nobody reads until it is told to."""

    def __init__(self):
        self.read, self.write = os.pipe()
        self.release = threading.Event()
        self.data = b""
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        self.release.wait()
        while part := os.read(self.read, 1 << 20):
            self.data += part

    def finish(self):
        self.thread.join()
        os.close(self.read)
        return self.data


def test_nobody_waits_for_whoever_reads_the_events(shoal, tree, ledger):
    """Up to 16 MiB of events wait: here all of them do, and everything is sent meanwhile."""
    tree.many(150)
    ledger.always(body=b"x" * 60_000)
    reader = BlockedReader()
    runs = []
    run = threading.Thread(
        target=lambda: runs.append(shoal("send", "--json", *FORM, tree, ledger.url, stdout=reader.write))
    )
    run.start()
    ledger.wait_requests(150)  # hangs if the sending waits for the reader
    reader.release.set()
    run.join()
    os.close(reader.write)
    lines = reader.finish().splitlines()
    assert runs[0].status == 0 and len(lines) == 152
    assert b'"event":"end"' in lines[-1]


def test_output_that_is_full_costs_no_time(shoal, ledger):
    """When 16 MiB wait, the run waits too: then --give-up-after does not pass. The events that fill it
    say nothing of the server: they are of paths that do not exist."""
    (shoal.folder / "a").write_text("x")
    ledger.script("a", Answer(status=503), Answer())
    reader = BlockedReader()
    stdin, feed = os.pipe()
    runs = []
    arguments = ("send", "-q", "--json", *FORM, "--give-up-after", "1", "-", ledger.url)
    run = threading.Thread(
        target=lambda: runs.append(shoal(*arguments, stdin=stdin, stdout=reader.write))
    )
    run.start()
    with os.fdopen(feed, "w") as paths:
        paths.write("a\n")
        paths.flush()
        ledger.wait_requests(1)
        threading.Timer(2, reader.release.set).start()  # the time that is lost
        for number in range(4_300):
            paths.write("/".join([str(number), *15 * ["x" * 250]]) + "\n")
    run.join()
    os.close(stdin)
    os.close(reader.write)
    lines = reader.finish().splitlines()
    assert sum(b'"event":"file"' in line for line in lines) == 4_301, runs[0]
    assert sum(b'"path":"a","verdict":"sent"' in line for line in lines) == 1


def test_events_are_in_the_file_when_the_process_is_killed(shoal, tree, ledger, folder):
    """Each event is written within 10 ms, although nothing fills a batch."""
    tree.many(30)
    path = folder / "events.jsonl"
    hold = threading.Event()
    ledger.default = lambda record: Answer(wait=hold) if record.number == 20 else Answer()
    process = subprocess.Popen(
        [str(shoal.binary), "send", "-q", f"--json={path}", *FORM, "-j", "1", str(tree), ledger.url],
        env=shoal.environment(None),
    )
    ledger.wait_requests(21)
    time.sleep(0.02)
    process.kill()
    process.wait()
    hold.set()
    assert path.read_bytes().count(b'"event":"file"') == 20
