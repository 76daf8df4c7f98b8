"""The origin is the API: it passes the audits, group by group."""

import pytest

from gateway.audit.run import Outcome, judged
from gateway.audit.session import Session
from tests.contract.audits import AUDITS, Level
from tests.contract.claimant import for_group

GROUPS = tuple(dict.fromkeys(audit.group for audit in AUDITS))


@pytest.mark.anyio
@pytest.mark.parametrize("group", GROUPS)
async def test_every_must_of_a_group_holds(group: str, visit: Session) -> None:
    """No MUST of the group is broken."""
    chosen = [audit for audit in AUDITS if audit.group == group and audit.level is Level.MUST]
    session = for_group(visit, group)
    results = [await judged(audit, session) for audit in chosen]
    broken = [(result.audit.id, result.reason) for result in results if result.outcome is Outcome.FAILED]
    assert broken == []
