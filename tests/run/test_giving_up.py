"""Refused credentials and pauses that are too long end a run: what it says, and its exit status."""

import re

import pytest

from servers.ledger import Answer, Ledger

FORM = ("-F", "path={path}", "-F", "file=@{file}")


def refuse_from(number, status):
    return lambda record: Answer(status=status if record.number >= number else 200)


@pytest.mark.parametrize("status", [401, 407])
def test_credentials_that_expire_end_the_run(shoal, tree, ledger, status):
    tree.many(200)
    ledger.default = refuse_from(20, status)
    run = shoal.send(*FORM, "-j", "1", tree, ledger.url)
    assert run.status == 77 and run.end["exit"] == 77
    assert run.end["sent"] == 20 and len(ledger.records) == 28
    assert run.end["not_attempted"] == run.end["failed"] - 8 > 0
    assert f"the server no longer accepts the credentials ({status} since file 21)" in run.text
    assert "run again" not in run.text
    reasons = {event["reason"] for event in run.files if event["verdict"] == "failed"}
    assert reasons == {"credentials", "not-attempted"}


@pytest.mark.parametrize("status", [401, 403])
def test_credentials_that_never_worked_end_the_run(shoal, tree, ledger, status):
    tree.many(100)
    ledger.always(status=status)
    run = shoal.send(*FORM, "-j", "2", tree, ledger.url)
    assert run.status == 77 and len(ledger.records) in (8, 9)
    assert f"does not accept the credentials ({status} since file 1)" in run.text


@pytest.mark.parametrize(("arguments", "answer"), [
    (["--credential-failures", "0"], lambda record: Answer(status=401)),
    (["--credential-failures", "31"], lambda record: Answer(status=401)),
    ([], lambda record: Answer(status=403 if record.number else 200)),
    ([], lambda record: Answer(status=401 if record.number % 8 else 200)),
    (["--exists", "403"], lambda record: Answer(status=403)),
    ([], lambda record: Answer(status=404)),
], ids=["0", "more", "403-after-success", "successes", "exists", "404"])  # fmt: skip
def test_what_does_not_end_the_run(shoal, tree, ledger, arguments, answer):
    tree.many(30)
    ledger.default = answer
    run = shoal.send(*FORM, *arguments, "-j", "1", tree, ledger.url)
    assert run.status in (0, 1) and len(ledger.records) == 30
    assert run.end["not_attempted"] == 0


@pytest.mark.parametrize("both", [False, True], ids=["one-refuses", "both-refuse"])
def test_with_several_servers_77_is_for_all_of_them(shoal, tree, ledger, both):
    """Only the server that refuses is given up; the run goes on with the other."""
    with Ledger() as other:
        for server in (ledger, other):
            for number in range(30):
                tree(f"127.0.0.1:{server.port}/f{number}")
        ledger.always(status=401)
        if both:
            other.always(status=401)
        run = shoal.send(*FORM, tree, "http://{dir:raw}upload", "-j", "4")
        assert run.status == (77 if both else 1) and run.end["complete"]
        assert run.end["sent"] == (0 if both else 30)
        assert len(ledger.records) < 30
        assert f"gave up on 127.0.0.1:{ledger.port}: the server does not accept" in run.text


@pytest.mark.parametrize("option", [[], ["--warn-only"]])
def test_warn_only_turns_77_into_0(shoal, tree, ledger, option):
    tree.many(20)
    ledger.always(status=401)
    run = shoal.send(*FORM, *option, tree, ledger.url, check_status=False)
    assert run.status == (0 if option else 77) and run.end["exit"] == 77


def test_a_pause_that_is_too_long_says_so_and_when_to_run_again(shoal, tree, ledger):
    tree.many(3)
    ledger.always(status=429, headers={"Retry-After": "1200"})
    run = shoal.send(*FORM, "-j", "1", tree, ledger.url)
    assert run.status == 75 and len(ledger.records) == 1
    assert re.search(
        r"the run ended: 127\.0\.0\.1:\d+ asks for a pause of 20 min \(status 429, Retry-After\), longer than "
        r"--give-up-after \(5 min\): run again after 2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
        run.text,
    ), run
    assert "no progress" not in run.text


def test_no_progress_names_the_limit(shoal, tree, ledger):
    tree("a")
    ledger.always(status=503)
    run = shoal.send(*FORM, "--give-up-after", "300ms", tree, ledger.url)
    assert run.status == 75
    assert "no progress for 0.3 s, the limit of --give-up-after (status 503)" in run.text


def test_a_lock_is_waited_for_but_not_for_ever(shoal, tree, ledger):
    tree("a")
    tree("b")
    ledger.script("a", Answer(status=423), Answer(status=423), Answer())
    ledger.script("b", Answer(status=423))
    run = shoal.send(*FORM, "--retries", "2", tree, ledger.url)
    assert run.status == 75 and run.verdicts["a"]["verdict"] == "sent"
    assert run.verdicts["b"]["attempts"] == 3 and run.verdicts["b"]["status"] == 423


def test_a_misdirected_request_is_sent_again_on_another_connection(shoal, tree, ledger):
    tree("a")
    tree("b")
    seen = {}

    def answer(record):
        first = seen.setdefault(record.connection, record.key)
        return Answer() if first == record.key else Answer(status=421)

    ledger.default = answer
    run = shoal.send(*FORM, "-j", "1", tree, ledger.url).sent_all(2)
    assert sorted(event["attempts"] for event in run.files) == [1, 2]
    ledger.always(status=421)
    run = shoal.send(*FORM, "-j", "1", "--credential-failures", "0", tree, ledger.url)
    assert run.status == 1


@pytest.mark.parametrize("count", [1, 50])
def test_https_to_a_port_of_http_is_wrong_usage(shoal, tree, ledger, count):
    tree.many(count)
    run = shoal.send(*FORM, "-j", "4", tree, ledger.url.replace("http:", "https:"))
    assert run.status == 2 and not ledger.records
    assert "did you mean http://?" in run.text and "run again" not in run.text
    assert run.end["exit"] == 2 and sum(event["attempts"] for event in run.files) <= 4
