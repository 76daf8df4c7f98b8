"""Which titles and people of an index file are here already, under which ids."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.catalog import identities
from gateway.origin.catalog.facts import PersonFacts, TitleFacts
from gateway.origin.catalog.indexed import Indexed
from gateway.origin.models import Kind, Person, Title


@dataclass(frozen=True, slots=True)
class Outline:
    """As much of a title as tells which one it is."""

    id: int
    kind: Kind
    name: str
    year: int | None
    series_id: int | None
    number: int | None

    @classmethod
    def of(cls, facts: TitleFacts) -> "Outline":
        """Return the outline of a title."""
        year, series = facts.release_year, facts.series_id
        return cls(facts.id, facts.kind, facts.name, year, series, facts.number)


@dataclass(frozen=True, slots=True)
class Known:
    """What was here before the import, and what the file calls it."""

    titles: Mapping[int, int]
    """From the file's ids to ours, where they differ."""
    people: Mapping[str, int]
    """People of earlier imports by key: all that is known of them is a name."""
    person_ids: frozenset[int]

    def is_matched(self, id: int) -> bool:
        """Tell whether the title *id* of the file is here under another id."""
        return id in self.titles

    def own(self, indexed: Indexed) -> Indexed:
        """Return *indexed* with our ids for what is here."""
        people = {person.id: self._person(person) for person in indexed.people}
        facts = indexed.facts
        awards = [
            replace(one, person_id=None if one.person_id is None else people[one.person_id])
            for one in facts.awards
        ]
        return replace(
            indexed,
            facts=replace(
                facts,
                id=self.title(facts.id),
                parent_id=self._above(facts.parent_id),
                series_id=self._above(facts.series_id),
                cast=list(dict.fromkeys(people[id_] for id_ in facts.cast)),
                directors=list(dict.fromkeys(people[id_] for id_ in facts.directors)),
                awards=awards,
            ),
            people=[person for person in indexed.people if people[person.id] == person.id],
            children=[self.title(id_) for id_ in indexed.children],
            bonus_discs=[self.title(id_) for id_ in indexed.bonus_discs],
        )

    def title(self, id: int) -> int:
        """Return our id for what the file calls *id*."""
        return self.titles.get(id, id)

    def _above(self, id: int | None) -> int | None:
        return None if id is None else self.title(id)

    def _person(self, person: PersonFacts) -> int:
        if person.id in self.person_ids:
            return person.id
        return self.people.get(identities.person_key(person.name), person.id)


async def find_known(session: AsyncSession, outlines: Iterable[Outline]) -> Known:
    """Return what is here of the titles that *outlines* tell of; ids come first, then names.

    A title equal in kind, name and year to one that is here is that title, and its seasons are
    that title's seasons (contract 11).
    """
    columns = (Title.id, Title.kind, Title.name, Title.release_year, Title.series_id, Title.number)
    here = [Outline(*row) for row in await session.execute(select(*columns).order_by(Title.id))]
    people = (await session.execute(select(Person.id, Person.name).order_by(Person.id))).all()
    return Known(
        titles=_matched(here, list(outlines)),
        people={identities.person_key(name): id_ for id_, name in people if id_ >= identities.LOWEST},
        person_ids=frozenset(id_ for id_, _ in people),
    )


def _matched(here: Sequence[Outline], there: Sequence[Outline]) -> dict[int, int]:
    taken = {outline.id for outline in here}
    # Whatever has its own id on both sides is itself and nothing else.
    known = {outline.id for outline in there}
    free = [outline for outline in here if outline.id not in known]
    new = [outline for outline in there if outline.id not in taken]
    main = {key: one.id for one in reversed(free) if (key := _key(one)) is not None}
    matched: dict[int, int] = {}
    for one in new:
        if (own := main.pop(_key(one) or "", None)) is not None:
            matched[one.id] = own
    seasons = {(one.series_id, one.number): one.id for one in reversed(free) if _is_numbered(one)}
    for one in filter(_is_numbered, new):
        series = matched.get(one.series_id or 0, one.series_id)
        if (own := seasons.pop((series, one.number), None)) is not None:
            matched[one.id] = own
    return matched


def _key(outline: Outline) -> str | None:
    if outline.kind not in (Kind.MOVIE, Kind.SERIES):
        return None
    return identities.title_key(outline.kind, outline.name, outline.year)


def _is_numbered(outline: Outline) -> bool:
    return outline.kind is Kind.SEASON and outline.number is not None
