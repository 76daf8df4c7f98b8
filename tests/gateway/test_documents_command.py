"""``gateway documents check``: what a pipeline is told of a list before it is deployed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli.commands import app


def check(*lists: Path) -> tuple[int, str, str]:
    """Check *lists*; return the exit code, and what was printed on both streams."""
    result = CliRunner().invoke(app, ["documents", "check", *map(str, lists)])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a list may be written."""
    return tmp_path / "list.json"


def test_a_good_list_passes(path: Path) -> None:
    """It says how many documents it has seen."""
    path.write_text(json.dumps({"a": "{ __typename }", "b": "query B { viewer { firstName } }"}))

    assert check(path) == (0, "All 2 documents can be answered.\n", "")


def test_what_would_not_be_answered_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its place, with what is wrong first; the limits are those of the environment."""
    monkeypatch.setenv("GATEWAY_MAX_DEPTH", "2")
    documents = {
        "good": "{ viewer { firstName } }",
        "old": "{ viewer { shoeSize hatSize } }",
        "cut": "{ viewer {",
        "deep": "{ titles { nodes { name { regular } } } }",
    }
    path.write_text(json.dumps(documents))

    code, printed, failed = check(path)

    assert (code, failed) == (1, "Of 4 documents, 3 cannot be answered.\n")
    assert printed.splitlines() == [
        f"{path}: 'old': Cannot query field 'shoeSize' on type 'User'. And 1 more.",
        f"{path}: 'cut': Syntax Error: Expected Name, found <EOF>.",
        f"{path}: 'deep': The depth of an operation may be at most 2, not 4.",
    ]


def test_what_is_no_list_is_said_in_one_sentence(path: Path) -> None:
    """As everything that a user can put right."""
    assert check(path) == (1, "", f"{path} cannot be read: No such file or directory.\n")


def test_a_limit_that_is_none_is_said_too(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list is not looked at under limits that nobody meant."""
    monkeypatch.setenv("GATEWAY_MAX_DEPTH", "0")
    path.write_text("{}")

    assert check(path) == (1, "", "GATEWAY_MAX_DEPTH must be greater than 0, not 0.\n")
