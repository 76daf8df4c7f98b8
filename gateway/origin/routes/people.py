"""People and their filmographies (contract 3.6 and 6.4)."""

from collections.abc import Sequence
from functools import partial
from itertools import chain
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin import models, queries
from gateway.origin.calls import Answer, Call
from gateway.origin.paths import FILMOGRAPHY
from gateway.origin.records import TitleRecord
from gateway.origin.representations.elements import Element
from gateway.origin.representations.people import person
from gateway.origin.representations.titlelists import filmography, person_expanded
from gateway.origin.representations.view import View
from gateway.origin.routes.found import answer, find_people
from gateway.origin.routes.stretches import Shelf, Stretch, cut, show_stretches

LARGEST_FILMOGRAPHY: Final = 500


async def show_people(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
    """``GET {person}``: one person, with links to their titles if these are expanded."""
    people = await find_people(session, calls)
    if FILMOGRAPHY not in view.expand:
        return await answer(people, partial(person, view))
    ids = await _films(session, view, people)
    shown = {owner: films[:LARGEST_FILMOGRAPHY] for owner, films in ids.items()}
    titles = await queries.titles(session, list(dict.fromkeys(chain(*shown.values()))))

    def represent(who: models.Person) -> Element:
        return person_expanded(view, who, [titles[key] for key in shown[who.id]])

    return await answer(people, represent)


async def show_filmographies(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
    """``GET {person}/filmography``: a page of the titles that the person had a part in."""
    people = await find_people(session, calls)
    ids = await _films(session, view, people)
    shelves = [Shelf(who, ids[who.id]) if who else None for who in people]
    stretches = cut(shelves, calls, largest=LARGEST_FILMOGRAPHY)
    return await show_stretches(session, view, stretches, _filmography)


async def _films(
    session: AsyncSession, view: View, people: Sequence[models.Person | None]
) -> dict[int, list[int]]:
    ids = list(dict.fromkeys(who.id for who in people if who))
    return await queries.filmography_ids(session, ids, only=view.formats)


def _filmography(view: View, stretch: Stretch[models.Person], films: Sequence[TitleRecord]) -> Element:
    return filmography(view, stretch.owner, films, stretch.page, total=stretch.total)
