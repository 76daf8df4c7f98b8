"""Large answers are put together a piece at a time, and cost no request more for it."""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping
from contextvars import ContextVar
from functools import partial
from types import SimpleNamespace

import pytest
import strawberry
from graphql import parse

from gateway.contract import Rel
from gateway.schema.execution import Admitted, BoundedExecutor, Schema
from gateway.schema.pace import LINK, MOST, Pace, SharedTurns
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

    async def put_together(self, pace: Pace, name: int, order: list[int]) -> None:
        """Do as the executor does with an object."""

        def complete() -> None:
            pace.spend(VALUES)
            self.spent[self.now] += VALUES
            order.append(name)

        if pace.is_spent:
            await pace.later(complete)
        else:
            complete()


async def _all(turns: _Turns, *paces: Pace, objects: int = 1_000) -> list[list[int]]:
    """Put so many objects of each of *paces* together; return their orders."""
    orders: list[list[int]] = [[] for _ in paces]
    counting = asyncio.create_task(turns.count())
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        for pace, order in zip(paces, orders, strict=True):
            for name in range(objects):
                group.create_task(turns.put_together(pace, name, order))
    counting.cancel()
    return orders


@pytest.mark.parametrize("count", [1, 10])
async def test_a_turn_has_an_end(count: int) -> None:
    """Whatever is more than a turn may have waits for later ones, be it one answer's or several."""
    turns, all_turns = _Turns(), SharedTurns()
    orders = await _all(turns, *(Pace(all_turns, turns.go_on) for _ in range(count)))

    assert orders == [list(range(1_000))] * count
    assert sum(turns.spent.values()) == count * 1_000 * VALUES
    assert max(turns.spent.values()) < MOST + VALUES
    assert set(turns.spent) - {min(turns.spent)} <= {*turns.gone_on, *(turn + 1 for turn in turns.gone_on)}


@pytest.mark.parametrize(("values", "is_spent"), [(MOST - 1, False), (MOST, True), (MOST + 1, True)])
async def test_a_turn_has_so_many_values(values: int, is_spent: bool) -> None:  # noqa: FBT001
    """One less than there may be, as many, and one more; the next turn has as many again."""
    pace = Pace(SharedTurns(), lambda: None)
    pace.spend(values)
    assert pace.is_spent is is_spent
    await asyncio.sleep(0)

    assert not pace.is_spent


async def test_a_small_answer_does_not_wait_for_a_large_one() -> None:
    """From the next turn on they have a piece each, one after the other."""
    turns, all_turns = _Turns(), SharedTurns()
    large, small = (Pace(all_turns, turns.go_on) for _ in range(2))
    order: list[int] = []
    large.spend(MOST)

    def of_large() -> None:
        large.spend(VALUES)
        order.append(-1)

    waiting = [large.later(of_large) for _ in range(1_000)]
    await asyncio.gather(*waiting, *(turns.put_together(small, name, order) for name in range(10)))

    places = [place for place, name in enumerate(order) if name >= 0]
    assert [order[place] for place in places] == list(range(10))
    assert places[-1] <= MOST // VALUES + 1 + 2 * len(places)


async def test_who_gives_up_is_passed_over() -> None:
    """What nobody waits for any more is not put together, and takes nobody's turn."""
    pace, done = Pace(SharedTurns(), lambda: None), list[int]()
    pace.spend(MOST)
    waiting = [pace.later(partial(done.append, number)) for number in range(100)]
    for each in waiting[:99]:
        each.cancel()
    await waiting[99]

    assert done == [99]


async def test_what_fails_fails_for_its_field_alone() -> None:
    """The next object is put together all the same."""
    pace = Pace(SharedTurns(), lambda: None)
    pace.spend(MOST)
    bad, good = pace.later(lambda: 1 // 0), pace.later(lambda: 1)

    with pytest.raises(ZeroDivisionError):
        await bad
    assert await good == 1


async def test_what_is_later_knows_whose_it_is() -> None:
    """It runs in the context that it was asked for in, not in that of whoever has the turn."""
    whose: ContextVar[str] = ContextVar("whose")
    pace = Pace(SharedTurns(), lambda: None)
    pace.spend(MOST)
    whose.set("mine")
    mine = pace.later(whose.get)
    whose.set("another's")

    assert await mine == "mine"


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


@strawberry.type
class _Item:
    number: int
    fails: strawberry.Private[bool]

    @strawberry.field
    def double(self) -> int:
        """Be a number, or fail."""
        if self.fails:
            raise ValueError(self.number)
        return 2 * self.number


def _items(bad: Collection[int]) -> list[_Item]:
    return [_Item(number=number, fails=number in bad) for number in range(2_000)]


@strawberry.type
class _Query:
    @strawberry.field
    def any(self, bad: list[int]) -> list[_Item | None]:
        """Give a list of which an item may be missing."""
        return list(_items(bad))

    @strawberry.field
    def all(self, bad: list[int]) -> list[_Item] | None:
        """Give a list of which none may be missing."""
        return _items(bad)


@pytest.mark.parametrize("bad", [[0], [5, 999, 1_500, 1_999], []])
async def test_errors_of_a_large_answer_are_those_of_a_small_one(bad: list[int]) -> None:
    """They come in order, leave the others be, and end a list where nothing may be missing (Q20)."""
    schema = Schema(query=_Query, execution_context_class=BoundedExecutor)
    context = SimpleNamespace(
        admit=_admit,
        pace=Pace(SharedTurns(), lambda: None),
        most_objects=10_000,
        most_text=1_000,
        loader=SimpleNamespace(leave=lambda: None),
    )
    query = "query ($bad: [Int!]!) { any(bad: $bad) { double } all(bad: $bad) { double } }"
    answer = await schema.execute(query, {"bad": bad}, context)

    expected = [None if number in bad else {"double": 2 * number} for number in range(2_000)]
    assert answer.data == {"any": expected, "all": None if bad else expected}
    paths = [error.path or [] for error in answer.errors or []]
    assert [path[1] for path in paths if path[0] == "any"] == bad
    assert [path[1] for path in paths if path[0] == "all"] == bad[:1]


async def _admit(text: str, _variables: Mapping[str, object]) -> Admitted:
    return Admitted(parse(text), [])
