"""The house that faults come to."""

import asyncio

import pytest

from gateway.origin.demo.credentials import prepare_demo
from tests.faults.loops import Loop
from tests.faults.rig import House, url_of


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, object]]:
    """Run on a loop for which a busy machine is none of its time."""
    return "asyncio", {"loop_factory": Loop}


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Return an origin with the embedded catalog and the demo's subscribers."""
    folder = tmp_path_factory.mktemp("faults")
    file = folder / "origin.sqlite3"
    return House(file, asyncio.run(prepare_demo(url_of(file), folder)))
