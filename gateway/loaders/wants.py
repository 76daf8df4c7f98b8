"""What a level of a query wants from the origin. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, Protocol, TypeVar

from gateway.relations import Parts, Relation, predicted_bytes
from gateway.resources import Href
from gateway.subscriber import Ratings, TitleStates
from gateway.upstream.errors import MalformedDocument, MissingTitle
from gateway.upstream.href import place_of, with_parameters
from gateway.upstream.identity import Identity
from gateway.upstream.reader import Answer, Read
from gateway.upstream.signing import Credentials


@dataclass(frozen=True, slots=True)
class Want:
    """A resource, and on whose behalf it is wanted; equal when both are, whatever parts are wanted."""

    identity: Identity
    href: Href
    relation: Relation = field(compare=False)
    items: int = field(default=0, compare=False)
    """How many items of a list are wanted at most; 0 where there is no list."""
    token: Credentials | None = field(default=None, compare=False, repr=False)
    parts: Parts = field(default=frozenset(), compare=False)
    title: Href | None = None
    """What the resource is asked about, where it is asked about titles: only that is wanted of it."""

    @property
    def predicted_bytes(self) -> int:
        """Return how large the answer is likely to be, so that a bulk answer can be kept within bounds."""
        return predicted_bytes(self.relation, self.items, self.parts)


LONGEST_REQUEST: Final = 1_000_000
"""Bytes of a bulk request, about; origins take no more than twice as many."""

Answered = Answer | Exception
"""What came of a want; an exception that is no ``UpstreamError`` is a fault of ours."""


def merge(wants: Iterable[Want]) -> list[Want]:
    """Return each resource once, in order, with every part that any of *wants* names."""
    merged: dict[Want, Want] = {}
    for want in wants:
        other = merged.get(want)
        merged[want] = want if other is None else replace(other, parts=other.parts | want.parts)
    return list(merged.values())


@dataclass(frozen=True, slots=True)
class Ask:
    """Wants that one read answers: a single one, or all that name titles at one address."""

    wants: tuple[Want, ...]

    @property
    def read(self) -> Read:
        """Return what is asked for: with all titles, where there are any."""
        want = self.wants[0]
        titles = ",".join(each.title for each in self.wants if each.title)
        href = with_parameters(want.href, {"title_refs": titles}) if titles else want.href
        return Read(href, want.token, want.parts, want.relation.family)

    @property
    def predicted_bytes(self) -> int:
        """Return how large the answer is likely to be."""
        return sum(want.predicted_bytes for want in self.wants)

    @property
    def sent_bytes(self) -> int:
        """Return how much of a request it takes, about: every address is escaped twice."""
        return _ENTRY + sum(len(want.title or want.href) + _ESCAPES for want in self.wants)

    def answers(self, answer: Answered) -> dict[Want, Answered]:
        """Return what *answer* says to each of the wants."""
        if isinstance(answer, Exception) or self.wants[0].title is None:
            return dict.fromkeys(self.wants, answer)
        if not isinstance(answer, TitleStates | Ratings):
            return dict.fromkeys(self.wants, MalformedDocument("/", "an answer about titles"))
        said = {place_of(item.title.href): item for item in answer.items}
        return {
            want: said.get(place_of(want.title)) or MissingTitle(want.title)
            for want in self.wants
            if want.title
        }


_ENTRY: Final = 600
"""Bytes of an entry besides its address: its name, its signature."""
_ESCAPES: Final = 40


def ask(wants: Iterable[Want]) -> list[Ask]:
    """Return what to ask for *wants*, in order: of titles, as many together as one answer is about."""
    together: dict[object, list[Want]] = {}
    for want in wants:
        place = want if want.title is None else (want.identity, want.href)
        together.setdefault(place, []).append(want)
    return [
        Ask(tuple(group[start : start + most]))
        for group in together.values()
        for most in (group[0].relation.most_titles or 1,)
        for start in range(0, len(group), most)
    ]


class Entry(Protocol):
    """What becomes an entry of a bulk request."""

    @property
    def predicted_bytes(self) -> int:
        """Return how large its answer is likely to be."""
        ...

    @property
    def sent_bytes(self) -> int:
        """Return how much of the request it takes."""
        ...


E = TypeVar("E", bound=Entry)


def split(asked: Iterable[E], *, entries: int, size: int, sent: int = LONGEST_REQUEST) -> list[tuple[E, ...]]:
    """Split what is *asked* into bulk requests of at most *entries* and about *sent* bytes.

    Their answers are predicted to stay within *size* bytes.
    """
    parts: list[tuple[E, ...]] = []
    part: list[E] = []
    predicted = sending = 0
    for each in asked:
        is_full = len(part) == entries or sending + each.sent_bytes > sent
        if part and (is_full or predicted + each.predicted_bytes > size):
            parts.append(tuple(part))
            part, predicted, sending = [], 0, 0
        part.append(each)
        predicted += each.predicted_bytes
        sending += each.sent_bytes
    return [*parts, tuple(part)] if part else parts
