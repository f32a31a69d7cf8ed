"""The examples of docs/scale-out.md, run for real."""

import os
import re
import shutil
import subprocess

import pytest

from harness import CHECKOUT, HANG
from servers.ledger import Answer
from servers.slurm import Slurm


def example(title, shoal, tree, ledger):
    """The lines of an example, for this program, this folder and this server."""
    page = (CHECKOUT / "docs" / "scale-out.md").read_text(encoding="utf-8")
    section = page.split(f"### {title}\n", 1)[1].split("\n#", 1)[0]
    lines = [line[4:] for line in section.splitlines() if line.startswith("    ")]
    text = "\n".join(lines)
    text = re.sub(r"(?<![\w-])shoal send", f"{shoal.binary} send", text)
    return text.replace(" dist/", f" {tree}").replace("https://example.com/files/", ledger.url + "/")


def names(ledger):
    return sorted(record.path.removeprefix("/upload/") for record in list(ledger.records))


def test_gnu_parallel(shoal, tree, ledger):
    tree.many(40)
    ledger.script("/upload/0000/f3.txt", Answer(413), Answer(200))
    first, again = example("GNU parallel", shoal, tree, ledger).replace("parallel ", "parallel --will-cite ").splitlines()
    for command, status in ((first, 1), (again, 0)):
        done = subprocess.run(
            ["bash", "-c", command], cwd=shoal.folder, env=shoal.environment(None), check=False,
            capture_output=True, timeout=HANG, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == status, done
    sent = names(ledger)
    assert set(sent) == set(tree.files)
    assert sent.count("0000/f3.txt") == 2


@pytest.mark.soak
def test_slurm(shoal, tree, ledger, folder):
    if os.geteuid() != 0 or shutil.which("slurmctld") is None:
        pytest.skip("needs root, and the packages slurm-wlm and munge")
    tree.many(40)
    script = example("Slurm", shoal, tree, ledger).split("\nsbatch")[0]
    script = script.replace("/var/tmp/", f"{folder}/")
    auto = f'#!/bin/bash\n{shoal.binary} send --shard auto -T {tree} {ledger.url}/\n'
    with Slurm(folder / "slurm") as slurm:
        assert slurm.batch(script) == 0, slurm.logs()  # 0-15, as the script says
        assert names(ledger) == sorted(tree.files)
        assert slurm.batch(script, "--array=3,7") == 0, slurm.logs()  # a rerun: everything is skipped
        assert len(ledger.records) == 40
        ledger.records.clear()
        assert slurm.batch(auto, "--array=2-14:3") == 0, slurm.logs()
        assert names(ledger) == sorted(tree.files)
        ledger.records.clear()
        assert slurm.batch(auto, "--array=3") == 2, slurm.logs()  # it cannot know its part
        assert not ledger.records
