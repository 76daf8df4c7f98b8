"""Both queues, changed by two programs that know of each other only by tags, beside a plain model."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete

from gateway.origin.accounts import Queue, QueueEntry
from gateway.origin.calls import Answer, Document
from gateway.origin.database import Database

from . import shop
from .conftest import put
from .model import STALE, TITLES, Model
from .program import Program, Told, order_of, told

Result = TypeVar("Result")
Run = Callable[[Coroutine[Any, Any, Result]], Result]

KINDS = st.sampled_from(["disc", "instant"])
PROGRAMS = st.sampled_from([0, 1])
POSITIONS = st.none() | st.integers(1, 6) | st.sampled_from([500, 10**9])
KNOWS = st.sampled_from(["nothing", "what it saw", "what is"])


@st.composite
def named(draw: st.DrawFn) -> tuple[str, int]:
    """Draw a queue and a title of its catalog."""
    kind = draw(KINDS)
    return kind, draw(st.sampled_from(TITLES[kind]))


class QueueMachine(RuleBasedStateMachine):
    """Two programs of one subscriber; each remembers the tags that it last saw."""

    run: Run[Any]
    database: Database
    steps = 0
    """How many were made, in all examples."""

    def __init__(self) -> None:
        super().__init__()
        self.models = {kind: Model(kind) for kind in ("disc", "instant")}
        self.programs = [Program(self.database), Program(self.database)]
        self.seen = [dict.fromkeys(self.models, "0") for _ in self.programs]
        self.tags = dict.fromkeys(self.models, "0")
        self.contents: dict[tuple[str, str], object] = {}
        self.last = {kind: model.content for kind, model in self.models.items()}

    @initialize()
    def begin(self) -> None:
        """Begin with two empty queues."""
        self.run(_empty(self.database))

    @rule(who=PROGRAMS, named=named(), position=POSITIONS, known=KNOWS)
    def post(self, who: int, named: tuple[str, int], position: int | None, known: str) -> None:
        """Add or move a title."""
        kind, title = named
        self._post(who, kind, title, position=position, format_=None, known=known)

    @rule(
        who=PROGRAMS,
        title=st.sampled_from(TITLES["disc"]),
        position=POSITIONS,
        format_=st.sampled_from(["DVD", "Blu-ray"]),
        known=KNOWS,
    )
    def reformat(self, who: int, *, title: int, position: int | None, format_: str, known: str) -> None:
        """Add or change a disc in a certain format."""
        self._post(who, "disc", title, position=position, format_=format_, known=known)

    @rule(who=PROGRAMS, named=named(), state=st.sampled_from(["available", "saved"]), known=KNOWS)
    def remove(self, who: int, named: tuple[str, int], state: str, known: str) -> None:
        """Remove a title, which may be there."""
        kind, title = named
        self._remove(who, kind, state=state, title=title, known=known)

    @rule(who=PROGRAMS, kind=KINDS, place=st.integers(0, 8), known=KNOWS)
    def remove_one_that_is_there(self, who: int, kind: str, place: int, known: str) -> None:
        """Remove a title that is available, if there is one."""
        titles = self.models[kind].order[0]
        if titles:
            self._remove(who, kind, state="available", title=titles[place % len(titles)], known=known)

    @rule(who=PROGRAMS, order=st.lists(st.sampled_from(TITLES["instant"]), max_size=6), known=KNOWS)
    def replace(self, who: int, order: list[int], known: str) -> None:
        """Give the instant queue a new order."""
        parameters = self._tag(who, "instant", known)
        answer = self.run(self.programs[who].put(order_of(order), **parameters))
        model = self.models["instant"]
        self._compare(who, model, answer, lambda: model.put(order), parameters)

    @rule(days=st.integers(1, 2))
    def sleep(self, days: int) -> None:
        """Let time pass."""
        now = self.models["disc"].now + days * shop.DAY
        for program in self.programs:
            program.now = now
        for model in self.models.values():
            model.sleep(now)

    @rule(who=PROGRAMS)
    def look(self, who: int) -> None:
        """See which tags the queues have."""
        self.seen[who] = dict(self.tags)

    @invariant()
    def queues_are_as_the_model_has_them(self) -> None:
        """Expect the model's order, and another tag exactly when something is another, never an old one."""
        type(self).steps += 1
        for kind, model in self.models.items():
            look = self.run(self.programs[0].look(kind))
            assert (look.available, sorted(look.saved)) == (model.order[0], sorted(model.order[1]))
            assert (look.tag == "0") == (model.content == ((), ()))
            assert (look.tag == self.tags[kind]) == (model.content == self.last[kind])
            assert self.contents.setdefault((kind, look.tag), model.content) == model.content
            self.tags[kind], self.last[kind] = look.tag, model.content

    def _post(  # noqa: PLR0913  # One argument a parameter of the request.
        self, who: int, kind: str, title: int, *, position: int | None, format_: str | None, known: str
    ) -> None:
        parameters = self._tag(who, kind, known)
        given = {"position": position, "format": format_}
        asked = {name: value for name, value in given.items() if value is not None}
        answer = self.run(self.programs[who].post(kind, title, **asked, **parameters))
        model = self.models[kind]
        self._compare(who, model, answer, lambda: model.post(title, position, format_), parameters)

    def _remove(self, who: int, kind: str, *, state: str, title: int, known: str) -> None:
        parameters = self._tag(who, kind, known)
        answer = self.run(self.programs[who].delete(f"{kind}/{state}/{title}", **parameters))
        model = self.models[kind]
        self._compare(who, model, answer, lambda: model.delete(state, title), parameters)

    def _tag(self, who: int, kind: str, known: str) -> dict[str, str]:
        if known == "what is":
            self.seen[who][kind] = self.tags[kind]
        return {} if known == "nothing" else {"etag": self.seen[who][kind]}

    def _compare(
        self, who: int, model: Model, answer: Answer, change: Callable[[], Told], parameters: dict[str, str]
    ) -> None:
        """Compare the answer with what the model says, which is STALE when the tag is not the current one."""
        before, tag = model.content, self.tags[model.kind]
        is_stale = parameters.get("etag", tag) != tag
        assert told(answer) == (STALE if is_stale else change())
        if isinstance(answer, Document):
            assert (answer.etag == tag) == (before == model.content)
            self.seen[who][model.kind] = answer.etag or ""


async def _empty(database: Database) -> None:
    async with database.write(shop.ANN) as session:
        await session.execute(delete(QueueEntry))
        await session.execute(delete(Queue))


async def _open(url: str) -> Database:
    database = Database(url)
    async with database.write() as session:
        await put(session, shop.offer(shop.BARE, "instant", closes=shop.NOW + shop.DAY))
    return database


@pytest.fixture
def machine(any_url: str) -> Iterator[type[QueueMachine]]:
    """Return the machine over a catalog of every kind of database."""
    with asyncio.Runner() as runner:
        database = runner.run(_open(any_url))

        class Machine(QueueMachine):
            pass

        Machine.run = staticmethod(runner.run)
        Machine.database = database
        yield Machine
        runner.run(database.close())


def _settings(examples: int, steps: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def test_queues_do_what_the_model_does(machine: type[QueueMachine]) -> None:
    """In more than a hundred steps no answer, no order and no tag is other than the model's."""
    run_state_machine_as_test(machine, settings=_settings(5, 40))

    assert machine.steps >= 100


@pytest.mark.verify
def test_queues_do_what_the_model_does_for_long(machine: type[QueueMachine]) -> None:
    """Neither in two thousand steps."""
    run_state_machine_as_test(machine, settings=_settings(80, 50))

    assert machine.steps >= 2_000
