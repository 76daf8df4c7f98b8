"""The links from a subscriber to what is theirs, as data: rows like those of the catalog. Pure.

All of it is signed with the subscriber's token, seen by nobody else, and kept under their name.
"""

from datetime import timedelta
from functools import partial
from typing import Final

from gateway import subscriber
from gateway.contract import Rel, feed_rel
from gateway.relations import Paging, Relation
from gateway.subscriber import QueueKind, QueueList, RentalKind

_Personal = partial(Relation, is_personal=True)
_Ways = partial(_Personal, found=subscriber.Resource, family="users")
_List = partial(_Personal, paging=Paging(largest=500), typical_bytes=60_000, typical_length=50)
_Queue = partial(_List, found=subscriber.Queue, family="queues", fresh_for=timedelta(0))
_History = partial(_List, fresh_for=timedelta(minutes=10))
_Rentals = partial(_History, found=subscriber.Rentals, family="history")

# No link leads here: the address is made of the subscriber's id, and leads to everything else.
# Asked for anew every time: whoever has taken back what they allowed must be nobody at the next use.
USER: Final = _Personal(rels=(), found=subscriber.User, family="users", fresh_for=timedelta(0))
QUEUES: Final = _Ways(rels=(Rel.QUEUES,))
QUEUE: Final = {
    QueueKind.INSTANT: _Queue(rels=(Rel.INSTANT_QUEUE,)),
    QueueKind.DISC: _Queue(rels=(Rel.DISC_QUEUE,)),
}
QUEUE_PART: Final = {
    QueueList.AVAILABLE: _Queue(rels=(Rel.AVAILABLE_QUEUE,)),
    QueueList.SAVED: _Queue(rels=(Rel.SAVED_QUEUE,)),
}
TITLE_STATES: Final = _Personal(
    rels=(Rel.TITLE_STATES,),
    found=subscriber.TitleStates,
    family="title states",
    fresh_for=timedelta(0),
    typical_bytes=1_500,
    most_titles=500,
)
RATINGS: Final = _Ways(rels=(Rel.RATINGS,))
TITLE_RATINGS: Final = _Personal(
    rels=(Rel.TITLE_RATINGS,),
    found=subscriber.Ratings,
    family="ratings",
    fresh_for=timedelta(0),
    typical_bytes=3_000,
    most_titles=500,
)
ACTUAL_RATINGS: Final = _List(
    rels=(Rel.ACTUAL_RATINGS,), found=subscriber.Ratings, family="ratings", fresh_for=timedelta(0)
)
RECOMMENDATIONS: Final = _List(
    rels=(Rel.RECOMMENDATIONS,),
    found=subscriber.Recommendations,
    family="recommendations",
    fresh_for=timedelta(hours=1),
)
RENTAL_HISTORY: Final = _Rentals(rels=(Rel.RENTAL_HISTORY,))
RENTALS: Final = {kind: _Rentals(rels=(feed_rel(f"rental_history.{kind}"),)) for kind in RentalKind}
"""Only the feeds link to these; they are read there without the feed's token."""
AT_HOME: Final = _History(rels=(Rel.AT_HOME,), found=subscriber.AtHome, family="history")
REVIEWS: Final = _History(rels=(Rel.REVIEWS,), found=subscriber.Reviews, family="reviews")
# Not kept: the addresses in it open a feed to whoever has them.
FEEDS: Final = _Ways(rels=(Rel.FEEDS,), fresh_for=timedelta(0))
