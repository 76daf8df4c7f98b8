"""What the graph tells as it happens."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Final

import strawberry

from gateway import personal, subscriber
from gateway.schema.context import Info
from gateway.schema.errors import Unauthenticated
from gateway.schema.follow import link_of
from gateway.schema.paging import Slice, page_of
from gateway.schema.queue import Queue
from gateway.schema.viewer import load_user, load_ways
from gateway.schema.viewing import QueueKind
from gateway.upstream.errors import MalformedDocument

_BEGINNING: Final = Slice(0, 25)
"""What of a queue is polled: enough for what most ask of it, small enough to be asked for often."""


@strawberry.type(description="What is told as it happens.")
class Subscription:
    @strawberry.subscription(
        description="A queue of the viewer as it is now, and again whenever it has become another."
    )
    async def queue_changed(
        self, info: Info, kind: Annotated[QueueKind, strawberry.argument(description="Which.")]
    ) -> AsyncGenerator[Queue, None]:
        context, queue_kind = info.context, subscriber.QueueKind(str(kind.value))
        if context.viewer is None:
            raise Unauthenticated
        links = await load_ways((await load_user(context)).links, personal.QUEUES, context)
        link = link_of(links, personal.QUEUE[queue_kind])
        if link is None:
            raise MalformedDocument("queues/link", "a link to the queue")
        beginning = page_of(context.origin.resolve(link.href), _BEGINNING)
        async with aclosing(context.watches.watch(context.viewer, beginning)) as states:
            async for state in states:
                yield Queue.at(queue_kind, link.href, context, state)
