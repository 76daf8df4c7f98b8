"""What a title is made of besides its relationships: names, pictures, ratings, formats."""

from datetime import datetime
from enum import Enum
from typing import Final, Self

import strawberry

from gateway import resources
from gateway.contract import Scheme
from gateway.schema.scalars import URL, Seconds, web_address
from gateway.upstream.pox import as_integer


@strawberry.enum(description="How a text is written.")
class TextFormat(Enum):
    PLAIN = strawberry.enum_value("PLAIN", description="Plain text; a blank line between paragraphs.")
    HTML = strawberry.enum_value("HTML", description="Sanitised HTML: paragraphs, emphasis and links.")


@strawberry.enum(description="What a title comes on.")
class Format(Enum):
    INSTANT = strawberry.enum_value("instant", description="Streamed.")
    DVD = strawberry.enum_value("dvd", description="On DVD.")
    BLU_RAY = strawberry.enum_value("blu-ray", description="On Blu-ray.")
    HD_DVD = strawberry.enum_value("hd dvd", description="On HD DVD.")
    OTHER = strawberry.enum_value("other", description="On something that this graph does not know.")


@strawberry.enum(description="Who rates what is fit for whom.")
class RatingSystem(Enum):
    MPAA = strawberry.enum_value(Scheme.MPAA_RATINGS, description="For films, in the United States.")
    TV = strawberry.enum_value(Scheme.TV_RATINGS, description="For television, in the United States.")
    CA = strawberry.enum_value(Scheme.CA_MOVIE_RATINGS, description="For films, in Canada.")


_RATING_SCHEMES: Final = {str(system.value): system for system in RatingSystem}
_FORMATS: Final = {str(known.value): known for known in Format}


def format_of(term: str) -> Format:
    """Return the format that *term* names in any letter case."""
    return _FORMATS.get(term.lower(), Format.OTHER)


@strawberry.type(description="The names of a title.")
class TitleName:
    regular: str = strawberry.field(description="The full name.")
    short: str = strawberry.field(description="A shorter name where there is one, else the full one.")
    episode_short: str | None = strawberry.field(description="The name of an episode within its season.")
    sortable: str | None = strawberry.field(
        description="The name as lists sort it, without a leading article; null where it has none."
    )

    @classmethod
    def of(cls, title: resources.Title) -> Self:
        return cls(
            regular=title.name,
            short=title.short_name,
            episode_short=title.episode_name,
            sortable=_sortable(title.name),
        )


def _sortable(name: str) -> str | None:
    article, _, rest = name.partition(" ")
    return f"{rest}, {article}" if rest and article in {"The", "A", "An"} else None


@strawberry.type(description="The picture on the box.")
class BoxArt:
    url: URL = strawberry.field(description="The picture that was asked for; the large one if none was.")
    width: int | None = strawberry.field(description="Its width in pixels, where that is known.")
    small: URL | None = strawberry.field(description="The small picture.")
    medium: URL | None = strawberry.field(description="The medium picture.")
    large: URL | None = strawberry.field(description="The large picture.")


def box_art(title: resources.Title, sized: resources.LinkList | None, width: int | None) -> BoxArt | None:
    """Return the smallest picture of *sized* that is at least *width* pixels wide, or the widest."""
    plain = title.box_art or resources.BoxArt()
    links = sized.links if sized else ()
    by_width = {_width(link): url for link in links if (url := web_address(link.href))}
    by_width.pop(0, None)
    best = min((found for found in by_width if found >= (width or 0)), default=max(by_width, default=None))
    small, medium, large = map(web_address, (plain.small, plain.medium, plain.large))
    url = by_width[best] if best is not None else large or medium or small
    return BoxArt(url=url, width=best, small=small, medium=medium, large=large) if url else None


def _width(link: resources.Link) -> int:
    """Read the width out of a relation such as ``…/box_art/64pix_w``; 0 where it tells none."""
    digits = link.rel.rpartition("/")[2].removesuffix("pix_w")
    return int(digits) if digits.isascii() and digits.isdigit() else 0


@strawberry.type(description="A genre.")
class Genre:
    label: str = strawberry.field(description="What it is called.")


def genres(title: resources.Title) -> list[Genre]:
    """Return the genres of *title*, in its order."""
    found = (category for category in title.categories if category.scheme.startswith(Scheme.GENRES))
    return [Genre(label=category.label) for category in found]


@strawberry.type(description="For whom a title is fit, as one system has it.")
class MaturityRating:
    system: RatingSystem = strawberry.field(description="Who says so.")
    label: str = strawberry.field(description="What they say, as `PG-13`.")


def maturity_ratings(title: resources.Title) -> list[MaturityRating]:
    """Return the maturity ratings of *title*."""
    found = ((_RATING_SCHEMES.get(category.scheme), category.label) for category in title.categories)
    return [MaturityRating(system=system, label=label) for system, label in found if system]


def maturity_level(title: resources.Title) -> int | None:
    """Return the maturity level of *title*, where it has one that is a number."""
    for category in title.categories:
        if category.scheme == Scheme.MATURITY_LEVEL:
            return as_integer(category.term)
    return None


@strawberry.type(description="A format that a title is to be had in, and when.")
class FormatAvailability:
    format: Format = strawberry.field(description="The format.")
    available_from: datetime | None = strawberry.field(description="Since when; null is for ever.")
    available_until: datetime | None = strawberry.field(description="Until when; null is an open end.")
    quality: str | None = strawberry.field(description="How good the picture is, as `HD`.")
    runtime: Seconds | None = strawberry.field(description="How long it runs in this format.")
    available_now: bool = strawberry.field(description="Whether it is to be had at this moment.")

    @classmethod
    def of(cls, availability: resources.Availability, now: datetime) -> Self:
        starts, ends = availability.available_from, availability.available_until
        return cls(
            format=format_of(availability.format),
            available_from=starts,
            available_until=ends,
            quality=availability.quality,
            runtime=None if availability.runtime is None else Seconds(availability.runtime),
            available_now=(starts is None or starts <= now) and (ends is None or now < ends),
        )


@strawberry.type(description="The shape of the picture in one format.")
class ScreenFormat:
    format: Format = strawberry.field(description="The format.")
    label: str = strawberry.field(description="The shape, as `Widescreen 1.85:1`.")


@strawberry.type(description="A language that a title is spoken in, in one format.")
class LanguageAudio:
    format: Format = strawberry.field(description="The format.")
    language: str = strawberry.field(description="The language, by its English name.")
    audio: list[str] = strawberry.field(description="The sound tracks, as `Dolby Digital 5.1`.")
