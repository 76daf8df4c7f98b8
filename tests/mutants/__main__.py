"""Plants one defect at a time in a copy of the sources, and demands that the tests named for it fail.

``make mutants``, or ``python -m tests.mutants WORD…`` for those with one of the words in their name. Ends
with 1 where a defect is not noticed, or cannot be planted.
"""

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.mutants import defects, trial
from tests.mutants.defects import Defect, Stale
from tests.mutants.trial import Run, Verdict

AT_ONCE: Final = 2
"""Defects that are tried at the same time, each in a process of its own."""


def main(words: Sequence[str]) -> int:
    """Try the defects that *words* choose; return 0 if all of them are noticed."""
    chosen = [each for each in defects.read() if not words or any(word in each.name for word in words)]
    with TemporaryDirectory(prefix="mutants-") as folder:
        clean = trial.copy_sources(defects.ROOT, Path(folder) / "clean")
        trial.check_imports(clean)
        tests = sorted({test for each in chosen for test in each.tests})
        untouched = trial.run_tests(clean, tests, "-n", str(AT_ONCE), "--dist", "loadfile", longest=600)
        if untouched.status != 0:
            _say(untouched.output, "Without any defect the tests fail already.")
            return 1
        _say(f"Without any defect all tests pass ({untouched.seconds:.0f} s).")
        with ThreadPoolExecutor(AT_ONCE) as pool:
            copies = (Path(folder) / str(number) for number in range(len(chosen)))
            runs = pool.map(_try, chosen, [clean] * len(chosen), copies)
            noticed = sum(_tell(defect, run) for defect, run in zip(chosen, runs, strict=True))
    _say(f"{noticed} of {len(chosen)} defects are noticed.")
    return int(noticed < len(chosen))


def _try(defect: Defect, clean: Path, copy: Path) -> Run:
    try:
        return trial.try_defect(defect, clean, copy)
    except Stale as error:
        return Run(None, str(error), 0.0)


def _tell(defect: Defect, run: Run) -> bool:
    """Tell what came of *defect*, and whether it was noticed."""
    _say(f"{run.verdict:8}  {run.seconds:5.1f} s  {defect.row:4} {defect.name}  {run.noticed_by}")
    if run.verdict is not Verdict.NOTICED:
        _say(run.output)
    return run.verdict is Verdict.NOTICED


def _say(*lines: str) -> None:
    print(*lines, sep="\n", flush=True)  # noqa: T201 - a command


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
