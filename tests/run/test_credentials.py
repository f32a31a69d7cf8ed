"""Credentials: by reference, from a netrc file, only for the host that they are for."""

import base64
import http.server
import subprocess
import threading

import pytest

pytestmark = pytest.mark.commands

# Files for curl and for shoal, with HOST in place of the server's name. In each, both send the same.
NETRC = [
    "machine HOST login a password b\n",
    "machine HOST\nlogin a\n password b\nmachine x login c password d",
    "MACHINE HOST LOGIN a PASSWORD b\n",
    "machine x login c password d\ndefault login e password f\n",
    "default login e password f\nmachine HOST login a password b\n",
    'machine HOST login "a b" password "c\\"d\\n#"\n',
    "machine HOST login a # comment\npassword b#c\n",
    "# machine HOST login a password b\n",
    "macdef foo\nmachine HOST login a password b\n\nmachine HOST login c password d\n",
    "machine HOST login a\nmachine HOST login c password d\n",
    "machine HOST password b\n",
    "machine HOST login a\n",
    "machine HOST\n",
    "machine HOST login a account q password b\n",
    "machine HOST login a default login c password d\n",
    "machine HOST\tlogin\ta\tpassword\tb\r\n",
    "machine HOST login a login c password d\n",
    "machine HOST password login login x\n",
    "machine machine HOST login a password b\n",
    "machine other login a password b\n",
]


@pytest.fixture(scope="module")
def echo():
    """A server that keeps the Authorization of each request."""
    seen = []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def respond(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            seen.append(self.headers.get("Authorization"))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_PUT = respond

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    server.seen = seen
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize("text", NETRC)
def test_a_netrc_file_means_what_it_means_to_curl(shoal, tree, folder, echo, text):
    tree("a")
    file = folder / "netrc"
    file.write_text(text.replace("HOST", "127.0.0.1"))
    url = f"http://127.0.0.1:{echo.server_port}/"
    echo.seen.clear()
    subprocess.run(
        ["curl", "-q", "-s", "--noproxy", "*", "--netrc-file", file, url], check=True, timeout=60
    )
    shoal.send("--netrc-file", file, "-T", tree, url).sent_all(1)
    by_curl, by_shoal = echo.seen
    assert by_shoal == by_curl


def test_netrc_is_the_file_at_home(shoal, tree, folder, ledger):
    tree("a")
    (folder / ".netrc").write_text("machine 127.0.0.1 login me password hunter2hunter2")
    env = {"HOME": str(folder)}
    run = shoal.send("--netrc", tree, ledger.url, env=env)
    assert ledger.records[0].header("Authorization") == [basic("me", "hunter2hunter2")]
    assert b"hunter2" not in run.everything
    shoal.send("--netrc", tree, ledger.url, env={"HOME": "/nowhere"}).usage_error("/nowhere/.netrc")


def test_each_host_gets_its_own_password(shoal, tree, folder, ledger):
    tree("127.0.0.1.x")
    tree("localhost.x")
    tree("127.0.0.2.x")
    (folder / "netrc").write_text(
        "machine 127.0.0.1 login one password first1\nmachine localhost login two password second2"
    )
    url = f"http://{{stem}}:{ledger.port}/{{name}}"
    run = shoal.send("--retries", "0", "--netrc-file", folder / "netrc", "-T", tree, url)
    seen = {record.path: record.header("Authorization") for record in ledger.records}
    assert seen["/127.0.0.1.x"] == [basic("one", "first1")]
    assert seen["/localhost.x"] == [basic("two", "second2")]
    assert seen.get("/127.0.0.2.x", []) == []
    assert b"first1" not in run.everything and b"second2" not in run.everything


@pytest.mark.parametrize(
    "given, expected",
    [
        (("-u", "u:p"), basic("u", "p")),
        (("-H", "Authorization: mine"), "mine"),
        (("--bearer", "env:TOKEN"), "Bearer t0ken"),
    ],
)
def test_what_is_given_goes_before_the_netrc_file(shoal, tree, folder, ledger, given, expected):
    tree("a")
    (folder / "netrc").write_text("default login x password netrc-password")
    shoal.send("--netrc-file", folder / "netrc", *given, tree, ledger.url, env={"TOKEN": "t0ken\n"})
    assert ledger.records[0].header("Authorization") == [expected]


def test_a_user_in_the_url_gets_his_own_password(shoal, tree, folder, ledger):
    tree("a")
    (folder / "netrc").write_text("machine 127.0.0.1 login a password b1\nmachine 127.0.0.1 login z password q1")
    for user, expected in (("z", basic("z", "q1")), ("y:own", basic("y", "own"))):
        ledger.records.clear()
        url = ledger.url.replace("//", f"//{user}@")
        shoal.send("--netrc-file", folder / "netrc", tree, url).sent_all(1)
        assert ledger.records[0].header("Authorization") == [expected]


def test_a_netrc_file_that_cannot_be_read_is_an_error(shoal, tree, folder, ledger):
    tree("a")
    shoal.send("--netrc-file", folder / "none", tree, ledger.url).usage_error("--netrc-file", "none")
    (folder / "netrc").write_text('machine x\nlogin "a\n')
    shoal.send("--netrc-file", folder / "netrc", tree, ledger.url).usage_error("line 2", "quoted")
    assert not ledger.records


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
@pytest.mark.parametrize("how", ["env", "file", "fd"])
def test_one_line_end_is_removed_from_every_reference(shoal, tree, folder, ledger, how, end):
    import os

    tree("a")
    value, fds = "s3cret" + end, ()
    (folder / "secret").write_bytes(value.encode())
    reference = f"file:{folder}/secret" if how == "file" else "env:VALUE"
    if how == "fd":
        read, write = os.pipe()
        os.write(write, value.encode())
        os.close(write)
        reference, fds = f"fd:{read}", (read,)
    run = shoal.send("-u", f"me:{reference}", tree, ledger.url, env={"VALUE": value}, fds=fds)
    run.sent_all(1)
    assert ledger.records[0].header("Authorization") == [basic("me", "s3cret")]
    assert b"s3cret" not in run.everything


@pytest.mark.parametrize("option", ["-s t={}", "-u me:{}", "--bearer {}"])
@pytest.mark.parametrize("value", [None, "", "\n", "a\nb", "a\tb", "a\x1bb", "a\n\n"])
def test_a_reference_to_nothing_or_to_control_bytes_is_an_error(shoal, tree, ledger, option, value):
    tree("a")
    env = {} if value is None else {"THE_TOKEN": value}
    given = option.format("env:THE_TOKEN").split(" ")
    run = shoal.send(*given, "-H", "X: {t}" if "-s" in given else "X: y", tree, ledger.url, env=env)
    run.usage_error("THE_TOKEN")
    assert not ledger.records


@pytest.mark.parametrize("value", ["env:TOKEN", "Bearer t0ken"])
def test_a_token_does_not_begin_with_bearer(shoal, tree, value):
    tree("a")
    run = shoal("send", "--bearer", value, tree, "http://127.0.0.1:9/", env={"TOKEN": "bearer t0ken"})
    run.usage_error("--bearer", "without the word Bearer")
    assert b"t0ken" not in run.err
