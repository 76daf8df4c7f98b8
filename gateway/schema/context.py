"""What a resolver knows of the operation it works for."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import strawberry

from gateway.loaders.loader import ResourceLoader
from gateway.loaders.wants import PUBLIC, Want
from gateway.loaders.window import Operation
from gateway.relations import Relation
from gateway.resources import Content, Href, Title
from gateway.schema.selection import Seen
from gateway.upstream.errors import ForeignLink
from gateway.upstream.href import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One operation of one caller; made by the edge, dropped with the answer."""

    origin: Origin
    loader: ResourceLoader
    operation: Operation
    now: Callable[[], datetime]
    show_title: "Callable[[Title, Context], object]"
    """Puts a title into GraphQL; here, since people show titles and titles show people."""
    selections: Seen = field(default_factory=dict)

    def load(self, relation: Relation, href: Href, *, items: int = 0) -> asyncio.Future[Content]:
        """Want what *href* leads to; the future fails with ``ForeignLink`` if that is not the origin.

        It fails, and nothing is raised here, so that one bad link of a list leaves the others be.
        """
        try:
            return self.loader.load(Want(PUBLIC, self.origin.resolve(href), relation, items))
        except ForeignLink as error:
            refused: asyncio.Future[Content] = asyncio.get_running_loop().create_future()
            refused.set_exception(error)
            refused.exception()  # Nobody may wait for it: that is no news for the loop.
            return refused


Info = strawberry.Info[Context, None]
