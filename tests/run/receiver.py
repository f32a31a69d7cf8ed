"""Runs `shoal serve` and talks to it, by `requests` or byte by byte."""

import http.client
import json
import pathlib
import queue
import re
import signal
import socket
import struct
import subprocess
import threading
import time
import urllib.parse

from harness import HANG, SANITIZER, binary_path


def form(*parts, boundary="b0undary"):
    """A multipart body of (headers, content) pairs, both in bytes."""
    edge = b"--" + boundary.encode()
    body = b"".join(edge + b"\r\n" + head + b"\r\n\r\n" + content + b"\r\n" for head, content in parts)
    return body + edge + b"--\r\n"


def field(name, value):
    return b'Content-Disposition: form-data; name="%s"' % name, value


def file_part(content, file_name=b"f.bin", name=b"file"):
    return b'Content-Disposition: form-data; name="%s"; filename="%s"' % (name, file_name), content


def head(method="POST", target="/", length=None, boundary="b0undary", *more):
    """The head of a request in bytes; of a form if there is a boundary."""
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", *more]
    if boundary:
        lines.append(f"Content-Type: multipart/form-data; boundary={boundary}")
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Connection:
    """A connection that sends any bytes."""

    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port), timeout=HANG)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, *data):
        for piece in data:
            self.socket.sendall(piece)
        return self

    def post(self, body, target="/", **headers):
        return self.send(head(target=target, length=len(body), **headers), body)

    def put(self, content, target):
        return self.send(head("PUT", target, len(content), None), content)

    def answer(self, method="POST"):
        """Reads one response: an object with status, headers, text and json."""
        response = http.client.HTTPResponse(self.socket, method=method)
        response.begin()
        response.text = response.read().decode()
        response.json = json.loads(response.text) if response.text else None
        return response

    def rest(self):
        """Reads up to the end of the connection; a reset raises ConnectionResetError."""
        got = b""
        while piece := self.socket.recv(65536):
            got += piece
        return got

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Receiver:
    """A running `shoal serve --json`. `into` is the folder for the files, or None."""

    def __init__(self, *arguments, into=None, prefix=(), **popen):
        self.into = None if into is None else pathlib.Path(into)
        command = [*prefix, str(binary_path()), "serve", "--json", *arguments]
        if into is not None:
            command += ["--into", str(into)]
        self.popen = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **popen
        )
        self.lines = queue.Queue()
        self.seen = []
        self.end = None
        threading.Thread(target=self._read, daemon=True).start()
        self.url = self.wait_event("listening")["url"]
        parts = urllib.parse.urlsplit(self.url)
        self.host, self.port = parts.hostname, parts.port

    def _read(self):
        for line in self.popen.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def wait_event(self, kind="request"):
        """Returns the next event of that kind."""
        while True:
            line = self.lines.get(timeout=HANG)
            assert line is not None, self.popen.stderr.read()
            event = json.loads(line)
            self.seen.append(event)
            if event["event"] == kind:
                return event

    def connect(self):
        return Connection(self.host, self.port)

    def answer(self, data, method="POST"):
        """Sends bytes on a new connection and returns the response."""
        with self.connect() as connection:
            return connection.send(data).answer(method)

    def post(self, *parts, target="/"):
        body = form(*parts)
        return self.answer(head(target=target, length=len(body)) + body)

    def put(self, content, target):
        return self.answer(head("PUT", target, len(content), None) + content, "PUT")

    def totals(self):
        return self.answer(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET").json

    def stored(self):
        """All files below the folder, temporaries too: path -> content."""
        paths = (path for path in self.into.rglob("*") if not path.is_dir() or path.is_symlink())
        return {str(path.relative_to(self.into)): path.read_bytes() for path in paths}

    def temporaries(self):
        found = subprocess.run(["find", str(self.into), "-name", ".shoal-*.part"], capture_output=True)
        return [pathlib.Path(line) for line in found.stdout.decode().splitlines()]

    def wait_for_temporary(self, size):
        """Waits until a temporary has `size` bytes, and returns its path."""
        until = time.monotonic() + HANG
        while time.monotonic() < until:
            for path in self.temporaries():
                try:
                    if path.stat().st_size >= size:
                        return path
                except FileNotFoundError:
                    continue
            threading.Event().wait(0.005)
        raise AssertionError(f"no temporary of {size} bytes in {self.into}")

    def peak_memory(self):
        """In KiB."""
        status = pathlib.Path(f"/proc/{self.popen.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1])

    def stop(self, number=signal.SIGINT):
        """Stops it by a signal and returns its last event. It must exit with 0 and an empty stderr."""
        if self.end is None:
            if self.popen.poll() is None:
                self.popen.send_signal(number)
            status = self.popen.wait(HANG)
            errors = self.popen.stderr.read()
            assert not SANITIZER.search(errors), errors
            assert (status, errors) == (0, b""), (status, errors)
            self.end = self.wait_event("end")
        return self.end

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            self.popen.kill()
            self.popen.wait()
            return
        self.stop()
        if self.into is not None:
            assert self.temporaries() == []
