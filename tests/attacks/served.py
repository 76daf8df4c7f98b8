"""Serves a gateway that knows how late its event loop is, at ``PORT``: ``python -m tests.attacks.served``."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

import orjson
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.app import create_app
from gateway.edge.admission import Admission
from gateway.edge.streams import StreamLimits, Streams
from gateway.edge.turnstile import Turnstile
from gateway.protocol import Bounds
from gateway.serving import bind, serve
from gateway.settings import Settings
from gateway.telemetry.logs import Logs, set_up
from gateway.telemetry.redaction import Redaction

LAG: Final = "/lag"
"""Where it is told by how many seconds the loop was late, look by look, since somebody asked last."""
BOUNDS: Final = "ATTACKED_BOUNDS"
"""The variable with those of ``Bounds`` that are to be others, as JSON."""
STREAMS: Final = "ATTACKED_STREAMS"
"""The same of ``StreamLimits``."""
_EVERY: Final = 0.001
_NANO: Final = 1e-9


class Probe:
    """Looks at the loop all the time: by how much is what should run now too late."""

    def __init__(self) -> None:
        self._lags: list[float] = []
        self._schedule = os.open("/proc/thread-self/schedstat", os.O_RDONLY)

    def taken(self) -> list[float]:
        """Return what was found, and forget it."""
        found, self._lags = self._lags, []
        return found

    async def look(self) -> None:
        """Look, until it is cancelled.

        The machine is shared: the time for which the loop was not let run is left out, and so is that for
        which a thread was not that kept it waiting, so what is told is never more than was computed.
        """
        while True:
            waited, worked, due = self._waited(), time.process_time(), time.monotonic() + _EVERY
            await asyncio.sleep(_EVERY)
            late = time.monotonic() - due - (self._waited() - waited)
            self._lags.append(max(0.0, min(late, time.process_time() - worked)))

    def _waited(self) -> float:
        return int(os.pread(self._schedule, 100, 0).split()[1]) * _NANO


class Probed:
    """An application with a probe beside it."""

    def __init__(self, app: Starlette) -> None:
        self._app: ASGIApp = app
        self._probe = Probe()
        inner = app.router.lifespan_context

        @asynccontextmanager
        async def lifespan(app: Starlette) -> AsyncIterator[None]:
            async with inner(app):
                looking = asyncio.create_task(self._probe.look())
                yield
                looking.cancel()
                with suppress(asyncio.CancelledError):
                    await looking

        app.router.lifespan_context = lifespan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] == "http" and scope["path"] == LAG:
            await Response(orjson.dumps(self._probe.taken()))(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def main() -> None:
    """Serve until it is told to stop."""
    port = os.environ["PORT"]
    settings = Settings.from_environ(listens=f"http://127.0.0.1:{port}")
    set_up(settings.log_format, settings.log_level, Redaction([]))
    bounds = orjson.loads(os.environ.get(BOUNDS, "{}"))
    streams = Streams(StreamLimits(**orjson.loads(os.environ.get(STREAMS, "{}"))))
    admission = Admission(settings.operations_at_once)
    app = create_app(settings, streams=streams, admission=admission, observer=Logs())
    serve(
        Probed(app),
        bind("127.0.0.1", int(port), setting="PORT"),
        stopping=streams.stop,
        bounds=Bounds(**bounds),
        turnstile=Turnstile(admission),
    )


if __name__ == "__main__":
    main()
