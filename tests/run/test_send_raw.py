"""-T: the body is the file itself."""

import pytest

pytestmark = pytest.mark.commands



def test_put_below_a_url_that_ends_in_a_slash(shoal, tree, ledger):
    tree("a.txt", b"one")
    tree("s u/b#c.txt", b"two")
    tree("empty", b"")
    shoal.send("-T", tree, ledger.origin + "/store/").sent_all(3)
    seen = {record.target: record for record in ledger.records}
    assert set(seen) == {"/store/a.txt", "/store/s%20u/b%23c.txt", "/store/empty"}
    assert all(record.method == "PUT" for record in seen.values())
    assert seen["/store/a.txt"].body == b"one"
    assert seen["/store/s%20u/b%23c.txt"].body == b"two"
    assert seen["/store/empty"].body == b""
    assert all(record.header("Content-Length") == [str(record.length)] for record in seen.values())


def test_method_may_be_another(shoal, tree, ledger):
    tree("a.txt", b"one")
    shoal.send("--raw", "-X", "POST", "-H", "Content-Type: text/x-test", tree, ledger.origin + "/").sent_all(1)
    assert ledger.records[0].method == "POST"
    assert ledger.records[0].header("Content-Type") == ["text/x-test"]


def test_a_url_with_a_field_of_the_file(shoal, tree, ledger):
    tree("sub/a.txt", b"one")
    shoal.send("-T", tree, ledger.origin + "/x?name={path}&sum={sha256}").sent_all(1)
    assert ledger.records[0].target.startswith("/x?name=sub/a.txt&sum=")


def test_many_files_to_one_url_is_an_error(shoal, tree, ledger):
    tree("a")
    tree("b")
    shoal.send("-T", tree, ledger.url).usage_error()
    assert not ledger.records


def test_one_file_to_one_url(shoal, tree, ledger):
    path = tree("a.txt", b"one")
    shoal.send("-T", path, ledger.url).sent_all(1)
    assert (ledger.records[0].target, ledger.records[0].body) == ("/upload", b"one")


def test_raw_with_a_form_is_an_error(shoal, tree, ledger):
    tree("a")
    shoal.send("-T", "-F", "file=@{file}", tree, ledger.origin + "/").usage_error("form")
    assert not ledger.records


@pytest.mark.parametrize("size", [1, 300_000, 7_000_001])
def test_bodies_of_any_size_arrive_whole(shoal, tree, ledger, size):
    content = (b"0123456789abcdef\n" * (size // 17 + 1))[:size]
    tree("a.bin", content)
    shoal.send("-T", tree, ledger.origin + "/").sent_all(1)
    assert ledger.records[0].body == content


def test_connections_are_kept(shoal, tree, ledger):
    tree.many(200)
    shoal.send("-T", "-j", "4", tree, ledger.origin + "/").sent_all(200)
    assert len(ledger.connections) <= 4
    assert {record.target[1:]: record.body for record in ledger.records} == tree.files
