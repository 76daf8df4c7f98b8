"""What a database knows of how frequent things are in the catalog."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_ANALYZE: Final = text("ANALYZE title, person, credit, title_genre, availability")


async def refresh(session: AsyncSession) -> None:
    """Let the database look at a catalog that has changed a lot, where its plans depend on that.

    PostgreSQL does so by itself after a while, unless it is told not to; until then searches of a large
    catalog would take many times as long. SQLite is told in each query what it needs to know.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(_ANALYZE)
