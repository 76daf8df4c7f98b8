"""What is expected of the length of lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import relations
from gateway.loaders.lengths import Lengths
from gateway.resources import Awards, Content, Href, Link, LinkList, People, Text, Titles

LINK = Link("rel", Href("http://o.test/x"), "x")


def test_nothing_learned_is_what_is_typical() -> None:
    """Before the first answer the table speaks."""
    assert Lengths().of(relations.CAST) == relations.CAST.typical_length


@pytest.mark.parametrize(
    ("content", "length"),
    [
        (Titles((), total=7), 7),
        (People(()), 0),
        (LinkList((LINK, LINK)), 2),
        (LinkList((LINK,), total=9), 9),
        (Awards(()), 0),
        (Text("No list."), relations.CAST.typical_length),
    ],
)
def test_a_list_teaches_its_whole_length(content: Content, length: float) -> None:
    """The header counts where there is one, else the items; what is no list teaches nothing."""
    assert Lengths().after([(relations.CAST, content)]).of(relations.CAST) == length


@given(totals=st.lists(st.integers(0, 1000), min_size=1, max_size=50))
def test_a_mean_is_kept(totals: list[int]) -> None:
    """Of some answers it is their mean, and a relation learns nothing from another."""
    lengths = Lengths().after((relations.SEARCH, Titles((), total=total)) for total in totals)

    assert lengths.of(relations.SEARCH) == pytest.approx(sum(totals) / len(totals))
    assert lengths.of(relations.CAST) == relations.CAST.typical_length


def test_what_is_long_ago_is_forgotten() -> None:
    """After a change, the mean moves on, however much was seen before."""
    before = Lengths().after([(relations.SEARCH, Titles((), total=0))] * 10_000)

    after = before.after([(relations.SEARCH, Titles((), total=100))] * 1_000)

    assert after.of(relations.SEARCH) > 99


def test_links_that_lead_to_the_same_are_expected_to_do_so_again() -> None:
    """Forty links to ten people, and few more are expected however many links there are."""
    lengths = Lengths().after_following([(relations.PERSON, 40, 10)])

    expected = [lengths.different(relations.PERSON, followed) for followed in (1, 40, 1000)]

    assert expected == [pytest.approx(0.95, abs=0.05), pytest.approx(10, abs=0.1), pytest.approx(10, abs=0.5)]
    assert lengths.different(relations.TITLE, 40) == 40


def test_links_that_lead_to_different_things_teach_no_end_of_them() -> None:
    """Without a repetition nobody knows how many there are."""
    lengths = Lengths().after_following([(relations.PERSON, 40, 40)])

    assert lengths.different(relations.PERSON, 1000) == 1000
