"""A server that runs in the process of the test, on a port of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.serving import Server, bind


@asynccontextmanager
async def running(server: Server) -> AsyncIterator[int]:
    """Run *server* meanwhile; give the port of loopback that it listens on."""
    listening = bind("127.0.0.1", 0, setting="PORT")
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110 - uvicorn tells in no other way
            await asyncio.sleep(0.01)
    try:
        yield int(listening.getsockname()[1])
    finally:
        server.should_exit = True
        async with asyncio.timeout(20):
            await serving
