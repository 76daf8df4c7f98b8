"""Posters that show a place: the sea, a street at night, space, the hills. Pure."""

import math
from collections.abc import Iterator

from gateway.origin.pictures.canvas import Canvas, Point, Shade, mix
from gateway.origin.pictures.palettes import Colour

_WHITE: Colour = (255, 250, 238)


def horizon(canvas: Canvas) -> None:
    """Draw a sun that sets over the sea."""
    colours, chance = canvas.palette, canvas.chance
    x, y, radius = chance.uniform(0.3, 0.7), 0.62, chance.uniform(0.22, 0.30)
    canvas.discs([(x, y, radius * 1.7)], Shade(colours.accent, 0.38, blur=0.14))
    canvas.discs([(x, y, radius)], Shade(colours.accent, 0.95))
    sea = [(0, y), (1, y), (1, canvas.height), (0, canvas.height)]
    canvas.areas([sea], Shade(mix(colours.sky, colours.ink, 0.55)))
    for step in range(9):
        half = radius * (1.0 - step * 0.07) * chance.uniform(0.55, 1.0)
        level = y + 0.02 + step * 0.032
        canvas.lines(
            [([(x - half, level), (x + half, level)], 0.007)], Shade(colours.accent, 0.65 - step * 0.05)
        )


def beam(canvas: Canvas) -> None:
    """Draw a lamp, and somebody who stands in its light."""
    colours, chance = canvas.palette, canvas.chance
    lamp, foot = chance.uniform(0.15, 0.85), chance.uniform(0.35, 0.65)
    for spread, strength in ((0.52, 0.20), (0.36, 0.28), (0.20, 0.36)):
        light = [(lamp, -0.05), (foot - spread, 0.86), (foot + spread, 0.86)]
        canvas.areas([light], Shade(colours.accent, strength, blur=0.012))
    pool = canvas.box(foot - 0.5, 0.76, foot + 0.5, 0.96)
    canvas.lay(Shade(colours.accent, 0.6, blur=0.02), lambda pen: pen.ellipse(pool, fill=255))
    ink = Shade(colours.ink)
    body = ((-0.028, 0.60), (0.028, 0.60), (0.052, 0.72), (0.026, 0.86), (-0.026, 0.86), (-0.052, 0.72))
    canvas.areas([[(foot + x, y) for x, y in body]], ink)
    canvas.discs([(foot, 0.555, 0.034)], ink)


def moon(canvas: Canvas) -> None:
    """Draw a moon between bare trees."""
    colours, chance = canvas.palette, canvas.chance
    x, y = chance.uniform(0.35, 0.65), chance.uniform(0.34, 0.42)
    canvas.discs([(x, y, 0.42)], Shade(colours.accent, 0.35, blur=0.12))
    canvas.discs([(x, y, 0.27)], Shade(mix(colours.accent, _WHITE, 0.25), 0.95))
    left, right = ((-0.02, chance.uniform(0.75, 0.95)), 0.55), ((1.02, chance.uniform(0.75, 0.95)), -0.55)
    twigs = [twig for root, lean in (left, right) for twig in _twigs(canvas, root, lean, 0.055)]
    canvas.lines(twigs, Shade(colours.ink))


def _twigs(canvas: Canvas, root: Point, lean: float, thickness: float) -> Iterator[tuple[list[Point], float]]:
    """Yield a branch that grows from *root*, and the thinner ones that grow from its end."""
    if thickness < 0.006:
        return
    length = thickness * canvas.chance.uniform(3.6, 5.2)
    end = root[0] + length * math.sin(lean), root[1] - length * math.cos(lean)
    yield [root, end], thickness * 0.55
    for turn in (-0.5, 0.45):
        yield from _twigs(canvas, end, lean + turn * canvas.chance.uniform(0.5, 1.3), thickness * 0.66)


def orbit(canvas: Canvas) -> None:
    """Draw a planet with a ring, among stars."""
    colours, chance = canvas.palette, canvas.chance
    stars = [
        (chance.random(), chance.random() * 1.1, 0.0016 + 0.005 * chance.random() ** 3) for _ in range(80)
    ]
    canvas.discs(stars, Shade(_WHITE, 0.85))
    x, y, radius = chance.uniform(0.38, 0.62), chance.uniform(0.38, 0.46), chance.uniform(0.21, 0.25)
    tilt = chance.choice((-1, 1)) * chance.uniform(0.15, 0.35)
    canvas.discs([(x, y, radius * 1.4)], Shade(colours.glow, 0.7, blur=0.08))
    ring = _ring((x, y), radius * 1.75, tilt)
    canvas.lines([(ring, 0.014)], Shade(colours.accent, 0.55))
    canvas.discs([(x, y, radius)], Shade(mix(colours.glow, colours.accent, 0.45)))
    night = (x + radius * 0.42, y + radius * 0.30, radius * 0.95)
    canvas.discs([night], Shade(colours.ink, 0.5, blur=0.05))
    canvas.lines([(ring[: len(ring) // 2 + 1], 0.014)], Shade(colours.accent, 0.95))


def _ring(centre: Point, radius: float, tilt: float) -> list[Point]:
    """Return the points of a tilted ring, the nearer half first."""
    points = []
    for degree in range(0, 361, 3):
        along, across = (
            math.cos(math.radians(degree)) * radius,
            math.sin(math.radians(degree)) * radius * 0.26,
        )
        turned = (
            along * math.cos(tilt) - across * math.sin(tilt),
            along * math.sin(tilt) + across * math.cos(tilt),
        )
        points.append((centre[0] + turned[0], centre[1] + turned[1]))
    return points


def hills(canvas: Canvas) -> None:
    """Draw hills behind hills, under the sun."""
    colours, chance = canvas.palette, canvas.chance
    x, y = chance.uniform(0.22, 0.78), chance.uniform(0.20, 0.30)
    canvas.discs([(x, y, 0.28)], Shade(colours.accent, 0.34, blur=0.10))
    canvas.discs([(x, y, 0.14)], Shade(colours.accent))
    for step in range(4):
        shade = mix(mix(colours.glow, colours.accent, 0.30), colours.ink, step * 0.22)
        _roll(canvas, 0.48 + step * 0.14, 0.07, Shade(shade))


def waves(canvas: Canvas) -> None:
    """Draw waves, and a low sun behind them."""
    colours = canvas.palette
    canvas.discs([(canvas.chance.uniform(0.3, 0.7), 0.30, 0.15)], Shade(colours.accent, 0.95))
    for step in range(7):
        _roll(canvas, 0.36 + step * 0.11, 0.035, Shade(mix(colours.glow, colours.ink, step / 8), 0.88))


def _roll(canvas: Canvas, level: float, swing: float, shade: Shade) -> None:
    """Fill everything below a wavy line."""
    phase, pace = canvas.chance.uniform(0, math.tau), canvas.chance.uniform(3.0, 6.0)
    line = [(step / 40, level + swing * math.sin(phase + step / 40 * pace)) for step in range(41)]
    canvas.areas([[*line, (1, canvas.height), (0, canvas.height)]], shade)
