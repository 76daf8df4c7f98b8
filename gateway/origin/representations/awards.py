"""Awards won, and nominations. Pure."""

from collections.abc import Sequence

from gateway.contract import Scheme
from gateway.origin import models
from gateway.origin.representations.elements import Element, add, add_category, present, root
from gateway.origin.representations.people import add_person_link
from gateway.origin.representations.view import View


def awards(view: View, given: Sequence[models.Award]) -> Element:
    """Represent the awards of a title (contract 3.5)."""
    element = root("awards")
    for award in given:
        tag = "award_winner" if award.is_won else "award_nominee"
        item = add(element, tag, **present(year=award.year))
        add_category(item, view.paths.scheme(f"{Scheme.AWARD_TYPES}/{award.body}"), award.name)
        if award.person is not None:
            add_person_link(view, item, award.person)
    return element
