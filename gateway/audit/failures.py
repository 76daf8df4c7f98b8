"""How an audit ends when it does not pass, and the two ways to say what was expected. Pure."""

from typing import Final

SHOWN: Final = 300


class AuditFailed(Exception):
    """An answer is not what the contract says."""

    def __init__(self, expected: object, found: object) -> None:
        super().__init__(f"expected {_shown(expected)}, found {_shown(found)}")
        self.expected = expected
        self.found = found


class AuditSkipped(Exception):
    """An audit cannot be done here, for want of a token or of data that shows the case."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def equal(found: object, expected: object) -> None:
    """Fail unless *found* is *expected*."""
    if found != expected:
        raise AuditFailed(expected, found)


def that(truth: object, expected: str, found: object) -> None:
    """Fail with *expected* in words unless *truth* holds."""
    if not truth:
        raise AuditFailed(expected, found)


def enough(truth: object, reason: str) -> None:
    """Skip, for *reason*, unless there is *truth* enough to show the case."""
    if not truth:
        raise AuditSkipped(reason)


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
