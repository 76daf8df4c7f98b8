"""Titles of all five kinds."""

from datetime import datetime
from typing import Annotated, Any, Final, Self

import strawberry

from gateway import relations, resources
from gateway.contract import Rel
from gateway.resources import Kind
from gateway.schema import facts, ids
from gateway.schema.award import Award, show_awards
from gateway.schema.connection import Connection
from gateway.schema.context import Context, Info
from gateway.schema.facts import TextFormat
from gateway.schema.follow import (
    follow_list,
    follow_one,
    follow_pages,
    following,
    link_of,
    load_content,
    show_link,
)
from gateway.schema.markup import plain, sanitised
from gateway.schema.node import Node
from gateway.schema.pace import RECORD
from gateway.schema.person import Person, show_people
from gateway.schema.scalars import URL, Seconds, web_address
from gateway.schema.viewing import QueueState, TitleRating, viewer_rating, viewer_state
from gateway.upstream.errors import MalformedDocument


def _show_formats(content: resources.DeliveryFormats, context: Context) -> list[Any]:
    now = context.now()
    return [facts.FormatAvailability.of(item, now) for item in content.items]


def _show_screen_formats(content: resources.ScreenFormats, _context: Context) -> list[Any]:
    return [
        facts.ScreenFormat(format=facts.format_of(item.format), label=item.label) for item in content.items
    ]


def _show_languages(content: resources.LanguagesAndAudio, _context: Context) -> list[Any]:
    return [
        facts.LanguageAudio(
            format=facts.format_of(item.format), language=item.language, audio=list(item.audio)
        )
        for item in content.items
    ]


def _show_titles(content: resources.Titles | resources.LinkList, context: Context) -> list[Any]:
    if isinstance(content, resources.LinkList):
        return [show_title(resources.Title.of_link(link), context) for link in content.links]
    return [show_title(title, context) for title in content.items]


def show_title(title: resources.Title, context: Context) -> "Title":
    """Show *title* as the type of its kind, which its address tells."""
    context.pace.spend(RECORD)
    address = context.origin.address(title.href)
    kind = None if address is None else _KINDS.get(address.noun)
    if address is None or kind is None:
        raise MalformedDocument("catalog_title/id", "the address of a title")
    return kind.of(title, strawberry.ID(ids.encode(address)))


@strawberry.interface(description="A film, a series, a season, an episode or a disc.")
class Title(Node):
    resource: strawberry.Private[resources.Title]
    href: URL = strawberry.field(description="The REST resource behind this object.")
    release_year: int | None = strawberry.field(description="The year it was first released.")
    runtime: Seconds | None = strawberry.field(description="How long it runs.")
    average_rating: float | None = strawberry.field(
        description="What subscribers think of it on average, from 1.0 to 5.0."
    )
    updated: datetime | None = strawberry.field(description="When the origin's data on it last changed.")

    @strawberry.field(description="What it is called.")
    def name(self) -> facts.TitleName:
        return facts.TitleName.of(self.resource)

    @strawberry.field(
        description="What it is about; null when the origin has no synopsis.",
        metadata=following(relations.SYNOPSIS),
    )
    def synopsis(
        self,
        info: Info,
        format: Annotated[
            TextFormat, strawberry.argument(description="Plain text, or sanitised HTML.")
        ] = TextFormat.PLAIN,
    ) -> str | None:
        way = plain if format is TextFormat.PLAIN else sanitised
        link = link_of(self.resource.links, relations.SYNOPSIS)
        show = lambda text, context: context.write(way, text.html)  # noqa: E731
        return link and load_content(link, relations.SYNOPSIS, show, info)  # type: ignore[return-value]

    short_synopsis: str | None = follow_one(
        relations.SHORT_SYNOPSIS,
        lambda text, context: context.write(plain, text.html),
        description="What it is about in one sentence, as plain text; null when the origin has none.",
    )

    @strawberry.field(description="For whom it is fit, as each system has it.")
    def maturity_ratings(self) -> list[facts.MaturityRating]:
        return facts.maturity_ratings(self.resource)

    @strawberry.field(description="For whom it is fit, as the origin's own number; higher is more mature.")
    def maturity_level(self) -> int | None:
        return facts.maturity_level(self.resource)

    @strawberry.field(description="What kind of title it is, most telling first.")
    def genres(self) -> list[facts.Genre]:
        return facts.genres(self.resource)

    @strawberry.field(
        description="The picture on its box.",
        metadata=following(relations.BOX_ART, times=lambda given: int(given.get("width") is not None)),
    )
    def box_art(
        self,
        info: Info,
        width: Annotated[
            int | None,
            strawberry.argument(description="In pixels: the smallest picture that is at least this wide."),
        ] = None,
    ) -> facts.BoxArt | None:
        link = link_of(self.resource.links, relations.BOX_ART)
        if width is None or link is None:
            return facts.box_art(self.resource, None, width)
        show = lambda sized, _context: facts.box_art(self.resource, sized, width)  # noqa: E731
        return load_content(link, relations.BOX_ART, show, info)  # type: ignore[return-value]

    cast: list[Person] | None = follow_list(
        relations.CAST, show_people, description="Who plays in it, in the order of the billing."
    )
    directors: list[Person] | None = follow_list(
        relations.DIRECTORS, show_people, description="Who directed it."
    )
    awards: list[Award] | None = follow_list(
        relations.AWARDS, show_awards, description="The awards it won or was nominated for."
    )
    formats: list[facts.FormatAvailability] | None = follow_list(
        relations.FORMATS, _show_formats, description="The formats it is to be had in, and when."
    )
    screen_formats: list[facts.ScreenFormat] | None = follow_list(
        relations.SCREEN_FORMATS, _show_screen_formats, description="The shapes of its picture."
    )
    languages_and_audio: list[facts.LanguageAudio] | None = follow_list(
        relations.LANGUAGES_AND_AUDIO, _show_languages, description="The languages it is spoken in."
    )

    @strawberry.field(
        description="What else comes with it, as discs of extras.",
        metadata=following(relations.BONUS_MATERIALS, each=relations.TITLE),
    )
    async def bonus_materials(
        self, info: Info
    ) -> list[Annotated["Title", strawberry.lazy("gateway.schema.title")]] | None:
        link = link_of(self.resource.links, relations.BONUS_MATERIALS)
        if link is None:
            return []
        content = link.content or await info.context.load(relations.BONUS_MATERIALS, link.href)
        links = content.links if isinstance(content, resources.LinkList) else ()
        return [
            show_link(each, relations.TITLE, show_title, info)  # type: ignore[misc]
            for each in links
        ]

    similars: Connection[Annotated["Title", strawberry.lazy("gateway.schema.title")]] | None = follow_pages(
        relations.SIMILARS, show_title, description="What is like it, the most alike first."
    )

    @strawberry.field(description="A page about it for people to read.")
    def web_page(self) -> URL | None:
        return _external(self.resource, Rel.ALTERNATE)

    @strawberry.field(description="Its makers' own page.")
    def official_page(self) -> URL | None:
        return _external(self.resource, Rel.OFFICIAL_URL)

    viewer_state: list[QueueState] | None = viewer_state()
    viewer_rating: TitleRating | None = viewer_rating()

    @classmethod
    def of(cls, title: resources.Title, id: strawberry.ID) -> Self:
        return cls(
            resource=title,
            id=id,
            href=URL(title.href),
            release_year=title.release_year,
            runtime=None if title.runtime is None else Seconds(title.runtime),
            average_rating=title.average_rating,
            updated=title.updated,
        )


def _external(title: resources.Title, rel: str) -> URL | None:
    link = title.links.get(rel)
    return web_address(link.href) if link else None


@strawberry.type(description="A film.")
class Movie(Title):
    discs: list[Annotated["Disc", strawberry.lazy("gateway.schema.title")]] | None = follow_list(
        relations.DISCS, _show_titles, description="The discs it comes on, when they are several."
    )


@strawberry.type(description="A series: its seasons, and their episodes.")
class Series(Title):
    seasons: list[Annotated["Season", strawberry.lazy("gateway.schema.title")]] | None = follow_list(
        relations.SEASONS, _show_titles, description="Its seasons, in order."
    )
    episodes: Connection[Annotated["Program", strawberry.lazy("gateway.schema.title")]] | None = follow_pages(
        relations.EPISODES, show_title, description="The episodes of all its seasons, in order."
    )


@strawberry.type(description="A season of a series.")
class Season(Title):
    @strawberry.field(description="Its place in the series, from 1.")
    def number(self) -> int | None:
        return self.resource.season_number

    series: Series | None = follow_one(relations.SERIES, show_title, description="The series it belongs to.")
    episodes: Connection[Annotated["Program", strawberry.lazy("gateway.schema.title")]] | None = follow_pages(
        relations.EPISODES, show_title, description="Its episodes, in order."
    )
    discs: list[Annotated["Disc", strawberry.lazy("gateway.schema.title")]] | None = follow_list(
        relations.DISCS, _show_titles, description="The discs it comes on."
    )


@strawberry.type(description="An episode of a season.")
class Program(Title):
    @strawberry.field(description="The place of its season in the series, from 1.")
    def season_number(self) -> int | None:
        return self.resource.season_number

    @strawberry.field(description="Its place in its season, from 1.")
    def episode_number(self) -> int | None:
        return self.resource.sequence

    season: Season | None = follow_one(relations.SEASON, show_title, description="The season it belongs to.")
    series: Series | None = follow_one(relations.SERIES, show_title, description="The series it belongs to.")


@strawberry.type(description="A disc of a film, a series or a season.")
class Disc(Title):
    parent: Title | None = follow_one(
        relations.DISC_PARENT, show_title, description="The title that it is a disc of."
    )


_KINDS: Final[dict[str, type[Title]]] = {
    Kind.MOVIE: Movie,
    Kind.SERIES: Series,
    Kind.SEASON: Season,
    Kind.PROGRAM: Program,
    Kind.DISC: Disc,
}
