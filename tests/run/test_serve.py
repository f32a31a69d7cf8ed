"""`shoal serve`: what it accepts, where it stores it, and what it rejects."""

import base64
import hashlib
import json
import os
import re
import resource
import signal
import subprocess
import threading

import pytest
import requests

from harness import HANG, binary_path
from receiver import Receiver, field, file_part, form, head

CONTENT = bytes(range(256)) * 33 + b"\r\n--b0undar\r\n--\r\n\r"


def sha256(content):
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def into(folder):
    """The folder for the files, within one that is searched for files that escaped."""
    path = folder / "around" / "into"
    path.mkdir(parents=True)
    yield path
    assert [entry.name for entry in path.parent.iterdir()] == ["into"]


@pytest.fixture
def receiver(into):
    with Receiver(into=into) as server:
        yield server


def run_serve(*arguments):
    return subprocess.run([binary_path(), "serve", *arguments], capture_output=True, timeout=HANG)


# Output

def test_without_json_it_tells_its_address_each_file_and_a_summary(folder):
    popen = subprocess.Popen(
        [binary_path(), "serve", "--into", folder / "new"], stdout=subprocess.PIPE, text=True
    )
    first = popen.stdout.readline()
    assert first.startswith("listening on http://127.0.0.1:")
    url = first.split()[-1]
    requests.post(url, files={"file": ("a\x1b[31mb", b"12345")})
    requests.put(url + "/%2e%2e%2fx", data=b"1")
    popen.send_signal(signal.SIGTERM)
    rest, _ = popen.communicate(timeout=HANG)
    assert popen.returncode == 0
    assert "\x1b" not in rest and "201 a\\x1b[31mb (5 B)\n" in rest
    assert "1 files, 5 B, in 2 requests" in rest and (folder / "new" / "a\x1b[31mb").exists()


def test_ipv6_is_served():
    with Receiver("--listen", "[::1]:0") as server:
        assert server.url.startswith("http://[::1]:")
        assert server.put(b"1", "/x").status == 201


@pytest.mark.parametrize(
    "arguments, word",
    [
        (["--listen", "127.0.0.1"], "ADDR:PORT"),
        (["--listen", "::1:0"], "ADDR:PORT"),
        (["--listen", "127.0.0.1:99999"], "--listen"),
        (["--listen", "192.0.2.1:0"], "192.0.2.1:0"),
        (["--into", "/dev/null"], "/dev/null"),
        (["--into", "/nowhere/at/all"], "/nowhere/at/all"),
        (["--fault", "explode"], "explode"),
        (["--fault", "status=99"], "status=99"),
        (["--fault", "delay"], "milliseconds"),
        (["--fault", "reset@150%"], "share"),
        (["--fault", "status=503:answer"], "phase"),
        (["--fault", "reset,retry-after=1"], "retry-after"),
        (["--seed", "x"], "--seed"),
        (["operand"], "operand"),
        (["--frob"], "frob"),
    ],
)
def test_wrong_usage_is_told_and_ends_with_2(arguments, word):
    done = run_serve(*arguments)
    assert done.returncode == 2 and done.stdout == b"", done
    assert word in done.stderr.decode() and b"\x1b" not in done.stderr


def test_a_taken_port_is_an_error_that_names_it():
    with Receiver() as server:
        done = run_serve("--listen", f"127.0.0.1:{server.port}")
    assert done.returncode == 2 and str(server.port).encode() in done.stderr


def test_events_are_appended_to_a_file_before_the_answer_leaves(folder):
    events = folder / "events.jsonl"
    events.write_text('{"event":"old"}\n')
    command = [binary_path(), "serve", f"--json={events}"]
    popen = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    url = popen.stdout.readline().split()[-1]
    requests.post(url + "/q?secret=1", files={"file": b"123"})
    kinds = [json.loads(line)["event"] for line in events.read_text().splitlines()]
    assert kinds == ["old", "listening", "request"]
    event = json.loads(events.read_text().splitlines()[-1])
    assert (event["method"], event["path"], event["status"]) == ("POST", "/q", 201)
    assert event["parts"][0]["sha256"] == sha256(b"123") and event["at_ms"] >= 0
    popen.send_signal(signal.SIGINT)
    popen.communicate(timeout=HANG)
    end = json.loads(events.read_text().splitlines()[-1])
    assert (end["event"], end["files"], end["bytes"], end["requests"]) == ("end", 1, 3, 1)


def test_lost_events_are_told_once_and_uploads_go_on():
    command = [binary_path(), "serve", "--json=/dev/full"]
    popen = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    url = popen.stdout.readline().split()[-1]
    assert requests.post(url, files={"file": b"123"}).status_code == 201
    popen.send_signal(signal.SIGINT)
    _, told = popen.communicate(timeout=HANG)
    assert popen.returncode == 1 and told.count("\n") == 1, told
    assert "'/dev/full'" in told and "no space left" in told, told


def test_get_tells_how_many_came_and_nothing_else_is_served(receiver):
    receiver.post(file_part(b"12345"))
    receiver.put(b"", "/../x")
    totals = receiver.totals()
    assert (totals["files"], totals["bytes"]) == (1, 5)
    assert (totals["requests"], totals["failed"]) == (2, 1)
    assert receiver.answer(head("GET", "/f.bin", None, None), "GET").status == 404
    assert receiver.answer(head("HEAD", "/", None, None), "HEAD").status == 200
    for method in ("DELETE", "PATCH", "OPTIONS", "MKCOL"):
        answer = receiver.answer(head(method, "/", 3, None) + b"abc", method)
        assert answer.status == 405 and "POST" in answer.headers["Allow"]


# What is accepted

def test_a_form_is_answered_with_each_part_and_stored_byte_for_byte(receiver):
    answer = receiver.post(
        field(b"url", b"https://example.com/a b"),
        field(b"path", b"a/b/c.js"),
        field(b"empty", b""),
        file_part(CONTENT, b"c.js"),
    )
    assert answer.status == 201 and answer.headers["Content-Type"] == "application/json"
    url, path, empty, file = answer.json["parts"]
    assert url == {"name": "url", "value": "https://example.com/a b", "size": 23,
                   "sha256": sha256(b"https://example.com/a b")}
    assert empty["value"] == "" and empty["sha256"] == sha256(b"")
    assert file == {"name": "file", "filename": "c.js", "size": len(CONTENT),
                    "sha256": sha256(CONTENT), "stored": "a/b/c.js"}
    assert answer.json["fields"] == {"url": "https://example.com/a b", "path": "a/b/c.js", "empty": ""}
    assert receiver.stored() == {"a/b/c.js": CONTENT}
    assert receiver.wait_event()["parts"] == answer.json["parts"]


def test_the_path_may_come_after_the_file(receiver):
    assert receiver.post(file_part(CONTENT), field(b"path", b"x/y")).status == 201
    assert receiver.stored() == {"x/y": CONTENT}


def test_without_a_path_the_last_name_of_the_file_name_counts(receiver):
    answer = receiver.post(file_part(CONTENT, b"../../up/name.js"))
    assert answer.json["parts"][0]["stored"] == "name.js"
    assert receiver.stored() == {"name.js": CONTENT}


def test_several_files_keep_their_own_names_in_the_folder_of_the_path(receiver):
    answer = receiver.post(
        file_part(b"js", b"a.js", b"minified_file"),
        field(b"path", b"dist/a.js.map"),
        file_part(b"map", b"a.js.map", b"source_map"),
    )
    assert answer.status == 201
    assert receiver.stored() == {"dist/a.js": b"js", "dist/a.js.map": b"map"}


def test_two_files_that_would_replace_each_other_are_refused(receiver):
    answer = receiver.post(file_part(b"1", b"a"), file_part(b"2", b"x/a"))
    assert answer.status == 400 and "one path" in answer.json["error"]
    assert receiver.stored() == {}


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_raw_body_is_stored_under_the_urls_path(receiver, method):
    answer = receiver.answer(head(method, "/a%20b/%C3%BC?x=y", len(CONTENT), None) + CONTENT)
    assert answer.status == 201
    part = answer.json["parts"][0]
    assert part["name"] is None and part["sha256"] == sha256(CONTENT)
    assert receiver.stored() == {"a b/ü": CONTENT}


def test_without_a_folder_files_are_digested_and_not_stored(folder):
    with Receiver(cwd=folder) as server:
        answer = server.post(field(b"path", b"a/b"), file_part(CONTENT))
        assert answer.status == 201 and "stored" not in answer.json["parts"][1]
        assert answer.json["parts"][1]["sha256"] == sha256(CONTENT)
        assert server.totals()["files"] == 1
    assert list(folder.iterdir()) == []


def test_what_was_there_is_replaced_at_the_end_only(receiver):
    receiver.put(b"old", "/x/y")
    body = form(field(b"path", b"x/y"), file_part(CONTENT))
    with receiver.connect() as connection:
        connection.send(head(length=len(body)), body[:-600])
        temporary = receiver.wait_for_temporary(1000)
        assert temporary.parent == receiver.into / "x"
        assert (receiver.into / "x" / "y").read_bytes() == b"old"
        assert connection.send(body[-600:]).answer().status == 201
    assert receiver.stored() == {"x/y": CONTENT}


def test_names_lose_the_escapes_of_browsers_and_nothing_else(receiver):
    answer = receiver.post(file_part(b"1", b"a%22b%0D%0Ac%25%2F\\d", b"f%22"))
    assert answer.json["parts"][0]["filename"] == 'a"b\r\nc%25%2F\\d'
    assert answer.json["parts"][0]["name"] == 'f"'
    assert receiver.stored() == {'a"b\r\nc%25%2F\\d': b"1"}


def test_names_that_are_no_utf8_are_kept_and_told_in_base64(receiver):
    part = receiver.post(file_part(b"1", b"\xff\xfe.js")).json["parts"][0]
    assert part["filename"] == "\ufffd\ufffd.js"
    assert base64.b64decode(part["filename_base64"]) == b"\xff\xfe.js"
    assert os.listdir(os.fsencode(receiver.into)) == [b"\xff\xfe.js"]


def test_a_long_value_is_digested_and_not_kept(receiver):
    value = b"v" * 65537
    answer = receiver.post(field(b"kept", value[1:]), field(b"long", value))
    assert answer.json["parts"][0]["value"] == value[1:].decode()
    assert "value" not in answer.json["parts"][1]
    assert answer.json["parts"][1]["sha256"] == sha256(value)
    assert answer.json["fields"]["long"] is None


def test_five_thousand_parts_are_taken(receiver):
    parts = [field(b"n%d" % number, b"%d" % number) for number in range(4999)]
    answer = receiver.post(*parts, file_part(b"1"))
    assert answer.status == 201 and len(answer.json["parts"]) == 5000
    assert answer.json["fields"]["n4998"] == "4998"


def test_more_than_ten_thousand_parts_are_refused(receiver):
    answer = receiver.post(file_part(b"1"), *[field(b"n", b"")] * 10000)
    assert answer.status == 400 and "10000" in answer.json["error"]
    assert receiver.stored() == {}
    assert receiver.put(b"1", "/x").status == 201


def test_thousands_of_files_in_one_form_are_stored(receiver):
    parts = [file_part(b"%d" % number, b"f%d" % number) for number in range(3000)]
    assert receiver.post(*parts, field(b"path", b"deep/er/x")).status == 201
    assert len(receiver.stored()) == 3000 and "deep/er/f2999" in receiver.stored()


def test_chunks_and_the_question_whether_to_go_on_are_understood(receiver):
    body = form(field(b"path", b"c"), file_part(CONTENT))
    chunks = [body[at:at + 7] for at in range(0, len(body), 7)]
    with receiver.connect() as connection:
        connection.send(head("POST", "/", None, "b0undary", "Transfer-Encoding: chunked",
                             "Expect: 100-continue"))
        assert connection.socket.recv(100).startswith(b"HTTP/1.1 100 ")
        connection.send(b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks))
        assert connection.send(b"0\r\n\r\n").answer().status == 201
    assert receiver.stored() == {"c": CONTENT}


def test_a_body_may_come_byte_by_byte_while_others_are_served(receiver):
    body = form(field(b"path", b"slow"), file_part(b"\r\n--b0undar\r\r\n-", b"x"))
    with receiver.connect() as slow:
        for byte in head(length=len(body)) + body[:-1]:
            slow.send(bytes([byte]))
        assert receiver.put(b"1", "/quick").status == 201
        assert slow.send(body[-1:]).answer().status == 201
    assert receiver.stored() == {"slow": b"\r\n--b0undar\r\r\n-", "quick": b"1"}


def test_a_connection_is_kept_for_many_requests(receiver):
    with receiver.connect() as connection:
        for number in range(100):
            assert connection.put(b"%d" % number, f"/{number}").answer().status == 201
    assert receiver.stop()["connections"] == 1


# What is rejected

LONG = "n" * 256
PATHS = ["../x", "a/../../x", "..", ".", "a/.", "/etc/x", "//x", "a//b", "a/", LONG, f"a/{LONG}/b",
         "d/" * 9000 + "x", "nul\0nul", ""]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: repr(path[:12]))
@pytest.mark.parametrize("order", ["before", "after"])
def test_a_form_with_a_path_that_leads_out_or_is_none_is_refused(receiver, path, order):
    parts = [field(b"path", path.encode()), file_part(CONTENT)]
    answer = receiver.post(*(parts if order == "before" else reversed(parts)))
    assert answer.status == 400 and "path" in answer.json["error"]
    assert receiver.stored() == {} and list(receiver.into.iterdir()) == []
    assert receiver.post(*parts[1:]).status == 201


@pytest.mark.parametrize("target", ["/../x", "/%2e%2e/x", "/a/%2E%2E/%2e%2e/x", "//etc/x", "/%2Fetc/x",
                                    "/", "/a/", "/a%00b", "/%", "/%4", "/%zz", f"/{LONG}", "/."])
def test_a_url_that_leads_out_or_is_none_is_refused(receiver, target):
    answer = receiver.put(CONTENT, target)
    assert answer.status == 400 and "path" in answer.json["error"]
    assert list(receiver.into.iterdir()) == []


def test_names_of_255_bytes_and_paths_beyond_path_max_are_stored(receiver):
    path = "/".join(["n" * 255] * 20)
    answer = receiver.post(field(b"path", path.encode()), file_part(CONTENT))
    assert answer.status == 201 and answer.json["parts"][1]["stored"] == path
    assert receiver.totals()["files"] == 1


@pytest.mark.parametrize("path", ["link/x", "link", "folder/x", "link/deep/er/x"])
def test_links_in_the_folder_lead_nowhere(folder, path):
    (folder / "into").mkdir()
    (folder / "outside").mkdir()
    (folder / "outside" / "x").write_bytes(b"untouched")
    (folder / "into" / "folder").symlink_to("../outside", target_is_directory=True)
    (folder / "into" / "link").symlink_to(folder / "outside")
    with Receiver(into=folder / "into") as server:
        answer = server.post(field(b"path", path.encode()), file_part(b"1"))
        if path == "link":  # the link itself is replaced, not its target
            assert answer.status == 201 and not (folder / "into" / "link").is_symlink()
        else:
            assert answer.status == 400
    assert [entry.name for entry in (folder / "outside").iterdir()] == ["x"]
    assert (folder / "outside" / "x").read_bytes() == b"untouched"


def test_a_file_where_a_folder_should_be_and_the_other_way_round(receiver):
    receiver.put(b"1", "/a")
    receiver.put(b"1", "/d/e")
    assert receiver.put(b"2", "/a/b").status == 400
    assert receiver.put(b"2", "/d").status == 400
    assert receiver.stored() == {"a": b"1", "d/e": b"1"}


NAMELESS = b"Content-Disposition: form-data"
BAD_FORMS = {
    "no name": form((NAMELESS, b"1")),
    "an empty name": form(field(b"", b"1")),
    "no disposition": form((b"Content-Type: text/plain", b"1")),
    "two dispositions": form((b"\r\n".join([field(b"a", b"")[0]] * 2), b"1")),
    "two names": form((NAMELESS + b'; name="a"; name="b"', b"1")),
    "no form-data": form((b'Content-Disposition: attachment; name="a"', b"1")),
    "an open quote": form((NAMELESS + b'; name="a', b"1")),
    "filename* alone": form((NAMELESS + b"; name=a; filename*=UTF-8''x", b"1")),
    "a header without colon": form((b"X\r\n" + field(b"a", b"")[0], b"1")),
    "a NUL in a name": form(field(b"a\0b", b"1")),
    "bare line feeds": form(field(b"a", b"1")).replace(b"\r\n", b"\n"),
    "base64": form((field(b"a", b"")[0] + b"\r\nContent-Transfer-Encoding: base64", b"1")),
    "long headers": form((b"X: " + b"x" * 17000 + b"\r\n" + field(b"a", b"")[0], b"1")),
    "a long name": form(field(b"n" * 17000, b"1")),
    "no end": form(file_part(CONTENT))[:-4],
    "an end amid the headers": form(file_part(CONTENT))[:40],
    "no delimiter": b"hello",
    "nothing": b"",
    "more after the boundary": form(file_part(b"1")).replace(b"--b0undary\r\n", b"--b0undaryX\r\n"),
    "one dash": form(file_part(b"1"))[:-3] + b"\r\n",
    "two paths": form(field(b"path", b"a"), field(b"path", b"b"), file_part(b"1")),
    "no file name": form(file_part(b"1", b"")),
}


@pytest.mark.parametrize("case", BAD_FORMS)
def test_a_form_that_is_wrong_is_refused_with_the_reason(receiver, case):
    body = BAD_FORMS[case]
    answer = receiver.answer(head(length=len(body)) + body)
    assert answer.status == 400 and answer.json["error"], answer.text
    assert receiver.wait_event()["error"] == answer.json["error"]
    assert list(receiver.into.iterdir()) == []
    assert receiver.put(b"1", "/x").status == 201


@pytest.mark.parametrize("value", ["multipart/form-data", "multipart/form-data; boundary=",
                                   'multipart/form-data; boundary=""', "multipart/form-data; boundary",
                                   "multipart/form-data; boundary=" + "b" * 71])
def test_a_boundary_that_is_none_is_refused(receiver, value):
    answer = receiver.answer(head("POST", "/", 5, None, f"Content-Type: {value}") + b"12345")
    assert answer.status == 400 and list(receiver.into.iterdir()) == []


def test_the_connection_goes_on_after_a_form_that_is_wrong(receiver):
    with receiver.connect() as connection:
        assert connection.post(BAD_FORMS["no name"]).answer().status == 400
        assert connection.put(b"1", "/x").answer().status == 201


def test_a_length_that_is_too_short_is_a_form_without_an_end(receiver):
    body = form(file_part(CONTENT))
    answer = receiver.answer(head(length=len(body) - 9) + body)
    assert answer.status == 400 and "closing delimiter" in answer.json["error"]
    assert receiver.stored() == {}


@pytest.mark.parametrize("ending", ["close", "reset"])
@pytest.mark.parametrize("raw", [True, False])
def test_a_client_that_goes_before_the_end_leaves_nothing(receiver, ending, raw):
    body = CONTENT if raw else form(field(b"path", b"x/y"), file_part(CONTENT))
    first = head("PUT", "/x/y", 10**6, None) if raw else head(length=10**6)
    with receiver.connect() as connection:
        connection.send(first, body)
        receiver.wait_for_temporary(len(CONTENT) // 2)
        getattr(connection, ending)()
    event = receiver.wait_event()
    assert event["status"] is None and "ended before" in event["error"]
    assert list(receiver.into.iterdir()) == []


@pytest.mark.parametrize("lengths", [("Transfer-Encoding: chunked", "Content-Length: 5"),
                                     ("Transfer-Encoding: gzip",), ("Content-Length: -1",),
                                     ("Content-Length: 1x",), ("Content-Length: 99999999999999999999999",)])
def test_lengths_that_can_not_be_are_refused(receiver, lengths):
    with receiver.connect() as connection:
        connection.send(head("PUT", "/x", None, None, *lengths), b"5\r\n12345\r\n0\r\n\r\n")
        assert connection.socket.recv(12) in (b"HTTP/1.1 400", b"HTTP/1.1 413")
    assert receiver.stored() == {}
    assert receiver.put(b"1", "/x").status == 201


GARBAGE = {
    "NULs": b"\0" * 5000,
    "empty lines": b"\r\n\r\n\r\n",
    "half a line": b"GET\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\0" * 99,
    "a version of its own": b"PUT /x HTTP/9.9\r\n\r\n",
    "an endless line": b"X" * 300000,
    "endless headers": b"PUT /x HTTP/1.1\r\n" + b"A: b\r\n" * 50000,
}


@pytest.mark.parametrize("case", GARBAGE)
def test_what_is_no_http_does_not_stop_it(receiver, case):
    with receiver.connect() as connection:
        try:
            connection.send(GARBAGE[case])
        except OSError:
            pass  # the response was not read to its end
        assert receiver.put(b"1", "/x").status == 201
    assert receiver.stored() == {"x": b"1"}


# Limits

def limit_file_size():
    resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))


@pytest.mark.parametrize("raw", [True, False])
def test_a_file_that_finds_no_room_is_told_and_leaves_nothing(into, raw):
    content = b"x" * 300000
    with Receiver(into=into, preexec_fn=limit_file_size) as server:
        answer = server.put(content, "/a/b") if raw else server.post(file_part(content))
        assert answer.status == 507 and "too large" in answer.json["error"]
        assert list(into.iterdir()) == []
        assert server.put(b"1", "/x").status == 201


def test_a_full_disk_is_told_and_leaves_nothing(into):
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(into)]
    if os.geteuid() != 0 or subprocess.run(mount, stderr=subprocess.DEVNULL).returncode:
        pytest.skip("no tmpfs can be mounted here")
    try:
        with Receiver(into=into) as server:
            answer = server.post(field(b"path", b"a/b"), file_part(b"x" * 500000))
            assert answer.status == 507 and "no space" in answer.json["error"]
            assert list(into.iterdir()) == []
            assert server.put(b"x" * 1000, "/small").status == 201
    finally:
        subprocess.run(["umount", str(into)], check=True)


def test_large_bodies_take_no_more_memory(into):
    piece = b"\r\n--b0undar" * 100000
    with Receiver(into=into) as server:
        server.put(b"1", "/warm")
        before = server.peak_memory()
        start, end = form(field(b"path", b"big"), file_part(b"|")).split(b"|")
        length = len(start) + 200 * len(piece) + len(end)
        with server.connect() as connection:
            connection.send(head(length=length), start, *[piece] * 200)
            answer = connection.send(end).answer()
        assert answer.status == 201
        assert answer.json["parts"][1]["sha256"] == sha256(piece * 200)
        assert (into / "big").stat().st_size == 200 * len(piece)
        assert server.peak_memory() - before < 8192


@pytest.mark.soak
def test_four_gibibytes_are_taken(into):
    piece = bytes(2**20)
    with Receiver(into=into) as server, server.connect() as connection:
        connection.send(head("PUT", "/big", 4097 * 2**20, None), *[piece] * 4097)
        assert connection.answer().status == 201
        assert (into / "big").stat().st_size == 4097 * 2**20


def test_more_clients_than_descriptors_are_all_served(into):
    def few_descriptors():
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

    with Receiver(into=into, preexec_fn=few_descriptors) as server:
        def put(number):
            with server.connect() as connection:
                connection.send(head("PUT", f"/{number}", 6, None, "Connection: close"), b"123")
                statuses.append(connection.send(b"456").answer().status)

        statuses = []
        threads = [threading.Thread(target=put, args=(number,)) for number in range(150)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert statuses == [201] * 150 and len(server.stored()) == 150


# How it stops

def wait_until_refused(receiver):
    with pytest.raises(OSError):
        while True:
            receiver.connect().close()


def test_what_has_begun_may_end_after_a_signal(receiver):
    with receiver.connect() as connection:
        connection.send(head("PUT", "/x", 6, None), b"123")
        receiver.wait_for_temporary(3)
        receiver.popen.send_signal(signal.SIGTERM)
        wait_until_refused(receiver)
        assert connection.send(b"456").answer().status == 201
    assert receiver.popen.wait(HANG) == 0
    assert receiver.stored() == {"x": b"123456"}


@pytest.mark.parametrize("signals", [1, 2])
def test_what_does_not_end_is_broken_off_and_leaves_nothing(receiver, signals):
    with receiver.connect() as connection:
        connection.send(head("PUT", "/x", 6, None), b"123")
        receiver.wait_for_temporary(3)
        receiver.popen.send_signal(signal.SIGINT)
        wait_until_refused(receiver)
        if signals == 2:
            receiver.popen.send_signal(signal.SIGINT)
        assert receiver.popen.wait(HANG) == 0
        assert list(receiver.into.iterdir()) == []


UNCLEAR = {
    "two lengths": (b"Host: x", b"Content-Length: 3", b"Content-Length: 3"),
    "two lengths that differ": (b"Host: x", b"Content-Length: 3", b"Content-Length: 2"),
    "two codings": (b"Host: x", b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"),
    "a space before the colon": (b"Host: x", b"Content-Length: 3", b"X : y"),
    "a space before the length's colon": (b"Host: x", b"Content-Length : 3"),
    "a TAB before a coding's colon": (b"Host: x", b"Content-Length: 3", b"Transfer-Encoding\t: chunked"),
    "two hosts": (b"Host: x", b"Host: y", b"Content-Length: 3"),
    "no host": (b"Content-Length: 3",),
}


@pytest.mark.parametrize("case", UNCLEAR)
def test_a_head_that_two_readers_understand_differently_is_refused(receiver, case):
    lines = (b"PUT /x HTTP/1.1", *UNCLEAR[case], b"", b"")
    with receiver.connect() as connection:
        connection.send(b"\r\n".join(lines) + b"3\r\nabc\r\n0\r\n\r\n")
        got = b""
        try:
            got = connection.rest()
        except ConnectionResetError:
            pass  # the body was not read to its end
        assert got == b"" or got.startswith(b"HTTP/1.1 400"), got
        assert len(re.findall(rb"HTTP/1\.1 \d{3} ", got)) <= 1, "what follows is not taken for a request"
    assert receiver.stored() == {}


def test_a_path_has_a_depth_limit(receiver):
    assert receiver.put(b"1", "/" + "d/" * 100 + "f").status == 201
    answer = receiver.put(b"1", "/" + "e/" * 101 + "f")
    assert answer.status == 400 and "100 folders" in answer.text
    assert not (receiver.into / "e").exists()


@pytest.mark.parametrize("ending", ["complete", "broken"])
def test_a_folder_that_is_replaced_meanwhile_keeps_no_temporary(receiver, ending):
    (receiver.into / "a").mkdir()
    with receiver.connect() as connection:
        connection.send(head("PUT", "/a/f", len(CONTENT), None), CONTENT[:1000])
        receiver.wait_for_temporary(1000)
        (receiver.into / "a").rename(receiver.into / "b")
        (receiver.into / "a").mkdir()
        if ending == "complete":
            assert connection.send(CONTENT[1000:]).answer().status == 201
    receiver.wait_event()
    assert list((receiver.into / "b").iterdir()) == []
    assert receiver.stored() == ({"a/f": CONTENT} if ending == "complete" else {})


def test_a_token_is_required(into):
    environment = {**os.environ, "THE_TOKEN": "t0ken\n"}
    with Receiver("--token", "env:THE_TOKEN", into=into, env=environment) as receiver:
        for credentials, status in (
            (None, 401), ("Bearer t0ken", 201), ("bearer t0ken", 201), ("Bearer t0kem", 401),
            ("Bearer t0ken2", 401), ("Basic " + base64.b64encode(b"me:t0ken").decode(), 201),
            ("Basic " + base64.b64encode(b"t0ken:me").decode(), 401), ("Basic !", 401),
        ):  # fmt: skip
            headers = {} if credentials is None else {"Authorization": credentials}
            answer = requests.put(receiver.url + "/x", data=b"1", headers=headers, timeout=HANG)
            assert answer.status_code == status, credentials
            assert ("WWW-Authenticate" in answer.headers) == (status == 401)
        assert requests.get(receiver.url + "/", timeout=HANG).status_code == 401


@pytest.mark.parametrize("token", ["", "env:NOT_SET_AT_ALL"])
def test_a_token_that_is_not_there_is_an_error(token):
    run = run_serve("--token", token)
    assert run.returncode == 2 and b"--token" in run.stderr
