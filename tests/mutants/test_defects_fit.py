"""The defects of ``make mutants`` fit the sources, so that the table does not rot."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.mutants import defects, trial
from tests.mutants.defects import ROOT, Defect, Stale
from tests.mutants.trial import Run, Verdict

DEFECTS: Final = defects.read()


def test_there_are_many_defects() -> None:
    """Each has a name of its own."""
    assert len({defect.name for defect in DEFECTS}) == len(DEFECTS) >= 40


def test_every_defect_can_be_planted(tmp_path: Path) -> None:
    """The old text of each stands in its file once, and with the new one every name is still known."""
    assert [problem for each in DEFECTS if (problem := _problem(each, tmp_path / each.name))] == []

    # Or a test would fail for the wrong reason.
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "E9,F821", str(tmp_path)]
    checked = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own
    assert checked.stdout == "All checks passed!\n"


def _problem(defect: Defect, folder: Path) -> str | None:
    """Plant *defect* in a copy of its file below *folder*; return what keeps it from being one."""
    file = folder / defect.file
    file.parent.mkdir(parents=True)
    shutil.copyfile(ROOT / defect.file, file)
    try:
        defect.plant(folder)
    except Stale as error:
        return str(error)
    return None if file.read_bytes() != (ROOT / defect.file).read_bytes() else f"{defect.name}: no change."


def test_every_defect_has_tests_that_are_there() -> None:
    """By what pytest calls them, but for their parameters."""
    missing = [test for defect in DEFECTS for test in defect.tests if not _is_there(test)]

    assert all(defect.tests for defect in DEFECTS)
    assert missing == []


def _is_there(test: str) -> bool:
    path, _, name = test.partition("::")
    file = ROOT / path
    return (
        file.is_file() and re.search(rf"^(async )?def {name}\(", file.read_text(), re.MULTILINE) is not None
    )


def test_a_defect_that_does_not_fit_is_told(tmp_path: Path) -> None:
    """What stands there twice, or not at all, is not planted."""
    (tmp_path / "a.py").write_text("x = 1\nx = 1\n")

    for old in ("x = 1", "x = 2"):
        with pytest.raises(Stale):
            Defect(name="n", row="T1", file="a.py", old=old, new="", tests=()).plant(tmp_path)
    assert (tmp_path / "a.py").read_text() == "x = 1\nx = 1\n"


@pytest.mark.parametrize(
    ("status", "output", "verdict"),
    [
        (1, "FAILED tests/a.py::test_b[1] - assert 1 == 2", Verdict.NOTICED),
        (1, "FAILED tests/a.py::test_b", Verdict.NOTICED),
        (0, "1 passed", Verdict.SURVIVED),
        (1, "ERROR tests/a.py::test_b - OSError", Verdict.UNTRIED),
        (2, "ERROR tests/a.py - ImportError", Verdict.UNTRIED),
        (4, "ERROR: not found: tests/a.py::test_b", Verdict.UNTRIED),
        (5, "no tests ran", Verdict.UNTRIED),
        (None, "", Verdict.UNTRIED),
    ],
)
def test_only_a_test_that_fails_has_noticed_something(
    status: int | None, output: str, verdict: Verdict
) -> None:
    """Neither what a test needs, nor a file that cannot be imported, nor a run that was given up has."""
    assert Run(status, output, 0.0).verdict is verdict


def test_what_is_copied_is_what_is_tested(tmp_path: Path) -> None:
    """The tests of a copy import the copy, though these sources are installed."""
    copy = tmp_path / "copy"
    for package in ("gateway", "tests/mutants"):
        (copy / package).mkdir(parents=True)
    (copy / "gateway/__init__.py").touch()
    (copy / "tests/mutants/trial.py").touch()

    trial.check_imports(copy)
    with pytest.raises(RuntimeError, match="is imported"):
        trial.check_imports(tmp_path)
