"""The GitHub Action and the GitLab CI template of contrib/: their own shell steps, run against a server."""

import os
import re
import subprocess

import pytest
import yaml
from harness import CHECKOUT, HANG, binary_path

ACTION = CHECKOUT / "contrib" / "github-action"
TEMPLATE = CHECKOUT / "contrib" / "gitlab" / "shoal.gitlab-ci.yml"
FORM = "-F\npath={path}\n-F\nfile=@{file}\n"


@pytest.fixture
def environment(folder):
    """The environment of a job whose PATH has shoal."""
    programs = folder / "bin"
    programs.mkdir()
    (programs / "shoal").symlink_to(binary_path())
    return {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "HOME": str(folder),
        "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", ""),
        "CI": "true",
    }


def run_script(folder, text, environment, shell=("bash", "--noprofile", "--norc", "-eo", "pipefail")):
    script = folder / "script.sh"
    script.write_text(text)
    return subprocess.run(
        [*shell, str(script)], cwd=folder, env=environment, capture_output=True, text=True, timeout=HANG
    )


class Action:
    """Runs the steps of the action as a runner does."""

    def __init__(self, folder, environment):
        self.folder = folder
        self.action = yaml.safe_load((ACTION / "action.yml").read_text())
        self.output = folder / "output"
        self.environment = {
            **environment,
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ACTION),
            "GITHUB_OUTPUT": str(self.output),
            "GITHUB_PATH": str(folder / "path"),
            "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
            "RUNNER_TEMP": str(folder),
        }

    def run(self, **inputs):
        declared = self.action["inputs"]
        assert set(inputs) <= set(declared)
        values = {name: inputs.get(name, entry.get("default", "")) for name, entry in declared.items()}
        for step in self.action["runs"]["steps"]:
            assert step["shell"] == "bash" and "${{" not in step["run"], "an input in a script is run as part of it"
            variables = {
                name: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda match: values[match[1]], text)
                for name, text in step.get("env", {}).items()
            }
            done = run_script(self.folder, step["run"], {**self.environment, **variables})
            if done.returncode != 0:
                break
        return done

    def outputs(self):
        """The outputs of the action, by what its steps wrote."""
        written = dict(line.split("=", 1) for line in self.output.read_text().splitlines())
        return {
            name: written[re.fullmatch(r"\$\{\{ steps\.upload\.outputs\.(\w+) \}\}", entry["value"])[1]]
            for name, entry in self.action["outputs"].items()
        }


@pytest.fixture
def action(folder, environment):
    return Action(folder, environment)


def test_the_action_uploads_and_sets_its_outputs(action, tree, ledger, folder):
    tree("a b/c", b"1")
    tree("$(touch x)", b"2")
    done = action.run(
        paths=f"{tree}\n", url=f"{ledger.url}/up?t={{token}}", set="token=env:TOKEN\n", options=FORM
    )
    assert done.returncode == 2, "the variable is not there"
    action.environment["TOKEN"] = "sesame"
    done = action.run(paths=f"{tree}\n", url=f"{ledger.url}/up?t={{token}}", set="token=env:TOKEN\n", options=FORM)
    assert done.returncode == 0, done.stderr
    assert sorted(record.field("path") for record in ledger.records) == [b"$(touch x)", b"a b/c"]
    assert "sesame" not in done.stdout + done.stderr
    assert action.outputs()["status"] == "0"
    assert '"event":"end"' in (folder / "shoal-events.jsonl").read_text()
    assert (folder / "summary.md").read_text()


def test_the_action_fails_with_the_status_of_shoal(action, tree, ledger, folder):
    tree("a")
    ledger.always(status=403)
    events = folder / "mine.jsonl"
    done = action.run(paths=str(tree), url=ledger.url, options=FORM, events=str(events))
    assert done.returncode == 1
    assert action.outputs() == {"status": "1", "events": str(events)}
    assert events.exists() and "::error" in done.stdout + done.stderr


class Job:
    """Runs a job that extends the template, as a runner does: before_script and script in one shell."""

    def __init__(self, folder, environment):
        self.folder = folder
        self.job = yaml.safe_load(TEMPLATE.read_text())[".shoal"]
        self.environment = {**environment, "GITLAB_CI": "true", "CI_JOB_ID": "1", "CI_PROJECT_DIR": str(folder)}

    def run(self, *shell, **variables):
        assert set(variables) <= set(self.job["variables"])
        text = "\n".join([*self.job["before_script"], *self.job["script"]])
        return run_script(self.folder, text, {**self.environment, **self.job["variables"], **variables}, shell)


@pytest.fixture
def job(folder, environment):
    return Job(folder, environment)


@pytest.mark.parametrize("shell", [("bash", "-eo", "pipefail"), ("sh", "-e")], ids=lambda shell: shell[0])
def test_the_job_uploads_and_leaves_its_artifacts(job, tree, make_tree, ledger, folder, shell):
    tree("a b/c", b"1")
    other = make_tree("*")
    other("d", b"2")
    done = job.run(*shell, SHOAL_PATHS=f"{tree}\n{other}\n", SHOAL_URL=ledger.url, SHOAL_OPTIONS=FORM)
    assert done.returncode == 0, done.stderr
    assert sorted(record.field("path") for record in ledger.records) == [b"*/d", b"tree/a b/c"]
    for name in (*job.job["artifacts"]["paths"], job.job["artifacts"]["reports"]["junit"]):
        assert (folder / name).stat().st_size > 0


def test_the_job_is_retried_only_for_temporary_failures(job, tree, ledger):
    tree("a")
    ledger.always(status=500)
    given = {"SHOAL_PATHS": str(tree), "SHOAL_URL": ledger.url, "SHOAL_OPTIONS": FORM + "--retries\n0\n"}
    done = job.run("bash", "-eo", "pipefail", **given)
    assert done.returncode == job.job["retry"]["exit_codes"] == 75
    ledger.always(status=403)
    assert job.run("bash", "-eo", "pipefail", **given).returncode == 1


def test_a_job_without_shoal_says_so(job):
    (job.folder / "bin" / "shoal").unlink()
    job.environment["PATH"] = f"{job.folder}/bin"
    os.symlink("/bin/sh", job.folder / "bin" / "sh")
    done = job.run("/bin/sh", "-e", SHOAL_PATHS="x")
    assert done.returncode == 1 and "has no shoal" in done.stderr
