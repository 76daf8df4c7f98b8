"""The tables of the origin. Relationships are never loaded by accident: ``lazy="raise"``."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Enum, ForeignKey, Index, UniqueConstraint
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from gateway.origin import names

UnixTime = Annotated[int, mapped_column(BigInteger)]
"""Unix seconds; titles of 2010 were to be had until 2100, which is more than 32 bits hold."""


class Kind(StrEnum):
    """The five kinds of title (contract 3.4)."""

    MOVIE = "movie"
    SERIES = "series"
    SEASON = "season"
    PROGRAM = "program"
    DISC = "disc"


class Role(StrEnum):
    """What a person did for a title."""

    CAST = "cast"
    DIRECTOR = "director"


class RatingSystem(StrEnum):
    """Who rated a title's maturity."""

    MPAA = "mpaa"
    TV = "tv"
    CA = "ca"


def stored(enum: type[StrEnum]) -> Enum:
    """Store *enum* by value, as text that any database and any reader understands."""
    return Enum(
        enum, native_enum=False, length=16, values_callable=lambda members: [m.value for m in members]
    )


def _parameters(context: DefaultExecutionContext) -> Mapping[str, object]:
    parameters: Mapping[str, object] = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return parameters


def _folded_name(context: DefaultExecutionContext) -> str:
    """Derive the search name on insert, so that nobody who adds a row can forget it."""
    return names.fold(str(_parameters(context)["name"]))


def _folded_synopsis(context: DefaultExecutionContext) -> str | None:
    """Derive the searchable text on insert, so that nobody who adds a row can forget it."""
    synopsis = _parameters(context).get("synopsis")
    return None if synopsis is None else names.fold_html(str(synopsis))


class Base(DeclarativeBase):
    """All tables."""

    type_annotation_map: ClassVar = {enum: stored(enum) for enum in (Kind, Role, RatingSystem)}


class Title(Base):
    """A film, a series, a season, an episode (program) or a disc."""

    __tablename__ = "title"
    __table_args__ = (
        Index("ix_title_identity", "kind", "name", "release_year"),
        Index("ix_title_parent", "parent_id", "kind", "number"),
        Index("ix_title_series", "series_id", "kind"),
        Index("ix_title_search_name", "search_name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[Kind] = mapped_column()
    name: Mapped[str]
    short_name: Mapped[str | None]
    """Null where it is the same as the name."""
    search_name: Mapped[str] = mapped_column(default=_folded_name)
    """The name as search compares it (``names.fold``); whoever updates the name updates it too."""
    release_year: Mapped[int | None]
    runtime: Mapped[int | None]
    """Seconds."""
    average_rating: Mapped[float | None]
    """As the catalog has it."""
    rated_average: Mapped[float | None]
    """As the subscribers here rate it, once they are enough to say more than the catalog does."""
    maturity_level: Mapped[int | None]
    synopsis: Mapped[str | None]
    """HTML."""
    search_synopsis: Mapped[str | None] = mapped_column(default=_folded_synopsis)
    """The words of the synopsis as search compares them (``names.fold_html``)."""
    short_synopsis: Mapped[str | None]
    official_url: Mapped[str | None]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("title.id"))
    """The series of a season, the season of a program, the title that a disc belongs to."""
    series_id: Mapped[int | None] = mapped_column(ForeignKey("title.id"))
    """The series of a season, a program or a disc, when there is one."""
    number: Mapped[int | None]
    """The place within the parent: season, episode or disc number, from 1."""
    is_bonus: Mapped[bool] = mapped_column(default=False)
    """A disc of bonus material."""
    updated: Mapped[UnixTime]

    parent: Mapped["Title | None"] = relationship(
        remote_side="Title.id", foreign_keys=[parent_id], lazy="raise", viewonly=True
    )
    series: Mapped["Title | None"] = relationship(
        remote_side="Title.id", foreign_keys=[series_id], lazy="raise", viewonly=True
    )
    genres: Mapped[list["Genre"]] = relationship(
        secondary="title_genre", order_by="TitleGenre.position", lazy="raise", viewonly=True
    )
    ratings: Mapped[list["MaturityRating"]] = relationship(
        order_by="MaturityRating.system", lazy="raise", viewonly=True
    )
    cast: Mapped[list["Person"]] = relationship(
        secondary="credit",
        primaryjoin="and_(Title.id == Credit.title_id, Credit.role == 'cast')",
        order_by="Credit.position",
        lazy="raise",
        viewonly=True,
    )
    directors: Mapped[list["Person"]] = relationship(
        secondary="credit",
        primaryjoin="and_(Title.id == Credit.title_id, Credit.role == 'director')",
        order_by="Credit.position",
        lazy="raise",
        viewonly=True,
    )
    awards: Mapped[list["Award"]] = relationship(order_by="Award.position", lazy="raise", viewonly=True)
    availability: Mapped[list["Availability"]] = relationship(
        order_by="Availability.position", lazy="raise", viewonly=True
    )
    screen_formats: Mapped[list["ScreenFormat"]] = relationship(
        order_by="ScreenFormat.position", lazy="raise", viewonly=True
    )
    languages: Mapped[list["LanguageAudio"]] = relationship(
        order_by="LanguageAudio.position", lazy="raise", viewonly=True
    )
    subtitles: Mapped[list["SubtitleLanguage"]] = relationship(
        order_by="SubtitleLanguage.position", lazy="raise", viewonly=True
    )

    @property
    def shown_rating(self) -> float | None:
        """Return the average that documents show."""
        return self.average_rating if self.rated_average is None else self.rated_average


class Person(Base):
    """Someone who played in a title or directed it."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(index=True)
    search_name: Mapped[str] = mapped_column(default=_folded_name, index=True)
    bio: Mapped[str | None]
    """HTML."""


class Credit(Base):
    """A person's part in a title."""

    __tablename__ = "credit"
    __table_args__ = (Index("ix_credit_person", "person_id", "title_id"),)

    title_id: Mapped[int] = mapped_column(ForeignKey("title.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    position: Mapped[int]


class Genre(Base):
    """A genre, known by its label."""

    __tablename__ = "genre"

    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(unique=True)


class TitleGenre(Base):
    """A genre of a title."""

    __tablename__ = "title_genre"
    __table_args__ = (Index("ix_title_genre_genre", "genre_id", "title_id"),)

    title_id: Mapped[int] = mapped_column(ForeignKey("title.id"), primary_key=True)
    genre_id: Mapped[int] = mapped_column(ForeignKey("genre.id"), primary_key=True)
    position: Mapped[int]


class MaturityRating(Base):
    """A maturity rating of a title, one a system."""

    __tablename__ = "maturity_rating"

    title_id: Mapped[int] = mapped_column(ForeignKey("title.id"), primary_key=True)
    system: Mapped[RatingSystem] = mapped_column(primary_key=True)
    label: Mapped[str]


class Award(Base):
    """An award that a title won or was nominated for."""

    __tablename__ = "award"
    __table_args__ = (Index("ix_award_title", "title_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title_id: Mapped[int] = mapped_column(ForeignKey("title.id"))
    body: Mapped[str]
    """The last segment of the category scheme, as ``academy_awards``."""
    name: Mapped[str]
    year: Mapped[int | None]
    is_won: Mapped[bool]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    position: Mapped[int]

    person: Mapped["Person | None"] = relationship(lazy="raise", viewonly=True)


class Availability(Base):
    """A format in which a title is to be had, and from when until when."""

    __tablename__ = "availability"
    __table_args__ = (CheckConstraint("available_until IS NULL OR available_until >= available_from"),)

    title_id: Mapped[int] = mapped_column(ForeignKey("title.id"), primary_key=True)
    format: Mapped[str] = mapped_column(primary_key=True)
    """``instant``, ``DVD``, ``Blu-ray`` or ``HD DVD``."""
    available_from: Mapped[UnixTime | None]
    available_until: Mapped[UnixTime | None]
    """Null is an open end."""
    quality: Mapped[str | None]
    position: Mapped[int]


class ScreenFormat(Base):
    """A picture shape in which a format of a title comes."""

    __tablename__ = "screen_format"

    title_id: Mapped[int] = mapped_column(ForeignKey("title.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    format: Mapped[str]
    label: Mapped[str]


class LanguageAudio(Base):
    """A sound track: a language of a delivery format, in one audio format."""

    __tablename__ = "language_audio"

    title_id: Mapped[int] = mapped_column(ForeignKey("title.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    format: Mapped[str]
    language: Mapped[str]
    audio: Mapped[str | None]
    """Null where only the language is known."""


class SubtitleLanguage(Base):
    """A language in which a delivery format has subtitles."""

    __tablename__ = "subtitle_language"

    title_id: Mapped[int] = mapped_column(ForeignKey("title.id"), primary_key=True)
    format: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]


class Consumer(Base):
    """A developer's application, known by its consumer key."""

    __tablename__ = "consumer"
    __table_args__ = (UniqueConstraint("name"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    secret: Mapped[str]
    name: Mapped[str]
    is_enabled: Mapped[bool] = mapped_column(default=True)
    callback: Mapped[str | None]
    """Where subscribers may be sent back to; null allows any address."""
    calls_per_second: Mapped[int | None]
    """Null is the origin's default, like the next."""
    calls_per_day: Mapped[int | None]
    sees_external_ids: Mapped[bool] = mapped_column(default=False)
    """Whether the index tells it what other catalogs call a title (``include_amg``, ``include_tms``)."""


class ExternalId(Base):
    """What another catalog calls a title."""

    __tablename__ = "external_id"

    title_id: Mapped[int] = mapped_column(ForeignKey("title.id"), primary_key=True)
    system: Mapped[str] = mapped_column(primary_key=True)
    """``upc``, ``amg`` or ``tms``."""
    value: Mapped[str] = mapped_column(primary_key=True)


class Picture(Base):
    """A picture of a title's box that was given; the others are drawn."""

    __tablename__ = "picture"

    title_id: Mapped[int] = mapped_column(ForeignKey("title.id"), primary_key=True)
    path: Mapped[str]
    """The file, below the origin's folder of pictures."""
