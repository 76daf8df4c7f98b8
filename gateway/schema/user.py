"""Subscribers: whoever is signed in, for nobody sees another one."""

import asyncio
from typing import Annotated, Final, Self

import strawberry

from gateway import personal, subscriber
from gateway.resources import Href
from gateway.schema import ids
from gateway.schema.belongings import AtHomeItem, Feed, Recommendation, Rental, RentalKind, Review
from gateway.schema.connection import LARGEST_FIRST, Connection, connection
from gateway.schema.context import Context, Info
from gateway.schema.errors import BadUserInput, LimitExceeded
from gateway.schema.facts import Format, format_of
from gateway.schema.follow import (
    After,
    First,
    follow_pages,
    following,
    link_of,
    load_connection,
    show_part,
    wanted_of,
)
from gateway.schema.node import Node
from gateway.schema.paging import Part, Slice
from gateway.schema.queue import Queue, UpdatedSince, find_item, show_queue
from gateway.schema.scalars import web_address
from gateway.schema.viewer import load_about, load_user, load_ways, updated_since
from gateway.schema.viewing import QueueKind, TitleRating, TitleState
from gateway.upstream.errors import ForeignLink, InvalidId, OriginRefused
from gateway.upstream.href import with_parameters
from gateway.upstream.hypermedia import expect

_Titles = Annotated[
    list[strawberry.ID], strawberry.argument(description="Ids of titles of this graph: 500 at most.")
]
_OF_A_FEED: Final = {"feed_token": None, "oauth_consumer_key": None, "output": None}


@strawberry.type(description="A subscriber: whoever is signed in, for nobody sees another one.")
class User(Node):
    resource: strawberry.Private[subscriber.User]
    first_name: str | None = strawberry.field(description="Their first name.")
    last_name: str | None = strawberry.field(description="Their last name.")
    nickname: str | None = strawberry.field(description="What they like to be called.")
    can_instant_watch: bool = strawberry.field(description="Whether they may stream.")
    max_maturity_level: int | None = strawberry.field(
        description="The highest maturity level of a title that they are shown."
    )
    preferred_formats: list[Format] = strawberry.field(description="What they like titles on, best first.")

    @strawberry.field(description="One of their two queues.", metadata=following(personal.QUEUES))
    async def queue(
        self, info: Info, kind: Annotated[QueueKind, strawberry.argument(description="Which.")]
    ) -> Queue | None:
        links = await load_ways(self.resource.links, personal.QUEUES, info.context)
        return show_queue(links, subscriber.QueueKind(str(kind.value)), info.context)

    @strawberry.field(description="Both of their queues.", metadata=following(personal.QUEUES))
    async def queues(self, info: Info) -> list[Queue] | None:
        links = await load_ways(self.resource.links, personal.QUEUES, info.context)
        shown = (show_queue(links, kind, info.context) for kind in subscriber.QueueKind)
        return [queue for queue in shown if queue is not None]

    @strawberry.field(
        description="What they said of titles, the latest first; or of these titles alone.",
        metadata=following(personal.ACTUAL_RATINGS),
    )
    async def ratings(
        self,
        info: Info,
        titles: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(description="Of these titles, and what they may think of them: 500 at most."),
        ] = None,
        first: First = 25,
        after: After = None,
    ) -> Connection[TitleRating] | None:
        wanted = wanted_of(first, after, info)
        if titles is not None:
            return await _ratings_of(_hrefs(titles, info.context), wanted, info.context)
        links = await load_ways(self.resource.links, personal.RATINGS, info.context)
        link = link_of(links, personal.ACTUAL_RATINGS)
        if link is None:
            return connection([], wanted, total=0)
        return await load_connection(personal.ACTUAL_RATINGS, link.href, wanted, TitleRating.of, info)

    recommendations: Connection[Recommendation] | None = follow_pages(
        personal.RECOMMENDATIONS, Recommendation.of, description="What they may like, best first."
    )

    @strawberry.field(
        description="What they rented and watched, the latest first.",
        metadata=following(personal.RENTAL_HISTORY),
    )
    async def rental_history(
        self,
        info: Info,
        kind: Annotated[
            RentalKind | None, strawberry.argument(description="Only this list of the history.")
        ] = None,
        first: First = 25,
        after: After = None,
        updated_since: UpdatedSince = None,
    ) -> Connection[Rental] | None:
        wanted = wanted_of(first, after, info)
        relation, links = personal.RENTAL_HISTORY, self.resource.links
        if kind is not None:
            relation = personal.RENTALS[subscriber.RentalKind(str(kind.value))]
            links = await load_ways(links, personal.FEEDS, info.context)
        link = link_of(links, relation)
        if link is None:
            return connection([], wanted, total=0)
        href = with_parameters(info.context.origin.resolve(link.href), _OF_A_FEED)
        return await load_connection(relation, _since(href, updated_since), wanted, Rental.of, info)

    @strawberry.field(
        description="The discs that they have at home, or that are on their way.",
        metadata=following(personal.AT_HOME),
    )
    async def at_home(
        self, info: Info, first: First = 25, after: After = None, updated_since: UpdatedSince = None
    ) -> Connection[AtHomeItem] | None:
        wanted = wanted_of(first, after, info)
        link = link_of(self.resource.links, personal.AT_HOME)
        if link is None:
            return connection([], wanted, total=0)
        href = _since(info.context.origin.resolve(link.href), updated_since)
        return await load_connection(personal.AT_HOME, href, wanted, AtHomeItem.of, info)

    reviews: Connection[Review] | None = follow_pages(
        personal.REVIEWS, Review.of, description="What they wrote of titles, the latest first."
    )

    @strawberry.field(
        description="What they can do with titles; those that there are, in their order.",
        metadata=following(personal.TITLE_STATES),
    )
    async def title_states(self, info: Info, titles: _Titles) -> list[TitleState] | None:
        hrefs = _hrefs(titles, info.context)
        about = [load_about(href, personal.TITLE_STATES, info.context) for href in hrefs]
        found = [state for state in await asyncio.gather(*about) if state is not None]
        return [TitleState.of(expect(state, subscriber.TitleState)) for state in found]

    @strawberry.field(
        description="Their lists as feeds. Whoever has the address of a feed can read it.",
        metadata=following(personal.FEEDS),
    )
    async def feeds(self, info: Info) -> list[Feed] | None:
        links = await load_ways(self.resource.links, personal.FEEDS, info.context)
        return [
            Feed(rel=link.rel, title=link.title, url=url)
            for link in links.values()
            if (url := web_address(link.href))
        ]

    @classmethod
    def of(cls, user: subscriber.User) -> Self:
        return cls(
            resource=user,
            id=strawberry.ID(ids.encode(ids.Personal(user.user_id))),
            first_name=user.first_name,
            last_name=user.last_name,
            nickname=user.nickname,
            can_instant_watch=user.can_instant_watch,
            max_maturity_level=user.max_maturity_level,
            preferred_formats=list(map(format_of, user.preferred_formats)),
        )


_since = updated_since  # An argument of the graph has the same name.


async def find_personal(named: ids.Personal, context: Context) -> Node | None:
    """Show what *named* is; null where it is not the viewer's, for nobody else sees it, or not there."""
    if context.viewer is None or context.viewer.user_id != named.user:
        return None
    try:
        user = await load_user(context)
        if named.queue is None:
            return User.of(user)
        links = await load_ways(user.links, personal.QUEUES, context)
        queue = show_queue(links, named.queue, context)
        if queue is None or named.title is None:
            return queue
        return await find_item(queue, named.title, context)
    except OriginRefused as error:
        if error.is_not_found:
            return None
        raise


async def _ratings_of(titles: list[Href], wanted: Slice, context: Context) -> Connection[TitleRating]:
    about = [load_about(href, personal.TITLE_RATINGS, context) for href in titles]
    found = [expect(rating, subscriber.Rating) for rating in await asyncio.gather(*about) if rating]
    part = Part(found[wanted.start : wanted.start + wanted.size], len(found))
    return show_part(part, wanted, TitleRating.of, context)


def _hrefs(titles: list[strawberry.ID], context: Context) -> list[Href]:
    """Return where the titles with these ids are, each once; refuse what names none."""
    if len(titles) > LARGEST_FIRST:
        raise LimitExceeded("The number of `titles`", value=len(titles), limit=LARGEST_FIRST)
    return [title_href(each, context) for each in dict.fromkeys(titles)]


def title_href(id: strawberry.ID, context: Context) -> Href:
    """Return where the title with *id* is; raise ``BadUserInput`` where it names none."""
    named = ids.decode(id)
    if isinstance(named, ids.Personal) or named.noun == "person":
        raise BadUserInput("This does not name a title.")
    try:
        return context.origin.resolve(context.origin.href_of(named))
    except (ForeignLink, InvalidId) as error:
        raise BadUserInput("The id is not an id of this graph.") from error
