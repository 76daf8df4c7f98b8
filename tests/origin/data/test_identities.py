"""Ids of imported titles and people."""

import random

from hypothesis import given
from hypothesis import strategies as st

from gateway.origin.catalog import identities
from gateway.origin.models import Kind


def test_ids_are_the_same_on_every_machine() -> None:
    """They follow from what a title is, and from nothing else."""
    keys = [identities.title_key(Kind.MOVIE, "Amélie", 2001), identities.person_key("Agnès Varda")]

    assert identities.assign(keys, taken=()) == {"movie|amelie|2001": 1601771457, "agnes varda": 1865327196}


def test_a_title_is_known_by_kind_name_and_year() -> None:
    """Names are compared as search does; a name of signs alone is compared as it is."""
    assert identities.title_key(Kind.MOVIE, "AMÉLIE!", 2001) == identities.title_key(
        Kind.MOVIE, "Amelie", 2001
    )
    different = {
        identities.title_key(kind, name, year)
        for kind in (Kind.MOVIE, Kind.SERIES)
        for name in ("Amelie", "Melanie", "!!!", "???")
        for year in (2001, 2002, None)
    }
    assert len(different) == 24


@given(st.lists(st.text(), unique=True, max_size=30), st.randoms())
def test_every_key_has_an_id_of_its_own_whatever_the_order(keys: list[str], chance: random.Random) -> None:
    """The ids lie in the range of imports."""
    shuffled = list(keys)
    chance.shuffle(shuffled)

    ids = identities.assign(keys, taken=())

    assert identities.assign(shuffled, taken=()) == ids
    assert set(ids) == set(keys)
    assert len(set(ids.values())) == len(keys)
    assert all(identities.LOWEST <= key < identities.HIGHEST for key in ids.values())


def test_a_taken_id_is_passed_over() -> None:
    """The next one is as predictable as the first."""
    first = identities.assign(["jaws"], taken=())["jaws"]
    second = identities.assign(["jaws"], taken={first})["jaws"]

    assert second != first
    assert identities.assign(["jaws"], taken={first}) == {"jaws": second}


def test_of_two_keys_that_want_one_id_the_same_one_gives_way() -> None:
    """It is the later one by its letters, in whatever order they come."""
    first, second = "person 41364", "person 52509"
    wanted = identities.assign([first], taken=())[first]

    both = identities.assign([first, second], taken=())

    assert identities.assign([second], taken=()) == {second: wanted}
    assert both[first] == wanted
    assert both[second] != wanted
    assert identities.assign(iter([second, first]), taken=()) == both
