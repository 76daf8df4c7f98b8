"""``gateway origin consumer`` and ``gateway origin user``: who may use the origin."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.database import Database, DatabaseUnusable
from gateway.origin.models import Consumer
from gateway.origin.oauth import grants
from gateway.origin.registry import consumers, subscribers
from gateway.origin.registry.consumers import ConsumerRefused
from gateway.origin.registry.subscribers import FORMATS, NewSubscriber, Standing, SubscriberRefused
from gateway.origin.start import sqlite_url

_T = TypeVar("_T")

_console = Console(highlight=False, soft_wrap=True, markup=False)

_Database = Annotated[
    str | None,
    typer.Option(
        envvar="ORIGIN_DATABASE",
        help="sqlite+aiosqlite:////a/file or postgresql+asyncpg://user:password@host/name; else a file.",
        show_default=False,
    ),
]
_ShownName = Annotated[str, typer.Argument(help="What subscribers read when they are asked to allow it.")]
_Callback = Annotated[
    str | None,
    typer.Option(
        help="Where its users return to, as http://localhost:3000/callback. Others are refused then, "
        "but for what goes on from there. Without it any address will do.",
        show_default=False,
    ),
]
_KeyOrName = Annotated[str, typer.Argument(metavar="KEY", help="The consumer's key, or its name.")]
_Login = Annotated[str, typer.Argument(help="What the subscriber signs in with, as an e-mail address.")]
_PasswordStdin = Annotated[
    bool,
    typer.Option(
        "--password-stdin",
        help="Read the password from standard input, one line. Without it you are asked, and nothing shows.",
    ),
]


@dataclass(frozen=True, slots=True)
class ConsumerCommands:
    """Manages the applications that may call the API."""

    home: Callable[[], Path]
    """Where the database is kept unless another is named."""

    def app(self) -> typer.Typer:
        """Return the commands."""
        app = typer.Typer(
            help="The applications that may call the API: each has a key and a secret.", no_args_is_help=True
        )
        app.command("add")(self.add)
        app.command("keep")(self.keep)
        app.command("list")(self.show)
        app.command("disable")(self.disable)
        app.command("enable")(self.enable)
        return app

    def add(
        self,
        name: _ShownName,
        callback: _Callback = None,
        database: _Database = None,
    ) -> None:
        """Register an application, and print the key and the secret that it signs its requests with."""

        async def work(session: AsyncSession) -> Consumer:
            return await consumers.add(session, name, callback=callback)

        consumer = _run(database, self.home, work)
        _console.print(f"consumer key     {consumer.key}\nconsumer secret  {consumer.secret}")

    def keep(
        self,
        name: _ShownName,
        key: Annotated[str, typer.Option(envvar="GATEWAY_CONSUMER_KEY", help="The key that you chose.")],
        secret: Annotated[
            str,
            typer.Option(
                envvar="GATEWAY_CONSUMER_SECRET", help="Its secret; better by the environment than here."
            ),
        ],
        callback: _Callback = None,
        database: _Database = None,
    ) -> None:
        """Register an application under a key and a secret of your choice, or change it to that.

        For set-ups that make their secrets beforehand: doing it again does no harm.
        """

        async def work(session: AsyncSession) -> Consumer:
            return await consumers.keep(session, name, key, secret, callback=callback)

        consumer = _run(database, self.home, work)
        _console.print(f"{consumer.name} ({consumer.key}) is registered.")

    def show(self, database: _Database = None) -> None:
        """List the applications; their secrets are not shown."""
        found = _run(database, self.home, consumers.all_of_them)
        _print_table(
            ("KEY", "STATE", "NAME", "CALLBACK"),
            [(one.key, _state(one), one.name, one.callback or "any") for one in found],
        )

    def disable(self, key: _KeyOrName, database: _Database = None) -> None:
        """Lock an application out: all its requests are refused from now on. Nothing is forgotten."""
        self._switch(key, database, is_enabled=False)

    def enable(self, key: _KeyOrName, database: _Database = None) -> None:
        """Let an application in again; what subscribers allowed it counts again, too."""
        self._switch(key, database, is_enabled=True)

    def _switch(self, key: str, database: str | None, *, is_enabled: bool) -> None:
        async def work(session: AsyncSession) -> Consumer:
            return await consumers.switch(session, key, is_enabled=is_enabled)

        consumer = _run(database, self.home, work)
        _console.print(f"{consumer.name} ({consumer.key}) is {_state(consumer)}.")


@dataclass(frozen=True, slots=True)
class UserCommands:
    """Manages the subscribers."""

    home: Callable[[], Path]
    """Where the database is kept unless another is named."""

    def app(self) -> typer.Typer:
        """Return the commands."""
        app = typer.Typer(
            help="The subscribers: each signs in with a login and a password, and has queues and ratings.",
            no_args_is_help=True,
        )
        app.command("add")(self.add)
        app.command("list")(self.show)
        app.command("password")(self.password)
        app.command("revoke")(self.revoke)
        return app

    def add(
        self,
        login: _Login,
        name: Annotated[str, typer.Option(help='First and last name, as "Ada Lovelace".')] = "",
        formats: Annotated[
            list[str] | None,
            typer.Option(
                "--format",
                help=f"A preferred format, the best first; by default {', '.join(FORMATS)}.",
                show_default=False,
            ),
        ] = None,
        password_stdin: _PasswordStdin = False,  # noqa: FBT002 - a flag on the command line
        database: _Database = None,
    ) -> None:
        """Add a subscriber, and print the user id that stands in addresses such as /users/ID/queues."""
        first, _, last = name.strip().partition(" ")
        new = NewSubscriber(
            login=login,
            password=_read_password(is_piped=password_stdin),
            first_name=first or login.partition("@")[0],
            last_name=last.strip(),
            formats=tuple(formats or FORMATS),
        )

        async def work(session: AsyncSession) -> str:
            return (await subscribers.add(session, new)).id

        _console.print(f"user id  {_run(database, self.home, work)}")

    def show(self, database: _Database = None) -> None:
        """List the subscribers, and how many applications each allows something."""
        found = _run(database, self.home, subscribers.standings)
        _print_table(
            ("USER ID", "APPLICATIONS", "LOGIN", "NAME"),
            [(one.subscriber.id, str(one.applications), one.subscriber.login, _name(one)) for one in found],
        )

    def password(
        self,
        login: _Login,
        password_stdin: _PasswordStdin = False,  # noqa: FBT002 - a flag on the command line
        database: _Database = None,
    ) -> None:
        """Give a subscriber another password. Browsers are signed out; allowed applications stay allowed."""
        password = _read_password(is_piped=password_stdin)

        async def work(session: AsyncSession) -> str:
            subscriber = await subscribers.existing(session, login)
            subscribers.change_password(subscriber, password)
            return subscriber.login

        _console.print(f"{_run(database, self.home, work)} has a new password.")

    def revoke(
        self,
        login: _Login,
        consumer: Annotated[
            str | None, typer.Option(help="Only for the application with this key.", show_default=False)
        ] = None,
        database: _Database = None,
    ) -> None:
        """Take back what a subscriber allowed: the tokens of all applications, or of one, end at once."""

        async def work(session: AsyncSession) -> int:
            subscriber = await subscribers.existing(session, login)
            return await grants.revoke(session, subscriber.id, consumer, now=int(time.time()))

        ended = _run(database, self.home, work)
        _console.print(f"{ended} access token{'' if ended == 1 else 's'} revoked.")


def _state(consumer: Consumer) -> str:
    return "enabled" if consumer.is_enabled else "disabled"


def _name(standing: Standing) -> str:
    return f"{standing.subscriber.first_name} {standing.subscriber.last_name}".strip()


def _print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print columns that line up, whole even where the terminal is narrow: keys and ids are copied."""
    lines = [header, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        _console.print("  ".join(cells).rstrip())


def _read_password(*, is_piped: bool) -> str:
    if is_piped:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _run(
    database: str | None,
    home: Callable[[], Path],
    work: Callable[[AsyncSession], Coroutine[object, object, _T]],
) -> _T:
    """Do *work* in one transaction; what somebody can put right is one sentence and exit code 1."""
    try:
        return asyncio.run(_worked(database or sqlite_url(home()), work))
    except (ConsumerRefused, DatabaseUnusable, SubscriberRefused) as error:
        Console(stderr=True, highlight=False, soft_wrap=True, markup=False).print(str(error))
        raise typer.Exit(1) from None


async def _worked(url: str, work: Callable[[AsyncSession], Coroutine[object, object, _T]]) -> _T:
    async with _opened(url) as session:
        return await work(session)


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[AsyncSession]:
    database = Database(url)
    try:
        await database.migrate()
        async with database.write() as session:
            yield session
    finally:
        await database.close()
