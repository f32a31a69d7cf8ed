"""shoal send --report and --junit, and shoal report: figures equal the events, and nothing from outside acts."""

import html
import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree

import pytest

from servers.ledger import Answer

pytestmark = pytest.mark.commands

FORM = ("-F", "path={path}", "-F", "file=@{file}")
EVIL = "</script><img src=x onerror=alert(1)>"
CHROMIUM = shutil.which("chromium")


@pytest.fixture
def run(shoal, tree, ledger, folder):
    """A run with failures of several causes; its events, page and XML are in `folder`."""
    for number in range(30):
        tree(f"d/f{number}", b"x" * (number + 1) * 100)
    tree("evil" + EVIL.replace("/", ":"))
    for number in range(5):
        ledger.script(f"d/f{number}", Answer(status=422, body=f"duplicate {number} {EVIL}".encode()))
    ledger.script("d/f7", Answer(status=503), Answer(status=401, headers={"X-Request-Id": "req-7"}))
    outputs = ("--report", folder / "report.html", "--junit", folder / "junit.xml")
    run = shoal.send(*outputs, *FORM, tree, ledger.url)
    (folder / "events.jsonl").write_bytes(b"".join(lines_of(run)))
    return run


def lines_of(run):
    return [json.dumps(event).encode() + b"\n" for event in run.events]


def data_of(page):
    return json.loads(re.search(r'id="data">(.*?)</script>', page, re.DOTALL).group(1))


def test_the_report_has_the_figures_of_the_events(run, folder):
    assert run.status == 1
    page = (folder / "report.html").read_text(encoding="utf-8")
    data = data_of(page)
    for key in ("found", "sent", "failed", "unknown", "temporary", "bytes", "retries", "largest_sent"):
        assert data["totals"][key] == run.end[key], key
    assert [(cause["text"], cause["count"]) for cause in data["causes"]] == [
        (cause["cause"], cause["count"]) for cause in run.end["causes"]
    ]
    assert {file[0]: file[2] for file in data["files"]} == {path: event["status"] for path, event in run.verdicts.items()}
    assert next(file for file in data["files"] if file[0] == "d/f7")[8] == "503 401"
    assert next(file for file in data["files"] if file[0] == "d/f7")[9] == "req-7"
    assert sum(bucket[0] for bucket in data["buckets"]) == run.end["sent"]
    assert sum(bucket[1] for bucket in data["buckets"]) == run.end["failed"]
    assert sum(bucket[2] for bucket in data["buckets"]) == run.end["retries"]
    assert any("401" in mark["text"] for mark in data["marks"])
    assert data["exit"] == 1 and data["complete"] is True
    assert "<img" not in page and page.count("</script>") == 2
    assert not re.search(r'(src|href)="?http', page)
    assert not [name for name in os.listdir(folder) if name.endswith(".part")]


def test_a_report_is_made_of_events_too(run, shoal, folder):
    made = shoal("report", folder / "events.jsonl")
    assert made.status == 0 and not made.err
    one, other = data_of(made.out.decode()), data_of((folder / "report.html").read_text(encoding="utf-8"))
    one["again"] = other["again"]
    for data in (one, other):
        data["seconds"] = 0
        for cause in data["causes"]:
            cause["first_s"] = cause["last_s"] = 0
        for file in data["files"]:
            file[5] = file[6] = 0
        data["buckets"] = [bucket[:4] for bucket in data["buckets"]]
        data["marks"] = [mark["text"] for mark in data["marks"]]
    assert one == other
    assert shoal("report", "--output", folder / "other.html", folder / "events.jsonl").status == 0
    assert (folder / "other.html").read_bytes() == made.out


def test_shards_are_added_up_and_one_that_is_missing_is_said(run, shoal, folder):
    lines = lines_of(run)
    for number in (1, 3):
        start = json.loads(lines[0])
        start["shard"] = f"{number}/3"
        (folder / f"{number}.jsonl").write_bytes(b"".join([json.dumps(start).encode() + b"\n", *lines[1:]]))
    made = shoal("report", folder / "1.jsonl", folder / "3.jsonl", folder / "3.jsonl")
    data = data_of(made.out.decode())
    assert data["runs"] == 3 and data["totals"]["found"] == 3 * run.end["found"]
    assert sum(cause["count"] for cause in data["causes"]) == 3 * run.end["failed"]
    assert any("Shard 2 of 3 is missing" in text for text in data["warnings"])
    assert any("Shard 3 of 3 is there more than once" in text for text in data["warnings"])


def test_events_without_an_end_are_said_and_a_cut_line_is_left_out(run, shoal, folder):
    lines = lines_of(run)
    (folder / "cut.jsonl").write_bytes(b"".join(lines[:-2]) + lines[-2][:20])
    data = data_of(shoal("report", folder / "cut.jsonl").out.decode())
    assert any("no end" in text for text in data["warnings"])


@pytest.mark.parametrize("content", [b"{}\n", b"nonsense\n", b'{"event":"file","verdict":"done"}\n'])
def test_a_file_that_has_no_events_is_an_error_with_its_line(shoal, folder, content):
    (folder / "wrong.jsonl").write_bytes(b'{"event":"notice","message":"m","at_ms":1}\n' + content)
    made = shoal("report", folder / "wrong.jsonl")
    assert made.status == 2 and b"wrong.jsonl', line 2: " in made.err and not made.out


def test_wrong_usage_of_report_is_said(shoal, folder, tree, ledger):
    assert shoal("report").status == 2
    assert b"can't be read: no such file" in shoal("report", folder / "missing").err
    tree("a")
    run = shoal.send("--report", folder / "no" / "r.html", *FORM, tree, ledger.url, check_status=False)
    assert run.status == 2 and b"r.html' can't be written: no such file" in run.err and not ledger.connections


def test_junit_has_a_case_for_each_file(run, folder):
    suite = xml.etree.ElementTree.parse(folder / "junit.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == (str(run.end["found"]), str(run.end["failed"]))
    failures = {case.get("name"): case[0].get("message") for case in suite if len(case)}
    assert set(failures) == {path for path, event in run.verdicts.items() if event["verdict"] == "failed"}
    assert failures["d/f1"].startswith("422 Unprocessable Content: duplicate 1 ")


@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_the_page_works_in_a_browser(run, folder):
    """Chromium runs the page: what it shows is what the events have, and nothing fails or is loaded."""
    script = """<script>
    const files = () => [...document.querySelectorAll("#files tr")].map((row) => row.firstChild.textContent);
    const told = { sentence: document.getElementById("sentence").textContent, causes: document.querySelectorAll("#causes li").length, all: files().length };
    document.querySelectorAll("th button")[0].click(); told.up = files();
    document.querySelectorAll("th button")[0].click(); told.down = files();
    const search = document.getElementById("search"); search.value = "D/F7"; search.dispatchEvent(new Event("input")); told.found = files();
    search.value = ""; search.dispatchEvent(new Event("input"));
    const verdict = document.getElementById("verdict"); verdict.value = "3"; verdict.dispatchEvent(new Event("change")); told.failed = files();
    told.images = document.images.length;
    document.body.append(Object.assign(document.createElement("pre"), { id: "told", textContent: JSON.stringify(told) }));
    </script>"""
    page = (folder / "report.html").read_text(encoding="utf-8")
    (folder / "probe.html").write_text(page.replace("</body>", script + "</body>"), encoding="utf-8")
    shown = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--enable-logging=stderr",
         f"--user-data-dir={folder / 'profile'}", "--dump-dom", f"file://{folder / 'probe.html'}"],
        capture_output=True, check=True, timeout=120,
    )  # fmt: skip
    assert b"CONSOLE" not in shown.stderr, shown.stderr.decode()
    told = json.loads(html.unescape(re.search(r'id="told">(.*?)</pre>', shown.stdout.decode(), re.DOTALL).group(1)))
    failed = sorted(path for path, event in run.verdicts.items() if event["verdict"] == "failed")
    assert told["sentence"].startswith(f"{run.end['failed']} of {run.end['found']} failed, for 2 reasons")
    assert told["causes"] == len(run.end["causes"]) and told["all"] == run.end["found"]
    assert told["up"] == sorted(run.verdicts) and told["down"] == sorted(run.verdicts, reverse=True)
    assert told["found"] == ["d/f7"] and sorted(told["failed"]) == failed
    assert told["images"] == 0

