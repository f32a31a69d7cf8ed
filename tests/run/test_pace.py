"""The pace of a run: pauses that a server asks for, --rate, --limit-rate, and when it gives up."""

import collections
import os
import resource
import time

import pytest

from servers.busy import Busy
from servers.ledger import Answer
from servers.raw import OK, RawServer

FORM = ("-F", "path={path}", "-F", "file=@{file}")
NOW = "now+2"  # in a header's value: the time two seconds from now

# --- what a server asks for

LIMITS = [
    ({"X-RateLimit-Limit": "10", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "2"}, 2),
    ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": NOW}, 0.9),
    ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}, 1),
    ({"RateLimit": "limit=10, remaining=0, reset=2"}, 2),
    ({"RateLimit": '"default";r=0;t=2'}, 2),
    ({"RateLimit-Remaining": "0", "RateLimit-Reset": "2"}, 2),
    ({"X-Rate-Limit-Limit": "100", "X-Rate-Limit-Remaining": "0"}, 1),
]
NO_LIMITS = [  # an hour: a run that pauses hangs
    {"X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "3600"},
    {"RateLimit": "limit=10, remaining=3, reset=3600"},
    {"RateLimit": '"default";r=1;t=3600'},
    {"X-Rate-Limit-Limit": "100"},
    {"X-RateLimit-Remaining": "none", "X-RateLimit-Reset": "3600"},
    {"Retry-After": "3600"},  # means nothing on a success
]


def first_then(*first):
    """The responses to the first requests are `first`, to every other a plain success."""
    answers = iter(first)
    return lambda record: next(answers, None) or Answer(delay=0.005)


def pause_after_first(ledger):
    """The time without an arrival after the response to the first request."""
    times = sorted(record.at for record in ledger.records)
    # What was sent before the response arrived comes at the same time.
    return max(later - earlier for earlier, later in zip(times, times[1:]) if earlier < times[0] + 1)


@pytest.mark.parametrize("headers, seconds", LIMITS, ids=[str(list(h)[-1]) + str(s) for h, s in LIMITS])
@pytest.mark.parametrize("status", [200, 429])
def test_a_limit_that_is_used_up_pauses_every_file(shoal, tree, ledger, headers, seconds, status):
    tree.many(24)
    headers = {name: value.replace(NOW, str(int(time.time()) + 2)) for name, value in headers.items()}
    ledger.default = first_then(Answer(status=status, headers=headers))
    shoal.send(*FORM, "-j", "4", tree, ledger.url).sent_all(24)
    assert pause_after_first(ledger) >= seconds - 0.1
    early = [record for record in ledger.records if record.at < ledger.records[0].at + 0.5]
    assert len(early) <= 4, "the pause is the origin's, not the file's"


@pytest.mark.parametrize("headers", NO_LIMITS, ids=lambda headers: " ".join(headers.values()))
def test_a_limit_that_is_not_used_up_pauses_nothing(shoal, tree, ledger, headers):
    tree.many(24)
    ledger.default = first_then(Answer(headers=headers))
    shoal.send(*FORM, "-j", "4", tree, ledger.url).sent_all(24)


@pytest.mark.parametrize("status", [429, 403])
def test_retry_after_of_a_4xx_pauses_every_file(shoal, tree, ledger, status):
    tree.many(24)
    ledger.default = first_then(Answer(status=status, headers={"Retry-After": "2"}))
    run = shoal.send(*FORM, "-j", "4", tree, ledger.url)
    run.sent_all(24)
    assert pause_after_first(ledger) >= 1.9
    assert [event["status"] for event in run.of_kind("pause")] == [status]


@pytest.mark.parametrize("status", [503, 500])
def test_retry_after_of_a_lone_5xx_delays_its_own_file_only(shoal, tree, ledger, status):
    tree.many(24)
    ledger.default = first_then(Answer(status=status, headers={"Retry-After": "2"}))
    run = shoal.send(*FORM, "-j", "4", tree, ledger.url)
    run.sent_all(24)
    assert not run.of_kind("pause")
    (delayed,) = [record.key for record in ledger.records if record.answer.status == status]
    first, again = ledger.of(delayed)
    assert again.at - first.at >= 1.9


@pytest.mark.parametrize("status", [503, 500])
def test_retry_after_of_5xx_that_come_together_pauses_every_file(shoal, tree, ledger, status):
    tree.many(24)
    ledger.default = first_then(*[Answer(status=status, headers={"Retry-After": "2"})] * 8)
    run = shoal.send(*FORM, "-j", "4", tree, ledger.url)
    run.sent_all(24)
    assert run.of_kind("pause")
    assert pause_after_first(ledger) >= 1.9


# --- when there is no progress


def test_a_run_without_progress_is_given_up(shoal, tree):
    """The server accepts 5 files, then drops every response."""
    tree.many(80)

    def behave(connection):
        while True:
            connection.read_request()
            if len(connection.server.requests) > 5:
                return
            connection.send(OK)

    with RawServer(behave) as server:
        arguments = ["--give-up-after", "2", "--retries", "100"]
        run = shoal.send(*FORM, *arguments, tree, server.url)
        assert run.end["sent"] == 5 and run.end["unknown"] > 0 and run.status == 1
        assert run.seconds > 1.9
        never_tried = [event for event in run.files if not event["attempts"]]
        assert never_tried and all("no progress" in event["error"] for event in never_tried)
        assert all(event["verdict"] == "failed" and event["temporary"] for event in never_tried)


def test_giving_up_waits_for_what_is_in_flight_without_burning_the_processor(shoal, tree):
    """One request gets no response while the others are rejected: between giving up and the end of the
    grace period, there is nothing to do."""
    tree.many(10)

    def behave(connection):
        while True:
            connection.read_request()
            if connection.number == 1:
                connection.hold()
            connection.answer(503)

    with RawServer(behave) as server:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        arguments = ["--give-up-after", "1", "--grace", "4", "-j", "4"]
        run = shoal.send(*FORM, *arguments, tree, server.url)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert run.seconds > 4 and run.end["sent"] == 0
    assert used < run.seconds / 3, f"{used:.1f} s of CPU in {run.seconds:.1f} s"


@pytest.mark.undisturbed
def test_progress_of_any_file_is_progress(shoal, tree, ledger):
    """Every fifth file is rejected for longer than --give-up-after; others are accepted meanwhile."""
    tree.many(50)
    began = time.monotonic()

    def answer(record):
        number = int(record.key.split("f")[-1].split(".")[0])
        wait = number % 5 == 0 and time.monotonic() - began < 3
        return Answer(status=503 if wait else 200, delay=0.1)

    ledger.default = answer
    shoal.send(*FORM, "-j", "2", "--give-up-after", "2", tree, ledger.url).sent_all(50)


# --- --rate


def most_within(times, seconds):
    """The most starts within any period of that length."""
    times = sorted(times)
    window = collections.deque()
    most = 0
    for moment in times:
        window.append(moment)
        while window[0] <= moment - seconds:
            window.popleft()
        most = max(most, len(window))
    return most


@pytest.mark.undisturbed
@pytest.mark.parametrize("jobs", [1, 16])
def test_a_rate_holds_in_every_window_over_all_connections(shoal, tree, jobs):
    tree.many(70)
    with Busy(work=0.02) as server:
        run = shoal.send("-T", "-j", jobs, "--rate", "20/s", tree, server.url).sent_all(70)
        times = [request.begun for request in server.requests]
        # What is sent evenly arrives less evenly: allow a tenth of the window at the server's clock.
        assert most_within(times, 0.9) <= 20
        assert most_within(times, 0.2) <= 8, "and they are spread evenly"
        assert run.seconds >= 2.9


@pytest.mark.undisturbed
def test_repeated_attempts_count(shoal, tree, ledger):
    tree.many(30)
    for number in range(0, 30, 3):
        ledger.script(f"0000/f{number}.txt", Answer(status=500), Answer())
    run = shoal.send(*FORM, "-j", "8", "--rate", "15/s", tree, ledger.url).sent_all(30)
    times = [record.at for record in ledger.records]
    assert len(times) == 40 and most_within(times, 0.9) <= 15
    assert run.seconds >= 1.9


def test_a_longer_window_may_be_used_up_at_once(shoal, tree, ledger):
    tree.many(100)
    # Spread evenly they would take an hour.
    shoal.send(*FORM, "--rate", "100/h", "--rate", "10000/d", tree, ledger.url).sent_all(100)


@pytest.mark.soak
def test_a_rate_by_the_minute_and_by_the_second(shoal, tree):
    tree.many(110)
    with Busy() as server:
        shoal.send("-T", "--rate", "40/m", "--rate", "5/s", tree, server.url, timeout=300).sent_all()
        times = [request.begun for request in server.requests]
        assert most_within(times, 59) <= 40 and most_within(times, 0.9) <= 5


# --- --limit-rate


def mixed(tree, large, size, small):
    """`large` files of `size` bytes and `small` ones of 4,000."""
    for number in range(large):
        tree(f"large{number}", b"x" * size)
    for number in range(small):
        tree(f"small{number}", b"x" * 4000)


@pytest.mark.undisturbed
def test_no_more_bytes_than_allowed_at_any_moment_and_no_one_starves(shoal, tree):
    """Four large and forty small files at 500 KiB/s. The total is within the limit at every moment, small
    files complete while large ones are in flight, and large ones progress meanwhile."""
    rate = 500 * 1024
    mixed(tree, 4, 400_000, 40)
    with Busy(keeps_bytes=True) as server:
        arguments = ["-T", "-j", "8", "--limit-rate", "500k", "-", server.url]
        listed = "\n".join(sorted(tree.files)).encode()  # large files first
        run = shoal.send(*arguments, stdin=listed, cwd=tree).sent_all(44)
        began = server.began
        moved = 0
        for moment, _, count in server.bytes:
            moved += count
            # allow the loop 50 ms of delay, and one turn of each file in flight
            assert moved <= rate * (moment - began + 0.05) + 8 * rate / 50 + 65536, moment - began
        assert run.seconds >= (moved - 65536) / rate - 0.1
        ends = {request.key: request.whole for request in server.requests}
        last_small = max(end for key, end in ends.items() if b"small" in key)
        first_large = min(end for key, end in ends.items() if b"large" in key)
        assert last_small < first_large, "small files go round with the large ones"
        by_then = collections.Counter()
        for moment, key, count in server.bytes:
            by_then[key] += count if moment <= last_small else 0
        assert all(by_then[b"/large%d" % number] > 20_000 for number in range(4)), by_then


@pytest.mark.undisturbed
def test_small_files_do_not_wait_until_large_ones_are_through(shoal, tree):
    """Twelve large files, more than can be in flight, are listed first."""
    mixed(tree, 12, 400_000, 40)
    for name in tree.files:
        os.utime(tree.path / name, (1e9, 1e9))  # a file that was just written would be read later
    with Busy(keeps_bytes=True) as server:
        arguments = ["-T", "-j", "8", "--limit-rate", "1M", "-", server.url]
        listed = "\n".join(sorted(tree.files)).encode()
        shoal.send(*arguments, stdin=listed, cwd=tree).sent_all(52)
        ends = sorted((request.whole, request.key) for request in server.requests)
        order = [key for _, key in ends]
        small = [index for index, key in enumerate(order) if b"small" in key]
        large = [index for index, key in enumerate(order) if b"large" in key]
        assert small[19] < large[0], "half of the small ones pass the first large ones"
        assert large[3] < len(order) - 1 and large[-1] == len(order) - 1


@pytest.mark.soak
@pytest.mark.parametrize("rate", [200 * 1024, 5 * 1024 * 1024])
def test_the_limit_is_met_within_5_percent_over_10_seconds(shoal, tree, rate):
    mixed(tree, 8, rate, 15 * rate // 8000)
    with Busy(keeps_bytes=True) as server:
        shoal.send("-T", "--limit-rate", str(rate), tree, server.url).sent_all()
        for begin in range(1, 12):
            since = server.began + begin
            count = sum(count for at, _, count in server.bytes if since <= at < since + 10)
            if since + 10 < server.bytes[-1][0]:
                assert abs(count - 10 * rate) <= 0.05 * 10 * rate, (begin, count / 10 / rate)
