"""Which colours and which motif a genre has. Pure."""

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

Colour = tuple[int, int, int]


class Motif(StrEnum):
    """What is to be seen on a poster besides its words."""

    HORIZON = "a sun over the sea"
    CONFETTI = "circles in the air"
    BANDS = "bands that rush upwards"
    BEAM = "a light in the dark"
    MOON = "a moon behind branches"
    ORBIT = "a planet among stars"
    CIRCLES = "two circles that meet"
    HILLS = "hills behind hills"
    CONTOURS = "lines of a map"
    RAYS = "rays of an old cinema"
    WAVES = "waves"
    BARS = "bars that dance"
    TILES = "tiles"


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a poster, and what is drawn in them."""

    motif: Motif
    sky: Colour
    """Where the background begins, at the top."""
    glow: Colour
    """Where it ends, behind the motif."""
    ink: Colour
    """The dark ground that the words stand on."""
    accent: Colour


def _palette(
    motif: Motif, hues: tuple[int, int, int], *, strength: float = 0.62, light: float = 0.68
) -> Palette:
    """Return a palette of three hues, in degrees of the colour wheel: ground, glow and accent."""
    hue, glow, accent = hues
    return Palette(
        motif,
        sky=_colour(hue, strength, 0.36),
        glow=_colour(glow, strength, light),
        ink=_colour(hue, strength * 0.8, 0.11),
        accent=_colour(accent, 0.78, 0.96),
    )


def _colour(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue / 360 % 1, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


_BY_WORD: Final[Sequence[tuple[str, Palette]]] = (
    # The first word that occurs in a genre's label decides: the particular stands before the general.
    ("horror", _palette(Motif.MOON, (350, 2, 4), strength=0.80)),
    ("sci-fi", _palette(Motif.ORBIT, (236, 268, 186))),
    ("fantasy", _palette(Motif.ORBIT, (262, 300, 48))),
    ("children", _palette(Motif.HILLS, (206, 188, 50), light=0.86)),
    ("famil", _palette(Motif.HILLS, (206, 188, 50), light=0.86)),
    ("kids", _palette(Motif.HILLS, (192, 148, 46))),
    ("ages", _palette(Motif.HILLS, (192, 148, 46))),
    ("anim", _palette(Motif.CONFETTI, (286, 332, 172))),
    ("roman", _palette(Motif.CIRCLES, (330, 346, 12), light=0.82)),
    ("stand-up", _palette(Motif.BEAM, (18, 30, 48))),
    ("comed", _palette(Motif.CONFETTI, (14, 32, 50), strength=0.84, light=0.92)),
    ("satire", _palette(Motif.CONFETTI, (28, 44, 180))),
    ("mockument", _palette(Motif.CONFETTI, (28, 44, 180))),
    ("music", _palette(Motif.BARS, (282, 316, 42))),
    ("western", _palette(Motif.HORIZON, (8, 26, 42), strength=0.76, light=0.86)),
    ("war", _palette(Motif.RAYS, (74, 52, 40), strength=0.42)),
    ("military", _palette(Motif.RAYS, (74, 52, 40), strength=0.42)),
    ("sport", _palette(Motif.BANDS, (148, 126, 56))),
    ("crime", _palette(Motif.BEAM, (206, 196, 44), strength=0.55)),
    ("myster", _palette(Motif.BEAM, (226, 206, 40), strength=0.55)),
    ("thriller", _palette(Motif.BEAM, (196, 182, 8), strength=0.66)),
    ("suspense", _palette(Motif.BEAM, (196, 182, 8), strength=0.66)),
    ("action", _palette(Motif.BANDS, (356, 14, 42), strength=0.86, light=0.86)),
    ("adventure", _palette(Motif.BANDS, (164, 142, 40))),
    ("docu", _palette(Motif.CONTOURS, (156, 134, 60), strength=0.50)),
    ("nature", _palette(Motif.CONTOURS, (128, 104, 56), strength=0.52)),
    ("reality", _palette(Motif.TILES, (306, 336, 50))),
    ("classic", _palette(Motif.RAYS, (30, 38, 44), strength=0.52)),
    ("cult", _palette(Motif.RAYS, (318, 344, 62))),
    ("drama", _palette(Motif.HORIZON, (312, 350, 34), strength=0.60, light=0.74)),
    ("tv", _palette(Motif.TILES, (214, 198, 42))),
    ("television", _palette(Motif.TILES, (214, 198, 42))),
    ("british", _palette(Motif.TILES, (218, 352, 44))),
    ("foreign", _palette(Motif.WAVES, (178, 160, 36))),
    ("international", _palette(Motif.WAVES, (186, 206, 36))),
    ("language", _palette(Motif.WAVES, (178, 160, 36))),
    ("independent", _palette(Motif.CONTOURS, (250, 222, 30), strength=0.45)),
)

_OTHERS: Final = (
    _palette(Motif.WAVES, (210, 192, 34), strength=0.48),
    _palette(Motif.TILES, (264, 238, 48), strength=0.44),
    _palette(Motif.CONTOURS, (22, 12, 44), strength=0.52),
    _palette(Motif.HORIZON, (232, 282, 30), strength=0.50),
)


def palette(genres: Sequence[str], seed: int) -> Palette:
    """Return the palette of the first of *genres* that has one; without any, *seed* decides."""
    for label in map(str.casefold, genres):
        for word, found in _BY_WORD:
            if word in label:
                return found
    return _OTHERS[seed % len(_OTHERS)]
