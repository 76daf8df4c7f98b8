"""A program that asks for a subscriber's resources: it calls the endpoints as the dispatcher would."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from gateway.origin.accounts import Subscriber
from gateway.origin.callers import Caller
from gateway.origin.calls import Answer, Call, Document, Endpoint, read_view
from gateway.origin.database import Database
from gateway.origin.errors import Refusal
from gateway.origin.models import Consumer
from gateway.origin.paths import Address, Paths, Place
from gateway.origin.routes import history, rating_writes, ratings
from gateway.origin.routes.categories import show_categories
from gateway.origin.routes.feeds import show_feeds
from gateway.origin.routes.recommendations import show_recommendations
from gateway.origin.routes.users import show_current_user, show_list, show_lists, show_users

from .household import ANN, BASE

READERS: Mapping[Place, Endpoint] = {
    Place.USER: show_users,
    Place.CURRENT_USER: show_current_user,
    Place.LISTS: show_lists,
    Place.LIST: show_list,
    Place.FEEDS: show_feeds,
    Place.AT_HOME: history.show_at_home,
    Place.RENTAL_HISTORY: history.show_rental_history,
    Place.RENTALS: history.show_rental_history,
    Place.REVIEWS: history.show_reviews,
    Place.RATING_KINDS: ratings.show_rating_kinds,
    Place.RATINGS: ratings.show_ratings,
    Place.ACTUAL_RATINGS: ratings.show_actual,
    Place.ACTUAL_RATING: ratings.show_rating,
    Place.PREDICTED_RATINGS: ratings.show_predicted,
    Place.RECOMMENDATIONS: show_recommendations,
    Place.CATEGORY: show_categories,
}
WRITERS = {"POST": rating_writes.post_rating, "PUT": rating_writes.put_rating}

Told = tuple[int, int | None, str]
"""What an answer says of a change: the code, the code below it, and the message."""


@dataclass
class Asking:
    """What asks, and changes, for one subscriber at a moment."""

    database: Database
    who: str = ANN
    now: float = 10_000
    token: str | None = "TOKEN"
    paths: Paths = field(default_factory=lambda: Paths(BASE))

    async def get(self, path: str, **parameters: object) -> Answer:
        """Ask for what is at *path*; below the subscriber, unless it begins with two slashes."""
        async with self.database.read() as session:
            (answer,) = await self.get_all(session, [(path, parameters)])
        return answer

    async def get_all(
        self, session: AsyncSession, asked: Sequence[tuple[str, Mapping[str, object]]]
    ) -> list[Answer]:
        """Ask for several resources of one kind at once."""
        calls = [await self._call(session, path, parameters) for path, parameters in asked]
        view = read_view(self.paths, calls[0].parameters)
        return await READERS[calls[0].address.place](session, view, calls)

    async def send(self, verb: str, path: str, **parameters: object) -> Answer:
        """Change something; what is refused leaves nothing."""
        endpoint = WRITERS[verb](lambda: self.now)
        try:
            async with self.database.write(self.who) as session:
                call = await self._call(session, path, parameters)
                (answer,) = await endpoint(session, read_view(self.paths, call.parameters), [call])
        except Refusal as refusal:
            return refusal
        return answer

    def _address(self, path: str) -> Address:
        address = self.paths.read(path[1:] if path.startswith("//") else f"/users/{self.who}{path}")
        assert address is not None
        return address

    async def _call(self, session: AsyncSession, path: str, parameters: Mapping[str, object]) -> Call:
        query = select(Subscriber).where(Subscriber.id == self.who)
        subscriber = await session.scalar(query.options(selectinload(Subscriber.formats)))
        caller = Caller(Consumer(key="KEY", secret="", name="Program"), subscriber, self.token)
        texts = {name: str(value) for name, value in parameters.items()}
        return Call(self._address(path), texts, caller=caller)


def root(answer: Answer) -> etree._Element:
    """Return the document that was answered."""
    assert isinstance(answer, Document), answer
    return answer.root


def told(answer: Answer) -> Told:
    """Return what an answer says of a change."""
    if isinstance(answer, Refusal):
        return answer.status, answer.sub_code, answer.message
    return answer.status, None, answer.root.findtext("message", "")


def ids(answer: Answer) -> list[str]:
    """Return the ends of the ids of the items in a list."""
    return [
        item.findtext("id", "").rpartition("/")[2] for item in root(answer) if item.find("id") is not None
    ]


Tree = tuple[str, tuple[tuple[str, str], ...], str, tuple["Tree", ...]]


def tree(element: etree._Element) -> Tree:
    """Return a document as a value: names, attributes in order, texts without the blanks around them."""
    text = "".join([element.text or "", *(child.tail or "" for child in element)]).strip()
    attributes = tuple((str(name), str(value)) for name, value in element.attrib.items())
    return element.tag, attributes, text, tuple(tree(child) for child in element)
