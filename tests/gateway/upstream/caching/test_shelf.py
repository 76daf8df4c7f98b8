"""What is fresh, what may still be used, and what is kept; in this process and in Redis."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from secrets import token_hex
from typing import Final, TypeVar

import pytest
from redis.asyncio import Redis

from gateway import relations, resources
from gateway.contract import Rel
from gateway.relations import Relation
from gateway.resources import Content, Href, Link, LinkList, People, Person, Text, Title, Titles
from gateway.stores.redis_bytes import RedisBytes
from gateway.upstream.caching.entries import Place
from gateway.upstream.caching.memory import Memory
from gateway.upstream.caching.shared import Shared
from gateway.upstream.caching.shelf import Answered, Held, Shelf, State
from gateway.upstream.caching.turns import A_TURN
from gateway.upstream.caching.weight import weights
from gateway.upstream.freshness import FORBIDDEN
from gateway.upstream.href import Origin
from gateway.upstream.identity import PUBLIC, Identity

pytestmark = pytest.mark.anyio

ORIGIN: Final = Origin.at("http://o.test")
ANN, BOB = Identity("user:ann"), Identity("user:bob")
NOTES: Final = replace(relations.SYNOPSIS, is_personal=True, family="notes", rels=(), alias=None)
"""Something that is a subscriber's own."""
LIVE: Final = replace(NOTES, fresh_for=timedelta(0))
HOUR: Final = 3600


@dataclass(frozen=True)
class Want:
    """Something sought."""

    href: Href
    relation: Relation = relations.TITLE
    parts: frozenset[str] = frozenset()
    identity: Identity = PUBLIC
    title: Href | None = None


@dataclass
class Clock:
    """A clock that is set by hand."""

    now: float = 1_700_000_000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    def advance(self, **by: float) -> None:
        """Let time pass."""
        self.now += timedelta(**by).total_seconds()


@dataclass
class Fixture:
    """A shelf, and the clock it goes by."""

    shelf: Shelf
    clock: Clock = field(default_factory=Clock)

    async def keep(self, want: Want, content: Content | None, max_age: float | None = None) -> None:
        """Keep *content* as what *want* led to just now."""
        (seen,) = await self.shelf.look([want])
        await self.shelf.keep([Answered(want, content, seen.generation, max_age)])

    async def look(self, want: Want) -> Held | None:
        """Look for one thing."""
        (seen,) = await self.shelf.look([want])
        return seen.held


@pytest.fixture(params=["memory", "redis"])
async def at(request: pytest.FixtureRequest) -> AsyncIterator[Fixture]:
    """Return a shelf in each kind of place."""
    clock = Clock()
    place: Place = Memory(1_000_000)
    if request.param == "memory":
        yield Fixture(Shelf(place, ORIGIN, clock=clock), clock)
        return
    async with Redis.from_url(request.getfixturevalue("redis_url")) as redis:
        place = Shared(RedisBytes(redis), token_hex(8).encode(), clock=clock)
        yield Fixture(Shelf(place, ORIGIN, clock=clock), clock)


def href(path: str) -> Href:
    """Return the address of *path* at the origin."""
    return Href(f"http://o.test{path}")


def jaws(**contents: Content) -> Title:
    """Return a title with links to its synopsis and its cast, and what is expanded in them."""
    links = {
        Rel.SYNOPSIS: Link(Rel.SYNOPSIS, href("/jaws/synopsis"), "synopsis", contents.get("synopsis")),
        Rel.CAST: Link(Rel.CAST, href("/jaws/cast"), "cast", contents.get("cast")),
    }
    return Title(href("/jaws"), "Jaws", "Jaws", links=links)


SHARK: Final = Text("A shark.")
SCHEIDER: Final = Link(Rel.PERSON, href("/people/1"), "Roy Scheider")
BY_LINK: Final = LinkList((SCHEIDER,))
BY_RECORD: Final = People((Person(href("/people/1"), "Roy Scheider", "An actor."),))
BOTH: Final = frozenset({"synopsis", "cast"})


async def test_what_was_kept_is_found_until_it_is_old(at: Fixture) -> None:
    """It is fresh, then stale, then good in need only, then gone, as its relation says."""
    want = Want(href("/jaws"))
    await at.keep(want, jaws())
    seen = []
    for _ in range(4):
        held = await at.look(want)
        seen.append(held and held.state)
        at.clock.advance(hours=24.5)
    assert seen[:3] == [State.FRESH, State.STALE, State.EXPIRED]
    at.clock.advance(days=7)
    assert await at.look(want) is None


class Bytes:
    """A store that never keeps anybody waiting."""

    def __init__(self) -> None:
        self._values: dict[str, bytes] = {}

    async def get(self, names: Sequence[str]) -> Sequence[bytes | None]:
        """Return what was put there."""
        return [self._values.get(name) for name in names]

    async def put(self, values: Mapping[str, tuple[bytes, int]]) -> None:
        """Keep each value."""
        self._values.update({name: value for name, (value, _) in values.items()})

    async def increase(self, names: Collection[str], seconds: int) -> None:
        """Nobody writes here."""
        raise NotImplementedError


Result = TypeVar("Result")


async def counted(work: Awaitable[Result]) -> tuple[Result, int]:
    """Return what comes of *work*, and how many turns others had meanwhile."""
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    try:
        return await work, turns
    finally:
        counting.cancel()


@pytest.mark.parametrize("kind", [Memory, Shared])
@pytest.mark.parametrize("answers", [100, 1])
async def test_much_is_kept_and_found_a_little_a_turn(answers: int, kind: type[Place]) -> None:
    """Neither to make nor to keep nor to read entries is everybody else kept waiting (G8)."""
    films = 100 // answers
    wants = [Want(href(f"/found/{answer}"), relations.SIMILARS) for answer in range(answers)]
    each = replace(jaws(), name="x" * A_TURN)
    shelf = Shelf(Shared(Bytes(), b"secret") if kind is Shared else Memory(100_000_000), ORIGIN)
    pages = [
        Titles(tuple(replace(each, href=href(f"/{answer}/{film}")) for film in range(films)))
        for answer in range(answers)
    ]
    _, kept_in = await counted(
        shelf.keep([Answered(want, page, 0) for want, page in zip(wants, pages, strict=True)])
    )
    seen, turns = await counted(shelf.look(wants))

    assert [each.held and each.held.content for each in seen] == pages
    # Each film is weighed by itself and in its page, or written so; and what was written is read so.
    assert kept_in >= 10 + answers * 2 * films
    assert turns >= (answers * films if kind is Shared else 0)


@pytest.mark.parametrize("identity", [PUBLIC, ANN])
async def test_a_list_is_taken_a_few_records_a_turn(identity: Identity) -> None:
    """Also where they have no addresses of their own to be kept at, or all have one."""
    shelf = Shelf(Memory(100), ORIGIN)
    page = Titles((replace(jaws(), links={}),) * 500)
    want = Want(href("/found"), relations.SIMILARS, identity=identity)
    _, turns = await counted(shelf.keep([Answered(want, page, 0)]))

    weighed = sum(weights(page)) // A_TURN
    assert turns >= weighed + 45


async def test_a_list_is_put_together_a_few_records_a_turn() -> None:
    """What is expanded in each of its records is looked for, and put there, in turns (G8)."""
    shelf = Shelf(Memory(100_000_000), ORIGIN)
    film = jaws(synopsis=SHARK)
    page = Titles(tuple(replace(film, href=href(f"/{number}")) for number in range(500)))
    want = Want(href("/found"), relations.SIMILARS, parts=frozenset({"synopsis"}))
    await shelf.keep([Answered(want, page, 0)])
    (seen,), turns = await counted(shelf.look([want]))

    assert seen.held is not None
    assert seen.held.content == page
    # Its records are gone through twice.
    assert turns >= 2 * 500 // 11


async def test_the_origin_may_say_for_how_long_an_answer_is_fresh(at: Fixture) -> None:
    """Its word goes before what the relation says, and what it forbids to keep is not kept."""
    want = Want(href("/jaws"))
    await at.keep(want, jaws(), max_age=FORBIDDEN)
    assert await at.look(want) is None
    await at.keep(want, jaws(), max_age=0)
    assert (await at.look(want) or pytest.fail("it is gone")).state is State.STALE
    await at.keep(want, jaws(), max_age=60)
    at.clock.advance(seconds=59)
    assert (await at.look(want) or pytest.fail("it is gone")).state is State.FRESH
    at.clock.advance(seconds=2)
    assert (await at.look(want) or pytest.fail("it is gone")).state is State.STALE


async def test_a_want_is_met_when_every_part_is_there(at: Fixture) -> None:
    """One part that is missing makes all of it a miss; no more than asked is given."""
    await at.keep(Want(href("/jaws"), parts=frozenset({"synopsis"})), jaws(synopsis=SHARK))
    assert await at.look(Want(href("/jaws"), parts=BOTH)) is None
    held = await at.look(Want(href("/jaws"), parts=frozenset({"synopsis"})))
    assert held is not None
    assert held.content == jaws(synopsis=SHARK)
    bare = await at.look(Want(href("/jaws")))
    assert bare is not None
    assert bare.content == jaws()


async def test_what_is_expanded_is_found_under_its_own_address(at: Fixture) -> None:
    """A synopsis that came inside a title answers whoever asks for the synopsis."""
    await at.keep(Want(href("/jaws"), parts=frozenset({"synopsis"})), jaws(synopsis=SHARK))
    held = await at.look(Want(href("/jaws/synopsis"), relations.SYNOPSIS))
    assert held is not None
    assert held.content == SHARK


async def test_what_has_an_address_of_its_own_is_expanded_from_there(at: Fixture) -> None:
    """Parts that came at different times, and in different ways, make one answer."""
    await at.keep(Want(href("/jaws"), parts=frozenset({"synopsis"})), jaws(synopsis=SHARK))
    await at.keep(Want(href("/jaws/cast"), relations.CAST), BY_RECORD)
    held = await at.look(Want(href("/jaws"), parts=BOTH))
    assert held is not None
    assert held.content == jaws(synopsis=SHARK, cast=BY_RECORD)


async def test_links_do_not_stand_for_records(at: Fixture) -> None:
    """A cast known by its links alone meets who wants it expanded, and nobody who wants the people."""
    await at.keep(Want(href("/jaws"), parts=frozenset({"cast"})), jaws(cast=BY_LINK))
    assert await at.look(Want(href("/jaws/cast"), relations.CAST)) is None
    held = await at.look(Want(href("/jaws"), parts=frozenset({"cast"})))
    assert held is not None
    assert held.content == jaws(cast=BY_LINK)


async def test_links_that_were_cut_short_are_not_kept(at: Fixture) -> None:
    """What leaves something out does not stand for the list."""
    short = LinkList((SCHEIDER,), total=2)
    await at.keep(Want(href("/jaws"), parts=frozenset({"cast"})), jaws(cast=short))
    assert await at.look(Want(href("/jaws"), parts=frozenset({"cast"}))) is None


async def test_the_records_of_a_list_are_found_by_themselves(at: Fixture) -> None:
    """A search fills the titles it found, with what was expanded in them."""
    found = Titles((jaws(synopsis=SHARK),), total=1)
    parts = frozenset({"synopsis"})
    await at.keep(Want(href("/search"), relations.SEARCH, parts), found)
    title = await at.look(Want(href("/jaws"), parts=parts))
    assert title is not None
    assert title.content == jaws(synopsis=SHARK)
    again = await at.look(Want(href("/search"), relations.SEARCH, parts))
    assert again is not None
    assert again.content == found


async def test_the_age_is_that_of_the_oldest_part(at: Fixture) -> None:
    """An answer is as old as the oldest thing in it."""
    await at.keep(Want(href("/jaws/synopsis"), relations.SYNOPSIS), SHARK)
    at.clock.advance(hours=24.5)
    await at.keep(Want(href("/jaws")), jaws())
    held = await at.look(Want(href("/jaws"), parts=frozenset({"synopsis"})))
    assert held == Held(jaws(synopsis=SHARK), State.STALE, 24.5 * HOUR)


async def test_what_is_not_there_is_remembered_for_a_short_time(at: Fixture) -> None:
    """A title that the origin does not have is not asked for again and again."""
    want = Want(href("/none"))
    await at.keep(want, None)
    assert await at.look(want) == Held(None, State.FRESH, 0)
    at.clock.advance(minutes=5)
    assert await at.look(want) is None


async def test_nobody_finds_what_is_somebody_elses(at: Fixture) -> None:
    """The same address is another entry for everyone; what is personal feeds nothing public."""
    notes = Want(href("/notes"), NOTES, identity=ANN)
    await at.keep(notes, SHARK)
    assert await at.look(replace(notes, identity=BOB)) is None
    assert await at.look(replace(notes, identity=PUBLIC)) is None
    await at.keep(
        Want(href("/list"), replace(relations.SIMILARS, is_personal=True), identity=ANN), Titles((jaws(),))
    )
    assert await at.look(Want(href("/jaws"))) is None


async def test_a_write_makes_a_family_stale_at_once(at: Fixture) -> None:
    """What its writer sees is asked for anew; nobody else is touched, nor another family."""
    notes = Want(href("/notes"), NOTES, identity=ANN)
    other = Want(href("/other"), replace(NOTES, family="other"), identity=ANN)
    for want in (notes, other, replace(notes, identity=BOB)):
        await at.keep(want, SHARK)
    await at.shelf.drop(ANN, ["notes"])
    assert await at.look(notes) is None
    assert await at.look(other) is not None
    assert await at.look(replace(notes, identity=BOB)) is not None


async def test_an_answer_from_before_a_write_is_not_used_after_it(at: Fixture) -> None:
    """A read that was on its way while its subscriber wrote does not bring the past back."""
    notes = Want(href("/notes"), NOTES, identity=ANN)
    (before,) = await at.shelf.look([notes])
    await at.shelf.drop(ANN, ["notes"])
    await at.shelf.keep([Answered(notes, SHARK, before.generation)])
    assert await at.look(notes) is None


async def test_what_is_personal_is_never_used_when_it_is_old(at: Fixture) -> None:
    """An origin that is down shows nobody a queue of yesterday."""
    notes = Want(href("/notes"), NOTES, identity=ANN)
    await at.keep(notes, SHARK)
    at.clock.advance(hours=24)
    assert await at.look(notes) is None


async def test_what_is_never_fresh_is_not_kept(at: Fixture) -> None:
    """A relation that lives by the moment is neither written nor looked for."""
    live = Want(href("/live"), LIVE, identity=ANN)
    await at.keep(live, SHARK)
    assert await at.look(live) is None


async def test_a_link_that_leads_elsewhere_is_no_key(at: Fixture) -> None:
    """What a foreign link holds is not kept as if it were the origin's."""
    foreign = Href("http://evil.test/synopsis")
    links = {Rel.SYNOPSIS: Link(Rel.SYNOPSIS, foreign, "synopsis", SHARK)}
    title = Title(href("/jaws"), "Jaws", "Jaws", links=links)
    await at.keep(Want(href("/jaws"), parts=frozenset({"synopsis"})), title)
    held = await at.look(Want(href("/jaws"), parts=frozenset({"synopsis"})))
    assert held is not None
    assert isinstance(held.content, resources.Title)
    assert held.content.links[Rel.SYNOPSIS].content is None


def _leading_away(rel: str) -> Title:
    away = {rel: Link(rel, Href("http://elsewhere.test/x"), "x")}
    return replace(jaws(), links={**jaws().links, **away})


async def test_what_leads_elsewhere_is_kept_for_minutes(at: Fixture) -> None:
    """A link off the origin fails its field; so that it is not wrong for days, it is soon asked for anew."""
    alone, listed = Want(href("/jaws")), Want(href("/list"), relations.SIMILARS)
    for want, content in ((alone, _leading_away(Rel.CAST)), (listed, Titles((_leading_away(Rel.CAST),), 1))):
        await at.keep(want, content)
        assert (await at.look(alone) or pytest.fail("it is gone")).state is State.FRESH

        at.clock.advance(minutes=5, seconds=1)
        assert [await at.look(each) for each in (alone, want)] == [None, None]


async def test_what_leads_elsewhere_and_is_never_followed_does_not_matter(at: Fixture) -> None:
    """As a link to a page for people."""
    want = Want(href("/jaws"))
    await at.keep(want, _leading_away(Rel.ALTERNATE))

    at.clock.advance(hours=1)
    assert (await at.look(want) or pytest.fail("it is gone")).state is State.FRESH
