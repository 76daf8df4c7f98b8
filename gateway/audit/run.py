"""Audits run: many at once where they only read the catalog, one by one where a subscriber is concerned."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import httpx

from gateway.audit.audit import Audit, Level
from gateway.audit.credentials import Credentials
from gateway.audit.failures import AuditFailed, AuditSkipped
from gateway.audit.pace import Pace
from gateway.audit.samples import find
from gateway.audit.session import Session

SHARED: Final = frozenset(
    {"SEARCH", "AUTO", "TITLE", "EXTRA", "PART", "EXPAND", "PEOPLE", "CATEGORY", "XML", "JSON", "CACHE"}
)
"""Groups whose audits never disturb one another."""
AT_ONCE: Final = 4
UNREADABLE: Final = (
    *(ArithmeticError, AttributeError, LookupError, SyntaxError, TypeError, ValueError),
    *(httpx.HTTPError, httpx.InvalidURL),
)
"""What goes wrong while an audit reads something that is nothing like what it expects."""


class Outcome(StrEnum):
    """How an audit ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Result:
    """An audit with its outcome, and why."""

    audit: Audit
    outcome: Outcome
    reason: str = ""

    @property
    def is_breach(self) -> bool:
        """Tell whether a MUST of the contract is broken."""
        return self.outcome is Outcome.FAILED and self.audit.level is Level.MUST


async def run(
    audits: Sequence[Audit], session: Session, *, report: Callable[[Result], None] = lambda _: None
) -> list[Result]:
    """Return a result for each of *audits*, in their order, and *report* each as soon as it is known."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(audit: Audit) -> Result:
        async with gate:
            result = await judged(audit, session)
        report(result)
        return result

    shared = {audit.id: one(audit) for audit in audits if audit.group in SHARED}
    done = dict(zip(shared, await asyncio.gather(*shared.values()), strict=True))
    for audit in audits:
        if audit.id not in done:
            done[audit.id] = await one(audit)
    return [done[audit.id] for audit in audits]


async def judged(audit: Audit, session: Session) -> Result:
    """Return how *audit* ends."""
    try:
        await audit.check(session)
    except AuditSkipped as skipped:
        return Result(audit, Outcome.SKIPPED, skipped.reason)
    except AuditFailed as failed:
        return Result(audit, Outcome.FAILED, str(failed))
    except UNREADABLE as error:
        # A document of another shape than the audit can read is a failure of the document.
        return Result(audit, Outcome.FAILED, f"unreadable: {type(error).__name__}: {error}")
    return Result(audit, Outcome.PASSED)


async def opened(
    client: httpx.AsyncClient, base: str, credentials: Credentials, *, rate: float | None = None
) -> Session:
    """Return a session with the API at *base*, which knows what the API calls itself."""
    session = Session(
        client=client, base=base.rstrip("/"), credentials=credentials, find=find, pace=Pace(rate)
    )
    with suppress(AuditFailed):  # Every audit will say so.
        await session.sample("b")
    return session
