"""Puts the document into a request that only names it, and refuses what is not trusted where it must be."""

import logging
from dataclasses import dataclass, replace
from typing import Final

from gateway.edge.document_ids import hash_of, is_hash
from gateway.edge.documents import Documents
from gateway.edge.persisted.registered import Registered
from gateway.edge.persisted.trusted import Trusted, faults
from gateway.edge.request import Asked, Refusal
from gateway.telemetry.trail import Trail

_log: Final = logging.getLogger(__name__)

_MOST_FAULTS: Final = 20
"""Trusted documents that cannot be answered, and are named in the log."""

NOT_FOUND: Final = "PERSISTED_QUERY_NOT_FOUND"
NOT_SUPPORTED: Final = "PERSISTED_QUERY_NOT_SUPPORTED"
UNTRUSTED: Final = "TRUSTED_DOCUMENT_REQUIRED"


class DocumentRefused(Refusal):
    """A request is well-formed, but its document is unknown, or not one that is answered here."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(400, message, code=code)


@dataclass(frozen=True, slots=True)
class Persisted:
    """Knows documents by what they are called."""

    documents: Documents
    registered: Registered | None
    """What clients have registered; nothing where they may not."""
    trusted: Trusted

    async def resolve(self, asked: Asked, trail: Trail) -> Asked:
        """Return *asked* with its document, and take note of that; raise ``Refusal``.

        A document that comes with its hash is registered, if it is one of this graph and within the limits.
        """
        name, text = asked.document_id, asked.query
        if name is not None and not text:
            trail.reading(name, is_trusted=self.trusted.holds(name))
            text = await self._called(name)
        digest = self._seen(text, trail)
        if name is not None and asked.query:
            self._check(name, text, digest)
            await self._register(digest, text)
        return replace(asked, query=text, document_id=None)

    def _seen(self, text: str, trail: Trail) -> str:
        """Return the hash of *text*; refuse what is not trusted where that is needed."""
        digest = hash_of(text)
        trail.reading(digest, is_trusted=self.trusted.holds(digest))
        if self.trusted.is_enforced and not trail.is_trusted:
            raise _untrusted("This document is not one of them.")
        return digest

    async def check(self) -> None:
        """Log each trusted document that would not be answered: no graph of ours has what it asks for."""
        found = await faults(self.trusted.listed, self.documents)
        for fault in found[:_MOST_FAULTS]:
            _log.warning("A trusted document cannot be answered: %s", fault)
        if len(found) > _MOST_FAULTS:
            _log.warning("Of trusted documents, %d more cannot be answered.", len(found) - _MOST_FAULTS)

    async def _called(self, id: str) -> str:
        """Return the document that is called *id*."""
        text = self.trusted.called(id)
        if text is not None:
            return text
        if self.trusted.is_enforced:
            raise _untrusted("None of them has this id.")
        if self.registered is not None and is_hash(id):
            text = await self.registered.get(id)
        if text is not None:
            return text
        if self.registered is None and not self.trusted.are_asked_by_id:
            # Who hears this asks with the whole document from now on.
            raise DocumentRefused("PersistedQueryNotSupported", NOT_SUPPORTED)
        raise DocumentRefused("PersistedQueryNotFound", NOT_FOUND)

    def _check(self, id: str, text: str, hash: str) -> None:
        """Refuse *text* if it is not what *id* says."""
        if id != hash and self.trusted.called(id) != text:
            raise Refusal(400, "The id of the document is not that of the `query`.", code="BAD_USER_INPUT")

    async def _register(self, hash: str, text: str) -> None:
        if self.registered is None:
            return
        admitted = await self.documents.admit(text, {})
        if not admitted.errors:
            await self.registered.put(hash, text)


def _untrusted(why: str) -> DocumentRefused:
    return DocumentRefused(f"Only trusted documents are answered here. {why}", UNTRUSTED)
