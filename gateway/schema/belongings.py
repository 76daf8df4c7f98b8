"""What a subscriber has, had, may like and wrote."""

from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from gateway import resources, subscriber
from gateway.schema.context import Context, Info
from gateway.schema.scalars import URL, Seconds
from gateway.schema.viewing import show_title_behind

if TYPE_CHECKING:
    from gateway.schema.title import Title


@strawberry.enum(description="The three lists of the rental history.")
class RentalKind(Enum):
    SHIPPED = strawberry.enum_value("shipped", description="What was sent.")
    RETURNED = strawberry.enum_value("returned", description="What came back.")
    WATCHED = strawberry.enum_value("watched", description="What was streamed.")


@strawberry.type(description="Something about a title.")
class _About:
    link: strawberry.Private[resources.Link | None]

    @strawberry.field(description="The title.")
    def title(self, info: Info) -> Annotated["Title", strawberry.lazy("gateway.schema.title")] | None:
        return show_title_behind(self.link, info)  # type: ignore[return-value]


@strawberry.type(description="A title that the viewer may like.")
class Recommendation(_About):
    predicted: float | None = strawberry.field(description="What the viewer is likely to think of it.")

    @classmethod
    def of(cls, item: subscriber.Recommendation, _context: Context) -> Self:
        return cls(link=item.title, predicted=item.predicted)


@strawberry.type(description="A rental.")
class Rental(_About):
    state: RentalKind = strawberry.field(description="What became of it.")
    shipped: datetime | None = strawberry.field(description="When it was sent.")
    returned: datetime | None = strawberry.field(description="When it came back.")
    watched: datetime | None = strawberry.field(description="When it was watched.")
    viewed_time: Seconds | None = strawberry.field(description="How much of it was watched.")

    @classmethod
    def of(cls, item: subscriber.Rental, _context: Context) -> Self:
        return cls(
            link=item.title,
            state=RentalKind(item.state.value),
            shipped=item.shipped,
            returned=item.returned,
            watched=item.watched,
            viewed_time=None if item.viewed_time is None else Seconds(item.viewed_time),
        )


@strawberry.type(description="A disc that is at home, or on its way there.")
class AtHomeItem(_About):
    shipped: datetime | None = strawberry.field(description="When it was sent.")
    estimated_arrival: date | None = strawberry.field(description="The day on which it is expected.")

    @classmethod
    def of(cls, item: subscriber.AtHomeItem, _context: Context) -> Self:
        arrival = item.estimated_arrival
        return cls(link=item.title, shipped=item.shipped, estimated_arrival=arrival and arrival.date())


@strawberry.type(description="A review that the viewer wrote.")
class Review(_About):
    text: str = strawberry.field(description="What it says.")
    rating: int | None = strawberry.field(description="From 1 to 5.")
    updated: datetime | None = strawberry.field(description="When it was written, or last changed.")

    @classmethod
    def of(cls, item: subscriber.Review, _context: Context) -> Self:
        return cls(link=item.title, text=item.text, rating=item.rating, updated=item.updated)


@strawberry.type(description="A list of the viewer's as a feed, for programs that read feeds.")
class Feed:
    rel: str = strawberry.field(description="What it is, as the origin's link relation.")
    title: str = strawberry.field(description="What it is called.")
    url: URL = strawberry.field(description="Where it is. Whoever has this address can read the list.")
