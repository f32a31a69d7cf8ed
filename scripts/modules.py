"""What the checks of the sources share: which files make up a module."""

import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCES = ROOT / "src"


def module_of(path):
    """The module of a file, by its path below src/ without the suffix: `io/body` for io/body.c and
    io/body.h. A folder's public header is one level up: io/walk/walk.c and io/walk.h are both
    `io/walk`.
    """
    path = pathlib.PurePosixPath(path).with_suffix("")
    above = path.parent
    if path.name == above.name and (SOURCES / above).with_suffix(".h").is_file():
        return above.as_posix()
    return path.as_posix()
