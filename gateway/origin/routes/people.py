"""People and their filmographies (contract 3.6 and 6.4)."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin import models, queries
from gateway.origin.calls import Answer, Call
from gateway.origin.paths import FILMOGRAPHY
from gateway.origin.records import TitleRecord
from gateway.origin.representations.elements import Element
from gateway.origin.representations.people import Inside, nothing, person
from gateway.origin.representations.titlelists import filmography, films_inside
from gateway.origin.representations.view import View
from gateway.origin.routes.found import answer, find_people
from gateway.origin.routes.stretches import Shelf, Stretch, cut, show_stretches

LARGEST_FILMOGRAPHY: Final = 500


async def show_people(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
    """``GET {person}``: one person, with links to their titles if these are expanded."""
    people = await find_people(session, calls)
    inside = await films_of(session, view, people)
    return await answer(people, lambda who: person(view, who, inside))


async def films_of(session: AsyncSession, view: View, people: Iterable[models.Person | None]) -> Inside:
    """Return what is to be expanded inside the links of *people*, alone or in a list."""
    if FILMOGRAPHY not in view.expand:
        return nothing
    ids = await _films(session, view, people)
    rows = await queries.title_rows(session, set(chain(*ids.values())))
    return films_inside(view, {owner: [rows[film] for film in films] for owner, films in ids.items()})


async def show_filmographies(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
    """``GET {person}/filmography``: a page of the titles that the person had a part in."""
    people = await find_people(session, calls)
    ids = await _films(session, view, people)
    shelves = [Shelf(who, ids[who.id]) if who else None for who in people]
    stretches = cut(shelves, calls, largest=LARGEST_FILMOGRAPHY)
    return await show_stretches(session, view, stretches, _filmography)


async def _films(
    session: AsyncSession, view: View, people: Iterable[models.Person | None]
) -> dict[int, list[int]]:
    ids = list(dict.fromkeys(who.id for who in people if who))
    return await queries.filmography_ids(session, ids, only=view.formats)


def _filmography(view: View, stretch: Stretch[models.Person], films: Sequence[TitleRecord]) -> Element:
    return filmography(view, stretch.owner, films, stretch.page, total=stretch.total)
