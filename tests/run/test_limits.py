"""Few descriptors, little memory, no threads, many files."""

import json
import os
import subprocess
import threading

import pytest

from servers.ledger import Answer

FORM = ("-F", "path={path}", "-F", "file=@{file}")
MEBIBYTE = 1024 * 1024


def limited(**limits):
    """A prlimit prefix that sets the soft and the hard limit."""
    return ["prlimit", *(f"--{name}={value}:{value}" for name, value in limits.items()), "--"]


def unless_sanitized(shoal):
    if shoal.sanitized():
        pytest.skip("a sanitizer's own memory would be measured")


def many_files(path, count, per_folder=1000, size=0):
    """Makes many files fast; returns nothing, because they are too many to keep in memory."""
    content = b"x" * size
    for number in range(count):
        if number % per_folder == 0:
            below = os.path.join(path, f"{number // per_folder:04d}")
            os.mkdir(below)
        with open(f"{below}/f{number}", "wb") as file:
            file.write(content)


@pytest.fixture(scope="session")
def forest(shared_folder):
    """20,000 files of 200 bytes, 1,000 per folder; tests must not change them."""
    path = shared_folder / "forest"
    path.mkdir()
    many_files(path, 20_000, size=200)
    return path


def test_20000_files_with_1024_open_files(shoal, forest, sink):
    run = shoal.send(*FORM, forest, sink.url, prefix=limited(nofile=1024))
    run.sent_all(20_000)
    assert sink.count == 20_000 and len(sink.names) == 20_000
    assert set(sink.names.values()) == {1}


@pytest.mark.parametrize("jobs", [1, 40, 1000])
def test_64_open_files(shoal, tree, ledger, hosts, jobs):
    """Uses a real name instead of `localhost`, because a resolver needs descriptors too."""
    tree.many(300)
    prefix = hosts("127.0.0.1 upload.example.test")
    url = ledger.url.replace("127.0.0.1", "upload.example.test")
    run = shoal.send(*FORM, "-j", jobs, tree, url, prefix=[*prefix, *limited(nofile=64)])
    run.sent_all(300)
    assert {event["attempts"] for event in run.files} == {1}


def test_64_open_files_and_large_ones(shoal, tree, ledger, hosts):
    for number in range(60):
        tree(f"f{number}", bytes([number + 60]) * 1_500_000)
    prefix = hosts("127.0.0.1 upload.example.test")
    url = ledger.url.replace("127.0.0.1", "upload.example.test")
    run = shoal.send(*FORM, "-j", "40", tree, url, prefix=[*prefix, *limited(nofile=64)])
    run.sent_all(60)
    for record in ledger.records:
        assert record.field("file") == tree.files[record.key]


def test_64_open_files_and_a_deep_tree(shoal, tree, ledger):
    tree("/".join("abcdefghij" * 20) + "/leaf", b"x")
    shoal.send(*FORM, tree, ledger.url, prefix=limited(nofile=64)).sent_all(1)


def test_too_few_open_files_is_said(shoal, tree, ledger):
    tree.many(10)
    run = shoal.send(*FORM, tree, ledger.url, prefix=limited(nofile=10))
    if run.status == 0:
        run.sent_all(10)
    else:
        assert run.err.strip()


@pytest.mark.parametrize("mebibytes", [512, 128, 64])
def test_a_tight_address_space(shoal, tree, ledger, mebibytes):
    unless_sanitized(shoal)
    tree.many(200, size=20_000)
    for number in range(4):
        tree(f"large{number}", bytes([97 + number]) * 3_000_000)
    run = shoal.send(
        *FORM, "-j", "16", tree, ledger.url, prefix=limited(**{"as": mebibytes * MEBIBYTE})
    )
    run.sent_all(204)
    for record in ledger.records:
        assert record.field("file") == tree.files[record.key]


@pytest.mark.parametrize("mebibytes", [40, 30, 24, 20])
def test_too_little_memory_is_said_and_nothing_is_lost(shoal, tree, ledger, mebibytes):
    """With any amount of memory, it sends what it reports as sent or says why not, and does not crash."""
    unless_sanitized(shoal)
    tree.many(50, size=50_000)
    run = shoal.send(
        *FORM, "--retries", "1", "--give-up-after", "2", tree, ledger.url, reconciled=False,
        prefix=limited(**{"as": mebibytes * MEBIBYTE}), check_status=False,
    ) if _starts(shoal, mebibytes) else None  # fmt: skip
    if run is None:
        pytest.skip("the dynamic linker itself can't load the program with so little")
    assert run.status in (0, 1, 2, 75), run
    sent = {event["path"] for event in run.files if event["verdict"] == "sent"}
    assert sent <= set(ledger.keys)
    if run.status == 0:
        assert len(sent) == 50
    else:
        assert run.err.strip(), run


def _starts(shoal, mebibytes):
    prefix = limited(**{"as": mebibytes * MEBIBYTE})
    done = subprocess.run(
        [*prefix, str(shoal.binary), "--version"], check=False, capture_output=True
    )
    return done.returncode == 0


@pytest.mark.parametrize("threads", [0, 1, 2])
def test_no_threads_to_be_had(shoal, tree, ledger, compiled, threads):
    unless_sanitized(shoal)
    tree.many(300)
    tree("large", b"x" * 5_000_000)
    library = compiled("no_threads", "-shared", "-fPIC")
    env = {"LD_PRELOAD": str(library), "SHOAL_TEST_THREADS": str(threads)}
    shoal.send(*FORM, "-j", "8", tree, ledger.url, env=env).sent_all(301)
    assert sorted(ledger.keys) == sorted(tree.files)


def test_no_threads_and_a_real_name(shoal, tree, ledger, compiled, hosts):
    unless_sanitized(shoal)
    tree.many(20)
    library = compiled("no_threads", "-shared", "-fPIC")
    prefix = hosts("127.0.0.1 upload.example.test")
    url = ledger.url.replace("127.0.0.1", "upload.example.test")
    env = [*prefix, "env", f"LD_PRELOAD={library}"]
    run = shoal.send(*FORM, "--retries", "1", "--give-up-after", "3", tree, url, prefix=env)
    # The resolver may need a thread: then shoal must say so instead of hanging.
    if run.status != 0:
        assert run.status == 75 and run.end["failed"] == 20 and "thread" in run.text


def memory_of(shoal, peak_memory, sink, *paths):
    prefix, peak = peak_memory
    command = [*prefix, *limited(nofile=1024)]
    shoal.send(*FORM, "-j", "16", *paths, sink.url, prefix=command, timeout=900).sent_all()
    return peak()


def assert_no_growth(few, many):
    assert many <= few * 1.1 + 1024, f"{few} KiB for a tenth, {many} KiB for all"


def test_memory_does_not_grow_with_the_count(shoal, forest, sink, peak_memory):
    unless_sanitized(shoal)
    few = memory_of(shoal, peak_memory, sink, forest / "0000", forest / "0001")
    assert_no_growth(few, memory_of(shoal, peak_memory, sink, forest))


def test_memory_does_not_grow_with_one_large_folder(shoal, make_tree, forest, sink, peak_memory):
    unless_sanitized(shoal)
    few, many = make_tree("few").path, make_tree("many").path
    for number, path in enumerate(forest.glob("*/*")):
        os.link(path, many / path.name)
        if number % 10 == 0:
            os.link(path, few / path.name)
    memory = memory_of(shoal, peak_memory, sink, few)
    assert_no_growth(memory, memory_of(shoal, peak_memory, sink, many))


@pytest.mark.soak
def test_memory_does_not_grow_with_100000_files(shoal, make_tree, sink, peak_memory):
    unless_sanitized(shoal)
    few, many = make_tree("few").path, make_tree("many").path
    many_files(few, 10_000, size=4096)
    many_files(many, 100_000, size=4096)
    memory = memory_of(shoal, peak_memory, sink, few)
    assert_no_growth(memory, memory_of(shoal, peak_memory, sink, many))


def first_post(shoal, path, sink, peak_memory, compiled, count):
    """Sends `count` files; the walk goes on only after the first arrived, memory stays under 64 MiB."""
    prefix, peak = peak_memory
    go = shoal.folder / "go"
    hold = {"LD_PRELOAD": compiled("hold_walk", "-shared", "-fPIC"), "SHOAL_HOLD_AFTER": 100, "SHOAL_GO": go}
    watcher = threading.Thread(target=lambda: (sink.wait_first(), go.touch()))
    watcher.start()
    events = shoal.folder / "events.jsonl"
    run = shoal.send(
        *FORM, f"--json={events}", path, sink.url, timeout=3000,
        prefix=[*prefix, "env", *(f"{name}={value}" for name, value in hold.items())],
    )  # fmt: skip
    watcher.join()
    assert run.status == 0, run
    assert sink.count == count
    assert peak() <= 64 * 1024, f"{peak()} KiB"


def test_the_first_post_leaves_before_the_walk_is_over(shoal, forest, sink, peak_memory, compiled):
    unless_sanitized(shoal)
    first_post(shoal, forest, sink, peak_memory, compiled, 20_000)


@pytest.mark.soak
def test_a_million_files(shoal, tree, sink, peak_memory, compiled):
    unless_sanitized(shoal)
    many_files(tree.path, 1_000_000, size=1024)
    first_post(shoal, tree.path, sink, peak_memory, compiled, 1_000_000)


@pytest.mark.soak
def test_a_million_files_with_a_journal(shoal, tree, sink, peak_memory, folder):
    """All are sent, a second run skips all, and memory stays under 64 MiB in both."""
    unless_sanitized(shoal)
    count = 1_000_000
    many_files(tree.path, count, size=1024)
    prefix, peak = peak_memory
    for verdict in ("sent", "skipped"):
        events = folder / f"{verdict}.jsonl"
        run = shoal.send(
            *FORM, f"--json={events}", "--journal", folder / "journal.db", tree, sink.url, prefix=prefix, timeout=3000
        )
        assert run.status == 0 and sink.count == count, run
        with open(events, "rb") as lines:
            lines.seek(-64 * 1024, os.SEEK_END)
            end = json.loads(lines.readlines()[-1])
        assert end["found"] == end[verdict] == count
        assert peak() <= 64 * 1024, f"{verdict}: {peak()} KiB"
        print(f"{verdict}: {end['seconds']} s, {peak()} KiB")


def test_many_large_files_take_one_budget_of_memory(shoal, tree, sink, peak_memory):
    unless_sanitized(shoal)
    for number in range(64):
        with open(tree.path / f"f{number}", "wb") as file:
            file.truncate(8 * MEBIBYTE)
    prefix, peak = peak_memory
    shoal.send("-T", "-j", "64", tree, sink.origin + "/", prefix=prefix).sent_all(64)
    assert sink.bytes == 64 * 8 * MEBIBYTE
    assert peak() <= 96 * 1024, f"{peak()} KiB"


def test_dropped_answers_and_the_ledger_agree(shoal, tree, ledger):
    """A tenth of the responses is dropped after the file was accepted: no file is lost."""
    count = 3000
    many_files(tree.path, count, size=512)
    ledger.default = lambda record: Answer(drop=record.number % 10 == 3)
    run = shoal.send(*FORM, "-j", "16", tree, ledger.url).sent_all(count)
    assert {path.decode() for path in run.paths("sent")} <= set(ledger.accepted)
    total = sum(event["attempts"] for event in run.files)
    assert total == len(ledger.records), "attempts are true"


@pytest.mark.soak
@pytest.mark.parametrize("once", [False, True])
def test_100000_files_with_dropped_answers(shoal, tree, ledger, once):
    count = 100_000
    many_files(tree.path, count, size=4096)
    ledger.default = lambda record: Answer(drop=record.number % 10 == 3)
    more = ["--at-most-once"] if once else []
    run = shoal.send(*FORM, *more, "-j", "16", tree, ledger.url, timeout=1800)
    accepted = ledger.accepted
    assert {path.decode() for path in run.paths("sent")} <= set(accepted)
    assert run.end["found"] == count
    if once:
        assert max(accepted.values()) == 1
        dropped = {record.key for record in ledger.records if record.answer.drop}
        assert {path.decode() for path in run.paths("unknown")} == dropped
    else:
        run.sent_all(count)


@pytest.mark.parametrize("kibibytes", [30_000, 40_000, 60_000])
def test_a_small_address_space_means_fewer_files_in_flight_and_no_failures(shoal, tree, sink, kibibytes):
    """More address space must not be worse: threads that fit must leave room for what they do."""
    if shoal.sanitized():
        pytest.skip("a sanitizer needs more")
    tree.many(500)
    prefix = ["prlimit", f"--as={kibibytes * 1024}", "--"]
    shoal.send(tree, sink.origin + "/", prefix=prefix).sent_all(500)
    shoal.send("-j", "256", tree, sink.origin + "/", prefix=prefix).sent_all(500)
