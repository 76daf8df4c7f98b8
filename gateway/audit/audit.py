"""What an audit is: one sentence of the contract, and the check that holds answers against it."""

import functools
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Concatenate, Final, ParamSpec

from gateway.audit.session import Session

_P = ParamSpec("_P")


class Level(StrEnum):
    """How binding the contract is here."""

    MUST = "MUST"
    SHOULD = "SHOULD"


MUST: Final = Level.MUST
SHOULD: Final = Level.SHOULD


@dataclass(frozen=True, slots=True)
class Check:
    """A kind of check with the parameters that make it one of its own."""

    kind: str
    function: Callable[..., Awaitable[None]]
    parameters: tuple[tuple[str, object], ...]

    async def __call__(self, session: Session) -> None:
        """Hold the API behind *session* against this check; raise when it does not pass."""
        await self.function(session, **dict(self.parameters))


def kind(function: Callable[Concatenate[Session, _P], Awaitable[None]]) -> Callable[_P, Check]:
    """Make *function* a kind of check: called without the session, it returns a check."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def make(*args: _P.args, **kwargs: _P.kwargs) -> Check:
        bound = signature.bind(None, *args, **kwargs)
        bound.apply_defaults()
        name = str(getattr(function, "__name__", "check"))
        return Check(name, function, tuple(bound.arguments.items())[1:])

    return make


@dataclass(frozen=True, slots=True)
class Audit:
    """One sentence of the contract that can be checked."""

    id: str
    level: Level
    section: str
    title: str
    check: Check

    @property
    def kind(self) -> str:
        """Return the kind of the check."""
        return self.check.kind

    @property
    def group(self) -> str:
        """Return the part of the id that names the resource."""
        return self.id.partition("-")[0]
