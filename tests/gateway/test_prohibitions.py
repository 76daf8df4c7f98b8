"""What the code of the gateway must not do, whatever it is for: found by reading it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import gateway

ROOT: Final = Path(gateway.__file__).parent
UNSAFE: Final = {"pickle", "shelve", "marshal", "dill", "jsonpickle", "cloudpickle"}
"""What executes whatever a store holds."""
AMBIENT: Final = {"edge/request_id.py", "upstream/transport.py"}
"""Where something goes along with a task unsaid: the name of a request, and the address of one being sent."""


@cache
def _modules() -> list[tuple[str, ast.Module]]:
    files = {file.relative_to(ROOT).as_posix(): file for file in ROOT.rglob("*.py")}
    ours = (name for name in sorted(files) if not name.startswith(("origin/", "audit/", "explorer/")))
    return [(name, ast.parse(files[name].read_text())) for name in ours]


def _names(module: ast.Module) -> Iterator[str]:
    """Return what *module* imports, by its whole name."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{each.name}" for each in node.names)


def test_nothing_that_is_kept_is_executed() -> None:
    """What comes out of a store is JSON, sealed or not, and never code (T30)."""
    found = [
        name for name, module in _modules() if any(each.split(".")[0] in UNSAFE for each in _names(module))
    ]

    assert found == []


def test_who_asks_is_an_argument() -> None:
    """Nothing is known of a caller but what is handed down: no batch can take one for another (T1)."""
    found = {name for name, module in _modules() if "contextvars.ContextVar" in _names(module)}

    assert found == AMBIENT


def test_loaders_are_made_for_a_request() -> None:
    """One module makes them, in a function; one that lived longer would answer many callers (T1, F6)."""
    found = {
        name: [type(node).__name__ for node in module.body if "DataLoader(" in ast.unparse(node)]
        for name, module in _modules()
        if any("aiodataloader" in each for each in _names(module))
    }

    assert found == {"loaders/loader.py": ["ClassDef"]}
