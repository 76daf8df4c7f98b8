"""What a title has anything to show for: columns to select with it, and how to read them."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, exists, false, or_, true
from sqlalchemy.orm import aliased

from gateway.origin import models
from gateway.origin.eras import STREAMED
from gateway.origin.models import Kind, Role
from gateway.origin.records import Facet

_Child = aliased(models.Title)


def _credited(role: Role) -> ColumnElement[bool]:
    return exists().where(models.Credit.title_id == models.Title.id, models.Credit.role == role)


def _below(kind: Kind, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Tell whether a title of *kind* hangs below, directly or in a season."""
    directly = exists().where(_Child.parent_id == models.Title.id, _Child.kind == kind, *conditions)
    in_series = exists().where(_Child.series_id == models.Title.id, _Child.kind == kind, *conditions)
    return or_(directly, in_series)


_FLAGS: Mapping[Facet, ColumnElement[bool]] = {
    Facet.CAST: _credited(Role.CAST),
    Facet.DIRECTORS: _credited(Role.DIRECTOR),
    Facet.AWARDS: exists().where(models.Award.title_id == models.Title.id),
    Facet.FORMATS: exists().where(models.Availability.title_id == models.Title.id),
    Facet.SCREEN_FORMATS: exists().where(models.ScreenFormat.title_id == models.Title.id),
    Facet.LANGUAGES_AND_AUDIO: exists().where(models.LanguageAudio.title_id == models.Title.id),
    Facet.SUBTITLES: exists().where(models.SubtitleLanguage.title_id == models.Title.id),
    Facet.DISCS: _below(Kind.DISC),
    Facet.BONUS_MATERIALS: _below(Kind.DISC, _Child.is_bonus == true()),
    Facet.SEASONS: exists().where(_Child.parent_id == models.Title.id, _Child.kind == Kind.SEASON),
    Facet.EPISODES: _below(Kind.PROGRAM),
}

_PerFormat = models.Availability | models.ScreenFormat | models.LanguageAudio | models.SubtitleLanguage

_OF_FORMATS: Mapping[Facet, type[_PerFormat]] = {
    Facet.FORMATS: models.Availability,
    Facet.SCREEN_FORMATS: models.ScreenFormat,
    Facet.LANGUAGES_AND_AUDIO: models.LanguageAudio,
    Facet.SUBTITLES: models.SubtitleLanguage,
}
"""What a title has for each format by itself."""


def columns(formats: Collection[str] | None = None) -> Sequence[ColumnElement[bool]]:
    """Return what is selected after a title, one truth value each; only of *formats*, if they are given."""
    flags = _FLAGS if formats is None else {**_FLAGS, **_flags_of(formats)}
    return [flag.label(facet.value) for facet, flag in flags.items()]


def _flags_of(formats: Collection[str]) -> Mapping[Facet, ColumnElement[bool]]:
    flags: dict[Facet, ColumnElement[bool]] = {
        facet: exists().where(table.title_id == models.Title.id, table.format.in_(sorted(formats)))
        for facet, table in _OF_FORMATS.items()
    }
    if formats == STREAMED:
        flags |= dict.fromkeys((Facet.DISCS, Facet.BONUS_MATERIALS), false())
    return flags


def of_row(title: models.Title, flags: Sequence[object]) -> frozenset[Facet]:
    """Return the facets of *title*, whose ``columns`` came back as *flags*."""
    facets = {facet for facet, flag in zip(_FLAGS, flags, strict=True) if flag}
    facets.add(Facet.BOX_ART)
    if title.synopsis:
        facets.add(Facet.SYNOPSIS)
    if title.short_synopsis:
        facets.add(Facet.SHORT_SYNOPSIS)
    # Nearly every genre and most people occur twice: whether this one's do is not worth the question.
    if title.kind in (Kind.MOVIE, Kind.SERIES) and (title.genres or facets & {Facet.CAST, Facet.DIRECTORS}):
        facets.add(Facet.SIMILARS)
    return frozenset(facets)
