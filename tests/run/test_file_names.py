"""File names of all kinds, sent by the real program and parsed by other projects' parsers: Python's
`email` and aiohttp. (tests/unit/test_multipart.c uses libmicrohttpd's parser.)"""

import asyncio
import email.parser
import email.policy
import random
import re

import aiohttp
import pytest
from aiohttp.http_exceptions import InvalidHeader

FORM = ("-F", "path={path}", "-F", "file=@{file}")
LEGAL = [byte for byte in range(1, 256) if byte != ord("/")]
SPECIAL = b'""\r\n\r\n\\;%=:-- \t\'<>2D0A'
LONGEST_NAME = 255

# aiohttp rejects a header that contains one of these bytes.
REFUSED_BY_AIOHTTP = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
# With one of these in a quoted file name, aiohttp may drop all parameters of the header.
UNREAD_BY_AIOHTTP = set(b";\\%'")


def names_of_every_byte():
    """Each of the 254 legal bytes at the start, in the middle and at the end of a name."""
    for byte in LEGAL:
        one = bytes([byte])
        yield from (one + b"a-%d" % byte, b"b%d-" % byte + one + b"-b", b"c-%d-" % byte + one)


def random_names(count):
    """Names in which half of the bytes have a meaning in a header or delimiter."""
    dice = random.Random(4096)
    for number in range(count):
        start = b"%d-" % number
        length = dice.randrange(1, LONGEST_NAME - len(start))
        bytes_ = (dice.choice(dice.choice((LEGAL, SPECIAL))) for _ in range(length))
        yield start + bytes(bytes_)


def escaped(name):
    """A file name with the escapes of the WHATWG HTML standard."""
    return name.replace(b'"', b"%22").replace(b"\r", b"%0D").replace(b"\n", b"%0A")


class _Protocol:
    """The part of a connection that aiohttp's stream uses."""

    _reading_paused = False

    def pause_reading(self):
        pass

    def resume_reading(self):
        pass


async def read_with_aiohttp(body, kind):
    """Returns [(name, content)]."""
    stream = aiohttp.StreamReader(_Protocol(), 2**20, loop=asyncio.get_running_loop())
    stream.feed_data(body)
    stream.feed_eof()
    parts = []
    async for part in aiohttp.MultipartReader({"Content-Type": kind}, stream):
        parts.append((part.name, bytes(await part.read())))
    return parts


def read_with_email(body, kind):
    """Returns [(name, content)]."""
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(
        b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body
    )
    assert not message.defects
    return [
        (part.get_param("name", header="Content-Disposition"), part.get_payload(decode=True))
        for part in message.iter_parts()
    ]


async def check_records(records):
    for record in records:
        kind = record.header("Content-Type")[0]
        name = record.field("path")
        by_email = read_with_email(record.body, kind)
        assert by_email == [("path", name), ("file", b"content of " + name)], record.body
        if REFUSED_BY_AIOHTTP.search(record.parts[1].file_name):
            with pytest.raises(InvalidHeader):
                await read_with_aiohttp(record.body, kind)
            continue
        by_aiohttp = await read_with_aiohttp(record.body, kind)
        assert [content for _, content in by_aiohttp] == [name, b"content of " + name], record.body
        names = [part for part, _ in by_aiohttp]
        assert names[0] == "path", record.body
        assert names[1] == "file" or set(name) & UNREAD_BY_AIOHTTP, record.body


def check_names(shoal, tree, ledger, names):
    for name in names:
        tree(name, b"content of " + name)
    run = shoal.send(*FORM, tree, ledger.url).sent_all(len(names))
    assert run.paths("sent") == set(names)
    assert {record.field("path") for record in ledger.records} == set(names)
    for record in ledger.records:
        assert record.parts[1].file_name == escaped(record.field("path"))
    asyncio.run(check_records(ledger.records))


@pytest.mark.filterwarnings("ignore::aiohttp.multipart.BadContentDispositionHeader")
def test_every_legal_byte_at_every_place_reads_back(shoal, tree, ledger):
    names = list(names_of_every_byte())
    assert len(set(names)) == 254 * 3
    check_names(shoal, tree, ledger, names)


@pytest.mark.filterwarnings("ignore::aiohttp.multipart.BadContentDispositionHeader")
@pytest.mark.parametrize("count", [410, pytest.param(4096, marks=pytest.mark.soak)])
def test_random_names_read_back(shoal, tree, ledger, count):
    names = list(random_names(count))
    assert len(set(names)) == count
    check_names(shoal, tree, ledger, names)
