"""Makes each call that may fail do so, one per run: shoal reports it, and every report is true."""

import os
import random
import re

import pytest

from harness import check_reconciled, expected_status, path_of
from servers.ledger import Answer

SAMPLE = 2  # calls of a family per scene that fail in a default run
LOST = re.compile(r"can't be written|events are missing|shoal: out of memory")
CALLS = ("memory", "open", "read", "write", "folder", "thread", "socket")
FORM = ["-F", "path={path}", "-F", "file=@{file}"]
MUCH = [
    "-v", *FORM, "-F", "url=https://example.com/{path:url}", "-F", "map=?@{folder}/{stem}.map",
    "-H", "X-Sum: {sha256}", "-H", "X-Key: {key}", "-s", "key=file:key", "-u", "me:password",
    "--exclude", "*.bak", "--ignore-file", "ignored", "--serial-by", "{dir}", "--rate", "500/s",
    "--limit-rate", "20M", "--success", "200-204", "--exists", "409", "--idempotency-key",
]  # fmt: skip


class Scene:
    """A run: its arguments, its standard input, the responses."""

    def __init__(self, *arguments, paths=("{tree}",), listed=False, url="{url}", answers=None):
        self.arguments = [*arguments, "--retries", "2", "-j", "4", *paths, url]
        self.listed = listed
        self.answers = answers or {}

    def command(self, tree, ledger, name):
        named = {"{tree}": str(tree), "{url}": ledger.url, "{root}": ledger.origin + "/"}
        arguments = [named.get(argument, argument) for argument in self.arguments]
        return ["send", f"--json={name}", *arguments]

    def stdin(self, tree):
        return "".join(f"{tree}/{name}\n" for name in tree.files).encode() if self.listed else b""


SCENES = {
    "form": Scene(*FORM),
    "much": Scene(*MUCH, answers={"f1.js": [503, 200], "f2.js": [404], "f3.js": [409]}),
    "raw": Scene("-T", url="{root}"),
    "list": Scene(*FORM, "--base", "{tree}", paths=["-"], listed=True),
}


def make_files(shoal, tree):
    for number in range(6):
        tree(f"f{number}.js", f"content of {number}")
        tree(f"sub/g{number}.js", f"content of sub {number}")
    del tree.files["sub/g5.js"]
    (tree.path / "sub/g5.js").rename(tree.path / "f0.map")
    tree.files["f0.map"] = b"content of sub 5"
    tree("sub/deep/large.bin", random.Random(1).randbytes(600 * 1024))
    (shoal.folder / "key").write_text("secret of the key")
    (shoal.folder / "ignored").write_text("# nothing\n*.ignored\n/sub/*.none\n")


class Torture:
    """Runs a scene repeatedly, each time with another call that fails."""

    def __init__(self, shoal, tree, ledger, library, scene, family):
        self.shoal, self.tree, self.ledger, self.library = shoal, tree, ledger, library
        self.scene, self.family = scene, family
        self.counted = shoal.folder / "calls"
        make_files(shoal, tree)

    def run(self, call):
        """Lets that call fail ("7", "7+"; "0": none). Returns the run, and what the server accepted."""
        for key, statuses in self.scene.answers.items():
            self.ledger.script(key, *(Answer(status=status) for status in statuses))
        self.ledger.records.clear()
        self.counted.unlink(missing_ok=True)
        events = self.shoal.folder / "events.jsonl"
        events.unlink(missing_ok=True)
        env = {
            "LD_PRELOAD": self.library,
            "SHOAL_FAIL": f"{self.family}:{call}",
            "SHOAL_CALLS": str(self.counted),
        }
        run = self.shoal(
            *self.scene.command(self.tree, self.ledger, events.name),
            prefix=["env", *(f"{name}={value}" for name, value in env.items())],
            stdin=self.scene.stdin(self.tree),
        )
        lines = events.read_bytes().splitlines() if events.exists() else []
        run.__init__(run.arguments, run.status, run.out, run.err, lines, run.seconds)
        taken = {key.lstrip("/") for key in self.ledger.accepted}
        return run, taken

    def count(self):
        """The number of calls in a run in which none fails."""
        run, taken = self.run("0")
        assert taken | set(self.scene.answers) == set(self.tree.files), run
        check_reconciled(run)
        return int(self.counted.read_text().split()[1])

    def check(self, call):
        run, taken = self.run(call)
        assert run.status in (0, 1, 2, 75), run
        assert run.status == 0 or run.err.strip() or self.family == "write", run
        sent = {path_of(event).decode() for event in run.files if event["verdict"] == "sent"}
        failed = {path_of(event).decode() for event in run.files if event["verdict"] == "failed"}
        assert sent <= taken, (sent - taken, run)
        assert not failed & taken, (failed & taken, run)
        if run.status == 0:
            assert taken == sent == set(self.tree.files), run
        if run.status == 2:
            assert not taken, run
        elif not LOST.search(run.text) and self.family != "write":
            check_reconciled(run)
            assert run.status == expected_status(run), run


def calls_of(count, whole):
    """The calls that fail: a few or all, each alone and together with all later ones."""
    alone = [str(number) for number in range(1, count + 1)]
    if whole:
        return alone + [f"{number}+" for number in alone]
    return random.Random(count).sample(alone, min(SAMPLE, count))


SIZES = [
    pytest.param(False, id="sample"),
    pytest.param(True, id="all", marks=pytest.mark.soak),
]


@pytest.mark.parametrize("whole", SIZES)
@pytest.mark.parametrize("family", CALLS)
@pytest.mark.parametrize("scene", SCENES)
def test_a_call_that_fails(shoal, tree, ledger, compiled, scene, family, whole):
    library = os.environ.get("SHOAL_TORTURE_LIBRARY") or str(
        compiled("fail_nth", "-shared", "-fPIC")
    )
    torture = Torture(shoal, tree, ledger, library, SCENES[scene], family)
    wrong = []
    for call in calls_of(torture.count(), whole):
        try:
            torture.check(call)
        except AssertionError as problem:
            wrong.append(f"{family} {call}: {problem}")
    assert not wrong, f"{len(wrong)} wrong\n" + "\n\n".join(wrong[:20])
