"""Subscribers themselves, and the lists made for them (contract 3.8 and 3.17)."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.accounts import Subscriber
from gateway.origin.calls import Answer, Call, Document
from gateway.origin.models import Genre
from gateway.origin.records import TitleRecord
from gateway.origin.representations.elements import Element
from gateway.origin.representations.users import current_user, user, user_list, user_lists
from gateway.origin.representations.view import View
from gateway.origin.routes.belongings import LARGEST
from gateway.origin.routes.stretches import Shelf, Stretch, cut, show_stretches
from gateway.origin.subscribers import lists

_LONGEST_ID: Final = 9

_Place = tuple[Subscriber, int]


async def show_users(_session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
    """``GET {user}``: who it is."""
    return [Document(user(view, call.subscriber)) for call in calls]


async def show_current_user(_session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
    """``GET /users/current``: the way to whoever asks."""
    return [Document(current_user(view, call.subscriber)) for call in calls]


async def show_lists(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
    """``GET {user}/lists``: the ways to the lists made for the subscriber."""
    genres: dict[str, Sequence[Genre]] = {}
    for call in calls:
        if call.subscriber.id not in genres:
            genres[call.subscriber.id] = await lists.genres(session, call.subscriber.id)
    return [Document(user_lists(view, call.subscriber, genres[call.subscriber.id])) for call in calls]


async def show_list(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
    """``GET {user}/lists/{list}``: a page of the titles on a list."""
    titles = await lists.genre_titles(session, {genre for call in calls if (genre := _genre(call))})
    shelves = [_shelf(call, titles) for call in calls]
    return await show_stretches(session, view, cut(shelves, calls, largest=LARGEST), _list)


def _shelf(call: Call, titles: Mapping[int, Sequence[int]]) -> Shelf[_Place] | None:
    genre = _genre(call)
    return Shelf((call.subscriber, genre), titles[genre]) if genre in titles else None


def _genre(call: Call) -> int:
    """Return the genre that the path names; 0 is none."""
    name = call.address.name or ""
    is_number = name.isdecimal() and len(name) <= _LONGEST_ID and not name.startswith("0")
    return int(name) if is_number else 0


def _list(view: View, stretch: Stretch[_Place], titles: Sequence[TitleRecord]) -> Element:
    return user_list(view, stretch.owner, titles, stretch.page, total=stretch.total)
