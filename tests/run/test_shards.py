"""--shard: every file is in exactly one shard, on every machine."""

import hashlib

import pytest

FORM = ("-F", "path={path}", "-F", "file=@{file}")


def shard_of(key, count):
    """The documented hash."""
    return 1 + int.from_bytes(hashlib.sha256(key).digest()[:8], "big") % count


def test_together_the_shards_send_every_file_once(shoal, tree, ledger):
    tree.many(60)
    for shard in range(1, 6):
        run = shoal.send(*FORM, "--shard", f"{shard}/5", tree, ledger.url).sent_all()
        assert run.events[0]["shard"] == f"{shard}/5"
        assert all(shard_of(path, 5) == shard for path in run.paths("sent"))
    assert sorted(ledger.keys) == sorted(tree.files)


def test_an_empty_shard_succeeds_and_an_empty_folder_does_not(shoal, tree, make_tree, ledger):
    tree("only")
    others = [shard for shard in range(1, 9) if shard != shard_of(b"only", 8)]
    run = shoal.send(*FORM, "--shard", f"{others[0]}/8", tree, ledger.url)
    assert run.status == 0 and run.end["found"] == 0 and f"{others[0]}/8" in run.text
    shoal.send(*FORM, "--shard", "1/8", make_tree("empty"), ledger.url, check_status=False).usage_error()


def test_groups_and_pairs_stay_together(shoal, tree, ledger):
    for number in range(12):
        for name in (f"d{number}/x.js", f"d{number}/x.js.map", f"d{number}/.y.min.js"):
            tree(name)
    serial = ("--serial-by", "{dir}")
    pairs = ("--include", "*.map", "-F", "path={path}", "-F", "code=@{folder}/{stem}", "-F", "map=@{file}")
    for options, key in (
        ((*FORM, *serial), lambda path: path[: path.rindex("/") + 1]),
        (pairs, lambda path: path.removesuffix(".js.map")),
    ):
        found = 0
        for shard in (1, 2, 3):
            run = shoal.send(*options, "--shard", f"{shard}/3", tree, ledger.url)
            found += run.end["found"]
            assert all(shard_of(key(path.decode()).encode(), 3) == shard for path in run.paths("sent"))
        assert found == (36 if options[0] == FORM[0] and "--serial-by" in options else 12)


SLURM = {"SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_MIN": "3", "SLURM_ARRAY_TASK_MAX": "11"}
SLURM |= {"SLURM_ARRAY_TASK_STEP": "2", "SLURM_ARRAY_TASK_COUNT": "5"}


@pytest.mark.parametrize(
    "env, shard",
    [
        (SLURM, "3/5"),
        ({"JOB_COMPLETION_INDEX": "0", "JOB_COMPLETIONS": "4"}, "1/4"),
        ({"AWS_BATCH_JOB_ARRAY_INDEX": "3", "AWS_BATCH_JOB_ARRAY_SIZE": "4"}, "4/4"),
        ({"CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "2"}, "2/2"),
    ],
)
def test_a_scheduler_says_which_shard_it_is(shoal, tree, ledger, env, shard):
    tree("a")
    run = shoal.send(*FORM, "--shard", "auto", tree, ledger.url, env=env)
    assert run.status == 0 and run.events[0]["shard"] == shard
    assert next(iter(env)) in run.text and f"shard {shard}" in run.text


@pytest.mark.parametrize(
    "env, word",
    [
        ({}, "SLURM_ARRAY_TASK_ID"),
        (SLURM | {"SLURM_ARRAY_TASK_MIN": "7", "SLURM_ARRAY_TASK_MAX": "7", "SLURM_ARRAY_TASK_COUNT": "1"}, "rerun"),
        (SLURM | {"SLURM_ARRAY_TASK_COUNT": "2"}, "rerun"),
        (SLURM | {"SLURM_ARRAY_TASK_ID": "8"}, "rerun"),
        ({"SLURM_ARRAY_TASK_ID": "1"}, "SLURM_ARRAY_TASK_MIN"),
        ({"JOB_COMPLETION_INDEX": "1"}, "JOB_COMPLETIONS"),
        ({"JOB_COMPLETIONS": "1"}, "JOB_COMPLETION_INDEX"),
        ({"AWS_BATCH_JOB_ARRAY_INDEX": "x", "AWS_BATCH_JOB_ARRAY_SIZE": "4"}, "'x'"),
        ({"CI_NODE_INDEX": "0", "CI_NODE_TOTAL": "4"}, "shard 0 of 4"),
        ({"CI_NODE_INDEX": "5", "CI_NODE_TOTAL": "4"}, "shard 5 of 4"),
    ],
)
def test_variables_that_do_not_say_it_are_an_error(shoal, tree, ledger, env, word):
    tree("a")
    shoal.send(*FORM, "--shard", "auto", tree, ledger.url, env=env).usage_error("--shard", word)


@pytest.mark.parametrize("text", ["0/4", "5/4", "1", "1/", "/4", "1/0", "a/b", "1/2/3", "-1/4", ""])
def test_a_shard_is_two_numbers(shoal, tree, ledger, text):
    tree("a")
    shoal.send(*FORM, "--shard", text, tree, ledger.url).usage_error("--shard")
