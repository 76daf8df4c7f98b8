"""Takes a representation apart into what lies under an address of its own, and puts it together again. Pure.

What is expanded inside a link is what the link leads to; so it is kept there, and found again whichever way
somebody comes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from gateway import relations
from gateway.relations import Relation
from gateway.resources import Content, Href, Link, LinkList, People, Person, Title, Titles

_EXPANDABLE: Final[Mapping[str, Relation]] = {
    rel: relation for relation in relations.every() if relation.alias for rel in relation.rels
}

Record = TypeVar("Record", bound=Title | Person)

_FOLLOWED: Final = frozenset(rel for relation in relations.every() for rel in relation.rels)


def stripped(record: Record) -> Record:
    """Return *record* without what is expanded in its links."""
    if not any(link.content is not None for link in record.links.values()):
        return record
    return replace(record, links={rel: replace(link, content=None) for rel, link in record.links.items()})


def records(content: Content) -> tuple[Title | Person, ...]:
    """Return the records of a list, or what is one itself."""
    if isinstance(content, Title | Person):
        return (content,)
    return content.items if isinstance(content, Titles | People) else ()


def with_records(content: Content, records: Sequence[Title | Person]) -> Content:
    """Return *content* with these instead of its own."""
    if isinstance(content, Titles):
        return replace(content, items=tuple(each for each in records if isinstance(each, Title)))
    if isinstance(content, People):
        return replace(content, items=tuple(each for each in records if isinstance(each, Person)))
    return records[0] if isinstance(content, Title | Person) else content


def relation_of(record: Title | Person) -> Relation:
    """Return the row of what lies at a record's address."""
    return relations.TITLE if isinstance(record, Title) else relations.PERSON


def expanded(content: Content) -> Iterator[tuple[Relation, Href, Content]]:
    """Give what is expanded in the links of *content*, with the relation and the address of each."""
    for link in _filled(content):
        relation = _EXPANDABLE.get(link.rel)
        if relation is not None and link.content is not None:
            yield relation, link.href, link.content


def links_to(content: Content, parts: frozenset[str]) -> set[Href]:
    """Return where the links lead whose expansion *parts* names, by its alias."""
    return {link.href for link in _links(content) if _is_named(link.rel, parts)}


def followed(content: Content) -> Iterator[Href]:
    """Give where the links of *content* lead that somebody may want to follow."""
    if isinstance(content, LinkList):
        yield from (link.href for link in content.links)
    yield from (link.href for link in _links(content) if link.rel in _FOLLOWED)


def put_together(record: Record, parts: frozenset[str], found: Mapping[Href, Content]) -> Record:
    """Return *record* with each of *parts* expanded out of *found*, by the addresses of its links."""
    links = {
        rel: replace(link, content=found.get(link.href)) if _is_named(rel, parts) else link
        for rel, link in record.links.items()
    }
    return replace(record, links=links)


def is_cut_short(content: Content) -> bool:
    """Say whether *content* is a list of links that leaves some out, and so stands for nothing."""
    return isinstance(content, LinkList) and (content.total or 0) > len(content.links)


def _is_named(rel: str, parts: frozenset[str]) -> bool:
    relation = _EXPANDABLE.get(rel)
    return relation is not None and relation.alias in parts


def _links(content: Content) -> Iterator[Link]:
    return (link for record in records(content) for link in record.links.values())


def _filled(content: Content) -> Iterator[Link]:
    return (link for link in _links(content) if link.content is not None)
