"""What becomes of a rating when requests and answers get lost."""

import pytest

from gateway.loaders.changes import RateTitle
from gateway.loaders.errors import OutcomeUnknown
from gateway.loaders.outcomes import Outcome, Rated
from tests.end_to_end.faulty import Fault, blind_after, nothing, these
from tests.end_to_end.rig import JAWS, Rig

pytestmark = pytest.mark.anyio

RATINGS = {"give": ("no_opinion", "4"), "change": ("2", "not_interested"), "take back": ("5", "no_opinion")}


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault not in (Fault.STALE, Fault.LATE)])
@pytest.mark.parametrize("name", RATINGS)
async def test_a_rating_is_given_whatever_is_lost(name: str, fault: Fault, rig: Rig) -> None:
    """It has no guard and needs none; a look says whether it is there."""
    before, after = RATINGS[name]
    await rig.make(RateTitle(title=JAWS, opinion=before))
    rig.way.plan = these(fault)

    outcome: Outcome = await rig.make(RateTitle(title=JAWS, opinion=after))

    assert outcome == Rated(title=JAWS)
    rating = await rig.rating(JAWS)
    given = "not_interested" if rating.is_not_interested else str(rating.user or "no_opinion")
    assert given == after


async def test_a_rating_that_is_there_is_not_written(rig: Rig) -> None:
    """Saying again what was said costs a look."""
    await rig.make(RateTitle(title=JAWS, opinion="4"))
    rig.way.sent.clear()

    await rig.make(RateTitle(title=JAWS, opinion="4"))

    assert (rig.way.reads, rig.way.writes) == (1, [])


async def test_a_rating_whose_look_is_lost_is_resolved_by_its_id(rig: Rig) -> None:
    """As with queues, nothing is said that is not known."""
    await rig.make(RateTitle(title=JAWS, opinion="no_opinion"))
    rig.way.plan = blind_after(Fault.LOST_BEFORE)
    with pytest.raises(OutcomeUnknown):
        await rig.make(RateTitle(title=JAWS, opinion="5"), "id")
    rig.way.plan = nothing

    assert await rig.make(RateTitle(title=JAWS, opinion="5"), "id") == Rated(title=JAWS)

    assert (await rig.rating(JAWS)).user == 5
