"""Servers that accept less than is offered: nothing is lost, little is refused, and an outage costs
one probe per second."""

import pytest

from servers.busy import Busy


def refused(requests):
    return [request for request in requests if request.status == 503]


def check_ledger(run, server, tree):
    """Each file was sent, once, and the server has it."""
    assert run.end["sent"] == len(tree.files)
    assert server.taken == {path: 1 for path in tree.files}
    attempts = sum(event["attempts"] for event in run.files)
    assert attempts == len(server.requests)


def check_outage(server, index):
    """At most one probe per second, after the first moment, in which shoal learns of the failures."""
    begin, end = server.span(index)
    times = [request.begun for request in server.begun_within(begin + 0.5, end)]
    assert times, "it goes on trying"
    assert all(later - earlier > 0.95 for earlier, later in zip(times, times[1:])), times
    assert len(server.begun_within(begin, begin + 0.5)) <= 300


# The server accepts 50 at once, then 5, then none, then 50: seconds of each, and enough files.
SIZES = [
    pytest.param(0.1, 4000, id="a tenth"),
    pytest.param(1.0, 60000, id="whole", marks=pytest.mark.soak),
]


@pytest.mark.undisturbed
@pytest.mark.parametrize("scale, files", SIZES)
def test_a_server_that_takes_50_then_5_then_nothing_then_50(shoal, tree, scale, files):
    tree.many(files)
    schedule = [(30 * scale, 50), (30 * scale, 5), (60 * scale, 0), (60 * scale, 50)]
    with Busy(schedule, work=0.08) as server:
        run = shoal.send("-q", "-T", tree, server.url, timeout=600)
        run.sent_all(files)
        check_ledger(run, server, tree)
        check_outage(server, 2)
        settled = server.begun_within(server.began + 10 * scale, float("inf"))
        assert len(refused(settled)) <= 0.05 * len(settled), (len(refused(settled)), len(settled))
        assert server.span(3)[0] < server.requests[-1].begun, "the run was over before the outage"
        if scale == 1.0:
            check_goodput(server)


def check_goodput(server):
    """While it accepts any, it gets at least 90% of what it could handle, from 10 s after each change on."""
    for index in (0, 1, 3):
        begin, end = server.span(index)
        begin, end = begin + 10, min(end, server.requests[-1].begun - 1)
        taken = [r for r in server.begun_within(begin, end) if r.status == 201]
        could = server.schedule[index][1] / server.work * (end - begin)
        assert len(taken) >= 0.9 * could, (index, len(taken), could)


@pytest.mark.undisturbed
@pytest.mark.parametrize("jobs", ["auto", "64"])
@pytest.mark.parametrize("capacity", [1, 3, 20])
def test_more_than_a_server_takes_at_a_time(shoal, tree, jobs, capacity):
    tree.many(100 * min(capacity, 8))
    with Busy([(0, capacity)], work=0.01) as server:
        run = shoal.send("-T", "-j", jobs, tree, server.url).sent_all()
        check_ledger(run, server, tree)
        assert server.most_working <= capacity
        settled = server.requests[100:]  # -j 64 starts with 64 at once
        assert len(refused(settled)) <= 0.3 * len(settled) + 5, "and mostly within it"


def busiest(server):
    """The most other requests in progress at the server beside one, in the middle of the run."""
    third = len(server.requests) // 3
    return max(request.beside for request in server.requests[third : 2 * third])


@pytest.mark.undisturbed
@pytest.mark.parametrize(
    "fails, jobs, least",
    [(0.05, "16", 13), (0.15, "16", 13), (0.25, "16", 13)]
    + [(0.05, "auto", 32), (0.15, "auto", 32), (0.25, "auto", 10)],
)
def test_a_server_that_refuses_some_whatever_the_load_is_kept_busy(shoal, tree, fails, jobs, least):
    tree.many(1500)
    with Busy(work=0.03, fails=fails) as server:
        run = shoal.send("-T", "-j", jobs, tree, server.url).sent_all(1500)
        check_ledger(run, server, tree)
        assert busiest(server) >= least


@pytest.mark.undisturbed
@pytest.mark.parametrize("jobs", ["auto", "32"])
def test_refusals_that_ask_for_a_pause_are_few(shoal, tree, jobs):
    """Each refusal costs a second in which nothing is sent."""
    tree.many(600)
    with Busy([(0, 10)], work=0.02, retry_after=1) as server:
        run = shoal.send("-T", "-j", jobs, tree, server.url).sent_all(600)
        check_ledger(run, server, tree)
        assert len(refused(server.requests[60:])) <= 12
        assert busiest(server) == 9


def test_an_outage_that_lasts_ends_the_run_with_a_verdict_for_every_file(shoal, tree):
    tree.many(300)
    with Busy([(0.5, 4), (60, 0)], work=0.05) as server:
        run = shoal.send("-T", "--give-up-after", "3", tree, server.url)
        assert run.status == 75
        assert run.end["sent"] == len(server.taken) > 0
        assert run.end["sent"] + run.end["failed"] == run.end["found"] <= 300
        assert run.end["complete"] is (run.end["found"] == 300)
        assert run.seconds > 3
        for event in run.files:
            if event["verdict"] == "failed":
                assert event["temporary"] and ("503" in event["error"] or event["attempts"] == 0)


def test_all_at_once_and_none_is_dropped_when_retries_are_few(shoal, tree):
    """Rejections do not count as retries."""
    tree.many(200)
    with Busy([(0, 2)], work=0.005) as server:
        run = shoal.send("-T", "-j", "100", "--retries", "0", tree, server.url)
        check_ledger(run.sent_all(200), server, tree)
