"""Words on posters: what is written, in which lines, how large."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageFont

from gateway.origin.pictures.lettering import drawable, fit, font

SIZES = (60, 40, 30, 20)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Amélie", "Amélie"),
        ("Ame\u0301lie", "Amélie"),
        ("Война и мир", "Война и мир"),
        ("  The\n Shore ", "The Shore"),
        ("Shark 🦈 Week", "Shark Week"),
        ("الف مبروك", ""),
        ("忍者 Ninja", "Ninja"),
        ("忍者ハットリくん 2", ""),
        ("…", ""),
    ],
)
def test_drawable(name: str, written: str) -> None:
    """What the font has letters for is written, unless that is the smaller part of a name."""
    assert drawable(name) == written


def test_layout() -> None:
    """Letters are set by the layout that every machine has, so that all draw the same."""
    assert font("Black", 20).layout_engine is ImageFont.Layout.BASIC


def test_largest_size() -> None:
    """A short name is as large as can be, a longer one smaller."""
    sizes = [fit(name, width=300, height=90, sizes=SIZES).font.size for name in ("Jaws", "The Good, the Bad")]

    assert sizes == [60, 40]


def test_lines_are_alike() -> None:
    """Lines are broken where they become equally long, not where the first is full."""
    lettering = fit("one two three four", width=200, height=200, sizes=(30,))

    assert list(lettering.lines) == ["one two", "three four"]


def test_cut() -> None:
    """What does not fit even in the smallest size ends in dots."""
    lettering = fit("word " * 50, width=200, height=70, sizes=SIZES)

    assert (len(lettering.lines), lettering.lines[-1][-1]) == (3, "…")


def test_long_word() -> None:
    """A word that is too wide by itself goes on in the next line, and nothing of it is lost."""
    lettering = fit("W" * 30, width=200, height=400, sizes=SIZES)

    assert ("".join(lettering.lines), lettering.font.size) == ("W" * 30, 20)


@settings(max_examples=80, deadline=None)
@given(words=st.lists(st.text("abcWM.é", min_size=1, max_size=40), min_size=1, max_size=30))
def test_stays_in_its_place(words: list[str]) -> None:
    """Lines are never wider or higher than their place."""
    lettering = fit(" ".join(words), width=200, height=120, sizes=SIZES)

    widest = max(lettering.font.getlength(line) for line in lettering.lines)
    assert (widest <= 200, lettering.height <= 120) == (True, True)
