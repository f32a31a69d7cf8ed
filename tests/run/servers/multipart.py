"""A strict parser of multipart/form-data (RFC 7578), to check requests byte by byte."""

import dataclasses
import hashlib
import re

BOUNDARY = re.compile(r"^multipart/form-data; ?boundary=\"?([0-9A-Za-z'()+_,./:=?-]{1,70})\"?$")
DISPOSITION = re.compile(
    rb'^Content-Disposition: form-data; name="([^"\r\n]*)"(?:; filename="([^"\r\n]*)")?$'
)
TYPE = re.compile(rb"^Content-Type: ([^\r\n]+)$")


@dataclasses.dataclass
class Part:
    name: bytes
    file_name: bytes | None
    type: bytes | None
    content: bytes

    @property
    def sha256(self):
        return hashlib.sha256(self.content).hexdigest()


class Malformed(ValueError):
    """The body violates the RFC."""


def boundary_of(content_type):
    match = BOUNDARY.match(content_type)
    if not match:
        raise Malformed(f"Content-Type: {content_type}")
    return match[1]


def read_part(text):
    head, blank, content = text.partition(b"\r\n\r\n")
    if not blank:
        raise Malformed(f"a part without a blank line: {text[:200]!r}")
    lines = head.split(b"\r\n")
    disposition = DISPOSITION.match(lines[0])
    if not disposition:
        raise Malformed(f"{lines[0]!r}")
    kind = None
    for line in lines[1:]:
        match = TYPE.match(line)
        if not match:
            raise Malformed(f"{line!r}")
        kind = match[1]
    return Part(disposition[1], disposition[2], kind, content)


def read(body, content_type):
    """The parts of `body` in their order. Nothing may precede the first or follow the last."""
    delimiter = b"--" + boundary_of(content_type).encode()
    if not body.startswith(delimiter + b"\r\n"):
        raise Malformed(f"does not begin with its boundary: {body[:100]!r}")
    if not body.endswith(b"\r\n" + delimiter + b"--\r\n"):
        raise Malformed(f"does not end with its boundary: {body[-100:]!r}")
    inner = body[len(delimiter) + 2 : -len(delimiter) - 6]
    return [read_part(text) for text in inner.split(b"\r\n" + delimiter + b"\r\n")]
