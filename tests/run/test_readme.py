"""What the README shows works: its pipeline example, in a strict shell, and {path} for one folder and for two."""

import pathlib
import re
import shutil
import subprocess

import pytest

from harness import CHECKOUT
from servers.ledger import Answer
from servers.raw import unused_port

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
FORM = ("-F", "path={path}", "-F", "file=@{file}")


@pytest.mark.skipif(shutil.which("jq") is None, reason="there is no jq")
@pytest.mark.parametrize("case, status", [("sent", 0), ("refused", 1), ("down", 75)])
def test_the_pipeline_example_decides_by_the_status(shoal, ledger, folder, case, status):
    (example,) = re.findall(r"\n((?:    .*\n)*    case \$status in\n(?:    .*\n)*    esac\n)", README)
    (folder / "dist").mkdir()
    (folder / "dist" / "a.js").write_text("x", encoding="utf-8")
    (folder / "shoal").symlink_to(shoal.binary)
    if case == "refused":
        ledger.default = lambda record: Answer(status=422, body=b"no such app")
    url = f"http://127.0.0.1:{unused_port()}/" if case == "down" else ledger.url
    environment = shoal.environment({"URL": url})
    environment["PATH"] = f"{folder}:{environment['PATH']}"
    example = example.replace("shoal send ", "shoal send --retries 0 ")
    run = subprocess.run(["bash", "-eo", "pipefail", "-c", example], cwd=folder, env=environment, capture_output=True, check=False)
    assert run.returncode == status, run.stderr
    assert (b"a.js: 422 Unprocessable Content: no such app" in run.stdout) == (case == "refused")
    assert (b"run the job again" in run.stdout) == (case == "down")


def test_path_begins_with_the_folders_name_where_there_are_two(shoal, ledger, folder):
    rows = re.findall(r"^\| (?:`shoal send (.*) URL`)? *\| `(.*)` \| `(.*)` \|$", README, re.MULTILINE)
    assert [row[0] for row in rows] == ["dist/", "dist/ assets/", "", "dist/js/a.js"]
    for _, file, _ in rows:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text("x", encoding="utf-8")
    told = {}
    for operands, _, path in rows:
        told.setdefault(operands or list(told)[-1], set()).add(path)
    for operands, paths in told.items():
        run = shoal.send(*FORM, *operands.split(), ledger.url, cwd=folder)
        assert set(run.verdicts) == paths


def test_the_pictures_are_there():
    pictures = re.findall(r"!\[[^]]*\]\(([^)]*)\)", README)
    assert {"docs/terminal.svg", "docs/report.png"} <= set(pictures)
    for picture in pictures:
        size = (pathlib.Path(CHECKOUT) / picture).stat().st_size
        assert 0 < size < 150_000, (picture, size)
