"""Large catalogs cost little more than small ones."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.services import require_postgresql

BENCH = Path(__file__).parents[3] / "bench" / "scale.py"


@pytest.mark.verify
@pytest.mark.parametrize("name", ["sqlite", "postgresql"])
def test_the_bounds_hold(name: str) -> None:
    """Searches, queue writes and the memory of an export stay within their bounds at 100,000 titles."""
    if name == "postgresql":
        require_postgresql()
    measured = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, str(BENCH), "--databases", name], capture_output=True, text=True, check=False
    )

    assert measured.returncode == 0, measured.stdout + measured.stderr
