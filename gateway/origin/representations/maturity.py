"""For whom a title is: its ratings, and the level that comes of them. Pure."""

from typing import Final

from gateway.contract import Scheme
from gateway.origin import models
from gateway.origin.models import RatingSystem
from gateway.origin.representations.elements import Element, add_category
from gateway.origin.representations.view import View

_SCHEMES: Final = {
    RatingSystem.MPAA: Scheme.MPAA_RATINGS,
    RatingSystem.TV: Scheme.TV_RATINGS,
    RatingSystem.CA: Scheme.CA_MOVIE_RATINGS,
}


def add_ratings(view: View, parent: Element, title: models.Title) -> None:
    """Append the ratings of *title*, in the order of their systems."""
    labels = {rating.system: rating.label for rating in title.ratings}
    for system, scheme in _SCHEMES.items():
        if system in labels:
            add_category(parent, view.paths.scheme(scheme), labels[system])


def add_level(view: View, parent: Element, title: models.Title) -> None:
    """Append the maturity level of *title*, if it has one and the version tells it."""
    if view.has_extras and title.maturity_level is not None:
        add_category(parent, view.paths.scheme(Scheme.MATURITY_LEVEL), str(title.maturity_level))
