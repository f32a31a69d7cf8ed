"""--cookies: what a server sets goes back to it, and to no other; values are secrets."""

import itertools

import pytest

from servers.ledger import Answer, Ledger

FORM = ("-F", "path={path}", "-F", "file=@{file}")
VALUE = "node-7.0123456789"


def sets(*cookies, status=200, body=b"ok", **headers):
    """A response with several Set-Cookie lines."""
    from multidict import CIMultiDict

    return Answer(status, body, CIMultiDict([("Set-Cookie", cookie) for cookie in cookies] + list(headers.items())))


def cookies_of(ledger):
    return [record.header("Cookie") for record in ledger.records]


def test_only_with_the_option(shoal, tree, ledger):
    tree.many(3)
    ledger.default = lambda record: sets(f"route={VALUE}; Path=/")
    shoal.send("-j", "1", *FORM, tree, ledger.url).sent_all(3)
    assert cookies_of(ledger) == [[], [], []]
    ledger.records.clear()
    shoal.send("--cookies", "-j", "1", *FORM, tree, ledger.url).sent_all(3)
    assert cookies_of(ledger) == [[], [f"route={VALUE}"], [f"route={VALUE}"]]


def test_a_run_begins_without_any(shoal, tree, ledger):
    tree("a")
    ledger.default = lambda record: sets("a=1")
    for _ in range(2):
        shoal.send("--cookies", *FORM, tree, ledger.url).sent_all(1)
    assert cookies_of(ledger) == [[], []]


@pytest.mark.parametrize("cookies, expected", [
    (["a=1", "b=2"], "a=1; b=2"),
    (["a=1; Path=/", "b=2; path=/up/", "c=3; Path=/other", "d=4; Path=/u"], "b=2; a=1"),
    (["a=1; Max-Age=0", "b=2; Max-Age=-1", "c=3; Max-Age=100"], "c=3"),
    (["a=1; Expires=Sun, 06 Nov 1994 08:49:37 GMT", "b=2; Expires=Fri, 31-Dec-2049 23:59:59 GMT"], "b=2"),
    (["a=1", "a=2; Path=/up", "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"], None),
    (["a=1; Domain=example.com", "b=2; Domain=0.0.1", "c=3; Domain=127.0.0.1", "d=4; Domain="], "c=3; d=4"),
    (["a=1; Secure", "b=2; HttpOnly; SameSite=None"], "b=2"),
    (['a="x y,z"', "b=x=y", "noequals", "=x", " c = 3 "], 'a="x y,z"; b=x=y; c=3'),
])  # fmt: skip
def test_attributes(shoal, tree, ledger, cookies, expected):
    tree("a")
    tree("b")
    ledger.default = lambda record: sets(*cookies)
    shoal.send("--cookies", "-j", "1", *FORM, tree, ledger.origin + "/up/load").sent_all(2)
    assert cookies_of(ledger)[1] == ([] if expected is None else [expected])


def test_a_cookie_is_replaced_and_removed(shoal, tree, ledger):
    for name in "abcd":
        tree(name)
    answers = iter([sets("s=1"), sets("s=2"), sets("s=gone; Max-Age=0"), sets()])
    ledger.default = lambda record: next(answers)
    shoal.send("--cookies", "-j", "1", *FORM, tree, ledger.url).sent_all(4)
    assert cookies_of(ledger) == [[], ["s=1"], ["s=2"], []]


def test_failures_set_cookies_too(shoal, tree, ledger):
    tree("a")
    ledger.script("a", sets("s=1", status=503), Answer())
    shoal.send("--cookies", *FORM, tree, ledger.url).sent_all(1)
    assert cookies_of(ledger) == [[], ["s=1"]]


def test_each_server_has_its_own(shoal, tree, ledger, folder):
    """Ports, too, which browsers do not tell apart."""
    urls = folder / "urls"
    with Ledger() as other:
        servers = {"a": ledger, "b": other, "c": ledger, "d": other}
        for name, server in servers.items():
            tree(name)
            server.default = lambda record, server=server: sets(f"s={server.port}; Path=/")
        urls.write_text("".join(f"{name}\t{server.url}\n" for name, server in servers.items()))
        shoal.send("--cookies", "-j", "1", "--urls", urls, tree).sent_all(4)
        for server in (ledger, other):
            assert cookies_of(server) == [[], [f"s={server.port}"]]


def test_a_redirect_to_another_server_gets_none_of_them(shoal, tree, ledger):
    tree("a")
    tree("b")
    with Ledger() as other:
        ledger.default = lambda record: sets("s=own; Path=/", status=307, Location=other.url)
        other.default = lambda record: sets("s=other; Path=/")
        shoal.send("--cookies", "--redirects", "127.0.0.1", "-j", "1", *FORM, tree, ledger.url).sent_all(2)
        assert cookies_of(ledger) == [[], ["s=own"]] and cookies_of(other) == [[], ["s=other"]]


def test_a_redirect_that_wants_its_cookie(shoal, tree, ledger):
    """A load balancer sets a cookie and sends the client to the same URL."""
    tree("a")
    ledger.default = lambda record: Answer() if record.header("Cookie") else sets("lb=1", status=307, Location="/upload")
    shoal.send("--cookies", "--redirects", "same", *FORM, tree, ledger.url).sent_all(1)


def test_a_header_with_cookies_comes_first(shoal, tree, ledger):
    tree("a")
    tree("b")
    ledger.default = lambda record: sets("s=1")
    shoal.send("--cookies", "-j", "1", "-H", "Cookie: own=x", *FORM, tree, ledger.url).sent_all(2)
    assert cookies_of(ledger) == [["own=x"], ["own=x; s=1"]]
    ledger.records.clear()
    shoal.send("--cookies", "-j", "1", "-H", "Cookie:", *FORM, tree, ledger.url).sent_all(2)
    assert cookies_of(ledger) == [[], []]


def test_many_at_a_time(shoal, tree, ledger):
    tree.many(60)
    numbers = itertools.count()
    ledger.default = lambda record: sets(f"s={VALUE}-{next(numbers)}; Path=/")
    shoal.send("--cookies", "--first-alone", "-j", "8", *FORM, tree, ledger.url).sent_all(60)
    assert sum(bool(cookie) for cookie in cookies_of(ledger)) == 59


def test_there_is_a_limit(shoal, tree, ledger):
    for name in "abc":
        tree(name)
    answers = iter([sets(*(f"c{i}=1" for i in range(100))), sets(*(f"{i}={'x' * 3000}" for i in range(4)), f"big={'x' * 5000}"), sets()])
    ledger.default = lambda record: next(answers)
    shoal.send("--cookies", "-j", "1", *FORM, tree, ledger.url).sent_all(3)
    _, second, third = (cookies[0] if cookies else "" for cookies in cookies_of(ledger))
    assert second == "; ".join(f"c{i}=1" for i in range(50, 100))
    assert 3_000 < len(third) <= 8_000 and "big=" not in third


@pytest.mark.parametrize("status", [200, 400, 500])
def test_values_are_not_shown(shoal, tree, ledger, status):
    tree("a")
    tree("b")
    answer = sets(f"s={VALUE}", status=status, body=f"you are {VALUE}".encode(), Location=f"/x;jsessionid={VALUE}")
    ledger.default = lambda record: answer
    run = shoal.send(
        "--cookies", "-j", "1", "--retries", "0", "--show-header", "Set-Cookie", "--capture", "c=text", *FORM, tree, ledger.url
    )
    assert VALUE.encode() not in run.everything and b"you are ***" in run.everything, run
