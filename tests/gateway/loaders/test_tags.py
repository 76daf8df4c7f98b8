"""Old states of a queue are not taken for the present."""

from gateway.loaders.tags import DOUBTS, Tags
from gateway.resources import Href

QUEUE, OTHER = Href("http://o.test/1"), Href("http://o.test/2")


def test_a_tag_that_was_followed_by_another_is_old() -> None:
    """It is believed for another queue, and so is one that nobody has seen."""
    tags = Tags()

    assert [tags.believe(QUEUE, tag) for tag in ("1", "2", "1", "2", "3")] == [True, True, False, True, True]
    assert tags.believe(OTHER, "1")


def test_an_old_tag_that_is_read_again_and_again_is_believed() -> None:
    """Then it was seen out of order."""
    tags = Tags()
    for tag in ("1", "2"):
        tags.believe(QUEUE, tag)

    assert [tags.believe(QUEUE, "1") for _ in range(DOUBTS)] == [False] * (DOUBTS - 1) + [True]
    assert tags.believe(QUEUE, "1")


def test_what_a_change_has_made_is_there() -> None:
    """All empty queues have one tag, which comes again; another change may have led there, too."""
    tags = Tags()
    for tag in ("0", "1"):
        tags.believe(QUEUE, tag)
    tags.remember(QUEUE, "0")

    assert [tags.believe(QUEUE, tag) for tag in ("0", "1", "0")] == [True, False, True]


def test_an_empty_queue_of_before_is_old() -> None:
    """An answer that comes late may have been empty, too."""
    tags = Tags()

    assert [tags.believe(QUEUE, tag) for tag in ("0", "1", "0", "1")] == [True, True, False, True]
