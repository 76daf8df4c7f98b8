"""Long lists of ids in parts."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.origin.queries.chunks import CHUNK, chunks

SQLITE_BINDS = 32_766


@given(st.lists(st.integers(0, 50)), st.integers(1, 9))
def test_every_id_is_in_one_part(ids: list[int], size: int) -> None:
    """The parts are the list without its repetitions, in its order, none of them too long or empty."""
    parts = list(chunks(ids, size=size))

    assert [key for part in parts for key in part] == list(dict.fromkeys(ids))
    assert all(0 < len(part) <= size for part in parts)
    assert all(len(part) == size for part in parts[:-1])


def test_a_part_can_be_bound_twice() -> None:
    """Some statements name the list in both halves of a union."""
    parts = [len(part) for part in chunks(range(CHUNK * 2 + 1))]

    assert parts == [CHUNK, CHUNK, 1]
    assert CHUNK * 2 < SQLITE_BINDS
