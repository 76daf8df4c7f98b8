"""How the details of a title are kept: which rows of which table each fact becomes. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Table

from gateway.origin import models
from gateway.origin.catalog.facts import TitleFacts
from gateway.origin.models import Role

Row = Mapping[str, object]
GenreIds = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Shelf:
    """A table of details, and how they are taken from the facts."""

    table: Table
    group: Sequence[str]
    """The columns in which rows of one fact agree; a fact is there or missing as a whole."""
    rows: Callable[[TitleFacts, GenreIds], Iterable[Row]]

    @property
    def columns(self) -> list[str]:
        """The columns that say something; the number of an award's row does not."""
        return [column.name for column in self.table.columns if column.name != "id"]

    def of(self, title: TitleFacts, genre_ids: GenreIds) -> list[Row]:
        """Return the rows that *title* fills here."""
        return [{"title_id": title.id, **row} for row in self.rows(title, genre_ids)]


def _genres(title: TitleFacts, genre_ids: GenreIds) -> Iterable[Row]:
    for position, label in enumerate(title.genres, 1):
        yield {"genre_id": genre_ids[label], "position": position}


def _credits(title: TitleFacts, _: GenreIds) -> Iterable[Row]:
    for role, people in ((Role.CAST, title.cast), (Role.DIRECTOR, title.directors)):
        for position, person in enumerate(people, 1):
            yield {"role": role, "person_id": person, "position": position}


def _ratings(title: TitleFacts, _: GenreIds) -> Iterable[Row]:
    for system, label in title.ratings.items():
        yield {"system": system, "label": label}


def _awards(title: TitleFacts, _: GenreIds) -> Iterable[Row]:
    for position, award in enumerate(title.awards, 1):
        yield {**asdict(award), "position": position}


def _offers(title: TitleFacts, _: GenreIds) -> Iterable[Row]:
    for position, offer in enumerate(title.offers, 1):
        yield {**asdict(offer), "position": position}


def _screen_formats(title: TitleFacts, _: GenreIds) -> Iterable[Row]:
    for position, (format_, label) in enumerate(title.screen_formats, 1):
        yield {"format": format_, "label": label, "position": position}


def _languages(title: TitleFacts, _: GenreIds) -> Iterable[Row]:
    for position, (format_, language, audio) in enumerate(title.languages, 1):
        yield {"format": format_, "language": language, "audio": audio, "position": position}


def _subtitles(title: TitleFacts, _: GenreIds) -> Iterable[Row]:
    for position, (format_, language) in enumerate(title.subtitles, 1):
        yield {"format": format_, "language": language, "position": position}


def _external_ids(title: TitleFacts, _: GenreIds) -> Iterable[Row]:
    for system, value in title.external_ids:
        yield {"system": system, "value": value}


def _shelf(
    model: type[models.Base], rows: Callable[[TitleFacts, GenreIds], Iterable[Row]], *group: str
) -> Shelf:
    return Shelf(models.Base.metadata.tables[model.__tablename__], ("title_id", *group), rows)


SHELVES: Sequence[Shelf] = (
    _shelf(models.TitleGenre, _genres),
    _shelf(models.Credit, _credits, "role"),
    _shelf(models.MaturityRating, _ratings),
    _shelf(models.Award, _awards),
    # Each format by itself: one catalog may know the disc, the other the stream.
    _shelf(models.Availability, _offers, "format"),
    _shelf(models.ScreenFormat, _screen_formats),
    _shelf(models.LanguageAudio, _languages),
    _shelf(models.SubtitleLanguage, _subtitles),
    _shelf(models.ExternalId, _external_ids, "system"),
)
