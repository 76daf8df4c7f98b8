"""Which endpoint answers at which of a subscriber's addresses."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from gateway.origin.oauth.verification import Level
from gateway.origin.paths import Place
from gateway.origin.routes.feeds import show_feeds
from gateway.origin.routes.history import show_at_home, show_rental_history, show_reviews
from gateway.origin.routes.queues import show_entry, show_queue, show_queues
from gateway.origin.routes.queuewrites import QueueWrites
from gateway.origin.routes.rating_writes import post_rating, put_rating
from gateway.origin.routes.ratings import (
    show_actual,
    show_predicted,
    show_rating,
    show_rating_kinds,
    show_ratings,
)
from gateway.origin.routes.recommendations import show_recommendations
from gateway.origin.routes.route import Route
from gateway.origin.routes.searches import Clock
from gateway.origin.routes.states import show_states
from gateway.origin.routes.users import show_current_user, show_list, show_lists, show_users

_Personal: Final = partial(Route, level=Level.PROTECTED)


def personal_routes(clock: Clock, *, is_tag_shared: bool) -> Mapping[Place, Route]:
    """Return the routes below ``/users``; each needs the access token of whose resource it is."""
    history = _Personal(show_rental_history)
    return {
        Place.CURRENT_USER: _Personal(show_current_user),
        Place.USER: _Personal(show_users),
        Place.FEEDS: _Personal(show_feeds, is_made_by_reading=True),
        Place.TITLE_STATES: _Personal(show_states(clock)),
        Place.AT_HOME: _Personal(show_at_home),
        Place.RENTAL_HISTORY: history,
        Place.RENTALS: history,
        Place.REVIEWS: _Personal(show_reviews),
        Place.RECOMMENDATIONS: _Personal(show_recommendations, together=1),
        Place.LISTS: _Personal(show_lists),
        Place.LIST: _Personal(show_list),
        **_queues(clock, is_tag_shared=is_tag_shared),
        **_ratings(clock),
    }


def _queues(clock: Clock, *, is_tag_shared: bool) -> Mapping[Place, Route]:
    writes = QueueWrites(clock, is_tag_shared)
    queue = show_queue(clock)
    return {
        Place.QUEUES: _Personal(show_queues),
        Place.QUEUE: _Personal(queue, writes={"POST": writes.post, "PUT": writes.replace}),
        Place.QUEUE_PART: _Personal(queue),
        Place.QUEUE_ENTRY: _Personal(show_entry(clock), writes={"DELETE": writes.delete}),
    }


def _ratings(clock: Clock) -> Mapping[Place, Route]:
    post, put = post_rating(clock), put_rating(clock)
    return {
        Place.RATING_KINDS: _Personal(show_rating_kinds),
        Place.RATINGS: _Personal(show_ratings),
        Place.PREDICTED_RATINGS: _Personal(show_predicted),
        Place.ACTUAL_RATINGS: _Personal(show_actual, writes={"POST": post}),
        Place.ACTUAL_RATING: _Personal(show_rating, writes={"POST": post, "PUT": put}),
    }
