"""Posters that show nothing but shapes: circles, bands, rays, tiles. Pure."""

import math

from gateway.origin.pictures.canvas import Canvas, Point, Shade, mix

_WHITE = (255, 255, 255)
_QUARTERS = 4
_COLUMNS = 4
_GAP = 0.022


def circles(canvas: Canvas) -> None:
    """Draw two circles that meet."""
    colours, chance = canvas.palette, canvas.chance
    y, apart = chance.uniform(0.40, 0.46), chance.uniform(0.13, 0.17)
    canvas.discs([(0.5, y, 0.46)], Shade(colours.accent, 0.28, blur=0.12))
    canvas.discs([(0.5 - apart, y, 0.26)], Shade(mix(colours.accent, colours.glow, 0.25), 0.88))
    canvas.discs([(0.5 + apart, y, 0.26)], Shade(mix(colours.glow, _WHITE, 0.40), 0.74))


def confetti(canvas: Canvas) -> None:
    """Draw circles of all sizes in the air."""
    colours, chance = canvas.palette, canvas.chance
    for _ in range(20):
        disc = (chance.random(), chance.uniform(0.02, 0.95), 0.025 + 0.15 * chance.random() ** 2.2)
        colour = mix(colours.accent, colours.glow, chance.random())
        canvas.discs([disc], Shade(colour, chance.uniform(0.45, 0.95)))


def bands(canvas: Canvas) -> None:
    """Draw bands that rush upwards."""
    colours, chance = canvas.palette, canvas.chance
    slope, place = chance.uniform(0.5, 0.75), -0.5
    while place < 1.15:
        breadth = chance.uniform(0.03, 0.16)
        band = [(place, 1.4), (place + breadth, 1.4), (place + breadth + slope, 0), (place + slope, 0)]
        colour = mix(colours.glow, colours.accent, chance.random() ** 2)
        canvas.areas([band], Shade(colour, chance.uniform(0.35, 0.95)))
        place += breadth + chance.uniform(0.03, 0.14)


def contours(canvas: Canvas) -> None:
    """Draw the lines of a map around a summit."""
    colours, chance = canvas.palette, canvas.chance
    x, y = chance.uniform(0.25, 0.75), chance.uniform(0.30, 0.55)
    knots = [(chance.uniform(0.6, 1.4), chance.uniform(0, math.tau)) for _ in range(3)]
    for ring in range(1, 15):
        line: list[Point] = []
        for degree in range(0, 361, 4):
            angle = math.radians(degree)
            bulge = sum(size * math.sin((n + 2) * angle + turn) for n, (size, turn) in enumerate(knots))
            radius = ring * 0.058 * (1 + 0.09 * bulge)
            line.append((x + radius * math.cos(angle), y + radius * math.sin(angle)))
        canvas.lines([(line, 0.008)], Shade(mix(colours.accent, colours.glow, ring / 20), 0.8))
    canvas.discs([(x, y, 0.03)], Shade(colours.accent))


def rays(canvas: Canvas) -> None:
    """Draw the rays of an old cinema."""
    colours, chance = canvas.palette, canvas.chance
    x, y, count = chance.uniform(0.4, 0.6), chance.uniform(0.44, 0.54), chance.choice((24, 28, 32))
    turn = chance.uniform(0, math.tau)

    def edge(place: float) -> Point:
        angle = turn + place * math.tau / count
        return x + 2 * math.cos(angle), y + 2 * math.sin(angle)

    canvas.areas([[(x, y), edge(ray), edge(ray + 0.5)] for ray in range(count)], Shade(colours.accent, 0.34))
    canvas.discs([(x, y, 0.20)], Shade(colours.ink, 0.9))
    canvas.discs([(x, y, 0.165)], Shade(colours.accent, 0.95))


def bars(canvas: Canvas) -> None:
    """Draw bars that dance to music."""
    colours, chance = canvas.palette, canvas.chance
    count, radius = 11, canvas.thickness(0.026)
    for bar in range(count):
        height = 0.18 + 0.5 * abs(math.sin(bar * chance.uniform(0.6, 0.9) + 1)) * chance.uniform(0.6, 1)
        left = 0.07 + bar * 0.86 / count
        box = canvas.box(left, 0.88 - height, left + 0.052, 0.98)
        shade = Shade(mix(colours.accent, colours.glow, bar / count), 0.92)
        canvas.lay(shade, lambda pen, box=box: pen.rounded_rectangle(box, radius, 255))  # type: ignore[misc]


def tiles(canvas: Canvas) -> None:
    """Draw tiles: squares, and quarters of circles."""
    for place in range(_COLUMNS * 5):
        _tile(canvas, place // _COLUMNS, place % _COLUMNS)


def _tile(canvas: Canvas, row: int, column: int) -> None:
    colours, chance = canvas.palette, canvas.chance
    side = (1 - _GAP * (_COLUMNS + 1)) / _COLUMNS
    left, top = _GAP + column * (side + _GAP), _GAP + row * (side + _GAP)
    shade = Shade(mix(colours.glow, colours.accent, chance.random() ** 2), chance.uniform(0.25, 0.95))
    quarter = chance.randrange(_QUARTERS)
    if chance.random() < 0.35:
        canvas.areas(
            [[(left, top), (left + side, top), (left + side, top + side), (left, top + side)]], shade
        )
        return
    x, y = left + side * (quarter in (1, 2)), top + side * (quarter in (2, 3))
    around, turn = canvas.box(x - side, y - side, x + side, y + side), quarter * 90
    canvas.lay(shade, lambda pen: pen.pieslice(around, turn, turn + 90, fill=255))
