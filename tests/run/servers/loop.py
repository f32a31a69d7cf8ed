"""What the fast servers have in common: an asyncio loop in a thread that accepts connections."""

import asyncio
import threading

from harness import HANG


class LoopServer:
    """The base of a server that is used as `with Server() as server`. Inside, `port` and `origin` say
    where it listens. `connection(server)` makes the asyncio.Protocol of one connection."""

    def __init__(self, connection):
        self._connection = connection
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(HANG)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self):
        asyncio.set_event_loop(self._loop)
        make = self._loop.create_server(lambda: self._connection(self), "127.0.0.1", 0, backlog=4096)
        server = self._loop.run_until_complete(make)
        self.port = server.sockets[0].getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
