"""Runs commands, measures their time and memory, and starts the servers that they send to."""

import json
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAMS = pathlib.Path(os.environ.get("BENCH_PROGRAMS", ROOT / "build-bench" / "bench"))
SHOAL = os.environ.get("SHOAL", str(ROOT / "build-bench" / "shoal"))


class Void(Exception):
    """Why a row cannot be measured on this machine, or its measurement is invalid."""


class Took:
    """The cost of one run: seconds, and peak memory in bytes."""

    def __init__(self, record):
        self.began_us = record["began_us"]
        self.wall = record["wall_us"] / 1e6
        self.user = record["user_us"] / 1e6
        self.system = record["system_us"] / 1e6
        self.peak = record["peak_kib"] * 1024
        self.status = record["status"]

    @property
    def cpu(self):
        return self.user + self.system


def run(command):
    """Runs a command to its end; raises Void unless it exits with 0."""
    with tempfile.NamedTemporaryFile() as record, tempfile.TemporaryFile() as log:
        ended = subprocess.run(
            [PROGRAMS / "timed", record.name, *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            check=False,
        )
        text = pathlib.Path(record.name).read_text(encoding="utf-8")
        log.seek(max(0, log.seek(0, os.SEEK_END) - 300))
        said = log.read().decode(errors="replace").strip().splitlines()
    if ended.returncode != 0 or not text:
        raise Void(f"{command[0]} could not be run: {said[-1] if said else ''}")
    took = Took(json.loads(text))
    if took.status != 0:
        raise Void(f"{pathlib.Path(str(command[0])).name} ended with {took.status}: {said[-1] if said else ''}")
    return took


class Sink:
    """bench/sink.c. Listens on the Unix socket `path` if given, else on a loopback port."""

    def __init__(self, *options, path=None):
        where = f"unix:{path}" if path else "0"
        self.path = path
        self.process = subprocess.Popen(
            [PROGRAMS / "sink", "--listen", where, *map(str, options)], stdout=subprocess.PIPE, text=True
        )
        self.where = self.process.stdout.readline().strip()
        if not self.where:
            raise Void("the sink does not start")

    @property
    def host(self):
        return f"127.0.0.1:{self.where}"

    @property
    def url(self):
        return f"http://{self.host}/upload"

    def ask(self, what):
        """Returns its counts, by GET of /stat or /reset."""
        kind = socket.AF_UNIX if self.path else socket.AF_INET
        with socket.socket(kind, socket.SOCK_STREAM) as connection:
            connection.connect(str(self.path) if self.path else ("127.0.0.1", int(self.where)))
            connection.sendall(f"GET /{what} HTTP/1.1\r\nHost: sink\r\nConnection: close\r\n\r\n".encode())
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
        return json.loads(answer.split(b"\r\n\r\n", 1)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.process.stdout.close()


NGINX = """daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log warn;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {folder}/client;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    client_max_body_size 0;
    client_body_buffer_size 64k;
    keepalive_requests 10000000;
    upstream sink {{ server unix:{folder}/sink; keepalive 512; keepalive_requests 10000000; }}
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {folder}/cert.pem;
        ssl_certificate_key {folder}/key.pem;
        ssl_protocols TLSv1.2 TLSv1.3;
        location / {{
            proxy_pass http://sink;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_request_buffering off;
        }}
    }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_certificates(folder):
    """Makes a CA and a certificate for 127.0.0.1, both valid for a day."""
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n", encoding="utf-8")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    for command in (
        ["req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "1", "-subj", "/CN=bench CA"],
        ["req", *key, "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=127.0.0.1"],
        ["x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
         "-out", "cert.pem", "-days", "1", "-extfile", "names"],
    ):  # fmt: skip
        subprocess.run(["openssl", *command], cwd=folder, check=True, capture_output=True)


class Nginx:
    """nginx before a sink: nginx does TLS, the sink counts. One worker, because cores are few."""

    def __init__(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="shoal-bench-")
        folder = pathlib.Path(self.temporary.name)
        self.cacert = folder / "ca.pem"
        self.port = free_port()
        make_certificates(folder)
        self.sink = Sink(path=folder / "sink")
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=self.port), encoding="utf-8")
        path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
        try:
            self.process = subprocess.Popen(
                ["nginx", "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"],
                env={**os.environ, "PATH": path},
            )
        except OSError as error:
            self.sink.__exit__()
            raise Void(f"nginx: {error.strerror}") from error
        self.wait_until_it_listens()

    def wait_until_it_listens(self):
        while self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            try:
                self.process.wait(0.02)
            except subprocess.TimeoutExpired:
                pass
        self.sink.__exit__()
        raise Void("nginx does not start")

    @property
    def host(self):
        return f"127.0.0.1:{self.port}"

    @property
    def url(self):
        return f"https://{self.host}/upload"

    def ask(self, what):
        return self.sink.ask(what)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.sink.__exit__()
        self.temporary.cleanup()


class Contestant:
    """The runs of one program on one piece of work."""

    def __init__(self, name, command, files, size):
        self.name = name
        self.command = command
        self.files = files
        self.size = size  # bytes of all files
        self.runs = []
        self.counts = None  # of the last run

    def go(self, server):
        """Does one more run; raises Void if the server did not count what had to be sent."""
        server.ask("reset")
        took = run(self.command)
        counts = server.ask("stat")
        if counts["taken"] != self.files or counts["bad"] > 0 or counts["bytes"] < self.size:
            raise Void(f"{self.name}: the server counted {counts['taken']} of {self.files} files")
        self.counts = counts
        self.runs.append(took)
        return took

    def median(self, what):
        return statistics.median(getattr(took, what) for took in self.runs)

    @property
    def wall_each(self):
        """Wall time in microseconds per file."""
        return self.median("wall") / self.files * 1e6

    @property
    def cpu_each(self):
        return self.median("cpu") / self.files * 1e6


def in_turns(contestants, server, rounds):
    """Runs the contestants in turns (A B A B): the machine's speed drifts over time."""
    for _ in range(rounds):
        for contestant in contestants:
            contestant.go(server)
