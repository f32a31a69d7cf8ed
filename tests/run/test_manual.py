"""The examples of the manual are commands that work: each is run with -n."""

import re

import pytest

from harness import CHECKOUT

MANUAL = CHECKOUT / "man" / "shoal.1"
BLOCK = re.compile(r"^\.Bd -literal.*?\n(.*?)^\.Ed", re.M | re.S)


def examples():
    """The blocks of EXAMPLES in which `shoal send` is run, as a shell reads them."""
    text = MANUAL.read_text()
    for block in BLOCK.findall(text[text.index(".Sh EXAMPLES") :]):
        lines = block.replace("\\e\n", "\\\n").splitlines(keepends=True)
        if not re.match(r"[A-Za-z]+:\n|- run:|\[Service\]", block):
            yield "".join(line for line in lines if not line.startswith("shoal serve"))


@pytest.mark.parametrize("example", [example for example in examples() if "shoal send" in example])
def test_an_example_of_the_manual_works(shoal, example):
    for name in ("dist/a.js", "dist/a.js.map", "docs/page.md"):
        path = shoal.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("content")
    (shoal.folder / "git").write_text("#!/bin/sh\nprintf 'dist/a.js\\0docs/page.md\\0'\n")
    (shoal.folder / "git").chmod(0o755)
    script = 'PATH=$PWD:$(dirname "$0"):$PATH; set -eo pipefail\n' + example.replace("shoal send", "shoal send -n")
    run = shoal(prefix=["bash", "-c", script], env={"RAYGUN_TOKEN": "t", "NEXUS_PASSWORD": "p"})
    assert run.status == 0 and run.out, run
    assert "->" in run.out.decode()
