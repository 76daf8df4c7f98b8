"""People, and the titles they worked on."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.models import Credit, Person, Title
from gateway.origin.queries.chunks import chunks
from gateway.origin.queries.offered import offered_in


async def people(session: AsyncSession, ids: Collection[int]) -> dict[int, Person]:
    """Return the people that exist among *ids*."""
    found: dict[int, Person] = {}
    for part in chunks(ids):
        for person in await session.scalars(select(Person).where(Person.id.in_(part))):
            found[person.id] = person
    return found


async def filmography_ids(
    session: AsyncSession, person_ids: Collection[int], *, only: Collection[str] | None = None
) -> dict[int, list[int]]:
    """Return the ids of each person's titles, the newest first, then by name; every id has an entry.

    If formats are given, *only* what is or was to be had in one of them is told.
    """
    films: dict[int, list[int]] = {person: [] for person in person_ids}
    for part in chunks(person_ids):
        credited = (
            select(Credit.person_id, Title.id, Title.release_year, Title.name)
            .join(Title, Title.id == Credit.title_id)
            .where(Credit.person_id.in_(part), *offered_in(only))
            .distinct()  # Someone may have directed what they played in.
            .order_by(Credit.person_id, Title.release_year.desc().nulls_last(), Title.name, Title.id)
        )
        for person, title, _, _ in await session.execute(credited):
            films[person].append(title)
    return films
