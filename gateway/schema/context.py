"""What a resolver knows of the operation it works for."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

import strawberry

from gateway.loaders.levels import Operation
from gateway.loaders.loader import ResourceLoader
from gateway.loaders.planner import Planner
from gateway.loaders.selection import key_of
from gateway.loaders.viewer import Viewer
from gateway.loaders.wants import Want
from gateway.loaders.watch import Watches
from gateway.loaders.writes import Writes
from gateway.relations import Parts, Relation
from gateway.resources import Content, Href, Title
from gateway.schema.errors import Unauthenticated
from gateway.schema.execution import Admit
from gateway.schema.pace import LINK, Pace
from gateway.schema.selection import Seen
from gateway.upstream.errors import ForeignLink
from gateway.upstream.href import Origin
from gateway.upstream.identity import PUBLIC
from gateway.upstream.quota.budget import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One operation of one caller; made by the edge, dropped with the answer."""

    origin: Origin
    loader: ResourceLoader
    operation: Operation
    planner: Planner
    writes: Writes
    viewer: Viewer | None
    """Who is signed in."""
    admit: Admit
    """Reads a document."""
    most_objects: int = 5_000
    """Objects that the answer may have."""
    most_text: int = 5_000_000
    """Characters that the texts of the answer may have together."""
    now: Callable[[], datetime]
    show_title: "Callable[[Title, Context], object]"
    """Puts a title into GraphQL; here, since people show titles and titles show people."""
    watches: Watches
    """Tells what has changed."""
    standing: Callable[[], Awaitable[Standing]]
    """Tells what is left of the origin's allowance for what is public."""
    anew: "Callable[[], Context]"
    """Makes the same for another operation of the caller's: for each event of a subscription."""
    pace: Pace
    """How fast the answer is put together."""
    selections: Seen = field(default_factory=dict)
    written: dict[tuple[Callable[[str], str], str], str] = field(default_factory=dict)
    """What each way of writing has made of each text so far."""

    def write(self, way: Callable[[str], str], text: str) -> str:
        """Write *text* in a *way*: once, under however many names it is asked for."""
        key = way, text
        if key not in self.written:
            self.written[key] = way(text)
        return self.written[key]

    def load(
        self,
        relation: Relation,
        href: Href,
        *,
        items: int = 0,
        parts: Parts = frozenset(),
        title: Href | None = None,
    ) -> asyncio.Future[Content]:
        """Want what *href* leads to, with *parts* inside its links, on behalf of whoever may see it.

        Where it is asked about titles, it is what it says of *title* alone that is wanted.

        The future fails with ``ForeignLink`` if that is not the origin, and with ``Unauthenticated`` if it is
        personal and nobody is signed in. It fails, and nothing is raised here, so that one bad link of a list
        leaves the others be.
        """
        self.pace.spend(LINK)
        try:
            want = self._want(relation, self.origin.resolve(href))
            about = None if title is None else self.origin.resolve(title)
            return self.loader.load(replace(want, items=items, parts=parts, title=about))
        except (ForeignLink, Unauthenticated) as error:
            refused: asyncio.Future[Content] = asyncio.get_running_loop().create_future()
            refused.set_exception(error)
            refused.exception()  # Nobody may wait for it: that is no news for the loop.
            return refused

    def _want(self, relation: Relation, href: Href) -> Want:
        if not relation.is_personal:
            return Want(PUBLIC, href, relation)
        if self.viewer is None:
            raise Unauthenticated
        return Want(self.viewer.identity, href, relation, token=self.viewer.token)


Info = strawberry.Info[Context, None]


def parts_of(info: Info) -> Parts:
    """Return what the plan wants along with what a field loads."""
    return info.context.operation.plan.parts.get(key_of(info._raw_info.field_nodes), frozenset())  # noqa: SLF001
