"""Form requests as they arrive at the server."""

import base64
import datetime
import hashlib
import json
import os

import pytest

pytestmark = pytest.mark.commands



def only(ledger):
    assert len(ledger.records) == 1, ledger.keys
    return ledger.records[0]


def text(record, name):
    value = record.field(name)
    assert value is not None, [part.name for part in record.parts]
    return value.decode(errors="surrogateescape")


def test_every_file_arrives_with_its_path_in_a_field_and_its_content(shoal, tree, ledger):
    for name in ("a.js", "b/c.js.map", "b/d/e", ".hidden/x.js", "b/.dot"):
        tree(name, f"content of {name}")
    run = shoal.send(
        "-F", "url=https://example.com/{path}", "-F", "file=@{file}", "-F", "path={path}",
        tree, ledger.url,
    )  # fmt: skip
    run.sent_all(5)
    assert sorted(ledger.keys) == sorted(tree.files)
    for record in ledger.records:
        assert [part.name for part in record.parts] == [b"url", b"file", b"path"]
        url, file, path = record.parts
        assert url.content == b"https://example.com/" + path.content
        assert url.file_name is None and url.type is None
        assert file.content == tree.files[record.key]
        assert file.file_name == os.path.basename(record.key).encode()
        assert record.method == "POST"
        assert record.header("Content-Length") == [str(record.length)]
        assert record.header("Expect") == []


def test_without_a_form_the_file_is_the_part_named_file(shoal, tree, ledger):
    tree("sub/a.txt", b"hello")
    shoal.send(tree, ledger.url).sent_all(1)
    (part,) = only(ledger).parts
    assert part.name == b"file" and part.file_name == b"a.txt" and part.content == b"hello"
    assert part.type == b"application/octet-stream"


def test_parts_arrive_in_the_order_given(shoal, tree, ledger):
    tree("a")
    shoal.send(
        "-F", "z=1", "-F", "f=@{file}", "-F", "a=2", "--form-string", "m=3", "-F", "a=4",
        tree, ledger.url,
    ).sent_all(1)  # fmt: skip
    parts = only(ledger).parts
    assert [part.name for part in parts] == [b"z", b"f", b"a", b"m", b"a"]
    assert [part.content for part in parts if part.name != b"f"] == [b"1", b"2", b"3", b"4"]


def test_type_and_file_name_are_set_as_in_curl(shoal, tree, ledger):
    tree("a.js", b"x")
    shoal.send(
        "-F", "one=@{file};type=text/javascript;filename=other.js",
        "-F", "two=@{file};filename=;type=application/json",
        "-F", "three={stem};type=text/plain",
        "-F", "four=@{file};filename=pre-{name}",
        "-F", "five=@{file}",
        tree, ledger.url,
    ).sent_all(1)  # fmt: skip
    one, two, three, four, five = only(ledger).parts
    assert (one.type, one.file_name) == (b"text/javascript", b"other.js")
    assert (two.type, two.file_name) == (b"application/json", None)
    assert (three.type, three.file_name, three.content) == (b"text/plain", None, b"a")
    assert four.file_name == b"pre-a.js"
    assert (five.type, five.file_name) == (b"application/octet-stream", b"a.js")


def test_attributes_are_read_before_fields_are_filled_in(shoal, tree, ledger):
    tree("a;type=evil;filename=x", b"x")
    shoal.send("-F", "p={path}", "-F", "file=@{file}", tree, ledger.url).sent_all(1)
    path, file = only(ledger).parts
    assert path.content == b"a;type=evil;filename=x" and path.type is None
    assert file.file_name == b"a;type=evil;filename=x"


def test_form_string_takes_its_value_as_it_stands(shoal, tree, ledger):
    tree("a")
    value = "@/etc/passwd;type=x;filename=y {path} {unknown} {{ }} ?@x"
    shoal.send("--form-string", f"v={value}", "-F", "f=@{file}", tree, ledger.url).sent_all(1)
    assert text(only(ledger), "v") == value


def test_text_fields_go_byte_for_byte(shoal, tree, ledger):
    tree("a")
    value = bytes(byte for byte in range(1, 256) if byte not in b"{}")
    shoal.send(
        b"--form-string", b"v=" + value, b"-F", b"w=x\r\n--x\r\n" + value.replace(b";", b""),
        "-F", "f=@{file}", tree, ledger.url,
    ).sent_all(1)  # fmt: skip
    record = only(ledger)
    assert record.field("v") == value
    assert record.field("w") == b"x\r\n--x\r\n" + value.replace(b";", b"")


def test_names_are_escaped_as_browsers_do(shoal, tree, ledger):
    name = 'q"uo\r\nte\\ %22 é;\t\x01.txt'
    tree(name, b"x")
    shoal.send("-F", 'na"m\ne\r%=@{file}', tree, ledger.url).sent_all(1)
    (part,) = only(ledger).parts
    assert part.name == b"na%22m%0Ae%0D%"
    escaped = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    assert part.file_name == escaped.encode()


def test_a_name_that_is_no_utf_8_goes_byte_for_byte(shoal, tree, ledger):
    tree(b"\xff\xfe\x80.txt", b"x")
    run = shoal.send("-F", "path={path}", "-F", "file=@{file}", tree, ledger.url).sent_all(1)
    path, file = only(ledger).parts
    assert path.content == file.file_name == b"\xff\xfe\x80.txt"
    (event,) = run.files
    assert base64.b64decode(event["path_base64"]) == b"\xff\xfe\x80.txt"


def test_the_boundary_can_not_be_guessed(shoal, tree, ledger):
    tree.many(8)
    for _ in range(2):
        shoal.send("-j", "1", tree, ledger.url).sent_all(8)
    kinds = {record.header("Content-Type")[0] for record in ledger.records}
    assert len(kinds) == 16, "every request has a boundary of its own"
    assert all(len(kind.partition("boundary=")[2]) >= 30 for kind in kinds)


def test_an_optional_file_is_left_out_where_there_is_none(shoal, tree, ledger):
    tree("a.js", b"a")
    tree("a.js.map", b"map of a")
    tree("b.js", b"b")
    shoal.send(
        "--include", "*.js", "-F", "js=@{file}", "-F", "map=?@{file}.map", tree, ledger.url
    ).sent_all(2)
    seen = {record.key: [part.name for part in record.parts] for record in ledger.records}
    assert seen == {"a.js": [b"js", b"map"], "b.js": [b"js"]}
    record = next(record for record in ledger.records if record.key == "a.js")
    assert record.parts[1].content == b"map of a" and record.parts[1].file_name == b"a.js.map"


def test_a_pair_goes_in_one_request(shoal, tree, ledger):
    tree("x/a.js", b"minified")
    tree("x/a.js.map", b"map")
    tree("b.js.map", b"map without its file")
    run = shoal.send(
        "--include", "*.map",
        "-F", "minified_file=@{folder}/{stem}", "-F", "source_map=@{file}", "-F", "path={path}",
        tree, ledger.url,
    )  # fmt: skip
    assert run.status == 1
    assert run.paths("sent") == {b"x/a.js.map"} and run.paths("failed") == {b"b.js.map"}
    assert "b.js" in run.verdicts["b.js.map"]["error"]
    record = only(ledger)
    assert [part.content for part in record.parts[:2]] == [b"minified", b"map"]
    assert [part.file_name for part in record.parts[:2]] == [b"a.js", b"a.js.map"]


def test_method_headers_and_user_are_as_in_curl(shoal, tree, ledger):
    tree("sub/a b.txt", b"12345")
    shoal.send(
        "-X", "PATCH", "-H", "X-Name: {name}", "-H", "X-Size: {size}", "-H", "X-Plain: {{}}",
        "-u", "me:secret word", tree, ledger.url,
    ).sent_all(1)  # fmt: skip
    record = only(ledger)
    assert record.method == "PATCH"
    assert record.header("X-Name") == ["a b.txt"]
    assert record.header("X-Size") == ["5"]
    assert record.header("X-Plain") == ["{}"]
    expected = "Basic " + base64.b64encode(b"me:secret word").decode()
    assert record.header("Authorization") == [expected]


def test_a_control_byte_in_a_header_fails_that_file_only(shoal, tree, ledger):
    tree("good", b"1")
    tree("bad\r\nX-Injected: yes", b"2")
    run = shoal.send("-H", "X-Name: {name}", "-F", "file=@{file}", tree, ledger.url)
    assert run.status == 1
    assert run.paths("sent") == {b"good"}
    assert run.paths("failed") == {b"bad\r\nX-Injected: yes"}
    record = only(ledger)
    assert record.header("X-Injected") == []


def test_values_in_a_url_are_percent_encoded(shoal, tree, ledger):
    tree("di r/a+b&c=d?e#f%41é.txt", b"x")
    shoal.send(tree, ledger.origin + "/up/{path}?n={name}&d={dir}&k={k}", "-s", "k=a/b c").sent_all(1)
    record = only(ledger)
    assert record.target == (
        "/up/di%20r/a%2Bb%26c%3Dd%3Fe%23f%2541%C3%A9.txt"
        "?n=a%2Bb%26c%3Dd%3Fe%23f%2541%C3%A9.txt&d=di%20r/&k=a%2Fb%20c"
    )


def test_a_url_path_goes_as_it_stands(shoal, tree, ledger):
    tree("a")
    shoal.send(tree, ledger.origin + "/x/../y//z/./?q=1").sent_all(1)
    assert only(ledger).target == "/x/../y//z/./?q=1"


def test_every_field_of_a_template(shoal, tree, ledger):
    content = b"some content"
    path = tree("a/b/c.tar.gz", content)
    os.utime(path, (1700000000, 1700000000))
    names = ("file folder path dir name stem ext size mtime sha256 sha1 md5").split()
    fields = [argument for name in names for argument in ("-F", f"{name}={{{name}}}")]
    shoal.send(*fields, "-F", "content=@{file}", tree, ledger.url).sent_all(1)
    record = only(ledger)
    values = {name: text(record, name) for name in names}
    mtime = datetime.datetime.fromtimestamp(1700000000, datetime.timezone.utc)
    assert values == {
        "file": str(path),
        "folder": str(path.parent),
        "path": "a/b/c.tar.gz",
        "dir": "a/b/",
        "name": "c.tar.gz",
        "stem": "c.tar",
        "ext": "gz",
        "size": str(len(content)),
        "mtime": mtime.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "sha256": hashlib.sha256(content).hexdigest(),
        "sha1": hashlib.sha1(content).hexdigest(),
        "md5": hashlib.md5(content).hexdigest(),
    }


def test_names_without_extension_or_folder(shoal, tree, ledger):
    tree("Makefile")
    tree(".profile")
    tree("x.")
    fields = ("-F", "v={dir}|{stem}|{ext}", "-F", "f=@{file}")
    shoal.send(*fields, tree, ledger.url).sent_all(3)
    seen = {record.key: text(record, "v") for record in ledger.records}
    assert seen["Makefile"] == "|Makefile|"
    assert seen["x."] == "|x|"
    assert seen[".profile"] in ("|.profile|", "||profile")


def test_escapings_are_chosen_by_name(shoal, tree, ledger):
    name = 'a "b" /é\n'.replace("/", "&")
    tree(name, b"x")
    shoal.send(
        "-F", "json={{\"p\":\"{path:json}\"}}", "-F", "base64={path:base64}", "-F", "url={path:url}",
        "-F", "raw={path:raw}", "-F", "f=@{file}", tree, ledger.url,
    ).sent_all(1)  # fmt: skip
    record = only(ledger)
    assert json.loads(text(record, "json")) == {"p": name}
    assert base64.b64decode(text(record, "base64")).decode() == name
    assert text(record, "url") == "a%20%22b%22%20%26%C3%A9%0A"
    assert text(record, "raw") == name


def test_what_is_filled_in_is_never_read_as_a_template(shoal, tree, ledger):
    tree("{name}{{.txt", b"x")
    shoal.send(
        "-s", "k={path}}}", "-F", "p={path}", "-F", "k={k}", "-F", "f=@{file}", tree, ledger.url
    ).sent_all(1)
    record = only(ledger)
    assert text(record, "p") == "{name}{{.txt"
    assert text(record, "k") == "{path}}}"


def test_doubled_and_lone_braces(shoal, tree, ledger):
    tree("a")
    shoal.send("-F", "v={{x}} } {{{name}}}", "-F", "f=@{file}", tree, ledger.url).sent_all(1)
    assert text(only(ledger), "v") == "{x} } {a}"


def test_values_come_from_environment_file_and_descriptor(shoal, tree, ledger, folder):
    tree("a")
    (folder / "value").write_text("from file")
    read, write = os.pipe()
    os.write(write, b"from descriptor")
    os.close(write)
    fields = [arg for key in "efdl" for arg in ("-F", f"{key}={{{key}}}")]
    shoal.send(
        "-s", "e=env:VALUE", "-s", f"f=file:{folder}/value", "-s", f"d=fd:{read}", "-s", "l=literal",
        *fields, "-F", "file=@{file}", tree, ledger.url,
        env={"VALUE": "from environment"}, fds=(read,),
    ).sent_all(1)  # fmt: skip
    os.close(read)
    record = only(ledger)
    assert text(record, "e") == "from environment"
    assert text(record, "f") == "from file"
    assert text(record, "d") == "from descriptor"
    assert text(record, "l") == "literal"


@pytest.mark.parametrize("size", [0, 1, 4096, 65536, 1_000_000, 9_000_001])
def test_files_of_any_size_arrive_whole(shoal, tree, ledger, size):
    content = (b"0123456789abcdef\n" * (size // 17 + 1))[:size]
    tree("a.bin", content)
    run = shoal.send("-F", "path={path}", "-F", "file=@{file}", tree, ledger.url).sent_all(1)
    assert only(ledger).field("file") == content
    assert run.files[0]["bytes"] == size == run.end["bytes"]


def test_two_large_files_go_in_one_request(shoal, tree, ledger):
    one, two = os.urandom(3_000_000), os.urandom(2_500_000)
    tree("a.map", one)
    tree("a", two)
    shoal.send(
        "--include", "*.map", "-F", "min=@{folder}/{stem}", "-F", "t=x", "-F", "map=@{file}",
        tree, ledger.url,
    ).sent_all(1)  # fmt: skip
    record = only(ledger)
    assert record.field("min") == two and record.field("map") == one


def test_connections_are_kept_and_at_most_as_many_as_files_in_flight(shoal, tree, ledger):
    tree.many(1000)
    shoal.send("-j", "16", "-F", "path={path}", "-F", "file=@{file}", tree, ledger.url).sent_all(1000)
    assert sorted(ledger.keys) == sorted(tree.files)
    assert ledger.most_in_flight <= 16
    assert len(ledger.connections) <= 16


def test_so_many_files_are_in_flight_as_asked_for(shoal, tree, ledger):
    tree.many(40)
    ledger.always(delay=0.15)
    shoal.send("-j", "8", tree, ledger.url).sent_all(40)
    assert ledger.most_in_flight == 8


def test_the_url_may_be_an_option(shoal, tree, make_tree, ledger):
    tree("a")
    make_tree("other")("b")
    path = make_tree("other").path
    shoal.send("--url", ledger.url, tree, path, "-F", "path={path}", "-F", "f=@{file}").sent_all(2)
    assert sorted(ledger.keys) == ["other/b", "tree/a"]


def test_options_stand_behind_operands_and_two_dashes_end_them(shoal, ledger, folder):
    (shoal.folder / "-dash").mkdir()
    (shoal.folder / "-dash" / "a").write_text("x")
    shoal.send("-j", "2", "--", "-dash", ledger.url).sent_all(1)
    (folder / "plain").mkdir()
    (folder / "plain" / "b").write_text("x")
    shoal.send(folder / "plain", ledger.url, "-j", "2", "-F", "f=@{file}").sent_all(1)


def test_long_options_take_their_value_either_way(shoal, tree, ledger):
    tree("a")
    shoal.send("--retries=2", "--stall-timeout", "1h", "--form-string=x=1", "-Ff=@{file}",
               "-j2", tree, ledger.url).sent_all(1)  # fmt: skip
    assert [part.name for part in only(ledger).parts] == [b"x", b"f"]
