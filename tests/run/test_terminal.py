"""At a terminal: a progress line, and no control characters from outside."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

import pytest

from harness import HANG
from servers.ledger import Answer
from servers.raw import unused_port

FORM = ("-F", "path={path}", "-F", "file=@{file}")
OWN = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """The program with a terminal for its three streams (or for standard error alone)."""

    def __init__(self, shoal, arguments, columns=80, only_error=False, term="xterm", environment=None):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        other = subprocess.DEVNULL if only_error else slave
        self.popen = subprocess.Popen(
            [str(shoal.binary), "send", *map(str, arguments)],
            stdin=other,
            stdout=other,
            stderr=slave,
            env=shoal.environment({"TERM": term, **(environment or {})}),
            cwd=shoal.folder,
            start_new_session=True,
        )
        os.close(slave)
        self.text = b""

    def read_until(self, pattern, timeout=HANG):
        """Reads until the pattern (bytes) is found in everything shown so far."""
        until = time.monotonic() + timeout
        while not re.search(pattern, self.text):
            assert time.monotonic() < until, self.text[-2000:]
            if not self._read(0.1):
                assert re.search(pattern, self.text), self.text[-2000:]
                return

    def _read(self, wait):
        ready, _, _ = select.select([self.master], [], [], wait)
        if not ready:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        self.text += data
        return bool(data)

    def finish(self, timeout=HANG):
        until = time.monotonic() + timeout
        while self._read(0.1):
            assert time.monotonic() < until, "hangs"
        self.popen.wait(HANG)
        os.close(self.master)
        return self.popen.returncode


@pytest.fixture
def terminal(shoal):
    started = []

    def start(*arguments, **more):
        started.append(Terminal(shoal, arguments, **more))
        return started[-1]

    yield start
    for one in started:
        if one.popen.poll() is None:
            one.popen.kill()
            one.popen.wait()


def test_a_line_is_redrawn_and_shows_the_total(terminal, tree, ledger, held):
    tree.many(20)
    shown = terminal(*FORM, "-j", "4", tree, ledger.url)
    ledger.wait_requests(4)
    shown.read_until(rb"\b20\b")
    shown.read_until(rb"\r")
    held.set()
    assert shown.finish() == 0
    assert shown.text.count(b"\r") >= 2
    last = shown.text.rpartition(b"\r\n")[0].rpartition(b"\r\n")[2]
    assert b"20" in shown.text and last


def test_the_line_is_no_wider_than_the_terminal(terminal, tree, ledger, held):
    tree.many(20)
    shown = terminal(*FORM, "-j", "4", tree, ledger.url, columns=30, only_error=True)
    ledger.wait_requests(4)
    shown.read_until(rb"\r")
    held.set()
    assert shown.finish() == 0
    line = shown.text.replace(b"\r\n", b"\n").split(b"\n")[0]
    for redrawn in line.split(b"\r")[:-1]:  # the last is the summary
        assert len(OWN.sub(b"", redrawn).decode()) <= 30, redrawn


def test_nothing_that_a_name_or_an_answer_says_is_obeyed(terminal, tree, ledger):
    evil = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\u200bevil\r\n\x08"
    tree("name" + evil.replace("/", ""), b"x")
    tree("plain", b"x")
    ledger.always(status=400, body=("answer" + evil).encode())
    shown = terminal(*FORM, "-v", tree, ledger.url)
    assert shown.finish() == 1
    left = OWN.sub(b"", shown.text.replace(b"\x1b[2K", b"").replace(b"\x1b[K", b""))
    assert b"\x1b[2J" not in shown.text
    for byte in (b"\x1b", b"\x07", b"\x08", "\x9b".encode(), "\u202e".encode(), "\u200b".encode()):
        assert byte not in left, (byte, left)
    assert b"evil" in left and b"answer" in left


def test_an_interrupt_leaves_the_terminal_as_it_was(terminal, tree, ledger, held):
    tree.many(5)
    shown = terminal(*FORM, "-j", "2", "--grace", "200ms", tree, ledger.url)
    ledger.wait_requests(2)
    shown.read_until(rb"\r")
    shown.popen.send_signal(signal.SIGINT)
    assert shown.finish() in (130, -2)
    hidden, again = shown.text.count(b"\x1b[?25l"), shown.text.count(b"\x1b[?25h")
    assert hidden == again
    assert shown.text.endswith(b"\n")


def test_no_progress_where_there_is_no_terminal(shoal, tree, ledger):
    tree.many(50)
    run = shoal.send(*FORM, tree, ledger.url).sent_all(50)
    assert b"\r" not in run.err and b"\x1b" not in run.err
    assert 1 <= len(run.err.splitlines()) <= 4


def test_quiet_shows_no_progress(terminal, tree, ledger):
    tree.many(20)
    shown = terminal("-q", *FORM, tree, ledger.url)
    assert shown.finish() == 0
    assert shown.text == b""


def test_a_terminal_that_hangs_up_ends_nothing_in_disorder(terminal, tree, ledger, held):
    """The terminal disappears during the run: it is interrupted and does not crash."""
    tree.many(5)
    shown = terminal(*FORM, "-j", "2", "--grace", "200ms", tree, ledger.url)
    ledger.wait_requests(2)
    os.close(shown.master)
    held.set()
    shown.popen.wait(20)
    assert shown.popen.returncode not in (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGPIPE)


def test_files_that_the_end_of_the_run_overtook_share_a_line(terminal, tree):
    tree.many(40)
    shown = terminal("--retries", "1", "-j", "1", tree, f"http://127.0.0.1:{unused_port()}/")
    assert shown.finish() == 75
    lines = [line for line in OWN.sub(b"", shown.text).replace(b"\r", b"\n").split(b"\n")]
    failures = [line for line in lines if line.startswith(b"failed ")]
    assert len(failures) == 1, failures
    assert re.search(rb"\n +3\d  not attempted: the run ended: [^\n]+\n", shown.text.replace(b"\r", b""))


def test_failures_are_counted_by_cause_in_colors_unless_they_are_not_wanted(terminal, tree, ledger, held):
    tree.many(20)
    tree("0/first")
    ledger.script("0/first", Answer(wait=held))
    ledger.default = lambda record: Answer(status=422, body=b"duplicate")
    for environment, sign in (({"LC_ALL": "C.UTF-8"}, "\x1b[31m✗ 20 × \x1b[0m422 "), ({"LC_ALL": "C", "NO_COLOR": "1"}, "x 20 x 422 ")):
        held.clear()
        shown = terminal("-j", "2", *FORM, tree, ledger.url, environment=environment)
        shown.read_until(re.escape(sign.encode()))
        held.set()
        assert shown.finish() == 1


def test_bytes_count_while_a_large_file_is_sent(terminal, tree, ledger):
    tree("large", b"x" * 3_000_000)
    shown = terminal("--limit-rate", "500k", *FORM, tree, ledger.url)
    shown.read_until(rb"\b1\.\d / 2\.9 MiB   ")
    shown.popen.send_signal(signal.SIGTERM)
    shown.popen.send_signal(signal.SIGTERM)
    shown.finish()


def test_the_total_is_known_before_all_files_are_found(terminal, tree, ledger, held):
    tree.many(3000)
    shown = terminal("-j", "2", "--grace", "0", *FORM, tree, ledger.url)
    shown.read_until(rb"  0 / 3,000   0 %[^\n]*\r?\n0 B? ?/ \d+\.\d KiB   ")
    shown.popen.send_signal(signal.SIGINT)
    shown.read_until(rb"stopping: 2 to finish, 0\.0 s; again to stop now")
    held.set()
    shown.finish()


def test_a_signal_asks_for_a_line_about_progress(shoal, tree, ledger, held):
    tree.many(5)
    popen = subprocess.Popen(
        [str(shoal.binary), "send", "--progress", "none", "-j", "2", *FORM, str(tree), ledger.url],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=shoal.environment({}),
    )
    ledger.wait_requests(2)
    popen.send_signal(signal.SIGUSR1)
    line = popen.stderr.readline()
    assert re.match(rb"\d{4}-\S+Z 0 of 5 files \(0 %\).* 2 in flight", line), line
    held.set()
    assert popen.communicate(timeout=HANG) and popen.returncode == 0
