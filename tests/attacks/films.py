"""An origin where large pages of films are found."""

from typing import Final

from gateway.contract import Rel
from tests.gateway.documents import ORIGIN, link, listing, page, title
from tests.gateway.wire import Wire

PAGE: Final = "page"
CASTS: Final = "casts"
"""What is searched for, with or without more, where 500 films are found, or 400 with casts of ten."""


def origin_of_films(url: str) -> Wire:
    """Return an origin at *url*; nothing is found there for other words."""
    wire = Wire(url)
    found = {PAGE: _films(500, url), CASTS: _films(400, url, casts=True)}
    wire.documents["/catalog/titles"] = lambda asked: page(
        "catalog_titles", found.get(asked["term"].partition(" ")[0], []), asked
    )
    return wire


def _films(count: int, url: str, *, casts: bool = False) -> list[str]:
    people = listing("people", *(link(Rel.PERSON, f"/catalog/people/{n}", f"Person {n}") for n in range(10)))
    paths = [f"/catalog/titles/movies/{number}" for number in range(count)]
    links = {path: [link(Rel.CAST, f"{path}/cast", "cast", people)] if casts else [] for path in paths}
    return [title(path, f"The film {path}", *links[path]).replace(ORIGIN, url) for path in paths]
