"""Pictures on demand: each is made once, off the event loop, and kept while there is room."""

import asyncio
import logging
from collections import OrderedDict
from pathlib import Path
from typing import Final

from gateway.contract import BOX_ART_WIDTHS
from gateway.origin.database import Database
from gateway.origin.errors import NotFound, Refusal
from gateway.origin.pictures import files, posters, subjects
from gateway.origin.pictures.subjects import Subject

_log: Final = logging.getLogger(__name__)

_WIDTHS: Final = {
    "tiny": 38,
    "small": 64,
    "large": 110,
    **{f"{width}pix_w": width for width in BOX_ART_WIDTHS},
}
"""How wide a picture is, by what its address says."""

_LANES: Final = 2
_LONGEST_QUEUE: Final = 200
_ROOM: Final = 32_000_000

_Key = tuple[Subject, int]


class GalleryBusy(Refusal):
    """More pictures are asked for than can be drawn."""

    def __init__(self) -> None:
        super().__init__(503, "Too many pictures are being drawn")


class Gallery:
    """Has a picture of every title."""

    def __init__(
        self,
        database: Database,
        folder: Path | None,
        *,
        room: int = _ROOM,
        longest_queue: int = _LONGEST_QUEUE,
    ) -> None:
        self._database = database
        self._folder = folder
        self._room = room
        self._longest_queue = longest_queue
        self._size = 0
        self._kept: OrderedDict[_Key, bytes] = OrderedDict()
        self._making: dict[_Key, asyncio.Task[bytes]] = {}
        self._lanes = asyncio.Semaphore(_LANES)

    async def picture(self, id: int, size: str) -> bytes:
        """Return the picture of the title *id* as a JPEG, in a *size* as addresses call it."""
        width = _WIDTHS.get(size)
        if width is None:
            raise NotFound
        async with self._database.read() as session:
            subject = await subjects.find(session, id)
        if subject is None:
            raise NotFound
        key = subject, width
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        # Shielded: who goes away takes nobody else's picture along.
        return await asyncio.shield(self._task(key))

    def _task(self, key: _Key) -> "asyncio.Task[bytes]":
        if key not in self._making:
            if len(self._making) >= self._longest_queue:
                raise GalleryBusy
            self._making[key] = asyncio.create_task(self._make(key))
        return self._making[key]

    async def _make(self, key: _Key) -> bytes:
        try:
            async with self._lanes:
                picture = await asyncio.to_thread(self._picture, *key)
        finally:
            del self._making[key]
        self._keep(key, picture)
        return picture

    def _picture(self, subject: Subject, width: int) -> bytes:
        if self._folder is not None and subject.path is not None:
            try:
                return files.cut(self._folder, subject.path, width)
            except (OSError, ValueError):
                _log.warning("The picture of title %d cannot be read; one is drawn.", subject.poster.id)
        return posters.draw(subject.poster, width)

    def _keep(self, key: _Key, picture: bytes) -> None:
        self._kept[key] = picture
        self._size += len(picture)
        while self._size > self._room:
            _, oldest = self._kept.popitem(last=False)
            self._size -= len(oldest)
