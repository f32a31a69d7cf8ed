#!/usr/bin/env python3
"""The usual asyncio script: peer_aiohttp.py [--session-each] AT_ONCE LIST URL. Fails on anything but 200."""

import asyncio
import os
import sys

import aiohttp


async def send(session, path, url):
    form = aiohttp.FormData()
    with open(path, "rb") as file:
        form.add_field("file", file, filename=os.path.basename(path))
        async with session.post(url, data=form) as response:
            await response.text()
            response.raise_for_status()


async def work(paths, url, session):
    for path in paths:
        if session is not None:
            await send(session, path, url)
        else:
            async with aiohttp.ClientSession() as own:
                await send(own, path, url)


async def main():
    arguments = sys.argv[1:]
    session_each = arguments[0] == "--session-each"
    at_once, list_name, url = arguments[session_each:]
    with open(list_name, encoding="utf-8") as file:
        paths = iter(file.read().splitlines())
    workers = range(int(at_once))
    if session_each:
        await asyncio.gather(*(work(paths, url, None) for _ in workers))
        return
    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(work(paths, url, session) for _ in workers))


asyncio.run(main())
