"""What a document is called in a request that need not say it: in each of the ways that clients have.

Apollo's ``extensions.persistedQuery``; ``documentId`` of GraphQL over HTTP (appendix "Persisted Documents");
``doc_id`` or ``id``, as clients of Relay have it.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Final

from starlette.exceptions import HTTPException

PARAMETERS: Final = frozenset({"query", "extensions", "documentId", "doc_id", "id"})
"""The parameters of a request that can say a document, or what it is called."""

_RELAYS: Final = ("doc_id", "id")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_PREFIX: Final = "sha256:"
_LONGEST: Final = 255


def hash_of(text: str) -> str:
    """Return the SHA-256 of a document, in hexadecimal digits."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def is_hash(id: str) -> bool:
    """Whether *id* looks like the hash of a document, and not like a name that a list gives."""
    return _SHA256.fullmatch(id) is not None


def bare(id: str) -> str:
    """Return *id* without the ``sha256:`` that may stand before a hash."""
    return id.removeprefix(_PREFIX)


def document_id_of(asked: Mapping[str, object], extensions: Mapping[str, object] | None) -> str | None:
    """Return what the document of a request is called, if it is; raise ``HTTPException`` 400.

    ``sha256:`` before a hash is left out. ``doc_id`` and ``id`` count only without a ``query``: beside one
    they may mean anything.
    """
    given = [_apollos(extensions or {}), asked.get("documentId")]
    if asked.get("query") is None:
        given += [asked.get(name) for name in _RELAYS]
    ids = {_checked(each) for each in given if each is not None}
    if len(ids) > 1:
        raise HTTPException(400, "The document has several ids, and they are not the same.")
    return next(iter(ids), None)


def _apollos(extensions: Mapping[str, object]) -> object:
    persisted = extensions.get("persistedQuery")
    if persisted is None:
        return None
    if not isinstance(persisted, Mapping) or "sha256Hash" not in persisted:
        raise HTTPException(400, "`extensions.persistedQuery` must be an object with a `sha256Hash`.")
    if persisted.get("version") != 1:
        raise HTTPException(400, "`extensions.persistedQuery.version` must be 1.")
    return persisted["sha256Hash"]


def _checked(id: object) -> str:
    if not isinstance(id, str) or not 0 < len(id) <= _LONGEST:
        raise HTTPException(400, f"The id of a document must be a string of 1 to {_LONGEST} characters.")
    if id != bare(id) and not is_hash(bare(id)):
        raise HTTPException(400, f"After `{_PREFIX}` there must be 64 hexadecimal digits in lower case.")
    return bare(id)
