"""Secrets never show, in any form: not in the process list, the output, events or errors."""

import base64
import html
import json
import threading
import urllib.parse

import pytest

from servers.raw import RawServer, unused_port

pytestmark = pytest.mark.commands

SECRET = 's3cr/t +&"\\é~=x'


def forms(value, user=None):
    """All forms in which the value could be read."""
    raw = value.encode()
    made = {
        raw,
        urllib.parse.quote(value, safe="").encode(),
        urllib.parse.quote(value, safe="/").encode(),
        urllib.parse.quote_plus(value).encode(),
        json.dumps(value)[1:-1].encode(),
        json.dumps(value, ensure_ascii=False)[1:-1].encode(),
        base64.b64encode(raw),
        base64.urlsafe_b64encode(raw),
    }
    made |= {urllib.parse.quote(value, safe="").lower().encode()}
    if user:
        made.add(base64.b64encode(user.encode() + b":" + raw))
    return made


def assert_hidden(output, value=SECRET, user=None):
    for form in forms(value, user):
        assert form not in output, (form, output)


@pytest.fixture
def echo(ledger):
    """The server responds with everything that it received."""

    def answer(record):
        from servers.ledger import Answer

        headers = "\n".join(f"{name}: {value}" for name, value in record.headers)
        body = f"{record.method} {record.target}\n{headers}\n\n".encode(errors="surrogateescape")
        body += record.body + json.dumps({"token": SECRET}).encode()
        return Answer(status=echo_status[0], body=body)

    echo_status = [200]
    ledger.default = answer
    return lambda status: echo_status.__setitem__(0, status)


ARGUMENTS = (
    "-F", "token={token}", "-F", "base={token:base64}", "-F", "file=@{file}",
    "-H", "X-Token: {token}", "-u", "me:{token}",
)  # fmt: skip


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize("how", ["env", "file", "fd"])
def test_what_the_server_echoes_is_hidden(shoal, tree, ledger, echo, folder, status, how):
    import os

    echo(status)
    tree("a")
    fds = ()
    if how == "env":
        given = "token=env:TOKEN"
    elif how == "file":
        (folder / "token").write_text(SECRET)
        given = f"token=file:{folder}/token"
    else:
        read, write = os.pipe()
        os.write(write, SECRET.encode())
        os.close(write)
        given, fds = f"token=fd:{read}", (read,)
    url = ledger.url + "?authToken={token}"
    run = shoal.send(
        "-v", "--retries", "0", "-s", given, *ARGUMENTS, tree, url, env={"TOKEN": SECRET}, fds=fds
    )
    record = ledger.records[0]
    assert record.field("token") == SECRET.encode(), "the server must get it as it is"
    assert urllib.parse.parse_qs(record.query)["authToken"] == [SECRET]
    assert record.header("Authorization")[0].endswith(
        base64.b64encode(f"me:{SECRET}".encode()).decode()
    )
    assert run.files[0]["response"], "the response is kept, the secret in it is not"
    assert_hidden(run.everything, user="me")


def test_the_process_list_does_not_show_it(shoal, tree, ledger):
    tree("a")
    event = threading.Event()
    ledger.always(wait=event)
    running = shoal.start(
        "-s", "token=env:TOKEN", *ARGUMENTS, tree, ledger.url + "?t={token}", env={"TOKEN": SECRET}
    )
    ledger.wait_requests(1)
    with open(f"/proc/{running.pid}/cmdline", "rb") as file:
        assert_hidden(file.read(), user="me")
    event.set()
    assert_hidden(running.finish().everything, user="me")


def test_a_password_on_the_command_line_is_hidden_in_output(shoal, tree, ledger, echo):
    echo(400)
    tree("a")
    run = shoal.send("-v", "-u", f"me:{SECRET}", tree, ledger.url)
    assert_hidden(run.everything, user="me")


def test_a_dry_run_does_not_show_it(shoal, tree, ledger):
    tree("a")
    for more in ((), ("--json",)):
        run = shoal.send(
            "-n", *more, "-s", "token=env:TOKEN", *ARGUMENTS, tree, ledger.url + "?t={token}",
            env={"TOKEN": SECRET},
        )  # fmt: skip
        assert run.status == 0 and run.out
        assert_hidden(run.everything, user="me")
    assert not ledger.records


def test_a_connection_that_fails_does_not_show_it(shoal, tree):
    tree("a")
    url = f"http://127.0.0.1:{unused_port()}/" + "{token}?t={token}"
    run = shoal.send(
        "--retries", "0", "-s", "token=env:TOKEN", tree, url, env={"TOKEN": SECRET}
    )
    assert run.status == 75
    assert_hidden(run.everything)


def escapings(value):
    """The value in the escapings of common servers, and mixtures of them."""
    per_byte = {
        "go": lambda c: f"\\u{ord(c):04x}" if c in "&<>+" else json.dumps(c)[1:-1],
        "dotnet": lambda c: f"\\u{ord(c):04X}" if c in "+&\"'<>é~" else json.dumps(c)[1:-1],
        "decimal": lambda c: f"&#{ord(c)};",
        "hexadecimal": lambda c: f"&#x{ord(c):X};",
        "twice": lambda c: urllib.parse.quote(urllib.parse.quote(c, safe=""), safe=""),
        "json in json": lambda c: json.dumps(json.dumps(c)[1:-1])[1:-1],
        "c": lambda c: "".join(f"\\x{byte:02x}" for byte in c.encode()),
    }
    made = {name: "".join(map(escape, value)) for name, escape in per_byte.items()}
    ways = list(per_byte.values())
    made["mixed"] = "".join(ways[i % len(ways)](c) for i, c in enumerate(value))
    made["named"] = html.escape(value).replace("+", "&plus;").replace("/", "&sol;")
    return made


@pytest.mark.parametrize("name", escapings(SECRET))
def test_escapings_of_servers_are_seen_through(shoal, tree, ledger, name):
    tree("a")
    escaped = escapings(SECRET)[name]
    ledger.always(status=400, body=f"<{escaped}>".encode())
    run = shoal.send("-s", "t=env:TOKEN", "-H", "X-T: {t}", tree, ledger.url, env={"TOKEN": SECRET})
    assert run.files[0]["response"] == "<***>"
    assert escaped.encode() not in run.everything


LONG = "k3y/" + "0123456789abcdef" * 3


@pytest.mark.parametrize("how", ["plain", "base64", "c"])
def test_where_a_response_is_cut_no_part_of_a_secret_is_left(shoal, tree, ledger, how):
    secret = LONG if how == "plain" else base64.b64encode(LONG.encode()).decode()
    secret = escapings(LONG)["c"] if how == "c" else secret
    tree.many(12)
    places = iter(range(1, len(secret), len(secret) // 14))

    def answer(record):
        from servers.ledger import Answer

        body = ("." * (64 * 1024 - next(places)) + secret + "!" * 10).encode()
        return Answer(status=400, body=body)

    ledger.default = answer
    run = shoal.send("-s", "t=env:TOKEN", "-H", "X-T: {t}", tree, ledger.url, env={"TOKEN": LONG})
    assert len(run.files) == 12
    for event in run.files:
        assert event["response_cut"] and event["response"].strip(".") == "***", event


def test_a_response_that_breaks_off_within_a_secret_leaves_nothing_of_it(shoal, tree):
    tree("a")

    def behave(connection):
        connection.read_body(connection.read_head())
        connection.send(b"HTTP/1.1 400 No\r\nContent-Length: 100\r\n\r\nyour key " + LONG[:20].encode())

    with RawServer(behave) as server:
        run = shoal.send(
            "--retries", "0", "-s", "t=env:TOKEN", "-H", "X-T: {t}", tree, server.url, env={"TOKEN": LONG}
        )  # fmt: skip
    assert LONG[:2].encode() not in run.everything
    assert run.files[0]["response"] in ("your key ***", None), run


def test_a_redirect_with_it_does_not_show_it(shoal, tree, ledger):
    tree("a")
    from servers.ledger import Answer

    ledger.default = lambda record: Answer(
        status=302, headers={"Location": f"http://elsewhere.example{record.target}"}
    )
    run = shoal.send(
        "-s", "token=env:TOKEN", tree, ledger.url + "?t={token}", env={"TOKEN": SECRET}
    )
    assert run.status == 1 and "elsewhere.example" in run.text
    assert_hidden(run.everything)


@pytest.mark.parametrize(
    "url", ["http://[::1/{token}", "ftp://x/{token}", "http://host name/{token}", "//{token}"]
)
def test_a_url_of_no_use_does_not_show_it(shoal, tree, url):
    tree("a")
    run = shoal.send("-s", "token=env:TOKEN", tree, url, env={"TOKEN": SECRET})
    assert run.status != 0
    assert_hidden(run.everything)


def test_a_password_in_the_url_is_hidden(shoal, tree, ledger, echo):
    echo(400)
    tree("a")
    url = ledger.url.replace("//", "//me:hunter2hunter2@")
    run = shoal.send("-v", tree, url)
    assert_hidden(run.everything, "hunter2hunter2", user="me")


@pytest.mark.parametrize("given", ["token=env:MISSING", "token=file:/nonexistent/x", "token=fd:99"])
def test_a_value_that_is_not_there_is_an_error(shoal, tree, ledger, given):
    tree("a")
    shoal.send("-s", given, "-F", "t={token}", "-F", "f=@{file}", tree, ledger.url).usage_error(
        "token"
    )
    assert not ledger.records


def test_an_empty_value_hides_nothing_else(shoal, tree, ledger):
    tree("a")
    ledger.always(status=400, body=b"plain words")
    run = shoal.send("-v", "-s", "t=", "-F", "t={t}", "-F", "f=@{file}", tree, ledger.url)
    assert run.files[0]["response"] == "plain words"
