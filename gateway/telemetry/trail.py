"""What is known of one operation, from when it came in until its last answer. Pure but for the clocks."""

import re
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

_NAME: Final = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,79}")
_TOKEN: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z ._+/-]{0,63}")


class Met(StrEnum):
    """How a want was met."""

    HELD = "held"
    """Out of what is held, fresh."""
    STALE = "stale"
    """Out of what is held, a little old; it is asked for anew behind."""
    JOINED = "joined"
    """With what was on its way already."""
    ASKED = "asked"
    """The origin was asked."""


class Outcome(StrEnum):
    """What came of an operation."""

    OK = "ok"
    PARTIAL = "partial"
    """Data, and errors."""
    ERROR = "error"
    """It was begun, but nothing came of it: there is no data, or nothing but nulls."""
    REFUSED = "refused"
    """It was not begun."""
    GONE = "gone"
    """Whoever asked did not wait for an answer."""


@dataclass(slots=True, kw_only=True, eq=False)
class Trail:
    """What is known of one operation. It names nobody, and holds neither variables nor the document."""

    request: str = ""
    """The id of the request, or of the connection, that it came with."""
    parent: str | None = None
    """The header ``traceparent`` that it came with."""
    client: str = ""
    version: str = ""
    """What the client says that it is."""
    caller: str = "anonymous"
    """How whoever asks is known: anonymous, session or bearer."""
    document: str = ""
    """The SHA-256 of its text, in hexadecimal digits; what it was called where it was not found."""
    is_trusted: bool | None = None
    """Whether its document is one of those that are listed as trusted; None where there is no list."""
    name: str = ""
    kind: str = "unknown"
    """query, mutation or subscription; unknown of what was refused before that was clear."""
    began: float = field(default_factory=time.perf_counter)
    began_at: int = field(default_factory=time.time_ns)
    """Nanoseconds since 1970."""
    planned_after: float | None = None
    """Seconds after which it was read, checked and planned."""
    expected: float = 0.0
    """Calls that it was expected to cost; of a subscription, the last event."""
    calls: int = 0
    requests: int = 0
    met: "Counter[Met]" = field(default_factory=Counter)
    answers: int = 0
    codes: "Counter[str]" = field(default_factory=Counter)
    is_begun: bool = False
    has_data: bool = False
    span: object = None
    """What it is called where traces are made."""

    @property
    def seconds(self) -> float:
        """Return how long ago it began."""
        return time.perf_counter() - self.began

    @property
    def outcome(self) -> Outcome:
        """Return what has come of it so far."""
        if not self.answers:
            return Outcome.GONE
        if not self.codes:
            return Outcome.OK
        if self.has_data:
            return Outcome.PARTIAL
        return Outcome.ERROR if self.is_begun else Outcome.REFUSED

    def asking(self, name: str | None, caller: str) -> None:
        """Take note of what is asked, and by whom."""
        self.name = name_of(name)
        self.caller = caller

    def reading(self, document: str, *, is_trusted: bool | None = None) -> None:
        """Take note of what its document is called."""
        self.document = word_of(document)
        self.is_trusted = is_trusted

    def planned(self, kind: str, name: str | None, expected: float) -> None:
        """Take note of what is going to be done."""
        if self.planned_after is None:
            self.planned_after = self.seconds
        self.kind, self.name, self.expected = kind, name_of(name), expected

    def answered(self, body: Mapping[str, object]) -> None:
        """Take note of an answer as the client sees it."""
        self.answers += 1
        self.is_begun = self.is_begun or "data" in body
        data = body.get("data")
        values = data.values() if isinstance(data, Mapping) else ()
        self.has_data = self.has_data or any(value is not None for value in values)
        errors = body.get("errors")
        for error in errors if isinstance(errors, list) else ():
            self.codes[code_of(error)] += 1


def code_of(error: object) -> str:
    """Return the code of an error as a client sees it."""
    extensions = error.get("extensions") if isinstance(error, Mapping) else None
    code = extensions.get("code") if isinstance(extensions, Mapping) else None
    return code if isinstance(code, str) else "INTERNAL"


def name_of(text: str | None) -> str:
    """Return *text* where it is a name of GraphQL, and not too long; else nothing."""
    return text if text is not None and _NAME.fullmatch(text) else ""


def word_of(text: str | None) -> str:
    """Return *text* where it is a short word of harmless characters, as ids are; else nothing."""
    return text if text is not None and _TOKEN.fullmatch(text) else ""
