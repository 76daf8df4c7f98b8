"""Each kind of check fails where there is something to find, and passes where there is not."""

from collections.abc import Mapping

import pytest

from gateway.audit.failures import AuditFailed
from gateway.audit.run import Outcome, judged
from gateway.audit.session import Session
from tests.contract.audits import AUDITS, Audit
from tests.contract.claimant import for_group
from tests.contract.defects import callers, documents, subscribers
from tests.contract.defects.spoil import Defect, Spoiling

DEFECTS: Mapping[str, Defect] = {
    **documents.ANSWERS,
    **documents.SHAPES,
    **documents.HYPERMEDIA,
    **documents.PAGES,
    **documents.CONDITIONS,
    **documents.TRANSPORT,
    **documents.INDEX,
    **callers.JSON,
    **callers.SIGNATURES,
    **callers.BULK,
    **callers.DANCE,
    **subscribers.FEEDS,
    **subscribers.READING,
    **subscribers.QUEUEING,
    **subscribers.RATINGS,
    **subscribers.LIMITS,
}


def test_each_kind_has_a_defect() -> None:
    """No kind of check is without a defect, and no defect without a kind."""
    assert set(DEFECTS) == {audit.kind for audit in AUDITS}


@pytest.mark.anyio
@pytest.mark.parametrize(
    "kind",
    [
        # Each defect costs a new look for samples: one in thirty is planted here, all by `make verify`.
        pytest.param(kind, marks=() if place % 30 == 0 else pytest.mark.verify)
        for place, kind in enumerate(sorted(DEFECTS))
    ],
)
async def test_a_defect_turns_an_audit_red(kind: str, spoilt: tuple[Session, Spoiling]) -> None:
    """An audit of the kind passes, and fails once the defect is planted."""
    session, way = spoilt
    session = for_group(session, "LIMIT" if kind in subscribers.LIMITS else "")
    audit = await _passing(kind, session)
    way.defect = DEFECTS[kind]
    session.forget()
    try:
        with pytest.raises(AuditFailed):
            await audit.check(session)
    finally:
        way.defect = None
        session.forget()


async def _passing(kind: str, session: Session) -> Audit:
    """Return the first audit of *kind* that passes."""
    results = []
    for audit in AUDITS:
        if audit.kind == kind:
            results.append(await judged(audit, session))
            if results[-1].outcome is Outcome.PASSED:
                return audit
    raise AssertionError([(result.audit.id, result.reason) for result in results])
