"""Decides what of the cache is fresh, what may still be used, and what is kept of an answer."""

import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import IntEnum
from typing import Final, Protocol

from gateway.relations import Relation
from gateway.resources import Content, Href, Person, Title
from gateway.upstream.caching import parts
from gateway.upstream.caching.entries import Entry, Form, Key, Place, Scope
from gateway.upstream.caching.turns import A_LINK, A_RECORD, Turns
from gateway.upstream.errors import ForeignLink
from gateway.upstream.freshness import FORBIDDEN
from gateway.upstream.href import Origin
from gateway.upstream.identity import PUBLIC, Identity

ABSENT_FOR: Final = timedelta(minutes=5)
"""How long it is remembered that the origin has no such resource, or that what it has leads elsewhere."""


class Sought(Protocol):
    """What is looked for: a resource, on whose behalf, and what is to be expanded in it."""

    @property
    def identity(self) -> Identity:
        """Return who wants it."""
        ...

    @property
    def href(self) -> Href:
        """Return its address, without version and expansion."""
        ...

    @property
    def title(self) -> Href | None:
        """Return the title that it is asked about, if it is asked about one."""
        ...

    @property
    def relation(self) -> Relation:
        """Return the row that leads there."""
        ...

    @property
    def parts(self) -> frozenset[str]:
        """Return the aliases of what is to be expanded."""
        ...


class State(IntEnum):
    """How old something held is; the greater the worse."""

    FRESH = 0
    """As good as a new answer."""
    STALE = 1
    """Good enough to be used while it is asked for anew."""
    EXPIRED = 2
    """To be used only if the origin has no answer."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the cache has of something sought."""

    content: Content | None
    """None says that the origin has no such resource."""
    state: State
    age: float
    """Seconds since the oldest part of it was fetched."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of looking for something."""

    held: Held | None
    generation: int
    """Of its scope: to be given back with the answer, should the origin be asked."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer to keep."""

    sought: Sought
    content: Content | None
    generation: int
    """Of its scope when it was looked for."""
    max_age: float | None = None
    """Seconds for which the origin says that it is fresh, or FORBIDDEN; None if it does not say."""


class Shelf:
    """The cache as the loaders see it."""

    def __init__(self, place: Place, origin: Origin, *, clock: Callable[[], float] = time.time) -> None:
        self._place = place
        self._origin = origin
        self._clock = clock

    async def look(self, wants: Sequence[Sought]) -> list[Seen]:
        """Return what is held of each of *wants*: with every part it names, or nothing."""
        turns = Turns()
        wholes = await self._place.get({_key(want) for want in wants if _is_kept(want)})
        needed = [await self._part_keys(want, wholes.get(_key(want)), turns) for want in wants]
        inside = {key for each in needed for keys in each.values() for key in keys}
        found = await self._place.get(inside) if inside else {}
        seen: list[Seen] = []
        for want, keys, generation in zip(wants, needed, await self._generations(wants), strict=True):
            whole = wholes.get(_key(want))
            if whole is None or (_scope(want) is not None and whole.generation != generation):
                seen.append(Seen(None, generation))
                continue
            entries = await _chosen(keys, found, turns)
            held = None if entries is None else await self._held(want, whole, entries, turns)
            seen.append(Seen(held, generation))
        return seen

    async def keep(self, answers: Iterable[Answered]) -> None:
        """Keep *answers*, and what is expanded and listed in them under addresses of their own."""
        now = self._clock()
        turns = Turns()
        entries: dict[Key, Entry] = {}
        for answer in answers:
            if not _is_kept(answer.sought) or answer.max_age == FORBIDDEN:
                continue
            entries |= {key: entry async for key, entry in self._entries(answer, now, turns)}
        if entries:
            await self._place.put(entries)

    async def drop(self, identity: Identity, families: Iterable[str]) -> None:
        """Forget all of *families* that is *identity*'s, for they have written something."""
        await self._place.renew({Scope(identity, family) for family in families})

    async def _generations(self, wants: Sequence[Sought]) -> list[int]:
        scopes = [_scope(want) for want in wants]
        personal = {scope for scope in scopes if scope is not None}
        known = await self._place.generations(personal) if personal else {}
        return [0 if scope is None else known.get(scope, 0) for scope in scopes]

    async def _part_keys(
        self, want: Sought, whole: Entry | None, turns: Turns
    ) -> dict[Href, tuple[Key, ...]]:
        """Return where that is kept which is to be expanded in *whole*: the full form comes first."""
        keys: dict[Href, tuple[Key, ...]] = {}
        if whole is None or whole.content is None or not want.parts:
            return keys
        for record in parts.records(whole.content):
            for href in parts.links_to(record, want.parts):
                resolved = self._resolved(href)
                if resolved is not None:
                    keys[href] = tuple(Key(want.identity, resolved, form) for form in Form)
            await turns.spend(A_RECORD)
        return keys

    async def _held(
        self, want: Sought, whole: Entry, entries: Mapping[Href, Entry], turns: Turns
    ) -> Held | None:
        """Return *whole* with *entries* expanded in it; nothing where one of them is too old."""
        now = self._clock()
        state, oldest = State.FRESH, now
        for entry in (whole, *entries.values()):
            found = _state(entry, want.relation, now)
            if found is None:
                return None
            state, oldest = max(state, found), min(oldest, entry.fetched)
            await turns.spend(A_LINK)
        contents = {href: entry.content for href, entry in entries.items() if entry.content is not None}
        content = await _put_together(whole.content, want.parts, contents, turns)
        return Held(content, state, now - oldest)

    async def _entries(self, answer: Answered, now: float, turns: Turns) -> AsyncIterator[tuple[Key, Entry]]:
        await turns.spend(A_RECORD)
        want, content = answer.sought, answer.content
        fresh_for = answer.max_age if answer.max_age is not None else want.relation.fresh_for.total_seconds()
        if content is None:
            seconds = ABSENT_FOR.total_seconds()
            yield _key(want), Entry(None, now, seconds, seconds, answer.generation)
            return
        # Record by record, so that a large list is not one long step.
        bare: list[Title | Person] = []
        is_sound = True
        for record in parts.records(content):
            bare.append(parts.stripped(record))
            is_sound = is_sound and self._is_sound(bare[-1])
            for entry in self._inside(want, record, bare[-1] if record is not content else None, now):
                yield entry
                await turns.spend(A_RECORD)
            await turns.spend(A_RECORD)
        whole = parts.with_records(content, bare)
        is_sound = is_sound if bare else self._is_sound(whole)
        kept = _entry(want.relation, whole, now, fresh_for, answer.generation)
        yield _key(want), kept if is_sound else _for_minutes(kept)

    def _inside(
        self, want: Sought, record: Title | Person, listed: Title | Person | None, now: float
    ) -> Iterator[tuple[Key, Entry]]:
        """Give what lies under addresses of its own in *record*; itself as well, where it is *listed*."""
        inside = list(parts.expanded(record))
        if listed is not None and want.identity == PUBLIC:
            inside.append((parts.relation_of(listed), listed.href, listed))
        for relation, href, each in inside:
            resolved = self._resolved(href)
            if resolved is not None and not parts.is_cut_short(each):
                form = Form.FULL if isinstance(each, relation.found) else Form.LINKS
                fresh = relation.fresh_for.total_seconds()
                kept = _entry(relation, each, now, fresh, 0)
                key = Key(want.identity, resolved, form)
                yield key, kept if self._is_sound(each) else _for_minutes(kept)

    def _is_sound(self, content: Content) -> bool:
        """Whether each link of it stays with the origin.

        One that does not is never followed, but fails its field; the rest is as good as ever.
        """
        own = f"{self._origin.root}{self._origin.base_path}/"
        return all(href.startswith(own) or self._resolved(href) for href in parts.followed(content))

    def _resolved(self, href: str) -> Href | None:
        try:
            return self._origin.resolve(href)
        except ForeignLink:
            return None


async def _chosen(
    needed: Mapping[Href, Sequence[Key]], found: Mapping[Key, Entry], turns: Turns
) -> dict[Href, Entry] | None:
    """Return what was *found* for each address that is *needed*; nothing where one of them is missing."""
    chosen: dict[Href, Entry] = {}
    for href, keys in needed.items():
        entry = next((found[key] for key in keys if key in found and found[key].content is not None), None)
        if entry is None:
            return None
        chosen[href] = entry
        await turns.spend(A_LINK)
    return chosen


async def _put_together(
    content: Content | None, aliases: frozenset[str], contents: Mapping[Href, Content], turns: Turns
) -> Content | None:
    """Return *content* with *contents* expanded in it where *aliases* say so."""
    if content is None or not aliases:
        return content
    filled: list[Title | Person] = []
    for record in parts.records(content):
        filled.append(parts.put_together(record, aliases, contents))
        await turns.spend(A_RECORD)
    return parts.with_records(content, filled)


def _key(want: Sought) -> Key:
    return Key(want.identity, want.href, title=want.title)


def _is_kept(want: Sought) -> bool:
    return want.relation.fresh_for > timedelta(0)


def _scope(want: Sought) -> Scope | None:
    """Return what a write would make *want* stale with; what is public nobody here writes."""
    return None if want.identity == PUBLIC else Scope(want.identity, want.relation.family)


def _entry(relation: Relation, content: Content, now: float, fresh_for: float, generation: int) -> Entry:
    fall_back = timedelta(0) if relation.is_personal else relation.stale_if_error
    longest = max(fall_back, _while_asking(relation)).total_seconds()
    return Entry(content, now, fresh_for, fresh_for + longest, generation)


def _for_minutes(entry: Entry) -> Entry:
    """Return *entry* as it is kept where it is not sound: that may soon be put right."""
    seconds = min(entry.fresh_for, ABSENT_FOR.total_seconds())
    return replace(entry, fresh_for=seconds, usable_for=seconds)


def _while_asking(relation: Relation) -> timedelta:
    return timedelta(0) if relation.is_personal else relation.stale_while_asking


def _state(entry: Entry, relation: Relation, now: float) -> State | None:
    age = now - entry.fetched
    if age < entry.fresh_for:
        return State.FRESH
    if age >= entry.usable_for:
        return None
    is_usable = age < entry.fresh_for + _while_asking(relation).total_seconds()
    return State.STALE if is_usable else State.EXPIRED
