"""What every test may use."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import netflix_table as invented


@pytest.fixture(scope="session")
def netflix_table() -> Callable[..., Path]:
    """Return what writes an invented table of titles: ``netflix_table(path, rows, seed=1)``."""
    return invented.write
