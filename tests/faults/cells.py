"""A cell of the fault matrix: a fault, an operation, and the state of the gateway that it strikes."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from tests.faults.exchange import Asked
from tests.faults.loops import settled
from tests.faults.operations import OPERATIONS, Operation
from tests.faults.proxy import Fault, Inert, Plan, Proxy, healthy
from tests.faults.rig import ATTEMPT, DEADLINE, LONG, TRIPPING, House, Reply, Rig
from tests.faults.rows import ROWS, SIGNED_OUT, TIMEOUT, Row, read

GRACE: Final = 0.25
"""Seconds that an answer may come after the deadline."""
ALWAYS: Final = frozenset({"UPSTREAM_UNAVAILABLE"})
"""What an origin that is left alone comes to."""
OF_CHANGES: Final = frozenset({"OUTCOME_UNKNOWN", "CONFLICT"})

UNCOUNTED: Final = ("D4", "D12", "B3 403")
"""Faults that say that a call was one too many, and so was none (contract 11)."""
FOREVER: Final = 30 * 86_400.0


class State(Enum):
    """In which state a gateway is struck."""

    COLD = "cold"
    """It holds nothing, and its first request is struck."""
    WARM = "warm"
    """What it holds is too old, but may stand in."""
    MID_BULK = "mid-bulk"
    """The first request goes well; the level that follows it is struck."""
    HALF_OPEN = "half-open"
    """The origin was left alone, and is being tried again."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One of all cells."""

    row: str
    operation: Operation
    state: State

    def __str__(self) -> str:
        """Name it."""
        return f"{self.row} / {self.operation.name} / {self.state.value}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a cell: whether its fault was served, all that was wrong, and what was said."""

    is_served: bool
    complaints: tuple[str, ...]
    seconds: float
    answer: str
    """What the client was told, headers and all."""


def all_cells() -> list[Cell]:
    """Return the matrix."""
    return [Cell(row, operation, state) for row in ROWS for operation in OPERATIONS for state in State]


async def run(cell: Cell, house: House, proxy: Proxy, expected: Any) -> Verdict:  # noqa: ANN401
    """Run *cell* behind *proxy*; *expected* is the data of its operation without a fault."""
    row = ROWS[cell.row]
    proxy.forget()
    async with house.gateway(proxy) as rig:
        await _prepare(cell, rig)
        calls = (rig.calls, rig.proxy.origin.calls, rig.proxy.calls)
        rig.proxy.plan = _plan(cell, row)
        reply = await rig.ask(cell.operation)
        rig.proxy.plan = healthy
        served = rig.proxy.served[cell.row]
        is_slow = reply.seconds > ATTEMPT  # Then something may have been given up that was on its way.
        complaints = list(_answer_complaints(cell, reply, expected, is_slow=is_slow))
        if row.must_fail and served and cell.state is State.COLD and not reply.errors:
            complaints.append("nothing failed")
        if reply.seconds > DEADLINE + GRACE:
            complaints.append(f"answered after {reply.seconds:.2f} s")
        complaints += await _left_over(rig, calls, is_slow=is_slow)
        complaints += await _healthy_again(cell, rig, expected)
        complaints += [repr(error) for error in rig.proxy.errors if not isinstance(error, Inert)]
    await settled(lambda: all(task.done() for task in rig.tasks if task is not asyncio.current_task()))
    left = [task for task in rig.tasks if not task.done() and task is not asyncio.current_task()]
    complaints += [f"left running: {task.get_coro()!r}" for task in left]
    return Verdict(served > 0, tuple(complaints), reply.seconds, f"{reply.headers}\n{reply.body}")


async def _prepare(cell: Cell, rig: Rig) -> None:
    if cell.state is State.WARM:
        await rig.ask(cell.operation)
        rig.clock.ahead = LONG
    if cell.state is State.HALF_OPEN:
        rig.trip()
        await asyncio.sleep(TRIPPING.open_for)


def _plan(cell: Cell, row: Row) -> Plan:
    fault = row.make()
    seen: list[Asked] = []

    def plan(asked: Asked) -> tuple[str, Fault] | None:
        seen.append(asked)
        if not row.which(asked) or (cell.state is State.MID_BULK and len(seen) == 1):
            return None
        return cell.row, fault

    return plan


def _answer_complaints(cell: Cell, reply: Reply, expected: Any, *, is_slow: bool) -> Iterator[str]:  # noqa: ANN401
    row, status, body = ROWS[cell.row], reply.status, reply.body
    errors = body.get("errors", []) if isinstance(body, dict) else []
    if status != 200 or not isinstance(body, dict) or "data" not in body:
        yield f"answered {status} with {str(body)[:200]}"
        return
    codes = {error["extensions"]["code"] for error in errors}
    allowed = set(row.codes)
    if cell.state is State.HALF_OPEN:
        allowed |= ALWAYS
    if cell.operation.is_change:
        allowed |= OF_CHANGES if row.codes or row.which is not read else set()
    if is_slow:  # Where the time is really over, that may be said in place of why.
        allowed.add(TIMEOUT)
    if codes - allowed:
        yield f"codes {sorted(codes - allowed)}, allowed are {sorted(allowed)}: {errors[0]['message']}"
    if cell.operation.is_change:
        return
    if not row.is_altering:
        yield from _differences(body["data"], expected, "data")
    if not (row.is_absence or row.is_altering):
        yield from _silences(body["data"], expected, errors, [])


def _differences(found: Any, expected: Any, where: str) -> Iterator[str]:  # noqa: ANN401
    """Tell what is there and is not what the origin has."""
    if found is None:
        return
    if isinstance(found, dict) and isinstance(expected, dict):
        for name in found:
            yield from _differences(found[name], expected.get(name), f"{where}.{name}")
    elif isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        for number, (one, other) in enumerate(zip(found, expected, strict=True)):
            yield from _differences(one, other, f"{where}.{number}")
    elif found != expected:
        yield f"{where} is {str(found)[:80]} and not {str(expected)[:80]}"


def _silences(found: Any, expected: Any, errors: list[Any], path: list[Any]) -> Iterator[str]:  # noqa: ANN401
    """Tell what is not there, and no error says why."""
    if found is None and expected is not None:
        # Null rises to where it may be; so the error is at this place or below.
        is_here = any(error.get("path", [])[: len(path)] == path for error in errors)
        if not is_here and not _is_said(errors, path):
            yield f"{'.'.join(map(str, path))} is missing without an error"
    elif isinstance(found, dict):
        for name in found:
            yield from _silences(found[name], expected[name], errors, [*path, name])
    elif isinstance(found, list) and isinstance(expected, list):
        for number, each in enumerate(found[: len(expected)]):
            yield from _silences(each, expected[number], errors, [*path, number])


def _is_said(errors: list[Any], path: list[Any]) -> bool:
    """Tell whether it was said elsewhere that nobody is signed in: that is true of all that is theirs."""
    is_personal = path[:1] == ["viewer"] or path[-1:] == ["viewerRating"]
    return is_personal and any(error["extensions"]["code"] == SIGNED_OUT for error in errors)


async def _left_over(rig: Rig, calls: tuple[int, int, int], *, is_slow: bool) -> list[str]:
    complaints = []
    if not await rig.proxy.quiet():
        complaints.append(f"{rig.proxy.busy} requests are still being listened to")
    if not await settled(lambda: not rig.held()):
        complaints.append(f"not given back: {rig.held()}")
    ours, origins, arrived = (
        now - before
        for now, before in zip((rig.calls, rig.proxy.origin.calls, rig.proxy.calls), calls, strict=True)
    )
    if not is_slow and ours < origins and not any(name.startswith(UNCOUNTED) for name in rig.proxy.served):
        complaints.append(f"{ours} calls counted, but the origin had {origins}")
    # On a slow machine time runs out while a request is on its way: nobody knows what became of it.
    if not is_slow and ours > arrived and not any(name.startswith("D5") for name in rig.proxy.served):
        complaints.append(f"{ours} calls counted, but only {arrived} arrived")
    return complaints


async def _healthy_again(cell: Cell, rig: Rig, expected: Any) -> list[str]:  # noqa: ANN401
    """Ask until it goes well without a fault."""
    if "D5" in cell.row:
        return []  # For today that was the last.
    row = ROWS[cell.row]
    if row.is_altering or row.is_absence:
        rig.clock.ahead += FOREVER  # What was believed is forgotten.
    for turn in range(8):
        reply = await rig.ask(cell.operation)
        if reply.status == 200 and not reply.errors:
            return (
                [] if cell.operation.is_change else list(_differences(reply.body["data"], expected, "again"))
            )
        await asyncio.sleep(TRIPPING.open_for * 2**turn)
    return [f"not well again: {reply.status} {str(reply.errors)[:200]}"]
