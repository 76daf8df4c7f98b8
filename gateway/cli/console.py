"""How commands speak: plain sentences, and one of them when something can be put right by the user."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final, NoReturn

import typer
from rich.console import Console

from gateway.auth.sealing import KeyUnusable
from gateway.demo import DemoFailed
from gateway.descriptors import TooFewFiles
from gateway.edge.persisted.manifest import ManifestUnusable
from gateway.origin.catalog.netflix_titles import CatalogFileUnusable
from gateway.origin.database import DatabaseUnusable
from gateway.origin.pictures.files import PictureRefused
from gateway.serving import CannotListen
from gateway.settings import WrongSetting

console = Console(highlight=False, soft_wrap=True, markup=False)

Host = Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for every network.")]
OriginPort = Annotated[
    int,
    typer.Option(
        envvar="ORIGIN_PORT", min=0, max=65535, help="The port of the origin; 0 is any that is free."
    ),
]


_USERS_TO_MEND: Final = (
    CannotListen,
    CatalogFileUnusable,
    DatabaseUnusable,
    DemoFailed,
    KeyUnusable,
    ManifestUnusable,
    PictureRefused,
    TooFewFiles,
    WrongSetting,
)


@contextmanager
def failing_clearly() -> Iterator[None]:
    """Turn what a user can put right into one sentence and exit code 1."""
    try:
        yield
    except _USERS_TO_MEND as error:
        fail(str(error))


def fail(sentence: str) -> NoReturn:
    """Say what is wrong, and end with exit code 1."""
    warn(sentence)
    raise typer.Exit(1)


def warn(sentence: str) -> None:
    """Say on standard error what may be wrong."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(sentence, markup=False)
