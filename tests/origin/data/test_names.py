"""How names and texts are compared."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.origin import names


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Amélie", "amelie"),
        ("CLÉO de 5 à 7", "cleo de 5 a 7"),
        ("Ocean's Eleven", "oceans eleven"),
        ("Ocean\u2019s Eleven", "oceans eleven"),
        ("Blood & Water", "blood and water"),
        ("  Spider-Man:\tHomecoming ", "spider man homecoming"),
        ("Straße", "strasse"),
        ("Sønderjylland, Łódź", "sonderjylland lodz"),
        ("\uff26\uff55\uff4c\uff4c \u00bd", "full 1 2"),
        ("반드시 잡는다", "반드시 잡는다"),
        ("हिन्दी", "हिन्दी"),
        ("忍者ハットリくん", "忍者ハットリくん"),
        ("*** 🎉 ...", ""),
        ("", ""),
    ],
)
def test_names_are_compared_without_case_accents_and_signs(text: str, folded: str) -> None:
    """What people leave out or cannot type does not part a name from itself."""
    assert names.fold(text) == unicodedata.normalize("NFC", folded)


def test_markup_is_compared_by_its_words() -> None:
    """Tags and the addresses in them are no words; entities are the letters they stand for."""
    markup = '<p>Jack &amp; <a href="http://www.netflix.com/RoleDisplay/1">Ren&eacute;e</a>'

    assert names.fold_html(markup) == "jack and renee"


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    """A folded name is its own folded form."""
    once = names.fold(text)

    assert names.fold(once) == once


@given(st.text())
def test_a_folded_name_is_words_with_single_blanks(text: str) -> None:
    """Nothing is left that a query language could take for an operator."""
    folded = names.fold(text)

    assert folded == " ".join(folded.split())
    assert not set(folded) & set("\"'*()-+:^{}%_~\\\0")


@given(st.text(), st.integers(1, 4_000))
def test_a_name_is_cut_where_an_index_would_refuse_it(text: str, times: int) -> None:
    """What is left is its beginning, as it is and as it is compared; a name that fits is whole."""
    name = (text.strip() * times)[:9_000]
    clipped = names.clip(name)

    sizes = [len(written.encode()) for written in (clipped, names.fold(clipped))]
    assert name.startswith(clipped)
    assert max(sizes) <= names.LONGEST
    if max(len(name.encode()), len(names.fold(name).encode())) <= names.LONGEST:
        assert clipped == name
