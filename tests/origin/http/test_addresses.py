"""Addresses: what is handed out is what is answered, whatever the parts are called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.origin.paths import SEGMENTS, Address, Paths, Place, movie_page, role_page

BASE = "http://api.netflix.com"
KINDS = [Place.MOVIE, Place.SERIES, Place.PROGRAM, Place.DISC, Place.SEASON]

ids = st.integers(min_value=1, max_value=2**31 - 1)


@given(kind=st.sampled_from(KINDS), number=ids, series=ids, part=st.sampled_from([None, *sorted(SEGMENTS)]))
def test_an_address_handed_out_can_be_read(kind: Place, number: int, series: int, part: str | None) -> None:
    """Every address of a title or of its part names that title and that part again."""
    paths = Paths(BASE, {"cast": "players", "synopsis": "story"})
    href = paths.title(kind, number, series=series)

    found = paths.read((paths.part(href, part) if part else href).removeprefix(BASE))

    assert found == Address(kind, number, series=series if kind is Place.SEASON else None, part=part)


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/catalog/titles", Address(Place.SEARCH)),
        ("/catalog/titles/", Address(Place.SEARCH)),
        ("/catalog/titles/autocomplete", Address(Place.AUTOCOMPLETE)),
        ("/catalog/people", Address(Place.PEOPLE)),
        ("/catalog/people/5/filmography/", Address(Place.PERSON, 5, part="filmography")),
        ("/catalog/titles/programs/3/7", Address(Place.PROGRAM, 7, series=3)),
        ("/utility/bulk", Address(Place.BULK)),
        ("/bulk/", Address(Place.BULK)),
        ("/users/T1/at_home/5/", Address(Place.AT_HOME, user="T1", item=5)),
        ("/users/T1/reviews/2147483648", Address(Place.REVIEWS, user="T1", item=0)),
        ("/users/T1/rental_history/5", None),
        ("/catalog/titles//", None),
        ("/", None),
        ("", None),
        ("/Catalog/Titles", None),
        ("/catalog/titles/movies/07", None),
        ("/catalog/titles/movies/0", None),
        ("/catalog/titles/movies/-1", None),
        ("/catalog/titles/movies/2147483648", Address(Place.MOVIE, 0)),
        ("/catalog/titles/movies/99999999999999999999", None),
        ("/catalog/titles/movies/\N{FULLWIDTH DIGIT ONE}", None),
        ("/catalog/titles/movies/1\n", None),
        ("/catalog/titles/movies/1/cast/2", None),
        ("/catalog/titles/movies/1/plot", None),
        ("/catalog/titles/movies/1/../2", None),
    ],
)
def test_paths_are_exact_but_for_one_slash(path: str, address: Address | None) -> None:
    """One trailing slash is forgiven; whatever else is not in the table is nowhere."""
    assert Paths(BASE).read(path) == address


def test_a_renamed_part_is_gone_from_its_old_place() -> None:
    """A part answers only to the name it was given."""
    paths = Paths(BASE, {"cast": "players"})

    assert [paths.read(f"/catalog/titles/movies/1/{name}") for name in ("players", "cast")] == [
        Address(Place.MOVIE, 1, part="cast"),
        None,
    ]


def test_web_pages_have_the_recorded_form() -> None:
    """Whatever is no letter, digit, dot or hyphen becomes one underscore, and none at the ends."""
    names = ["3:10 to Yuma", "Hoodwinked Too! Hood vs. Evil", "Why Did I?", "Too: 1977- 1990", "夏"]

    assert [movie_page(name, 7) for name in names] == [
        "http://www.netflix.com/Movie/3_10_to_Yuma/7",
        "http://www.netflix.com/Movie/Hoodwinked_Too_Hood_vs._Evil/7",
        "http://www.netflix.com/Movie/Why_Did_I/7",
        "http://www.netflix.com/Movie/Too_1977-_1990/7",
        "http://www.netflix.com/Movie/_/7",
    ]
    assert role_page("Belén Rueda", 30009945) == "http://www.netflix.com/RoleDisplay/Bel_n_Rueda/30009945"
