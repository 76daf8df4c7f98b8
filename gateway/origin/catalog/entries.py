"""Entries of a catalog file, read key by key, so that a mistake is named by file and entry. Pure."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import TypeVar

from gateway.origin.catalog.facts import AwardFacts, OfferFacts
from gateway.origin.models import RatingSystem

_T = TypeVar("_T")


class CatalogMistaken(Exception):
    """An entry of the embedded catalog cannot be understood."""

    def __init__(self, file: str, entry: str, mistake: str) -> None:
        super().__init__(f"{file}, {entry}: {mistake}." if entry else f"{file}: {mistake}.")
        self.file = file
        self.entry = entry
        self.mistake = mistake


class Entry:
    """A table of a TOML file; every key is taken once, and none may be left over."""

    def __init__(self, file: str, values: Mapping[str, object], *, label: str = "") -> None:
        self._file = file
        self._label = label
        self._left = dict(values)

    def mistake(self, what: str) -> CatalogMistaken:
        """Return the error that says *what* is wrong with this entry."""
        return CatalogMistaken(self._file, self._label, what)

    def text(self, key: str) -> str:
        """Take a text that must be there."""
        value = self.optional(key, str)
        if not value:
            raise self.mistake(f'"{key}" is missing')
        return value

    def integer(self, key: str) -> int:
        """Take a number that must be there, from 1."""
        value = self.optional(key, int)
        if value is None or value < 1:
            raise self.mistake(f'"{key}" must be a whole number from 1')
        return value

    def optional(self, key: str, expected: type[_T]) -> _T | None:
        """Take a value of the *expected* type, or nothing."""
        value = self._left.pop(key, None)
        if value is None:
            return None
        # In Python a truth value is a number too, and in TOML 4 may stand for 4.0.
        if expected is float and type(value) is int:
            value = float(value)
        if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
            raise self.mistake(f'"{key}" must be {_NAMES[expected]}, not {value!r}')
        return value

    def texts(self, key: str) -> list[str]:
        """Take a list of texts, each once."""
        values = self._list(key)
        texts = [value for value in values if isinstance(value, str) and value]
        if len(texts) != len(values) or len(set(texts)) != len(texts):
            raise self.mistake(f'"{key}" must be a list of different texts')
        return texts

    def entries(self, key: str) -> Iterator["Entry"]:
        """Take a list of tables."""
        for place, value in enumerate(self._list(key), 1):
            if not isinstance(value, dict):
                raise self.mistake(f'"{key}" must be a list of tables')
            name = value.get("name") or value.get("format") or place
            within = f"{self._label}, " if self._label else ""
            yield Entry(self._file, value, label=f"{within}{key} {name}")

    def finish(self) -> None:
        """Refuse keys that nobody took."""
        if self._left:
            unknown = ", ".join(f'"{key}"' for key in sorted(self._left))
            raise self.mistake(f"there is no key {unknown} in such an entry")

    def _list(self, key: str) -> list[object]:
        values = self.optional(key, list)
        return [] if values is None else values


_NAMES: Mapping[type, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    date: "a date",
    list: "a list",
    dict: "a table",
}


def ratings(entry: Entry) -> dict[RatingSystem, str]:
    """Take the maturity ratings of a title."""
    stated = entry.optional("ratings", dict) or {}
    unknown = set(stated) - set(RatingSystem)
    if unknown or not all(isinstance(label, str) for label in stated.values()):
        raise entry.mistake('"ratings" must be texts for mpaa, tv or ca')
    return {RatingSystem(system): label for system, label in stated.items()}


def awards(entry: Entry, people: Mapping[str, int]) -> Iterator[AwardFacts]:
    """Take the awards of a title, whose people are among *people*."""
    for award in entry.entries("awards"):
        person = award.optional("person", str)
        if person is not None and person not in people:
            raise award.mistake(f'there is no person "{person}"')
        is_won = award.optional("won", bool)
        if is_won is None:
            raise award.mistake('"won" is missing')
        yield AwardFacts(
            body=award.text("body"),
            name=award.text("name"),
            year=award.optional("year", int),
            is_won=is_won,
            person_id=None if person is None else people[person],
        )
        award.finish()


def offers(entry: Entry, formats: Collection[str]) -> Iterator[OfferFacts]:
    """Take the *formats* in which a title is to be had."""
    seen: set[str] = set()
    for offer in entry.entries("formats"):
        format_ = format_of(offer, formats)
        if format_ in seen:
            raise offer.mistake("the format is listed twice")
        seen.add(format_)
        yield OfferFacts(
            format=format_,
            available_from=_seconds(offer.optional("from", date)),
            available_until=_seconds(offer.optional("until", date)),
            quality=offer.optional("quality", str),
        )
        offer.finish()


def screen_formats(entry: Entry, formats: Collection[str]) -> Iterator[tuple[str, str]]:
    """Take the picture shapes of a title."""
    for shape in entry.entries("screen_formats"):
        yield format_of(shape, formats), shape.text("label")
        shape.finish()


def languages(entry: Entry, formats: Collection[str]) -> Iterator[tuple[str, str, str | None]]:
    """Take the sound tracks of a title; a language without audio is a track of its own."""
    for track in entry.entries("languages"):
        format_, language = format_of(track, formats), track.text("language")
        audios: list[str] | list[None] = track.texts("audio") or [None]
        for audio in audios:
            yield format_, language, audio
        track.finish()


def subtitles(entry: Entry, formats: Collection[str]) -> Iterator[tuple[str, str]]:
    """Take the languages in which formats of a title have subtitles."""
    for row in entry.entries("subtitles"):
        format_ = format_of(row, formats)
        for language in row.texts("languages"):
            yield format_, language
        row.finish()


def format_of(entry: Entry, formats: Collection[str]) -> str:
    """Take a format's name."""
    name = entry.text("format")
    if name not in formats:
        raise entry.mistake(f'"format" must be one of {", ".join(formats)}, not "{name}"')
    return name


def _seconds(day: date | None) -> int | None:
    """Return the midnight in which *day* begins, in Unix seconds."""
    if day is None:
        return None
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
