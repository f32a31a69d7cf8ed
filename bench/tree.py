#!/usr/bin/env python3
"""Makes the trees that the benchmarks send; a complete tree is reused.

    bench/tree.py NAME...     small, big or million, below ${TMPDIR:-/tmp}/shoal-bench; prints their paths

BENCH_QUICK=1 makes them a tenth as large (big: the size of the files, else their number).
"""

import os
import pathlib
import random
import shutil
import sys

QUICK = os.environ.get("BENCH_QUICK", "") not in ("", "0")
TENTH = 10 if QUICK else 1

BASE = pathlib.Path(os.environ.get("TMPDIR", "/tmp")) / "shoal-bench"
MIB = 1 << 20

SMALL_COUNT, SMALL_SIZE = 20_000 // TENTH, 4096
BIG_COUNT, BIG_SIZE = 8, 256 * MIB // TENTH
MILLION_COUNT, MILLION_SIZE = 1_000_000 // TENTH, 1024

FILES_A_FOLDER = 1000
LINKS_A_FILE = 60_000  # ext4 allows 65,000


def fill_small(folder):
    """Makes files with different content, 1,000 per folder."""
    source = random.Random(1)
    for number in range(SMALL_COUNT):
        below = folder / f"{number // FILES_A_FOLDER:03}"
        if number % FILES_A_FOLDER == 0:
            below.mkdir()
        (below / f"file-{number:06}.js.map").write_bytes(source.randbytes(SMALL_SIZE))


def fill_big(folder):
    """Makes large files with the same content: only number and size matter."""
    piece = random.Random(2).randbytes(MIB)
    for number in range(BIG_COUNT):
        with open(folder / f"file-{number}.bin", "wb") as file:
            left = BIG_SIZE
            while left > 0:
                left -= file.write(piece[:left])


def fill_million(folder):
    """Makes hard links to a few files: a million inodes would take gigabytes."""
    source = random.Random(3)
    origin = None
    for number in range(MILLION_COUNT):
        if number % FILES_A_FOLDER == 0:
            below = folder / f"{number // FILES_A_FOLDER:04}"
            below.mkdir()
        path = f"{below}/f{number:07}.js"
        if number % LINKS_A_FILE == 0:
            origin = path
            pathlib.Path(path).write_bytes(source.randbytes(MILLION_SIZE))
        else:
            os.link(origin, path)


FILL = {"small": fill_small, "big": fill_big, "million": fill_million}


def name_of(kind):
    """The name of the tree's folder, which differs for BENCH_QUICK."""
    return kind + ("-quick" if QUICK else "")


def tree(kind):
    """Returns the folder of a tree; makes it if it is missing or incomplete."""
    folder = BASE / name_of(kind)
    made = BASE / (name_of(kind) + ".made")
    if made.exists() and folder.is_dir():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    FILL[kind](folder)
    made.touch()
    return folder


def files(folder, count=None):
    """Returns the first `count` paths of a tree's files, sorted."""
    paths = sorted(os.path.join(below, name) for below, _, names in os.walk(folder) for name in names)
    return paths[:count]


if __name__ == "__main__":
    for wanted in sys.argv[1:]:
        print(tree(wanted))
