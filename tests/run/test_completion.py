"""Completions for bash, zsh and fish: asked from the real shells."""

import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
import time

import pytest

from harness import HANG, Shoal

COMMANDS = ["send", "recipes", "report", "status", "serve", "completion", "help"]
OPTION = re.compile(r"^  (?:-(?:.), |    )--([a-z0-9-]+)", re.M)

# Keys: ^Xa puts every candidate into the line, ^Xr writes the line to a file.
BASH = r"""
bind '"\C-xa": insert-completions'
record() { printf '%s' "$READLINE_LINE" >"$RECORD.new"; mv "$RECORD.new" "$RECORD"; }
bind -x '"\C-xr": record'
source "$COMPLETION"
PS1='ready> '
"""
ZSH = r"""
autoload -Uz compinit
compinit -D -u
insert_all() { compstate[insert]=all; compstate[list]= }
all_matches() { comppostfuncs=(insert_all); _main_complete }
zle -C all-matches complete-word all_matches
bindkey '^Xa' all-matches
record() { print -rn -- $BUFFER >$RECORD.new; mv $RECORD.new $RECORD }
zle -N record
bindkey '^Xr' record
source $COMPLETION
unsetopt zle_bracketed_paste
PS1='ready> '
"""


class Interactive:
    """bash or zsh at a terminal."""

    def __init__(self, shoal, shell, completion, folder):
        self.record = folder / "record"
        start = folder / f"start.{shell}"
        start.write_text(BASH if shell == "bash" else ZSH)
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 500, 0, 0))
        command = ["bash", "--noprofile", "--norc", "-i"] if shell == "bash" else ["zsh", "-f", "-i"]
        path = f"{shoal.binary.parent}:{os.environ['PATH']}"
        more = {"PATH": path, "TERM": "dumb", "RECORD": str(self.record), "COMPLETION": str(completion), "PS1": "$ "}
        self.popen = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=shoal.environment(more), cwd=folder,
            start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        self.shown = b""
        self.type(f". {start}\n")
        self.wait(lambda: b"ready> " in self.shown)

    def type(self, text):
        os.write(self.master, text.encode())

    def wait(self, done):
        until = time.monotonic() + HANG
        while not done():
            assert time.monotonic() < until, self.shown[-2000:]
            if select.select([self.master], [], [], 0.02)[0]:
                self.shown += os.read(self.master, 65536)

    def candidates(self, line):
        """What the shell offers for the last word of the line."""
        self.record.unlink(missing_ok=True)
        self.type(f"{line}\x18a\x18r\x15")
        self.wait(self.record.exists)
        head = line.rpartition(" ")[0] + " "
        text = self.record.read_text()
        assert text.startswith(head), text
        return text[len(head) :].split()

    def close(self):
        self.popen.kill()
        self.popen.wait()
        os.close(self.master)


class Fish:
    """fish, which reads lines and writes what it offers for each."""

    def __init__(self, shoal, completion, folder):
        script = f"source {completion}; while read -l line; complete -C $line; echo .; end"
        self.popen = subprocess.Popen(
            ["fish", "--no-config", "-c", script],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder,
            env=shoal.environment({"PATH": f"{shoal.binary.parent}:{os.environ['PATH']}"}),
        )  # fmt: skip

    def candidates(self, line):
        self.popen.stdin.write(line + "\n")
        self.popen.stdin.flush()
        rows = iter(self.popen.stdout.readline, ".\n")
        return [row.rstrip("\n").split("\t")[0] for row in rows if row]

    def close(self):
        self.popen.kill()
        self.popen.wait()
        self.popen.stdin.close()
        self.popen.stdout.close()


@pytest.fixture(scope="module")
def program(shared_folder):
    """The program, with a recipe of the user's own."""
    home = shared_folder / "completion"
    own = home / ".config/shoal/recipes"
    own.mkdir(parents=True)
    (own / "mine.yaml").write_text(
        "title: My service\nvariables:\n  region: {help: where, values: [eu, us-east]}\n"
        "  key: {help: a key, secret: true}\noptions:\n  url: https://example.com/{region}/{key}\n"
    )
    return Shoal(home)


@pytest.fixture(scope="module", params=["bash", "zsh", "fish"])
def shell(request, program, shared_folder):
    if shutil.which(request.param) is None:
        pytest.fail(f"{request.param} is not installed: scripts/deps test")
    place = shared_folder / f"completion-{request.param}"
    (place / "dist").mkdir(parents=True)
    (place / "dist" / "a.js").touch()
    (place / "dump.json").touch()
    completion = place / f"shoal.{request.param}"
    run = program("completion", request.param)
    assert run.status == 0 and not run.err
    completion.write_bytes(run.out)
    if request.param == "fish":
        started = Fish(program, completion, place)
    else:
        started = Interactive(program, request.param, completion, place)
    yield started
    started.close()


def names(candidates):
    return {candidate.removesuffix("=") for candidate in candidates}


def options_of(program, command):
    return {"--" + name for name in OPTION.findall(program(command, "--help=all").out.decode())}


def values(candidates):
    """bash puts only what follows a `=` or `:` into the line, after the first one."""
    return sorted(re.split("[=:]", candidate)[-1] for candidate in candidates)


def test_commands_and_every_option_are_offered(shell, program):
    assert names(shell.candidates("shoal ")) - {"--help", "--version"} == set(COMMANDS)
    assert shell.candidates("shoal rep") == ["report"]
    for command in COMMANDS:
        found = names(shell.candidates(f"shoal {command} --"))
        assert found == options_of(program, command), (command, found ^ options_of(program, command))
    assert names(shell.candidates("shoal send --sta")) == {"--stall-timeout"}
    assert {"--add-header", "--add-form", "--add-exclude"} <= names(shell.candidates("shoal send --add-"))
    assert {"--no-raw", "--no-hidden", "--no-follow"} <= names(shell.candidates("shoal send --no-"))
    assert "--no-retries" not in names(shell.candidates("shoal send --no-"))


def test_values_of_options_are_offered(shell):
    for line, wanted in {
        "shoal send --progress ": ["bar", "none", "plain"],
        "shoal send --progress=": ["bar", "none", "plain"],
        "shoal send --without-pair s": ["send", "skip"],
        "shoal send --follow=": ["outside"],
        "shoal send -j ": ["auto"],
        "shoal send -nj ": ["auto"],
        "shoal send --shard=": ["auto"],
        "shoal send --help=": ["all"],
        "shoal completion ": ["bash", "fish", "zsh"],
        "shoal completion z": ["zsh"],
    }.items():
        assert values(shell.candidates(line)) == wanted, line
    assert not shell.candidates("shoal send --retries ")[1:]
    for line in ("shoal send --bearer ", "shoal serve --token="):
        found = " ".join(shell.candidates(line))
        assert all(word in found for word in ("env", "file", "fd")), found
    assert "HOME" in " ".join(shell.candidates("shoal send --bearer env:HO"))


def test_paths_are_offered(shell):
    for line, wanted in {
        "shoal send di": "dist",
        "shoal send dist/": "dist/a.js",
        "shoal send --json=du": "dump.json",
        "shoal send --journal du": "dump.json",
        "shoal send --journal=du": "dump.json",
        "shoal send --base d": "dist",
        "shoal status du": "dump.json",
        "shoal report du": "dump.json",
        "shoal serve --into d": "dist",
        "shoal send -F file=@du": "dump.json",
        "shoal send -s key=file:du": "dump.json",
        "shoal recipes ./du": "dump.json",
    }.items():
        found = shell.candidates(line)
        assert len(found) == 1 and found[0].rstrip("/").endswith(wanted), (line, found)


def test_recipes_and_their_variables_are_offered(shell):
    for line in ("shoal send --recipe ray", "shoal recipes ray"):
        assert shell.candidates(line) == ["raygun", "raygun-symbols"], line
    assert "mine" in shell.candidates("shoal send --recipe m")
    for line in ("shoal send --recipe raygun -s ", "shoal send --recipe=raygun -s ", "shoal send --recipe raygun --set "):
        assert names(shell.candidates(line)) == {"app_id", "token", "host", "endpoint"}, line
    assert names(shell.candidates("shoal send --recipe mine -s re")) == {"region"}
    assert values(shell.candidates("shoal send --recipe mine -s region=")) == ["eu", "us-east"]
    assert "HOME" in " ".join(shell.candidates("shoal send --recipe mine -s key=env:HO"))
