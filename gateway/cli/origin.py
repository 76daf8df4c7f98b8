"""``gateway origin``: the REST API, its catalog, and who may use it."""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final, Protocol

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from gateway.cli.console import Host, OriginPort, console, fail, failing_clearly, warn
from gateway.cli.spelling import misspelt
from gateway.origin.app import create_app
from gateway.origin.catalog.index_file import import_index
from gateway.origin.catalog.netflix_titles import ImportReport, import_titles
from gateway.origin.commands import ConsumerCommands, UserCommands
from gateway.origin.database import Database
from gateway.origin.eras import Era
from gateway.origin.pictures.files import give
from gateway.origin.settings import OriginSettings, compat_names
from gateway.origin.start import prepare, sqlite_url, update
from gateway.protocol import Bounds
from gateway.serving import bind, serve
from gateway.settings import home
from gateway.telemetry.logs import LogFormat, set_up
from gateway.telemetry.redaction import Redaction

app = typer.Typer(
    help="The REST API again, over a database of its own: serve it, fill its catalog, say who may use it.",
    no_args_is_help=True,
)
importing = typer.Typer(help="Add titles to the origin's catalog.", no_args_is_help=True)
app.add_typer(importing, name="import")
app.add_typer(ConsumerCommands(home).app(), name="consumer")
app.add_typer(UserCommands(home).app(), name="user")

_BOUNDS: Final = Bounds(url=131_072)
"""Lists of titles to ask about stand in addresses."""

PICTURES: Final = "pictures"
"""The folder of the pictures that were given, in GATEWAY_HOME."""


class Importer(Protocol):
    """Imports a file, and tells how far it is."""

    async def __call__(
        self, database: Database, file: Path, *, progress: Callable[[int, int], None] | None
    ) -> ImportReport:
        """Return what was done."""


DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        envvar="ORIGIN_DATABASE",
        help="sqlite+aiosqlite:////a/file or postgresql+asyncpg://user:password@host/name; else a file.",
        show_default=False,
    ),
]


@app.command("serve")
def serve_origin(  # noqa: PLR0913, PLR0917  # each is an option of the command line
    host: Host = "127.0.0.1",
    port: OriginPort = 8001,
    database: DatabaseUrl = None,
    public_url: Annotated[
        str | None,
        typer.Option(
            envvar="ORIGIN_PUBLIC_URL",
            help="What every address in a document begins with. By default where it listens.",
            show_default=False,
        ),
    ] = None,
    era: Annotated[
        Era, typer.Option(envvar="ORIGIN_ERA", help="The time to be like: 2010 has everything.")
    ] = Era.EVERYTHING,
    calls_per_second: Annotated[
        int, typer.Option(envvar="ORIGIN_CALLS_PER_SECOND", min=1, help="For each consumer and subscriber.")
    ] = 4,
    calls_per_day: Annotated[
        int, typer.Option(envvar="ORIGIN_CALLS_PER_DAY", min=1, help="The same for a day in UTC.")
    ] = 5_000,
    proxies: Annotated[
        str,
        typer.Option(
            envvar="ORIGIN_PROXIES",
            help="Addresses or networks of proxies, with commas: whose X-Forwarded-For is believed.",
            show_default=False,
        ),
    ] = "",
    compat: Annotated[
        list[str] | None,
        typer.Option(help="A leniency for old clients, by name; `historic` is all of them."),
    ] = None,
) -> None:
    """Serve the REST API. The first start makes the database and fills it with the embedded catalog.

    The database in GATEWAY_HOME also gets a consumer for trying out; in one that is named, `consumer` makes
    them.
    """
    for sentence in misspelt(os.environ, "ORIGIN_"):
        warn(sentence)
    with failing_clearly():
        listening = bind(host, port, setting="ORIGIN_PORT")
        try:
            settings = OriginSettings(
                public_url=public_url or f"http://{host}:{listening.getsockname()[1]}",
                compat=compat_names(compat or ()),
                era=era,
                pictures=home() / PICTURES,
                calls_per_second=calls_per_second,
                calls_per_day=calls_per_day,
                proxies=tuple(proxies.replace(",", " ").split()),
            )
        except ValueError as error:
            fail(str(error))
        url = database or sqlite_url(home())
        consumer = asyncio.run(update(url) if database else prepare(url))
        console.print(f"The origin is at {settings.public_url}.")
        if consumer is not None:
            console.print(f"Its consumer for trying out: key {consumer.key}, secret {consumer.secret}")
        for name in sorted(settings.compat):
            console.print(f"Lenient by name: {name}.")
        set_up(LogFormat.TEXT, "WARNING", Redaction())
        serve(create_app(Database(url), settings), listening, bounds=_BOUNDS)


@app.command()
def migrate(database: DatabaseUrl = None) -> None:
    """Make the database or bring it up to date, fill it with the embedded catalog, and end.

    Serving does the same at start; this is for those who want it done before.
    """
    with failing_clearly():
        asyncio.run(update(database or sqlite_url(home())))
        console.print("The database is up to date.")


@importing.command("netflix-titles")
def import_netflix_titles(
    file: Annotated[Path, typer.Argument(help="The table as CSV.", exists=True, dir_okay=False)],
    database: DatabaseUrl = None,
) -> None:
    """Import the public "Netflix titles" table: films, and series with their seasons.

    A title that is there already is not doubled; what it lacks is filled in. All rows are imported, or,
    when something goes wrong on the way, none.
    """
    with failing_clearly():
        url = database or sqlite_url(home())
        report = asyncio.run(_import(url, file, import_titles))
        _print_report(report)


@importing.command("index")
def import_index_file(
    file: Annotated[Path, typer.Argument(help="The index file, packed with gzip or not.", exists=True)],
    database: DatabaseUrl = None,
) -> None:
    """Import an index file that an origin exported: /catalog/titles/index, /full, /streaming or /dvd.

    Titles keep their ids. All of the file is imported, or, when something goes wrong on the way, nothing.
    """
    with failing_clearly():
        url = database or sqlite_url(home())
        report = asyncio.run(_import(url, file, import_index))
        _print_report(report)


@app.command("picture")
def give_picture(
    title: Annotated[int, typer.Argument(help="The number of the title, the last in its address.")],
    file: Annotated[Path, typer.Argument(help="The picture.", exists=True, dir_okay=False)],
    database: DatabaseUrl = None,
) -> None:
    """Show FILE as the box art of a title, in place of the poster that is drawn otherwise."""
    with failing_clearly():
        url = database or sqlite_url(home())
        asyncio.run(_give(url, title, file))
        console.print(f"The title {title} has a picture now.")


async def _give(url: str, title: int, file: Path) -> None:
    database = Database(url)
    try:
        await database.migrate()
        await give(database, home() / PICTURES, title, file)
    finally:
        await database.close()


async def _import(url: str, file: Path, read: Importer) -> ImportReport:
    await update(url)
    database = Database(url)
    try:
        with _progress() as advance:
            return await read(database, file, progress=advance)
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
