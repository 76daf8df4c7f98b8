"""Titles read as queues see them, and the discs that sets consist of."""

from collections.abc import Collection, Iterable
from itertools import chain
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.models import Availability, Kind, Title
from gateway.origin.queries import child_ids
from gateway.origin.queries.chunks import chunks
from gateway.origin.queues.candidates import Candidate, with_offers
from gateway.origin.queues.offers import Offer, read_format
from gateway.origin.records import Facet, TitleReference

_COLLECTIONS: Final = frozenset({Kind.SERIES, Kind.SEASON, Kind.MOVIE})


async def candidates(session: AsyncSession, ids: Collection[int]) -> dict[int, Candidate]:
    """Return the titles that exist among *ids*; what says nothing of a format has its parent's."""
    bare: dict[int, Candidate] = {}
    columns = (Title.id, Title.kind, Title.name, Title.search_name, Title.parent_id, Title.series_id)
    for part in chunks(ids):
        query = select(*columns, Title.is_bonus, Title.runtime).where(Title.id.in_(part))
        for key, kind, name, sort_name, parent, series, is_bonus, runtime in await session.execute(query):
            parents = tuple(owner for owner in dict.fromkeys((parent, series)) if owner is not None)
            reference = TitleReference(kind, key, name, series)
            bare[key] = Candidate(reference, sort_name, parents, is_bonus, runtime)
    stated = await _stated_offers(session, set(chain(bare, *(title.parents for title in bare.values()))))
    return {key: with_offers(title, stated) for key, title in bare.items()}


async def members(session: AsyncSession, titles: Iterable[Candidate]) -> dict[int, list[Candidate]]:
    """Return the titles that a disc queue holds for each of *titles*: itself, or the discs of a set.

    Bonus material is asked for by its own name. A film on one disc is that film.
    """
    titles = list(titles)
    parents = [title.id for title in titles if title.reference.kind in _COLLECTIONS]
    below = await child_ids(session, parents, Facet.DISCS) if parents else {}
    discs = await candidates(session, list(chain(*below.values())))
    sets: dict[int, list[Candidate]] = {}
    for title in titles:
        own = [discs[disc] for disc in below.get(title.id, ()) if not discs[disc].is_bonus]
        is_film = title.reference.kind is Kind.MOVIE
        sets[title.id] = [title] if len(own) <= int(is_film) else own
    return sets


async def _stated_offers(session: AsyncSession, ids: Collection[int]) -> dict[int, dict[str, Offer]]:
    stated: dict[int, dict[str, Offer]] = {}
    columns = (
        Availability.title_id,
        Availability.format,
        Availability.available_from,
        Availability.available_until,
    )
    for part in chunks(ids):
        rows = await session.execute(select(*columns).where(Availability.title_id.in_(part)))
        for key, name, opens, closes in rows:
            if queue_name := read_format(name):
                stated.setdefault(key, {})[queue_name] = Offer(opens, closes)
    return stated
