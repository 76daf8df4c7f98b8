"""What an operation was planned to do, and what it did, in the terms of ``extensions``."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request

from gateway.loaders.levels import Operation, Sent
from gateway.loaders.plan import Plan, Step, Way
from gateway.telemetry.trail import Met
from gateway.upstream.href import path_of

HEADER: Final = "x-gateway-explain"
"""The request header that asks for it."""


class Explain(StrEnum):
    """What is to be told with an answer."""

    NOTHING = ""
    PLAN = "plan"
    """The plan in place of the answer, without a request."""
    ANALYZE = "analyze"
    """The plan with the answer, and what happened."""


def asked_for(request: Request) -> Explain:
    """Return what *request* wants to be told; raise ``HTTPException`` 400 for what cannot be told."""
    try:
        return Explain(request.headers.get(HEADER, ""))
    except ValueError as error:
        raise HTTPException(400, f"`{HEADER}` must be `plan` or `analyze`.") from error


def prepare(operation: Operation, explain: Explain) -> None:
    """Have *operation* keep what is to be told of it."""
    operation.is_only_planned = explain is Explain.PLAN
    operation.sent = [] if explain is Explain.ANALYZE else None


def extensions(operation: Operation, explain: Explain = Explain.NOTHING) -> Mapping[str, object]:
    """Return what is told of *operation*: unasked only that its answer is old, and by how many seconds.

    ``upstream`` is there only of one that was executed.
    """
    stale = {} if operation.stale is None else {"stale": {"seconds": round(operation.stale)}}
    return stale if explain is Explain.NOTHING else {**stale, **_explained(operation)}


def _explained(operation: Operation) -> Mapping[str, object]:
    plan = operation.plan
    told: dict[str, object] = {
        "plan": tree_of(plan),
        "cost": {"expected": plan.expected, "actual": operation.calls, "budget": operation.most_calls},
    }
    if operation.sent is not None:
        sent = [_sent(each) for each in operation.sent]
        told["upstream"] = {"requests": operation.requests, "calls": operation.calls, "sent": sent}
        told["cache"] = {how.value: operation.trail.met[how] for how in Met}
    return told


def tree_of(plan: Plan) -> list[object]:
    """Return the steps of *plan*, each with the steps below it."""
    return [_step(step, 1, level=1) for step in plan.steps]


def _step(step: Step, times: float, *, level: int) -> object:
    """Return *step*, which is taken *times* times; *level* counts the requests in a row."""
    is_loaded = step.way is Way.LOADED
    below = level + 1 if is_loaded else level
    return {
        "field": step.field,
        "relation": step.relation.label,
        "way": step.way.value,
        "level": level if is_loaded else level - 1,
        "expand": sorted(step.parts),
        "calls": _rounded(step.calls * times),
        "things": _rounded(step.things * times),
        "below": [_step(each, step.things * times, level=below) for each in step.below],
    }


def _rounded(number: float) -> float:
    return round(number, 1)


def _sent(sent: Sent) -> object:
    """Return what is told of a request: of what it carried, only what was this operation's."""
    took = sent.exchange.seconds
    return {
        "entries": [{"path": path_of(read.href), "expand": sorted(read.parts)} for read in sent.reads],
        "waitedMs": _milliseconds(sent.waited),
        "tookMs": None if took is None else _milliseconds(took),
        "bytes": sent.exchange.bytes,
    }


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)
