"""Files that change while they wait, are read ahead or are sent: never mixed, never a wrong verdict."""

import os
import pathlib
import subprocess
import sys
import threading

import pytest

from harness import HANG
from servers.ledger import Answer
from servers.raw import OK, RawServer

FORM = ("-F", "path={path}", "-F", "file=@{file}")
LARGE = 24_000_000
HELPERS = pathlib.Path(__file__).parent / "helpers"


def grow(path):
    with open(path, "ab") as file:
        file.write(b"+" * 1000)


def shrink(path):
    os.truncate(path, os.path.getsize(path) // 2)


def empty(path):
    os.truncate(path, 0)


def replace(path):
    """Renames another file of the same size over it."""
    size = os.path.getsize(path)
    other = f"{path}.new"
    with open(other, "wb") as file:
        file.write(b"R" * size)
    os.rename(other, path)


def rewrite(path):
    """Writes other content of the same size in place."""
    size = os.path.getsize(path)
    with open(path, "r+b") as file:
        file.write(b"W" * size)


CHANGES = [grow, shrink, empty, replace, rewrite]


def whole(content):
    """Is it one state of the file, and not a mixture? A state repeats one byte (after growing: two)."""
    return len(set(content.rstrip(b"+"))) <= 1


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("size", [1000, LARGE])
def test_a_file_that_changes_while_it_waits_is_sent_whole(shoal, tree, ledger, change, size):
    """-j 1, and the first response is sent after the change."""
    tree("a-first", b"x")
    path = tree("b-waits", b"o" * size)
    changed = threading.Event()
    states = [b"o" * size]

    def answer(record):
        if not changed.is_set():
            change(path)
            states.append(path.read_bytes())
            changed.set()
        return Answer()

    ledger.default = answer
    run = shoal.send("-j", "1", *FORM, tree, ledger.url)
    # It may have been read ahead before the change: then the old state is sent, complete.
    sent = {record.key: record.field("file") for record in ledger.records}
    assert run.end["found"] == 2
    assert sent["b-waits"] in states
    run.sent_all(2)
    assert run.verdicts["b-waits"]["bytes"] == len(sent["b-waits"])


def test_a_file_that_vanishes_while_it_waits_fails_or_was_read_whole(shoal, tree, ledger):
    tree("a")
    tree("b")
    gone = []

    def answer(record):
        if not gone:
            gone.append("b" if record.key == "a" else "a")
            os.unlink(tree.path / gone[0])
        return Answer()

    ledger.default = answer
    run = shoal.send("-j", "1", *FORM, tree, ledger.url)
    if run.end["sent"] == 2:  # it had been read ahead
        assert {record.field("file") for record in ledger.records} == {b"content\n"}
        return
    assert run.status == 1
    assert run.verdicts[gone[0]]["verdict"] == "failed"
    assert run.verdicts[gone[0]]["error"]


class HeldBody:
    """A server that stops reading within the first body until it is told to continue."""

    def __init__(self):
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.whole = []

    def __call__(self, connection):
        while True:
            head = connection.read_head()
            if not self.begun.is_set():
                connection.kept += connection.receive()
                self.begun.set()
                assert self.go_on.wait(HANG)
            self.whole.append(connection.read_body(head))
            connection.send(OK)


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_changes_while_it_streams_is_never_sent_torn(shoal, tree, change):
    path = tree("a", b"o" * LARGE)
    behave = HeldBody()
    with RawServer(behave, receive_buffer=65536) as server:
        running = shoal.start("-T", tree, server.origin + "/")
        assert behave.begun.wait(HANG)
        change(path)
        behave.go_on.set()
        run = running.finish()
        run.sent_all(1)
        # The first attempt was aborted: one complete body arrived, in the file's last state. A file
        # replaced by rename may also be sent in its old state: it is still open and complete.
        bodies = behave.whole
        assert bodies and all(body in (b"o" * LARGE, path.read_bytes()) for body in bodies)
        assert bodies[-1] == path.read_bytes() or change is replace
        if change is not replace:
            assert run.verdicts["a"]["attempts"] == 2
        assert run.verdicts["a"]["bytes"] == len(bodies[-1])


def test_a_file_that_vanishes_while_it_streams_is_sent_or_fails(shoal, tree):
    path = tree("a", b"o" * LARGE)
    behave = HeldBody()
    with RawServer(behave, receive_buffer=65536) as server:
        running = shoal.start("-T", tree, server.origin + "/")
        assert behave.begun.wait(HANG)
        os.unlink(path)
        behave.go_on.set()
        run = running.finish()
        if run.end["sent"]:
            assert behave.whole == [b"o" * LARGE]
        else:
            assert run.paths("failed") == {b"a"} and not behave.whole


def test_a_file_that_changes_for_ever_fails_after_the_retries(shoal, tree):
    path = tree("a", b"o" * LARGE)
    torn = []

    def behave(connection):
        head = connection.read_head()
        connection.receive()
        grow(path)
        torn.append(connection.read_body(head))
        connection.send(OK)

    with RawServer(behave, receive_buffer=65536) as server:
        run = shoal.send("--retries", "2", "-T", tree, server.origin + "/")
        assert not torn, "not one whole body"
        event = run.verdicts["a"]
        assert event["verdict"] == "failed" and event["attempts"] == 3
        assert "chang" in event["error"]


def race(shoal, tree, ledger, seconds_most, files, rounds):
    """Processes change the files at random while run after run sends them."""
    for number in range(files):
        size = (10, 5000, 400_000, 3_000_000)[number % 4]
        tree(f"f{number}", bytes([97 + number % 26]) * size)
    disturb = [sys.executable, str(HELPERS / "disturb.py"), str(tree)]
    writers = [
        subprocess.Popen([*disturb, str(seed)], stdin=subprocess.PIPE) for seed in range(2)
    ]
    try:
        for _ in range(rounds):
            shoal.send("--exclude", "*.?", "-j", "8", "--retries", "20", *FORM, tree, ledger.url,
                       timeout=seconds_most)  # fmt: skip
    finally:
        for writer in writers:
            writer.stdin.close()
            writer.wait()
    torn = [record.key for record in ledger.records if not whole(record.field("file"))]
    assert not torn, f"{len(torn)} torn of {len(ledger.records)}"
    assert len(ledger.records) >= files


def test_races_accept_no_torn_file(shoal, tree, ledger):
    race(shoal, tree, ledger, 120, files=24, rounds=3)


@pytest.mark.soak
def test_a_thousand_races_accept_no_torn_file(shoal, tree, ledger):
    race(shoal, tree, ledger, 600, files=40, rounds=25)


def test_a_second_file_of_the_form_that_changes_is_not_torn_either(shoal, tree):
    tree("a.map", b"m")
    other = tree("a", b"o" * LARGE)
    behave = HeldBody()
    with RawServer(behave, receive_buffer=65536) as server:
        running = shoal.start(
            "--include", "*.map", "-F", "min=@{folder}/{stem}", "-F", "map=@{file}", tree, server.url
        )
        assert behave.begun.wait(HANG)
        rewrite(other)
        behave.go_on.set()
        running.finish().sent_all(1)
        (body,) = behave.whole
        assert (b"W" * LARGE) in body


def test_bytes_that_wait_in_the_socket_cannot_change_unnoticed(shoal, tree):
    """sendfile(2) would send a file's pages as they are when they leave, or even, to a server on the same
    machine, when they are read there; not as they were when they were queued."""
    size = 1_500_000
    tree("a", b"old" * (size // 3))
    changed = threading.Event()
    bodies = []

    def behave(connection):
        head = connection.read_head()
        if not bodies:
            bodies.append(None)
            changed.set()
            assert wrote.wait(HANG)
        bodies.append(connection.read_body(head))
        connection.answer(200)
        connection.wait_closed()

    wrote = threading.Event()

    def rewrite():
        changed.wait(HANG)
        with open(tree.path / "a", "r+b") as file:
            file.write(b"new" * (size // 3))
        wrote.set()

    writer = threading.Thread(target=rewrite)
    writer.start()
    with RawServer(behave) as server:
        shoal.send("-T", "-X", "POST", tree.path / "a", server.url).sent_all(1)
        writer.join()
    for body in bodies[1:]:
        assert set(body[i : i + 3] for i in range(0, len(body), 3)) in ({b"old"}, {b"new"})


def link(path):
    os.link(path, f"{path}.link")


def permit(path):
    path.chmod(0o600)


def secretly(path):
    """Rewrites the file in place and sets its modification time back."""
    facts = path.stat()
    rewrite(path)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))


@pytest.mark.parametrize(("change", "attempts"), [(link, 1), (permit, 1), (secretly, 2)])
def test_only_new_content_counts_as_a_change(shoal, tree, change, attempts):
    """A new ctime alone is no new content where another link or other permissions explain it."""
    path = tree("a", b"o" * LARGE)
    behave = HeldBody()
    with RawServer(behave, receive_buffer=65536) as server:
        running = shoal.start("-T", path, server.origin + "/")
        assert behave.begun.wait(HANG)
        change(path)
        behave.go_on.set()
        run = running.finish().sent_all(1)
    assert run.verdicts["a"]["attempts"] == attempts
    assert behave.whole == [path.read_bytes()]


@pytest.mark.soak
def test_no_file_is_torn_where_times_have_no_fractions(shoal, folder, ledger):
    """On ext4 with small inodes, where times are whole seconds, a writer writes the file all the time."""
    image, mounted = folder / "image", folder / "mounted"
    mounted.mkdir()
    with open(image, "wb") as file:
        file.truncate(100 << 20)
    made = subprocess.run(["mkfs.ext4", "-q", "-I", "128", str(image)], check=False, capture_output=True)
    if made.returncode or subprocess.run(["mount", "-o", "loop", image, mounted], check=False).returncode:
        pytest.skip("no file system can be mounted here: times without fractions are not tested")
    try:
        tree = mounted / "tree"
        tree.mkdir()
        overwrite(shoal, tree, ledger)
    finally:
        subprocess.run(["umount", str(mounted)], check=True)
    bodies = [record.field("file") for record in ledger.records]
    assert len(bodies) >= 20
    torn = [body[:1] for body in bodies if not whole(body)]
    assert not torn, f"{len(torn)} torn of {len(bodies)}"


def overwrite(shoal, tree, ledger):
    """Runs send the files that another thread overwrites in place, with a rest of 1.5 s now and then."""
    for number in range(4):
        (tree / f"f{number}").write_bytes(b"o" * 3_000_000)
    ended = threading.Event()

    def write():
        for number in range(10**6):
            for path in tree.iterdir():
                with open(path, "r+b") as file:
                    file.write(bytes([97 + number % 26]) * 3_000_000)
            if ended.wait(1.5 if number % 8 == 0 else 0.07):
                return

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(8):
            shoal.send("--retries", "20", *FORM, tree, ledger.url, timeout=600)
    finally:
        ended.set()
        writer.join()
