"""Runs the tests of a copy of the sources, and judges what came of it."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from tests.mutants.defects import Defect

LONGEST: Final = 120.0
"""Seconds that the tests of one defect may take; a test that hangs has noticed nothing."""

_LEFT_OUT: Final = shutil.ignore_patterns(
    ".git", ".venv", "node_modules", ".*_cache", ".hypothesis", "secrets", "*.sqlite3*"
)
_FAILED: Final = re.compile(r"^FAILED ([^\s\[]+::[^\s\[]+)", re.MULTILINE)
"""A line of pytest's summary, up to the parameters of the test."""


class Verdict(StrEnum):
    """What the tests made of a defect."""

    NOTICED = "noticed"
    SURVIVED = "SURVIVED"
    UNTRIED = "UNTRIED"
    """The tests did not run to an end, or were not even found."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run of pytest: its exit code, None where it was given up, what it printed, and its seconds."""

    status: int | None
    output: str
    seconds: float

    @property
    def verdict(self) -> Verdict:
        """Return what the run says of a defect: only a test that failed has noticed it."""
        if self.status == 0:
            return Verdict.SURVIVED
        return Verdict.NOTICED if self.status == 1 and self.noticed_by else Verdict.UNTRIED

    @property
    def noticed_by(self) -> str:
        """Return the test that failed; nothing if none did."""
        found = _FAILED.search(self.output)
        return found[1] if found else ""


def copy_sources(source: Path, target: Path) -> Path:
    """Copy the sources, with what Python has compiled of them, and without what belongs to one machine."""
    return shutil.copytree(source, target, ignore=_LEFT_OUT)


def check_imports(copy: Path) -> None:
    """Make sure that the tests of *copy* test *copy*, and not what is installed."""
    program = (
        "import gateway, tests.mutants.trial as trial; print(gateway.__file__, trial.__file__, sep='\\n')"
    )
    told = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program],
        cwd="/",
        env=_environment(copy),
        check=True,
        capture_output=True,
        text=True,
    )
    for file in told.stdout.splitlines():
        if not Path(file).is_relative_to(copy):
            raise RuntimeError(f"{file} is imported, which is not in {copy}.")


def run_tests(copy: Path, tests: Iterable[str], *options: str, longest: float = LONGEST) -> Run:
    """Run *tests* of *copy*, until one fails."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-rf", "--tb=short", "-p", "no:cacheprovider"]
    began = time.monotonic()
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            [*command, *options, *tests],
            cwd=copy,
            env=_environment(copy),
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=longest,
        )
    except subprocess.TimeoutExpired:
        return Run(None, f"They were given up after {longest:.0f} seconds.", time.monotonic() - began)
    return Run(done.returncode, done.stdout, time.monotonic() - began)


def try_defect(defect: Defect, clean: Path, copy: Path) -> Run:
    """Plant *defect* in a new *copy* of *clean*, and run the tests that must notice it."""
    copy_sources(clean, copy)
    try:
        defect.plant(copy)
        return run_tests(copy, defect.tests)
    finally:
        shutil.rmtree(copy)


def _environment(copy: Path) -> dict[str, str]:
    """Return the environment in which *copy* goes before what is installed, for every process."""
    return {**os.environ, "PYTHONPATH": str(copy)}
