"""Posters: every width, every name, and never twice the same but for the same title."""

import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gateway.contract import BOX_ART_WIDTHS
from gateway.origin.pictures.palettes import Motif, palette
from gateway.origin.pictures.posters import Poster, draw

JAWS = Poster(id=1, name="Jaws", kind="Film", year=1975, genres=("Horror Movies",))

ONE_OF_EACH = {
    Motif.HORIZON: "Dramas",
    Motif.CONFETTI: "Comedies",
    Motif.BANDS: "Action & Adventure",
    Motif.BEAM: "Thrillers",
    Motif.MOON: "Horror Movies",
    Motif.ORBIT: "Sci-Fi & Fantasy",
    Motif.CIRCLES: "Romantic Movies",
    Motif.HILLS: "Children & Family Movies",
    Motif.CONTOURS: "Documentaries",
    Motif.RAYS: "Classic Movies",
    Motif.WAVES: "Foreign Movies",
    Motif.BARS: "Music & Musicals",
    Motif.TILES: "Television",
}


def opened(poster: Poster, width: int) -> Image.Image:
    """Draw *poster*, and look at it as a browser would."""
    image = Image.open(io.BytesIO(draw(poster, width)))
    image.load()
    return image


@pytest.mark.parametrize("width", BOX_ART_WIDTHS)
def test_width(width: int) -> None:
    """A poster is as wide as was asked for, a JPEG, and of the shape of a box."""
    image = opened(JAWS, width)

    assert (image.format, image.width, image.height) == ("JPEG", width, round(width * 1.4))


def test_same_title() -> None:
    """The same title gives the same bytes."""
    assert draw(JAWS, 110) == draw(replace(JAWS), 110)


@pytest.mark.parametrize(("motif", "genre"), ONE_OF_EACH.items())
def test_motif_of_genre(motif: Motif, genre: str) -> None:
    """Each motif belongs to a genre, and can be drawn in any size."""
    poster = replace(JAWS, genres=(genre,))

    sizes = [opened(poster, width).width for width in (38, 64, 284)]

    assert (palette((genre,), 0).motif, sizes) == (motif, [38, 64, 284])


def test_genres_differ() -> None:
    """No two genres make the same picture of a title."""
    pictures = {draw(replace(JAWS, genres=(genre,)), 64) for genre in ONE_OF_EACH.values()}

    assert len(pictures) == len(ONE_OF_EACH)


def test_titles_differ() -> None:
    """Two titles of one genre and one name do not look the same."""
    assert draw(JAWS, 64) != draw(replace(JAWS, id=2), 64)


def test_particular_genre_first() -> None:
    """The first genre that has a colour decides, and what none has is decided by chance."""
    chosen = [palette(genres, 7) for genres in (("Vampires", "Horror Movies", "Comedies"), ("Vampires",), ())]

    assert [one.motif for one in chosen] == [Motif.MOON, palette((), 7).motif, palette((), 7).motif]


@pytest.mark.parametrize(("width", "is_told"), [(38, False), (64, False), (110, True)])
def test_year_where_there_is_room(width: int, is_told: bool) -> None:  # noqa: FBT001 - a parameter
    """The year stands on a poster that is large enough to read it."""
    assert (draw(JAWS, width) != draw(replace(JAWS, year=1976), width)) is is_told


def test_words_can_be_seen() -> None:
    """Behind the words it is dark, and the words are light, whatever the genre."""
    for genre in ONE_OF_EACH.values():
        lower = opened(replace(JAWS, genres=(genre,)), 210).convert("L").crop((0, 220, 210, 260))
        shades = sorted(lower.tobytes())
        assert (shades[0] < 45, shades[-1] > 225) == (True, True), genre


ODD = [
    "",
    " ",
    "🦈🦈🦈",
    "الف مبروك",
    "\u202egnirts desrever",
    "忍者ハットリくん",
    "W" * 300,
    "Llanfairpwllgwyngyll " * 15,
    "\u0301\u0302",
    "a\u0000b\ud800c",
    "…",
    "\u0130stanbul K\u0131rm\u0131z\u0131s\u0131",
    "Война и мир",
]


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("width", [38, 64, 110])
def test_odd_name(name: str, width: int) -> None:
    """No name is too odd to be drawn."""
    assert opened(replace(JAWS, name=name.encode(errors="replace").decode()), width).width == width


@settings(max_examples=30, deadline=None)
@given(
    name=st.text(max_size=300), year=st.none() | st.integers(0, 9999), width=st.sampled_from((38, 64, 110))
)
def test_any_name(name: str, year: int | None, width: int) -> None:
    """Whatever a title is called, there is a picture of it."""
    assert opened(Poster(id=1, name=name, kind="Film", year=year), width).width == width
