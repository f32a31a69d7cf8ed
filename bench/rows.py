"""What is measured, and which programs are compared."""

import os
import pathlib
import tempfile

import measure
import peers
import tree
from measure import Sink, Void, in_turns

QUICK = tree.QUICK
ROUNDS = 3 if QUICK else 5
CURL = "curl --parallel"


class Result:
    """One line of the table."""

    def __init__(self, row, against, what, ours, theirs, ratio, first, then, unit="", most=True):
        self.row = row
        self.against = against
        self.what = what
        self.ours = ours
        self.theirs = theirs
        self.ratio = ratio  # compared with the goals `first` and `then`
        self.first = first
        self.then = then
        self.unit = unit
        self.most = most  # the goal is a maximum; else a minimum

    def reaches(self, goal):
        return self.ratio <= goal if self.most else self.ratio >= goal

    @property
    def verdict(self):
        if self.first is None:
            return ""
        if self.then is not None and self.reaches(self.then):
            return "both"
        return "goal" if self.reaches(self.first) else "no"


class Row:
    """The result of a row: lines of the table, and the runs of each program."""

    def __init__(self):
        self.results = []
        self.contestants = []
        self.notes = []

    def compare(self, row, ours, theirs, what, first, then):
        """Compares two programs per file; `what` is wall or cpu."""
        each = {"wall": "wall_each", "cpu": "cpu_each"}[what]
        one, other = getattr(ours, each), getattr(theirs, each)
        against = f"{theirs.name}, {'CPU' if what == 'cpu' else what}"
        self.results.append(
            Result(row, against, what, f"{one:,.0f} µs", f"{other:,.0f} µs", one / other, first, then)
        )


def work_of(kind, scratch, count=None):
    folder = tree.tree(kind)
    return peers.Work(folder, tree.files(folder, count), scratch)


def part_of(work, count, scratch):
    """The first files of a piece of work, as hard links in another folder."""
    folder = scratch / f"part-{count}"
    folder.mkdir()
    for path in work.paths[:count]:
        os.link(path, folder / pathlib.Path(path).name)
    return peers.Work(folder, tree.files(folder), scratch)


def small(scratch):
    """Small files over plain HTTP."""
    row, work = Row(), work_of("small", scratch)
    with Sink() as sink:
        ours = peers.shoal(work, sink, "-j", 64)
        before = peers.before(work, sink, "-j", 64)
        floor = peers.floor(work, sink, 64)
        curl = peers.curl_parallel(work, sink, 64)
        aiohttp = peers.aiohttp(work, sink, 64)
        in_turns([ours, *before, floor, curl], sink, ROUNDS)
        in_turns([aiohttp, peers.shoal(work, sink, "-j", 64)], sink, 1)
        row.contestants += [ours, *before, floor, curl, aiohttp]
    row.compare("small", ours, curl, "wall", 0.20, 0.15)
    row.compare("small", ours, aiohttp, "wall", 0.05, 0.02)
    row.compare("small", ours, floor, "cpu", 1.5, 1.3)
    return row


def slow_peers(scratch):
    """The slow programs, with 1,000 of the small files."""
    row = Row()
    work = part_of(work_of("small", scratch), 200 if QUICK else 1000, scratch)
    with Sink() as sink:
        ours = peers.shoal(work, sink, "-j", 64)
        others = [
            peers.aiohttp(work, sink, 64, session_each=True),
            peers.requests(work, sink),
            peers.xargs_curl(work, sink),
        ]
        in_turns([ours, *others], sink, 1 if QUICK else 2)
        row.contestants += [ours, *others]
    for other in others:
        row.compare("1,000 small files", ours, other, "wall", None, None)
    return row


def tls_small(scratch):
    """Small files over TLS."""
    row, work = Row(), work_of("small", scratch)
    with measure.Nginx() as nginx:
        ours = peers.shoal(work, nginx, "-j", 64)
        before = peers.before(work, nginx, "-j", 64)
        floor = peers.floor(work, nginx, 64)
        curl = peers.curl_parallel(work, nginx, 64)
        in_turns([ours, *before, floor, curl], nginx, ROUNDS)
        row.contestants += [ours, *before, floor, curl]
    row.compare("TLS small", ours, curl, "wall", 0.30, 0.25)
    row.compare("TLS small", ours, floor, "cpu", 1.6, 1.4)
    return row


def tls_big(scratch):
    """Large files over TLS."""
    row, work = Row(), work_of("big", scratch, 4)
    with measure.Nginx() as nginx:
        ours = peers.shoal(work, nginx, "-j", 4, operands=work.paths)
        before = peers.before(work, nginx, "-j", 4, operands=work.paths)
        curl = peers.curl_parallel(work, nginx, 4)
        in_turns([ours, *before, curl], nginx, ROUNDS)
        row.contestants += [ours, *before, curl]
    row.compare("TLS big", ours, curl, "wall", 1.0, 0.95)
    return row


def big(scratch):
    """Large files over plain HTTP."""
    row, work = Row(), work_of("big", scratch)
    with Sink() as sink:
        ours = peers.shoal(work, sink, "-j", 4)
        before = peers.before(work, sink, "-j", 4)
        floor = peers.floor(work, sink, 4)
        in_turns([ours, *before, floor], sink, ROUNDS)
        row.contestants += [ours, *before, floor]
    row.compare("big", ours, floor, "wall", 1.20, 1.05)
    return row


def delay(scratch):
    """A server that responds with a delay."""
    row = Row()
    work = part_of(work_of("small", scratch), 1000, scratch)
    with Sink("--delay-ms", 50) as sink:
        ours = peers.shoal(work, sink, "-j", 50)
        floor = peers.floor(work, sink, 50)
        in_turns([ours, floor], sink, ROUNDS)
        row.contestants += [ours, floor]
    row.compare("delay", ours, floor, "wall", 1.10, 1.03)
    return row


def far(scratch):
    """Many at once to a server that responds with a delay: what waiting connections cost."""
    row, work = Row(), work_of("small", scratch)
    with Sink("--delay-ms", 50) as sink:
        ours = peers.shoal(work, sink, "-j", 256)
        before = peers.before(work, sink, "-j", 256)
        floor = peers.floor(work, sink, 256)
        in_turns([ours, *before, floor], sink, 3)
        row.contestants += [ours, *before, floor]
    row.compare("far", ours, floor, "cpu", 1.5, 1.3)
    return row


def goodput(counts):
    """Accepted files per second in the second half of the run, without the last tenth of a second."""
    tenths = counts["tenths"][:-1]
    half = tenths[len(tenths) // 2 :]
    if not half:
        raise Void("the run was too short to tell its goodput")
    return sum(half) / len(half) * 10


def send_folders(folders, sink, jobs, scratch):
    """Sends these folders of the million tree; returns the contestant."""
    paths = [path for folder in folders for path in tree.files(folder)]
    work = peers.Work(folders[0], paths, scratch)
    contestant = peers.shoal(work, sink, "-j", jobs, operands=folders, name=f"shoal -j {jobs}")
    contestant.go(sink)
    return contestant


def against_fixed(name, sink, fixed, auto_folders, scratch):
    """Compares `-j auto` with the best fixed -j. `fixed` maps -j to folders of 1,000 files, for a few seconds."""
    row = Row()
    best = 0.0
    for jobs, folders in fixed.items():
        contestant = send_folders(folders, sink, jobs, scratch)
        rate = goodput(contestant.counts)
        row.notes.append(f"`-j {jobs}`: {rate:,.0f} files/s")
        if rate > best:
            best, best_one = rate, contestant
    auto = send_folders(auto_folders, sink, "auto", scratch)
    rate = goodput(auto.counts)
    row.contestants += [auto, best_one]
    row.results.append(
        Result(name, f"best fixed ({best_one.name.split()[-1]}), goodput", "goodput",
               f"{rate:,.0f}/s", f"{best:,.0f}/s", rate / best, 0.90, 0.97, most=False)
    )  # fmt: skip
    return row


def folders_of_a_thousand():
    return sorted(path for path in tree.tree("million").iterdir())


def auto(scratch):
    """-j auto, with responses after 50 ms: the more at once, the better."""
    folders = folders_of_a_thousand()
    every = (16, 64, 256) if QUICK else (1, 4, 16, 32, 64, 128, 192, 256)
    seconds = 3 if QUICK else 5
    # Each slot sends a file every 50 ms: 20 per second.
    fixed = {jobs: folders[: max(1, jobs * 20 * seconds // 1000)] for jobs in every}
    with Sink("--delay-ms", 50) as sink:
        return against_fixed("auto", sink, fixed, folders[: 20 if QUICK else 110], scratch)


def capacity(scratch):
    """-j auto with a server that handles 16 at once, queues 32 and refuses more."""
    folders = folders_of_a_thousand()
    every = (16, 48) if QUICK else (8, 16, 24, 32, 48)
    fixed = {jobs: folders[: 1 if QUICK else 2] for jobs in every}
    with Sink("--capacity", 16, "--work-ms", 40, "--queue", 32) as sink:
        row = against_fixed("capacity", sink, fixed, folders[: 3 if QUICK else 8], scratch)
    counts = row.contestants[0].counts
    share = counts["refused"] / (counts["refused"] + counts["taken"])
    row.results.append(
        Result("capacity", "refused", "refused", f"{counts['refused']:,}", f"{counts['taken']:,} accepted",
               share, 0.05, 0.01)
    )  # fmt: skip
    return row


def million(scratch):
    """A million files: memory, and the time until the first request arrives."""
    row, work = Row(), work_of("million", scratch)
    with Sink() as sink:
        ours = peers.shoal(work, sink)
        ours.go(sink)
        row.contestants.append(ours)
    peak = ours.runs[0].peak / (1 << 20)
    first = (ours.counts["first_us"] - ours.runs[0].began_us) / 1e6
    row.results += [
        Result("million", "peak memory", "peak", f"{peak:.1f} MiB", "", peak, 64, 24, "MiB"),
        Result("million", "time to the first POST", "first", f"{first * 1000:.0f} ms", "", first, 1, 0.05, "s"),
    ]
    return row


def slow_disk(scratch):
    """Files that take 5 ms longer for each open and read."""
    row = Row()
    work = part_of(work_of("small", scratch), 2000, scratch)
    slowly = ["env", f"SLOW_DISK={work.folder}", f"LD_PRELOAD={measure.PROGRAMS / 'slow_disk.so'}"]
    if measure.run([*slowly, "cat", work.paths[0]]).wall < 0.01:
        raise Void("the library that makes the disk slow does nothing here")
    with Sink("--delay-ms", 50) as sink:
        quick = peers.shoal(work, sink)
        slow = peers.shoal(work, sink, name="shoal, slow disk")
        slow.command = [*slowly, *slow.command]
        in_turns([slow, quick], sink, 3)
        row.contestants += [slow, quick]
    row.compare("slow disk", slow, quick, "wall", 1.5, 1.1)
    return row


def journal(scratch):
    """The cost of --journal."""
    row, work = Row(), work_of("small", scratch)
    with Sink() as sink:
        plain = peers.shoal(work, sink, "-j", 64)
        kept = peers.shoal(work, sink, "-j", 64, name="shoal --journal")
        command = kept.command
        for number in range(ROUNDS):
            kept.command = [*command[:2], "--journal", scratch / f"journal-{number}", *command[2:]]
            in_turns([kept, plain], sink, 1)
        row.contestants += [kept, plain]
    row.compare("journal", kept, plain, "wall", 1.3, 1.1)
    return row


def one_file(scratch):
    """The start-up time: one file, 50 times."""
    row, work = Row(), part_of(work_of("small", scratch), 1, scratch)
    with Sink() as sink:
        ours = peers.shoal(work, sink, operands=work.paths)
        curl = work.contestant(
            "curl -F", ["curl", "-s", "-f", "-o", "/dev/null", "-F", f"file=@{work.paths[0]}", sink.url]
        )
        in_turns([ours, curl], sink, 50)
        row.contestants += [ours, curl]
    row.compare("one file", ours, curl, "wall", 1.3, 1.1)
    return row


ROWS = {
    "small": small,
    "slow-peers": slow_peers,
    "tls-small": tls_small,
    "tls-big": tls_big,
    "big": big,
    "delay": delay,
    "far": far,
    "auto": auto,
    "capacity": capacity,
    "million": million,
    "slow-disk": slow_disk,
    "journal": journal,
    "one-file": one_file,
}


def selected():
    """The rows whose name contains a word of BENCH_ROWS; all rows if it is not set."""
    wanted = [name for name in os.environ.get("BENCH_ROWS", "").split(",") if name]
    return [row for row in ROWS if not wanted or any(name in row for name in wanted)]


def measure_row(name):
    with tempfile.TemporaryDirectory(dir=tree.BASE, prefix="scratch-") as scratch:
        return ROWS[name](pathlib.Path(scratch))
