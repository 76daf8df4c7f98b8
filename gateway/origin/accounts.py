"""The tables of subscribers: who they are, what they allowed, and what is theirs."""

from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from gateway.origin.models import Base, Consumer, Title, UnixTime, stored


class QueueKind(StrEnum):
    """The two queues of every subscriber."""

    DISC = "disc"
    INSTANT = "instant"


class EntryState(StrEnum):
    """The two parts of a queue."""

    AVAILABLE = "available"
    SAVED = "saved"


class RentalState(StrEnum):
    """Where a rental is; what is shipped and not yet returned is at home."""

    SHIPPED = "shipped"
    RETURNED = "returned"
    WATCHED = "watched"


class Subscriber(Base):
    """Someone with an account."""

    __tablename__ = "subscriber"

    id: Mapped[str] = mapped_column(primary_key=True)
    """As in ``/users/{id}``: ``T1``, some forty characters of ``[A-Za-z0-9_.-]``, ``-``."""
    login: Mapped[str] = mapped_column(unique=True)
    password: Mapped[str]
    """Hashed by argon2, never the word itself."""
    first_name: Mapped[str]
    last_name: Mapped[str]
    nickname: Mapped[str | None]
    can_instant_watch: Mapped[bool] = mapped_column(default=True)
    max_maturity_level: Mapped[int] = mapped_column(default=1_000_000)
    """1,000,000 is no limit."""
    discs_at_home: Mapped[int] = mapped_column(default=3)
    """How many discs may be at home at once."""

    formats: Mapped[list["PreferredFormat"]] = relationship(
        order_by="PreferredFormat.position", lazy="raise", viewonly=True
    )


class PreferredFormat(Base):
    """A format that a subscriber prefers, the most preferred first."""

    __tablename__ = "preferred_format"

    subscriber_id: Mapped[str] = mapped_column(ForeignKey("subscriber.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    format: Mapped[str]
    """``Instant``, ``DVD`` or ``Blu-ray``."""


class RequestToken(Base):
    """A request token: asked for, then approved by a subscriber, then exchanged once."""

    __tablename__ = "request_token"

    token: Mapped[str] = mapped_column(primary_key=True)
    secret: Mapped[str]
    consumer_key: Mapped[str] = mapped_column(ForeignKey("consumer.key"))
    callback: Mapped[str | None]
    """Fixed when the token was asked for: an address, ``oob``, or null in the style of OAuth 1.0."""
    created: Mapped[UnixTime]
    subscriber_id: Mapped[str | None] = mapped_column(ForeignKey("subscriber.id"))
    """Who approved it."""
    verifier: Mapped[str | None]
    wrong_tries: Mapped[int] = mapped_column(default=0)


class AccessToken(Base):
    """What a subscriber allowed a consumer, until it is revoked."""

    __tablename__ = "access_token"
    __table_args__ = (Index("ix_access_token_subscriber", "subscriber_id"),)

    token: Mapped[str] = mapped_column(primary_key=True)
    secret: Mapped[str]
    consumer_key: Mapped[str] = mapped_column(ForeignKey("consumer.key"))
    subscriber_id: Mapped[str] = mapped_column(ForeignKey("subscriber.id"))
    created: Mapped[UnixTime]
    revoked: Mapped[UnixTime | None]
    """Null while it is good."""

    subscriber: Mapped[Subscriber] = relationship(lazy="raise", viewonly=True)
    consumer: Mapped[Consumer] = relationship(lazy="raise", viewonly=True)


class FeedToken(Base):
    """Opens one resource of one subscriber for reading, without a signature."""

    __tablename__ = "feed_token"
    __table_args__ = (UniqueConstraint("access_token", "resource"),)

    token: Mapped[str] = mapped_column(primary_key=True)
    access_token: Mapped[str] = mapped_column(ForeignKey("access_token.token"))
    """It is good as long as this is."""
    resource: Mapped[str]
    """The path below ``/users/{id}``, as ``/queues/disc``."""


class WriteNonce(Base):
    """A nonce of a write, stored with the write."""

    __tablename__ = "write_nonce"
    __table_args__ = (Index("ix_write_nonce_timestamp", "timestamp"),)

    consumer_key: Mapped[str] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(primary_key=True)
    timestamp: Mapped[UnixTime] = mapped_column(primary_key=True)
    nonce: Mapped[str] = mapped_column(primary_key=True)
    """The nonce; with the signature behind it where a nonce may repeat."""


class Queue(Base):
    """One of a subscriber's two queues; a row from the first entry on."""

    __tablename__ = "queue"

    subscriber_id: Mapped[str] = mapped_column(ForeignKey("subscriber.id"), primary_key=True)
    kind: Mapped[QueueKind] = mapped_column(stored(QueueKind), primary_key=True)
    etag: Mapped[int] = mapped_column(BigInteger)
    """Twelve digits, another after every change; documents say 0 while the queue is empty."""


class QueueEntry(Base):
    """A title in a queue."""

    __tablename__ = "queue_entry"
    __table_args__ = (
        ForeignKeyConstraint(["subscriber_id", "kind"], ["queue.subscriber_id", "queue.kind"]),
        Index("ix_queue_entry_place", "subscriber_id", "kind", "state", "position"),
    )

    subscriber_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[QueueKind] = mapped_column(stored(QueueKind), primary_key=True)
    title_id: Mapped[int] = mapped_column(ForeignKey("title.id"), primary_key=True)
    state: Mapped[EntryState] = mapped_column(stored(EntryState))
    position: Mapped[int]
    """From 1, dense within its state; saved entries keep theirs to themselves."""
    format: Mapped[str]
    """``Instant``, ``DVD`` or ``Blu-ray``."""
    updated: Mapped[UnixTime]

    title: Mapped[Title] = relationship(lazy="raise", viewonly=True)


class Rental(Base):
    """A disc sent or a title watched."""

    __tablename__ = "rental"
    __table_args__ = (Index("ix_rental_subscriber", "subscriber_id", "state", "updated"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[str] = mapped_column(ForeignKey("subscriber.id"))
    title_id: Mapped[int] = mapped_column(ForeignKey("title.id"))
    state: Mapped[RentalState] = mapped_column(stored(RentalState))
    format: Mapped[str]
    shipped: Mapped[UnixTime | None]
    estimated_arrival: Mapped[UnixTime | None]
    returned: Mapped[UnixTime | None]
    watched: Mapped[UnixTime | None]
    viewed_seconds: Mapped[int | None]
    updated: Mapped[UnixTime]

    title: Mapped[Title] = relationship(lazy="raise", viewonly=True)


class Rating(Base):
    """What a subscriber thinks of a title."""

    __tablename__ = "rating"
    __table_args__ = (Index("ix_rating_title", "title_id"),)

    subscriber_id: Mapped[str] = mapped_column(ForeignKey("subscriber.id"), primary_key=True)
    title_id: Mapped[int] = mapped_column(ForeignKey("title.id"), primary_key=True)
    value: Mapped[int | None]
    """1 to 5; null is "not interested"."""
    updated: Mapped[UnixTime]

    title: Mapped[Title] = relationship(lazy="raise", viewonly=True)


class Review(Base):
    """What a subscriber wrote about a title."""

    __tablename__ = "review"

    subscriber_id: Mapped[str] = mapped_column(ForeignKey("subscriber.id"), primary_key=True)
    title_id: Mapped[int] = mapped_column(ForeignKey("title.id"), primary_key=True)
    text: Mapped[str]
    rating: Mapped[int | None]
    updated: Mapped[UnixTime]

    title: Mapped[Title] = relationship(lazy="raise", viewonly=True)


class Usage(Base):
    """How many calls a consumer, or a subscriber through one, has made on a day."""

    __tablename__ = "usage"

    bucket: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[int] = mapped_column(primary_key=True)
    """Days since 1970 in UTC."""
    calls: Mapped[int]
