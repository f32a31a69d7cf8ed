"""Failures are grouped by cause: in the events, in the lines of a run, and in its summary."""

import json
import re

import pytest

from servers.ledger import Answer
from servers.raw import unused_port

FORM = ("-F", "path={path}", "-F", "file=@{file}")


def causes_of(run):
    return {cause["cause"]: cause for cause in run.end["causes"]}


def lines_of(run, beginning):
    return [line for line in run.err.decode().splitlines() if line.startswith(beginning)]


def test_equal_messages_with_other_numbers_are_one_cause(shoal, tree, ledger):
    for number in range(30):
        path = f"f{number}"
        tree(path)
        body = json.dumps({"message": f"duplicate debug id {number}", "request": f"{number:032x}"})
        ledger.script(path, Answer(status=422, body=body.encode()))
    tree("large")
    ledger.script("large", Answer(status=413, body=b"<html><title>413 Content Too Large</title></html>"))
    tree("fine")
    run = shoal.send(*FORM, tree, ledger.url)
    assert run.status == 1
    assert {text: (cause["count"], cause["reason"], cause["temporary"]) for text, cause in causes_of(run).items()} == {
        "422 Unprocessable Content: duplicate debug id #": (30, "status", False),
        "413 Content Too Large": (1, "status", False),
    }
    assert [cause["count"] for cause in run.end["causes"]] == [30, 1]
    for file in run.of_kind("file"):
        assert (file["path"] == "fine") == ("cause" not in file)
        assert file.get("cause") in {None, *causes_of(run)}
    first = causes_of(run)["422 Unprocessable Content: duplicate debug id #"]
    assert re.fullmatch(r"422 Unprocessable Content: duplicate debug id \d+", first["example"])
    assert first["first_path"] == next(f["path"] for f in run.of_kind("file") if f["status"] == 422)


def test_of_each_cause_one_file_has_a_line_and_the_summary_counts(shoal, tree, ledger):
    for number in range(30):
        tree(f"f{number}")
    ledger.always(status=422, body=b"duplicate")
    run = shoal.send(*FORM, tree, ledger.url)
    assert len(lines_of(run, "failed ")) == 1
    assert re.fullmatch(r"FAILED 30 of 30 files, 1 cause +\d+\.\d s", *lines_of(run, "FAILED "))
    rows = lines_of(run, " ")
    assert any(re.match(r" +30  422 Unprocessable Content: duplicate  +final, \d\d:\d\d:\d\d", row) for row in rows)
    assert any(re.match(r" +f\d+   \d B   … 29 more$", row) for row in rows)
    assert "sent 0 · failed 30 · not attempted 0 · unknown 0 · retries 0" in run.text


@pytest.mark.parametrize(
    "body, message",
    [
        (b'{"error":{"code":7,"message":"no such app"}}', "no such app"),
        (b'{"detail":"Not found."}', "Not found."),
        (b"<Error><Code>x</Code><Message>Access &amp; more</Message></Error>", "Access & more"),
        (b"<html><head><title>Blocked</title></head><body>long</body></html>", "Blocked"),
        (b"\n\nplain text\nmore", "plain text"),
        (b"\x1b[31mred\x00", "\x1b[31mred\x00"),
        (b"", None),
    ],
)
def test_the_message_is_distilled_from_the_response(shoal, tree, ledger, body, message):
    tree("a")
    ledger.always(status=400, body=body)
    run = shoal.send(*FORM, tree, ledger.url)
    expected = "400 Bad Request" + (f": {message}" if message else "")
    assert run.end["causes"][0]["example"].split("\0")[0] == expected.split("\0")[0]
    assert b"\x1b" not in run.err


def test_a_dead_server_is_one_cause(shoal, tree):
    tree.many(20)
    run = shoal.send("--retries", "0", *FORM, tree, f"http://127.0.0.1:{unused_port()}/")
    assert run.status == 75
    assert sum(cause["count"] for cause in run.end["causes"]) == 20
    assert len(run.end["causes"]) <= 2
    assert {cause["reason"] for cause in run.end["causes"]} <= {"connect", "not-attempted"}
    causes = [cause["reason"] for cause in run.end["causes"]]
    assert len(lines_of(run, "failed ")) == len(causes) - causes.count("not-attempted")


def test_unreadable_files_are_one_cause(shoal, tree, ledger):
    for number in range(3):
        tree(f"d{number}/a")
    run = shoal.send("-F", "f=@{file}", "-F", "g=@{folder}/missing-{name}", tree, ledger.url)
    assert [cause["count"] for cause in run.end["causes"]] == [3]


def test_warn_only_is_0_for_failures_and_keeps_the_status_in_the_events(shoal, tree, ledger):
    tree("a")
    ledger.always(status=404)
    run = shoal.send("--warn-only", *FORM, tree, ledger.url, check_status=False)
    assert run.status == 0 and run.end["exit"] == 1
    run = shoal.send("--warn-only", *FORM, tree, "nowhere://x/", check_status=False)
    assert run.status == 2


def test_a_log_begins_with_a_line_that_has_the_time(shoal, tree, ledger):
    tree("a")
    run = shoal.send(*FORM, tree, ledger.url)
    first = run.err.decode().splitlines()[0]
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ shoal \S+: POST http://127\.0\.0\.1", first)
    assert not shoal.send("--progress", "none", *FORM, tree, ledger.url).err.startswith(b"20")
    assert shoal.send("--progress", "often", *FORM, tree, ledger.url).status == 2
