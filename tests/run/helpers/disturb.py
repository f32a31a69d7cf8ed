"""disturb.py FOLDER SEED: changes the files of a folder at random until standard input ends.

Every state on the disk is whole, each of one letter: a file is replaced by rename, or written in
place by one write of its own length. Only a reader who is in the middle of it sees two letters."""

import os
import random
import select
import sys

SIZES = (10, 5000, 400_000, 3_000_000)


def main():
    folder, seed = sys.argv[1], sys.argv[2]
    dice = random.Random(int(seed))
    names = sorted(name for name in os.listdir(folder) if "." not in name)
    while not select.select([sys.stdin], [], [], 0.001)[0]:
        path = os.path.join(folder, dice.choice(names))
        letter = bytes([dice.randrange(97, 123)])
        if dice.random() < 0.2:
            with open(f"{path}.{seed}", "wb") as file:
                file.write(letter * dice.choice(SIZES))
            os.rename(f"{path}.{seed}", path)
        else:
            descriptor = os.open(path, os.O_WRONLY)
            os.pwrite(descriptor, letter * os.fstat(descriptor).st_size, 0)
            os.close(descriptor)


main()
