"""Fields of templates: escapings, forms of values, media types, optional keys, URLs that begin with a key."""

import base64
import hashlib
import json
import os
import subprocess

import pytest

from harness import HANG
from servers.ledger import Answer

pytestmark = pytest.mark.commands

BYTES = [bytes([byte]) for byte in range(1, 256) if byte != ord("/")]
CHARACTERS = [chr(code) for code in range(1, 127 + 1) if chr(code) != "/"] + ["é", "漢", "😀"]

NODE = """
const names = JSON.parse(require("fs").readFileSync(0, "utf8"));
const rows = names.map(name => {
    const url = new URL("http://h/");
    url.pathname = "x" + name + "x";
    return [encodeURIComponent(name), url.pathname.slice(2, -1)];
});
console.log(JSON.stringify(rows));
"""

READ = """
const paths = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(paths.map(path => new URL("http://h/" + path).pathname.slice(1))));
"""


def node(script, value):
    run = subprocess.run(["node", "-e", script], input=json.dumps(value).encode(), capture_output=True,
                         timeout=HANG, check=True)  # fmt: skip
    return json.loads(run.stdout)


def only(ledger):
    (record,) = ledger.records
    return record


def fields(ledger, *names):
    return {record.field("name"): tuple(record.field(name) for name in names) for record in ledger.records}


def test_path_and_component_agree_with_node_on_every_character(shoal, tree, ledger):
    for character in CHARACTERS:
        tree(f"d/x{character}x", b"")
    shoal.send(
        "-F", "name={name}", "-F", "path={path:path}", "-F", "component={path:component}", "-F", "file=@{file}",
        tree, ledger.url,
    ).sent_all(len(CHARACTERS))  # fmt: skip
    sent = fields(ledger, "path", "component")
    # What the name has literally and a browser would read as something else, and `^`, which joined the
    # standard's set after this version of node.
    literal = {"%": "%25", "\\": "%5C", "?": "%3F", "#": "%23", "\t": "%09", "\n": "%0A", "\r": "%0D", "^": "%5E"}
    paths = []
    for character, (component, browser) in zip(CHARACTERS, node(NODE, CHARACTERS)):
        path, of_component = (value.decode() for value in sent[f"x{character}x".encode()])
        assert of_component == f"d/x{component}x"
        assert path == f"d/x{literal.get(character, browser)}x", character
        paths.append(path)
    assert node(READ, paths) == paths  # a browser that loads it reports the very same


def test_bytes_that_are_no_text_are_percent_encoded(shoal, tree, ledger):
    for byte in BYTES:
        tree(b"x" + byte, b"")
    shoal.send("-F", "name={name}", "-F", "p={name:path}", "-F", "c={name:component}", "-F", "u={name:url}",
               "-F", "file=@{file}", tree, ledger.url).sent_all(len(BYTES))  # fmt: skip
    for name, values in fields(ledger, "p", "c", "u").items():
        if name[1] >= 128:
            assert values == (b"x%%%02X" % name[1],) * 3


def test_files_of_next_js_get_the_urls_that_browsers_report(shoal, tree, ledger):
    tree("app/(shop)/[slug]/page-1.js", b"x")
    shoal.send("-F", "url=https://example.com/{path:component}", "-F", "plain=https://example.com/{path:path}",
               "-F", "file=@{file}", tree, ledger.url).sent_all(1)  # fmt: skip
    record = only(ledger)
    assert record.field("url") == b"https://example.com/app/(shop)/%5Bslug%5D/page-1.js"
    assert record.field("plain") == b"https://example.com/app/(shop)/[slug]/page-1.js"


def test_digests_in_the_forms_that_services_accept(shoal, tree, ledger):
    content = b"some content"
    tree("a.bin", content)
    shoal.send("-T", "-H", "Content-MD5: {md5:base64}", "-H", "x-amz-checksum-sha256: {sha256:base64}",
               "-H", "Checksum: {sha256:upper}", tree, ledger.origin + "/{sha1:base64:query}/").sent_all(1)  # fmt: skip
    record = only(ledger)
    assert record.header("Content-MD5") == [base64.b64encode(hashlib.md5(content).digest()).decode()]
    assert record.header("x-amz-checksum-sha256") == [base64.b64encode(hashlib.sha256(content).digest()).decode()]
    assert record.header("Checksum") == [hashlib.sha256(content).hexdigest().upper()]
    sha1 = base64.b64encode(hashlib.sha1(content).digest()).decode()
    assert record.target.startswith("/" + sha1.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D") + "/a.bin")


def test_json_in_a_header_is_ascii(shoal, tree, ledger):
    tree('ü/😀"\n\x7f.txt', b"x")
    shoal.send("-T", "-H", 'Dropbox-API-Arg: {{"path":"/{path:json}","mode":"add"}', tree,
               ledger.origin + "/").sent_all(1)  # fmt: skip
    (argument,) = only(ledger).header("Dropbox-API-Arg")
    assert argument.isascii() and argument.isprintable()
    assert json.loads(argument)["path"] == '/ü/😀"\n\x7f.txt'


def test_time_as_a_number_and_flat_paths(shoal, tree, ledger):
    path = tree("a/b/c.txt", b"x")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    shoal.send("-T", "-H", "X-OC-Mtime: {mtime:epoch}", tree, ledger.origin + "/assets?name={path:flat}").sent_all(1)
    record = only(ledger)
    assert record.header("X-OC-Mtime") == ["1700000000"]
    assert record.target == "/assets?name=a--b--c.txt"


@pytest.mark.parametrize("value, words", [
    ("{path:nope}", "':nope'"), ("{path:url:upper}", "':upper:url'"), ("{size:epoch}", "{mtime}"),
    ("{path?}", "{path?}"), ("{nope}", "{nope}"),
])  # fmt: skip
def test_what_makes_no_sense_is_said_before_anything_is_sent(shoal, tree, ledger, value, words):
    tree("a")
    shoal.send("-F", f"x={value}", "-F", "file=@{file}", tree, ledger.url).usage_error(words, "-F 'x'")
    assert not ledger.records


def test_media_types_by_extension(shoal, tree, ledger):
    for name in ("a.js", "b.css", "c.unknown", "d.MAP", "e.tar.gz", "none"):
        tree(name, b"x")
    shoal.send("-T", "-H", "Content-Type: {type}", "--type", "tar.gz=application/x-gtar", "--type", ".map=text/x-map",
               tree, ledger.origin + "/").sent_all(6)  # fmt: skip
    assert {record.path: record.header("Content-Type") for record in ledger.records} == {
        "/a.js": ["text/javascript"], "/b.css": ["text/css"], "/c.unknown": ["application/octet-stream"],
        "/d.MAP": ["text/x-map"], "/e.tar.gz": ["application/x-gtar"], "/none": ["application/octet-stream"],
    }  # fmt: skip


def test_the_type_of_a_part_is_that_of_its_own_file(shoal, tree, ledger):
    tree("a.js", b"script")
    tree("a.js.map", b"map")
    shoal.send("-F", "minified_file=@{folder}/{stem};type={type}", "-F", "source_map=@{file};type={type}",
               "-F", "event={{\"n\":1};type=application/json", "-F", "kind={type}", "--include", "*.map",
               tree, ledger.url).sent_all(1)  # fmt: skip
    script, source_map, event, kind = only(ledger).parts
    assert (script.type, source_map.type) == (b"text/javascript", b"application/json")
    assert (event.type, event.file_name, event.content) == (b"application/json", None, b'{"n":1}')
    assert kind.content == b"application/json"


def test_a_raw_body_has_no_type_unless_one_is_given(shoal, tree, ledger):
    tree("a.js", b"x")
    shoal.send("-T", tree, ledger.origin + "/").sent_all(1)
    assert only(ledger).header("Content-Type") == []


@pytest.mark.parametrize("value", ["map", "=text/x", "map=text", "map=", "a/b=text/x"])
def test_a_wrong_type_is_an_error(shoal, tree, ledger, value):
    tree("a")
    shoal.send("--type", value, tree, ledger.url).usage_error("--type", value)


def test_a_type_that_is_wrong_once_filled_in_is_an_error(shoal, tree, ledger):
    tree("a")
    shoal.send("-s", "t=nonsense", "-F", "file=@{file};type={t}", tree, ledger.url).usage_error("media type")


OPTIONAL = (
    "-F", "name={name}", "-F", "version={version?}", "-F", "both={host?}/{version?}", "-H", "X-Version: {version?}",
    "-H", "Authorization: Bearer {token?:raw}", "-F", "file=@{file}",
)  # fmt: skip


@pytest.mark.parametrize("keys", [(), ("-s", "version=", "-s", "token="), ("-s", "version=env:NO", "-s", "token=env:NO")])
def test_fields_and_headers_without_a_value_are_left_out(shoal, tree, ledger, keys):
    tree("a")
    shoal.send(*OPTIONAL, *keys, "-s", "host=h", tree, ledger.url).sent_all(1)
    record = only(ledger)
    assert [part.name for part in record.parts] == [b"name", b"file"]
    assert record.header("X-Version") == record.header("Authorization") == []


def test_fields_and_headers_with_a_value_are_sent(shoal, tree, ledger):
    tree("a")
    shoal.send(*OPTIONAL, "-s", "version=1", "-s", "host=h", "-s", "token=t", tree, ledger.url).sent_all(1)
    record = only(ledger)
    assert [part.name for part in record.parts] == [b"name", b"version", b"both", b"file"]
    assert record.field("both") == b"h/1"
    assert record.header("X-Version") == ["1"] and record.header("Authorization") == ["Bearer t"]


@pytest.mark.parametrize("options", [
    ("-F", "file=@{file};filename={v?}"), ("-F", "file=@{file};type={v?}"), ("-F", "other=@{v?}/x"),
    ("--serial-by", "{v?}"), ("-T", "--url", "http://127.0.0.1:9/{v?}/"),
])  # fmt: skip
def test_an_optional_key_elsewhere_is_an_error(shoal, tree, ledger, options):
    tree("a")
    url = () if "--url" in options else (ledger.url,)
    shoal.send(*options, tree, *url).usage_error("{key?}")


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_url_begins_with_a_key(shoal, tree, ledger, slash):
    tree("a b.txt", b"x")
    keys = ("-s", f"endpoint={ledger.origin}/x%20y{slash}", "-s", "id=4/2")
    shoal.send("-T", *keys, tree, "{endpoint}/up/{id}/").sent_all(1)
    shoal.send("-T", *keys, "--url", "{endpoint:raw}/b/{path}", tree).sent_all(1)
    assert {record.target for record in ledger.records} == {"/x%20y/up/4%2F2/a%20b.txt", "/x%20y/b/a%20b.txt"}


@pytest.mark.parametrize("value", [
    "example.com", "ftp://h", "http://", "https:///x", "http://h?x", "http://h#x", "http://user:Pa55@h", "http://h x", "",
])  # fmt: skip
def test_a_key_that_can_begin_no_url_is_an_error(shoal, tree, value):
    tree("a")
    run = shoal.send("-s", f"endpoint={value}", tree, "{endpoint}/x").usage_error("{endpoint}")
    assert "Pa55" not in run.text


def test_a_url_that_begins_with_an_unknown_key_is_an_error(shoal, tree):
    tree("a")
    shoal.send(tree, "{nope}/x").usage_error("{nope}")
    shoal.send("-s", "e=http://h", tree, "{e:url}/x").usage_error("{e:url}")
    shoal.send(tree, "{e?}/x").usage_error("{e?}")


def test_secrets_stay_secret_in_every_form(shoal, tree, ledger):
    tree("a")
    secret = "sEcret/pässword+1"
    run = shoal.send(
        "-n", "-v", "-s", "token=env:TOKEN", "-F", "a={token:upper}", "-F", "b={token:flat:json}",
        "-F", "c={token:component}", "-F", "d={token:path}", "-F", "e={token:upper:base64}", "-F", "f={token?:query}",
        "-F", "file=@{file};type=text/{token:flat}", "-H", "X: {token:upper:flat:url}", tree, ledger.url,
        env={"TOKEN": secret},
    )  # fmt: skip
    text = run.text.lower()
    for part in ("ecret", "ssword", base64.b64encode(secret.upper().encode()).decode().lower()):
        assert part not in text


@pytest.mark.parametrize("operand, meant", [
    ("127.0.0.1:18200", "http://127.0.0.1:18200/"), ("localhost:8080/up", "http://localhost:8080/up"),
    ("[::1]:8080", "http://[::1]:8080/"), ("h.example:443", "https://h.example:443/"),
    ("h.example/up?x=1", "https://h.example/up?x=1"),
])  # fmt: skip
def test_a_host_that_is_no_url_gets_a_hint(shoal, tree, operand, meant):
    tree("a")
    shoal.send(tree, operand).usage_error(f"'{operand}' is not a URL; did you mean {meant}?")


def test_json_in_a_field_gets_a_hint(shoal, tree, ledger):
    tree("a")
    run = shoal.send("-F", 'meta={"a":1}', "-F", "file=@{file}", tree, ledger.url)
    run.usage_error("""'{' begins a template field; write {{"a":1}} or use --form-string""")


@pytest.mark.parametrize("url, target", [
    ("/base/?sig=a/", "/base/a.txt?sig=a/"), ("/base/?sig=a", "/base/a.txt?sig=a"), ("/?x", "/a.txt?x"),
])  # fmt: skip
def test_a_path_goes_before_the_query(shoal, tree, ledger, url, target):
    tree("a.txt", b"x")
    tree("b.txt", b"x")
    shoal.send("-T", tree, ledger.origin + url).sent_all(2)
    assert target in {record.target for record in ledger.records}


@pytest.mark.parametrize("name", ["file", "path"])
def test_a_field_without_its_braces_gets_a_hint(shoal, tree, name):
    tree("a")
    run = shoal.send("-F", f"f=@{name}", tree, "http://127.0.0.1:9/")
    run.usage_error(f"no such file '{name}'; did you mean @{{{name}}}?")


@pytest.mark.parametrize("options", [(), ("-v",), ("--json",)])
def test_a_dry_run_is_silent_about_a_pipe_that_closes(shoal, tree, options):
    tree.many(2000)
    command = [shoal.binary, "send", "-n", *options, "-F", "path={path}", "-F", "file=@{file}", os.fspath(tree),
               "http://127.0.0.1:9/"]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    text = process.stderr.read().decode()
    assert process.wait(HANG) == 0
    assert "pipe" not in text.lower() and "can't" not in text and "memory" not in text


def equal_notices(run):
    return [event["message"] for event in run.of_kind("notice") if "equal requests" in event["message"]]


@pytest.mark.parametrize("dry", [(), ("-n",)])
def test_files_with_equal_requests_are_named(shoal, tree, ledger, dry):
    for name in ("a/index.js", "b/index.js", "b/other.js"):
        tree(name, b"x")
    run = shoal.send("-T", *dry, tree, ledger.origin + "/up/{name}")
    (notice,) = equal_notices(run)
    assert "'a/index.js'" in notice and "'b/index.js'" in notice and ledger.origin + "/up/index.js" in notice
    assert run.status == 0 and notice in run.text


@pytest.mark.parametrize("options, equal", [
    (("-F", "file=@{file}"), 1), (("-F", "file=@{file};filename={path}"), 0), (("-F", "path={path}", "-F", "f=@{file}"), 0),
    (("-F", "f=@{file};filename=", "-H", "X-Path: {path:url}"), 0), (("-F", "f=@{file};filename="), 2),
    (("-F", "name={path:flat}", "-F", "f=@{file};filename="), 1), (("-F", "name={dir}{name}", "-F", "f=@{file};filename="), 0),
    (("-F", "up={path:upper}", "-F", "f=@{file};filename="), 0), (("-F", "f=@{file};filename=", "-H", "X-Name: {name}"), 1),
])  # fmt: skip
def test_what_tells_requests_apart(shoal, tree, ledger, options, equal):
    for name in ("a/b", "a--b", "c/b"):
        tree(name, b"x")
    run = shoal.send("-n", *options, tree, ledger.url)
    assert len(equal_notices(run)) == equal


def test_a_file_that_is_listed_twice_equals_itself(shoal, tree, ledger):
    tree("a")
    run = shoal.send("-T", "--base", tree, "-", ledger.origin + "/", stdin=b"a\n./a\n", reconciled=False)
    (notice,) = equal_notices(run)
    assert notice.startswith("'a' and 'a' have equal requests")


def test_many_equal_requests_are_counted_and_a_dry_run_names_them_all(shoal, tree, ledger):
    tree.many(40)
    options = ("-F", "file=@{file};filename=same", tree, ledger.url)
    run = shoal.send(*options)
    assert len(equal_notices(run)) == 10 and "29 more files" in run.text
    assert len(equal_notices(shoal.send("-n", *options))) == 39


def test_a_file_that_is_sent_again_does_not_equal_itself(shoal, tree, ledger):
    tree("a.txt", b"x")
    ledger.script("/a.txt", Answer(503), Answer(200))
    run = shoal.send("-T", tree, ledger.origin + "/").sent_all(1)
    assert not equal_notices(run)


def test_a_slash_in_the_query_is_no_folder(shoal, tree, ledger):
    tree("a.txt", b"x")
    tree("b.txt", b"x")
    shoal.send("-T", tree, ledger.origin + "/base?sig=a/").usage_error("--raw")
    shoal.send("-T", tree, ledger.origin + "?sig=a/").usage_error("--raw")
    assert not ledger.records


def test_a_dry_run_shows_credentials_redacted_and_no_empty_type(shoal, tree):
    tree("a.txt")
    run = shoal.send("-n", "-v", "-u", "user:Secret9", "-T", tree, "http://127.0.0.1:9/", check_status=False)
    (plan,) = run.of_kind("plan")
    assert plan["headers"] == ["Authorization: Basic ***"]
    assert "Secret9" not in run.text
    run = shoal.send("-n", "-u", "user:Secret9", "-H", "authorization: Own x", tree, "http://127.0.0.1:9/")
    (plan,) = run.of_kind("plan")
    assert [line for line in plan["headers"] if line.lower().startswith("auth")] == ["authorization: Own x"]
