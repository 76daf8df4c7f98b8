"""The same question of the same caller, asked again while it is being answered, is answered once."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

import orjson
from graphql import OperationType

from gateway.edge.admission import Admission
from gateway.edge.priority import Demand
from gateway.edge.request import Asked
from gateway.loaders.viewer import Viewer
from gateway.schema.execution import Admit
from gateway.upstream.identity import PUBLIC, Identity

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Question:
    """All that an answer depends on."""

    viewer: Viewer | None
    query: str
    variables: bytes
    operation_name: str | None

    @classmethod
    def of(cls, asked: Asked, viewer: Viewer | None) -> Self:
        """Return what *viewer* wants to know."""
        variables = orjson.dumps(asked.variables or {}, option=orjson.OPT_SORT_KEYS)
        return cls(viewer, asked.query, variables, asked.operation_name)

    @property
    def identity(self) -> Identity:
        """Return who is told."""
        return self.viewer.identity if self.viewer else PUBLIC


@dataclass(slots=True, eq=False)
class _Run(Generic[Result]):
    """An execution, and how many wait for it."""

    task: asyncio.Task[Result]
    waiting: int = 0


class Sharing(Generic[Result]):
    """Knows which questions are being answered."""

    def __init__(self, admit: Admit, admission: Admission) -> None:
        self._admit = admit
        self._admission = admission
        self._runs: dict[Question, _Run[Result]] = {}

    async def answer(
        self,
        asked: Asked,
        viewer: Viewer | None,
        execute: Callable[[], Coroutine[Any, Any, Result]],
        *,
        is_alone: bool = False,
    ) -> Result:
        """Return what *execute* returns, or what it is about to return to who asked the same before.

        Only what reads is shared, unless it *is_alone*. The last one who no longer waits ends the execution.
        Raises ``Refusal``, 503 or 429, where too much is done at once.
        """
        # From now on: they are there as well while the document waits to be read.
        with self._admission.values.of(asked.variables):
            admitted = await self._admit(asked.query, asked.variables or {})
            demand = Demand.of(None if admitted.errors else admitted.document, asked.operation_name)
            user = viewer.identity if viewer else None

            async def placed() -> Result:
                async with self._admission.place(demand, user):
                    return await execute()

            if is_alone or demand.kind is not OperationType.QUERY:
                return await placed()
            return await self._join(Question.of(asked, viewer), placed)

    async def _join(self, question: Question, placed: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        """Return what the run of *question* returns; begin it where there is none."""
        run = self._runs.get(question)
        if run is None:
            run = self._runs[question] = _Run(asyncio.create_task(placed()))
            run.task.add_done_callback(lambda _task: self._end(question, run))
        run.waiting += 1
        try:
            return await asyncio.shield(run.task)
        finally:
            run.waiting -= 1
            if run.waiting == 0 and not run.task.done():
                self._end(question, run)
                run.task.cancel()

    def forget(self, identity: Identity) -> None:
        """Let nobody join what is being answered to *identity*: it has changed something meanwhile."""
        for question in [each for each in self._runs if each.identity == identity]:
            del self._runs[question]

    def _end(self, question: Question, run: _Run[Result]) -> None:
        """Let nobody join *run*; what it fails with when nobody waits is no news for the loop."""
        if run.task.done() and not run.task.cancelled():
            run.task.exception()
        if self._runs.get(question) is run:
            del self._runs[question]
