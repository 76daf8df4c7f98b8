"""What a subscriber can do with titles (contract 3.10). Pure."""

from collections.abc import Sequence
from typing import Final

from gateway.contract import Scheme
from gateway.origin.accounts import QueueKind
from gateway.origin.eras import Era
from gateway.origin.records import FormatState, Playback, TitleState
from gateway.origin.representations.elements import Element, add, add_category, root
from gateway.origin.representations.lists import template
from gateway.origin.representations.queues import add_queue_link, add_reference
from gateway.origin.representations.view import View

_ORDER: Final = (QueueKind.INSTANT, QueueKind.DISC)


def title_states(view: View, user: str, states: Sequence[TitleState]) -> Element:
    """Represent the states of titles, each with the queues that it can be in."""
    element = root("title_states")
    add(element, "url_template", template(f"{view.paths.user(user)}/title_states", "title_refs"))
    for state in states:
        wrapper = add(element, "title_state")
        add_reference(view, wrapper, state.title)
        for kind in _ORDER:
            if kind in state.formats and (kind is QueueKind.INSTANT or view.formats is None):
                _add_queue(view, wrapper, user, kind, state.formats[kind])
    return element


def _add_queue(
    view: View, parent: Element, user: str, kind: QueueKind, formats: Sequence[FormatState]
) -> None:
    item = add(parent, "title_state_item")
    add_queue_link(view, item, user, kind)
    for state in formats:
        element = add(item, "format")
        if state.is_preferred:
            add(element, "preferred_format", "true")
        add_category(element, view.paths.scheme(Scheme.TITLE_FORMATS), state.format)
        for label in state.labels:
            add_category(element, view.paths.scheme(Scheme.TITLE_STATES), label)
        if view.has_extras and view.has_history and state.playback:
            _add_playback(view, element, state.playback)


def _add_playback(view: View, element: Element, playback: Playback) -> None:
    # From 30 June 2011 on it said nothing.
    add(element, "playback_bookmark", playback.bookmark if view.era is Era.EVERYTHING else 0)
    add(element, "watched_date", playback.watched)
    add(element, "watched_to_end", "true" if playback.is_to_end else "false")
