"""The order of texts on PostgreSQL: by code point, whatever language the server's database was made for.

SQLite orders texts so, and clients page through lists by name. The columns say it, not the queries and not
each migration, so that nobody can forget it.
"""

from typing import Final

from sqlalchemy import Connection, text

_OTHERWISE: Final = text("""
    SELECT c.relname AS "table", a.attname AS "column", format_type(a.atttypid, a.atttypmod) AS "type"
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
        AND a.attnum > 0 AND NOT a.attisdropped
        AND a.attcollation NOT IN (0, 'pg_catalog."C"'::regcollation)
    ORDER BY c.relname, a.attnum
""")
"""The columns of text that are ordered in another way."""


def order_by_code_point(connection: Connection) -> None:
    """Give every column of text the order of its code points."""
    tables: dict[str, list[str]] = {}
    quote = connection.dialect.identifier_preparer.quote
    for row in connection.execute(_OTHERWISE):
        change = f'ALTER COLUMN {quote(row.column)} TYPE {row.type} COLLATE "C"'
        tables.setdefault(row.table, []).append(change)
    for table, changes in tables.items():
        connection.exec_driver_sql(f"ALTER TABLE {quote(table)} {', '.join(changes)}")
