"""Words on a poster: cleaned, broken into lines, and as large as their place allows. Pure."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

from PIL import ImageFont

_FOLDER: Final = files("font_source_sans_pro") / "files"
_NOT_A_CHARACTER: Final = "\ufffe"
_ELLIPSIS: Final = "…"
_LEADING: Final = 1.02
_LARGEST_TEXT: Final = 160

Font = ImageFont.FreeTypeFont


@dataclass(frozen=True, slots=True)
class Lettering:
    """Lines, and the font that they fit into their place with."""

    lines: Sequence[str]
    font: Font

    @property
    def leading(self) -> int:
        """Return how far one line is from the next."""
        return round(self.font.size * _LEADING)

    @property
    def height(self) -> int:
        """Return how high the lines are together."""
        return self.leading * len(self.lines)


@lru_cache(maxsize=64)
def font(weight: str, size: int) -> Font:
    """Return the font that comes with the program; the basic layout is the same on every machine."""
    path = str(_FOLDER / f"SourceSansPro-{weight}.ttf")
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def drawable(text: str) -> str:
    """Return what of *text* the font has letters for; nothing if that is less than half of it."""
    composed = unicodedata.normalize("NFC", text[:_LARGEST_TEXT])
    words = " ".join(composed.split())
    kept = " ".join("".join(filter(_has_glyph, words)).split())
    return kept if 2 * _letters(kept) >= _letters(words) and _letters(kept) else ""


def _letters(text: str) -> int:
    return sum(character.isalnum() for character in text)


@lru_cache(maxsize=4096)
def _has_glyph(character: str) -> bool:
    if character == " ":
        return True
    if unicodedata.category(character)[0] in "CZM":
        return False
    shape = font("Bold", 24)
    return bytes(shape.getmask(character)) != bytes(shape.getmask(_NOT_A_CHARACTER))


def fit(text: str, *, width: int, height: int, sizes: Sequence[int], weight: str = "Black") -> Lettering:
    """Return *text* in the largest of *sizes*, the largest first, in which it fits; or cut, in the last."""
    for size in sizes:
        shape = font(weight, size)
        if max(shape.getlength(word) for word in text.split()) > width:
            continue
        lettering = Lettering(_balanced(text, shape, width), shape)
        if lettering.height <= height:
            return lettering
    return _cut(text, font(weight, sizes[-1]), width=width, height=height)


def _cut(text: str, shape: Font, *, width: int, height: int) -> Lettering:
    broken = " ".join(part for word in text.split() for part in _broken(word, shape, width))
    lines = _wrapped(broken, shape, width)
    most = max(1, height // round(shape.size * _LEADING))
    if len(lines) > most:
        lines = [*lines[: most - 1], _shortened(lines[most - 1], shape, width)]
    return Lettering(lines, shape)


def _shortened(line: str, shape: Font, width: int) -> str:
    while line and shape.getlength(line + _ELLIPSIS) > width:
        line = line[:-1].rstrip()
    return line + _ELLIPSIS


def _broken(word: str, shape: Font, width: int) -> Iterator[str]:
    """Yield a *word* in parts that are no wider than *width*."""
    start = 0
    for end in range(1, len(word) + 1):
        if end - start > 1 and shape.getlength(word[start:end]) > width:
            yield word[start : end - 1]
            start = end - 1
    yield word[start:]


def _balanced(text: str, shape: Font, width: int) -> Sequence[str]:
    """Return the lines of *text*, as equal in length as their number allows."""
    lines = _wrapped(text, shape, width)
    if len(lines) == 1:
        return lines
    narrow = int(max(shape.getlength(word) for word in text.split()))
    for narrower in range(narrow, width, max(1, width // 24)):
        better = _wrapped(text, shape, narrower)
        if len(better) == len(lines):
            return better
    return lines


def _wrapped(text: str, shape: Font, width: int) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and shape.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
