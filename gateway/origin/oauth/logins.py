"""How a login is written, and who has it."""

import unicodedata
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.accounts import Subscriber

LONGEST_LOGIN: Final = 254


def fold_login(login: str) -> str:
    """Return *login* as it is stored: neither case nor the way an accent is typed makes another one."""
    return unicodedata.normalize("NFC", login.strip()).casefold()


async def find_by_login(session: AsyncSession, login: str) -> Subscriber | None:
    """Return who has this *login*."""
    folded = fold_login(login)
    if not folded.isprintable():
        return None
    found: Subscriber | None = await session.scalar(select(Subscriber).where(Subscriber.login == folded))
    return found
