"""The command ``gateway``: parses arguments and calls functions."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from gateway.app import create_app
from gateway.demo import DemoFailed, Server, Supervisor
from gateway.origin.app import create_app as create_origin
from gateway.origin.catalog.netflix_titles import CatalogFileUnusable, ImportReport, import_titles
from gateway.origin.database import Database, DatabaseUnusable
from gateway.origin.settings import OriginSettings, compat_names
from gateway.origin.start import Consumer, prepare, sqlite_url
from gateway.schema.query import make_schema
from gateway.serving import CannotListen, bind, check_free, serve
from gateway.settings import Settings, WrongSetting, home

FIRST_QUERY = '{ titles(search: "love", first: 5) { nodes { name { regular } releaseYear cast { name } } } }'

app = typer.Typer(
    name="gateway",
    help="One GraphQL graph over the REST API that Netflix had from 2008 to 2014, and that API itself.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
origin_app = typer.Typer(
    help="The REST API again, over a database of its own: serve it, and fill its catalog.",
    no_args_is_help=True,
)
import_app = typer.Typer(help="Add titles to the origin's catalog.", no_args_is_help=True)
app.add_typer(origin_app, name="origin")
origin_app.add_typer(import_app, name="import")

console = Console(highlight=False, soft_wrap=True)

_Host = Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for every network.")]
_Port = Annotated[int, typer.Option(envvar="PORT", min=1, max=65535, help="The port of the gateway.")]
_OriginPort = Annotated[
    int, typer.Option(envvar="ORIGIN_PORT", min=1, max=65535, help="The port of the origin.")
]
_Database = Annotated[
    str | None,
    typer.Option(
        envvar="ORIGIN_DATABASE",
        help="The database, as sqlite+aiosqlite:////var/lib/titles.db. By default a file in GATEWAY_HOME.",
        show_default=False,
    ),
]


@app.command()
def demo(port: _Port = 8000, origin_port: _OriginPort = 8001) -> None:
    """Start the origin on its embedded catalog and the gateway in front of it, until Ctrl-C.

    Everything is kept below GATEWAY_HOME, by default your user data folder.
    """
    with _failing_clearly():
        check_free("127.0.0.1", port, setting="PORT")
        check_free("127.0.0.1", origin_port, setting="ORIGIN_PORT")
        url = sqlite_url(home())
        console.print("Preparing the origin's database…")
        consumer = asyncio.run(prepare(url))
        supervisor = Supervisor(_demo_servers(url, consumer, port=port, origin_port=origin_port))
        try:
            supervisor.start()
            if not supervisor.is_stopping:
                console.print(_demo_text(consumer, port=port, origin_port=origin_port))
            supervisor.watch()
        finally:
            supervisor.stop()
            console.print("Stopped.")


@app.command("serve")
def serve_gateway(host: _Host = "127.0.0.1", port: _Port = 8000) -> None:
    """Serve the graph over any origin of this API.

    Needs GATEWAY_ORIGIN_URL, GATEWAY_CONSUMER_KEY and GATEWAY_CONSUMER_SECRET. May be told
    GATEWAY_ORIGIN_TIMEOUT (5 s an upstream request), GATEWAY_OPERATION_TIMEOUT (10 s an operation),
    GATEWAY_BULK_LIMIT (200 entries a bulk request) and GATEWAY_BULK_BYTES (4,000,000 bytes an answer).
    """
    with _failing_clearly():
        settings = Settings.from_environ()
        listening = bind(host, port, setting="PORT")
        console.print(f"The graph is at http://{host}:{port}/graphql, over {settings.origin_url}.")
        serve(create_app(settings), listening)


@app.command()
def schema() -> None:
    """Print the graph's schema as GraphQL text."""
    sys.stdout.write(make_schema().as_str() + "\n")


@origin_app.command("serve")
def serve_origin(
    host: _Host = "127.0.0.1",
    port: _OriginPort = 8001,
    database: _Database = None,
    public_url: Annotated[
        str | None,
        typer.Option(
            envvar="ORIGIN_PUBLIC_URL",
            help="What every address in a document begins with. By default where it listens.",
            show_default=False,
        ),
    ] = None,
    compat: Annotated[
        list[str] | None,
        typer.Option(help="A leniency for old clients, by name; `historic` is all of them."),
    ] = None,
) -> None:
    """Serve the REST API. The first start makes the database and fills it with the embedded catalog."""
    with _failing_clearly():
        try:
            settings = OriginSettings(
                public_url=public_url or f"http://{host}:{port}", compat=compat_names(compat or ())
            )
        except ValueError as error:
            _fail(str(error))
        listening = bind(host, port, setting="ORIGIN_PORT")
        url = database or sqlite_url(home())
        consumer = asyncio.run(prepare(url))
        console.print(f"The origin is at {settings.public_url}.")
        console.print(f"Its consumer for trying out: key {consumer.key}, secret {consumer.secret}")
        for name in sorted(settings.compat):
            console.print(f"Lenient by name: {name}.")
        serve(create_origin(Database(url), settings), listening)


@import_app.command("netflix-titles")
def import_netflix_titles(
    file: Annotated[Path, typer.Argument(help="The table as CSV.", exists=True, dir_okay=False)],
    database: _Database = None,
) -> None:
    """Import the public "Netflix titles" table: films, and series with their seasons.

    A title that is there already is not doubled; what it lacks is filled in. All rows are imported, or,
    when something goes wrong on the way, none.
    """
    with _failing_clearly():
        url = database or sqlite_url(home())
        report = asyncio.run(_import(url, file))
        _print_report(report)


async def _import(url: str, file: Path) -> ImportReport:
    await prepare(url)
    database = Database(url)
    try:
        with _progress() as advance:
            return await import_titles(database, file, progress=advance)
    finally:
        await database.close()


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn("Importing"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    terminal = Console(stderr=True)
    with Progress(*columns, console=terminal, disable=not terminal.is_terminal) as progress:
        task = progress.add_task("rows", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _print_report(report: ImportReport) -> None:
    console.print(f"{report.read} rows read: {report.imported} imported, {report.matched} already there.")
    for label, counts in (("Mended", report.mended), ("Skipped", report.skipped)):
        for reason, count in sorted(counts.items()):
            console.print(f"{label}: {count} rows: {reason}")


def _demo_servers(url: str, consumer: Consumer, *, port: int, origin_port: int) -> list[Server]:
    origin_url = f"http://127.0.0.1:{origin_port}"
    origin = Server(
        "origin",
        ["origin", "serve"],
        {"ORIGIN_PORT": str(origin_port), "ORIGIN_DATABASE": url, "ORIGIN_PUBLIC_URL": origin_url},
        f"{origin_url}/catalog/titles",
    )
    gateway = Server(
        "gateway",
        ["serve"],
        {
            "PORT": str(port),
            "GATEWAY_ORIGIN_URL": origin_url,
            "GATEWAY_CONSUMER_KEY": consumer.key,
            "GATEWAY_CONSUMER_SECRET": consumer.secret,
        },
        f"http://127.0.0.1:{port}/health/live",
    )
    return [origin, gateway]


def _demo_text(consumer: Consumer, *, port: int, origin_port: int) -> str:
    return f"""
GraphiQL   http://127.0.0.1:{port}/graphql   (open it in a browser)
REST API   http://127.0.0.1:{origin_port}
           consumer key {consumer.key}, secret {consumer.secret}

A first query:

  curl http://127.0.0.1:{port}/graphql -H 'content-type: application/json' \\
    -d '{{"query": "{FIRST_QUERY.replace('"', chr(92) + '"')}"}}'

Ctrl-C stops both."""


@contextmanager
def _failing_clearly() -> Iterator[None]:
    """Turn what a user can put right into one sentence and exit code 1."""
    try:
        yield
    except (CannotListen, CatalogFileUnusable, DatabaseUnusable, DemoFailed, WrongSetting) as error:
        _fail(str(error))


def _fail(sentence: str) -> NoReturn:
    Console(stderr=True, highlight=False, soft_wrap=True).print(sentence, markup=False)
    raise typer.Exit(1)


def main() -> None:
    """Run the command."""
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    app()
