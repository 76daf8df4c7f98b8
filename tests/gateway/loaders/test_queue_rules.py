"""What the origin's refusals mean for a change of a queue (contract 5)."""

import pytest

from gateway.contract import Rel
from gateway.loaders.changes import AddTitle, QueueChange, RemoveTitle, ReplaceQueue
from gateway.loaders.lineup import Lineup
from gateway.loaders.outcomes import Changed, Conflict, Refusal, Refused, read_outcome, write_outcome
from gateway.loaders.queue_rules import Desk, is_stale, prepare, refused
from gateway.resources import Href, Link
from gateway.subscriber import Queue, QueueItem, QueueKind, QueueList
from gateway.upstream.errors import ForeignLink, OriginRefused
from gateway.upstream.href import Origin
from gateway.upstream.signing import Credentials

QUEUE = Href("http://o.test/users/1/queues/disc")
JAWS = Href("http://o.test/catalog/titles/movies/60001220")
ADD = AddTitle(kind=QueueKind.DISC, title=JAWS)
REPLACE = ReplaceQueue(titles=(JAWS, JAWS))
NOTHING = Lineup(Queue((), etag="0"))


@pytest.mark.parametrize(
    ("change", "status", "sub_code", "message", "reason"),
    [
        (ADD, 400, 130, "Title not found or not available", Refusal.TITLE_NOT_FOUND),
        (ADD, 404, 610, "Title is not in Queue", Refusal.NOT_QUEUED),
        (ADD, 400, 620, "Title is saved and cannot be moved", Refusal.TITLE_SAVED),
        (ADD, 400, 650, "Queue is too large", Refusal.QUEUE_FULL),
        (ADD, 400, 660, "Title format is invalid", Refusal.FORMAT_UNAVAILABLE),
        (ADD, 400, None, "Invalid format for this user", Refusal.FORMAT_UNAVAILABLE),
        (ADD, 400, 690, "Title is currently at home", Refusal.TITLE_AT_HOME),
        (ADD, 400, None, "Cannot move a series parent title", Refusal.SERIES_PARENT),
        (ADD, 400, None, "position is invalid", Refusal.OTHER),
        (REPLACE, 400, 710, "Duplicate title found", Refusal.DUPLICATE_TITLE),
        (REPLACE, 412, 710, "Duplicate title found", Refusal.DUPLICATE_TITLE),
        (REPLACE, 409, None, "The resulting queue would be too large", Refusal.QUEUE_FULL),
        (REPLACE, 409, None, "Conflicts found within the representation", Refusal.OTHER),
    ],
)
def test_a_refusal_is_told_by_its_sub_code_or_its_words(
    change: QueueChange, status: int, sub_code: int | None, message: str, reason: Refusal
) -> None:
    """Those that the contract gives no sub code are known by what their sentences say."""
    outcome = refused(change, OriginRefused(QUEUE, status, sub_code=sub_code, message=message), NOTHING)

    assert isinstance(outcome, Refused)
    assert (outcome.reason, outcome.message) == (reason, message)


@pytest.mark.parametrize(("status", "sub_code"), [(401, None), (403, None), (404, None), (405, None)])
def test_what_is_no_refusal_of_the_change_is_an_error(status: int, sub_code: int | None) -> None:
    """Who is not let in, or asks too much, has not been told anything about the queue."""
    assert refused(ADD, OriginRefused(QUEUE, status, sub_code=sub_code), NOTHING) is None


def test_the_two_meanings_of_412() -> None:
    """With 710 the title is there, which is what was meant; without it somebody was faster."""
    link = Link(Rel.TITLE, JAWS, "Jaws")
    item = QueueItem(QUEUE, QueueList.AVAILABLE, "DVD", "available now", 1, title=link)
    there = OriginRefused(QUEUE, 412, sub_code=710)

    assert refused(ADD, there, Lineup(Queue((item,), etag="1"))) == Changed(
        kind=QueueKind.DISC, already_queued=(link,)
    )
    assert not is_stale(there)
    assert is_stale(OriginRefused(QUEUE, 412))


def test_an_entry_that_is_elsewhere_is_not_removed() -> None:
    """Nothing is signed for another host, whatever the origin's document says (T5)."""
    item = QueueItem(
        Href("http://evil.test/users/1/queues/disc/available/1/60001220"),
        QueueList.AVAILABLE,
        "DVD",
        "available now",
        1,
        title=Link(Rel.TITLE, JAWS, "Jaws"),
    )
    desk = Desk(Origin.at("http://o.test"), QUEUE, Credentials("token", "secret"))

    with pytest.raises(ForeignLink):
        prepare(RemoveTitle(kind=QueueKind.DISC, title=JAWS), Lineup(Queue((item,), etag="1")), desk)


@pytest.mark.parametrize(
    "outcome",
    [
        Changed(kind=QueueKind.DISC, titles=(JAWS,), not_added=(Link(Rel.TITLE, JAWS, "J"),)),
        Conflict(kind=QueueKind.INSTANT, expected=None, actual="12"),
        Refused(reason=Refusal.QUEUE_FULL, message="M", titles=(JAWS,)),
    ],
)
def test_an_outcome_is_kept_as_it_was(outcome: Changed | Conflict | Refused) -> None:
    """What is written can be read again."""
    assert read_outcome(write_outcome(outcome)) == outcome
