"""Operations, however they came in: what is said of an answer beside its data, and what of faults."""

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

import pytest
import strawberry

from gateway.edge.admission import Admission
from gateway.edge.documents import Documents
from gateway.edge.lasting import Lasting
from gateway.edge.limits import Limits
from gateway.edge.operations import MakeContext, Operations
from gateway.edge.persisted.resolving import Persisted
from gateway.edge.persisted.trusted import Trusted
from gateway.edge.request import Asked
from gateway.loaders.levels import Operation
from gateway.loaders.viewer import Viewer
from gateway.schema.execution import Admit, Admitted, EventExecutor, Schema
from gateway.schema.pace import Pace, SharedTurns
from gateway.telemetry.trail import Trail

pytestmark = pytest.mark.anyio

STALE: Final = {"stale": {"seconds": 7}}
OTHER: Final = {"many": None, "other": {"seen": True}}


class NoLoader:
    """Loads nothing."""

    def leave(self) -> None:
        """Wait for nothing."""


@dataclass(frozen=True, slots=True)
class Bare:
    """What executing needs of a context."""

    operation: Operation
    admit: Admit
    anew: Callable[[], "Bare"]
    most_objects: int = 100
    most_text: int = 10_000
    loader: NoLoader = field(default_factory=NoLoader)
    pace: Pace = field(default_factory=lambda: Pace(SharedTurns(), lambda: None))


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

    @strawberry.field
    def number(self) -> int:
        """Be a number, but for one."""
        return 1 // int(self.age - 50)

    @strawberry.field
    def nothing(self) -> int:
        """Be nothing, which it may not be."""
        return cast("int", None)

    @strawberry.field
    def text(self) -> int | None:
        """Be no number at all."""
        return cast("int", "CANARY")

    @strawberry.field
    def list(self) -> list[int] | None:
        """Be no list."""
        return cast("list[int]", 7)


@strawberry.type
class Query:
    """One answer."""

    @strawberry.field
    def answer(self, age: float) -> Answer:
        """Be so many seconds old, or new where that is 0."""
        return Answer(age=age)

    @strawberry.field
    def aged(self, age: float = 0.0) -> Answer:
        """Be new where nothing is said."""
        return Answer(age=age)

    @strawberry.field
    def many(self) -> list[Answer] | None:
        """Be a hundred."""
        return [Answer(age=number) for number in range(100)]


@strawberry.type
class Subscription:
    """Several answers."""

    @strawberry.subscription
    async def answers(self) -> AsyncGenerator[Answer]:
        """Be old, then new, then old again."""
        for age in (7.2, 0.0, 7.2):
            yield Answer(age=age)


SUBSCRIPTION: Final = "subscription { answers { seen } }"
SCHEMA: Final = Schema(Query, subscription=Subscription, execution_context_class=EventExecutor)


def _operations(documents: Documents, admit: Admit) -> Operations:
    def make(_viewer: Viewer | None = None) -> Bare:
        return Bare(Operation(1.0), admit, make)

    return Operations(
        SCHEMA,
        cast("MakeContext", make),
        forget=lambda _viewer: pytest.fail("forgotten"),
        resolve=Persisted(documents, None, Trusted()).resolve,
        admission=Admission(1),
        lasting=Lasting(),
    )


async def _bodies(query: str, variables: Mapping[str, object] | None = None) -> list[Any]:
    documents = Documents(SCHEMA.core, Limits())
    operations = _operations(documents, documents.admit)
    stream = operations.stream(Asked(query, variables, None), None, trail=Trail())
    return [answer.body async for answer in stream]


@pytest.mark.parametrize(("query", "while_answered"), [("{ __typename }", 3), (SUBSCRIPTION, 0)])
async def test_values_count_while_the_document_is_read(query: str, while_answered: int) -> None:
    """As values of the worker; those of a subscription are then what it holds as long as it lasts."""
    documents, held = Documents(SCHEMA.core, Limits()), list[int]()

    async def admit(text: str, variables: Mapping[str, object]) -> Admitted:
        held.append(operations.admission.values.held)
        return await documents.admit(text, variables)

    operations = _operations(documents, admit)
    stream = operations.stream(Asked(query, {"a": [1, 2]}, None), None, trail=Trail())
    async for _ in stream:
        held.append(operations.admission.values.held)
        break
    assert (held[0], held[-1]) == (3, while_answered)
    assert (operations.lasting.bytes > 0) == (query == SUBSCRIPTION)
    await stream.aclose()
    assert (operations.admission.values.held, operations.lasting.bytes) == (0, 0)


async def test_an_answer_says_that_it_is_old() -> None:
    """By WebSocket and as events no less than by HTTP."""
    old, new = [await _bodies(f"{{ answer(age: {age}) {{ seen }} }}") for age in (7.2, 0)]

    assert old == [{"data": {"answer": {"seen": True}}, "extensions": STALE}]
    assert new == [{"data": {"answer": {"seen": True}}}]


async def test_each_event_says_it_for_itself() -> None:
    """An event is an operation of its own: how old it is has nothing to do with those before."""
    bodies = await _bodies(SUBSCRIPTION)

    new = {"data": {"answers": {"seen": True}}}
    assert bodies == [{**new, "extensions": STALE}, new, {**new, "extensions": STALE}]


@pytest.mark.parametrize(
    ("query", "data", "paths"),
    [
        # One of a hundred fails, and none may be missing: there is no list, and one error that says which.
        ("{ many { number } }", {"many": None}, [["many", 50, "number"]]),
        ("{ many { nothing } other: answer(age: 0) { seen } }", OTHER, [["many", 0, "nothing"]]),
        ("{ answer(age: 0) { nothing } }", None, [["answer", "nothing"]]),
        (
            "{ answer(age: 0) { text other: seen } }",
            {"answer": {"text": None, "other": True}},
            [["answer", "text"]],
        ),
        ("{ answer(age: 0) { list } }", {"answer": {"list": None}}, [["answer", "list"]]),
    ],
)
async def test_a_field_that_gives_what_it_may_not_is_a_fault_of_ours(
    query: str, data: object, paths: list[list[object]], caplog: pytest.LogCaptureFixture
) -> None:
    """Null goes up to where it may be, and the client is told where it was, not what (Q20, Q22)."""
    (body,) = await _bodies(query)

    errors = [(each["path"], each["message"], each["extensions"]["code"]) for each in body["errors"]]
    assert errors == [(path, "Internal error.", "INTERNAL") for path in paths]
    assert body["data"] == data
    assert len(caplog.records) == 1


@pytest.mark.parametrize("variables", [{"age": None}, {}])
async def test_null_for_what_has_a_default_is_the_callers_mistake(
    variables: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    """GraphQL finds it only when the field is asked: it is no fault of ours all the same (Q11)."""
    (body,) = await _bodies("query ($age: Float = null) { aged(age: $age) { seen } }", variables)

    assert [each["extensions"]["code"] for each in body["errors"]] == ["BAD_USER_INPUT"]
    assert caplog.records == []
