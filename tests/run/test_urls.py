"""--urls: a URL of its own for each file, as services with presigned uploads hand them out."""

import json
import pathlib
import subprocess
import sys

import pytest

from harness import HANG
from servers import presigned
from servers.ledger import Answer

pytestmark = pytest.mark.commands

PROGRAM = pathlib.Path(presigned.__file__)


@pytest.fixture
def service():
    with presigned.Presigned() as server:
        yield server


def hand_out(service, kind, tree):
    paths = "".join(name + "\n" for name in sorted(tree.files))
    run = subprocess.run([sys.executable, PROGRAM, service.origin, kind], input=paths, text=True, capture_output=True,
                         timeout=HANG, check=True)  # fmt: skip
    return run.stdout


def refused(run, *words):
    assert run.status == 2 and not run.files and run.end["found"] == 0
    (problem,) = run.problems
    for word in words:
        assert word in problem["error"] and word in run.text
    assert "no file found" not in run.text


@pytest.fixture
def listed(folder):
    def write(text):
        path = folder / "urls.txt"
        path.write_text(text)
        return path

    return write


def test_presigned_puts(shoal, tree, service, listed):
    for name in ("a.txt", "sub/b c.txt", "sub/ü"):
        tree(name, name.encode())
    run = shoal.send("-T", "--urls", listed(hand_out(service, "put", tree)), tree)
    run.sent_all(3)
    assert service.stored == tree.files
    assert {event["origin"] for event in run.files} == {service.origin}


def test_a_presigned_post_has_its_fields_in_order_and_the_file_last(shoal, tree, service, listed):
    tree("a.txt", b"one")
    tree("sub/b.txt", b"two")
    shoal.send("--urls", listed(hand_out(service, "post", tree)), tree).sent_all(2)
    assert service.stored == tree.files


def test_lines_with_a_tab(shoal, tree, service, listed):
    for name in ("a.txt", "{b} c.txt"):
        tree(name, name.encode())
    lines = [f"{name}\t{presigned.put_url(service.origin, name)}" for name in tree.files if name[0] != "{"]
    lines += ["", json.dumps({"path": "{b} c.txt", "url": presigned.put_url(service.origin, "{b} c.txt")})]
    shoal.send("-T", "--urls", listed("\r\n".join(lines) + "\r\n"), tree).sent_all(2)
    assert service.stored == tree.files


def test_a_signature_that_is_not_the_files_is_refused(shoal, tree, service, listed):
    tree("a.txt")
    run = shoal.send("-T", "--urls", listed(f"a.txt\t{presigned.put_url(service.origin, 'a.txt')}\n".replace("ture=", "ture=0")), tree)
    assert run.paths("failed") == {b"a.txt"} and not service.stored


def test_paths_from_standard_input(shoal, tree, service, listed):
    tree("a.txt", b"x")
    run = shoal.send("-T", "--urls", listed(hand_out(service, "put", tree)), "--base", tree, "-", stdin=b"a.txt\n")
    run.sent_all(1)
    assert service.stored == tree.files


def test_method_and_headers_of_the_list_come_before_those_of_the_options(shoal, tree, ledger, listed):
    tree("a.txt", b"x")
    line = {"path": "a.txt", "url": ledger.origin + "/x?y={z}", "method": "PATCH", "headers": {"X-One": "list", "X-Two": "{path}"}}
    shoal.send("-T", "-H", "x-one: option", "-H", "X-Three: {path}", "--urls", listed(json.dumps(line)), tree).sent_all(1)
    (record,) = ledger.records
    assert (record.method, record.target) == ("PATCH", "/x?y={z}")
    assert record.header("X-One") == ["list"] and record.header("X-Two") == ["{path}"]
    assert record.header("X-Three") == ["a.txt"]


@pytest.mark.parametrize("dry", [(), ("-n",)])
def test_files_and_urls_must_fit_before_anything_is_sent(shoal, tree, service, listed, dry):
    for name in ("a", "b", "c", "d", "e"):
        tree(name)
    text = "".join(f"{name}\t{presigned.put_url(service.origin, name)}\n" for name in ("a", "x", "y"))
    run = shoal.send("-T", *dry, "--urls", listed(text), tree, check_status=False, reconciled=False)
    refused(run, "4 files have no URL", "2 URLs have no file", "'x' in line 2", "'y' in line 3", "...")
    assert not service.stored


def test_one_file_without_a_url_and_one_url_without_a_file(shoal, tree, service, listed):
    tree("a")
    tree("b")
    url = presigned.put_url(service.origin, "a")
    run = shoal.send("-T", "--urls", listed(f"a\t{url}\n"), tree, check_status=False, reconciled=False)
    refused(run, "a file has no URL ('b')")
    run = shoal.send("-T", "--urls", listed(f"a\t{url}\nb\t{url}\nc\t{url}\n"), tree, check_status=False, reconciled=False)
    refused(run, "a URL has no file ('c' in line 3)")
    run = shoal.send("-T", "--include", "a", "--urls", listed(f"a\t{url}\n"), tree)
    run.sent_all(1)


@pytest.mark.parametrize("line, words", [
    ("a http://h/x", "a tab and a URL"), ('{"path": "a"}', "path and url"), ('{"path": "a", "url": "http://h/", "x": 1}', "'x'"),
    ('{"path": "a", "url": 1}', "'url' must be a string"), ("{", "not a JSON object"), ("a\tftp://h/", "URL cannot be used"),
    ("a\thttp://h/#x", "fragment"), ("\thttp://h/", "path is empty"), ("a\thttp://h/1\na\thttp://h/2", "in line 2"),
    ('{"path": "a", "url": "http://h/", "method": "HEAD"}', "'HEAD'"),
    ('{"path": "a", "url": "http://h/", "headers": {"X Y": "1"}}', "'X Y'"),
    ('{"path": "a", "url": "http://h/", "headers": {"X": "1\\n2"}}', "control byte"),
    ('{"path": "a", "url": "http://h/", "headers": {"Content-Length": "1"}}', "Content-Length"),
    ('{"path": "a", "url": "http://h/", "fields": {"X": 1}}', "'X' must be a string"),
    ('{"path": "a", "url": "http://h/", "fields": {"X": "1"}}', "-T"), ("", "no URL"), ("a\t\n\0", "NUL"),
])  # fmt: skip
def test_a_list_that_is_wrong_is_an_error_with_its_line(shoal, tree, listed, line, words):
    tree("a")
    text = "\n" + line
    run = shoal.send("-T", "--urls", listed(text), tree).usage_error("--urls", words)
    if line.strip() and "\0" not in line:
        assert "line 2" in run.text or "line 3" in run.text


def test_a_list_and_a_url_exclude_each_other(shoal, tree, listed):
    tree("a")
    path = listed("a\thttp://127.0.0.1:9/")
    shoal.send("--urls", path, "--url", "http://127.0.0.1:9/", tree).usage_error("--urls")
    shoal.send("--urls", path, tree, "http://127.0.0.1:9/").usage_error("http://127.0.0.1:9/")
    shoal.send("--urls", "missing", tree).usage_error("--urls", "missing")
    line = {"path": "a", "url": "http://h/", "headers": {"content-type": "text/x"}}
    shoal.send("--urls", listed(json.dumps(line)), tree).usage_error("Content-Type", "-T")


def test_what_gives_access_is_not_shown(shoal, tree, service, listed):
    tree("a")
    tree("b")
    for kind in ("put", "post"):
        options = ("-T",) if kind == "put" else ()
        run = shoal.send("-n", "-v", *options, "--urls", listed(hand_out(service, kind, tree)), tree)
        plan = run.of_kind("plan")[0]
        assert plan["url"].endswith("?***") and plan["method"] == ("PUT" if kind == "put" else "POST")
        hidden = plan["fields"][:4] if kind == "post" else []
        assert [field["value"] for field in hidden] == ["***"] * len(hidden)
        assert "x-signed: ***" in plan["headers"] or kind == "post"
        for secret in (presigned.sign("PUT", "/bucket/a"), presigned.sign("a"), "X-Signature", "600"):
            assert secret.encode() not in run.everything


def test_the_list_may_come_from_standard_input(shoal, tree, service):
    tree("a.txt", b"x")
    run = shoal.send("-T", "--urls", "-", tree, stdin=hand_out(service, "put", tree).encode())
    run.sent_all(1)
    assert service.stored == tree.files
    shoal.send("-T", "--urls", "-", "-", stdin=b"a.txt\n").usage_error("--urls -", "standard input")
    shoal.send("-T", "--urls", "-", tree, stdin=b"a.txt\n").usage_error("--urls '-'", "line 1")


def test_a_server_that_repeats_the_signature_gives_nothing_away(shoal, tree, ledger, listed):
    def repeat(record):
        text = "\n".join([record.target, *(f"{name}: {value}" for name, value in record.headers)]).encode() + record.body
        redirect = {"Location": ledger.origin + record.target} if record.path == "/moved" else {}
        return Answer(status=307 if redirect else 403, body=text, headers={"X-Request-Id": record.target, **redirect})

    ledger.default = repeat
    query = "X-Amz-Signature=s1gn4tur3&x=y&sig=f1rst%2Fs3cond"
    ledger.script("/a", Answer(200))
    lines = [{"path": name, "url": f"{ledger.origin}/{name}?{query}", "headers": {"X-Upload-Token": "h34d3r"}} for name in ("a", "moved")]
    for name in ("a", "moved"):
        tree(name)
    run = shoal.send("-T", "-v", "--retries", "0", "--urls", listed("\n".join(map(json.dumps, lines))), tree)
    assert run.paths("sent") == {b"a"} and run.paths("failed") == {b"moved"}
    assert {event["url"] for event in run.files} == {ledger.origin + "/a?***", ledger.origin + "/moved?***"}
    fields = {"x-signature": "f13ld", "key": "plain"}
    form = {"path": "a", "url": ledger.origin + "/a", "fields": fields}
    (tree.path / "moved").unlink()
    ledger.scripts.clear()
    posted = shoal.send("-v", "--urls", listed(json.dumps(form)), tree)
    assert posted.paths("failed") == {b"a"} and b"plain" in posted.everything
    for secret in (b"s1gn4tur3", b"f1rst", b"s3cond", b"h34d3r", b"f13ld"):
        assert secret not in run.everything + posted.everything, secret


def test_a_journal_knows_a_file_by_its_url_without_the_signature(shoal, tree, ledger, listed, folder):
    tree("a")

    def send(line):
        run = shoal.send("--journal", folder / "j.db", "--urls", listed(json.dumps({"path": "a", **line})), tree)
        assert run.status == 0, run
        return run.verdicts["a"]["verdict"]

    def put(url, **more):
        return {"url": ledger.origin + url, "method": "PUT", **more}

    assert send(put("/1/a?X-Signature=1&X-Date=1")) == "sent"
    assert send(put("/1/a?X-Signature=2&X-Date=2", headers={"x-date": "2"})) == "skipped"
    assert send(put("/2/a?X-Signature=2")) == "sent"
    assert send({**put("/1/a"), "method": "POST"}) == "sent"
    post = {"url": ledger.origin + "/b", "fields": {"key": "1/a", "policy": "1"}}
    assert send(post) == "sent"
    assert send({**post, "fields": {"key": "1/a", "policy": "2"}}) == "skipped"
    assert send({**post, "fields": {"key": "2/a", "policy": "2"}}) == "sent"


def test_shards_share_one_list(shoal, tree, service, listed):
    tree.many(20)
    urls = listed(hand_out(service, "put", tree))
    runs = [shoal.send("-T", "--shard", f"{shard}/3", "--urls", urls, tree) for shard in (1, 2, 3)]
    assert sum(run.end["sent"] for run in runs) == 20 and all(run.status == 0 for run in runs)
    assert service.stored == tree.files


def test_a_list_for_the_failed_files_is_enough(shoal, tree, service, listed, folder):
    for name in ("a", "b", "c"):
        tree(name, name.encode())
    good = {name: presigned.put_url(service.origin, name) for name in tree.files}
    wrong = {**good, "b": good["b"].replace("Signature=", "Signature=0")}
    events = folder / "events.jsonl"
    lines = "".join(f"{name}\t{url}\n" for name, url in wrong.items())
    run = shoal.send("-T", f"--json={events}", "--urls", listed(lines), tree)
    assert run.status == 1 and set(service.stored) == {"a", "c"}
    again = shoal.send("-T", "--only-failed", events, "--urls", listed(f"b\t{good['b']}\n"), tree)
    again.sent_all(1)
    assert service.stored == tree.files
    refused(shoal.send("-T", "--only-failed", events, "--urls", listed(f"a\t{good['a']}\n"), tree,
                       check_status=False, reconciled=False), "a file has no URL ('b')")  # fmt: skip
