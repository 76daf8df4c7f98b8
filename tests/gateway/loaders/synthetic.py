"""A catalog made at random: who plays in what, which links there are, and what is expanded inside them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import partial
from random import Random
from typing import Final

from gateway.contract import Rel, Scheme
from gateway.edge.limits import Limits
from tests.gateway.documents import category, link, listing, page, person, text, title
from tests.gateway.wire import Wire

WIDE: Final = Limits(
    characters=10**7,
    tokens=10**6,
    depth=60,
    aliases=10**6,
    root_fields=10**3,
    fragments=10**3,
    equal_names=10**3,
    objects=10**6,
    text=10**9,
)
"""Limits that let through what is made at random."""


class Shape(Enum):
    """What is found behind a link."""

    TEXT = auto()
    LIST = auto()
    PAGES = auto()
    ONE = auto()
    LINKS = auto()
    AWARDS = auto()


@dataclass(slots=True)
class Relationship:
    """A link of an item, and what it leads to."""

    rel: str
    shape: Shape
    path: str
    root: str
    """The root element of the document behind the link."""
    items: list["Item"]
    expanded: int | None
    """How many items, as links, are inside the link; a text is there whole. None: nothing is."""


@dataclass(slots=True)
class Item:
    """A title or a person; its relationships go by the names of their fields."""

    kind: str
    path: str
    name: str
    relationships: dict[str, Relationship] = field(default_factory=dict, repr=False)
    """Not told with it: to write out every way from item to item would never end."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """All items."""

    titles: list[Item]
    people: list[Item]


_TITLE_PATHS: Final = {
    "Movie": "/catalog/titles/movies/{}",
    "Series": "/catalog/titles/series/{}",
    "Season": "/catalog/titles/series/9/seasons/{}",
    "Program": "/catalog/titles/programs/{}",
    "Disc": "/catalog/titles/discs/{}",
}

_ROWS: Final[dict[str, tuple[str, Shape, str, tuple[str, ...]]]] = {
    # field: its relation, its shape, the root of its document, the kinds found there
    "synopsis": (Rel.SYNOPSIS, Shape.TEXT, "synopsis", ()),
    "shortSynopsis": (Rel.SHORT_SYNOPSIS, Shape.TEXT, "short_synopsis", ()),
    "cast": (Rel.CAST, Shape.LIST, "people", ("Person",)),
    "directors": (Rel.DIRECTORS, Shape.LIST, "people", ("Person",)),
    "awards": (Rel.AWARDS, Shape.AWARDS, "awards", ("Person",)),
    "similars": (Rel.SIMILARS, Shape.PAGES, "similars", tuple(_TITLE_PATHS)),
    "bonusMaterials": (Rel.BONUS_MATERIALS, Shape.LINKS, "bonus_materials", ("Disc", "Movie")),
    "discs": (Rel.DISCS, Shape.LIST, "catalog_titles", ("Disc",)),
    "seasons": (Rel.SEASONS, Shape.LIST, "catalog_titles", ("Season",)),
    "episodes": (Rel.EPISODES, Shape.PAGES, "catalog_titles", ("Program",)),
    "series": (Rel.SERIES, Shape.ONE, "catalog_title", ("Series",)),
    "season": (Rel.SEASON, Shape.ONE, "catalog_title", ("Season",)),
    "filmography": (Rel.FILMOGRAPHY, Shape.PAGES, "filmography", tuple(_TITLE_PATHS)),
}

_COMMON: Final = ("synopsis", "shortSynopsis", "cast", "directors", "awards", "similars", "bonusMaterials")
FIELDS: Final = {
    "Title": _COMMON,
    "Movie": (*_COMMON, "discs"),
    "Series": (*_COMMON, "seasons", "episodes"),
    "Season": (*_COMMON, "series", "episodes", "discs"),
    "Program": (*_COMMON, "season", "series"),
    "Disc": _COMMON,
    "Person": ("filmography",),
}
"""The fields that follow a link, by type."""


def shape_of(name: str) -> Shape:
    """Return what is found behind the field *name*."""
    return _ROWS[name][1]


def kinds_of(name: str) -> tuple[str, ...]:
    """Return the types of what is found behind the field *name*."""
    return _ROWS[name][3]


def make_catalog(random: Random) -> Catalog:
    """Make up a catalog."""
    titles = [
        Item(kind, path.format(number), f"{kind} {number}")
        for kind, path in _TITLE_PATHS.items()
        for number in range(1, 4)
    ]
    people = [Item("Person", f"/catalog/people/{number}", f"Person {number}") for number in range(1, 7)]
    catalog = Catalog(titles, people)
    for item in (*titles, *people):
        for name in FIELDS[item.kind]:
            if random.random() < 0.8:
                item.relationships[name] = _relationship(item, name, catalog, random)
    return catalog


def _relationship(item: Item, name: str, catalog: Catalog, random: Random) -> Relationship:
    rel, shape, root, kinds = _ROWS[name]
    found = [each for each in (*catalog.titles, *catalog.people) if each.kind in kinds]
    items = random.sample(found, 1 if shape is Shape.ONE else random.randrange(min(5, len(found)) + 1))
    if not found:
        items = []
    path = items[0].path if shape is Shape.ONE else f"{item.path}/{name}"
    expanded = None
    if shape is not Shape.ONE and random.random() < 0.4:
        expanded = random.choice([len(items), len(items) // 2]) if shape is Shape.PAGES else len(items)
    return Relationship(rel, shape, path, root, items, expanded)


def serve(catalog: Catalog, wire: Wire) -> None:
    """Put the documents of *catalog* on *wire*; what is to be expanded is, beside what always is."""
    wire.documents["/catalog/titles"] = _page("catalog_titles", catalog.titles)
    for item in (*catalog.titles, *catalog.people):
        wire.documents[item.path] = partial(_record, item)
        for found in item.relationships.values():
            if found.shape is not Shape.ONE:
                wire.documents[found.path] = _document(found)


def _page(root: str, items: list[Item]) -> Callable[[dict[str, str]], str]:
    return lambda asked: page(root, [_record(each, asked) for each in items], asked)


def _record(item: Item, asked: dict[str, str]) -> str:
    write = person if item.kind == "Person" else title
    links = (
        link(
            found.rel,
            found.path,
            found.items[0].name if found.shape is Shape.ONE else name,
            _inside(found, is_asked=f"@{_ALIASES.get(name, name)}" in asked.get("expand", "").split(",")),
        )
        for name, found in item.relationships.items()
    )
    return write(item.path, item.name, *_facts(item), *links)


def _facts(item: Item) -> list[str]:
    if item.kind == "Person":
        return [f"<bio>Life of {item.name}.</bio>"]
    return [f"<release_year>{year_of(item)}</release_year>"]


def year_of(item: Item) -> int:
    """Return the year that *item* was released."""
    return 1900 + len(item.kind) + int(item.path[-1])


def text_of(found: Relationship) -> str:
    """Return the text behind *found*."""
    return f"Text of {found.path}."


_ALIASES: Final = {"shortSynopsis": "short_synopsis", "bonusMaterials": "bonus_materials"}


def _inside(found: Relationship, *, is_asked: bool) -> str:
    if found.shape is Shape.ONE or (found.expanded is None and not is_asked):
        return ""
    if found.shape in {Shape.TEXT, Shape.AWARDS}:
        return str(_document(found)) if found.shape is Shape.TEXT else _awards(found)
    links = _links(found.items[: None if is_asked else found.expanded])
    if found.shape is Shape.PAGES:
        root = "filmography" if found.root == "filmography" else "catalog_titles"
        return listing(root, *links, total=len(found.items))
    return listing(found.root, *links)


def _links(items: list[Item]) -> list[str]:
    return [link(Rel.PERSON if each.kind == "Person" else Rel.TITLE, each.path, each.name) for each in items]


def _document(found: Relationship) -> str | Callable[[dict[str, str]], str]:
    match found.shape:
        case Shape.TEXT:
            return text(found.root, text_of(found))
        case Shape.AWARDS:
            return _awards(found)
        case Shape.LINKS:
            return listing(found.root, *_links(found.items))
    # Records hold no records, so that writing them when they are asked for comes to an end.
    if found.shape is Shape.PAGES and found.root != "catalog_titles":
        return _page(found.root, found.items)
    return lambda asked: listing(found.root, *(_record(each, asked) for each in found.items))


def _awards(found: Relationship) -> str:
    kind = category(f"{Scheme.AWARD_TYPES}/baftas", "Best Film")
    winners = (f"<award_winner>{kind}{written}</award_winner>" for written in _links(found.items))
    return f"<awards>{''.join(winners)}</awards>"
