"""The catalog that comes with the program: readable TOML files, loaded whole or not at all."""

import time
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from gateway.origin.catalog import entries
from gateway.origin.catalog.entries import CatalogMistaken, Entry
from gateway.origin.catalog.facts import PersonFacts, TitleFacts
from gateway.origin.catalog.saving import Mode, Saving
from gateway.origin.database import Database
from gateway.origin.models import Kind

FOLDER: Final = Path(__file__).parent / "embedded"
FORMATS: Final = ("instant", "DVD", "Blu-ray", "HD DVD")
IDS_BELOW: Final = 1_000_000_000
"""From there on, ids belong to imported titles and people."""


async def embed(database: Database, *, folder: Path = FOLDER, now: int | None = None) -> None:
    """Bring the catalog in *folder* into *database*; what is there already stays as it is."""
    catalog = read(folder)
    async with database.write() as session:
        saving = Saving(session, Mode.STATE, int(time.time()) if now is None else now)
        await saving.people(catalog.people)
        await saving.titles(catalog.titles)


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything that the files say; a parent stands before its children."""

    people: list[PersonFacts] = field(default_factory=list)
    titles: list[TitleFacts] = field(default_factory=list)


def read(folder: Path) -> Catalog:
    """Read and check the files of *folder*."""
    reading = _Reading()
    for person in _tables(folder / "people.toml", "person"):
        reading.person(person)
    for film in _tables(folder / "movies.toml", "movie"):
        reading.film(film)
    for file in sorted((folder / "series").glob("*.toml")):
        reading.series(Entry(f"series/{file.name}", _load(file)))
    return reading.catalog


def _tables(file: Path, key: str) -> Iterator[Entry]:
    whole = Entry(file.name, _load(file))
    yield from whole.entries(key)
    whole.finish()


def _load(file: Path) -> Mapping[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CatalogMistaken(file.name, "", f"it cannot be read ({error})") from error


class _Reading:
    """Turns entries into facts, and remembers which people and ids there are."""

    def __init__(self) -> None:
        self.catalog = Catalog()
        self._people: dict[str, int] = {}
        self._ids: dict[str, set[int]] = {"person": set(), "title": set()}

    def person(self, entry: Entry) -> None:
        facts = PersonFacts(
            id=self._id(entry, "person"), name=entry.text("name"), bio=entry.optional("bio", str)
        )
        entry.finish()
        if facts.name in self._people:
            raise entry.mistake("there are two people of this name")
        self._people[facts.name] = facts.id
        self.catalog.people.append(facts)

    def film(self, entry: Entry) -> None:
        film = self._title(entry, Kind.MOVIE)
        self._discs(entry, parent=film)
        entry.finish()

    def series(self, entry: Entry) -> None:
        series = self._title(entry, Kind.SERIES)
        for below in entry.entries("season"):
            season = self._title(below, Kind.SEASON, parent=series)
            for episode in below.entries("episode"):
                self._title(episode, Kind.PROGRAM, parent=season)
                episode.finish()
            self._discs(below, parent=season)
            below.finish()
        entry.finish()

    def _discs(self, entry: Entry, *, parent: TitleFacts) -> None:
        for disc in entry.entries("disc"):
            self._title(disc, Kind.DISC, parent=parent)
            disc.finish()

    def _title(self, entry: Entry, kind: Kind, *, parent: TitleFacts | None = None) -> TitleFacts:
        minutes = entry.optional("minutes", int)
        facts = TitleFacts(
            id=self._id(entry, "title"),
            kind=kind,
            name=entry.text("name"),
            short_name=entry.optional("short", str),
            release_year=entry.optional("year", int),
            runtime=None if minutes is None else minutes * 60,
            average_rating=entry.optional("average_rating", float),
            maturity_level=entry.optional("maturity_level", int),
            synopsis=entry.optional("synopsis", str),
            short_synopsis=entry.optional("short_synopsis", str),
            official_url=entry.optional("official_url", str),
            parent_id=None if parent is None else parent.id,
            series_id=_series_of(parent),
            number=None if parent is None else entry.integer("number"),
            is_bonus=kind is Kind.DISC and bool(entry.optional("bonus", bool)),
            ratings=entries.ratings(entry),
            genres=entry.texts("genres"),
            cast=self._credited(entry, "cast"),
            directors=self._credited(entry, "directors"),
            awards=tuple(entries.awards(entry, self._people)),
            offers=tuple(entries.offers(entry, FORMATS)),
            screen_formats=tuple(entries.screen_formats(entry, FORMATS)),
            languages=tuple(entries.languages(entry, FORMATS)),
            subtitles=tuple(entries.subtitles(entry, FORMATS)),
        )
        self.catalog.titles.append(facts)
        return facts

    def _credited(self, entry: Entry, key: str) -> list[int]:
        names = entry.texts(key)
        for name in names:
            if name not in self._people:
                raise entry.mistake(f'there is no person "{name}" in people.toml')
        return [self._people[name] for name in names]

    def _id(self, entry: Entry, shelf: str) -> int:
        value = entry.integer("id")
        if value >= IDS_BELOW:
            raise entry.mistake(f'"id" must be below {IDS_BELOW}')
        if value in self._ids[shelf]:
            raise entry.mistake(f"id {value} is taken by another {shelf}")
        self._ids[shelf].add(value)
        return value


def _series_of(parent: TitleFacts | None) -> int | None:
    if parent is None:
        return None
    return parent.id if parent.kind is Kind.SERIES else parent.series_id
