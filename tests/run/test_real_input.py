"""Real input: the npm package rxjs, byte for byte, as other clients send it. Without a network, files of
this machine take its place."""

import asyncio
import itertools
import json
import os
import pathlib
import re
import subprocess
import tarfile
import warnings

import aiohttp
import pytest
import requests

from harness import HANG
from servers.ledger import Ledger
from servers.nginx import Nginx
from servers.raw import wait_until

PACKAGE = "rxjs@7.8.1"
HOST = "https://example.com/"


@pytest.fixture(scope="session")
def rxjs(cache, shared_folder):
    """The package's dist/ folder, or as many files of this machine."""
    unpacked = cache / PACKAGE
    if not (unpacked / "package" / "dist").is_dir():
        try:
            fetch(cache / "packed", unpacked)
        except (OSError, subprocess.SubprocessError) as error:
            warnings.warn(f"{PACKAGE} cannot be fetched ({error}): files of this machine are sent", stacklevel=1)
            return copy_from_system(shared_folder / "files")
    return unpacked / "package" / "dist"


def fetch(packed, unpacked):
    packed.mkdir(exist_ok=True)
    command = ["npm", "pack", "--silent", "--fetch-retries=0", "--pack-destination", str(packed), PACKAGE]
    subprocess.run(command, check=True, capture_output=True, timeout=HANG)
    (archive,) = packed.glob("rxjs-*.tgz")
    with tarfile.open(archive) as tar:
        tar.extractall(unpacked)
    archive.unlink()


def copy_from_system(target):
    """Copies 2,500 files that other programs brought."""
    sources = (path for folder in ("/usr/lib/python3", "/usr/include", "/usr/lib/python3.11", "/usr/share")
               for path in sorted(pathlib.Path(folder).rglob("*")))  # fmt: skip
    regular = (path for path in sources if path.is_file() and not path.is_symlink())
    small = (path for path in regular if path.stat().st_size < 200_000)
    for path in itertools.islice(small, 2500):
        copy = target / path.relative_to("/usr")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    return target


@pytest.fixture(scope="session")
def files(rxjs):
    """{path: file} of everything below it."""
    found = {
        path.relative_to(rxjs).as_posix(): path for path in rxjs.rglob("*") if path.is_file()
    }
    assert len(found) > 2000
    return found


def received(ledger, names):
    """What arrived of these files: for each its parts' names, file names and digests, in order."""
    urls = {(HOST + name).encode() for name in names}
    return sorted(
        tuple((part.name, part.file_name, part.sha256) for part in record.parts)
        for record in ledger.records
        if record.field("url") in urls
    )


def send_with_requests(files, url):
    with requests.Session() as session:
        for name, path in files.items():
            with open(path, "rb") as file:
                answer = session.post(
                    url, data={"url": HOST + name}, files={"file": (path.name, file)}
                )
            assert answer.status_code == 200


def send_with_aiohttp(files, url):
    async def send_one(session, limit, name, path):
        async with limit:
            form = aiohttp.FormData()
            form.add_field("url", HOST + name)
            form.add_field("file", path.read_bytes(), filename=path.name)
            async with session.post(url, data=form) as answer:
                assert answer.status == 200

    async def send_all():
        limit = asyncio.Semaphore(16)
        async with aiohttp.ClientSession() as session:
            await asyncio.gather(
                *(send_one(session, limit, name, path) for name, path in files.items())
            )

    asyncio.run(send_all())


def test_the_package_arrives_as_requests_and_aiohttp_send_it(shoal, rxjs, files, ledger):
    run = shoal.send("-F", f"url={HOST}{{path}}", "-F", "file=@{file}", rxjs, ledger.url)
    run.sent_all(len(files))
    # The other clients are slow: every eighth file is enough to see what they write.
    some = dict(sorted(files.items())[::8])
    ours = received(ledger, some)
    with Ledger(parse=True) as other:
        send_with_requests(some, other.url)
        theirs = received_loosely(other)
    assert ours == theirs
    with Ledger(parse=False) as other:
        send_with_aiohttp(some, other.url)
        theirs = received_loosely(other)
    assert ours == theirs
    arrived = {record.field("url")[len(HOST) :].decode(): record for record in ledger.records}
    assert set(arrived) == set(files)
    for name, path in files.items():
        assert arrived[name].field("file") == path.read_bytes()


def received_loosely(ledger):
    """As received(), read with Python's email parser: other clients write more headers."""
    import email.parser
    import email.policy
    import hashlib

    result = []
    for record in ledger.records:
        kind = record.header("Content-Type")[0].encode()
        message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(
            b"Content-Type: " + kind + b"\r\n\r\n" + record.body
        )
        parts = []
        for part in message.iter_parts():
            name = part.get_param("name", header="Content-Disposition").encode()
            file_name = part.get_filename()
            digest = hashlib.sha256(part.get_payload(decode=True)).hexdigest()
            parts.append((name, file_name.encode() if file_name else None, digest))
        result.append(tuple(parts))
    return sorted(result)


class Receiver:
    """`shoal serve --into DIR`, started and ended by the test."""

    def __init__(self, shoal, into):
        self.output = into.parent / "receiver.out"
        with open(self.output, "wb") as output:
            self.process = subprocess.Popen(
                [str(shoal.binary), "serve", "--into", str(into)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=shoal.environment(None),
            )
        wait_until(lambda: b"http://" in self.output.read_bytes())
        self.origin = re.search(r"http://\S+:\d+", self.output.read_text())[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(HANG)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


def contents(folder):
    folder = pathlib.Path(folder)
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_package_arrives_at_shoal_serve(shoal, rxjs, folder):
    into = folder / "received"
    into.mkdir()
    with Receiver(shoal, into) as receiver:
        run = shoal.send(
            "-F", f"url={HOST}{{path}}", "-F", "path={path}", "-F", "file=@{file}", rxjs,
            receiver.origin + "/upload",
        )  # fmt: skip
        run.sent_all(len(contents(rxjs)))
    assert contents(into) == contents(rxjs)
    for event in run.files[:50]:
        assert isinstance(json.loads(event["response"]), dict)


def test_the_package_arrives_at_shoal_serve_by_put(shoal, rxjs, folder):
    into = folder / "received"
    into.mkdir()
    with Receiver(shoal, into) as receiver:
        shoal.send("-T", rxjs, receiver.origin + "/").sent_all(len(contents(rxjs)))
    assert contents(into) == contents(rxjs)


def test_nginx_takes_the_package_by_put_over_tls(shoal, rxjs, folder, certificates):
    certificate, key = certificates.server()
    os.umask(0o022)
    with Nginx(folder / "nginx", certificate, key) as server:
        run = shoal.send("-T", "--cacert", certificates.ca, rxjs, server.origin + "/a/b/")
        run.sent_all(len(contents(rxjs)))
        assert contents(server.root / "a" / "b") == contents(rxjs)
        again = shoal.send("-T", "--cacert", certificates.ca, rxjs, server.origin + "/a/b/")
        assert {event["status"] for event in again.files} == {204}
