"""Wrong and unusual input: a clear message, the right verdict and exit status."""

import base64
import email.parser
import email.policy
import json
import os
import random
import socket
import stat
import subprocess
import tempfile
import urllib.parse

import pytest

FORM = ("-F", "path={path}", "-F", "file=@{file}")


@pytest.fixture
def refused(shoal, tree, ledger):
    """refused(*arguments, words=...) asserts exit status 2, and that nothing was sent."""
    tree("a")

    def check(*arguments, words=(), **more):
        run = shoal.send(*arguments, **more).usage_error(*words)
        assert not ledger.connections
        return run

    return check


# --- the command line

LONG = {"-j": "--jobs", "-F": "--form", "-s": "--set", "-X": "--request", "-H": "--header"}


def names_option(run, option):
    """Does the message name the option, by its letter or its long name?"""
    return f"{option} " in run.text or LONG.get(option, option) in run.text


def test_a_missing_folder(refused, ledger):
    refused("/nonexistent/folder", ledger.url, words=["/nonexistent/folder"])


def test_one_missing_folder_among_several(refused, tree, ledger):
    refused(tree, "/nonexistent/folder", ledger.url, words=["/nonexistent/folder"])


def test_no_operand(refused):
    refused()


def test_no_url(refused, tree):
    refused(tree, words=["URL"])


def test_no_path(refused, ledger):
    refused(ledger.url)


def test_a_path_that_looks_like_a_url(refused, tree, ledger):
    refused("--url", ledger.url, tree, "http://example.com/", words=["http://example.com/"])


@pytest.mark.parametrize(
    "url",
    ["http://", "http:///x", "http://a b/", "http://[::1/", "http://x:99999/", "http://x:y/", "ftp://x/",
     "file:///etc/passwd", "example.com/upload", "", "/", "http://x/\r\nX: y", "http://x/\x00"[:9] + "\x01"],
)  # fmt: skip
def test_a_malformed_url(refused, tree, url):
    refused("--url", url, tree)


@pytest.mark.parametrize("where", ["-F", "-H", "url", "path"])
def test_an_unknown_template_field(refused, tree, ledger, where):
    arguments = {
        "-F": ("-F", "x={nothing}", *FORM, tree, ledger.url),
        "-H": ("-H", "X: {nothing}", *FORM, tree, ledger.url),
        "url": (*FORM, tree, ledger.url + "/{nothing}"),
        "path": ("-F", "m=@{nothing}", *FORM, tree, ledger.url),
    }[where]
    refused(*arguments, words=["nothing"])


@pytest.mark.parametrize("template", ["{", "{path", "{}", "{path:}", "{path:made-up}", "{ path }", "{{{"])
def test_a_malformed_template(refused, tree, ledger, template):
    refused("-F", f"x={template}", *FORM, tree, ledger.url)


def test_an_unknown_option_is_named_and_the_nearest_too(refused, tree, ledger):
    refused("--retry", "3", tree, ledger.url, words=["--retry", "--retries"])


def test_an_unknown_letter(refused, tree, ledger):
    refused("-Z", tree, ledger.url, words=["-Z"])


@pytest.mark.parametrize(
    "arguments",
    [
        ("-j", "0"), ("-j", "-1"), ("-j", "many"), ("-j", "1e3"), ("-j", ""), ("-j", "99999999999999999999"),
        ("--retries", "-1"), ("--retries", "1.5"), ("--retries", " 1"), ("--retries", "x"),
        ("--connect-timeout", "soon"), ("--stall-timeout", "-1"), ("--stall-timeout", "10x"),
        ("--stall-timeout", "1e400"), ("--grace", "nan"), ("--max-failures", "-3"),
        ("--success", "abc"), ("--success", "200-"), ("--success", "700"), ("--success", "299-200"),
        ("--exists", "2oo"), ("-X", "BAD METHOD"), ("-X", ""), ("-X", "G\r\nX"), ("-H", "no colon"),
        ("-H", "X: a\r\nY: b"), ("-H", ": x"), ("-F", "no-equals"), ("-F", "=x"), ("--form-string", "none"),
        ("-s", "no-equals"), ("-s", "path=x"), ("-s", "1x=y"), ("--base", "/nonexistent"),
        ("--include", ""), ("--include", "[a"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_bad_value_names_its_option(refused, tree, ledger, arguments):
    run = refused(*arguments, *FORM, tree, ledger.url)
    assert names_option(run, arguments[0]), run


@pytest.mark.parametrize("option", ["-j", "-F", "--retries", "--url"])
def test_a_missing_value(refused, option):
    assert names_option(refused(option), option)


def test_a_value_for_a_flag(refused, tree, ledger):
    refused("--insecure=yes", tree, ledger.url, words=["--insecure"])


def test_a_form_without_the_file(refused, tree, ledger):
    refused("-F", "path={path}", tree, ledger.url, words=["{file}"])


def test_a_fixed_file_that_is_missing(refused, tree, ledger):
    refused("-F", "x=@/nonexistent/manifest", *FORM, tree, ledger.url, words=["/nonexistent/manifest"])


def test_a_fixed_optional_file_that_is_missing_is_left_out(shoal, tree, ledger):
    tree("a")
    shoal.send("-F", "x=?@/nonexistent/manifest", *FORM, tree, ledger.url).sent_all(1)
    assert [part.name for part in ledger.records[0].parts] == [b"path", b"file"]


def test_a_fixed_file_goes_with_every_file(shoal, tree, ledger, folder):
    (folder / "manifest").write_bytes(b"the same")
    tree.many(5)
    shoal.send("-F", f"x=@{folder}/manifest", *FORM, tree, ledger.url).sent_all(5)
    assert {record.field("x") for record in ledger.records} == {b"the same"}


def test_a_fixed_file_that_can_not_be_read(shoal, tree, ledger, folder, as_nobody):
    tree("a")
    (folder / "manifest").write_bytes(b"x")
    (folder / "manifest").chmod(0)
    run = shoal.send("-F", f"x=@{folder}/manifest", *FORM, tree, ledger.url, prefix=as_nobody)
    run.usage_error("manifest")
    assert not ledger.connections


def test_two_paths_of_one_name(refused, make_tree, ledger):
    one, two = make_tree("x/same"), make_tree("y/same")
    one("a")
    two("b")
    refused(*FORM, one, two, ledger.url, words=["same"])


def test_standard_input_given_twice(refused, ledger):
    refused(*FORM, "-", "-", ledger.url)


def test_one_missing_value_of_a_template_key(refused, tree, ledger):
    refused("-s", "release=env:NO_SUCH", *FORM, "-F", "r={release}", tree, ledger.url, words=["NO_SUCH"])


def test_an_unused_key_is_no_error(shoal, tree, ledger):
    tree("a")
    shoal.send("-s", "unused=x", *FORM, tree, ledger.url).sent_all(1)


# --- which files are found


def test_an_empty_folder(refused, make_tree, ledger):
    empty = make_tree("empty")
    refused(*FORM, empty, ledger.url, words=["empty"])


def test_a_file_that_can_not_be_read(shoal, tree, ledger, as_nobody):
    tree("good")
    tree("bad").chmod(0)
    run = shoal.send(*FORM, tree, ledger.url, prefix=as_nobody)
    assert run.status == 1 and ledger.keys == ["good"]
    event = run.verdicts["bad"]
    assert event["verdict"] == "failed" and "ermission" in event["error"]
    assert event["temporary"] is False


def test_a_folder_that_can_not_be_read(shoal, tree, ledger, as_nobody):
    tree("good")
    tree("closed/a")
    (tree.path / "closed").chmod(0)
    run = shoal.send(*FORM, tree, ledger.url, prefix=as_nobody)
    assert run.status == 1 and ledger.keys == ["good"]
    (problem,) = run.problems
    assert problem["path"] == "closed" and "ermission" in problem["error"]
    assert "closed" in run.text


def test_a_folder_that_may_be_listed_but_not_entered(shoal, tree, ledger, as_nobody):
    tree("good")
    tree("listed/a")
    (tree.path / "listed").chmod(0o444)
    run = shoal.send(*FORM, tree, ledger.url, prefix=as_nobody)
    assert run.status == 1 and ledger.keys == ["good"]
    assert run.problems or run.paths("failed") == {b"listed/a"}


def test_an_operand_that_can_not_be_read(shoal, tree, ledger, as_nobody):
    tree("a")
    tree.path.chmod(0)
    shoal.send(*FORM, tree, ledger.url, prefix=as_nobody).usage_error(str(tree))
    assert not ledger.connections


def test_an_empty_file_is_sent(shoal, tree, ledger):
    tree("empty", b"")
    run = shoal.send(*FORM, tree, ledger.url).sent_all(1)
    assert ledger.records[0].field("file") == b"" and run.files[0]["bytes"] == 0


def test_what_is_no_regular_file_is_passed_over(shoal, tree, ledger):
    tree("a")
    os.mkfifo(tree.path / "fifo")
    with socket.socket(socket.AF_UNIX) as sock:
        os.chdir(tree.path)
        sock.bind("socket")
        os.chdir("/")
        devices = 0
        try:
            os.mknod(tree.path / "device", stat.S_IFCHR | 0o666, os.makedev(1, 5))
            devices = 1
        except PermissionError:
            pass  # not root: test with the FIFO and the socket only
        run = shoal.send(*FORM, tree, ledger.url).sent_all(1)
        assert run.end["passed_over"] == 2 + devices


@pytest.mark.parametrize("kind", ["fifo", "device"])
def test_an_operand_that_is_no_regular_file(refused, tree, ledger, folder, kind):
    path = "/dev/null"
    if kind == "fifo":
        path = str(folder / "fifo")
        os.mkfifo(path)
    refused(*FORM, path, ledger.url, words=[path])


def test_a_listed_path_that_is_no_regular_file_is_never_opened(shoal, ledger):
    os.mkfifo(shoal.folder / "fifo")
    (shoal.folder / "a").write_text("x")
    run = shoal.send(*FORM, "-", ledger.url, stdin=b"fifo\na\n")
    assert ledger.keys == ["a"]
    assert run.end["passed_over"] == 1 or run.status == 1


def test_links_that_lead_nowhere_are_problems_when_followed(shoal, tree, ledger):
    tree("a")
    os.symlink("/nonexistent", tree.path / "dangling")
    run = shoal.send("--follow", *FORM, tree, ledger.url)
    assert run.status == 1 and ledger.keys == ["a"]
    assert [problem["path"] for problem in run.problems] == ["dangling"]


def test_a_loop_of_links_ends(shoal, tree, ledger):
    tree("d/a")
    os.symlink("..", tree.path / "d" / "up")
    os.symlink("self", tree.path / "self")
    run = shoal.send("--follow", *FORM, tree, ledger.url)
    assert run.status == 1 and "d/a" in ledger.keys
    assert run.end["found"] < 100
    assert {problem["path"] for problem in run.problems} >= {"self"}


def test_a_link_out_of_the_folder_is_not_followed(shoal, tree, make_tree, ledger):
    tree("a")
    outside = make_tree("outside")
    outside("secret.txt", b"never sent")
    os.symlink(outside.path, tree.path / "out")
    os.symlink(outside.path / "secret.txt", tree.path / "file-out")
    os.symlink("../outside/secret.txt", tree.path / "relative-out")
    run = shoal.send("--follow", *FORM, tree, ledger.url)
    assert run.status == 1 and ledger.keys == ["a"]
    assert {problem["path"] for problem in run.problems} == {"out", "file-out", "relative-out"}


def test_a_path_longer_than_path_max(shoal, tree, ledger):
    name = "d" * 200
    descriptor = os.open(tree.path, os.O_RDONLY)
    for _ in range(25):
        os.mkdir(name, dir_fd=descriptor)
        below = os.open(name, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = below
    with os.fdopen(os.open("deep.txt", os.O_CREAT | os.O_WRONLY, dir_fd=descriptor), "wb") as file:
        file.write(b"down here")
    os.close(descriptor)
    path = f"{name}/" * 25 + "deep.txt"
    run = shoal.send(*FORM, tree, ledger.url).sent_all(1)
    assert run.files[0]["path"] == path
    assert ledger.records[0].field("file") == b"down here"
    assert ledger.records[0].field("path") == path.encode()


def legal_names():
    """Each legal byte at the start, in the middle and at the end of a name."""
    for byte in range(1, 256):
        if byte != ord("/"):
            one = bytes([byte])
            yield from (one + b"a-%d" % byte, b"b" + one + b"b-%d" % byte, b"c-%d-" % byte + one)


def test_names_with_every_legal_byte(shoal, tree, ledger):
    names = set(legal_names())
    for name in names:
        tree(name, b"content of " + name)
    run = shoal.send(*FORM, tree, ledger.url).sent_all(len(names))
    assert run.paths("sent") == names
    seen = {record.field("path"): record for record in ledger.records}
    assert set(seen) == names
    for name, record in seen.items():
        assert record.field("file") == b"content of " + name
        escaped = name.replace(b'"', b"%22").replace(b"\r", b"%0D").replace(b"\n", b"%0A")
        assert record.parts[1].file_name == escaped


def test_names_with_every_legal_byte_in_a_url(shoal, tree, sink):
    names = set(legal_names())
    for name in names:
        tree(name, b"x")
    shoal.send("-T", tree, sink.origin + "/").sent_all(len(names))
    assert {urllib.parse.unquote_to_bytes(target)[1:] for target in sink.names} == names


PARSE = """
(async () => {
    for (const line of require("fs").readFileSync(0, "utf8").trim().split("\\n")) {
        const [type, body] = JSON.parse(line);
        const headers = { "content-type": type };
        const form = await new Response(Buffer.from(body, "base64"), { headers }).formData();
        console.log(JSON.stringify([...form.keys()]));
    }
})();
"""


def test_two_independent_parsers_read_the_same_names(shoal, tree, ledger):
    """Python's email and Node's FormData read 300 names of random bytes: no part is injected."""
    dice = random.Random(7)
    legal = [byte for byte in range(1, 256) if byte != ord("/")]
    for number in range(300):
        length = dice.randrange(1, 60)
        tree(b"%d-" % number + bytes(dice.choice(legal) for _ in range(length)), b"x")
    shoal.send("-F", "file=@{file}", "-F", "path={path}", tree, ledger.url).sent_all(300)
    lines = []
    for record in ledger.records:
        kind = record.header("Content-Type")[0]
        message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(
            b"Content-Type: " + kind.encode() + b"\r\n\r\n" + record.body
        )
        names = [part.get_param("name", header="Content-Disposition") for part in message.iter_parts()]
        assert names == ["file", "path"], record.body
        lines.append(json.dumps([kind, base64.b64encode(record.body).decode()]))
    version = subprocess.run(["node", "--version"], check=True, capture_output=True).stdout
    if int(version.decode().lstrip("v").split(".")[0]) < 20:
        pytest.skip("Python's parser agrees; Node's needs Node 20 for the other half")
    done = subprocess.run(
        ["node", "--no-warnings", "-e", PARSE], input="\n".join(lines).encode(), check=True,
        capture_output=True,
    )  # fmt: skip
    assert [json.loads(line) for line in done.stdout.splitlines()] == [["file", "path"]] * 300


# --- standard input


def test_input_that_ends_in_the_middle_of_a_path(shoal, ledger):
    (shoal.folder / "a").write_text("x")
    (shoal.folder / "cut").write_text("x")
    run = shoal.send("-0", *FORM, "-", ledger.url, stdin=b"a\0cut-of")
    assert run.status == 1 and ledger.keys == ["a"]
    shown = run.text + str(run.events)
    assert "cut-of" in shown


def test_blank_lines_are_passed_over(shoal, ledger):
    (shoal.folder / "a").write_text("x")
    shoal.send(*FORM, "-", ledger.url, stdin=b"\n\na\n\n").sent_all(1)


def test_no_path_on_standard_input_is_nothing_found(refused, ledger):
    refused(*FORM, "-", ledger.url, stdin=b"")


def test_an_endless_path_on_standard_input_takes_little_memory(shoal, ledger, peak_memory):
    prefix, peak = peak_memory
    run = shoal.send(*FORM, "-", ledger.url, stdin=b"x" * 30_000_000, prefix=prefix)
    assert run.status != 0 and not ledger.records
    if not shoal.sanitized():
        assert peak() < 64 * 1024


def test_a_closed_standard_input(shoal, ledger):
    run = shoal.send(*FORM, "-", ledger.url, prefix=["sh", "-c", 'exec "$@" <&-', "sh"])
    assert run.status in (1, 2) and run.err and not ledger.records


def test_a_path_with_dots_stays_below_the_base(shoal, tree, ledger, make_tree):
    make_tree("other")("b")
    tree("a")
    run = shoal.send("--base", tree, *FORM, "-", ledger.url, cwd=tree.path,
                     stdin=b"../other/b\nsub/../../other/b\na\n", reconciled=False)  # fmt: skip
    assert run.status == 1 and ledger.keys == ["a"]


# --- sizes


def test_a_file_larger_than_memory(shoal, tree, sink):
    """256 MiB sent by a process whose address space is limited to 192 MiB."""
    size = 256 * 1024 * 1024
    with open(tree.path / "large", "wb") as file:
        file.truncate(size)
    run_large(shoal, tree, sink, size, 192)


@pytest.mark.soak
def test_a_file_of_8_gib(shoal, tree, sink):
    size = 8 * 1024**3
    with open(tree.path / "large", "wb") as file:
        file.truncate(size)
    run_large(shoal, tree, sink, size, 192)


def run_large(shoal, tree, sink, size, addresses):
    prefix = [] if shoal.sanitized() else ["prlimit", f"--as={addresses * 1024 * 1024}", "--"]
    run = shoal.send("-T", tree, sink.origin + "/", prefix=prefix, timeout=300).sent_all(1)
    assert sink.bytes == size == run.files[0]["bytes"]


def test_a_folder_that_vanishes_during_the_walk(shoal, tree, ledger):
    """The whole tree is removed while its first files are sent: each found file gets a verdict."""
    tree.many(3000, per_folder=100)
    gone = []

    def answer(record):
        from servers.ledger import Answer

        if not gone:
            gone.append(True)
            subprocess.run(["rm", "-rf", str(tree.path)], check=True)
        return Answer()

    ledger.default = answer
    run = shoal.send("-j", "2", *FORM, tree, ledger.url)
    assert run.status == 1
    assert run.end["sent"] == len(ledger.records)
    assert run.problems or run.end["failed"]


# --- files that are none


@pytest.mark.parametrize("raw", [(), ("-T",)])
@pytest.mark.parametrize("path", ["/proc/self/status", "/proc/version", "/sys/kernel/mm/transparent_hugepage/enabled"])
def test_a_file_of_the_kernel_fails_for_good(shoal, ledger, path, raw):
    """Its size says nothing of its content, so no later run can send it either."""
    if not os.path.exists(path):
        pytest.skip(f"there is no {path} here")
    run = shoal.send(*raw, path, ledger.url + "/")
    assert run.status == 1
    (event,) = run.files
    assert event["verdict"] == "failed" and not event["temporary"] and "/proc" in event["error"]
    assert not ledger.records


@pytest.mark.parametrize("huge", [1, 2])
def test_a_form_longer_than_a_length_can_say_fails(shoal, ledger, tree, huge):
    """Sparse files of 2^63-1 bytes, or two of half that."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        path = os.path.join(folder, "huge")
        try:
            with open(path, "wb") as file:
                os.truncate(path, (2**63 - 1) // huge + huge - 1)
                file.flush()
        except OSError:
            pytest.skip("no file system here has files that large")
        parts = [f"-Ffile{number}=@{{file}}" for number in range(huge)]
        run = shoal.send(*parts, path, ledger.url)
    assert run.status == 1
    (event,) = run.files
    assert event["verdict"] == "failed" and not event["temporary"] and "large" in event["error"]
    assert not ledger.records


# --- pipes in place of files


@pytest.mark.parametrize(
    "option", ["-s=k=file:{}", "--ignore-file={}", "--cacert={}", "--cert={}", "--key={}", "-F=f=@{}"]
)
def test_a_pipe_without_a_writer_is_an_error_and_no_wait(refused, folder, tree, ledger, option):
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    name, value = option.split("=", 1)
    more = ["--cert", pipe] if name == "--key" else []
    refused(name, value.format(pipe), *more, *FORM, tree, ledger.url, words=["pipe"] if name != "-F" else [str(pipe)])


def test_a_pipe_with_a_writer_is_read(shoal, tree, ledger):
    tree("a")
    reading, writing = os.pipe()
    os.write(writing, b"secret-value")
    os.close(writing)
    with open(reading, "rb"):
        shoal.send(
            "-s", f"k=file:/dev/fd/{reading}", "-H", "X-Key: {k}", *FORM, tree, ledger.url, fds=[reading]
        ).sent_all(1)
    assert ledger.records[0].header("X-Key") == ["secret-value"]


def test_no_status_is_no_success(refused, tree, ledger):
    refused("--success", "", *FORM, tree, ledger.url, words=["--success"])


def test_too_few_open_files_are_an_error_at_the_start(refused, tree, ledger):
    prefix = ["prlimit", "--nofile=8:8", "--"]
    refused(*FORM, tree, ledger.url, prefix=prefix, words=["ulimit -n", "8"])
