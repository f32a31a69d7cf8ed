"""An aiohttp server that records every request, and responds as a test scripts it."""

import asyncio
import collections
import dataclasses
import hashlib
import threading
import time
import urllib.parse

from aiohttp import web

from harness import HANG

from . import multipart


@dataclasses.dataclass
class Answer:
    """What the server does with a request after reading all of it."""

    status: int = 200
    body: bytes = b'{"ok":true}'
    headers: dict = dataclasses.field(default_factory=dict)
    delay: float = 0
    drop: bool = False  # accept the request, then close the connection without a response
    wait: threading.Event | None = None  # respond only once it is set


@dataclasses.dataclass
class Record:
    number: int
    at: float
    connection: tuple
    method: str
    target: str  # as in the request line
    headers: list  # (name, value) in their order
    body: bytes
    length: int
    parts: list
    key: str = ""
    attempt: int = 1
    answer: Answer | None = None

    @property
    def path(self):
        return urllib.parse.unquote(self.target.partition("?")[0], errors="surrogateescape")

    @property
    def query(self):
        return self.target.partition("?")[2]

    @property
    def sha256(self):
        return hashlib.sha256(self.body).hexdigest()

    def header(self, name):
        """The values of a header, in their order."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def field(self, name):
        """The content of the first part with that name, or None."""
        for part in self.parts:
            if part.name == name.encode():
                return part.content
        return None


def default_key(record):
    """What identifies a file: the field `path`, else a file name, else the URL's path."""
    path = record.field("path")
    if path is not None:
        return path.decode(errors="surrogateescape")
    for part in record.parts:
        if part.file_name is not None:
            return part.file_name.decode(errors="surrogateescape")
    return record.path


class Ledger:
    """with Ledger() as ledger: ... ledger.url, ledger.records."""

    def __init__(self, ssl_context=None, host="127.0.0.1", parse=True):
        self.ssl_context = ssl_context
        self.host = host
        self.parse = parse
        self.records = []
        self.connections = set()
        self.scripts = collections.defaultdict(list)
        self.default = lambda record: Answer()
        self.malformed = []
        self.in_flight = 0
        self.most_in_flight = 0
        self.arrived = threading.Condition()
        self._attempts = collections.Counter()
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    # --- what a test uses

    def script(self, key, *answers):
        """Sets the responses to the attempts of the file `key`, in their order; the last one repeats."""
        self.scripts[key] = list(answers)

    def always(self, **answer):
        self.default = lambda record: Answer(**answer)

    def of(self, key):
        return [record for record in list(self.records) if record.key == key]

    @property
    def keys(self):
        return [record.key for record in list(self.records)]

    @property
    def accepted(self):
        """A counter of the accepted keys, including those whose response was dropped."""
        return collections.Counter(
            record.key for record in list(self.records) if record.answer.status < 300
        )

    def wait_requests(self, count, timeout=HANG):
        """Waits until that many requests have arrived completely."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.records) >= count, timeout), (
                f"{len(self.records)} of {count} requests came"
            )

    # --- how it works

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(HANG)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        assert not self.malformed, self.malformed[:3]

    def _run(self):
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self):
        self._stop = asyncio.Event()
        server = web.Server(self._handle, access_log=None)
        runner = web.ServerRunner(server)
        await runner.setup()
        site = web.TCPSite(
            runner, self.host, 0, ssl_context=self.ssl_context, backlog=512, shutdown_timeout=0.1
        )
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]
        scheme = "https" if self.ssl_context else "http"
        shown = f"[{self.host}]" if ":" in self.host else self.host
        self.origin = f"{scheme}://{shown}:{self.port}"
        self.url = f"{self.origin}/upload"
        self._ready.set()
        await self._stop.wait()
        for connection in list(server.connections):
            connection.force_close()
            if connection.transport:
                connection.transport.abort()
        await runner.cleanup()

    async def _handle(self, request):
        self.connections.add(request.transport.get_extra_info("peername"))
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            return await self._take(request)
        finally:
            self.in_flight -= 1

    async def _take(self, request):
        body = await request.content.read()
        record = Record(
            number=len(self.records),
            at=time.monotonic(),
            connection=request.transport.get_extra_info("peername"),
            method=request.method,
            target=request.raw_path,
            headers=[
                (name.decode("latin-1"), value.decode(errors="surrogateescape"))
                for name, value in request.raw_headers
            ],
            body=body,
            length=len(body),
            parts=self._parts(request, body),
        )
        record.key = default_key(record)
        self._attempts[record.key] += 1
        record.attempt = self._attempts[record.key]
        record.answer = self._answer(record)
        with self.arrived:
            self.records.append(record)
            self.arrived.notify_all()
        return await self._give(request, record.answer)

    def _parts(self, request, body):
        kind = request.headers.get("Content-Type", "")
        if not self.parse or not kind.startswith("multipart/form-data"):
            return []
        try:
            return multipart.read(body, kind)
        except multipart.Malformed as problem:
            self.malformed.append(str(problem))
            return []

    def _answer(self, record):
        answers = self.scripts.get(record.key)
        if not answers:
            return self.default(record)
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def _give(self, request, answer):
        if answer.wait is not None:
            while not answer.wait.is_set() and not self._stop.is_set():
                await asyncio.sleep(0.005)
        if answer.delay:
            await asyncio.sleep(answer.delay)
        if answer.drop:
            request.transport.close()
            raise asyncio.CancelledError  # aiohttp then sends no response
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)
