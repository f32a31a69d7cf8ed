"""Presigned uploads: a program that hands out URLs and a server that accepts nothing else.

    python3 presigned.py ORIGIN put|post < PATHS > LIST

Each URL is for one path, method and signed header, or, for post, for a form with a policy whose last field is the file.
"""

import base64
import hashlib
import hmac
import http.server
import json
import sys
import threading
import urllib.parse

try:
    from . import multipart
except ImportError:  # run as a program
    multipart = None

KEY = b"only the service knows it"


def sign(*parts):
    return hmac.new(KEY, "\n".join(parts).encode(), hashlib.sha256).hexdigest()


def put_url(origin, path):
    target = "/bucket/" + urllib.parse.quote(path)
    return f"{origin}{target}?X-Signature={sign('PUT', target)}&X-Expires=600"


def hand_out(origin, kind, path):
    """What the list has for one path."""
    if kind == "put":
        return {"path": path, "url": put_url(origin, path), "method": "PUT", "headers": {"x-signed": sign(path)}}
    policy = base64.b64encode(json.dumps({"key": path}).encode()).decode()
    fields = {"key": path, "policy": policy, "x-signature": sign("POST", policy), "success_action_status": "201"}
    return {"path": path, "url": f"{origin}/bucket?x-id=post", "fields": fields}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def finish_with(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def body(self):
        return self.rfile.read(int(self.headers["Content-Length"]))

    def do_PUT(self):
        body = self.body()
        target, _, query = self.path.partition("?")
        path = urllib.parse.unquote(target.removeprefix("/bucket/"))
        signature = urllib.parse.parse_qs(query).get("X-Signature", [""])[0]
        is_signed = signature == sign("PUT", target) and self.headers.get("x-signed", sign(path)) == sign(path)
        if is_signed:
            self.server.stored[path] = body
        self.finish_with(200 if is_signed else 403)

    def do_POST(self):
        parts = multipart.read(self.body(), self.headers["Content-Type"])
        names = [part.name.decode() for part in parts]
        values = {name: part.content for name, part in zip(names, parts)}
        policy = values.get("policy", b"").decode()
        in_order = names == ["key", "policy", "x-signature", "success_action_status", "file"]
        if in_order and values["x-signature"].decode() == sign("POST", policy):
            if json.loads(base64.b64decode(policy))["key"] == values["key"].decode():
                self.server.stored[values["key"].decode()] = values["file"]
                self.finish_with(201)
                return
        self.finish_with(403)


class Presigned:
    """The server; `stored` has what it accepted, by path."""

    def __enter__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.stored = self.server.stored = {}
        self.origin = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(hand_out(sys.argv[1], sys.argv[2], line.rstrip("\n"))))
