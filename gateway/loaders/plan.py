"""A plan: what an operation loads, what comes along with it, and what that is expected to cost. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Self

from gateway.loaders.selection import Key
from gateway.relations import Parts, Relation


@dataclass(frozen=True, slots=True)
class Follows:
    """What a field of the graph follows; the schema declares it where it declares the field."""

    relation: Relation
    each: Relation | None = None
    """What the links found there lead to, where these are followed one by one."""
    times: Callable[[Mapping[str, Any]], int] = lambda _arguments: 1
    """How many resources a field with these arguments wants."""
    kind: Callable[[Mapping[str, Any]], str | None] = lambda _arguments: None
    """The name of the only type that a field with these arguments can show, where they tell it."""


class Way(Enum):
    """How what a step follows is got."""

    LINKED = "in the link"
    """The link itself says all that is asked."""
    EXPANDED = "comes along"
    """Inside the link, with the resource that has the link."""
    LOADED = "asked for"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A relationship in one place of a query; its numbers are for one thing that it starts from."""

    field: str
    """Where, from the step above: the names of the answer, with dots."""
    key: Key
    relation: Relation
    way: Way
    parts: Parts = frozenset()
    """What comes along with each resource."""
    calls: float = 0
    """Resources that are asked for."""
    things: float = 1
    """What is found there: items of lists, or the resource itself."""
    below: tuple["Step", ...] = ()
    cost: float = 0
    """Calls for this and everything below."""
    size: int = 1
    """How many steps this is, with everything below."""

    def above(self, below: tuple["Step", ...]) -> Self:
        """Return the same with *below*."""
        cost = self.calls + self.things * sum(step.cost for step in below)
        return replace(self, below=below, cost=cost, size=1 + sum(step.size for step in below))

    def weighed(self, weight: float) -> Self:
        """Return the same where only a part of the things that it starts from may have it."""
        calls, things, cost = (number * weight for number in (self.calls, self.things, self.cost))
        return replace(self, calls=calls, things=things, cost=cost)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to load, and what to ask for along with it."""

    steps: tuple[Step, ...] = ()
    parts: Mapping[Key, Parts] = field(default_factory=dict)
    """What is to come along with the resources of a field."""
    expected: int = 0
    """How many calls are to be expected; what several links lead to is one."""
