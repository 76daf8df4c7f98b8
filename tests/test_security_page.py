"""The page about threats: none is forgotten, and every test that it names is there."""

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = (ROOT / "docs" / "security.md").read_text()
WANTED: Final = [
    *(f"T{number}" for number in range(1, 36)),
    *(f"Q{number}" for number in range(1, 23)),
    *(f"H{number}" for number in range(1, 19)),
]


def _rows() -> dict[str, list[str]]:
    """Return the tests of each row."""
    lines = re.findall(r"^\| ([TQH][0-9]+) \|.*\| ([^|]*) \|$", PAGE, re.MULTILINE)
    return {name: re.findall(r"`([^`]*)`", tests) for name, tests in lines}


def _unshown() -> list[str]:
    return re.findall(r"^\| ([TQH][0-9]+) \|.*\| no test yet \|$", PAGE, re.MULTILINE)


def test_each_threat_and_each_bad_request_has_its_tests() -> None:
    """In their order, each once; what none shows yet is said to be so."""
    assert list(_rows()) == WANTED
    assert [name for name, tests in _rows().items() if not tests] == _unshown()


def test_each_risk_of_owasp_is_a_threat_here() -> None:
    """All ten, and no threat is left out of them."""
    risks = re.findall(r"^\| API([0-9]+) \|.*\| ([T0-9 ]+) \|$", PAGE, re.MULTILINE)
    named = {threat for _, threats in risks for threat in threats.split()}

    assert [int(number) for number, _ in risks] == list(range(1, 11))
    assert named == {name for name in WANTED if name.startswith("T")}


def test_the_tests_are_there() -> None:
    """A test that is moved or taken away is missed here."""
    named = {test for tests in _rows().values() for test in tests}

    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []
