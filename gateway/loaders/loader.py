"""A want becomes an awaited resource, once an operation (the only user of aiodataloader)."""

import asyncio
from typing import cast

from aiodataloader import DataLoader

from gateway.loaders.wants import Want
from gateway.loaders.window import Operation, Window
from gateway.resources import Content
from gateway.upstream.errors import DeadlineExceeded


class ResourceLoader:
    """Loads each want once; made anew for every operation, so nothing of one caller meets another's."""

    def __init__(self, window: Window, operation: Operation) -> None:
        self._window = window
        self._operation = operation
        self._loader: DataLoader[Want, Content] = DataLoader(self._fetch)

    def load(self, want: Want) -> asyncio.Future[Content]:
        """Return a future of what *want* names, or of the exception that came of it.

        Every caller has a future of its own: whoever is cancelled takes nobody along.
        """
        self._window.keep_open(self._operation)
        mine = asyncio.shield(self._loader.load(want))
        mine.add_done_callback(_mark_retrieved)
        return mine

    async def _fetch(self, wants: list[Want]) -> list[Content]:
        try:
            answers = await self._window.fetch(wants, self._operation)
        except asyncio.CancelledError:
            # A batch that is cancelled must not leave its waiters hanging.
            answers = [DeadlineExceeded() for _ in wants]
        for want, answer in zip(wants, answers, strict=True):
            if isinstance(answer, Exception):
                self._loader.clear(want)  # A failure may be asked again; only answers are kept.
        return cast("list[Content]", answers)  # aiodataloader raises the failures among them


def _mark_retrieved(future: asyncio.Future[Content]) -> None:
    """Keep the loop quiet about a failure that nobody waited for any more."""
    if not future.cancelled():
        future.exception()
