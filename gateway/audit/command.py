"""The command ``gateway audit``: holds any base URL that claims to be this API against the contract."""

import asyncio
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import httpx
import typer
from platformdirs import user_data_path
from rich.console import Console

from gateway.audit import report
from gateway.audit.audit import Audit
from gateway.audit.credentials import Credentials, Subscriber, read_demo
from gateway.audit.listing import AUDITS
from gateway.audit.run import Result, opened, run


def audit(  # noqa: PLR0913  # each is an option of the command line
    url: Annotated[str, typer.Argument(help="The base URL of the API, as http://127.0.0.1:8001.")],
    *,
    consumer_key: Annotated[
        str | None, typer.Option(help="The key of a consumer; needed, like the secret, without --demo.")
    ] = None,
    consumer_secret: Annotated[str | None, typer.Option(help="Its secret.")] = None,
    token: Annotated[
        str | None, typer.Option(help="A subscriber's access token; without one, what is theirs is skipped.")
    ] = None,
    token_secret: Annotated[str | None, typer.Option(help="Its secret.")] = None,
    user: Annotated[str | None, typer.Option(help="The subscriber's id; asked for when not given.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Use the credentials that the demo wrote.")] = False,
    only: Annotated[str, typer.Option(help="A regular expression for the ids of audits.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON in place of a table.")] = False,
    rate: Annotated[float | None, typer.Option(min=0.1, help="At most so many calls a second.")] = None,
) -> None:
    """Hold the API at URL against the contract; a failed MUST is a non-zero exit."""
    credentials = _demo() if demo else _given(consumer_key, consumer_secret, (token, token_secret), user)
    chosen = _chosen(only)
    results = asyncio.run(_run(chosen, url, credentials, rate=rate))
    if as_json:
        typer.echo(report.as_json(results))
    else:
        report.show(results, Console(highlight=False))
    raise typer.Exit(int(any(result.is_breach for result in results)))


def _chosen(only: str) -> Sequence[Audit]:
    try:
        return [one for one in AUDITS if re.search(only, one.id)]
    except re.error as error:
        raise typer.BadParameter(f"--only is no regular expression: {error}") from error


async def _run(
    audits: Sequence[Audit], url: str, credentials: Credentials, *, rate: float | None
) -> list[Result]:
    limits = httpx.Limits(max_connections=50)
    async with httpx.AsyncClient(timeout=30, limits=limits, trust_env=False) as client:
        return await run(audits, await opened(client, url, credentials, rate=rate))


def _given(
    key: str | None, secret: str | None, token: tuple[str | None, str | None], user: str | None
) -> Credentials:
    if key is None or secret is None:
        raise typer.BadParameter("give --consumer-key and --consumer-secret, or --demo")
    if token[0] is None or token[1] is None:
        return Credentials(key, secret)
    return Credentials(key, secret, (Subscriber(token=token[0], secret=token[1], user_id=user),))


def _demo() -> Credentials:
    home = os.environ.get("GATEWAY_HOME")
    path = (Path(home).expanduser() if home else user_data_path("netflix-graphql-gateway")) / "demo.json"
    if not path.exists():
        raise typer.BadParameter(f"{path} does not exist; start the demo first")
    return read_demo(path)
