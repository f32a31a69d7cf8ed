"""The table that tests/unit/test_ignore.c reads agrees with git.

`python3 tests/run/test_ignore_git.py` writes the table again, with git's results."""

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from harness import HANG

DATA = Path(__file__).resolve().parent.parent / "data" / "ignore"
TABLE = DATA / "table.txt"
RULES = DATA / "rules.txt"
PATHS = DATA / "paths.txt"

# The pieces of random rules. `**` never follows a literal: git before 2.52 reads `foo**/bar` as `foo`
# and then `**/bar`, contrary to its manual.
PIECES = ["a", "b", "foo", ".o", "*", "?", "[ab]", "[!a]", "[^o]", "[[:alpha:]]", "[a-f]", "\\*", " "]
RANDOM_RULES = 200


def environment(folder):
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
    }


def git(folder, *arguments, **keywords):
    command = ["git", "-c", "core.ignoreCase=false", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment(folder), capture_output=True, timeout=HANG, **keywords
    )


def read_paths():
    return PATHS.read_bytes().decode().removesuffix("\n").split("\n")


def make_tree(folder, paths):
    for path in paths:
        place = folder / path
        if path.endswith("/"):
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch()
    assert git(folder, "init", "-q").returncode == 0
    (folder / ".git" / "info").mkdir(exist_ok=True)


def ignored_by_git(folder, rules, paths):
    """The paths, as written in paths.txt, that git ignores under the rules."""
    (folder / ".git" / "info" / "exclude").write_bytes("".join(f"{rule}\n" for rule in rules).encode())
    asked = "".join(f"{path.rstrip('/')}\0" for path in paths).encode()
    answer = git(folder, "check-ignore", "--no-index", "--stdin", "-z", input=asked)
    assert answer.returncode in (0, 1), answer.stderr
    ignored = set(answer.stdout.decode().split("\0"))
    return [path for path in paths if path.rstrip("/") in ignored]


def read_rule_sets():
    """Blocks of lines separated by blank lines. Each line ends with `$`, so that trailing spaces show."""
    blocks = RULES.read_bytes().decode().split("\n\n")
    return [[line.removesuffix("$") for line in block.split("\n") if line] for block in blocks if block.strip()]


def random_rule(source):
    names = []
    for _ in range(source.randint(1, 3)):
        if source.random() < 0.25:
            names.append("**")
        else:
            names.append("".join(source.choice(PIECES) for _ in range(source.randint(1, 3))))
    rule = "/".join(names)
    if source.random() < 0.2:
        rule = "/" + rule
    if source.random() < 0.2:
        rule += "/"
    if source.random() < 0.2:
        rule = "!" + rule
    return rule


def has_quirk(rule):
    return any("**" in name and name.strip("*") for name in rule.split("/"))


def random_rule_sets():
    source = random.Random(20)
    sets = []
    while len(sets) < RANDOM_RULES:
        rules = [random_rule(source) for _ in range(source.randint(1, 3))]
        if not any(has_quirk(rule) for rule in rules):
            sets.append(rules)
    return sets


def read_table():
    """Returns [(rules, refused, ignored paths)]."""
    entries = []
    for line in TABLE.read_bytes().decode().removesuffix("\n").split("\n"):
        kind, text = line[0], line[2:]
        if kind == "R" and (not entries or entries[-1][3]):
            entries.append([[], False, [], False])
        if kind == "R":
            entries[-1][0].append(text.removesuffix("$"))
        elif kind == "E":
            entries[-1][1] = True
        elif kind == "I":
            entries[-1][2].append(text)
        elif kind == ".":
            entries[-1][3] = True
    return entries


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_the_table_says_what_git_says(tmp_path):
    paths = read_paths()
    make_tree(tmp_path, paths)
    entries = read_table()
    assert len(entries) > 300
    for rules, refused, ignored, _ in entries:
        expected = ignored_by_git(tmp_path, rules, paths)
        assert ignored == expected, f"rules {rules}"
        if refused:
            assert expected == [], f"git has a use for {rules}"


def write_table(folder):
    paths = read_paths()
    make_tree(folder, paths)
    lines = []
    for rules in read_rule_sets() + random_rule_sets():
        refused = rules[0].startswith("E:")
        rules = [rule.removeprefix("E:") for rule in rules]
        lines += [f"R {rule}$" for rule in rules]
        lines += ["E"] if refused else []
        lines += [f"I {path}" for path in ignored_by_git(folder, rules, paths)]
        lines.append(".")
    TABLE.write_text("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        write_table(Path(scratch))
