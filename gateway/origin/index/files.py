"""What the index files are, and what is written into them."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

from gateway.origin.database import Database
from gateway.origin.index.pages import Selection, pages
from gateway.origin.records import Facet, IndexRecord
from gateway.origin.representations.elements import Element
from gateway.origin.representations.index import indexed_title, title_index_item
from gateway.origin.representations.rendering import pox
from gateway.origin.representations.view import Version, View

_EXPANDED: Final = frozenset(
    {
        Facet.SYNOPSIS,
        Facet.SHORT_SYNOPSIS,
        Facet.BOX_ART,
        Facet.CAST,
        Facet.DIRECTORS,
        Facet.AWARDS,
        Facet.FORMATS,
        Facet.SCREEN_FORMATS,
        Facet.LANGUAGES_AND_AUDIO,
        Facet.BONUS_MATERIALS,
    }
)
"""What stands inside the links; other titles are listed themselves, and similar ones can be asked for."""

_LOADED: Final = _EXPANDED | {Facet.SUBTITLES}
"""What is read for it; the subtitles stand within the formats."""


@dataclass(frozen=True, slots=True)
class IndexFile:
    """One of the files."""

    root: str
    represent: Callable[[View, IndexRecord], Element]
    load: frozenset[Facet]
    formats: frozenset[str] | None = None
    tells_ids: bool = False
    """Whether it says what other catalogs call a title."""

    def selection(self, view: View, systems: frozenset[str]) -> Selection:
        """Return what is read for it, by someone who may know the ids of *systems*."""
        return Selection(self.load, self.formats or view.formats, systems if self.tells_ids else frozenset())


_DISC_FORMATS: Final = frozenset({"DVD", "Blu-ray", "HD DVD"})
_ITEM: Final = frozenset({Facet.CAST, Facet.DIRECTORS, Facet.FORMATS})

FILES: Final[Mapping[str, IndexFile]] = {
    "index": IndexFile("catalog_title_index", title_index_item, _ITEM, tells_ids=True),
    "full": IndexFile("catalog_titles", indexed_title, _LOADED, tells_ids=True),
    "streaming": IndexFile("catalog_titles", indexed_title, _LOADED, frozenset({"instant"})),
    "dvd": IndexFile("catalog_titles", indexed_title, _LOADED, _DISC_FORMATS),
}
"""By the last part of their address."""


def view_of(view: View) -> View:
    """Return how titles are shown in these files, in whatever way they were asked for."""
    return View(view.paths, Version.V2_0, _EXPANDED, era=view.era, today=view.today)


async def write(
    database: Database, view: View, file: IndexFile, selection: Selection
) -> AsyncGenerator[bytes]:
    """Yield what stands within the root of *file*, a line for each title."""
    async with aclosing(pages(database, selection)) as read:
        async for page in read:
            # A page takes longer to write than others should have to wait.
            yield await asyncio.to_thread(_lines, view, file, page)


def _lines(view: View, file: IndexFile, page: Sequence[IndexRecord]) -> bytes:
    return b"".join(pox(file.represent(view, item)) + b"\n" for item in page)
