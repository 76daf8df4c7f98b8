"""The index files: ``/catalog/titles/index``, ``/full``, ``/streaming`` and ``/dvd`` (contract 3.3)."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.calls import Answer, Call, Document, Endpoint
from gateway.origin.database import Database
from gateway.origin.index.files import FILES, view_of, write
from gateway.origin.index.pages import state
from gateway.origin.representations.elements import root
from gateway.origin.representations.rendering import entity_tag
from gateway.origin.representations.view import View

_ON_DEMAND: Final = {"include_amg": "amg", "include_tms": "tms"}
_NO: Final = frozenset({"", "0", "false", "no", "off"})


def index_files(database: Database) -> Endpoint:
    """``GET`` of an index file: its tag at once, its titles from *database* as they are sent."""

    async def endpoint(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
        return [await _document(session, database, view_of(view), call) for call in calls]

    return endpoint


async def _document(session: AsyncSession, database: Database, view: View, call: Call) -> Document:
    file = FILES[call.address.name or ""]
    selection = file.selection(view, _systems(call))
    # What is told of the end of an availability changes with the days.
    told = (
        *(call.address.name, view.paths.base, view.era, view.today if view.until(None) else 0),
        *(sorted(selection.systems), await state(session, selection)),
    )
    return Document(
        root(file.root),
        etag=entity_tag(repr(told).encode()),
        parts=lambda: write(database, view, file, selection),
    )


def _systems(call: Call) -> frozenset[str]:
    """Return the catalogs whose ids are told; of most of them only to those who may know."""
    if call.caller is None or not call.caller.consumer.sees_external_ids:
        return frozenset({"upc"})
    asked = {
        system for name, system in _ON_DEMAND.items() if call.parameters.get(name, "").lower() not in _NO
    }
    return frozenset({"upc", *asked})
