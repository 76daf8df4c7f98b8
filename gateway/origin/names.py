"""How search compares names and texts: case folded, without accents, apostrophes and punctuation. Pure."""

import html
import re
import unicodedata
from typing import Final

LONGEST: Final = 2_500
"""Bytes of a name, and of what search compares of it: PostgreSQL's indexes take some 2,700."""

_SURELY_SHORT: Final = 70
"""Letters; one is folded to 33 bytes at most."""

_APOSTROPHES = dict.fromkeys((0x27, 0x60, 0xB4, 0x2BC, 0x2018, 0x2019, 0xFF07))
"""Dropped before anything else: an apostrophe joins (``Ocean's`` is ``oceans``), other marks part."""

_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i", "&": " and "}
)
"""Letters that Unicode does not take apart, as people without that keyboard type them."""

_PARTING = re.compile(r"[^a-z0-9]+")
_TAG = re.compile(r"<[^<>]*>")


def fold(text: str) -> str:
    """Return *text* as lower-case words with single blanks between them."""
    plain = text.translate(_APOSTROPHES)
    if plain.isascii():
        return _PARTING.sub(" ", plain.lower().replace("&", " and ")).strip()
    return _fold_any(plain)


def fold_html(markup: str) -> str:
    """Return the words of *markup*, folded, without its tags."""
    return fold(html.unescape(_TAG.sub(" ", markup)))


def clip(name: str) -> str:
    """Return as much of the beginning of *name* as a database can index; all of it, but for nonsense."""
    clipped = name[:LONGEST]
    while len(clipped) > _SURELY_SHORT and _size(clipped) > LONGEST:
        clipped = clipped[: len(clipped) * 9 // 10]
    return clipped if clipped == name else clipped.rstrip()


def _size(name: str) -> int:
    return max(len(name.encode()), len(fold(name).encode()))


def _fold_any(text: str) -> str:
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    letters = plain.translate(_APOSTROPHES).casefold().translate(_LETTERS)
    kept = "".join(_kept(character) for character in letters)
    return unicodedata.normalize("NFC", " ".join(kept.split()))


def _kept(character: str) -> str:
    if character.isalnum():
        return character
    if "\u0300" <= character <= "\u036f":
        return ""
    # The vowel signs of Indic, Thai and other scripts are marks too, and belong to the word.
    return character if unicodedata.category(character).startswith("M") else " "
