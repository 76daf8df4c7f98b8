"""The services that tests use where they are found.

``python -m tests.services`` tells which are, and fails when one is missing. Where CI_DEMANDS_SERVICES is set
a missing one fails the tests that need it; elsewhere they are skipped.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import asyncpg  # type: ignore[import-untyped]  # It comes without types.
import pytest
from redis import Redis
from redis.exceptions import RedisError

POSTGRESQL: Final = os.environ.get("TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")
"""A server that is the tests' own to make databases on."""

REDIS: Final = os.environ.get("TEST_REDIS", "redis://127.0.0.1:6379/15")
"""A database of a server that is the tests' own."""

_OLDEST: Final = 15
_ABOUT: Final = """
    SELECT current_setting('server_version_num')::int / 10000, rolsuper
    FROM pg_roles WHERE rolname = current_user
"""
_IS_DEMANDED: Final = os.environ.get("CI_DEMANDS_SERVICES", "") not in ("", "0")


def require_postgresql() -> None:
    """Skip the test where there is no PostgreSQL, or fail it where there must be."""
    _require(missing_postgresql())


def require_redis() -> None:
    """Skip the test where there is no Redis, or fail it where there must be."""
    _require(missing_redis())


def _require(reason: str | None) -> None:
    if reason is not None and _IS_DEMANDED:
        pytest.fail(f"CI_DEMANDS_SERVICES is set, but {reason}")
    if reason is not None:
        pytest.skip(reason)


@cache
def missing_postgresql() -> str | None:
    """Return why PostgreSQL cannot be used; None when it can."""
    try:
        version, is_super = asyncio.run(ask_postgresql(POSTGRESQL, _ABOUT))[0]
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        return f"PostgreSQL is not found ({type(error).__name__}; TEST_POSTGRESQL may name another)"
    if version < _OLDEST:
        return f"PostgreSQL is {version}, older than {_OLDEST}"
    return None if is_super else "PostgreSQL does not take this user for its master"


@cache
def missing_redis() -> str | None:
    """Return why Redis cannot be used; None when it can."""
    try:
        with Redis.from_url(REDIS, socket_connect_timeout=5) as redis:
            redis.get("anything")
    except (OSError, RedisError) as error:
        return f"Redis is not found ({type(error).__name__}; TEST_REDIS may name another)"
    return None


async def ask_postgresql(address: str, statement: str) -> Sequence[Sequence[Any]]:
    """Execute *statement* by itself; return the rows."""
    connection = await asyncpg.connect(address, timeout=5)
    try:
        rows: Sequence[Sequence[Any]] = await connection.fetch(statement)
    finally:
        await connection.close()
    return rows


def main() -> None:
    """Tell what is found."""
    missing = list(filter(None, (missing_postgresql(), missing_redis())))
    print("\n".join(missing) or "PostgreSQL and Redis are found.")  # noqa: T201 - a command
    sys.exit(bool(missing))


if __name__ == "__main__":
    main()
