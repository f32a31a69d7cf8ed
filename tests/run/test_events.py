"""Events, their schema, docs/events.md and the manual page have the same fields, and say the same."""

import json
import os
import re

import jsonschema
import pytest

from harness import CHECKOUT, EVENTS
from servers.ledger import Answer

FORM = ("-F", "path={path}", "-F", "file=@{file}")
PAGE = CHECKOUT / "docs" / "events.md"
MANUAL = CHECKOUT / "man" / "shoal-events.5"
PARTS = [*EVENTS.kinds, "field", "cause"]
ITEMS = {"#/$defs/field": "form fields", "#/$defs/cause": "causes"}


def read_page():
    """docs/events.md: part -> {field: (type, unit, always)}, from the tables below its headings."""
    parts, part = {}, None
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            part = line.strip("#` ").removeprefix("form ")
        cells = [cell.strip().replace("`", "") for cell in line.split("|")[1:-1]]
        if len(cells) == 5 and cells[0] != "field" and not cells[0].startswith("-"):
            name, kind, unit, present, meaning = cells
            assert meaning and present and name not in parts.get(part, {}), line
            parts.setdefault(part, {})[name] = (kind, unit, present == "always")
    return parts


def read_manual():
    """man/shoal-events.5: the same, from `.It Cm NAME Pq TYPE, UNIT ; No if ...` below each .Ss."""
    parts, part = {}, None
    for line in MANUAL.read_text(encoding="utf-8").splitlines():
        if line.startswith((".Ss ", ".Sh ")):
            part = line[4:].removeprefix("form ")
        if found := re.fullmatch(r"\.It Cm (\S+) Pq ([^,;]+?)(?:, (\w+))?(?: ; No (if .+))?", line):
            name, kind, unit, condition = found.groups()
            assert name not in parts.get(part, {}), line
            parts.setdefault(part, {})[name] = (kind, unit or "", not condition)
        else:
            assert not line.startswith(".It Cm"), line
    return parts


def type_name(schema):
    """A field's type, as the documents say it."""
    if "anyOf" in schema:
        return " or ".join(map(type_name, schema["anyOf"]))
    if schema.get("const") == "auto":
        return "auto"
    if schema.get("const") is True:
        return "boolean"
    if "const" in schema or "enum" in schema:
        return "string"
    if schema["type"] == "array":
        return "list of " + ITEMS.get(schema["items"].get("$ref"), "strings")
    return " or ".join(schema["type"]) if isinstance(schema["type"], list) else schema["type"]


def schema_parts():
    """The same of the schema, where every unit is missing."""
    return {
        part: {
            name: (type_name(schema), name in EVENTS.required(part))
            for name, schema in EVENTS.fields(part).items()
        }
        for part in PARTS
    }


@pytest.mark.parametrize("read", [read_page, read_manual], ids=["page", "manual"])
def test_the_documents_have_the_fields_of_the_schema(read):
    documented = {
        part: {name: (kind, always) for name, (kind, _unit, always) in fields.items()}
        for part, fields in read().items()
    }
    assert documented == schema_parts()


def test_the_page_and_the_manual_agree_on_units():
    assert read_page() == read_manual()


@pytest.mark.parametrize("path", [PAGE, MANUAL], ids=["page", "manual"])
def test_the_examples_are_valid_and_there_is_one_of_each_event(path):
    lines = path.read_text(encoding="utf-8").replace("\\e", "\\").splitlines()
    examples = [json.loads(line) for line in lines if line.lstrip().startswith('{"event"')]
    for example in examples:
        EVENTS.check(example)
    assert {example["event"] for example in examples} == set(EVENTS.kinds)


def test_the_page_and_the_manual_name_every_verdict():
    for path in (PAGE, MANUAL):
        text = path.read_text(encoding="utf-8")
        for verdict in EVENTS.fields("file")["verdict"]["enum"]:
            assert re.search(rf"`{verdict}`|Ql {verdict}\b", text), (path, verdict)


def test_the_page_and_the_manual_name_every_reason():
    for path in (PAGE, MANUAL):
        text = path.read_text(encoding="utf-8")
        for reason in EVENTS.fields("file")["reason"]["enum"]:
            assert re.search(rf"`{reason}`|Ql {reason}\b", text), (path, reason)


@pytest.mark.parametrize("change", [
    {"more": 1}, {"status": "201"}, {"status": 0}, {"bytes": 1.0}, {"bytes": -1}, {"verdict": "done"},
    {"error": "why"}, {"reason": "status"}, {"maybe_accepted": True}, {"temporary": None}, {"temporary": True}, {"path": None}, {"event": "files"},
], ids=str)  # fmt: skip
def test_a_wrong_event_is_found(change):
    event = {
        "event": "file", "path": "a", "verdict": "sent", "status": 201, "attempts": 1, "bytes": 1,
        "at_ms": 1, "ms": 1.5, "temporary": False, "response": None,
    }  # fmt: skip
    EVENTS.check(event)
    with pytest.raises(AssertionError, match="events.schema.json"):
        EVENTS.check({**event, **change})
    for key in EVENTS.required("file"):
        with pytest.raises(AssertionError, match="events.schema.json"):
            EVENTS.check({name: value for name, value in event.items() if name != key})


def test_the_schema_allows_what_later_versions_add_and_nothing_else():
    schema = json.loads((CHECKOUT / "docs" / "events.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    notice = {"event": "notice", "message": "m", "at_ms": 1}
    for event in (notice, {**notice, "more": 1}, {"event": "later", "x": 1}):
        validator.validate(event)
    for kind in EVENTS.kinds:
        assert not validator.is_valid({"event": kind}), kind
    assert not validator.is_valid({**notice, "at_ms": "1"})


def fields_of(events):
    """part -> the fields that were seen there."""
    seen = {part: set() for part in PARTS}
    for event in events:
        seen[event["event"]].update(event)
        for field in event.get("fields", []):
            seen["field"].update(field)
        for cause in event.get("causes", []):
            seen["cause"].update(cause)
    return seen


def test_every_field_occurs(shoal, tree, ledger, make_tree):
    """What is documented is what is written: each field comes up in some run."""
    tree(b"a\xff")
    tree("b")
    ledger.script("b", Answer(drop=True), Answer(status=400, body=b"no" * 40_000))
    ledger.script("a\udcff", Answer(status=404, headers={"X-Request-Id": "r1"}))
    events = list(shoal.send(*FORM, tree, ledger.url).events)
    plans = ("-n", "-F", "path={path}", "-F", "file=@{file};filename=x;type=text/plain")
    events += shoal.send(*plans, tree, ledger.url).events
    events += shoal.send("-n", "--exclude", "*", tree, ledger.url).events
    outside = make_tree("outside")
    (outside.path / "folder").mkdir()
    for name in ("link", "link\udcff"):
        (tree.path / name).symlink_to(outside.path / "folder")
    few = ["sh", "-c", 'ulimit -n 64 && exec "$@"', "sh"]
    events += shoal.send("--follow", "-j", "500", *FORM, tree, ledger.url, prefix=few).events
    ledger.script("a\udcff", Answer(status=503), Answer())
    tree("c")
    ledger.script("c", Answer(status=429, headers={"Retry-After": "2"}), Answer(status=307, headers={"Location": "/"}), Answer())
    events += shoal.send(
        "--redirects", "same", "--shard", "1/1", "--only-failed", os.devnull, "--capture", "all=text", *FORM, tree, ledger.url
    ).events
    seen = fields_of(events)
    assert seen == {part: set(EVENTS.fields(part)) for part in PARTS}
