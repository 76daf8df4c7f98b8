"""Documents that clients have registered by their hashes (automatic persisted queries)."""

from collections import OrderedDict
from typing import Final, Protocol

from gateway.edge.document_ids import hash_of

BYTES: Final = 16 * 1024 * 1024
"""The most bytes of all registered documents, in memory and in what nodes share."""


class SharedTexts(Protocol):
    """Documents by their hashes, for all nodes; without the server nothing is found, and nothing fails."""

    async def get(self, hash: str) -> str | None:
        """Return what is there under *hash*."""
        ...

    async def put(self, hash: str, text: str) -> None:
        """Keep *text*."""
        ...


class Registered:
    """Keeps up to *entries* documents of *bytes* altogether: what was not used for longest goes first.

    What is not here is looked for in *shared*, and what is registered is kept there, too.
    """

    def __init__(self, entries: int, bytes: int = BYTES, shared: SharedTexts | None = None) -> None:
        self._entries = entries
        self._bytes = bytes
        self._shared = shared
        self._texts: OrderedDict[str, str] = OrderedDict()
        self.size = 0
        """Bytes, of the documents themselves."""

    async def get(self, hash: str) -> str | None:
        """Return the document that has *hash*, where it is known."""
        if hash in self._texts:
            self._texts.move_to_end(hash)
            return self._texts[hash]
        text = await self._shared.get(hash) if self._shared else None
        if text is None or hash_of(text) != hash:
            return None
        self._keep(hash, text)
        return text

    async def put(self, hash: str, text: str) -> None:
        """Keep *text*, whose hash is *hash*."""
        self._keep(hash, text)
        if self._shared:
            # Here already or not: it comes because some node did not find it, so it is not there any more.
            await self._shared.put(hash, text)

    def _keep(self, hash: str, text: str) -> None:
        self._forget(hash)
        self._texts[hash] = text
        self.size += len(text.encode())
        while len(self._texts) > self._entries or self.size > self._bytes:
            self._forget(next(iter(self._texts)))

    def _forget(self, hash: str) -> None:
        text = self._texts.pop(hash, None)
        if text is not None:
            self.size -= len(text.encode())
