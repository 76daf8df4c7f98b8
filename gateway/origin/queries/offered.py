"""Titles by the formats that they come in."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, exists

from gateway.origin.models import Availability, Title


def offered_in(formats: Collection[str] | None) -> Sequence[ColumnElement[bool]]:
    """Return what a title must meet to come in one of *formats*; nothing if none are given."""
    if formats is None:
        return []
    return [exists().where(Availability.title_id == Title.id, Availability.format.in_(sorted(formats)))]
