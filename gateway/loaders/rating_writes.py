"""Ratings: given, changed and taken back. They have no tag, and need none: saying it twice is saying it."""

from typing import Final

from gateway import personal
from gateway.contract import Path
from gateway.loaders.changes import RateTitle
from gateway.loaders.delivery import LOOKS, Delivery
from gateway.loaders.outcomes import Rated, RatingOutcome, Refusal, Refused
from gateway.resources import Href
from gateway.subscriber import Rating, Ratings, Resource, User
from gateway.upstream.errors import OriginRefused, OriginUnreachable, UpstreamError
from gateway.upstream.href import place_of, with_parameters
from gateway.upstream.hypermedia import expect
from gateway.upstream.writer import Write, is_settled

NO_OPINION: Final = "no_opinion"
NOT_INTERESTED: Final = "not_interested"

_TURNS: Final = 3
"""How often POST and PUT take turns, while somebody else gives and takes back a rating."""


async def rate(change: RateTitle, delivery: Delivery) -> RatingOutcome:
    """Make *change*, and return what came of it.

    Raises whatever went wrong upstream; then *delivery* tells whether the rating may have been changed.
    """
    home = delivery.upstream.origin.expand_path(Path.USER, id=delivery.viewer.user_id)
    user = expect(await delivery.load(personal.USER, home), User)
    kinds = await delivery.load(personal.RATINGS, delivery.follow(user.links, personal.RATINGS))
    links = expect(kinds, Resource).links
    titles, given = (delivery.follow(links, row) for row in (personal.TITLE_RATINGS, personal.ACTUAL_RATINGS))
    return await _Attempts(change, delivery, titles, given).run()


class _Attempts:
    """Gives one rating, and looks at it when the answer is lost."""

    def __init__(self, change: RateTitle, delivery: Delivery, titles: Href, given: Href) -> None:
        self._change = change
        self._delivery = delivery
        self._titles = titles
        self._given = given

    async def run(self) -> RatingOutcome:
        rating: Rating | None = await self._read()
        if rating is None:
            return _unknown_title(self._change)
        if self._is_given(rating):
            self._delivery.is_doubtful = False
            return Rated(title=self._change.title, rating=rating)
        await self._delivery.note(b"")
        try:
            return await self._write(has_rating=_has_opinion(rating))
        except UpstreamError as error:
            if is_settled(error):
                return _explain(self._change, error)
        return await self._find_out()

    async def _write(self, *, has_rating: bool) -> RatingOutcome:
        """Send the rating: what the title has none of by POST, what it has by PUT."""
        for _ in range(_TURNS):
            try:
                await self._delivery.write(self._put() if has_rating else self._post())
            except OriginRefused as error:
                # Somebody else has given a rating meanwhile, or taken it back.
                if error.status != (404 if has_rating else 422):
                    raise
                has_rating = not has_rating
            else:
                break
        else:
            raise OriginRefused(self._given, 409)
        return Rated(title=self._change.title)

    async def _find_out(self) -> RatingOutcome:
        """Return what has become of a rating whose answer is lost; send it once more if it is not there."""
        has_sent = False
        for look in range(LOOKS):
            if look:
                await self._delivery.pause(look - 1)
            try:
                rating = await self._read()
                if rating is None or self._is_given(rating):
                    self._delivery.is_doubtful = False
                    return _unknown_title(self._change) if rating is None else Rated(title=self._change.title)
                if not has_sent:
                    has_sent = True
                    return await self._write(has_rating=_has_opinion(rating))
            except UpstreamError:
                continue
        raise OriginUnreachable(self._given)

    async def _read(self) -> Rating | None:
        asked = with_parameters(self._titles, {"title_refs": self._change.title})
        ratings = await self._delivery.read(asked, Ratings)
        title = self._change.title
        return next(
            (rating for rating in ratings.items if place_of(rating.title.href) == place_of(title)), None
        )

    def _is_given(self, rating: Rating) -> bool:
        return _opinion(rating) == self._change.opinion

    def _post(self) -> Write:
        form = (("title_ref", self._change.title), ("rating", self._change.opinion))
        return Write(method="POST", href=self._given, token=self._delivery.viewer.token, form=form)

    def _put(self) -> Write:
        # A rating is called by the number of its title (contract 3.14).
        number = self._change.title.rstrip("/").rpartition("/")[2]
        return Write(
            method="PUT",
            href=Href(f"{self._given}/{number}"),
            token=self._delivery.viewer.token,
            form=(("rating", self._change.opinion),),
        )


def _opinion(rating: Rating) -> str:
    if rating.is_not_interested:
        return NOT_INTERESTED
    return NO_OPINION if rating.user is None else str(rating.user)


def _has_opinion(rating: Rating) -> bool:
    return _opinion(rating) != NO_OPINION


def _explain(change: RateTitle, error: UpstreamError) -> RatingOutcome:
    """Return what a clear answer means; raise *error* where it is none to the change."""
    if not isinstance(error, OriginRefused):
        raise error
    if error.status == 404 or (error.status, error.sub_code) == (400, 130):
        return _unknown_title(change)
    if error.status in (400, 409, 422):
        message = error.message or "The origin refused the rating."
        return Refused(reason=Refusal.OTHER, message=message, titles=(change.title,))
    raise error


def _unknown_title(change: RateTitle) -> Refused:
    message = "There is no such title."
    return Refused(reason=Refusal.TITLE_NOT_FOUND, message=message, titles=(change.title,))
