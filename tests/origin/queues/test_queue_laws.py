"""Laws of a queue as a value: positions, tags, and what a tag stands for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.origin.accounts import EntryState
from gateway.origin.queues import tags
from gateway.origin.queues.lineup import Entry, Lineup

TITLES = st.lists(st.integers(1, 20), unique=True, max_size=12)


@st.composite
def lineups(draw: st.DrawFn) -> Lineup:
    """Draw a queue whose titles are in one of its parts each."""
    entries = [Entry(title, "DVD", 1) for title in draw(TITLES)]
    cut = draw(st.integers(0, len(entries)))
    return Lineup(tags.first("T1", "disc"), tuple(entries[:cut]), tuple(entries[cut:]))


def content(lineup: Lineup) -> tuple[object, object]:
    """Return what a queue holds."""
    return lineup.available, lineup.saved


@given(lineups(), st.integers(1, 20), st.integers(1, 600))
def test_a_moved_title_stands_where_it_was_moved_to(lineup: Lineup, title: int, position: int) -> None:
    """The others keep their order, and the tag changes exactly when the order does."""
    available = [entry.title_id for entry in lineup.available]
    if title not in available:
        return

    moved = lineup.moved(title, position)

    others = [other for other in available if other != title]
    assert moved.place_of(title) == (EntryState.AVAILABLE, min(position, len(available)))
    assert [entry.title_id for entry in moved.available if entry.title_id != title] == others
    assert (moved.tag == lineup.tag) == (content(moved) == content(lineup))


@given(lineups(), st.integers(1, 20))
def test_a_removed_title_is_gone_and_nothing_else(lineup: Lineup, title: int) -> None:
    """The tag changes exactly when something is removed; that of an empty queue is 0."""
    removed = lineup.without(title)

    assert len(removed) == len(lineup) - int(lineup.place_of(title) is not None)
    assert removed.place_of(title) is None
    assert (removed.number == lineup.number) == (content(removed) == content(lineup))
    assert (removed.tag == "0") == (not removed)


@given(lineups(), st.sets(st.integers(1, 20)), st.sets(st.integers(1, 20)))
def test_time_loses_and_doubles_nothing(lineup: Lineup, opened: set[int], closed: set[int]) -> None:
    """Every title stays, in the part where time has put it; the tag changes exactly when one crosses."""

    def is_open(entry: Entry) -> bool | None:
        return entry.title_id in opened if entry.title_id in opened | closed else None

    settled = lineup.settled(is_open, lambda entry: entry.title_id)

    everything = {entry for part in content(lineup) for entry in part}  # type: ignore[attr-defined]
    assert {*settled.available, *settled.saved} == everything
    assert len(settled) == len(lineup)
    assert not [entry for entry in settled.available if is_open(entry) is False]
    assert not [entry for entry in settled.saved if is_open(entry)]
    assert (settled.number == lineup.number) == (content(settled) == content(lineup))
    assert settled.settled(is_open, lambda entry: entry.title_id) == settled


def test_a_queue_never_has_a_tag_twice() -> None:
    """A hundred thousand changes make as many tags, of twelve digits each."""
    number = tags.first("T1", "disc")
    seen = set()
    for _ in range(100_000):
        seen.add(number)
        number = tags.after(number)

    assert len(seen) == 100_000
    assert {len(str(tag)) for tag in seen} == {12}


def test_two_queues_have_different_tags() -> None:
    """The two queues of a subscriber begin apart, like those of two subscribers."""
    owners = [("T1", "disc"), ("T1", "instant"), ("T2", "disc"), ("T2", "instant")]

    assert len({tags.first(*owner) for owner in owners}) == 4


@pytest.mark.parametrize("dress", ["{}", '"{}"', '"{}-gzip"', '"{}"-gzip', 'W/"{}"', " {} ", "{}-gzip"])
def test_a_tag_is_known_in_any_dress(dress: str) -> None:
    """Quotes, suffixes and blanks do not make it another."""
    assert tags.undressed(dress.format("123456789012")) == "123456789012"


@pytest.mark.parametrize("text", ["*", '"abc"', "1, 2", '""', "٣"])
def test_what_is_no_tag_stays_what_it_is(text: str) -> None:
    """It equals no tag."""
    assert tags.undressed(text) == text
