"""The words of a term, and what is asked of a database's full-text index.

Strangers' words never reach an index as they are: ``names.fold`` leaves letters and digits, and each
word is quoted, so nothing in it can be an operator.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol, TypeVar

from sqlalchemy import ColumnElement, Select, and_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from gateway.origin.models import Kind, Title

MOST_WORDS: Final = 32
"""Words of a term that count; the rest of ten thousand would only cost time."""

LONGEST_WORD: Final = 255
"""Letters of a word that an index holds; there is no entry for what is longer."""


Value = TypeVar("Value")

LAST_CHARACTER: Final = "\U0010ffff"


class Match(Enum):
    """How words are to be found."""

    ALL = "every word"
    ANY = "some of the words"
    BEGUN = "every word, the last of them as the beginning of a word"


@dataclass(frozen=True, slots=True)
class Words:
    """Words to be found in one column."""

    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None]
    words: Sequence[str]
    match: Match


@dataclass(frozen=True, slots=True)
class Term:
    """What is searched for, folded, and its words that an index is asked for."""

    folded: str
    words: Sequence[str]

    @property
    def is_indexed(self) -> bool:
        """Tell whether an index knows all of it: no word is left out, for length, number or repetition."""
        return self.folded.split() == list(self.words)


@dataclass(frozen=True, slots=True)
class Conditions:
    """What titles must be beside what the term asks."""

    kinds: Sequence[Kind]
    others: Sequence[ColumnElement[bool]] = ()

    def all(self, index: "Index") -> Sequence[ColumnElement[bool]]:
        """Return every condition."""
        return (index.at_hand(Title.kind).in_(self.kinds), *self.others)


class Index(Protocol):
    """The full-text index of one kind of database."""

    def found(self, wanted: Words) -> Select[int]:
        """Select the ids (``id``) of the rows in which *wanted* is found."""

    def is_met(self, wanted: Words) -> ColumnElement[bool]:
        """Tell whether *wanted* is found in a row."""

    def at_hand(self, column: InstrumentedAttribute[Value]) -> ColumnElement[Value]:
        """Return *column* as something to tell by, and not to look titles up by."""

    async def count_titles(self, session: AsyncSession, term: Term, where: Conditions) -> int | None:
        """Count the titles that *term* finds; None where there is no quick way."""


def begins(name: InstrumentedAttribute[str] | ColumnElement[str], folded: str) -> ColumnElement[bool]:
    """Tell whether *name* begins with *folded*; a range uses the index, and knows no wildcards."""
    return and_(name >= folded, name < folded + LAST_CHARACTER)


def read_term(folded: str) -> Term:
    """Return a folded term with the words of it that an index is asked for."""
    words = list(dict.fromkeys(folded.split()))[:MOST_WORDS]
    return Term(folded, [word for word in words if len(word) <= LONGEST_WORD])
