"""--redirects: 307 and 308, with the file's content, and never with credentials to another server."""

import json
import ssl

import pytest

from servers.ledger import Answer, Ledger
from servers.proxy import Proxy
from servers.raw import RawServer

FORM = ("-F", "path={path}", "-F", "file=@{file}")
SECRETS = (
    "-s", "t=env:T", "-H", "X-Secret: {t}", "-H", "X-Api-Key: abc", "-H", "Ocp-Apim-Subscription-Key: k",
    "-H", "Cookie: id=1", "-H", "Host: virtual.example", "-H", "X-Plain: yes",
)  # fmt: skip
SECRET_NAMES = ("Authorization", "X-Secret", "X-Api-Key", "Ocp-Apim-Subscription-Key", "Cookie")
ENV = {"T": "s3cret-value"}


def moved(location, status=307):
    return Answer(status, b"", {"Location": location})


def host_of(server):
    return server.origin.split("//")[1]


def moves_to(ledger, target, status=307):
    """The server redirects every request but those for `target`, a path or another server's URL."""
    ledger.default = lambda record: Answer() if record.target == target else moved(target, status)


@pytest.mark.parametrize("location, target", [
    ("/new?x=1", "/new?x=1"),
    ("new", "/new"),
    ("?x=1", "/upload?x=1"),
    ("./a/../new?x=1#frag", "/new?x=1"),
    ("{origin}/new", "/new"),
    ("//me@{host}/new", "/new"),
    ("HTTP://{host}", "/"),
    ("/a b/ü", "/a%20b/%C3%BC"),
])  # fmt: skip
def test_to_the_same_server(shoal, tree, ledger, location, target):
    tree("a", b"content")
    tree("large", b"x" * 2_000_000)
    to = location.format(origin=ledger.origin, host=host_of(ledger))
    ledger.default = lambda record: Answer() if record.target == target else moved(to)
    user = ("-u", "me:hunter2")
    run = shoal.send("--redirects", "same", *user, *SECRETS, *FORM, tree, ledger.url, env=ENV).sent_all(2)
    assert {event["attempts"] for event in run.files} == {2}
    assert {(event["url"], event["redirected"]) for event in run.files} == {(ledger.origin + target, True)}
    assert run.end["redirects"] == 2 and run.end["retries"] == 0
    for name in ("a", "large"):
        first, second = ledger.of(name)
        assert second.method == "POST" and second.field("file") == tree.files[name] == first.field("file")
        for header in (*SECRET_NAMES, "X-Plain", "Host"):
            assert first.header(header) == second.header(header) and first.header(header)


def test_put_and_308(shoal, tree, ledger):
    tree("a", b"content")
    moves_to(ledger, "/new", 308)
    shoal.send("--redirects", "same", "-T", tree, ledger.origin + "/").sent_all(1)
    assert [(record.method, record.target, record.body) for record in ledger.records] == [
        ("PUT", "/a", b"content"), ("PUT", "/new", b"content")
    ]  # fmt: skip


def test_credentials_of_the_url_and_of_netrc_go_to_the_same_server_only(shoal, tree, ledger, folder):
    tree("a")
    moves_to(ledger, "/new")
    shoal.send("--redirects", "same", *FORM, tree, ledger.url.replace("://", "://me:pw@")).sent_all(1)
    assert [record.header("Authorization") for record in ledger.records] == [["Basic bWU6cHc="]] * 2
    netrc = folder / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password pw\ndefault login me password pw\n")
    with Ledger() as other:
        ledger.default = lambda record: moved(other.url)
        shoal.send(
            "--redirects", host_of(other), "--netrc-file", netrc, *FORM, tree, ledger.url
        ).sent_all(1)
        assert ledger.records[-1].header("Authorization") == ["Basic bWU6cHc="]
        assert not other.records[0].header("Authorization")


@pytest.mark.parametrize("credentials", [("-u", "me:hunter2"), ("--bearer", "env:T"), ()])
def test_to_another_server_without_credentials(shoal, tree, ledger, credentials):
    tree("a")
    with Ledger() as other:
        ledger.default = lambda record: moved(other.origin.replace("://", "://you:too@") + "/new")
        url = ledger.url if credentials else ledger.url.replace("://", "://u:pw@")
        hosts = f"x.example,{host_of(other)}"
        run = shoal.send("--redirects", hosts, *credentials, *SECRETS, *FORM, tree, url, env=ENV).sent_all(1)
        (record,) = other.records
        assert record.target == "/new" and record.field("file") == tree.files["a"]
        assert record.header("Host") == [host_of(other)] and record.header("X-Plain") == ["yes"]
        for header in SECRET_NAMES:
            assert ledger.records[0].header(header) and not record.header(header), header
        assert run.files[0]["url"] == other.origin + "/new" and run.files[0]["redirected"]


def test_signatures(shoal, tree, ledger):
    tree("a", b"content")
    keys = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret-of-the-key", "AWS_SESSION_TOKEN": "session-token"}
    with Ledger() as other:
        ledger.script("/b/a", moved("/c/a"))
        ledger.script("/c/a", moved(other.origin + "/d/a"))
        run = shoal.send(
            "--redirects", "127.0.0.1", "--aws-sigv4", "aws:amz:r1:s3", "-T", tree, ledger.origin + "/b/", env=keys
        ).sent_all(1)
        first, second = (record.header("Authorization")[0] for record in ledger.records)
        assert first.split("Signature=")[1] != second.split("Signature=")[1]
        names = {name.lower() for name, _ in other.records[0].headers}
        assert not names & {"authorization", "x-amz-date", "x-amz-security-token"}
    assert run.files[0]["attempts"] == 3


def test_a_client_certificate_is_not_shown_to_another_server(shoal, tree, certificates):
    tree("a")
    certificate, key = certificates.make("client", "DNS:client")
    own, asking = certificates.context(), certificates.context()
    for context in (own, asking):
        context.load_verify_locations(certificates.ca)
        context.verify_mode = ssl.CERT_OPTIONAL
    shown = []

    def answer(connection):
        connection.read_request()
        shown.append(connection.socket.getpeercert())
        connection.answer(200, b"ok")
        connection.wait_closed()

    with RawServer(answer, wrap=lambda s: asking.wrap_socket(s, server_side=True)) as other, Ledger(ssl_context=own) as ledger:
        ledger.default = lambda record: moved(other.url)
        tls = ("--cacert", certificates.ca, "--cert", certificate, "--key", key)
        shoal.send("--redirects", "127.0.0.1", *tls, *FORM, tree, ledger.url).sent_all(1)
        shoal.send(*tls, *FORM, tree, other.url).sent_all(1)
    assert not shown[0] and shown[1]


@pytest.mark.parametrize("form, path, url, words", [
    (("-F", "t={t}"), "/new", "", "the form field 't' is a credential"),
    (("-F", "token=literal"), "/new", "", "the form field 'token' is a credential"),
    (("-F", "f=@{file};filename={t}"), "/new", "", "the form contains a secret"),
    ((), "/new?t=s3cret-value", "", "its URL contains a credential"),
    ((), "/new?a=b&authToken=T", "?authToken=T", "its URL contains a credential"),
    ((), "/new/long-value-of-it", "?x=1&api_key=long-value-of-it&y=2", "its URL contains a credential"),
])  # fmt: skip
def test_a_credential_in_body_or_url_stays(shoal, tree, ledger, form, path, url, words):
    tree("a")
    with Ledger() as other:
        ledger.default = lambda record: moved(other.origin + path)
        run = shoal.send("--redirects", "127.0.0.1", "-s", "t=env:T", *form, *FORM, tree, ledger.url + url, env=ENV)
        assert not other.records
    event = run.verdicts["a"]
    assert event["verdict"] == "failed" and event["status"] == 307 and words in event["error"]
    assert b"s3cret-value" not in run.everything


@pytest.mark.parametrize("hosts", ["127.0.0.1", "x.example,127.0.0.1:{port}", "same,127.0.0.1"])
def test_lists_of_hosts(shoal, tree, ledger, hosts):
    tree("a")
    with Ledger() as other:
        ledger.default = lambda record: moved(other.origin + "/new")
        shoal.send("--redirects", hosts.format(port=other.port), *FORM, tree, ledger.url).sent_all(1)
        shoal.send("--redirects", hosts.format(port=other.port), *FORM, tree, other.url).sent_all(1)


@pytest.mark.parametrize("options", [(), ("same",), ("127.0.0.1:1",), ("other.example,*.example",)])
def test_to_a_server_that_is_not_named(shoal, tree, ledger, options):
    tree("a")
    tree("b")
    with Ledger() as other:
        ledger.default = lambda record: moved(f"{other.origin}/new/{record.key}")
        given = ("--redirects", *options) if options else ()
        run = shoal.send(*given, *FORM, tree, ledger.url)
        assert not other.records
        event = run.verdicts["a"]
        assert event["verdict"] == "failed" and event["status"] == 307 and not event["temporary"]
        assert f"unless --redirects names {host_of(other)}: status 307" in event["error"]
        assert event["headers"]["Location"] == other.origin + "/new/a" and "redirected" not in event
        assert len(run.end["causes"]) == 1 and run.end["causes"][0]["count"] == 2
        assert f"unless --redirects names {host_of(other)}" in run.text


def test_from_http_to_https_is_to_another_server(shoal, tree, ledger, certificates):
    tree("a")
    with Ledger(ssl_context=certificates.context()) as other:
        ledger.default = lambda record: moved(other.url)
        options = ("--cacert", certificates.ca, "-u", "me:hunter2")
        run = shoal.send("--redirects", "same", *options, *FORM, tree, ledger.url)
        assert f"unless --redirects names {host_of(other)}" in run.text and not other.records
        shoal.send("--redirects", "127.0.0.1", *options, *FORM, tree, ledger.url).sent_all(1)
        assert not other.records[0].header("Authorization")


def test_never_from_tls_to_plain(shoal, tree, ledger, certificates):
    tree("a")
    with Ledger(ssl_context=certificates.context()) as secure:
        secure.default = lambda record: moved(ledger.url)
        run = shoal.send("--insecure", "--redirects", "127.0.0.1", *FORM, tree, secure.url)
    assert "not followed from https:// to http://" in run.verdicts["a"]["error"] and not ledger.records


def test_a_loop_ends(shoal, tree, ledger):
    tree("a")
    ledger.default = lambda record: moved("/b" if record.target == "/upload" else "/upload")
    run = shoal.send("--redirects", "same", *FORM, tree, ledger.url)
    assert "after 10 in a row" in run.verdicts["a"]["error"] and len(ledger.records) == 11
    assert run.end["redirects"] == 10


@pytest.mark.parametrize("status, location, words", [
    (301, "/new", "may turn an upload into a GET; give the new URL: status 301 points to '/new'"),
    (302, "/new", "may turn an upload into a GET"),
    (303, "/new", "may turn an upload into a GET"),
    (300, "/new", "redirects with status 300 are not followed: status"),
    (307, "", "status 307"),
    (307, "ftp://x/", "not a valid http or https URL"),
    (307, "http://", "not a valid http or https URL"),
    (308, "mailto:x", "not a valid http or https URL"),
    (308, "http://b%FF/", "not a valid http or https URL"),
    (308, "http://bü/", "unless --redirects names xn--b-eha:"),
])  # fmt: skip
def test_what_is_never_followed(shoal, tree, ledger, status, location, words):
    tree("a")
    ledger.always(status=status, headers={"Location": location} if location else {})
    run = shoal.send("--redirects", "same", *FORM, tree, ledger.url)
    assert run.verdicts["a"]["verdict"] == "failed" and len(ledger.records) == 1
    assert words in run.text + run.verdicts["a"]["error"]


def test_what_would_follow_it_is_said(shoal, tree, ledger):
    tree("a")
    moves_to(ledger, "/new")
    run = shoal.send(*FORM, tree, ledger.url)
    assert "unless --redirects same is given" in run.text and "/new" in run.text
    assert len(ledger.records) == 1


def test_codes_that_mean_something_else_are_not_followed(shoal, tree, ledger):
    tree("a")
    moves_to(ledger, "/new")
    shoal.send("--redirects", "same", "--success", "200,307", *FORM, tree, ledger.url).sent_all(1)
    run = shoal.send("--redirects", "same", "--exists", "307", *FORM, tree, ledger.url)
    assert run.count("exists") == 1 and len(ledger.records) == 2


def test_a_retry_begins_at_the_first_url_again(shoal, tree, ledger):
    tree("a")
    ledger.script("a", moved("/new"), Answer(503), moved("/newer"), Answer())
    run = shoal.send("--redirects", "same", *FORM, tree, ledger.url).sent_all(1)
    assert [record.target for record in ledger.records] == ["/upload", "/new", "/upload", "/newer"]
    assert run.end["redirects"] == 2 and run.end["retries"] == 1
    errors = [event["error"] for event in run.of_kind("attempt")]
    assert errors[1] == f"status 503 after a redirect to {ledger.origin}", errors


def test_the_server_that_a_redirect_led_to_is_named(shoal, tree, ledger):
    tree("a")
    with Ledger() as other:
        other.always(status=401, body=b"")
        ledger.default = lambda record: moved(other.url)
        run = shoal.send("--redirects", "127.0.0.1", "-u", "me:pw", *FORM, tree, ledger.url)
        assert run.verdicts["a"]["error"] == f"401 Unauthorized after a redirect to {other.origin}"
        assert run.verdicts["a"]["url"] == other.url


def test_what_another_server_refuses_says_nothing_about_the_credentials(shoal, tree, ledger):
    """It gets none. So the own server's other files are sent."""
    tree.many(30)
    with Ledger() as other:
        other.always(status=401)
        ledger.default = lambda record: moved(other.url)
        run = shoal.send("-u", "me:pw", *FORM, "--redirects", host_of(other), tree, ledger.url)
        assert run.status == 1 and len(other.records) == 30
        assert {event["status"] for event in run.files} == {401}


def test_redirects_use_up_no_retries(shoal, tree, ledger):
    tree("a")
    ledger.script("a", moved("/1"), moved("/2"), Answer())
    options = ("--retries", "0", "--at-most-once", "--journal", tree.path.parent / "journal", "--verify-content")
    run = shoal.send("--redirects", "same", *options, *FORM, tree, ledger.url).sent_all(1)
    assert run.files[0]["attempts"] == 3
    assert shoal.send("--redirects", "same", *options, *FORM, tree, ledger.url).count("skipped") == 1


def test_redirects_are_no_progress(shoal, tree, ledger):
    """The server redirects, and where it leads is down: --give-up-after counts that time."""
    tree("a")
    ledger.default = lambda record: Answer(503) if record.target == "/new" else moved("/new")
    options = ("--redirects", "same", "--give-up-after", "300ms")
    run = shoal.send(*options, *FORM, tree, ledger.url)
    assert run.status == 75 and "no progress" in run.text


def test_through_a_proxy(shoal, tree, ledger):
    tree("a")
    with Ledger() as other, Proxy() as proxy:
        ledger.default = lambda record: moved(other.url)
        shoal.send("--redirects", "127.0.0.1", "-x", proxy.origin, *FORM, tree, ledger.url).sent_all(1)
        assert [line.split(" ")[1] for line in proxy.seen] == [ledger.url, other.url]


def test_an_early_response_ends_the_body(shoal, tree):
    """As the name node of HDFS: it redirects by the head alone, and closes."""
    size = 20_000_000
    tree("large", b"x" * size)
    bodies = []

    def behave(connection):
        head = connection.read_head()
        if b" /new " in head.split(b"\r\n")[0]:
            bodies.append(len(connection.read_body(head)))
            connection.answer(201, b"")
        else:
            connection.answer(307, b"", ["Location: /new", "Connection: close"])
        connection.wait_closed()

    with RawServer(behave) as server:
        shoal.send("--redirects", "same", "-T", tree, server.url + "x/").sent_all(1)
    assert bodies == [size]


@pytest.mark.parametrize("value", ["", "a b", "http://x", "a,,b", "x:99999", "u@x", "x?y", "*", "*.", "a.*.b", "*.0.0.1", "*.[::1]", "x:"])
def test_wrong_values(shoal, tree, value):
    tree("a")
    shoal.send("--redirects", value, tree, "http://127.0.0.1:9/").usage_error("--redirects")


def test_what_a_list_of_urls_has_stays(shoal, tree, ledger, folder):
    tree("a")
    tree("b")
    tree("c")
    urls = folder / "urls.jsonl"
    with Ledger() as other:
        places = {"/a": "/new", "/b": other.origin + "/new", "/c": other.origin + "/new?X-Amz-Signature=sig-of-c"}
        ledger.default = lambda record: Answer() if record.target == "/new" else moved(places[record.path])
        lines = [
            {"path": path, "url": f"{ledger.origin}/{path}?X-Amz-Signature=sig-of-{path}", "headers": {"x-acl": "none", "Content-Type": "x/y"}}
            for path in "abc"
        ]
        urls.write_text("\n".join(map(json.dumps, lines)))
        run = shoal.send("--redirects", "127.0.0.1", "-T", "--urls", urls, tree)
        (record,) = other.records
        assert not record.header("x-acl") and record.header("Content-Type") == ["x/y"]
    assert [record.header("x-acl") for record in ledger.records] == [["none"]] * 4
    assert run.verdicts["c"]["verdict"] == "failed" and "its URL contains a credential" in run.verdicts["c"]["error"]
    assert b"sig-of" not in run.everything


def test_a_redirect_that_an_interrupt_leaves_undone(shoal, tree, ledger):
    tree("a")
    ledger.default = lambda record: moved("/upload")
    run = shoal.start("--redirects", "same", "--rate", "1/s", *FORM, tree, ledger.url)
    run.wait_event(lambda event: event["event"] == "attempt")
    run.signal()
    event = run.finish(interrupted=2).verdicts["a"]
    assert event["verdict"] == "failed" and event["temporary"] and "status 307 points to" in event["error"]
