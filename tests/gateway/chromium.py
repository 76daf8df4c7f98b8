"""Debian's Chromium, which reaches nothing but this machine."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import playwright.sync_api as playwright
import pytest

from gateway.edge import explorer

CHROMIUM: Final = Path("/usr/bin/chromium")
ARGUMENTS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@contextmanager
def launched() -> Iterator[playwright.Browser]:
    """Start it; skip where it or the built page is missing, or fail if they are demanded."""
    for needed, how in (
        (CHROMIUM, "apt-get install chromium"),
        (explorer.DIST / "index.html", "make explorer"),
    ):
        if not needed.exists():
            give_up = pytest.fail if os.environ.get("CI_DEMANDS_EXPLORER") == "1" else pytest.skip
            give_up(f"{needed} is missing: {how}")
    # What is waited for comes sooner or later; how soon depends on what else the machine does.
    playwright.expect.set_options(timeout=30_000)
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()
