"""A server that verifies AWS Signature Version 4 with botocore, body included, as Amazon S3 does.

    with S3(keys={"AKID": "secret"}) as s3: ... s3.url, s3.stored
"""

import hashlib
import http.server
import re
import threading

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, "
    r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})"
)
MUST_BE_SIGNED = re.compile(r"host|content-type|content-md5|x-amz-.*")


class Refused(Exception):
    """The request is not what was signed."""


def check(keys, method, target, headers, body):
    """Recomputes the signature; returns the scope. `keys`: key ID -> (secret, session token or None)."""
    headers = {name.lower(): value for name, value in headers}
    match = AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if not match:
        raise Refused("AccessDenied")
    key, date, region, service, signed, signature = match.groups()
    if key not in keys:
        raise Refused("InvalidAccessKeyId")
    secret, token = keys[key]
    if headers.get("x-amz-security-token") != token:
        raise Refused("InvalidToken")
    names = signed.split(";")
    if names != sorted(names) or [n for n in headers if MUST_BE_SIGNED.fullmatch(n) and n not in names]:
        raise Refused("AccessDenied")
    if not headers["x-amz-date"].startswith(date):
        raise Refused("AccessDenied")
    payload = headers.get("x-amz-content-sha256")
    if payload != "UNSIGNED-PAYLOAD" and payload != hashlib.sha256(body).hexdigest():
        raise Refused("XAmzContentSHA256Mismatch")
    auth = (S3SigV4Auth if service == "s3" else SigV4Auth)(Credentials(key, secret), service, region)
    request = AWSRequest(method, f"http://{headers['host']}{target}")
    for name in names:
        request.headers[name] = headers[name]
    request.context["timestamp"] = headers["x-amz-date"]
    canonical = auth.canonical_request(request)
    if auth.signature(auth.string_to_sign(request, canonical), request) != signature:
        raise Refused("SignatureDoesNotMatch")
    return region, service


class Handler(http.server.BaseHTTPRequestHandler):
    """Stores what is signed as it should be."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def respond(self, status, text, headers=()):
        body = text.encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_upload(self):
        owner = self.server.owner
        body = self.rfile.read(int(self.headers["Content-Length"]))
        owner.heads.append((self.path, dict(self.headers.items())))
        if owner.tamper:
            body = owner.tamper(self, body)
        try:
            owner.scopes.append(check(owner.keys, self.command, self.path, self.headers.items(), body))
        except Refused as refused:
            self.respond(403, f"<Error><Code>{refused}</Code><Message>{refused}</Message></Error>")
            return
        owner.stored[self.path] = body
        self.respond(200, "", [("ETag", f'"{hashlib.md5(body).hexdigest()}"')])

    do_PUT = do_POST = handle_upload


class S3:
    """The server; `tamper(handler, body)` may change a request before it is verified."""

    def __init__(self, keys, tamper=None):
        self.keys = {key: value if isinstance(value, tuple) else (value, None) for key, value in keys.items()}
        self.tamper = tamper
        self.stored = {}
        self.heads = []
        self.scopes = []
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.owner = self
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/bucket/"

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
