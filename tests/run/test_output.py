"""Events, lines, summaries and exit codes."""

import json
import os
import re
import subprocess

import pytest

from servers.ledger import Answer

FORM = ("-F", "path={path}", "-F", "file=@{file}")


def test_events_on_standard_output(shoal, tree, ledger):
    tree("a", b"12345")
    tree("b/c", b"1")
    ledger.script("b/c", Answer(status=422, body=b"no such release"))
    run = shoal.send("--json", *FORM, tree, ledger.url)
    assert run.status == 1
    assert run.events[0]["event"] == "start"
    sent, failed = run.verdicts["a"], run.verdicts["b/c"]
    assert {key: sent[key] for key in ("verdict", "status", "attempts", "bytes", "temporary")} == {
        "verdict": "sent", "status": 200, "attempts": 1, "bytes": 5, "temporary": False,
    }  # fmt: skip
    assert sent["response"] == '{"ok":true}'
    assert isinstance(sent["at_ms"], (int, float)) and sent["ms"] >= 0
    assert failed["response"] == "no such release" and failed["error"]
    end = run.end
    assert end["found"] == 2 and end["sent"] == 1 and end["failed"] == 1
    for key in ("exists", "skipped", "unknown", "passed_over", "problems"):
        assert end[key] == 0, key
    assert end["bytes"] == 5 and end["seconds"] >= 0 and end["complete"] is True


def test_status_is_null_where_no_answer_came(shoal, tree, ledger):
    tree("a")
    ledger.always(drop=True)
    run = shoal.send("--retries", "0", *FORM, tree, ledger.url)
    assert run.verdicts["a"]["status"] is None


@pytest.mark.parametrize("append", [[], ["--append"]], ids=["replaced", "appended"])
def test_a_file_of_events_is_replaced_unless_they_are_appended(shoal, tree, ledger, folder, append):
    tree("a")
    path = folder / "events.jsonl"
    path.write_text('{"event":"older"}\n')
    for _ in range(2):
        run = shoal.send(f"--json={path}", *append, *FORM, tree, ledger.url)
        assert run.status == 0 and run.out == b""
    events = [json.loads(line)["event"] for line in path.read_text().splitlines()]
    one = ["start", "file", "end"]
    assert events == (["older", *one, *one] if append else one)


def test_wrong_usage_leaves_the_file_of_events_as_it_was(shoal, tree, folder):
    path = folder / "events.jsonl"
    path.write_text("kept")
    tree("a")
    for wrong in (["no-url"], ["http://127.0.0.1:9/{nope}"], ["--retries", "x", "http://h/"]):
        shoal.send(f"--json={path}", *FORM, tree, *wrong, reconciled=False).usage_error()
    assert path.read_text() == "kept"


@pytest.mark.parametrize("json_option", [[], ["--json"]])
def test_append_needs_a_file(shoal, tree, ledger, json_option):
    tree("a")
    run = shoal("send", "--append", *json_option, *FORM, tree, ledger.url)
    assert run.status == 2 and b"--json=FILE" in run.err and not ledger.records


def test_events_come_as_they_happen(shoal, tree, ledger):
    tree.many(3)
    import threading

    go = threading.Event()
    ledger.script("0000/f0.txt", Answer())
    ledger.default = lambda record: Answer() if record.number == 0 else Answer(wait=go)
    running = shoal.start(*FORM, "-j", "1", tree, ledger.url)
    running.wait_files(1, "sent")  # while the second waits for its response
    go.set()
    running.finish().sent_all(3)


def test_a_name_that_is_no_utf_8_has_its_bytes_too(shoal, tree, ledger):
    tree(b"a\xff")
    tree("é\x1b")
    run = shoal.send(*FORM, tree, ledger.url).sent_all(2)
    assert run.paths("sent") == {b"a\xff", "é\x1b".encode()}
    assert ["path_base64" in event for event in run.files].count(True) == 1


def test_verbose_has_a_line_a_file_with_its_response(shoal, tree, ledger):
    tree("a")
    tree("b")
    ledger.script("a", Answer(status=201, body=b"first\nanswer"))
    ledger.script("b", Answer(status=400, body=b"bad\tfile"))
    run = shoal.send("-v", *FORM, tree, ledger.url)
    lines = run.out.decode().splitlines()
    assert len(lines) == 2, run
    (first,) = [line for line in lines if "first" in line]
    assert "a" in first and "201" in first and "answer" in first


def test_standard_output_is_empty_and_the_summary_is_an_error_line(shoal, tree, ledger):
    tree.many(7)
    run = shoal.send(*FORM, tree, ledger.url).sent_all(7)
    assert run.out == b"" and re.search(r"\b7\b", run.text)


def test_quiet_says_nothing_of_success_but_names_failures(shoal, tree, ledger):
    tree("good")
    assert shoal.send("-q", *FORM, tree, ledger.url).err == b""
    tree("worse")
    ledger.script("worse", Answer(status=400))
    run = shoal.send("-q", *FORM, tree, ledger.url)
    assert "worse" in run.text


def test_a_failure_has_a_line_with_its_reason(shoal, tree, ledger):
    tree("some/file.txt")
    ledger.always(status=413, body=b"larger than 10 MB")
    run = shoal.send(*FORM, tree, ledger.url)
    (line,) = [line for line in run.text.splitlines() if "some/file.txt" in line]
    assert "413" in line
    assert "larger than 10 MB" in run.text


def test_a_dry_run_sends_nothing_and_shows_the_plan(shoal, tree, ledger):
    tree("a")
    tree("s/b")
    run = shoal.send("-n", "-F", "url=https://e.com/{path}", "-F", "f=@{file}", "-H", "X-N: {name}",
                     tree, ledger.url)  # fmt: skip
    assert run.status == 0 and not ledger.connections
    assert b"s/b" in run.out and ledger.url.encode() in run.out
    plans = run.of_kind("plan")
    assert "https://e.com/s/b" in json.dumps(plans) and "X-N: b" in json.dumps(plans)
    assert sorted(plan["path"] for plan in plans) == ["a", "s/b"]
    assert run.end["found"] == 2


def test_a_dry_run_finds_what_is_wrong(shoal, tree, ledger):
    tree("a")
    shoal.send("-n", "-F", "f=@{file}", "-F", "x={nothing}", tree, ledger.url).usage_error("nothing")


def test_a_dry_run_of_nothing_is_nothing_found(shoal, tree, ledger):
    shoal.send("-n", *FORM, tree, ledger.url).usage_error()


def test_every_failure_temporary_is_75(shoal, tree, ledger):
    tree("a")
    tree("b")
    ledger.script("a", Answer(status=503))
    run = shoal.send("--give-up-after", "500ms", *FORM, tree, ledger.url)
    assert run.status == 75 and run.end["sent"] == 1


def test_a_final_failure_among_temporary_ones_is_1(shoal, tree, ledger):
    tree("a")
    tree("b")
    ledger.script("a", Answer(status=503))
    ledger.script("b", Answer(status=400))
    assert shoal.send("--give-up-after", "500ms", *FORM, tree, ledger.url).status == 1


def test_an_answer_is_kept_up_to_64_kib(shoal, tree, ledger):
    tree("a")
    ledger.always(status=200, body=b"x" * 200_000)
    run = shoal.send(*FORM, tree, ledger.url).sent_all(1)
    assert run.files[0]["response"] == "x" * 65536


def test_two_outputs_may_not_be_one(shoal, tree, ledger):
    """-v and --json both use standard output: an error, or all lines are JSON."""
    tree("a")
    run = shoal.send("--json", "-v", *FORM, tree, ledger.url, reconciled=False)
    assert run.status in (0, 2)
    for line in run.out.splitlines():
        json.loads(line)


@pytest.mark.parametrize("arguments", [["--help"], ["send", "--help"], ["--version"], ["serve", "--help"]])
def test_help_is_on_standard_output(shoal, arguments):
    run = shoal(*arguments)
    assert run.status == 0 and run.out and not run.err


def test_help_lists_every_option_of_the_contract(shoal):
    shown = shoal("send", "--help", "all").out.decode()
    for option in (
        "-F", "--form-string", "-T", "--raw", "-X", "-H", "-u", "--aws-sigv4", "-j", "--url", "--base", "-0",
        "--include", "--exclude", "--no-hidden", "--follow", "--retries", "--connect-timeout",
        "--stall-timeout", "--response-timeout", "--show-header", "--check", "--reject", "--capture", "--success", "--exists", "--max-failures", "--grace", "--allow-empty",
        "--json", "-n", "-q", "-v", "-s", "--cacert", "--cert", "--key", "--insecure", "--proxy",
        "--no-proxy",
    ):  # fmt: skip
        assert re.search(rf"(^|[\s,]){re.escape(option)}\b", shown, re.M), option


def test_without_a_command_it_says_how_it_is_used(shoal):
    run = shoal()
    assert run.status == 2 and b"--help" in run.err


def test_an_unknown_command_is_named(shoal):
    run = shoal("sned")
    assert run.status == 2 and b"sned" in run.err


def test_a_closed_standard_output_is_a_failure_and_no_crash(shoal, tree, ledger):
    tree.many(5)
    run = shoal.send("--json", *FORM, tree, ledger.url, reconciled=False,
                     prefix=["sh", "-c", 'exec "$@" >&-', "sh"])  # fmt: skip
    assert run.status in (1, 2) and run.err
    if run.status == 1:
        assert len(ledger.records) == 5


def test_a_reader_that_went_away_is_a_failure_and_no_crash(shoal, tree, ledger):
    tree.many(30)
    read, write = os.pipe()
    os.close(read)
    run = shoal.send("--json", *FORM, tree, ledger.url, reconciled=False, stdout=write)
    os.close(write)
    assert run.status == 1 and b"output" in run.err
    assert len(ledger.records) == 30


def test_a_full_disk_under_the_events_is_a_failure(shoal, tree, ledger):
    tree.many(5)
    run = shoal.send("--json=/dev/full", *FORM, tree, ledger.url)
    assert run.status == 1
    assert "/dev/full" in run.text and "space" in run.text.lower()
    assert len(ledger.records) == 5, "the files are sent all the same"


def test_an_event_file_that_can_not_be_opened_is_an_error_at_the_start(shoal, tree, ledger):
    tree("a")
    run = shoal.send("--json=/nonexistent/events", *FORM, tree, ledger.url)
    run.usage_error("/nonexistent/events")
    assert not ledger.records


def test_standard_error_closed_is_no_crash(shoal, tree, ledger):
    tree("a")
    ledger.always(status=400)
    run = shoal.send(*FORM, tree, ledger.url, prefix=["sh", "-c", 'exec "$@" 2>&-', "sh"])
    assert run.status == 1


def test_all_standard_streams_closed_sends_no_stray_bytes(shoal, tree, ledger):
    """No socket may get descriptor 0, 1 or 2, where messages would be written to it."""
    tree("a", b"x")
    run = shoal.send(*FORM, tree, ledger.url, prefix=["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"])
    assert run.status == 0
    assert ledger.records[0].field("file") == b"x"


def test_the_exit_status_of_a_shell_pipeline(shoal, tree, ledger):
    tree("a")
    command = [str(shoal.binary), "send", *FORM, str(tree), ledger.url]
    done = subprocess.run(["sh", "-c", '"$@"; echo $?', "sh", *command], check=True,
                          capture_output=True, env=shoal.environment(None))  # fmt: skip
    assert done.stdout == b"0\n"


def test_the_outputs_of_a_run_are_not_uploaded(shoal, tree, ledger):
    """Events and a standard output that lie below PATH: they would change while they are read, for ever."""
    tree("a")
    events = tree.path / "events.jsonl"
    with open(tree.path / "out.txt", "wb") as out:
        run = shoal.send(f"--json={events}", "-v", "-F", "path={path}", "-F", "file=@{file}", tree, ledger.url, stdout=out)
    assert run.status == 0 and ledger.keys == ["a"]
    assert "'events.jsonl' is written by this run" in run.text and "'out.txt'" in run.text
    end = json.loads(events.read_bytes().splitlines()[-1])
    assert end["found"] == 1 and end["passed_over"] == 2


def test_a_file_of_an_earlier_run_is_uploaded(shoal, tree, ledger):
    """Only the files that this run writes are its own, whatever their names."""
    tree("events.jsonl")
    other = shoal.folder / "events.jsonl"
    shoal.send(f"--json={other}", tree, ledger.url)
    assert len(ledger.records) == 1


def test_an_output_that_has_another_name_below_the_folder_is_not_uploaded(shoal, tree, ledger):
    tree("a")
    events = shoal.folder / "events.jsonl"
    events.touch()
    os.link(events, tree.path / "link.jsonl")
    run = shoal.send(f"--json={events}", "-F", "path={path}", "-F", "file=@{file}", tree, ledger.url)
    assert run.status == 0 and ledger.keys == ["a"]
