"""Operations that are answered as a stream: what is said of an answer beside its data."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Final, cast

import pytest
import strawberry

from gateway.edge.documents import Documents
from gateway.edge.limits import Limits
from gateway.edge.operations import MakeContext, Operations
from gateway.edge.request import Asked
from gateway.loaders.levels import Operation
from gateway.loaders.viewer import Viewer
from gateway.schema.execution import Admit, EventExecutor, Schema
from gateway.telemetry.trail import Trail

pytestmark = pytest.mark.anyio

STALE: Final = {"stale": {"seconds": 7}}


@dataclass(frozen=True, slots=True)
class Bare:
    """What executing needs of a context."""

    operation: Operation
    admit: Admit
    anew: Callable[[], "Bare"]
    most_objects: int = 10


Info = strawberry.Info[Bare, None]


@strawberry.type
class Answer:
    """What is as old as it is made."""

    age: strawberry.Private[float]

    @strawberry.field
    def seen(self, info: Info) -> bool:
        """Tell how old it is."""
        info.context.operation.stale = self.age or None
        return True


@strawberry.type
class Query:
    """One answer."""

    @strawberry.field
    def answer(self, age: float) -> Answer:
        """Be so many seconds old, or new where that is 0."""
        return Answer(age=age)


@strawberry.type
class Subscription:
    """Several answers."""

    @strawberry.subscription
    async def answers(self) -> AsyncGenerator[Answer]:
        """Be old, then new, then old again."""
        for age in (7.2, 0.0, 7.2):
            yield Answer(age=age)


async def _bodies(query: str) -> list[object]:
    schema = Schema(Query, subscription=Subscription, execution_context_class=EventExecutor)
    documents = Documents(schema.core, Limits())

    def make(_viewer: Viewer | None = None) -> Bare:
        return Bare(Operation(1.0), documents.admit, make)

    operations = Operations(
        schema, cast("MakeContext", make), forget=lambda _viewer: pytest.fail("forgotten")
    )
    stream = operations.stream(Asked(query, None, None), None, trail=Trail())
    return [answer.body async for answer in stream]


async def test_an_answer_says_that_it_is_old() -> None:
    """By WebSocket and as events no less than by HTTP."""
    old, new = [await _bodies(f"{{ answer(age: {age}) {{ seen }} }}") for age in (7.2, 0)]

    assert old == [{"data": {"answer": {"seen": True}}, "extensions": STALE}]
    assert new == [{"data": {"answer": {"seen": True}}}]


async def test_each_event_says_it_for_itself() -> None:
    """An event is an operation of its own: how old it is has nothing to do with those before."""
    bodies = await _bodies("subscription { answers { seen } }")

    new = {"data": {"answers": {"seen": True}}}
    assert bodies == [{**new, "extensions": STALE}, new, {**new, "extensions": STALE}]
