"""Secrets are in no log line, no answer and no store, whatever goes wrong."""

import logging
from typing import Final

import pytest
from redis.asyncio import Redis

from gateway.telemetry.logs import TALKATIVE
from tests.faults.cells import all_cells
from tests.faults.operations import OPERATIONS
from tests.faults.rig import House
from tests.faults.test_matrix import judge, shuffled

pytestmark = pytest.mark.anyio

CELLS: Final = 100


def _secrets(house: House) -> list[str]:
    """Return the consumer's secret, and everybody's token with its secret."""
    people = house.credentials.subscribers
    tokens = [text for each in people for text in (each.token, each.secret)]
    return [house.credentials.consumer.secret, *tokens]


async def test_no_secret_is_said(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """Over a hundred faults, with all logged that the gateway ever lets be logged, before it is redacted."""
    for name in TALKATIVE:
        caplog.set_level(logging.WARNING, logger=name)
    caplog.set_level(logging.DEBUG)  # The last level is that of what listens, too.
    logging.getLogger("gateway").debug("Everything is heard.")

    verdicts = await judge(house, shuffled(all_cells()), CELLS)

    lines = [record.getMessage() for record in caplog.records]
    answers = [verdict.answer for verdict in verdicts.values()]
    assert "Everything is heard." in lines
    assert {record.levelname for record in caplog.records} >= {"WARNING", "ERROR"}
    assert sum("errors" in answer for answer in answers) > CELLS / 4
    said = "\n".join([*lines, *answers])
    assert [secret for secret in _secrets(house) if secret in said] == []


async def test_no_secret_is_kept_for_all_nodes(house: House, redis_url: str) -> None:
    """What is in Redis after every operation holds no secret, neither in names nor in values."""
    async with house.rig(redis_url=redis_url, origin_timeout=30, operation_timeout=60) as rig:
        replies = [await rig.ask(operation) for operation in OPERATIONS]
    assert [reply.errors for reply in replies] == [[]] * len(OPERATIONS)

    async with Redis.from_url(redis_url) as redis:
        names = [key async for key in redis.scan_iter(count=1000)]
        texts = [key for key in names if await redis.type(key) == b"string"]
        values = [str(await redis.get(key)) for key in texts]
    held = "\n".join([*map(str, names), *values])
    assert texts, "nothing was kept"
    assert [secret for secret in _secrets(house) if secret in held] == []
