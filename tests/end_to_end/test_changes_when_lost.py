"""What becomes of a change when requests and answers get lost: one row of the table of faults each."""

import asyncio

import pytest

from gateway.loaders.changes import AddTitle, Change, MoveTitle, RemoveTitle, ReplaceQueue
from gateway.loaders.errors import IdReused, OutcomeUnknown
from gateway.loaders.outcomes import Changed, Conflict
from gateway.loaders.writes import QUEUE_FAMILIES
from gateway.subscriber import QueueKind
from gateway.upstream.errors import OriginUnreachable
from tests.end_to_end.faulty import Fault, blind_after, each, nothing, these
from tests.end_to_end.rig import (
    ADD,
    HOME,
    INSTANT_TITLES,
    JAWS,
    RWANDA,
    STAR,
    THREE,
    Rig,
    tail,
)

pytestmark = pytest.mark.anyio

INSTANT = QueueKind.INSTANT
CHANGES: dict[str, tuple[Change, list[str]]] = {
    "add": (ADD, [*THREE, tail(STAR)]),
    "add at a position": (AddTitle(kind=INSTANT, title=STAR, position=2), [THREE[0], tail(STAR), *THREE[1:]]),
    "move": (MoveTitle(kind=INSTANT, title=RWANDA, position=1), [THREE[2], *THREE[:2]]),
    "remove": (RemoveTitle(kind=INSTANT, title=HOME), [THREE[0], THREE[2]]),
    "replace": (ReplaceQueue(titles=(STAR, JAWS)), [tail(STAR), tail(JAWS)]),
}
every_change = pytest.mark.parametrize("name", CHANGES)


def writes_of(name: str, count: int) -> list[str]:
    """Return the verbs of *count* writes of a change."""
    return [{"remove": "DELETE", "replace": "PUT"}.get(name, "POST")] * count


@every_change
async def test_a_change_costs_a_read_and_a_write(name: str, rig: Rig) -> None:
    """Where nothing goes wrong the queue is read once, for what guards the change."""
    change, expected = CHANGES[name]

    outcome = await rig.make(change)

    assert isinstance(outcome, Changed)
    assert await rig.order() == expected
    assert (rig.way.reads, rig.way.writes) == (1, writes_of(name, 1))
    assert rig.written == [(rig.viewer.identity, QUEUE_FAMILIES)]


@every_change
async def test_w1_what_never_left_is_sent_again(name: str, rig: Rig) -> None:
    """A connection that did not come about has carried nothing: it is tried again, without a look."""
    change, expected = CHANGES[name]
    rig.way.plan = these(Fault.UNCONNECTED, Fault.UNCONNECTED)

    assert isinstance(await rig.make(change), Changed)

    assert await rig.order() == expected
    assert (rig.way.reads, rig.way.writes) == (1, writes_of(name, 3))


async def test_an_origin_that_is_away_has_changed_nothing(rig: Rig) -> None:
    """After a few tries the error says so, and nothing is kept: the id is as good as new."""
    rig.way.plan = these(*[Fault.UNCONNECTED] * 3)

    with pytest.raises(OriginUnreachable):
        await rig.make(ADD, "id")

    assert await rig.order() == THREE
    assert isinstance(await rig.make(CHANGES["remove"][0], "id"), Changed)


@every_change
@pytest.mark.parametrize("fault", [Fault.LOST_AFTER, Fault.FAILED_AFTER, Fault.GARBLED])
async def test_w2_w7_what_was_made_is_found(name: str, fault: Fault, rig: Rig) -> None:
    """A reset, a 502 or garbage after the origin made the change: a look finds it, and nothing is sent."""
    change, expected = CHANGES[name]
    rig.way.plan = these(fault)

    outcome = await rig.make(change)

    assert await rig.order() == expected
    assert (rig.way.reads, rig.way.writes) == (2, writes_of(name, 1))
    assert isinstance(outcome, Changed)
    places = [item.position for item in outcome.items or ()]
    assert places == {"add": [4], "add at a position": [2], "move": [1]}.get(name, [])


@every_change
@pytest.mark.parametrize("fault", [Fault.LOST_BEFORE, Fault.FAILED_BEFORE])
async def test_w3_what_was_not_made_is_sent_once_more(name: str, fault: Fault, rig: Rig) -> None:
    """A look says that the queue is as it was: the change is sent again with the same guard."""
    change, expected = CHANGES[name]
    rig.way.plan = these(fault)

    assert isinstance(await rig.make(change), Changed)

    assert await rig.order() == expected
    assert (rig.way.reads, rig.way.writes) == (2, writes_of(name, 2))


@every_change
async def test_what_comes_late_is_not_made_twice(name: str, rig: Rig) -> None:
    """The first copy arrives after the second was taken: its guard keeps it out."""
    change, expected = CHANGES[name]
    rig.way.plan = these(Fault.LATE)

    assert isinstance(await rig.make(change), Changed)
    await rig.way.deliver()

    assert await rig.order() == expected
    assert rig.way.writes == writes_of(name, 2)


@every_change
@pytest.mark.parametrize("fault", [Fault.LOST_BEFORE, Fault.LOST_AFTER, Fault.LATE])
async def test_w4_what_cannot_be_found_out_is_resolved_by_its_id(name: str, fault: Fault, rig: Rig) -> None:
    """Nothing can be said while no look comes back; the same id says it later, and makes the change once."""
    change, expected = CHANGES[name]
    rig.way.plan = blind_after(fault)

    with pytest.raises(OutcomeUnknown) as raised:
        await rig.make(change, "the id")
    assert raised.value.mutation_id == "the id"
    rig.way.plan = nothing
    outcome = await rig.make(change, "the id")
    await rig.way.deliver()

    assert isinstance(outcome, Changed)
    assert await rig.order() == expected


async def test_w4_a_change_that_became_impossible_conflicts(rig: Rig) -> None:
    """With the tag of its client a change is never made for another queue, even when its id is repeated."""
    before = (await rig.queue()).etag
    change = AddTitle(kind=INSTANT, title=STAR, if_match=before)
    rig.way.plan = blind_after(Fault.LOST_BEFORE)
    with pytest.raises(OutcomeUnknown):
        await rig.make(change, "id")
    await rig.somebody_else_adds(INSTANT_TITLES[5])
    rig.way.plan = nothing

    outcome = await rig.make(change, "id")

    now = await rig.queue()
    assert outcome == Conflict(kind=INSTANT, expected=before, actual=now.etag)
    assert len(now.items) == 4


@pytest.mark.parametrize("has_tag", [False, True])
async def test_w5_of_many_at_once_each_is_made_or_told(has_tag: bool, rig: Rig) -> None:  # noqa: FBT001
    """Whoever says which queue they saw conflicts when it is another; others go on while it makes sense."""
    tag = (await rig.queue()).etag if has_tag else None
    titles = INSTANT_TITLES[3:]

    outcomes = await asyncio.gather(
        *(rig.make(AddTitle(kind=INSTANT, title=title, if_match=tag)) for title in titles)
    )

    made = [title for title, outcome in zip(titles, outcomes, strict=True) if isinstance(outcome, Changed)]
    told = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    assert len(made) + len(told) == len(titles)
    assert len(made) == 1 if has_tag else len(made) >= 3
    order = await rig.order()
    assert sorted(order) == sorted([*THREE, *map(tail, made)])
    assert all(conflict.actual != conflict.expected for conflict in told)


async def test_w6_an_id_has_one_outcome(rig: Rig) -> None:
    """Repeated with the same arguments it has the outcome of then, at no cost; with others it is refused."""
    first = await rig.make(ADD, "id")
    await rig.straight_write("DELETE", (await rig.queue()).items[-1].href)
    cost = len(rig.way.sent)

    assert await rig.make(ADD, "id") == first
    with pytest.raises(IdReused):
        await rig.make(AddTitle(kind=INSTANT, title=STAR, position=1), "id")

    assert len(rig.way.sent) == cost
    assert await rig.order() == THREE


async def test_w6_an_id_that_is_repeated_at_once_is_made_once(rig: Rig) -> None:
    """A client that lost its patience gets what comes of its first request."""
    outcomes = await asyncio.gather(*(rig.make(ADD, "id") for _ in range(5)))

    assert outcomes == [outcomes[0]] * 5
    assert rig.way.writes == ["POST"]
    assert await rig.order() == [*THREE, tail(STAR)]


async def test_w8_an_old_look_is_not_believed(rig: Rig) -> None:
    """The origin says that the tag is an old one while a look still shows it: it is looked at again."""
    rig.way.plan = each(
        {
            "GET": these(Fault.NONE, Fault.STALE, Fault.STALE, writes=False),
            "POST": these(Fault.LOST_AFTER),
        }
    )
    outcome = await rig.make(ADD)

    assert isinstance(outcome, Changed)
    assert await rig.order() == [*THREE, tail(STAR)]


async def test_w8_what_an_old_look_has_hidden_is_still_ones_own(rig: Rig) -> None:
    """All empty queues have one tag, so a look from then is believed; the next one shows what was made."""
    await rig.set_queue([])
    await rig.make(AddTitle(kind=INSTANT, title=JAWS, position=1))
    rig.way.plan = each(
        {
            "GET": these(Fault.NONE, Fault.STALE, writes=False),
            "POST": these(Fault.LOST_AFTER),
        }
    )
    outcome = await rig.make(AddTitle(kind=INSTANT, title=STAR, position=1))

    assert isinstance(outcome, Changed)
    assert (outcome.titles, outcome.already_queued) == ((STAR,), ())
    assert await rig.order() == [tail(STAR), tail(JAWS)]
    assert rig.way.writes == ["POST"] * 2


async def test_a_client_that_leaves_stops_nothing(rig: Rig) -> None:
    """A change that was begun is brought to its end, and its id says how."""
    making = asyncio.create_task(rig.make(ADD, "id"))
    await rig.way.first.wait()
    making.cancel()
    await asyncio.gather(making, return_exceptions=True)

    outcome = await rig.make(ADD, "id")

    assert isinstance(outcome, Changed)
    assert rig.way.writes == ["POST"]
