"""The commands of shoal and of the programs that it is compared with."""

import os
import pathlib
import sys

import measure

HERE = pathlib.Path(__file__).resolve().parent


class Work:
    """The files to send: their folder, their paths and their size."""

    def __init__(self, folder, paths, scratch):
        self.folder = folder
        self.paths = paths
        self.size = sum(os.path.getsize(path) for path in paths)
        self.scratch = scratch
        self.list = self.write("list", "".join(path + "\n" for path in paths))

    def write(self, name, text):
        path = self.scratch / f"{name}-{self.folder.name}-{len(self.paths)}"
        path.write_text(text, encoding="utf-8")
        return path

    def contestant(self, name, command):
        return measure.Contestant(name, command, len(self.paths), self.size)


def shoal(work, server, *options, operands=None, name="shoal"):
    """shoal with these options. Without `operands`, it sends the whole folder."""
    trust = ["--cacert", server.cacert] if hasattr(server, "cacert") else []
    command = [measure.SHOAL, "send", "-q", *trust, *options, *(operands or [work.folder]), server.url]
    return work.contestant(name, command)


def before(work, server, *options, operands=None):
    """Another version of shoal beside ours: a list with it if BENCH_BEFORE names its program, else an empty one."""
    program = os.environ.get("BENCH_BEFORE")
    if not program:
        return []
    trust = ["--cacert", server.cacert] if hasattr(server, "cacert") else []
    command = [program, "send", "-q", *trust, *options, *(operands or [work.folder]), server.url]
    return [work.contestant("shoal before", command)]


def floor(work, server, at_once):
    trust = ["--cacert", server.cacert] if hasattr(server, "cacert") else []
    command = [measure.PROGRAMS / "floor", "-j", at_once, *trust, work.list, server.host]
    return work.contestant("floor", command)


def curl_parallel(work, server, at_once):
    """One curl with a generated options file that lists every file."""
    trust = f'cacert = "{server.cacert}"\n' if hasattr(server, "cacert") else ""
    each = 'url = "{}"\nform = "file=@{}"\noutput = "/dev/null"\nsilent\nfail\n{}'
    text = "next\n".join(each.format(server.url, path, trust) for path in work.paths)
    options = work.write("curl", text)
    return work.contestant(
        "curl --parallel", ["curl", "--parallel", "--parallel-max", at_once, "--config", options]
    )


def xargs_curl(work, server):
    each = ["curl", "-s", "-f", "-o", "/dev/null", "-F", "file=@{}", server.url]
    return work.contestant("xargs -P 8 curl", ["xargs", "-a", work.list, "-P", "8", "-I", "{}", *each])


def aiohttp(work, server, at_once, session_each=False):
    name = "aiohttp, one session per file" if session_each else "aiohttp, one session"
    flags = ["--session-each"] if session_each else []
    return work.contestant(
        name, [sys.executable, HERE / "peer_aiohttp.py", *flags, at_once, work.list, server.url]
    )


def requests(work, server):
    return work.contestant("requests in a loop", [sys.executable, HERE / "peer_requests.py", work.list, server.url])
