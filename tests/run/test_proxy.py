"""Proxies: tunnels, plain requests, credentials, no_proxy."""

import base64
import urllib.parse

import pytest

from servers.ledger import Ledger
from servers.proxy import Proxy
from servers.raw import RawServer, unused_port
from servers.socks import Socks

FORM = ("-F", "path={path}", "-F", "file=@{file}")
SHORT = ("--connect-timeout", "2", "--stall-timeout", "2", "--response-timeout", "2", "--retries", "0", "--give-up-after", "2")
PASSWORD = "p@ss/w0rd & more"


@pytest.fixture
def proxy():
    with Proxy() as server:
        yield server


@pytest.fixture
def tls(certificates):
    with Ledger(ssl_context=certificates.context()) as server:
        yield server


def with_credentials(proxy, user="user", password=PASSWORD):
    return proxy.origin.replace("//", f"//{user}:{urllib.parse.quote(password, safe='')}@")


def assert_hidden(run):
    output = run.everything
    for form in (
        PASSWORD.encode(),
        urllib.parse.quote(PASSWORD, safe="").encode(),
        urllib.parse.quote(PASSWORD).encode(),
        base64.b64encode(f"user:{PASSWORD}".encode()),
    ):
        assert form not in output, (form, run)


def test_plain_requests_go_through_it(shoal, tree, ledger, proxy):
    tree.many(5)
    shoal.send("--proxy", proxy.origin, *FORM, tree, ledger.url).sent_all(5)
    assert len(proxy.seen) == 5 and proxy.seen[0].startswith(f"POST {ledger.url} ")


def test_https_goes_through_a_tunnel(shoal, tree, tls, proxy, certificates):
    tree.many(10)
    shoal.send(
        "--proxy", proxy.origin, "--cacert", certificates.ca, "-j", "2", *FORM, tree, tls.url
    ).sent_all(10)
    assert set(proxy.seen) == {f"CONNECT 127.0.0.1:{tls.port} HTTP/1.1"}
    assert len(proxy.seen) <= 2, "the tunnel is kept"


@pytest.mark.parametrize("secure", [False, True])
def test_a_proxy_with_a_password(shoal, tree, ledger, tls, certificates, secure):
    tree("a")
    target = tls if secure else ledger
    with Proxy(user="user", password=PASSWORD) as proxy:
        run = shoal.send(
            "-v", "--proxy", with_credentials(proxy), "--cacert", certificates.ca, *FORM, tree,
            target.url,
        )  # fmt: skip
        run.sent_all(1)
    assert_hidden(run)
    assert target.records[0].header("Proxy-Authorization") == []


@pytest.mark.parametrize("secure", [False, True])
def test_a_wrong_password_is_a_failure_that_does_not_show_it(
    shoal, tree, ledger, tls, certificates, secure
):
    tree("a")
    target = tls if secure else ledger
    with Proxy(user="user", password="another") as proxy:
        run = shoal.send(
            *SHORT, "-v", "--proxy", with_credentials(proxy), "--cacert", certificates.ca, *FORM,
            tree, target.url,
        )  # fmt: skip
    assert run.paths("failed") == {b"a"} and run.status == 1
    assert "407" in run.text
    assert_hidden(run)
    assert not target.records


@pytest.mark.parametrize("status", [403, 502, 503])
def test_a_proxy_that_refuses_the_tunnel(shoal, tree, tls, certificates, status):
    tree("a", b"very private")
    with Proxy(refuse=status) as proxy:
        run = shoal.send(
            *SHORT, "--at-most-once", "--proxy", proxy.origin, "--cacert", certificates.ca, *FORM,
            tree, tls.url,
        )  # fmt: skip
        assert all(line.startswith("CONNECT") for line in proxy.seen)
        assert not proxy.requests
    assert run.paths("failed") == {b"a"}
    assert "proxy" in run.text.lower() and str(status) in run.text


def test_a_proxy_that_is_not_there(shoal, tree, ledger):
    tree("a")
    url = f"http://user:{urllib.parse.quote(PASSWORD, safe='')}@127.0.0.1:{unused_port()}"
    run = shoal.send(*SHORT, "--proxy", url, *FORM, tree, ledger.url)
    assert run.status == 75 and not ledger.records
    assert_hidden(run)


def test_a_proxy_that_never_answers(shoal, tree, tls, certificates):
    tree("a")

    def hold(connection):
        connection.read_head()
        connection.hold()

    with RawServer(hold) as silent:
        run = shoal.send(
            *SHORT, "--proxy", silent.origin, "--cacert", certificates.ca, *FORM, tree, tls.url
        )
        assert run.paths("failed") == {b"a"}


def test_a_proxy_name_that_has_no_address_does_not_show_the_password(shoal, tree, ledger):
    tree("a")
    url = f"http://user:{urllib.parse.quote(PASSWORD, safe='')}@no-such-proxy.invalid:3128"
    run = shoal.send(*SHORT, "--proxy", url, *FORM, tree, ledger.url)
    assert run.end["failed"] == 1
    assert "no-such-proxy.invalid" in run.text
    assert_hidden(run)


@pytest.mark.parametrize("url", ["http://user:{}@[::1", "gopher://user:{}@x:1", "http://user:{}@x:port"])
def test_a_malformed_proxy_url_does_not_show_the_password(shoal, tree, ledger, url):
    tree("a")
    given = url.format(urllib.parse.quote(PASSWORD, safe=""))
    run = shoal.send(*SHORT, "--proxy", given, *FORM, tree, ledger.url)
    assert run.status in (1, 2) and not ledger.records
    assert_hidden(run)


def test_http_proxy_in_the_environment(shoal, tree, ledger, proxy):
    tree("a")
    shoal.send(*FORM, tree, ledger.url, env={"http_proxy": proxy.origin}).sent_all(1)
    assert len(proxy.seen) == 1


def test_a_password_from_the_environment_is_hidden(shoal, tree, ledger):
    tree("a")
    with Proxy(user="user", password="another") as proxy:
        env = {"http_proxy": with_credentials(proxy)}
        run = shoal.send(*SHORT, "-v", *FORM, tree, ledger.url, env=env)
    assert run.end["failed"] == 1
    assert_hidden(run)


def test_https_proxy_in_the_environment(shoal, tree, ledger, tls, proxy, certificates):
    tree("a")
    env = {"https_proxy": proxy.origin}
    shoal.send("--cacert", certificates.ca, *FORM, tree, tls.url, env=env).sent_all(1)
    assert len(proxy.seen) == 1
    shoal.send(*FORM, tree, ledger.url, env=env).sent_all(1)
    assert len(proxy.seen) == 1, "plain HTTP has its own variable"


def test_the_upper_case_http_proxy_is_not_trusted(shoal, tree, ledger, proxy):
    """In a CGI program, it is the client's `Proxy:` header (httpoxy)."""
    tree("a")
    shoal.send(*FORM, tree, ledger.url, env={"HTTP_PROXY": proxy.origin}).sent_all(1)
    assert not proxy.seen


def test_the_option_goes_before_the_environment(shoal, tree, ledger, proxy):
    tree("a")
    env = {"http_proxy": f"http://127.0.0.1:{unused_port()}"}
    shoal.send("--proxy", proxy.origin, *FORM, tree, ledger.url, env=env).sent_all(1)
    assert len(proxy.seen) == 1


def test_no_proxy_option_passes_it_by(shoal, tree, ledger, proxy):
    tree("a")
    env = {"http_proxy": proxy.origin}
    shoal.send("--no-proxy", *FORM, tree, ledger.url, env=env).sent_all(1)
    assert not proxy.seen


@pytest.mark.parametrize(
    "names, passed_by",
    [
        ("*", True),
        ("127.0.0.1", True),
        ("example.com,127.0.0.1", True),
        ("example.com, 127.0.0.1", True),
        ("example.com", False),
        ("27.0.0.1", False),
        ("", False),
    ],
)
def test_no_proxy_lists(shoal, tree, ledger, proxy, names, passed_by):
    tree("a")
    env = {"http_proxy": proxy.origin, "no_proxy": names}
    shoal.send(*FORM, tree, ledger.url, env=env).sent_all(1)
    assert bool(proxy.seen) is not passed_by


@pytest.mark.parametrize(
    "names, passed_by",
    [
        ("site.test", True),
        (".site.test", True),
        ("up.site.test", True),
        ("te.test", False),
        ("other.test", False),
        ("UP.SITE.TEST", True),
    ],
)
def test_no_proxy_lists_of_domains(shoal, tree, ledger, proxy, hosts, names, passed_by):
    tree("a")
    prefix = hosts("127.0.0.1 up.site.test")
    url = ledger.url.replace("127.0.0.1", "up.site.test")
    env = {"http_proxy": proxy.origin, "no_proxy": names}
    shoal.send(*FORM, tree, url, env=env, prefix=prefix).sent_all(1)
    assert bool(proxy.seen) is not passed_by


@pytest.mark.parametrize("value", ["http://us:{}#rest@127.0.0.1:9", "us:{}/rest@127.0.0.1:9",
                                   "http://us:{}?rest@127.0.0.1:9", "http://us:x@{}@127.0.0.1:9",
                                   "http://us:{}%@127.0.0.1:9", "socks5://us:{} x@127.0.0.1:9"])  # fmt: skip
@pytest.mark.parametrize("how", ["http_proxy", "ALL_PROXY", "--proxy"])
def test_a_password_that_is_not_encoded_is_an_error_that_does_not_show_it(
    shoal, tree, ledger, value, how
):
    tree("a")
    given = value.format("Secret9")
    if how == "--proxy":
        run = shoal.send("--proxy", given, *FORM, tree, ledger.url)
    else:
        run = shoal.send(*FORM, tree, ledger.url, env={how: given})
    run.usage_error(how, "percent-encoded")
    assert b"Secret9" not in run.everything and b"rest@" not in run.everything
    assert not ledger.records


def test_a_proxy_of_no_use_for_this_url_is_not_checked(shoal, tree, ledger):
    tree("a")
    broken = "http://us:a#b@h:1"
    shoal.send(*FORM, tree, ledger.url, env={"https_proxy": broken}).sent_all(1)
    shoal.send(*FORM, tree, ledger.url, env={"http_proxy": broken, "no_proxy": "127.0.0.1"}).sent_all(1)
    shoal.send("--no-proxy", *FORM, tree, ledger.url, env={"http_proxy": broken}).sent_all(1)


def test_a_proxy_that_is_down_is_named_with_its_origin(shoal, tree, ledger):
    tree("a")
    url = f"http://user:pass-word@127.0.0.1:{unused_port()}/"
    host = url.split("@")[1].strip("/")
    run = shoal.send(*SHORT, *FORM, tree, ledger.url, env={"http_proxy": url})
    assert f"no connection to the proxy {host} (from http_proxy): refused" in run.text
    run = shoal.send(*SHORT, *FORM, "-x", url, tree, ledger.url)
    assert f"no connection to the proxy {host} (from --proxy): refused" in run.text
    assert b"pass-word" not in run.everything


@pytest.mark.parametrize("secure", [False, True])
def test_a_407_says_how_to_give_credentials(shoal, tree, ledger, tls, secure):
    tree("a")
    url = (tls if secure else ledger).url
    with Proxy(user="user", password=PASSWORD) as proxy:
        run = shoal.send(*SHORT, "-k", "-x", proxy.origin, *FORM, tree, url)
        host = proxy.origin.split("//")[1]
        cure = f"the proxy requires credentials (407); give them with --proxy http://USER:SECRET@{host}"
        assert cure in run.text and run.status == 1
        wrong = proxy.origin.replace("//", "//me:wrong-word@")
        run = shoal.send(*SHORT, "-k", "-x", wrong, *FORM, tree, url)
        assert "the proxy does not accept the credentials (407)" in run.text


def test_a_long_reason_of_a_proxy_is_not_cut_within_a_secret(shoal, tree, tls):
    tree("a")

    def refuse(connection):
        connection.read_head()
        connection.send(b"HTTP/1.1 403 " + b"x" * 117 + b" sekrit-token-value\r\nContent-Length: 0\r\n\r\n")

    with RawServer(refuse) as server:
        run = shoal.send(*SHORT, "-k", "-x", server.origin, "-s", "t=env:T", "-H", "X: {t}", tree, tls.url,
                         env={"T": "sekrit-token-value"})  # fmt: skip
    assert b"sek" not in run.everything and "***" in run.text


# ---- SOCKS


NAME = "elsewhere.example"  # of certificates.context("wrong-host")


def socks_user(user="user", password=PASSWORD):
    return f"{user}:{urllib.parse.quote(password, safe='')}@"


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize(
    "scheme, version, name_is_sent",
    [("socks4", 4, False), ("socks4a", 4, True), ("socks5", 5, False), ("socks5h", 5, True)],
)
def test_a_socks_proxy(shoal, tree, certificates, hosts, scheme, version, name_is_sent, secure):
    """The version says who looks up the host's name."""
    tree.many(6)
    prefix = hosts(f"127.0.0.1 {NAME}")
    context = certificates.context("wrong-host") if secure else None
    with Socks() as proxy, Ledger(ssl_context=context) as target:
        url = target.url.replace("127.0.0.1", NAME)
        shoal.send(
            "--proxy", proxy.at(scheme), "--cacert", certificates.ca, "-j", "2", *FORM, tree, url,
            prefix=prefix,
        ).sent_all(6)  # fmt: skip
        host = NAME if name_is_sent else "127.0.0.1"
        assert set(proxy.seen) == {(version, host, target.port, "" if version == 4 else None)}
        assert len(proxy.seen) <= 2, "the tunnel is kept"
        assert all(record.path == "/upload" for record in target.records), "not in absolute-form"


def test_a_socks_proxy_in_the_environment(shoal, tree, ledger):
    tree("a")
    with Socks() as proxy:
        shoal.send(*FORM, tree, ledger.url, env={"all_proxy": proxy.at("socks5")}).sent_all(1)
        assert len(proxy.seen) == 1


def test_a_socks_proxy_with_a_password(shoal, tree, ledger):
    tree("a")
    with Socks("user", PASSWORD) as proxy:
        url = proxy.at("socks5", socks_user())
        run = shoal.send("-v", "--proxy", url, *FORM, tree, ledger.url)
        run.sent_all(1)
        assert [seen[3] for seen in proxy.seen] == ["user"]
    assert_hidden(run)
    assert ledger.records[0].header("Proxy-Authorization") == []


@pytest.mark.parametrize("scheme", ["socks4a", "socks5"])
def test_a_socks_proxy_that_refuses(shoal, tree, ledger, scheme):
    tree("a", b"very private")
    with Socks(refuse=True) as proxy:
        run = shoal.send(
            *SHORT, "--at-most-once", "--proxy", proxy.at(scheme), *FORM, tree, ledger.url
        )
        assert proxy.seen
    assert run.paths("failed") == {b"a"} and run.status == 75
    assert run.files[0]["reason"] == "proxy" and "proxy" in run.text
    assert not ledger.records


def test_a_wrong_password_for_a_socks_proxy_is_not_shown(shoal, tree, ledger):
    tree("a")
    with Socks("user", "another") as proxy:
        url = proxy.at("socks5", socks_user())
        run = shoal.send(*SHORT, "-v", "--proxy", url, *FORM, tree, ledger.url)
        assert not proxy.seen
    assert run.paths("failed") == {b"a"} and run.files[0]["reason"] == "proxy"
    assert_hidden(run)


def test_a_socks_proxy_that_never_answers(shoal, tree, ledger):
    tree("a")
    with RawServer(lambda connection: connection.wait_closed()) as silent:
        url = f"socks5://127.0.0.1:{silent.port}"
        run = shoal.send(*SHORT, "--proxy", url, *FORM, tree, ledger.url)
    assert run.paths("failed") == {b"a"} and run.status == 75


# ---- proxies that are spoken to over TLS


@pytest.mark.parametrize("secure", [False, True])
def test_an_https_proxy(shoal, tree, ledger, tls, certificates, secure):
    tree.many(6)
    target = tls if secure else ledger
    with Proxy(user="user", password=PASSWORD, context=certificates.context()) as proxy:
        run = shoal.send(
            "-v", "--proxy", with_credentials(proxy), "--cacert", certificates.ca, "-j", "2", *FORM,
            tree, target.url,
        )  # fmt: skip
        run.sent_all(6)
        first = "CONNECT" if secure else "POST"
        assert proxy.seen and all(line.startswith(first) for line in proxy.seen)
    assert_hidden(run)
    assert target.records[0].header("Proxy-Authorization") == []


@pytest.mark.parametrize("secure", [False, True])
def test_a_large_file_through_an_https_proxy(shoal, tree, ledger, tls, certificates, secure):
    content = bytes(range(256)) * 16 * 1024
    tree("large", content)
    target = tls if secure else ledger
    with Proxy(context=certificates.context()) as proxy:
        shoal.send(
            "--proxy", proxy.origin, "--cacert", certificates.ca, *FORM, tree, target.url
        ).sent_all(1)


@pytest.mark.parametrize("secure", [False, True])
def test_an_https_proxy_that_is_not_trusted_gets_nothing(
    shoal, tree, ledger, tls, certificates, secure
):
    tree("a")
    target = tls if secure else ledger
    context = certificates.context("expired")
    with Proxy(user="user", password=PASSWORD, context=context) as proxy:
        run = shoal.send(
            *SHORT, "-v", "--proxy", with_credentials(proxy), "--cacert", certificates.ca, *FORM,
            tree, target.url,
        )  # fmt: skip
        assert not proxy.seen
        assert run.paths("failed") == {b"a"}
        assert run.files[0]["reason"] == "certificate"
        assert_hidden(run)
        shoal.send(
            "--insecure", "--proxy", with_credentials(proxy), *FORM, tree, target.url
        ).sent_all(1)
