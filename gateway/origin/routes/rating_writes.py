"""Ratings written (contract 3.14)."""

from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin import queries
from gateway.origin.calls import Answer, Call, Document, Endpoint
from gateway.origin.errors import Invalid, NotFound
from gateway.origin.models import Title
from gateway.origin.paths import Address, Place
from gateway.origin.queues.errors import TitleUnavailable
from gateway.origin.queues.references import read_references
from gateway.origin.ratings.opinions import Opinion, read_opinion
from gateway.origin.ratings.writing import change, rate
from gateway.origin.representations.ratings import ACTUAL, rating_written
from gateway.origin.representations.view import View

Clock = Callable[[], float]


def post_rating(clock: Clock) -> Endpoint:
    """``POST {user}/ratings/title/actual[/{id}]``: rate a title that has no rating yet."""

    async def endpoint(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
        return [await _post(session, view, call, int(clock())) for call in calls]

    return endpoint


def put_rating(clock: Clock) -> Endpoint:
    """``PUT {user}/ratings/title/actual/{id}``: change a rating, or take it back."""

    async def endpoint(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
        return [await _put(session, view, call, int(clock())) for call in calls]

    return endpoint


async def _post(session: AsyncSession, view: View, call: Call, now: int) -> Answer:
    opinion = _opinion(call)
    title = await _rated(session, view, call.address.id or await _named(session, view, call))
    try:
        await rate(session, call.subscriber.id, title, opinion, now=now)
    except TitleUnavailable:
        raise NotFound from None
    if opinion is Opinion.NO_OPINION:
        return Document(rating_written(201, "Rating removed"), status=201)
    location = f"{view.paths.user(call.subscriber.id)}/{ACTUAL}/{title}"
    return Document(rating_written(201, "Title rated"), status=201, location=location)


async def _put(session: AsyncSession, view: View, call: Call, now: int) -> Answer:
    opinion = _opinion(call)
    title = await _rated(session, view, call.address.id)
    await change(session, call.subscriber.id, title, opinion, now=now)
    message = "Rating removed" if opinion is Opinion.NO_OPINION else "Rating changed"
    return Document(rating_written(200, message))


async def _rated(session: AsyncSession, view: View, title: int) -> int:
    """Return what is rated: *title*, or later the series that it is a part of."""
    if not view.rates_series:
        return title
    return (await queries.series_ids(session, [title])).get(title, title)


def _opinion(call: Call) -> Opinion:
    return read_opinion(call.parameters.get("rating", ""))


async def _named(session: AsyncSession, view: View, call: Call) -> int:
    """Return the one title that ``title_ref`` names; some programs write ``title_refs``."""
    text = call.parameters.get("title_ref") or call.parameters.get("title_refs", "")
    try:
        addresses = read_references(view.paths, text)
    except Invalid:
        addresses = ()
    if len(addresses) != 1:
        raise Invalid("title_ref")
    return await _existing(session, addresses[0])


async def _existing(session: AsyncSession, address: Address) -> int:
    """Return the id of the title at *address*, which must be of that kind and of that series."""
    chosen = select(Title.kind, Title.series_id).where(Title.id == address.id)
    found = (await session.execute(chosen)).one_or_none()
    if found is None or Place(found.kind.value) is not address.place:
        raise TitleUnavailable
    if address.series not in (None, found.series_id):
        raise TitleUnavailable
    return address.id
