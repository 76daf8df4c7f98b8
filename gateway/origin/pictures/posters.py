"""A poster for a title: a motif of its genre, its name, its year, its kind. Pure."""

import hashlib
import io
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw

from gateway.origin.pictures import patterns, scenes
from gateway.origin.pictures.canvas import Canvas, mix
from gateway.origin.pictures.lettering import Lettering, drawable, fit
from gateway.origin.pictures.palettes import Colour, Motif, Palette, palette

RATIO: Final = 1.4
"""How much higher than wide a box is."""

_PAPER: Final = (248, 243, 232)
_QUALITY: Final = 88
_MONOGRAM_BELOW: Final = 50
"""Narrower than this a name cannot be read, but two letters can."""
_PLAIN_BELOW: Final = 100
"""Narrower than this there is room for the name alone."""
_LEGIBLE: Final = 7.5
"""In pixels, how small letters may be."""

_MOTIFS: Final[Mapping[Motif, Callable[[Canvas], None]]] = {
    Motif.HORIZON: scenes.horizon,
    Motif.BEAM: scenes.beam,
    Motif.MOON: scenes.moon,
    Motif.ORBIT: scenes.orbit,
    Motif.HILLS: scenes.hills,
    Motif.WAVES: scenes.waves,
    Motif.CIRCLES: patterns.circles,
    Motif.CONFETTI: patterns.confetti,
    Motif.BANDS: patterns.bands,
    Motif.CONTOURS: patterns.contours,
    Motif.RAYS: patterns.rays,
    Motif.BARS: patterns.bars,
    Motif.TILES: patterns.tiles,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """What a poster tells."""

    id: int
    name: str
    kind: str
    """As people call it: ``Film``, ``Season 2``."""
    year: int | None = None
    genres: Sequence[str] = ()
    """The first that has a colour decides."""


def height_of(width: int) -> int:
    """Return how high a picture of *width* is."""
    return round(width * RATIO)


def draw(poster: Poster, width: int) -> bytes:
    """Return *poster* as a JPEG that is *width* pixels wide; the same poster gives the same bytes."""
    scale = 4 if width < _PLAIN_BELOW else 2
    size = width * scale, height_of(width) * scale
    seed = int.from_bytes(hashlib.blake2b(f"{poster.id}|{poster.name}".encode(), digest_size=8).digest())
    colours = palette(poster.genres, seed)
    # Not a secret: chance here is what makes two posters of a genre differ.
    canvas = Canvas(_ground(size, colours), colours, random.Random(seed))  # noqa: S311
    _MOTIFS[colours.motif](canvas)
    _shade(canvas)
    _write(canvas, poster, width)
    image = canvas.image.resize((width, height_of(width)), Image.Resampling.LANCZOS)
    return encode(image)


def encode(image: Image.Image) -> bytes:
    """Return *image* as a JPEG, without anything but its pixels."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=_QUALITY, optimize=True, subsampling=0)
    return file.getvalue()


def _ground(size: tuple[int, int], colours: Palette) -> Image.Image:
    column = Image.new("RGB", (1, 64))
    for row in range(64):
        column.putpixel((0, row), mix(colours.sky, colours.glow, min(1.0, row / 40)))
    return column.resize(size, Image.Resampling.BICUBIC)


def _shade(canvas: Canvas) -> None:
    """Darken the lower half, so that words can be read whatever lies behind them."""
    column = Image.new("L", (1, 64))
    for row in range(64):
        share = max(0.0, min(1.0, (row - 26) / 20))
        column.putpixel((0, row), round(246 * share * share * (3 - 2 * share)))
    mask = column.resize(canvas.image.size, Image.Resampling.BICUBIC)
    canvas.image.paste(canvas.palette.ink, (0, 0), mask)


def _write(canvas: Canvas, poster: Poster, width: int) -> None:
    # What the font has no letters for goes by its year, or its kind.
    name = drawable(poster.name) or str(poster.year or poster.kind)
    if width < _MONOGRAM_BELOW:
        _write_monogram(canvas, name)
    elif width < _PLAIN_BELOW:
        _write_name(canvas, name, floor=0.93, top=0.36, smallest=_LEGIBLE / width)
    else:
        _write_whole(canvas, poster, name, smallest=_LEGIBLE / width)


def _write_monogram(canvas: Canvas, name: str) -> None:
    initials = "".join(word[0] for word in name.split() if word[0].isalnum())[:2].upper() or name[:1]
    margin = round(canvas.image.width * 0.10)
    sizes = [round(canvas.image.width * share) for share in (0.62, 0.5, 0.4)]
    lettering = fit(initials, width=canvas.image.width - 2 * margin, height=canvas.image.height, sizes=sizes)
    _place(canvas, lettering, margin, bottom=round(canvas.image.height * 0.95))


def _write_name(canvas: Canvas, name: str, *, floor: float, top: float, smallest: float) -> int:
    """Write *name* between *top* and *floor*, parts of the height; return where it begins."""
    margin = round(canvas.image.width * 0.085)
    shares = (0.20, 0.175, 0.15, 0.135, 0.12, 0.108, 0.096, 0.085, 0.076)
    bottom = round(canvas.image.height * floor)
    lettering = fit(
        name,
        width=canvas.image.width - 2 * margin,
        height=bottom - round(canvas.image.height * top),
        sizes=[round(canvas.image.width * share) for share in shares if share >= smallest],
    )
    return _place(canvas, lettering, margin, bottom=bottom)


def _write_whole(canvas: Canvas, poster: Poster, name: str, *, smallest: float) -> None:
    margin, floor = round(canvas.image.width * 0.085), 0.865
    facts = "  ·  ".join([poster.kind.upper(), *([str(poster.year)] if poster.year else [])])
    sizes = [round(canvas.image.width * max(share, smallest)) for share in (0.060, 0.050)]
    small = fit(
        facts,
        width=canvas.image.width - 2 * margin,
        height=canvas.image.height,
        sizes=sizes,
        weight="Semibold",
    )
    _place(canvas, small, margin, bottom=round(canvas.image.height * 0.945), colour=canvas.palette.accent)
    top = _write_name(canvas, name, floor=floor, top=0.44, smallest=smallest)
    bar = [margin, top - round(canvas.image.width * 0.035), margin + round(canvas.image.width * 0.13)]
    thickness = max(2, round(canvas.image.width * 0.016))
    ImageDraw.Draw(canvas.image).rectangle([*bar[:2], bar[2], bar[1] + thickness], fill=canvas.palette.accent)


def _place(canvas: Canvas, lettering: Lettering, left: int, *, bottom: int, colour: Colour = _PAPER) -> int:
    """Write the lines so that the last one stands on *bottom*; return where the first begins."""
    pen = ImageDraw.Draw(canvas.image)
    last = len(lettering.lines) - 1
    for place, line in enumerate(lettering.lines):
        base = bottom - (last - place) * lettering.leading
        pen.text((left, base), line, font=lettering.font, fill=colour, anchor="ls")
    return bottom - last * lettering.leading - round(lettering.font.size * 0.78)
