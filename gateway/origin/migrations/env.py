"""Alembic's entry: it works on the connection it is handed, inside the transaction of its caller.

Tables are rolled back like rows (in SQLite once ``BEGIN`` is ours): an upgrade is whole or nothing.
"""

from alembic import context

from gateway.origin.accounts import Subscriber
from gateway.origin.migrations.collation import order_by_code_point

_connection = context.config.attributes["connection"]

context.configure(connection=_connection, target_metadata=Subscriber.metadata)
with context.begin_transaction():
    context.run_migrations()
    if _connection.dialect.name == "postgresql":
        order_by_code_point(_connection)
