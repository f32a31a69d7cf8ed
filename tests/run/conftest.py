"""Fixtures: the program, folders of files, servers."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import time

import pytest

from harness import CHECKOUT, HANG, Shoal, binary_path
from servers.certificates import Certificates
from servers.ledger import Ledger
from servers.sink import Sink

HELPERS = pathlib.Path(__file__).parent / "helpers"


# Files whose tests take longest. They begin first, so that parallel workers end at about the same time.
SLOW_FILES = ("test_changing_files", "test_ledger", "test_fault_matrix", "test_pace", "test_servers_bad", "test_limits")


def pytest_collection_modifyitems(items):
    order = {name: number for number, name in enumerate(SLOW_FILES)}
    items.sort(key=lambda item: order.get(item.path.stem, len(order)))


def pytest_sessionstart(session):
    if not binary_path().exists() and not session.config.option.collectonly:
        pytest.exit(f"no program at {binary_path()}: build it, or say where with SHOAL=", 3)


@pytest.fixture
def folder():
    """A new folder that any user may enter."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="shoal-test-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)
    if path.exists():  # its permissions prevent that, or a path in it is longer than PATH_MAX
        subprocess.run(["chmod", "-R", "u+rwX", "--", str(path)], check=False, stderr=subprocess.DEVNULL)
        subprocess.run(["rm", "-rf", "--", str(path)], check=True)


@pytest.fixture
def shoal(folder):
    """The program, with a working directory of its own."""
    work = folder / "work"
    work.mkdir()
    program = Shoal(work)
    yield program
    program.close()


class Tree:
    """A folder to send: tree("a.txt", b"content"), tree.many(1000)."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.path.mkdir(parents=True, exist_ok=True)
        self.files = {}

    def __fspath__(self):
        return str(self.path)

    def __str__(self):
        return str(self.path)

    def __call__(self, name, content=b"content\n"):
        """Makes a file; `name` and `content` are text or bytes. Returns its path."""
        name = os.fsencode(name)
        content = content.encode() if isinstance(content, str) else content
        path = os.path.join(os.fsencode(self.path), name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        self.files[os.fsdecode(name)] = content
        return pathlib.Path(os.fsdecode(path))

    def many(self, count, size=100, per_folder=500):
        """Makes `count` files of `size` bytes, each with different content."""
        for number in range(count):
            if number % per_folder == 0:
                below = f"{number // per_folder:04d}"
                (self.path / below).mkdir(exist_ok=True)
            content = (b"%d\n" % number) * (size // len(b"%d\n" % number) + 1)
            name = f"{below}/f{number}.txt"
            (self.path / name).write_bytes(content[:size])
            self.files[name] = content[:size]
        return self


@pytest.fixture
def tree(folder):
    return Tree(folder / "tree")


@pytest.fixture
def make_tree(folder):
    """Makes further trees: make_tree("other")."""
    return lambda name: Tree(folder / name)


@pytest.fixture
def ledger():
    with Ledger() as server:
        yield server


@pytest.fixture
def held(ledger):
    """The ledger responds once the event is set."""
    event = threading.Event()
    ledger.always(wait=event)
    yield event
    event.set()


@pytest.fixture
def sink():
    with Sink() as server:
        yield server


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory):
    """A folder for what is made once per test session; any user may enter it."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="shoal-session-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def certificates(shared_folder):
    return Certificates(shared_folder / "certificates")


@pytest.fixture(scope="session")
def compiled(shared_folder):
    """compiled("name", *flags): a C file of helpers/, compiled once; returns the path of the result."""
    made = {}

    def build(name, *flags):
        if name not in made:
            result = shared_folder / name
            source = HELPERS / f"{name}.c"
            command = ["cc", "-O1", "-D_GNU_SOURCE", *flags, "-o", str(result), str(source), "-ldl"]
            subprocess.run(command, check=True)
            made[name] = result
        return made[name]

    return build


@pytest.fixture
def hang(compiled, folder):
    """hang(name): an environment in which a disk does not respond for paths that contain the name;
    hang.begun() waits until it is asked."""
    marker = folder / "hung"

    def environment(name):
        library = str(compiled("hang", "-shared", "-fPIC"))
        order = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        return {
            "LD_PRELOAD": library, "SHOAL_HANG": name, "SHOAL_HUNG": str(marker), "ASAN_OPTIONS": order
        }  # fmt: skip

    def begun():
        until = time.monotonic() + HANG
        while not marker.exists():
            assert time.monotonic() < until
            time.sleep(0.01)

    environment.begun = begun
    return environment


@pytest.fixture
def peak_memory(compiled, folder):
    """Returns (prefix, read): a prefix for a command; read() returns its peak memory in KiB afterwards."""
    result = folder / "peak"
    prefix = [str(compiled("peak_memory")), str(result)]
    return prefix, lambda: int(result.read_text())


def private_hosts(folder, lines):
    """A prefix that runs a command with a different /etc/hosts; skips if that is not allowed."""
    hosts = folder / "hosts"
    hosts.write_text("127.0.0.1 localhost\n::1 ip6-localhost\n" + "\n".join(lines) + "\n")
    script = 'mount --bind "$1" /etc/hosts && shift && exec "$@"'
    prefix = ["unshare", "-m", "sh", "-c", script, "sh", str(hosts)]
    if subprocess.run([*prefix, "true"], check=False, stderr=subprocess.DEVNULL).returncode:
        pytest.skip("no mount namespace of one's own is allowed here")
    return prefix


@pytest.fixture
def hosts(folder):
    """hosts("127.0.0.1 name", ...): a prefix that gives these addresses to these names."""
    return lambda *lines: private_hosts(folder, lines)


@pytest.fixture
def as_nobody(shoal, folder):
    """A prefix that runs a command as an unprivileged user; and a copy of the program that it may run."""
    if os.geteuid() != 0:
        return []
    copy = folder / "shoal"
    shutil.copy(shoal.binary, copy)
    copy.chmod(0o755)
    shoal.binary = copy
    os.chown(shoal.folder, 65534, 65534)
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]


@pytest.fixture(scope="session")
def cache():
    """A folder that outlives the test session, for downloads."""
    path = pathlib.Path(os.environ.get("SHOAL_TEST_CACHE", CHECKOUT / ".cache"))
    path.mkdir(parents=True, exist_ok=True)
    return path
