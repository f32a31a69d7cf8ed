"""--serial-by and --first-alone: files that wait for one another."""

import itertools

import pytest

from servers.ledger import Answer

FORM = ("-F", "path={path}", "-F", "file=@{file}")
DELAY = 0.03  # seconds before each response: what arrives earlier was in flight at the same time


def spans(ledger):
    """(begin, end, key) of each request at the server, in their order."""
    return [(record.at, record.at + DELAY, record.key) for record in ledger.records]


def overlap(one, other):
    return one[0] < other[1] and other[0] < one[1]


def overlapping(found):
    return [(a[2], b[2]) for a, b in itertools.combinations(found, 2) if overlap(a, b)]


def group_of(key):
    return key.split("/")[0]


@pytest.fixture
def groups(tree, ledger):
    """Four folders of eight files each."""
    ledger.always(delay=DELAY)
    for folder, number in itertools.product("abcd", range(8)):
        tree(f"{folder}/f{number}.{'js' if number % 2 else 'map'}")
    return tree


def test_two_of_one_value_are_never_in_flight_and_others_are(shoal, groups, ledger):
    shoal.send(*FORM, "-j", "16", "--serial-by", "{dir}", groups, ledger.url).sent_all(32)
    pairs = overlapping(spans(ledger))
    assert pairs, "different groups go side by side"
    assert not [pair for pair in pairs if group_of(pair[0]) == group_of(pair[1])]
    assert ledger.most_in_flight <= 4


@pytest.mark.parametrize("template", ["{folder}", "{folder}/{ext}"])
def test_a_group_may_be_named_by_the_folder(shoal, groups, ledger, template):
    shoal.send(*FORM, "-j", "16", "--serial-by", template, groups, ledger.url).sent_all(32)
    pairs = overlapping(spans(ledger))
    assert [pair for pair in pairs if group_of(pair[0]) != group_of(pair[1])]
    alike = [pair for pair in pairs if group_of(pair[0]) == group_of(pair[1])]
    assert bool(alike) == ("{ext}" in template)


def test_a_group_waits_for_the_verdict_not_for_an_attempt(shoal, groups, ledger):
    """The first file of a group is rejected twice; it is also the first that is accepted."""
    ledger.default = lambda record: Answer(
        status=503 if record.attempt <= 2 and record.key.endswith("f0.map") else 200, delay=DELAY
    )
    run = shoal.send(*FORM, "-j", "16", "--serial-by", "{dir}", groups, ledger.url).sent_all(32)
    for folder in "abcd":
        keys = [record.key for record in ledger.records if group_of(record.key) == folder]
        assert keys == sorted(keys, key=keys.index), "the attempts of a file follow one another"
        assert run.verdicts[f"{folder}/f0.map"]["attempts"] == 3


def test_a_failed_file_does_not_hold_up_its_group(shoal, groups, ledger):
    ledger.default = lambda record: Answer(status=403 if "f0" in record.key else 200, delay=DELAY)
    run = shoal.send(*FORM, "-j", "16", "--serial-by", "{dir}", groups, ledger.url)
    assert run.end["sent"] == 28 and run.end["failed"] == 4


def test_an_unreadable_file_does_not_hold_up_its_group(shoal, groups, ledger, as_nobody):
    (groups.path / "a" / "f0.map").chmod(0)
    arguments = [*FORM, "-j", "16", "--serial-by", "{dir}", groups, ledger.url]
    run = shoal.send(*arguments, prefix=as_nobody)
    assert run.end["sent"] == 31 and run.end["failed"] == 1


def test_the_first_file_goes_alone_and_then_all_at_once(shoal, groups, ledger):
    shoal.send(*FORM, "-j", "16", "--first-alone", groups, ledger.url).sent_all(32)
    first, *others = spans(ledger)
    assert not [other for other in others if overlap(first, other)]
    assert overlapping(others)


def test_the_first_alone_is_alone_until_it_has_its_verdict(shoal, groups, ledger):
    answers = iter([503, 500])
    ledger.default = lambda record: Answer(status=next(answers, 200), delay=DELAY)
    run = shoal.send(*FORM, "-j", "16", "--first-alone", groups, ledger.url).sent_all(32)
    keys = ledger.keys
    assert len(set(keys[:3])) == 1 and run.verdicts[keys[0]]["attempts"] == 3


def test_the_first_of_each_group_goes_alone(shoal, groups, ledger):
    arguments = ["-j", "16", "--first-alone", "--serial-by", "{dir}"]
    shoal.send(*FORM, *arguments, groups, ledger.url).sent_all(32)
    found = spans(ledger)
    for folder in "abcd":
        first, *others = [span for span in found if group_of(span[2]) == folder]
        assert not [other for other in others if overlap(first, other)], folder
        assert overlapping(others), folder


def test_a_group_of_every_file_with_a_retry_ends(shoal, tree, ledger):
    """One group of many files, each rejected once: sent one after the other, all of them."""
    tree.many(30)
    ledger.default = lambda record: Answer(status=503 if record.attempt == 1 else 200)
    arguments = ["--serial-by", "all", "--rate", "1000/s"]
    shoal.send(*FORM, *arguments, tree, ledger.url).sent_all(30)
    assert ledger.most_in_flight == 1


@pytest.mark.parametrize("template", ["{size}", "{sha256}", "{nope}", "{"])
def test_a_group_by_what_is_not_known_before_is_an_error(shoal, groups, ledger, template):
    run = shoal.send(*FORM, "--serial-by", template, groups, ledger.url)
    run.usage_error("--serial-by")
    assert not ledger.records
