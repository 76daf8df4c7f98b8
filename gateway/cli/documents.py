"""``gateway documents``: lists of trusted documents, before they are deployed."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.console import console, fail, failing_clearly
from gateway.edge.documents import Documents
from gateway.edge.persisted.trusted import Mode, Trusted, faults
from gateway.schema.query import make_schema
from gateway.settings import limits

app = typer.Typer(help="Lists of trusted documents.", no_args_is_help=True)


@app.command()
def check(
    lists: Annotated[list[Path], typer.Argument(help="Manifests of Apollo, or maps as Relay writes them.")],
) -> None:
    """Check every document of the lists against the graph, and against the limits (GATEWAY_MAX_…).

    Ends with exit code 1 where one would not be answered: so a list can be checked before it is deployed.
    """
    with failing_clearly():
        listed = Trusted.read(Mode.ENFORCE, lists).listed
        documents = Documents(make_schema().core, limits())
    found = asyncio.run(faults(listed, documents))
    for each in found:
        console.print(each)
    if found:
        fail(f"Of {len(listed)} documents, {len(found)} cannot be answered.")
    console.print(f"All {len(listed)} documents can be answered.")
