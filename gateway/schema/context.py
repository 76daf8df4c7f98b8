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
    selections: dict[int, frozenset[str]] = field(default_factory=dict)
    """The paths that each selection asks for, by the identity of its node."""

    def load(self, relation: Relation, href: Href, *, items: int = 0) -> asyncio.Future[Content]:
        """Want what *href* leads to, if it leads to the origin; raise ``ForeignLink`` if not."""
        return self.loader.load(Want(PUBLIC, self.origin.resolve(href), relation, items))


Info = strawberry.Info[Context, None]
