"""What CI systems get, where their variables are set: GitHub Actions and GitLab CI."""

import json
import re
import urllib.parse

import pytest

from servers.ledger import Answer

FORM = ("-F", "path={path}", "-F", "file=@{file}")
GITHUB = {"CI": "true", "GITHUB_ACTIONS": "true"}
GITLAB = {"CI": "true", "GITLAB_CI": "true"}

# As ActionCommand.cs of the runner finds commands: `::NAME PROPERTIES::DATA` at the start of a line,
# white space aside, and `##[NAME]DATA` anywhere in it.
COMMAND = re.compile(r"^\s*::(\w+)(?: ([^:]*))?::(.*)$|##\[(\w+)\]()(.*)", re.MULTILINE)


def commands_in(run):
    """(name, properties, data) of every workflow command in the log, decoded as the runner does."""
    found = []
    for line in (run.out + run.err).decode().splitlines():
        match = COMMAND.search(line)
        if match:
            name, properties, data = match.group(1) or match.group(4), match.group(2) or "", match.group(3) or match.group(6)
            pairs = dict(pair.split("=", 1) for pair in properties.split(",") if pair)
            found.append((name, {key: urllib.parse.unquote(value) for key, value in pairs.items()}, urllib.parse.unquote(data)))
    return found


@pytest.fixture
def failures(tree, ledger):
    """30 files, of which 12 fail for two causes; the server's text and a name try to be commands."""
    for number in range(28):
        tree(f"d/f{number}")
    tree("::error::a, 100% b|<b>*x*</b>@me")
    tree("##[add-mask]name")
    for number in range(10):
        ledger.script(f"d/f{number}", Answer(status=422, body=b"::warning::x ##[error]y %0A <script>|`z`, @me [l](http:)"))
    ledger.script("::error::a, 100% b|<b>*x*</b>@me", Answer(status=404))
    ledger.script("##[add-mask]name", Answer(status=404))
    return tree


def test_causes_are_annotations(shoal, failures, ledger):
    run = shoal("send", "-v", *FORM, failures, ledger.url, env=GITHUB)
    assert run.status == 1
    (first, second) = commands_in(run)
    assert first[0] == second[0] == "error"
    assert first[1] == {"title": "shoal: 10 files failed"} and second[1] == {"title": "shoal: 2 files failed"}
    assert "422 Unprocessable Content: ::warning::x ##[error]y %0A" in first[2]
    assert second[2].startswith("404 Not Found")
    assert second[2].split("\nfirst: ")[1] in ("::error::a, 100% b|<b>*x*</b>@me", "##[add-mask]name")


def test_json_on_standard_output_is_no_command_and_means_the_same(shoal, failures, ledger):
    run = shoal("send", "-q", "--json", *FORM, failures, ledger.url, env=GITHUB)
    events = [json.loads(line) for line in run.out.splitlines()]
    assert [event["path"] for event in events if event.get("path", "").startswith("#")] == ["##[add-mask]name"]
    assert [name for name, _, _ in commands_in(run)] == ["error", "error"]


def test_with_warn_only_they_are_warnings(shoal, failures, ledger):
    run = shoal("send", "--warn-only", *FORM, failures, ledger.url, env=GITHUB)
    assert run.status == 0 and [name for name, _, _ in commands_in(run)] == ["warning", "warning"]


def test_there_are_at_most_ten_annotations(shoal, tree, ledger):
    for number in range(14):
        tree(f"f{number}")
        ledger.script(f"f{number}", Answer(status=422, body=b"cause " + b"abcdefghijklmn"[number : number + 1]))
    run = shoal("send", *FORM, tree, ledger.url, env=GITHUB)
    found = commands_in(run)
    assert len(found) == 10 and found[-1][2] == "5 more causes: see the log"


def test_elsewhere_there_are_none(shoal, failures, ledger):
    for environment in ({}, {"CI": "true"}, {"GITHUB_ACTIONS": "false"}, {"GITHUB_ACTIONS": ""}):
        run = shoal("send", "-q", *FORM, failures, ledger.url, env=environment)
        assert "\n::" not in run.text and "\x1b" not in run.text


def test_the_summary_of_the_job_is_appended_and_contains_no_markup_from_outside(shoal, failures, ledger, folder):
    summary = folder / "summary.md"
    summary.write_text("# before\n", encoding="utf-8")
    environment = {**GITHUB, "GITHUB_STEP_SUMMARY": str(summary)}
    run = shoal("send", f"--json={folder / 'events'}", *FORM, failures, ledger.url, env=environment)
    text = summary.read_text(encoding="utf-8")
    assert text.startswith("# before\n### shoal: 12 of 30 files failed\n\n")
    rows = [line for line in text.splitlines() if re.match(r"\| \d+ \|", line)]
    assert [row.split("|")[1].strip() for row in rows] == ["10", "2"]
    assert all(row.count("|") == 5 for row in rows)
    for one in re.findall(r"<code>(.*?)</code>", text):
        assert re.fullmatch(r"(?:[A-Za-z0-9 ./…]|&#\d+;)*", one), one
    left = re.sub(r"<code>.*?</code>", "", text)
    assert not re.search(r"script|@me|http:|\bx\b|`", left)
    assert "Again, failures only: <code>" in text and run.status == 1


def test_a_success_has_a_summary_and_no_annotation(shoal, tree, ledger, folder):
    tree("a")
    summary = folder / "summary.md"
    run = shoal("send", *FORM, tree, ledger.url, env={**GITHUB, "GITHUB_STEP_SUMMARY": str(summary)})
    assert run.status == 0 and commands_in(run) == []
    assert summary.read_text(encoding="utf-8").startswith("### shoal: 1 file, none failed\n")


def test_a_summary_that_cannot_be_written_fails_nothing(shoal, tree, ledger, folder):
    tree("a")
    run = shoal("send", *FORM, tree, ledger.url, env={"GITHUB_STEP_SUMMARY": str(folder / "no" / "summary")})
    assert run.status == 0 and "GITHUB_STEP_SUMMARY: '" in run.text


def test_the_summary_stays_small(shoal, tree, ledger, folder):
    for number in range(40):
        letters = "".join(chr(ord("a") + int(digit)) for digit in str(number))
        tree(f"{letters}/{'p' * 200}/{'q' * 200}")
        ledger.script(f"{letters}/{'p' * 200}/{'q' * 200}", Answer(status=422, body=letters.encode() + b" <" * 30000))
    summary = folder / "summary.md"
    shoal("send", *FORM, tree, ledger.url, env={"GITHUB_STEP_SUMMARY": str(summary)})
    text = summary.read_text(encoding="utf-8")
    assert len(text) < 256 * 1024 and text.count("\n| ") == 27 and "and 15 more causes" in text


def test_gitlab_gets_a_section_and_the_summary_comes_after_it(shoal, failures, ledger):
    run = shoal("send", *FORM, failures, ledger.url, env=GITLAB)
    log = run.err.decode()
    start = re.search(r"^\x1b\[0Ksection_start:\d{10}:shoal\r\x1b\[0Kshoal: POST http://[^\x1b\r]*\n", log)
    end = re.search(r"^\x1b\[0Ksection_end:\d{10}:shoal\r\x1b\[0K\n", log, re.MULTILINE)
    assert start and end and log.index("FAILED 12 of 30 files") > end.start() > log.index("failed d/f")
    assert "--junit FILE.xml" in log
    for arguments in (("-q",), ("--progress", "none")):
        assert b"\x1b" not in shoal("send", *arguments, *FORM, failures, ledger.url, env=GITLAB).err
