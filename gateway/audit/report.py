"""What audits found, for people as a table and for programs as JSON."""

from collections import Counter
from collections.abc import Sequence

import orjson
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gateway.audit.run import Outcome, Result

_COLOURS = {Outcome.PASSED: "green", Outcome.FAILED: "red", Outcome.SKIPPED: "yellow"}


def show(results: Sequence[Result], console: Console) -> None:
    """Print a row for each result, and a line of counts last."""
    table = Table("audit", "level", "§", "sentence", "outcome", "why", expand=True)
    for result in results:
        colour = _COLOURS[result.outcome]
        table.add_row(
            result.audit.id,
            result.audit.level,
            result.audit.section,
            escape(result.audit.title),
            f"[{colour}]{result.outcome}[/]",
            escape(_printable(result.reason)),
        )
    console.print(table)
    console.print(counts(results))


def counts(results: Sequence[Result]) -> str:
    """Return the line of counts."""
    found = Counter(result.outcome for result in results)
    return ", ".join(f"{found[outcome]} {outcome}" for outcome in Outcome)


def as_json(results: Sequence[Result]) -> str:
    """Return the results as a JSON document."""
    rows = [
        {
            "id": result.audit.id,
            "level": result.audit.level,
            "section": result.audit.section,
            "title": result.audit.title,
            "kind": result.audit.kind,
            "outcome": result.outcome,
            "reason": result.reason,
        }
        for result in results
    ]
    return orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode()


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)
