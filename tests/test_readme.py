"""What the README says is so."""

import re
from pathlib import Path

from gateway.cli.commands import app
from gateway.edge.errors import CODES
from gateway.settings import Settings

README = (Path(__file__).parents[1] / "README.md").read_text()


def test_readme_names_every_setting() -> None:
    """Each variable that the gateway reads stands in the README, and no other."""
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

    assert set(re.findall(r"\bGATEWAY_\w+", README)) == read | {"GATEWAY_HOME"}


def test_readme_names_every_command_that_make_has() -> None:
    """Each target that the README tells of is there."""
    makefile = (Path(__file__).parents[1] / "Makefile").read_text()
    told = set(re.findall(r"`?make (\w+)`?", README)) - {"is"}

    assert told == {"demo", "test", "check", "bench", "verify", "explorer", "schema"}
    assert {target for target in told if f"\n{target}:" not in makefile} == set()


def test_readme_names_every_code() -> None:
    """Each code that an error may carry stands in the README."""
    assert {code for code in CODES.values() if f"`{code}`" not in README} == set()


def test_readme_names_only_commands_that_exist() -> None:
    """Each command line of the README is one that the program knows."""
    known = {
        command.name or command.callback.__name__ for command in app.registered_commands if command.callback
    }
    known |= {group.name for group in app.registered_groups if group.name}

    told = set(re.findall(r"(?:\.venv/bin/|`)gateway ([a-z]+)", README))

    assert told <= known
    assert {"serve", "origin"} <= told
