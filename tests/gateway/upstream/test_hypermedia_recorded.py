"""The reader takes what the real service answered, where its recordings are at hand."""

from pathlib import Path

import pytest

from gateway.contract import Rel
from gateway.resources import DeliveryFormats, LinkList, People, Suggestions, Text, Title, Titles
from gateway.upstream import hypermedia
from gateway.upstream.pox import parse

RECORDED = Path(__file__).parents[4] / "shared" / "data" / "recorded"

pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason="The recordings of the real service are no part of this repository."
)

KINDS = {
    "autocomplete-2009.xml": (Suggestions, 3),
    "cast-2009.xml": (People, 7),
    "directors-2009.xml": (People, 1),
    "format_availability-2011-a.xml": (DeliveryFormats, 2),
    "format_availability-2011-b.xml": (DeliveryFormats, 3),
    "movie-2009.xml": (Title, None),
    "search-2011.xml": (Titles, 25),
    "search-2013.xml": (Titles, 5),
    "search-expanded-2010.xml": (Titles, 1),
    "synopsis-2009.xml": (Text, None),
}


@pytest.mark.parametrize("name", KINDS)
def test_recorded_document_is_read(name: str) -> None:
    """Every recorded document of the catalog gives content of its kind, with nothing left out."""
    content = hypermedia.read(parse((RECORDED / name).read_bytes()))

    found = getattr(content, "names" if isinstance(content, Suggestions) else "items", None)
    assert (type(content), found and len(found)) == KINDS[name]


def test_every_recorded_document_of_the_catalog_is_tried() -> None:
    """A recording of the catalog cannot be forgotten; states belong to a subscriber."""
    assert {path.name for path in RECORDED.glob("*.xml")} == {*KINDS, "title_states.xml"}


def test_recorded_expansion_is_found_in_the_links() -> None:
    """The recorded search with expansion has its texts and people inside the links."""
    content = hypermedia.read(parse((RECORDED / "search-expanded-2010.xml").read_bytes()))

    (title,) = hypermedia.expect(content, Titles).items
    expanded = {rel: type(link.content) for rel, link in title.links.items() if link.content is not None}
    assert expanded == {Rel.SYNOPSIS: Text, Rel.CAST: LinkList, Rel.DIRECTORS: LinkList}
