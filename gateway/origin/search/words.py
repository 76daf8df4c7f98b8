"""The words of a term, and what is asked of a database's full-text index.

Strangers' words never reach an index as they are: ``names.fold`` leaves letters and digits, and each
word is quoted, so nothing in it can be an operator.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

MOST_WORDS: Final = 32
"""Words of a term that count; the rest of ten thousand would only cost time."""

LONGEST_WORD: Final = 255
"""Letters of a word that an index holds; there is no entry for what is longer."""


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


class Index(Protocol):
    """The full-text index of one kind of database."""

    def __call__(self, wanted: Words) -> Select[int]:
        """Select the ids (``id``) of the rows in which *wanted* is found."""


def words_of(folded: str) -> Sequence[str]:
    """Return the words of a folded term that an index is asked for."""
    words = list(dict.fromkeys(folded.split()))[:MOST_WORDS]
    return [word for word in words if len(word) <= LONGEST_WORD]
