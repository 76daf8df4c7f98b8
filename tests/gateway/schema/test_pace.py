"""Large answers are put together a piece at a time, and cost no request more for it."""

import asyncio
from collections import Counter

import pytest

from gateway.contract import Rel
from gateway.schema.pace import LINK, MOST, Crowd, Pace
from tests.gateway.documents import link, listing, title
from tests.gateway.graph import Graph
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

VALUES = 7
"""That an object has in these tests."""


class _Turns:
    """Counts the turns of the loop, and what was put together in each."""

    def __init__(self) -> None:
        self.now = 0
        self.spent: Counter[int] = Counter()
        self.gone_on: list[int] = []

    def go_on(self) -> None:
        self.gone_on.append(self.now)

    async def count(self) -> None:
        while True:
            self.now += 1
            await asyncio.sleep(0)

    async def put_together(self, pace: Pace) -> None:
        """Do as the executor does with an object."""
        if pace.is_spent:
            await pace.turn()
        pace.spend(VALUES)
        self.spent[self.now] += VALUES


async def _all(turns: _Turns, *paces: Pace, objects: int = 1_000) -> None:
    counting = asyncio.create_task(turns.count())
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        for pace in paces:
            for _ in range(objects):
                group.create_task(turns.put_together(pace))
    counting.cancel()


async def test_a_turn_has_an_end() -> None:
    """What is more than a turn may have waits for the next, and in each is said that there is more."""
    turns = _Turns()
    await _all(turns, Pace(Crowd(), turns.go_on))

    assert sum(turns.spent.values()) == 1_000 * VALUES
    assert max(turns.spent.values()) < MOST + VALUES
    assert set(turns.spent) - {min(turns.spent)} <= {turn + 1 for turn in turns.gone_on}


@pytest.mark.parametrize(("values", "is_spent"), [(MOST - 1, False), (MOST, True), (MOST + 1, True)])
async def test_a_turn_has_so_many_values(values: int, is_spent: bool) -> None:  # noqa: FBT001
    """One less than there may be, as many, and one more; the next turn has as many again."""
    pace = Pace(Crowd(), lambda: None)
    pace.spend(values)
    assert pace.is_spent is is_spent
    await asyncio.sleep(0)

    assert not pace.is_spent


async def test_several_share_a_turn() -> None:
    """Ten large answers take hardly longer turns than one, but for the first, in which nobody knew."""
    turns, crowd = _Turns(), Crowd()
    await _all(turns, *(Pace(crowd, turns.go_on) for _ in range(10)))

    later = [spent for turn, spent in turns.spent.items() if turn > min(turns.spent)]
    assert max(later) < 1.5 * MOST
    assert crowd.size == 0


async def test_who_gives_up_is_passed_over() -> None:
    """An operation that ended waits for nothing, and counts with nobody."""
    crowd = Crowd()
    pace = Pace(crowd, lambda: None)
    pace.spend(MOST)
    waiting = [asyncio.ensure_future(pace.turn()) for _ in range(100)]
    pace.spend(MOST)
    await asyncio.sleep(0)
    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    for _ in range(10):
        await asyncio.sleep(0)

    assert crowd.size == 0


def _films(*with_cast: int) -> list[str]:
    paths = [f"/catalog/titles/movies/{number}" for number in range(500)]
    casts = {number: [link(Rel.CAST, f"{paths[number]}/cast", "Cast")] for number in with_cast}
    return [title(path, f"F{number}", *casts.get(number, [])) for number, path in enumerate(paths)]


NAMES = " ".join(f"n{number}: name {{ regular }}" for number in range(19))
SEARCH = (
    f"""{{ titles(search: "x", first: 500) {{ nodes {{ name {{ regular }} {NAMES} cast {{ name }} }} }} }}"""
)


@pytest.mark.parametrize("with_cast", [(0, 499), range(200)])
async def test_a_level_stays_together(
    with_cast: "tuple[int, ...] | range", graph: Graph, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Links at both ends of a list that takes many turns are followed by one request."""
    turns, spend = _Turns(), Pace.spend

    def counted(pace: Pace, values: int = 1) -> None:
        turns.spent[turns.now] += values
        spend(pace, values)

    monkeypatch.setattr(Pace, "spend", counted)
    wire.documents["/catalog/titles"] = listing("catalog_titles", *_films(*with_cast), total=500)
    casts = [f"/catalog/titles/movies/{number}/cast" for number in with_cast]
    wire.documents.update({path: listing("people", total=0) for path in casts})
    counting = asyncio.create_task(turns.count())
    answer = await graph.ask(SEARCH)
    counting.cancel()

    nodes = answer.data["titles"]["nodes"]
    assert [node["name"]["regular"] for node in nodes] == [f"F{number}" for number in range(500)]
    first, *pages, links = wire.requests
    assert {*first, *(path for page in pages for path in page)} == {"/catalog/titles"}
    assert links == sorted(casts)
    assert max(turns.spent.values()) < MOST + 2 * LINK + VALUES
