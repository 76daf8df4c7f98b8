"""Whose keys and tokens an audit may use: given one by one, or in the file the demo writes."""

from dataclasses import dataclass, field
from pathlib import Path

import orjson

from gateway.audit.asking import Who
from gateway.audit.failures import AuditSkipped
from gateway.audit.signing import Keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A subscriber who agreed, and perhaps how to sign in as them."""

    token: str
    secret: str = field(repr=False)
    user_id: str | None = None
    login: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Credentials:
    """A consumer, and the subscribers whose tokens it holds."""

    key: str
    secret: str = field(repr=False)
    subscribers: tuple[Subscriber, ...] = ()

    def subscriber(self, who: Who) -> Subscriber:
        """Return the subscriber that *who* means, or skip the audit."""
        place = 0 if who is Who.ME else 1
        if len(self.subscribers) <= place:
            needed = "an access token" if place == 0 else "a second subscriber's access token"
            raise AuditSkipped(f"needs {needed}")
        return self.subscribers[place]

    def keys(self, who: Who) -> Keys:
        """Return what signs for *who*."""
        if who in {Who.ME, Who.OTHER}:
            someone = self.subscriber(who)
            return Keys(self.key, self.secret, someone.token, someone.secret)
        return Keys(self.key, self.secret)


def read_demo(path: Path) -> Credentials:
    """Return the credentials that the demo wrote to *path*.

    The other subscriber is the last: they get no discs, so an empty queue can be seen.
    """
    document = orjson.loads(path.read_bytes())
    consumer = document["consumer"]
    people = tuple(
        Subscriber(
            token=one["token"],
            secret=one["secret"],
            user_id=one["user_id"],
            login=one.get("login"),
            password=one.get("password"),
        )
        for one in document["subscribers"]
    )
    return Credentials(consumer["key"], consumer["secret"], (*people[:1], *people[:0:-1]))
