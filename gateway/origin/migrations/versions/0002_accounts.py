"""Subscribers, their tokens and what is theirs; what the index tells of titles."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_QUEUE = sa.Enum("disc", "instant", name="queuekind", native_enum=False, length=16)
_RENTAL = sa.Enum("shipped", "returned", "watched", name="rentalstate", native_enum=False, length=16)
_ENTRY = sa.Enum("available", "saved", name="entrystate", native_enum=False, length=16)


def upgrade() -> None:
    op.add_column("consumer", sa.Column("callback", sa.String(), nullable=True))
    op.add_column("consumer", sa.Column("calls_per_second", sa.Integer(), nullable=True))
    op.add_column("consumer", sa.Column("calls_per_day", sa.Integer(), nullable=True))
    op.add_column(
        "consumer", sa.Column("sees_external_ids", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    _create_subscriber()
    _create_usage()
    _create_write_nonce()
    _create_access_token()
    _create_external_id()
    _create_picture()
    _create_preferred_format()
    _create_queue()
    _create_rating()
    _create_rental()
    _create_request_token()
    _create_review()
    _create_feed_token()
    _create_queue_entry()


def downgrade() -> None:
    for table in (
        "queue_entry",
        "feed_token",
        "review",
        "request_token",
        "rental",
        "rating",
        "queue",
        "preferred_format",
        "picture",
        "external_id",
        "access_token",
        "write_nonce",
        "usage",
        "subscriber",
    ):
        op.drop_table(table)
    with op.batch_alter_table("consumer") as consumer:
        for column in ("callback", "calls_per_second", "calls_per_day", "sees_external_ids"):
            consumer.drop_column(column)


def _create_subscriber() -> None:
    op.create_table(
        "subscriber",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("first_name", sa.String(), nullable=False),
        sa.Column("last_name", sa.String(), nullable=False),
        sa.Column("nickname", sa.String(), nullable=True),
        sa.Column("can_instant_watch", sa.Boolean(), nullable=False),
        sa.Column("max_maturity_level", sa.Integer(), nullable=False),
        sa.Column("discs_at_home", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("login"),
    )


def _create_usage() -> None:
    op.create_table(
        "usage",
        sa.Column("bucket", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", "day"),
    )


def _create_write_nonce() -> None:
    op.create_table(
        "write_nonce",
        sa.Column("consumer_key", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("timestamp", sa.BigInteger(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("consumer_key", "token", "timestamp", "nonce"),
    )
    op.create_index("ix_write_nonce_timestamp", "write_nonce", ["timestamp"], unique=False)


def _create_access_token() -> None:
    op.create_table(
        "access_token",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("consumer_key", sa.String(), nullable=False),
        sa.Column("subscriber_id", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("revoked", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["consumer_key"], ["consumer.key"]),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscriber.id"]),
        sa.PrimaryKeyConstraint("token"),
    )
    op.create_index("ix_access_token_subscriber", "access_token", ["subscriber_id"], unique=False)


def _create_external_id() -> None:
    op.create_table(
        "external_id",
        sa.Column("title_id", sa.Integer(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["title_id"], ["title.id"]),
        sa.PrimaryKeyConstraint("title_id", "system", "value"),
    )


def _create_picture() -> None:
    op.create_table(
        "picture",
        sa.Column("title_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["title_id"], ["title.id"]),
        sa.PrimaryKeyConstraint("title_id"),
    )


def _create_preferred_format() -> None:
    op.create_table(
        "preferred_format",
        sa.Column("subscriber_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscriber.id"]),
        sa.PrimaryKeyConstraint("subscriber_id", "position"),
    )


def _create_queue() -> None:
    op.create_table(
        "queue",
        sa.Column("subscriber_id", sa.String(), nullable=False),
        sa.Column("kind", _QUEUE, nullable=False),
        sa.Column("etag", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscriber.id"]),
        sa.PrimaryKeyConstraint("subscriber_id", "kind"),
    )


def _create_rating() -> None:
    op.create_table(
        "rating",
        sa.Column("subscriber_id", sa.String(), nullable=False),
        sa.Column("title_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=True),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscriber.id"]),
        sa.ForeignKeyConstraint(["title_id"], ["title.id"]),
        sa.PrimaryKeyConstraint("subscriber_id", "title_id"),
    )
    op.create_index("ix_rating_title", "rating", ["title_id"], unique=False)


def _create_rental() -> None:
    op.create_table(
        "rental",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.String(), nullable=False),
        sa.Column("title_id", sa.Integer(), nullable=False),
        sa.Column("state", _RENTAL, nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("shipped", sa.BigInteger(), nullable=True),
        sa.Column("estimated_arrival", sa.BigInteger(), nullable=True),
        sa.Column("returned", sa.BigInteger(), nullable=True),
        sa.Column("watched", sa.BigInteger(), nullable=True),
        sa.Column("viewed_seconds", sa.Integer(), nullable=True),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscriber.id"]),
        sa.ForeignKeyConstraint(["title_id"], ["title.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_rental_subscriber", "rental", ["subscriber_id", "state", "updated"], unique=False)


def _create_request_token() -> None:
    op.create_table(
        "request_token",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("consumer_key", sa.String(), nullable=False),
        sa.Column("callback", sa.String(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("subscriber_id", sa.String(), nullable=True),
        sa.Column("verifier", sa.String(), nullable=True),
        sa.Column("wrong_tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["consumer_key"], ["consumer.key"]),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscriber.id"]),
        sa.PrimaryKeyConstraint("token"),
    )


def _create_review() -> None:
    op.create_table(
        "review",
        sa.Column("subscriber_id", sa.String(), nullable=False),
        sa.Column("title_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscriber.id"]),
        sa.ForeignKeyConstraint(["title_id"], ["title.id"]),
        sa.PrimaryKeyConstraint("subscriber_id", "title_id"),
    )


def _create_feed_token() -> None:
    op.create_table(
        "feed_token",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("access_token", sa.String(), nullable=False),
        sa.Column("resource", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["access_token"], ["access_token.token"]),
        sa.PrimaryKeyConstraint("token"),
        sa.UniqueConstraint("access_token", "resource"),
    )


def _create_queue_entry() -> None:
    op.create_table(
        "queue_entry",
        sa.Column("subscriber_id", sa.String(), nullable=False),
        sa.Column("kind", _QUEUE, nullable=False),
        sa.Column("title_id", sa.Integer(), nullable=False),
        sa.Column("state", _ENTRY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["subscriber_id", "kind"], ["queue.subscriber_id", "queue.kind"]),
        sa.ForeignKeyConstraint(["title_id"], ["title.id"]),
        sa.PrimaryKeyConstraint("subscriber_id", "kind", "title_id"),
    )
    op.create_index(
        "ix_queue_entry_place", "queue_entry", ["subscriber_id", "kind", "state", "position"], unique=False
    )
