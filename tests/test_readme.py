"""What the README says is so."""

import re
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Final

import typer

from gateway.cli.commands import app
from gateway.edge.errors import CODES
from gateway.edge.limits import Limits
from gateway.edge.persisted.resolving import NOT_FOUND, NOT_SUPPORTED, UNTRUSTED
from gateway.settings import Settings

ROOT: Final = Path(__file__).parents[1]
README: Final = (ROOT / "README.md").read_text()
TOLD: Final = README + "".join(path.read_text() for path in sorted((ROOT / "docs").glob("*.md")))
"""The README, and what it sends readers on to."""

_ROW: Final = re.compile(
    r"^\|(?: [^|]* \|)*? `((?:GATEWAY|ORIGIN)_\w+|PORT)` \|(?: ([^|]*) \|)?", re.MULTILINE
)
"""A row of a table with a setting, at its beginning with the default behind it, or at its end."""


def test_every_setting_is_told_once() -> None:
    """Each variable that a program reads has one row in one table; nothing else is told as if it had."""
    read: set[str] = set()

    class Recorded(dict[str, str]):
        def __missing__(self, name: str) -> str:
            read.add(name)
            raise KeyError(name)

        def __contains__(self, name: object) -> bool:
            read.add(str(name))
            return super().__contains__(name)

        def __getitem__(self, name: str) -> str:
            read.add(name)
            return super().__getitem__(name)

    Settings.from_environ(
        Recorded(GATEWAY_ORIGIN_URL="http://o.test", GATEWAY_CONSUMER_KEY="k", GATEWAY_CONSUMER_SECRET="s")
    )
    rows = [match[0] for match in _ROW.findall(TOLD)]

    settings = {name for name in read if not name.endswith("_FILE")} | _options()
    assert sorted(rows) == sorted(settings - {"GATEWAY_HOME"})  # It is told in the text.
    assert set(re.findall(r"\bGATEWAY_\w+", TOLD)) <= read | {"GATEWAY_HOME", "GATEWAY_MAX_"}


def _options() -> set[str]:
    """Return the variables that options of commands are read from."""

    def walk(command: Any) -> Iterator[str]:  # noqa: ANN401 - typer's own copy of click, or click's
        for option in command.params:
            yield from [option.envvar] if isinstance(option.envvar, str) else option.envvar or ()
        for below in getattr(command, "commands", {}).values():
            yield from walk(below)

    return set(walk(typer.main.get_command(app)))


def test_defaults_are_what_they_are_told_to_be() -> None:
    """Each number, and each yes or no, that a table gives is the one that holds."""
    settings = Settings(origin_url="http://o.test", consumer_key="k", consumer_secret="s")
    held = {f"GATEWAY_{each.name.upper()}": getattr(settings, each.name) for each in fields(settings)}
    told = {name: default.partition(" (")[0] for name, default in _ROW.findall(README) if name in held}
    numbers = {
        name: value
        for name, value in held.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }

    assert {name: float(told[name]) for name in numbers if told.get(name)} == numbers
    flags = {name: str(value).lower() for name, value in held.items() if isinstance(value, bool)}
    assert {name: told[name] for name in flags} == flags


def test_limits_are_what_they_are_told_to_be() -> None:
    """Each limit of a request stands with its number in the table of them."""
    rows = re.findall(r"\| (\d+) \| `GATEWAY_MAX_(\w+)` \|", (ROOT / "docs" / "limits.md").read_text())

    assert {name.lower(): int(number) for number, name in rows} == asdict(Limits())


def test_links_lead_somewhere() -> None:
    """Each file and each heading that a page links to is there."""
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)]+)\)", page.read_text()):
            name, _, heading = target.partition("#")
            led_to = page.parent / name if name else page
            assert "://" in target or led_to.exists(), (page.name, target)
            assert "://" in target or not heading or heading in _headings(led_to), (page.name, target)


def _headings(page: Path) -> set[str]:
    found = re.findall(r"^##+ (.*)$", page.read_text(), re.MULTILINE)
    return {heading.lower().replace(" ", "-") for heading in found}


def test_readme_names_every_command_that_make_has() -> None:
    """Each target that the README tells of is there."""
    makefile = (Path(__file__).parents[1] / "Makefile").read_text()
    told = set(re.findall(r"`?make (\w+)`?", TOLD)) - {"is"}

    assert told == {"demo", "test", "coverage", "check", "bench", "verify", "mutants", "explorer", "schema"}
    assert {target for target in told if f"\n{target}:" not in makefile} == set()


def test_readme_names_every_code() -> None:
    """Each code that an error may carry stands in the README."""
    codes = {*CODES.values(), NOT_FOUND, NOT_SUPPORTED, UNTRUSTED}

    assert {code for code in codes if f"`{code}`" not in README} == set()


def test_readme_names_only_commands_that_exist() -> None:
    """Each command line of the README is one that the program knows."""
    known = {
        command.name or command.callback.__name__ for command in app.registered_commands if command.callback
    }
    known |= {group.name for group in app.registered_groups if group.name}

    told = set(re.findall(r"(?:\.venv/bin/|`)gateway ([a-z]+)", TOLD))

    assert told <= known
    assert {"serve", "origin"} <= told
