"""The house that faults come to."""

import asyncio
from pathlib import Path

import pytest

from gateway.origin.demo.credentials import prepare_demo
from tests.faults.rig import House


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Return an origin with the embedded catalog and the demo's subscribers."""
    folder: Path = tmp_path_factory.mktemp("faults")
    url = f"sqlite+aiosqlite:///{folder / 'origin.sqlite3'}"
    return House(url, asyncio.run(prepare_demo(url, folder)))
