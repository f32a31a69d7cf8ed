"""Second files (-F NAME=@{folder}/{stem}, --without-pair) and size limits (--refuse-over)."""

import pytest

pytestmark = pytest.mark.commands

PAIR = ("-F", "minified_file=@{folder}/{stem}", "-F", "source_map=@{file}", "--include", "*.map")


def maps(tree, *names):
    """Source maps, each with its script unless the name ends in an exclamation mark."""
    for name in names:
        tree(name.rstrip("!") + ".map", b"map")
        if not name.endswith("!"):
            tree(name, b"script")


def test_by_default_a_file_without_its_second_file_fails(shoal, tree, ledger):
    maps(tree, "a.js", "sub/b.js!")
    run = shoal.send(*PAIR, tree, ledger.url)
    assert run.paths("sent") == {b"a.js.map"} and run.paths("failed") == {b"sub/b.js.map"}
    (event,) = [event for event in run.files if event["verdict"] == "failed"]
    assert (event["reason"], event["temporary"], event["attempts"]) == ("pair", False, 0)
    assert event["bytes"] == 3 and "sub/b.js'" in event["error"] and "'minified_file'" in event["error"]
    assert run.status == 1 and run.end["without_pair"] == 1
    assert "failed sub/b.js.map: " in run.text and "1 file without a second file" in run.text


def test_skip_leaves_the_file_out(shoal, tree, ledger):
    maps(tree, "a.js", "b.js!")
    run = shoal.send(*PAIR, "--without-pair", "skip", tree, ledger.url)
    assert run.paths("sent") == {b"a.js.map"} and run.paths("skipped") == {b"b.js.map"}
    assert run.status == 0 and run.end["without_pair"] == 1 and run.end["causes"] == []
    (event,) = [event for event in run.files if event["verdict"] == "skipped"]
    assert event["reason"] == "pair" and "b.js'" in event["error"]
    assert "1 skipped" in run.text and "1 file without a second file" in run.text
    assert len(ledger.records) == 1


def test_send_sends_the_file_without_the_field(shoal, tree, ledger):
    maps(tree, "a.js", "b.js!")
    run = shoal.send(*PAIR, "--without-pair", "send", tree, ledger.url)
    run.sent_all(2)
    assert run.end["without_pair"] == 1 and "1 file without a second file" in run.text
    names = {record.parts[-1].file_name: [part.name for part in record.parts] for record in ledger.records}
    assert names == {b"a.js.map": [b"minified_file", b"source_map"], b"b.js.map": [b"source_map"]}


@pytest.mark.parametrize("policy", ["fail", "skip"])
@pytest.mark.parametrize("dry", [(), ("-n",)])
def test_a_path_that_names_no_second_file_at_all_is_one_error(shoal, tree, ledger, policy, dry):
    maps(tree, *(f"{number:03}.js!" for number in range(300)))
    run = shoal.send(*PAIR, "--without-pair", policy, *dry, tree, ledger.url)
    (problem,) = run.problems
    assert "-F 'minified_file=@{folder}/{stem}'" in problem["error"] and ".js.map'" in problem["error"]
    assert run.status == 1 and run.end["without_pair"] == 300 and not ledger.records
    assert run.count("failed" if policy == "fail" else "skipped") == 300
    assert len(run.text.splitlines()) <= 12
    assert len(run.end["causes"]) == (policy == "fail")


def test_with_send_such_a_path_is_a_warning(shoal, tree, ledger):
    maps(tree, "a.js!", "b.js!")
    run = shoal.send(*PAIR, "--without-pair", "send", tree, ledger.url)
    run.sent_all(2)
    assert "no file has such a second file" in run.text


def test_many_missing_second_files_are_one_line(shoal, tree, ledger):
    maps(tree, "has.js", *(f"{number:03}.js!" for number in range(100)))
    run = shoal.send(*PAIR, tree, ledger.url)
    assert run.count("failed") == 100 and not run.problems
    assert len(run.text.splitlines()) <= 12
    verbose = shoal.send(*PAIR, "-v", tree, ledger.url)
    assert verbose.out.count(b".js.map: ") == 100


def test_an_optional_second_file_is_no_pair(shoal, tree, ledger):
    maps(tree, "a.js!")
    run = shoal.send("-F", "minified_file=?@{folder}/{stem}", "-F", "map=@{file}", tree, ledger.url)
    run.sent_all(1)
    assert run.end["without_pair"] == 0


def test_a_second_file_that_cannot_be_read_is_no_missing_one(shoal, tree, ledger):
    maps(tree, "a.js!")
    tree("a.js/folder", b"")
    run = shoal.send(*PAIR, tree, ledger.url)
    (event,) = run.files
    assert event["reason"] == "unreadable" and run.end["without_pair"] == 0


def test_a_wrong_value_and_a_useless_option_are_errors(shoal, tree, ledger):
    tree("a")
    shoal.send(*PAIR, "--without-pair", "ignore", tree, ledger.url).usage_error("fail, skip or send")
    shoal.send("--without-pair", "skip", tree, ledger.url).usage_error("--without-pair")


@pytest.mark.parametrize("options", [(), ("-T",), ("-F", "sum={sha256}", "-F", "file=@{file}")])
@pytest.mark.parametrize("dry", [(), ("-n",)])
def test_a_file_over_the_limit_fails_before_it_is_sent(shoal, tree, ledger, options, dry):
    tree("small", b"x" * 1024)
    tree("large", b"x" * 1025)
    tree("huge", b"x" * 3_000_000)
    run = shoal.send("--refuse-over", "1k", *options, *dry, tree, ledger.origin + "/")
    assert run.paths("failed") == {b"large", b"huge"} and run.status == 1
    for event in (event for event in run.files if event["verdict"] == "failed"):
        assert (event["reason"], event["temporary"], event["attempts"]) == ("too-large", False, 0)
        assert event["bytes"] in (1025, 3_000_000) and str(event["bytes"]) in event["error"]
        assert "--refuse-over" in event["error"] and "1024" in event["error"]
    assert len(run.end["causes"]) == 1
    assert len(ledger.records) == (not dry)


def test_the_limit_applies_to_the_second_file_too(shoal, tree, ledger):
    maps(tree, "a.js")
    tree("a.js", b"x" * 100)
    run = shoal.send(*PAIR, "--refuse-over", "99", tree, ledger.url)
    (event,) = run.files
    assert event["reason"] == "too-large" and "a.js'" in event["error"] and not ledger.records


@pytest.mark.parametrize("value", ["0", "-1", "x", "1T", ""])
def test_a_limit_must_be_a_number_of_bytes(shoal, tree, ledger, value):
    tree("a")
    shoal.send("--refuse-over", value, tree, ledger.url).usage_error("--refuse-over")
