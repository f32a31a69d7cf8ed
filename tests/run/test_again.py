"""The summary names the command that sends again what failed, and that command works in a shell."""

import re
import subprocess

import pytest

from servers.ledger import Answer

pytestmark = pytest.mark.commands

FORM = ("-F", "path={path}", "-F", "file=@{file}")


def command_in(run):
    return re.search(r"^again, failures only: (.*)$", run.text, re.MULTILINE).group(1)


def in_a_shell(shoal, command, more=None):
    shell = ["bash", "-eo", "pipefail", "-c", command]
    return subprocess.run(shell, cwd=shoal.folder, env=shoal.environment(more), capture_output=True, check=False)


def test_the_command_sends_what_failed_until_nothing_is_left(shoal, tree, ledger, folder):
    for name in ("a", "it's $HOME", "odd\n\x1b[31m", "fine"):
        tree("p q/" + name)
    for name in ("a", "it's $HOME", "odd\n\x1b[31m"):
        ledger.script("p q/" + name, *[Answer(status=422)] * (2 if name == "a" else 1), Answer())
    events = folder / "the events.jsonl"
    run = shoal.send(*FORM, "-H", "X-Odd: a'b\\c", f"--json={events}", tree, ledger.url, check_status=False)
    command = command_in(run)
    assert run.status == 1 and "--only-failed" in command
    again = in_a_shell(shoal, command)
    assert again.returncode == 1, again.stderr
    assert {record.key for record in ledger.records[4:]} == {
        "p q/" + name for name in ("a", "it's $HOME", "odd\n\x1b[31m")
    }
    last = in_a_shell(shoal, re.search(r"only: (.*)$", again.stderr.decode(), re.MULTILINE).group(1))
    assert last.returncode == 0, last.stderr
    assert [record.key for record in ledger.records[7:]] == ["p q/a"]


def test_a_journal_is_enough(shoal, tree, ledger, folder):
    tree("a")
    tree("b")
    ledger.script("a", Answer(status=422), Answer())
    given = ("--journal", folder / "journal", *FORM, tree, ledger.url)
    run = shoal("send", *given)
    assert run.status == 1 and in_a_shell(shoal, command_in(run)).returncode == 0
    assert [record.key for record in ledger.records[2:]] == ["a"]


def test_without_a_record_there_is_no_command(shoal, tree, ledger, folder):
    tree("a")
    ledger.always(status=422)
    run = shoal("send", *FORM, tree, ledger.url)
    assert run.status == 1 and "again, " not in run.text
    events = folder / "events"
    assert "again, " in shoal("send", f"--json={events}", *FORM, tree, ledger.url).text
    other = shoal("send", f"--json={folder / 'other'}", "--only-failed", events, *FORM, tree, ledger.url)
    assert other.status == 1 and "again, " not in other.text  # its events do not have the other files
    assert "again, " not in shoal("send", "--json", *FORM, tree, ledger.url).text


def test_the_command_has_no_secret(shoal, tree, ledger, folder):
    tree("a")
    ledger.always(status=422)
    recipe = folder / "recipe.yaml"
    recipe.write_text(
        'title: "x"\nvariables:\n  host: {help: "h"}\n  code: {help: "c", secret: yes}\n'
        'options:\n  url: "{host}?k={code}"\n  form: ["file=@{file}"]\n',
        encoding="utf-8",
    )
    events = f"--json={folder / 'events'}"
    basic = shoal("send", "-u", "me:sesame1", events, *FORM, tree, ledger.url + "?authToken=sesame2&x=1&t={name}")
    assert "-u 'me:***' " in basic.text and "authToken=***&x=1&t={name}" in basic.text
    named = shoal("send", "-H", "X-Api-Key: sesame3", "-F", "token=sesame4", "-s", "password=sesame5", events, *FORM, tree, ledger.url)
    assert "'X-Api-Key: ***'" in named.text and "token=***" in named.text and "password=***" in named.text
    userinfo = shoal("send", events, *FORM, tree, ledger.url.replace("//", "//me:sesame6@"))
    by_recipe = shoal("send", "--recipe", recipe, "-s", f"host={ledger.url}", "-s", "code=sesame7", events, tree)
    assert "code=***" in by_recipe.text and f"host={ledger.url}" in by_recipe.text
    for run in (basic, named, userinfo, by_recipe):
        assert run.status == 1 and "sesame" not in run.text.partition("again, ")[2], run
