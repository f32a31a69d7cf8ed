"""A run in which every thread has work, for the build with ThreadSanitizer; send and serve both."""

import pytest

from receiver import Receiver

pytestmark = pytest.mark.threads

FILES = 400


def test_many_files_and_a_few_large_ones_arrive(shoal, tree, folder):
    tree.many(FILES)
    for number in range(4):
        tree(f"large{number}", bytes([number]) * 2_000_000)
    with Receiver(into=folder / "into") as receiver:
        arguments = ["-F", "path={path}", "-F", "sum={sha256}", "-F", "file=@{file}", "-j", "16"]
        shoal.send(*arguments, tree, receiver.url).sent_all(FILES + 4)
        assert receiver.stored() == tree.files
