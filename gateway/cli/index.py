"""``gateway index``: an index file of the origin, in a file."""

import asyncio
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated, Final

import typer
from rich.console import Console
from rich.progress import DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from gateway.cli.console import console, fail, failing_clearly
from gateway.contract import Path as Address
from gateway.resources import Href
from gateway.settings import Settings
from gateway.upstream.addresses import Networks
from gateway.upstream.client import Client, Limits
from gateway.upstream.download import Downloaded, Downloads
from gateway.upstream.errors import OriginRefused, UpstreamError
from gateway.upstream.href import Origin, with_parameters
from gateway.upstream.signing import Credentials, Signer
from gateway.upstream.transport import open_http

_PATIENCE: Final = 60.0
"""Seconds that the origin may be silent; it may count a large catalog before it begins."""


class Kind(StrEnum):
    """The index files (contract 3.3)."""

    FULL = "full"
    STREAMING = "streaming"
    DVD = "dvd"
    INDEX = "index"


class FileUnusable(Exception):
    """The file cannot be written; the message says why."""


def index(
    kind: Annotated[
        Kind,
        typer.Option(help="All titles, those to stream, those on discs, or the index of 2008."),
    ] = Kind.FULL,
    output: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="The file to write; by default KIND.xml.", show_default=False),
    ] = None,
    version: Annotated[
        str | None,
        typer.Option(help="The version of the API; by default 2.0, of the index 1.0.", show_default=False),
    ] = None,
) -> None:
    """Save an index file of the origin, its whole catalog as one XML document, in a file.

    Needs GATEWAY_ORIGIN_URL, GATEWAY_CONSUMER_KEY and GATEWAY_CONSUMER_SECRET, and costs one call. The file
    is there when all of it is, and until then as it was before.
    """
    with failing_clearly():
        settings = Settings.from_environ()
        file = output or Path(f"{kind}.xml")
        path = Origin.at(settings.origin_url).expand_path(Address.INDEX_FILE, file=kind)
        href = with_parameters(path, {"v": version or ("1.0" if kind is Kind.INDEX else "2.0")})
        try:
            with _replacing(file) as into, _progress(kind) as tell:
                done = asyncio.run(_save(settings, href, into, tell))
        except (UpstreamError, FileUnusable) as error:
            fail(_sentence(error))
        console.print(
            f"{file} has {done.titles:,} titles in {done.written:,} bytes ({done.received:,} were sent)."
        )


async def _save(
    settings: Settings, href: Href, into: IO[bytes], tell: Callable[[Downloaded], None]
) -> Downloaded:
    limits = Limits(
        attempt=_PATIENCE,
        connect=settings.origin_timeout,
        connections=1,
        networks=Networks.of(settings.origin_networks),
    )
    signer = Signer(Credentials(settings.consumer_key, settings.consumer_secret))
    async with open_http(limits) as http:
        downloads = Downloads(Client(http, limits), signer, Origin.at(settings.origin_url))
        return await downloads.save(href, into, tell)


@contextmanager
def _replacing(file: Path) -> Iterator[IO[bytes]]:
    """Give a new file that takes the place of *file* when all went well, and goes otherwise."""
    try:
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as new:
            try:
                yield new.file
                new.flush()
                os.fsync(new.fileno())
                # What is made in passing is for nobody else; this is an ordinary file.
                Path(new.name).chmod(0o666 & ~_umask())
                Path(new.name).replace(file)
            except BaseException:
                Path(new.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise FileUnusable(f"The file {file} cannot be written: {error.strerror or error}.") from error


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


@contextmanager
def _progress(kind: Kind) -> Iterator[Callable[[Downloaded], None]]:
    columns = (
        SpinnerColumn(),
        TextColumn(f"Reading {kind}"),
        DownloadColumn(),
        TextColumn("{task.fields[titles]:,} titles"),
        TimeElapsedColumn(),
    )
    terminal = Console(stderr=True)
    with Progress(*columns, console=terminal, disable=not terminal.is_terminal, transient=True) as progress:
        task = progress.add_task("bytes", total=None, titles=0)
        yield lambda done: progress.update(task, completed=done.received, titles=done.titles)


def _sentence(error: Exception) -> str:
    """Return what went wrong, with the origin's own words where there are any."""
    if isinstance(error, OriginRefused) and error.message:
        return f"{error} It says: {error.message}"
    return str(error)
