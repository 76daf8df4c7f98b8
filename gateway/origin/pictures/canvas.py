"""A picture in the making. Pure."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter

from gateway.origin.pictures.palettes import Colour, Palette

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Shade:
    """In what a shape is laid over the picture."""

    colour: Colour
    strength: float = 1.0
    blur: float = 0.0


@dataclass(frozen=True, slots=True)
class Canvas:
    """Shapes are laid over an image; all measures are parts of its width, from the upper left."""

    image: Image.Image
    palette: Palette
    chance: random.Random
    """Seeded, so that a title always looks the same."""

    @property
    def height(self) -> float:
        """Return how high it is."""
        return self.image.height / self.image.width

    def discs(self, discs: Iterable[tuple[float, float, float]], shade: Shade) -> None:
        """Lay circles, each around a point with a radius."""
        boxes = [self._scaled([(x - radius, y - radius), (x + radius, y + radius)]) for x, y, radius in discs]

        def draw(pen: ImageDraw.ImageDraw) -> None:
            for box in boxes:
                pen.ellipse(box, fill=255)

        self.lay(shade, draw)

    def areas(self, areas: Iterable[Sequence[Point]], shade: Shade) -> None:
        """Lay areas, each within its corners."""
        corners = [self._scaled(area) for area in areas]

        def draw(pen: ImageDraw.ImageDraw) -> None:
            for area in corners:
                pen.polygon(area, fill=255)

        self.lay(shade, draw)

    def lines(self, lines: Iterable[tuple[Sequence[Point], float]], shade: Shade) -> None:
        """Lay lines, each through its points with a thickness."""
        drawn = [(self._scaled(points), self.thickness(thickness)) for points, thickness in lines]

        def draw(pen: ImageDraw.ImageDraw) -> None:
            for points, thickness in drawn:
                pen.line(points, 255, thickness, joint="curve")

        self.lay(shade, draw)

    def box(self, left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
        """Return a box in pixels."""
        width = self.image.width
        return left * width, top * width, right * width, bottom * width

    def thickness(self, share: float) -> int:
        """Return a thickness in pixels; what is drawn is never nothing."""
        return max(1, round(share * self.image.width))

    def lay(self, shade: Shade, draw: Callable[[ImageDraw.ImageDraw], None]) -> None:
        """Lay over the picture what *draw* draws in white."""
        mask = Image.new("L", self.image.size, 0)
        draw(ImageDraw.Draw(mask))
        if shade.blur:
            mask = mask.filter(ImageFilter.GaussianBlur(shade.blur * self.image.width))
        mask = mask.point([round(shade.strength * value) for value in range(256)])
        self.image.paste(shade.colour, (0, 0), mask)

    def _scaled(self, points: Sequence[Point]) -> list[Point]:
        width = self.image.width
        return [(x * width, y * width) for x, y in points]


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Return a colour between *one* and *other*."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
