"""Whatever goes wrong between the gateway and the origin: it is said, in time, and nothing of it remains."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest

from tests.faults.cells import Cell, State, Verdict, all_cells, run
from tests.faults.operations import OPERATIONS, Operation
from tests.faults.origin import Memory
from tests.faults.proxy import Proxy
from tests.faults.rig import House, count_tasks
from tests.faults.rows import ROWS, bulk, change

pytestmark = pytest.mark.anyio

SELECTION: Final = 300
SEED: Final = 20_080_929
AT_ONCE: Final = 12
"""Cells that run at the same time."""


async def judge(house: House, cells: Iterable[Cell], enough: int) -> dict[Cell, Verdict]:
    """Run *cells*, some at a time, until *enough* of them had their faults served."""
    count_tasks(asyncio.get_running_loop())
    memory, verdicts, waiting = Memory(), dict[Cell, Verdict](), iter(cells)
    async with house.origin(memory=memory) as proxy:
        expected = await _expected(house, proxy)

    async def work(twin: House) -> None:
        async with twin.origin(memory=memory.copy()) as proxy:
            for cell in waiting:
                verdicts[cell] = await run(cell, twin, proxy, expected[cell.operation])
                if sum(verdict.is_served for verdict in verdicts.values()) >= enough:
                    return

    with TemporaryDirectory() as folder:  # Each works at an origin that nobody else changes.
        twins = [house.twin(Path(folder) / f"{number}.sqlite3") for number in range(AT_ONCE)]
        await asyncio.gather(*map(work, twins))
    return verdicts


async def _expected(house: House, proxy: Proxy) -> dict[Operation, Any]:
    """Return what each operation shows without a fault, once the changes are made."""
    shown: dict[Operation, Any] = {}
    async with house.gateway(proxy, origin_timeout=60, operation_timeout=60) as rig:
        for operation in sorted(OPERATIONS, key=lambda each: not each.is_change):
            reply = await rig.ask(operation)
            assert (reply.status, reply.errors) == (200, []), operation.name
            shown[operation] = reply.body["data"]
    return shown


def shuffled(cells: Sequence[Cell]) -> list[Cell]:
    """Return *cells* in an order by chance, in which every row comes once before any comes twice."""
    chance = random.Random(SEED)  # noqa: S311
    by_row = {row: [cell for cell in cells if cell.row == row] for row in ROWS}
    for each in by_row.values():
        chance.shuffle(each)
        each.sort(key=lambda cell: not _has_what_is_struck(cell))
    longest = max(map(len, by_row.values()))
    return [each[turn] for turn in range(longest) for each in by_row.values() if turn < len(each)]


def _has_what_is_struck(cell: Cell) -> bool:
    """Tell whether it is known beforehand that the operation makes such requests."""
    which = ROWS[cell.row].which
    is_many = cell.operation.name in {"titles", "pair"} and cell.state is not State.MID_BULK
    return which not in {change, bulk} or (cell.operation.is_change if which is change else is_many)


def told(verdicts: dict[Cell, Verdict]) -> list[str]:
    """Return all complaints."""
    return [f"{cell}: {each}" for cell, verdict in verdicts.items() for each in verdict.complaints]


async def test_a_selection_of_faults(house: House) -> None:
    """Three hundred cells by chance, every row among them."""
    verdicts = await judge(house, shuffled(all_cells()), SELECTION)

    assert told(verdicts) == []
    assert sum(verdict.is_served for verdict in verdicts.values()) >= SELECTION
    assert {cell.row for cell, verdict in verdicts.items() if verdict.is_served} == set(ROWS)


@pytest.mark.verify
async def test_all_faults(house: House) -> None:
    """Every row with every operation in every state, as far as it has anything to strike."""
    cells = all_cells()
    verdicts = await judge(house, cells, len(cells))

    assert told(verdicts) == []
    served = Counter(cell.row for cell, verdict in verdicts.items() if verdict.is_served)
    assert set(served) == set(ROWS)
    print(f"{served.total()} of {len(cells)} cells had something to strike.")  # noqa: T201
