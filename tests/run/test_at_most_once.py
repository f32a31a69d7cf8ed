"""--at-most-once: what the server may have accepted is never sent again, by shoal or by libcurl; and
--idempotency-key, by which a server recognizes a repeated attempt."""

import collections
import re

import pytest

from servers.ledger import Answer
from servers.raw import OK, RawServer

FORM = ("-F", "path={path}", "-F", "file=@{file}")


@pytest.mark.parametrize("status", [408, 500, 502, 504, 599])
def test_a_status_that_leaves_it_open_is_unknown(shoal, tree, ledger, status):
    tree("a")
    ledger.script("a", Answer(status=status, body=b"who knows"), Answer())
    run = shoal.send(*FORM, "--at-most-once", tree, ledger.url)
    event = run.verdicts["a"]
    assert (event["verdict"], event["attempts"], event["status"]) == ("unknown", 1, status)
    assert event["response"] == "who knows" and not event["temporary"]
    assert run.status == 1 and len(ledger.records) == 1


@pytest.mark.parametrize("status", [425, 429, 503])
def test_a_rejection_is_sent_again(shoal, tree, ledger, status):
    tree("a")
    ledger.script("a", Answer(status=status), Answer(status=status), Answer(status=201))
    run = shoal.send(*FORM, "--at-most-once", "--retries", "0", tree, ledger.url).sent_all(1)
    assert run.verdicts["a"]["attempts"] == 3 == len(ledger.records)


def keep_then_die(read):
    """A server that accepts the first request on each connection and closes the connection at the second
    one, which it has read completely (and so accepted) or not at all."""

    def behave(connection):
        connection.read_request()
        connection.send(OK)
        if read:
            connection.read_request()
        else:
            connection.kept += connection.receive()
        connection.reset()

    return behave


def names_in(requests):
    found = (re.search(rb'name="path"\r\n\r\n([^\r]+)', body)[1].decode() for _, body in requests)
    return collections.Counter(found)


@pytest.mark.parametrize("jobs", [1, 8])
def test_a_kept_connection_that_dies_with_a_request_sends_nothing_twice(shoal, tree, jobs):
    tree.many(60)
    with RawServer(keep_then_die(read=True)) as server:
        run = shoal.send(*FORM, "--at-most-once", "-j", jobs, tree, server.url)
        taken = names_in(server.requests)
        assert set(taken) == set(tree.files) and set(taken.values()) == {1}
        assert sum(event["attempts"] for event in run.files) == len(server.requests) == 60
        assert run.end["sent"] + run.end["unknown"] == 60
        assert run.end["unknown"] > 10, "the test's server let connections live"


@pytest.mark.parametrize("jobs", [1, 8])
def test_by_default_the_same_server_gets_every_file(shoal, tree, jobs):
    tree.many(60)
    with RawServer(keep_then_die(read=True)) as server:
        run = shoal.send(*FORM, "-j", jobs, "--retries", "20", tree, server.url).sent_all(60)
        assert set(names_in(server.requests)) == set(tree.files)
        assert sum(event["attempts"] for event in run.files) == len(server.requests)


def test_a_kept_connection_that_dies_as_the_request_arrives(shoal, tree):
    """The request was not read, but the client cannot know that."""
    tree.many(40)
    with RawServer(keep_then_die(read=False)) as server:
        run = shoal.send(*FORM, "--at-most-once", "-j", "4", tree, server.url)
        taken = names_in(server.requests)
        assert set(taken.values()) == {1}
        assert run.end["sent"] == len(taken)
        assert run.end["sent"] + run.end["unknown"] == 40 and run.end["unknown"] > 0
        assert all(event["attempts"] == 1 for event in run.files)


def test_what_was_rejected_before_it_became_unknown(shoal, tree, ledger):
    tree("a")
    ledger.script("a", Answer(status=503), Answer(drop=True), Answer())
    run = shoal.send(*FORM, "--at-most-once", tree, ledger.url)
    event = run.verdicts["a"]
    assert (event["verdict"], event["attempts"], len(ledger.records)) == ("unknown", 2, 2)


def test_an_unknown_file_does_not_end_the_others(shoal, tree, ledger):
    tree.many(30)
    ledger.script("0000/f3.txt", Answer(status=500))
    ledger.script("0000/f4.txt", Answer(status=403))
    run = shoal.send(*FORM, "--at-most-once", tree, ledger.url)
    assert (run.end["sent"], run.end["unknown"], run.end["failed"]) == (28, 1, 1)
    assert "f3.txt" in run.text


# --- idempotency keys


def keys_of(ledger):
    """Path -> the values of Idempotency-Key, one per attempt."""
    found = collections.defaultdict(list)
    for record in ledger.records:
        found[record.key] += record.header("Idempotency-Key")
    return dict(found)


def test_a_key_is_quoted_and_the_same_in_every_attempt(shoal, tree, ledger):
    tree("a", b"content")
    tree("b", b"content")
    ledger.script("a", Answer(status=503), Answer(status=500), Answer(drop=True), Answer())
    shoal.send(*FORM, "--idempotency-key", tree, ledger.url).sent_all(2)
    keys = keys_of(ledger)
    assert len(keys["a"]) == 4 and len(set(keys["a"])) == 1
    assert re.fullmatch(r'"[A-Za-z0-9_-]{16,64}"', keys["a"][0])
    assert keys["b"] != keys["a"][:1], "two files are two things, though their content is one"


def test_a_key_is_the_same_in_the_next_run(shoal, tree, ledger):
    tree.many(20)
    for _ in range(2):
        shoal.send(*FORM, "--idempotency-key", tree, ledger.url).sent_all(20)
    assert all(len(keys) == 2 and len(set(keys)) == 1 for keys in keys_of(ledger).values())
    assert len({keys[0] for keys in keys_of(ledger).values()}) == 20


def test_a_key_differs_when_the_content_does(shoal, tree, ledger):
    tree("a", b"one")
    shoal.send(*FORM, "--idempotency-key", tree, ledger.url).sent_all(1)
    tree("a", b"two")
    shoal.send(*FORM, "--idempotency-key", tree, ledger.url).sent_all(1)
    first, second = keys_of(ledger)["a"]
    assert first != second


def test_a_key_goes_with_a_raw_and_with_a_large_file(shoal, tree, ledger):
    tree("small", b"x")
    tree("large", b"x" * 3_000_000)
    for _ in range(2):
        shoal.send("-T", "--idempotency-key", tree, ledger.origin + "/").sent_all(2)
    keys = keys_of(ledger)
    assert all(len(values) == 2 and len(set(values)) == 1 for values in keys.values())
    assert keys["/small"] != keys["/large"]


def test_a_changed_file_gets_the_key_of_what_is_sent(shoal, tree, ledger):
    """The next attempt reads the file again: new content, new key."""
    path = tree("a", b"first")

    def answer(record):
        if record.attempt > 1:
            return Answer()
        path.write_bytes(b"second")
        return Answer(status=503)

    ledger.default = answer
    shoal.send(*FORM, "--idempotency-key", tree, ledger.url).sent_all(1)
    first, second = keys_of(ledger)["a"]
    assert first != second
    assert [record.field("file") for record in ledger.records] == [b"first", b"second"]


def test_without_the_option_there_is_no_key(shoal, tree, ledger):
    tree("a")
    shoal.send(*FORM, tree, ledger.url).sent_all(1)
    assert keys_of(ledger) == {"a": []}
