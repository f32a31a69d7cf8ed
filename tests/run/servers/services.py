"""Stand-ins for the services that recipes send to. Each enforces what the service's documentation says
about a request: method, path, query, headers, parts in their order, credentials, size, and what it
answers. They know nothing of the recipes. A request that breaks the contract is answered with 400 and
recorded in `breaches`."""

import base64
import dataclasses
import hashlib
import json
import re
import urllib.parse

from . import s3
from .ledger import Answer, Ledger

MIB = 1024 * 1024


@dataclasses.dataclass
class Part:
    """A part of a form. `value` is what its text must match; None: it is a file's content."""

    name: str
    value: str | None = None
    optional: bool = False
    type: str | None = None
    file_name: str | None = None  # what it must match; None: the base name of some file


def bearer(record):
    value = (record.header("Authorization") or [""])[0]
    return value[7:] if value.startswith("Bearer ") else None


def basic(record):
    value = (record.header("Authorization") or [""])[0]
    return base64.b64decode(value[6:]).decode() if value.startswith("Basic ") else None


def header(name):
    return lambda record: (record.header(name) or [None])[0]


def field(name):
    return lambda record: (record.field(name) or b"").decode()


def parameter(name):
    return lambda record: dict(urllib.parse.parse_qsl(record.query)).get(name)


def signed_with(record, secret):
    """Whether the request has an AWS signature that this secret makes, for eu-west-1."""
    try:
        return s3.check({"AKID": (secret, None)}, record.method, record.target, record.headers, record.body) == (
            "eu-west-1",
            "s3",
        )
    except s3.Refused:
        return False


@dataclasses.dataclass
class Contract:
    """What one service asks of a request, and what it answers."""

    method: str
    path: str  # what the path of the request line must match, before any decoding
    credential: object = None  # returns the credential in a request
    parts: list | None = None  # None: the body is the file
    query: dict = dataclasses.field(default_factory=dict)  # the parameters, each with a pattern
    headers: dict = dataclasses.field(default_factory=dict)  # name -> pattern, or a function of the record
    is_signed: object = None  # in place of `credential`: whether the request is signed with a secret
    only_signed: bool = False  # no header but those of HTTP itself and of `headers`
    success: int = 200
    body: object = b"{}"  # of a success; bytes, or a function of the record
    denied: int = 401
    limit: int | None = None  # bytes of a file
    too_large: int = 413
    exists: tuple | None = None  # status and body if it has the file already
    one_at_a_time: bool = False
    limited: Answer = dataclasses.field(
        default_factory=lambda: Answer(status=429, headers={"Retry-After": "0"}, body=b"rate limit exceeded")
    )


def file_of(record):
    """The content of the file in a request: the body, or the part that has a file name and is no other's pair."""
    if not record.parts:
        return record.body
    files = [part for part in record.parts if part.file_name is not None]
    maps = [part for part in files if part.name in (b"sourceMap", b"source_map", b"sourcemap")]
    return (maps or files or record.parts)[-1].content


def sha(name):
    return lambda record: re.escape(hashlib.new(name, record.body).hexdigest())


def sum_base64(name):
    return lambda record: re.escape(base64.b64encode(hashlib.new(name, record.body).digest()).decode())


def accepted_artifact(record):
    return json.dumps({"checksums": {"sha256": record.sha256}}).encode()


URL = r"https://example\.com/[^ ]+\.js"  # of a script; a space in a path is %20
RAW_PATH = r"(?:[\w.~-]|%[0-9A-F]{2}|/)+"
RAW_NAME = r"(?:[\w.~-]|%[0-9A-F]{2})+"
MAP = r"[^/]+\.map"
SCRIPT = r"[^/]+\.js"
HTTP = {"host", "content-length", "user-agent", "accept", "accept-encoding", "connection"}  # headers of HTTP itself
SLOW_DOWN = Answer(status=503, headers={"Retry-After": "0"}, body=b"<Error><Code>SlowDown</Code></Error>")
SIGNED = {
    "x-amz-content-sha256": sha("sha256"), "x-amz-checksum-sha256": sum_base64("sha256"), "Content-Type": r".+/.+"
}  # fmt: skip

CONTRACTS = {
    "raygun-symbols": Contract(
        "POST", r"/upload/jssymbols/app1", parameter("authToken"),
        [Part("url", r"https://example\.com/[^ ]+\.js(?:\.map)?"), Part("file")],
        query={"authToken": r".+"},
    ),
    "raygun": Contract(
        "PUT", r"/v3/applications/app1/source-maps", bearer,
        [Part("uri", URL), Part("file", file_name=MAP)],
    ),
    "bugsnag": Contract(
        "POST", r"/sourcemap", field("apiKey"),
        [
            Part("apiKey", r".+"), Part("appVersion", r"1\.2\.3", optional=True), Part("minifiedUrl", URL),
            Part("sourceMap", file_name=MAP, type="application/json"),
            Part("minifiedFile", file_name=SCRIPT, optional=True, type="application/javascript"),
            Part("projectRoot", r".+", optional=True), Part("overwrite", r"true|false", optional=True),
        ],
        exists=(409, b"a source map was uploaded already"),
    ),
    "rollbar": Contract(
        "POST", r"/api/1/sourcemap", field("access_token"),
        [Part("access_token", r".+"), Part("version", r"1\.2\.3"), Part("minified_url", URL), Part("source_map")],
        body=b'{"err": 0, "result": {}}',
    ),
    "honeybadger": Contract(
        "POST", r"/v1/source_maps", field("api_key"),
        [
            Part("api_key", r".+"), Part("minified_url", URL), Part("revision", r"1\.2\.3", optional=True),
            Part("minified_file", file_name=SCRIPT), Part("source_map", file_name=MAP),
        ],
        success=201, limit=80 * MIB, too_large=400,
    ),
    "airbrake": Contract(
        "POST", r"/api/v4/projects/project1/sourcemaps", bearer,
        [Part("file"), Part("name", URL), Part("pattern", r".+", optional=True)],
    ),
    "appsignal": Contract(
        "POST", r"/api/sourcemaps", parameter("push_api_key"),
        [Part("name[]", URL), Part("revision", r"1\.2\.3"), Part("file")],
        query={"push_api_key": r".+", "app_name": r"project1", "environment": r"production"},
        success=201, denied=404, limit=100 * MIB,
    ),
    "newrelic": Contract(
        "POST", r"/v2/applications/app1/sourcemaps", header("Api-Key"),
        [
            Part("javascriptUrl", URL), Part("releaseName", r"project1", optional=True),
            Part("releaseId", r"1\.2\.3", optional=True), Part("buildCommit", r".+", optional=True),
            Part("sourcemap", file_name=MAP, type="application/json"),
        ],
        success=201, denied=403, exists=(409, b"it exists"),
    ),
    "datadog": Contract(
        "POST", r"/api/v2/srcmap", header("DD-API-KEY"),
        [
            Part("event", r"\{.+\}", type="application/json", file_name="event"),
            Part("source_map", file_name="source_map"), Part("minified_file", file_name="minified_file"),
            Part("repository", r".+", optional=True),
        ],
        success=202, denied=403, limit=500 * MIB,
    ),
    "elastic": Contract(
        "POST", r"/api/apm/sourcemaps", lambda record: header("Authorization")(record)[len("ApiKey ") :],
        [
            Part("service_name", r"project1"), Part("service_version", r"1\.2\.3"), Part("bundle_filepath", URL),
            Part("sourcemap"),
        ],
        headers={"kbn-xsrf": r".+", "Authorization": r"ApiKey .+"}, limit=MIB,
    ),
    "sentry-release-files": Contract(
        "POST", r"/api/0/projects/org1/project1/releases/1\.2\.3/files/", bearer,
        [Part("name", r"~/[^ ]+"), Part("dist", r".+", optional=True), Part("file")],
        success=201, exists=(409, b"File already exists"),
    ),
    "instabug": Contract(
        "POST", r"/api/sdk/v3/symbols_files", field("application_token"),
        [
            Part("symbols_file"), Part("application_token", r".+"), Part("os", r"android|ios"),
            Part("platform", r"\w+"), Part("app_version", r"1\.2\.3"),
        ],
    ),
    "backtrace": Contract(
        "POST", r"/post", parameter("token"),
        query={"format": r"sourcemap", "token": r".+", "project": r"project1"}, body=b'{"response": "ok"}', denied=403,
    ),
    "faro": Contract(
        "POST", r"/app/app1/sourcemaps/bundle1", bearer, headers={"Content-Type": r"application/json"},
        body=b"{}",
    ),
    "gitlab-generic": Contract(
        "PUT", rf"/api/v4/projects/group%2Fapp/packages/generic/app/1\.2\.3/{RAW_PATH}", header("PRIVATE-TOKEN"),
        success=201, one_at_a_time=True,
    ),
    "gitea-generic": Contract(
        "PUT", rf"/api/packages/org1/generic/app/1\.2\.3/{RAW_NAME}", basic, success=201, exists=(409, b"exists"),
    ),
    "nexus-raw": Contract(
        "PUT", rf"/repository/repo1/{RAW_PATH}", basic, success=201,
        exists=(400, b"Repository does not allow updating assets: repo1"),
    ),
    "artifactory": Contract(
        "PUT", rf"/artifactory/repo1/{RAW_PATH}", bearer,
        headers={"X-Checksum-Sha1": sha("sha1"), "X-Checksum-Sha256": sha("sha256")},
        success=201, body=accepted_artifact,
    ),
    "webdav": Contract("PUT", rf"/dav/{RAW_PATH}", basic, success=201, body=b""),
    "github-release": Contract(
        "POST", r"/repos/org1/project1/releases/7/assets", bearer,
        query={"name": r"[^/]+"}, headers={"Content-Type": r"[\w.+-]+/[\w.+-]+(?:;.*)?", "Content-Length": r"\d+"},
        success=201, exists=(422, b'{"errors": [{"code": "already_exists"}]}'),
        limited=Answer(status=403, headers={"Retry-After": "0"}, body=b"You have exceeded a secondary rate limit"),
    ),
    "azure-blob": Contract(
        "PUT", rf"/box/{RAW_PATH}", lambda record: record.query,
        query={"sv": r"2024-11-04", "sig": r".+"},
        headers={"x-ms-blob-type": r"BlockBlob", "Content-MD5": sum_base64("md5"), "Content-Type": r".+/.+"},
        success=201, body=b"", denied=403, exists=(409, b"<Error><Code>BlobAlreadyExists</Code></Error>"),
    ),
    "nextcloud": Contract(
        "PUT", rf"/remote\.php/dav/files/user1/{RAW_PATH}", basic,
        headers={"X-OC-Mtime": r"\d+", "X-NC-WebDAV-Auto-Mkcol": r"1"}, success=201, body=b"",
    ),
    "s3": Contract(
        "PUT", rf"/bucket1/{RAW_PATH}", is_signed=signed_with, headers=SIGNED, body=b"", denied=403,
        limit=5 * 1024 * MIB, too_large=400, limited=SLOW_DOWN,
    ),
    "s3-compatible": Contract(
        "PUT", rf"/bucket1/{RAW_PATH}", is_signed=signed_with, headers={**SIGNED, "Content-MD5": sum_base64("md5")},
        body=b"", denied=403, too_large=400, limited=SLOW_DOWN,
    ),
    "presigned": Contract(
        "PUT", rf"/bucket1/{RAW_PATH}", parameter("X-Amz-Signature"), only_signed=True,
        query={"X-Amz-Expires": r"\d+", "X-Amz-Signature": r".+"}, body=b"", denied=403, too_large=400,
        limited=SLOW_DOWN,
    ),
}  # fmt: skip


class Breach(Exception):
    """The request is not what the service takes."""


class Service(Ledger):
    """with Service("raygun", credential) as service: ... -s endpoint=service.origin ..."""

    def __init__(self, name, credential):
        super().__init__()
        self.contract = dataclasses.replace(CONTRACTS[name])
        self.wanted = credential
        self.breaches = []
        self.accepted_files = []  # the contents, in the order in which they came
        self.limit_request = None  # the number of the request, from 1, that the rate limit rejects
        self.default = self.respond

    def respond(self, record):
        contract = self.contract
        try:
            self.check_request(record)
        except Breach as breach:
            self.breaches.append(f"{record.method} {record.target}: {breach}")
            return Answer(status=400, body=str(breach).encode())
        if not self.has_credential(record):
            return Answer(status=contract.denied, body=b"the credential is not valid: " + record.target.encode())
        if self.limit_request == record.number + 1:
            return contract.limited
        if contract.limit is not None and len(file_of(record)) > contract.limit:
            return Answer(status=contract.too_large, body=b"the file is too large")
        content = file_of(record)
        if contract.exists and content in self.accepted_files:
            return Answer(status=contract.exists[0], body=contract.exists[1])
        self.accepted_files.append(content)
        body = contract.body(record) if callable(contract.body) else contract.body
        return Answer(status=contract.success, body=body, delay=0.01 if contract.one_at_a_time else 0)

    def has_credential(self, record):
        if self.contract.is_signed:
            return self.contract.is_signed(record, self.wanted)
        return self.contract.credential(record) == self.wanted

    def check_request(self, record):
        contract = self.contract
        if record.method != contract.method:
            raise Breach(f"method {record.method}")
        if not re.fullmatch(contract.path, record.target.partition("?")[0]):
            raise Breach(f"path {record.target}")
        self.check_query(record)
        for name, pattern in contract.headers.items():
            wanted = pattern(record) if callable(pattern) else pattern
            if len(record.header(name)) != 1 or not re.fullmatch(wanted, record.header(name)[0]):
                raise Breach(f"header {name}: {record.header(name)}")
        if contract.only_signed:
            others = {name.lower() for name, _ in record.headers} - HTTP - {name.lower() for name in contract.headers}
            if others:
                raise Breach(f"headers that were not signed: {others}")
        if contract.one_at_a_time and self.in_flight > 1:
            raise Breach(f"{self.in_flight} requests at the same time")
        if contract.parts is not None:
            self.check_parts(record)
        elif record.parts:
            raise Breach("a form, where the body must be the file")

    def check_query(self, record):
        given = urllib.parse.parse_qsl(record.query, keep_blank_values=True)
        if [name for name, _ in given] != list(self.contract.query):
            raise Breach(f"query {record.query}")
        for name, value in given:
            if not re.fullmatch(self.contract.query[name], value):
                raise Breach(f"query parameter {name}={value}")

    def check_parts(self, record):
        parts = list(record.parts)
        for wanted in self.contract.parts:
            if not parts or parts[0].name.decode() != wanted.name:
                if wanted.optional:
                    continue
                raise Breach(f"part {wanted.name} is missing, or not in its place: {[p.name for p in record.parts]}")
            self.check_part(parts.pop(0), wanted)
        if parts:
            raise Breach(f"part {parts[0].name.decode()} is unknown, or not in its place")

    def check_part(self, part, wanted):
        if wanted.type and (part.type or b"").decode() != wanted.type:
            raise Breach(f"part {wanted.name} has type {part.type}")
        if wanted.file_name and not re.fullmatch(wanted.file_name, (part.file_name or b"").decode()):
            raise Breach(f"part {wanted.name} has file name {part.file_name}")
        if wanted.value is None:
            if not part.content:
                raise Breach(f"part {wanted.name} is empty")
        elif not re.fullmatch(wanted.value, part.content.decode()):
            raise Breach(f"part {wanted.name} is {part.content!r}")
