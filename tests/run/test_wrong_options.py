"""Options in the wrong command, and wrong values for commands other than send. (test_wrong_options.c goes
through all options of send.)"""

import pytest


def refused(run):
    assert run.status == 2 and not run.out, run
    return run.err.decode().splitlines()[0]


@pytest.mark.parametrize(
    ("arguments", "owner"),
    [(["serve", "--journal", "x"], "send"), (["recipes", "--fault", "x"], "serve"), (["status", "-o", "x"], "report"),
     (["report", "--yaml"], "recipes"), (["send", "--tsv"], "recipes")],
)  # fmt: skip
def test_an_option_of_another_command_is_named(shoal, arguments, owner):
    assert f"unknown option {arguments[1]}; it is an option of shoal {owner}" in refused(shoal(*arguments))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["serve", "--seed", "x"], "--seed 'x': it must be a whole number"),
        (["serve", "--listen", "x"], "--listen 'x': it must be ADDR:PORT"),
        (["serve", "--listen", "127.0.0.1:99999"], "--listen '127.0.0.1:99999': it must be ADDR:PORT"),
        (["serve", "--into="], "--into '': it must not be empty; give DIR"),
        (["serve", "--json="], "--json=: the value is empty; write --json or --json=FILE"),
        (["serve", "--token", "env:NOT_SET_AT_ALL"], "--token: the environment has no variable 'NOT_SET_AT_ALL'"),
        (["serve", "--fault"], "--fault needs a value: SPEC"),
        (["serve", "--quiet=1"], "--quiet takes no value"),
        (["serve", "operand"], "serve takes no operand: 'operand'"),
        (["report"], "name the files of events"),
        (["report", "-o", "--help", "x"], "--output (-o) needs a value: FILE, and '--help' is an option"),
        (["report", "--output=", "x"], "--output (-o) '': it must not be empty"),
        (["status"], "name the JOURNAL"),
        (["status", "a", "b"], "not 'a' and 'b'"),
        (["recipes", "a", "b"], "not 'a' and 'b'"),
        (["recipes", "--json", "--tsv"], "exclude each other"),
        (["recipes", "--yaml"], "needs the NAME"),
        (["completion"], "bash, zsh or fish"),
        (["completion", "bash", "zsh"], "not 'bash' and 'zsh'"),
        (["help", "send", "serve"], "not 'send' and 'serve'"),
    ],
)
def test_wrong_use_of_other_commands(shoal, arguments, words):
    assert words in refused(shoal(*arguments))
