"""Who asks: an application, and perhaps a subscriber who allowed it to."""

from dataclasses import dataclass

from gateway.origin.accounts import Subscriber
from gateway.origin.models import Consumer


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a request is from, once that is proven."""

    consumer: Consumer
    subscriber: Subscriber | None = None
    """With the preferred formats loaded."""
    token: str | None = None
    """The access token that was signed with; a feed is opened by none."""
