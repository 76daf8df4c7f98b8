"""Alembic's entry: it works on the connection it is handed, inside the transaction of its caller.

SQLite rolls tables back like rows once ``BEGIN`` is ours, so an upgrade happens whole or not at all.
"""

from alembic import context

from gateway.origin.accounts import Subscriber

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Subscriber.metadata,
)
with context.begin_transaction():
    context.run_migrations()
