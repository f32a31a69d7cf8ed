"""Runs the real binary and checks, in every run, what must always be true."""

import base64
import json
import os
import pathlib
import queue
import re
import signal
import subprocess
import tempfile
import threading
import time

from event_schema import EventSchema

VERDICTS = ("sent", "exists", "skipped", "failed", "unknown")
CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
SANITIZER = re.compile(rb"(AddressSanitizer|LeakSanitizer|ThreadSanitizer|runtime error:)")

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
EVENTS = EventSchema(CHECKOUT / "docs" / "events.schema.json")

# Seconds after which something hangs. Tests wait for events: how fast the machine is must not matter.
HANG = 300


def binary_path():
    """The program under test: $SHOAL, or the one in build/."""
    return pathlib.Path(os.environ.get("SHOAL", CHECKOUT / "build" / "shoal")).absolute()


def read_event(line):
    """An event from its line. It must be one that the schema has."""
    event = json.loads(line)
    EVENTS.check(event)
    return event


def path_of(event):
    """A file's exact path as bytes, even if it is not UTF-8."""
    if "path_base64" in event:
        return base64.b64decode(event["path_base64"])
    return event["path"].encode()


class Run:
    """A completed run."""

    def __init__(self, arguments, status, out, err, lines, seconds):
        self.arguments = arguments
        self.status = status
        self.out = out
        self.err = err
        self.seconds = seconds
        self.events = [read_event(line) for line in lines]

    def __repr__(self):
        shown = " ".join(str(argument) for argument in self.arguments)
        tail = "\n".join(json.dumps(event)[:600] for event in self.events[-8:])
        return (
            f"\n$ {shown[:2000]}\nstatus {self.status} after {self.seconds:.2f} s\n"
            f"--- out\n{self.out[-2000:].decode(errors='backslashreplace')}"
            f"\n--- err\n{self.err[-4000:].decode(errors='backslashreplace')}\n--- events\n{tail}\n"
        )

    def of_kind(self, kind):
        return [event for event in self.events if event["event"] == kind]

    @property
    def files(self):
        return self.of_kind("file")

    @property
    def problems(self):
        return self.of_kind("problem")

    @property
    def end(self):
        assert self.events and self.events[-1]["event"] == "end", self
        return self.events[-1]

    @property
    def verdicts(self):
        """Path (text) -> its file event."""
        return {event["path"]: event for event in self.files}

    def paths(self, verdict):
        """The exact paths (bytes) with that verdict."""
        return {path_of(event) for event in self.files if event["verdict"] == verdict}

    @property
    def text(self):
        """The text on standard error."""
        return self.err.decode(errors="backslashreplace")

    @property
    def everything(self):
        """All output, in bytes."""
        return self.out + self.err + json.dumps(self.events, ensure_ascii=False).encode(
            errors="surrogatepass"
        )

    def count(self, verdict):
        return self.end[verdict]

    def sent_all(self, count=None):
        """Asserts that every file was sent, and returns the run."""
        assert self.status == 0, self
        assert self.end["sent"] == self.end["found"], self
        if count is not None:
            assert self.end["sent"] == count, self
        return self

    def usage_error(self, *words):
        """Asserts exit status 2, a message with these words, and that nothing was sent."""
        assert self.status == 2, self
        assert not [event for event in self.files if event["attempts"]], self
        for word in words:
            assert word in self.text, (word, self)
        return self


def check_reconciled(run):
    """found = sent + exists + skipped + failed + unknown, one verdict per file, the end event last."""
    kinds = [event["event"] for event in run.events]
    assert kinds[-1] == "end" and kinds.count("end") == 1, run
    assert kinds[0] == "start" and kinds.count("start") == 1, run
    end = run.end
    if run.of_kind("plan"):
        return
    assert end["found"] == sum(end[verdict] for verdict in VERDICTS), run
    paths = [path_of(event) for event in run.files]
    assert len(paths) == len(set(paths)), f"two verdicts for one path{run!r}"
    for verdict in VERDICTS:
        events = [event for event in run.files if event["verdict"] == verdict]
        assert len(events) == end[verdict], (verdict, len(events), run)
    sent = sum(event["bytes"] for event in run.files if event["verdict"] == "sent")
    assert end["bytes"] == sent, (sent, run)
    assert end["problems"] == len(run.problems), run
    reasons = [event.get("reason") for event in run.files]
    assert end["not_attempted"] == reasons.count("not-attempted"), run
    assert end["maybe_accepted"] == sum("maybe_accepted" in event for event in run.files), run
    for event in run.files:
        check_file_event(event, run)


def check_file_event(event, run):
    """The values of one file event agree with each other."""
    verdict = event["verdict"]
    assert verdict in VERDICTS, event
    assert event["status"] is None or 100 <= event["status"] <= 999, event
    assert isinstance(event["temporary"], bool), event
    if verdict in ("sent", "exists"):
        assert event["attempts"] >= 1 and event["status"] is not None, event
        assert not event["temporary"] and not event.get("error"), event
    if verdict in ("failed", "unknown"):
        assert event.get("error"), f"no error text: {event}{run!r}"
    if verdict == "unknown":
        assert event["attempts"] >= 1, event
    if event.get("reason") == "not-attempted":
        assert event["attempts"] == 0 and event["temporary"] and event["status"] is None, event


def expected_status(run):
    """The exit status that follows from the verdicts, if nothing interrupted the run."""
    end = run.end
    if end["found"] == 0 and end["problems"] == 0 and end["complete"]:
        return 0 if {"--allow-empty", "--shard", "--only-failed"} & set(run.arguments) else 2
    if end["failed"] == end["unknown"] == end["problems"] == 0:
        return 0 if end["complete"] else 75
    failed = [event for event in run.files if event["verdict"] == "failed"]
    if end["exit"] == 77:
        assert any(event["status"] in (401, 403, 407, None) and event["attempts"] for event in failed), run
        return 77
    if end["exit"] == 2:
        assert {event["reason"] for event in run.files} <= {"tls", "not-attempted"}, run
        return 2
    if failed and not end["unknown"] and not end["problems"]:
        if all(event["temporary"] for event in failed):
            return 75
    return 1


def check_output_is_clean(run):
    """Neither stream has a control character for a terminal, or a sanitizer's report."""
    if "--json" not in run.arguments:
        found = CONTROL.search(run.out.replace(b"\n", b"").replace(b"\t", b""))
        assert not found, (found, run)
    found = CONTROL.search(run.err.replace(b"\n", b"").replace(b"\t", b""))
    assert not found, (found, run)
    assert not SANITIZER.search(run.err), run


class Running:
    """A run in progress, whose events can be awaited: it writes them to a pipe (--json)."""

    def __init__(self, shoal, arguments, popen, err):
        self.shoal = shoal
        self.arguments = arguments
        self.popen = popen
        self.pid = popen.pid
        self.err = err
        self.began = time.monotonic()
        self.lines = []
        self.queue = queue.Queue()
        self.seen = []
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        for line in self.popen.stdout:
            self.lines.append(line)
            self.queue.put(line)
        self.queue.put(None)

    def wait_event(self, wanted, timeout=HANG):
        """Waits for an event for which wanted(event) is true, and returns it."""
        until = time.monotonic() + timeout
        while True:
            line = self.queue.get(timeout=max(0.01, until - time.monotonic()))
            assert line is not None, "the run ended before the event came"
            event = read_event(line)
            self.seen.append(event)
            if wanted(event):
                return event

    def wait_files(self, count, verdict=None, timeout=HANG):
        """Waits for `count` file events (with that verdict)."""
        for _ in range(count):
            self.wait_event(
                lambda event: event["event"] == "file"
                and (verdict is None or event["verdict"] == verdict),
                timeout,
            )

    def signal(self, number=signal.SIGINT):
        os.kill(self.pid, number)

    def finish(self, timeout=HANG, interrupted=None):
        """Waits for the end and checks what must always be true."""
        try:
            status = self.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
            raise AssertionError(f"hangs: {self.arguments}") from None
        self.thread.join()
        self.err.seek(0)
        seconds = time.monotonic() - self.began
        run = Run(self.arguments, status, b"", self.err.read(), self.lines, seconds)
        check_output_is_clean(run)
        check_reconciled(run)
        if interrupted is None:
            assert run.status == expected_status(run), (expected_status(run), run)
        else:
            assert run.status in (-interrupted, 128 + interrupted), run
        return run


class Shoal:
    """The program. Calling it runs any command; send() runs `shoal send` with all its checks."""

    def __init__(self, folder):
        self.binary = binary_path()
        self.folder = pathlib.Path(folder)
        self.number = 0
        self.running = []

    def environment(self, env):
        base = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(self.folder)}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"):
            if name in os.environ:
                base[name] = os.environ[name]
        base.update(env or {})
        return base

    def sanitized(self):
        """Is it a build with AddressSanitizer? Then memory limits mean nothing."""
        return b"__asan_init" in self.binary.read_bytes()

    def __call__(
        self, *arguments, timeout=HANG, env=None, stdin=b"", prefix=(), cwd=None, stdout=None, fds=()
    ):
        command = [*map(str, prefix), str(self.binary), *map(os.fsencode, map(_text, arguments))]
        began = time.monotonic()
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            with subprocess.Popen(
                command,
                stdin=subprocess.PIPE if isinstance(stdin, bytes) else stdin,
                stdout=out if stdout is None else stdout,
                stderr=err,
                env=self.environment(env),
                cwd=cwd or self.folder,
                pass_fds=fds,
            ) as process:
                try:
                    process.communicate(stdin if isinstance(stdin, bytes) else None, timeout)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                    err.seek(0)
                    raise AssertionError(f"hangs: {command}\n{err.read()[-3000:]!r}") from None
            out.seek(0)
            err.seek(0)
            seconds = time.monotonic() - began
            run = Run(list(arguments), process.returncode, out.read(), err.read(), [], seconds)
        assert not SANITIZER.search(run.err), run
        return run

    def send(self, *arguments, interrupted=None, reconciled=True, check_status=True, **more):
        """Runs `shoal send`. Events go to a file unless the arguments contain --json."""
        arguments = ["send", *arguments]
        own = any(str(_text(argument)).split("=")[0] == "--json" for argument in arguments)
        self.number += 1
        events = self.folder / f"events-{self.number}.jsonl"
        given = list(arguments) if own else ["send", f"--json={events}", *arguments[1:]]
        run = self(*given, **more)
        if "--json" in arguments:
            run.events = [read_event(line) for line in run.out.splitlines()]
        elif not own and events.exists():
            run.events = [read_event(line) for line in events.read_bytes().splitlines()]
        check_output_is_clean(run)
        if not set(arguments) & {"-v", "--verbose", "-n", "--dry-run", "--json", "--help"}:
            assert run.out == b"", f"standard output carries data only{run!r}"
        if run.status == 2:
            assert run.err.strip(), f"status 2 without a word{run!r}"
        if own and "--json" not in arguments:
            return run
        if run.events and reconciled:
            check_reconciled(run)
            if check_status and interrupted is None and not run.of_kind("plan"):
                assert run.status == expected_status(run), (expected_status(run), run)
        elif reconciled:
            assert run.status == 2, f"no events, and not a matter of usage{run!r}"
        assert run.status in ((0, 1, 2, 75, 77) if interrupted is None else (128 + interrupted,)), run
        return run

    def start(self, *arguments, env=None, prefix=(), cwd=None, stdin=subprocess.DEVNULL):
        """Starts `shoal send --json` and returns a Running."""
        given = ["send", "--json", *arguments]
        err = tempfile.TemporaryFile()
        popen = subprocess.Popen(
            [*map(str, prefix), str(self.binary), *map(os.fsencode, map(_text, given))],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=err,
            env=self.environment(env),
            cwd=cwd or self.folder,
        )
        running = Running(self, given, popen, err)
        self.running.append(running)
        return running

    def close(self):
        for running in self.running:
            if running.popen.poll() is None:
                running.popen.kill()
                running.popen.wait()
            running.err.close()


def _text(argument):
    return argument if isinstance(argument, (str, bytes, os.PathLike)) else str(argument)
