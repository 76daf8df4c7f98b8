"""What a query must answer, and what must be fetched for it: worked out from the catalog, without batching.

A level is what can be asked for once everything before it is answered.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any, Final

from gateway.schema import ids
from gateway.upstream.href import Origin
from tests.gateway.documents import ORIGIN, address
from tests.gateway.loaders.synthetic import (
    FIELDS,
    Catalog,
    Item,
    Relationship,
    Shape,
    kinds_of,
    shape_of,
    text_of,
    year_of,
)


@dataclass(frozen=True, slots=True)
class Pick:
    """A field of a selection, under a name of its own; *on* is the type that it is asked of."""

    alias: str
    name: str
    on: str
    first: int = 0
    target: Item | None = None
    below: tuple["Pick", ...] = ()


def node_id(item: Item) -> str:
    """Return the id of *item* in the graph."""
    found = Origin.at(ORIGIN).address(address(item.path))
    assert found is not None
    return ids.encode(found)


class Selections:
    """Makes up selections."""

    def __init__(self, random: Random, catalog: Catalog) -> None:
        self._random = random
        self._catalog = catalog
        self._count = 0

    def query(self) -> tuple[Pick, ...]:
        """Return the fields of a query."""
        return tuple(self._root() for _ in range(self._random.randint(1, 3)))

    def _root(self) -> Pick:
        name = self._random.choice(["titles", "title", "person"])
        first = self._random.randint(1, 5)
        if name == "titles":
            return self._pick(name, "Query", first=first, below=self._below("Title", 3))
        of = self._catalog.people if name == "person" else self._catalog.titles
        kind = "Person" if name == "person" else "Title"
        return self._pick(name, "Query", target=self._random.choice(of), below=self._below(kind, 3))

    def _below(self, kind: str, depth: int) -> tuple[Pick, ...]:
        leaves = ["id", "href", "name", "bio" if kind == "Person" else "releaseYear"]
        picked = [
            self._pick(name, kind) for name in self._random.sample(leaves, self._random.choice([1, 1, 2]))
        ]
        if depth:
            ons = [kind, *(each for each in FIELDS if kind == "Title" and each not in {"Title", "Person"})]
            for _ in range(self._random.randint(depth - 1, 3)):
                on = self._random.choice(ons)
                picked.append(self._link(self._random.choice(FIELDS[on]), on, depth))
        return tuple(picked)

    def _link(self, name: str, on: str, depth: int) -> Pick:
        kinds = kinds_of(name)
        if not kinds:
            return self._pick(name, on)
        kind = kinds[0] if len(kinds) == 1 else "Title"
        return self._pick(name, on, first=self._random.randint(1, 5), below=self._below(kind, depth - 1))

    def _pick(self, name: str, on: str, **parts: Any) -> Pick:  # noqa: ANN401
        self._count += 1
        return Pick(f"_{self._count}", name, on, **parts)


_SHAPES_OF_ROOTS: Final = {"titles": Shape.PAGES, "title": Shape.ONE, "person": Shape.ONE}


def written(pick: Pick) -> str:
    """Return *pick* as GraphQL."""
    shape = _SHAPES_OF_ROOTS.get(pick.name) or (shape_of(pick.name) if pick.below else None)
    below = " ".join(map(written, pick.below))
    arguments = ""
    if pick.name == "titles":
        arguments = f'(search: "x", first: {pick.first})'
    elif pick.target:
        arguments = f'(by: {{ id: "{node_id(pick.target)}" }})'
    elif shape is Shape.PAGES:
        arguments = f"(first: {pick.first})"
    if shape is Shape.PAGES:
        below = f"totalCount nodes {{ {below} }}"
    elif shape is Shape.AWARDS:
        below = f"person {{ {below} }}"
    elif pick.name == "name" and pick.on != "Person":
        below = "regular"
    field_ = f"{pick.alias}: {pick.name}{arguments}{f' {{ {below} }}' if below else ''}"
    return field_ if pick.on in {"Query", "Title", "Person"} else f"... on {pick.on} {{ {field_} }}"


@dataclass(slots=True)
class Reference:
    """Answers queries over a catalog, one resource at a time."""

    catalog: Catalog
    levels: list[set[str]] = field(default_factory=list)
    """What is fetched on each level."""
    depth: int = 0
    """The most links that are followed one after the other, be it to what is fetched already."""
    _at: int = 0
    _waiting: dict[str, list[Callable[[], None]]] = field(default_factory=dict)
    _fetched: set[str] = field(default_factory=set)

    def answer(self, picks: tuple[Pick, ...]) -> dict[str, Any]:
        """Return the data of a query, and keep what was fetched for it."""
        data: dict[str, Any] = {}
        for pick in picks:
            self._answer_root(pick, data)
        while self._waiting:
            arrived, self._waiting = self._waiting, {}
            self.levels.append(set(arrived))
            self._fetched |= arrived.keys()
            for resumed in arrived.values():
                for resume in resumed:
                    resume()
        return data

    def _fetch(self, target: str, resume: Callable[[], None]) -> None:
        go_on = self._deeper(resume)
        if target in self._fetched:
            go_on()
        else:
            self._waiting.setdefault(target, []).append(go_on)

    def _deeper(self, resume: Callable[[], None]) -> Callable[[], None]:
        depth = self._at + 1
        self.depth = max(self.depth, depth)

        def go_on() -> None:
            before, self._at = self._at, depth
            resume()
            self._at = before

        return go_on

    def _answer_root(self, pick: Pick, out: dict[str, Any]) -> None:
        if pick.target is None:
            target = f"/catalog/titles?max_results={pick.first}&start_index=0&term=x"
            self._fetch(target, lambda: out.update({pick.alias: self._page(self.catalog.titles, pick)}))
        else:
            one = pick.target
            self._fetch(one.path, lambda: out.update({pick.alias: self._shown(one, pick)}))

    def _shown(self, item: Item, pick: Pick) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        for each in pick.below:
            if each.on in {"Title", "Person", item.kind}:
                self._answer_field(item, each, shown)
        return shown

    def _page(self, items: list[Item], pick: Pick) -> dict[str, Any]:
        nodes = [self._shown(each, pick) for each in items[: pick.first]]
        return {"totalCount": len(items), "nodes": nodes}

    def _answer_field(self, item: Item, pick: Pick, out: dict[str, Any]) -> None:
        leaves: dict[str, Callable[[], object]] = {
            "id": lambda: node_id(item),
            "href": lambda: address(item.path),
            "name": lambda: item.name if item.kind == "Person" else {"regular": item.name},
            "bio": lambda: f"Life of {item.name}.",
            "releaseYear": lambda: year_of(item),
        }
        if pick.name in leaves:
            out[pick.alias] = leaves[pick.name]()
        elif found := item.relationships.get(pick.name):
            self._follow(found, pick, out)
        else:
            shape = shape_of(pick.name)
            without = {Shape.TEXT: None, Shape.ONE: None, Shape.PAGES: {"totalCount": 0, "nodes": []}}
            out[pick.alias] = without.get(shape, [])

    def _follow(self, found: Relationship, pick: Pick, out: dict[str, Any]) -> None:
        def show() -> None:
            out[pick.alias] = self._content(found, pick)

        if _is_at_hand(found, pick):
            show()
        else:
            is_paged = found.shape is Shape.PAGES and found.root != "catalog_titles"
            query = f"?max_results={pick.first}&start_index=0" if is_paged else ""
            self._fetch(found.path + query, show)

    def _content(self, found: Relationship, pick: Pick) -> object:
        match found.shape:
            case Shape.TEXT:
                return text_of(found)
            case Shape.ONE:
                return self._shown(found.items[0], pick)
            case Shape.LIST:
                return [self._shown(each, pick) for each in found.items]
            case Shape.PAGES:
                return self._page(found.items, pick)
            case Shape.LINKS:
                return self._linked(found.items, pick, lambda shown: shown)
        return self._linked(found.items, pick, lambda shown: {"person": shown})

    def _linked(self, items: list[Item], pick: Pick, wrap: Callable[[object], object]) -> list[object]:
        """Show items that are known by links, each of which may have to be fetched itself."""
        places: list[object] = [None for _ in items]

        def show(place: int, item: Item) -> None:
            places[place] = wrap(self._shown(item, pick))

        for place, item in enumerate(items):
            if _asks_only_links(pick):
                show(place, item)
            else:
                self._fetch(item.path, partial(show, place, item))
        return places


def _asks_only_links(pick: Pick) -> bool:
    return all(each.name in {"id", "href", "name"} for each in pick.below)


def _is_at_hand(found: Relationship, pick: Pick) -> bool:
    """Whether what is inside the link, or the link itself, says enough."""
    if found.shape is Shape.ONE:
        return _asks_only_links(pick)
    if found.expanded is None:
        return False
    if found.shape in {Shape.LIST, Shape.PAGES}:
        is_enough = found.expanded == len(found.items) or found.expanded >= pick.first
        return is_enough and (_asks_only_links(pick) or not found.expanded)
    return True
