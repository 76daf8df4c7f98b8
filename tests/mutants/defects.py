"""The defects that ``make mutants`` plants, as the tables beside this file tell them."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]
"""Of the sources."""

_TABLES: Final = ("gateway.toml", "origin.toml")


class Stale(Exception):
    """The sources have changed, so that a defect can no longer be planted; says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """A mistake that somebody could make one day, and the tests that must notice it."""

    name: str
    """What is wrong once it is there."""
    row: str
    """The threat (T) or the row of faults (U, D, B, W, Q, H) that it stands for."""
    file: str
    """Where it is, from the root of the sources."""
    old: str
    """What stands there now, exactly once."""
    new: str
    tests: Sequence[str]
    """What pytest calls them, without their parameters."""

    def plant(self, root: Path) -> None:
        """Put the defect into the sources below *root*; raise ``Stale`` where it does not fit."""
        file = root / self.file
        text = file.read_text() if file.is_file() else ""
        if text.count(self.old) != 1:
            raise Stale(f"{self.name}: its old text is {text.count(self.old)} times in {self.file}.")
        file.write_text(text.replace(self.old, self.new))


def read() -> list[Defect]:
    """Return all defects."""
    tables = (tomllib.loads((HERE / name).read_text()) for name in _TABLES)
    return [Defect(**row) for table in tables for row in table["defect"]]
