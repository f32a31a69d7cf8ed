"""What scripts/count-tests makes of reports: no test is lost without a word."""

import shutil
import subprocess

import pytest

from harness import CHECKOUT

# A program of each kind; each says that it has three cases.
TAP = """#!/bin/sh
echo 1..3
echo 'ok 1 - first'
{}
echo 'ok 2 - second'
echo '{} 3 - third'
exit {}
"""
PROGRAMS = {
    "well": TAP.format("", "ok", 0),
    "fails": TAP.format("", "not ok", 1),
    "hangs": TAP.format("exec sleep 600", "ok", 0),
    "crashes": TAP.format("kill -SEGV $$", "ok", 0),
    "leaks": TAP.format("", "ok", 23),
    "stops": TAP.format("exit 0", "ok", 0),
    "fails-and-crashes": TAP.format("echo 'not ok 2 - second'; kill -SEGV $$", "ok", 0),
}
PLAIN = {"plain": "#!/bin/sh\n", "plain-fails": "#!/bin/sh\nexit 1\n", "plain-hangs": "#!/bin/sh\nexec sleep 600\n"}


@pytest.fixture(scope="module")
def reports(shared_folder):
    """unit.json and unit.xml, as Meson writes them of these programs."""
    folder = shared_folder / "programs"
    folder.mkdir()
    lines = ["project('some')"]
    for name, text in {**PROGRAMS, **PLAIN}.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
        protocol = "tap" if name in PROGRAMS else "exitcode"
        timeout = 1 if name.endswith("hangs") else 600
        lines.append(f"test('{name}', files('{name}'), protocol: '{protocol}', timeout: {timeout})")
    (folder / "meson.build").write_text("\n".join(lines) + "\n")
    subprocess.run(["meson", "setup", "build"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["meson", "test", "-C", "build"], cwd=folder, check=False, stdout=subprocess.DEVNULL)
    logs = folder / "build/meson-logs"
    shutil.copy(logs / "testlog.json", folder / "unit.json")
    shutil.copy(logs / "testlog.junit.xml", folder / "unit.xml")
    return folder


def count(*arguments):
    command = [CHECKOUT / "scripts/count-tests", *map(str, arguments)]
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    return ended.returncode, ended.stdout.splitlines()


def test_a_program_that_breaks_off_is_named(reports):
    status, lines = count(reports / "unit.json")
    assert status == 1
    failed = sorted(line.removeprefix("FAILED ").split(" (unit)")[0] for line in lines[:-1])
    assert [line for line in failed if line.startswith("some")] == [
        "some.fails-and-crashes: 2 - second", "some.fails: 3 - third", "some: plain-fails",
    ]  # fmt: skip
    programs = {line.split(": ")[0]: line for line in failed if not line.startswith("some")}
    assert set(programs) == {"crashes", "fails-and-crashes", "hangs", "leaks", "plain-hangs", "stops"}
    assert "TIMEOUT" in programs["hangs"] and "TIMEOUT" in programs["plain-hangs"]
    assert "killed by signal 11" in programs["crashes"]
    assert "exit status 23" in programs["leaks"]
    # well 3, fails 2, hangs 1, crashes 1, leaks 3, stops 1, fails-and-crashes 1, plain 1
    assert lines[-1] == "13 passed, 9 failed"


def test_a_report_that_is_missing_or_empty_is_a_failure(reports, folder):
    shutil.copy(reports / "unit.xml", folder / "unit.xml")
    status, lines = count(folder / "unit.json")
    assert status == 1 and any(line.startswith("FAILED unit: no log") for line in lines)
    shutil.copy(reports / "unit.json", folder / "other.json")
    status, lines = count(folder / "other.json", folder / "run.xml")
    assert status == 1
    assert any(line.startswith("FAILED other: no report") for line in lines)
    assert any(line.startswith("FAILED run: no report") for line in lines)
    (folder / "run.xml").write_text("<testsuites/>")
    status, lines = count(folder / "run.xml")
    assert status == 1 and lines == ["FAILED run: its report has no test", "0 passed, 1 failed"]


def test_fewer_tests_than_there_are_is_a_failure(folder):
    (folder / "run.xml").write_text('<testsuite><testcase classname="a" name="b"/></testsuite>')
    (folder / "least").write_text("1\n")
    assert count("--least", folder / "least", folder / "run.xml") == (0, ["1 passed, 0 failed"])
    (folder / "least").write_text("2\n")
    status, lines = count("--least", folder / "least", folder / "run.xml")
    assert status == 1 and lines[-1] == "1 passed, 1 failed"
