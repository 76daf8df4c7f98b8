"""Log lines: of operations and of what happens to the gateway, as JSON or for people, without secrets."""

import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, TextIO

import orjson

from gateway.telemetry.events import (
    BreakerTurned,
    Event,
    Exhausted,
    OperationEnded,
    Refused,
    Sampled,
    Sent,
    Started,
    Stopped,
    Stopping,
    TurnedAway,
)
from gateway.telemetry.redaction import Redaction
from gateway.telemetry.trail import Met, Outcome, Trail

_log: Final = logging.getLogger("gateway")

FACTS: Final = "facts"
"""The attribute of a log record that holds what it says, by name."""

LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")

TALKATIVE: Final = ("aiosqlite", "sqlalchemy", "httpx", "httpcore")
"""Libraries that log whole statements with their values, or whole addresses: their warnings are enough."""

_SELDOM: Final = 60.0
"""Seconds for which what goes on and on is told once."""
_FAILURES_EVERY: Final = 10.0
"""Seconds for which the origin's failures are told at once, as their number."""


class LogFormat(StrEnum):
    """How a line is written."""

    JSON = "json"
    TEXT = "text"


class _Formatter(logging.Formatter):
    """Writes a record as one line, without secrets."""

    def __init__(self, redact: Redaction) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Return *record* as one line."""
        facts: Mapping[str, object] = getattr(record, FACTS, {})
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": self._redact(record.getMessage()),
            **{name: self._shown(value) for name, value in facts.items()},
        }
        if record.exc_info:
            line["error"] = self._redact(self.formatException(record.exc_info))
        if record.stack_info:
            line["stack"] = self._redact(record.stack_info)
        return self._written(line)

    def _shown(self, value: object) -> object:
        return self._redact(value) if isinstance(value, str) else value

    def _written(self, line: Mapping[str, object]) -> str:
        return orjson.dumps(line, default=repr, option=orjson.OPT_NON_STR_KEYS).decode(errors="replace")


class _TextFormatter(_Formatter):
    def _written(self, line: Mapping[str, object]) -> str:
        head = f"{line['time']} {str(line['level']).upper()} {line['event']}"
        rest = {name: line[name] for name in line.keys() - {"time", "level", "logger", "event", "error"}}
        facts = [f"{name}={rest[name]}" for name in line if name in rest and rest[name] not in ("", {})]
        return " ".join([head, *facts]) + (f"\n{line['error']}" if "error" in line else "")


def handler(style: LogFormat, redact: Redaction, stream: TextIO | None = None) -> logging.Handler:
    """Return what writes records to *stream*, by default standard error."""
    made = logging.StreamHandler(stream or sys.stderr)
    made.setFormatter(_Formatter(redact) if style is LogFormat.JSON else _TextFormatter(redact))
    return made


def set_up(style: LogFormat, level: str, redact: Redaction) -> None:
    """Let everything that is logged from *level* on, by us or by any library, go one way; called at start."""
    logging.basicConfig(handlers=[handler(style, redact)], level=level, force=True)
    logging.captureWarnings(capture=True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def tell(event: str, *, level: int = logging.INFO, **facts: object) -> None:
    """Log that *event* happened."""
    _log.log(level, event, extra={FACTS: facts})


class Logs:
    """An observer that logs one line an operation, and one for each change that must be known of."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._told: dict[str, float] = {}
        self._failures: Counter[str] = Counter()
        """Those of the origin that have not been told yet, by what came of the request."""

    def __call__(self, event: Event) -> None:
        """Log *event* where it is worth a line; what goes on and on, once a minute."""
        match event:
            case Started(origin):
                tell("started", origin=origin)
            case Stopping() | Stopped():
                self._tell_failures(every=0)
                tell(type(event).__name__.lower())
            case OperationEnded(trail):
                level = logging.ERROR if "INTERNAL" in trail.codes else logging.INFO
                tell("operation", level=level, **facts_of(trail))
            case BreakerTurned(state):
                tell("breaker", level=logging.INFO if state == "closed" else logging.WARNING, state=state)
            case Sent() if event.is_failed:
                self._failures[event.outcome] += 1
                self._tell_failures()
            case Sampled():
                self._tell_failures()
            case TurnedAway():
                self._seldom("overloaded", level=logging.WARNING)
            case Refused(status):
                self._seldom("refused", level=logging.INFO, status=status)
            case Exhausted(account):
                self._seldom("quota exhausted", level=logging.WARNING, account=account)

    def _tell_failures(self, *, every: float = _FAILURES_EVERY) -> None:
        """Tell of those that were not told yet, unless others were in the last *every* so many seconds."""
        if self._failures and self._is_due("origin failed", every=every):
            failures, self._failures = self._failures, Counter()
            tell("origin failed", level=logging.WARNING, failures=dict(failures))

    def _seldom(self, event: str, *, level: int, **facts: object) -> None:
        if self._is_due(f"{event} {facts}", every=_SELDOM):
            tell(event, level=level, **facts)

    def _is_due(self, what: str, *, every: float) -> bool:
        """Whether *what* is to be told now, for it was not in the last *every* so many seconds."""
        now = self._clock()
        if now - self._told.get(what, -every) < every:
            return False
        self._told[what] = now
        return True


def facts_of(trail: Trail) -> dict[str, object]:
    """Return what is logged of an operation."""
    is_begun = trail.outcome is not Outcome.REFUSED
    return {
        "request": trail.request,
        "operation": trail.name,
        "kind": trail.kind,
        "document": trail.document,
        **({} if trail.is_trusted is None else {"trusted": trail.is_trusted}),
        "client": trail.client,
        "version": trail.version,
        "caller": trail.caller,
        "outcome": trail.outcome.value,
        "codes": dict(trail.codes),
        "answers": trail.answers,
        "expected": round(trail.expected, 1),
        "calls": trail.calls,
        "requests": trail.requests,
        "cache": {met.value: trail.met[met] for met in Met} if is_begun else {},
        "seconds": round(trail.seconds, 4),
    }
