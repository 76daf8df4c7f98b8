"""The command ``gateway``: parses arguments and calls functions."""

import asyncio
import os
import re
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from importlib.metadata import version
from typing import Annotated, Final
from urllib.parse import urlsplit

import typer

from gateway.app import create_app
from gateway.audit.command import audit
from gateway.auth.browser import CALLBACK
from gateway.cli import documents, origin
from gateway.cli.console import Host, console, failing_clearly, warn
from gateway.cli.explain import explain
from gateway.cli.index import index
from gateway.cli.secrets import read_files
from gateway.cli.spelling import misspelt
from gateway.demo import Server, Supervisor, alone
from gateway.edge.admission import Admission
from gateway.edge.streams import Streams
from gateway.edge.turnstile import Turnstile
from gateway.origin.demo.credentials import FILE, DemoCredentials, Person, prepare_demo
from gateway.origin.start import Consumer, register_gateway, sqlite_url
from gateway.schema.query import make_schema
from gateway.serving import STOP_WITHIN, CannotListen, bind, check_free, found_at, serve
from gateway.settings import Settings, WrongSetting, home
from gateway.telemetry.events import Observer, several
from gateway.telemetry.logs import Logs, set_up
from gateway.telemetry.metrics import Metrics, served
from gateway.telemetry.redaction import Redaction

FIRST_QUERY = '{ titles(search: "love", first: 5) { nodes { name { regular } releaseYear cast { name } } } }'

_TRACED_TO: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"
"""The variable of OpenTelemetry that says where traces go."""
_URL: Final = re.compile(r"https?://[^/\s]")

app = typer.Typer(
    name="gateway",
    help="One GraphQL graph over the REST API that Netflix had from 2008 to 2014, and that API itself.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(origin.app, name="origin")
app.add_typer(documents.app, name="documents")
app.command()(audit)
app.command()(explain)
app.command()(index)


def _tell_version(is_asked: bool) -> None:  # noqa: FBT001 - as typer calls it
    if is_asked:
        console.print(version("netflix-graphql-gateway"))
        raise typer.Exit


@app.callback()
def _read_environment(
    _version: Annotated[  # noqa: FBT002 - an option of a command
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    with failing_clearly():
        read_files(os.environ)


_Port = Annotated[int, typer.Option(envvar="PORT", min=1, max=65535, help="The port of the gateway.")]
_OriginPort = Annotated[
    int, typer.Option(envvar="ORIGIN_PORT", min=1, max=65535, help="The port of the origin.")
]


@app.command()
def demo(port: _Port = 8000, origin_port: _OriginPort = 8001) -> None:
    """Start the origin on its embedded catalog and the gateway in front of it, until Ctrl-C.

    Everything is kept below GATEWAY_HOME, by default your user data folder.
    """
    with failing_clearly():
        if port == origin_port:
            raise CannotListen(f"PORT and ORIGIN_PORT are both {port}. Set one of them to another port.")
        check_free("127.0.0.1", port, setting="PORT")
        check_free("127.0.0.1", origin_port, setting="ORIGIN_PORT")
        url = sqlite_url(home())
        with alone(home()):
            _run_demo(url, port=port, origin_port=origin_port)


def _run_demo(url: str, *, port: int, origin_port: int) -> None:
    console.print("Preparing the origin's database…")
    credentials = asyncio.run(prepare_demo(url, home()))
    consumer = asyncio.run(register_gateway(url, f"http://127.0.0.1:{port}{CALLBACK}"))
    supervisor = Supervisor(_demo_servers(url, consumer, port=port, origin_port=origin_port))
    try:
        supervisor.start()
        if not supervisor.is_stopping:
            console.print(_demo_text(credentials, port=port, origin_port=origin_port))
        supervisor.watch()
    finally:
        supervisor.stop()
        console.print("Stopped.")


@app.command("serve")
def serve_gateway(host: Host = "127.0.0.1", port: _Port = 8000) -> None:
    """Serve the graph over any origin of this API.

    Needs GATEWAY_ORIGIN_URL, GATEWAY_CONSUMER_KEY and GATEWAY_CONSUMER_SECRET. All other settings have
    defaults; the README lists them under "Configure".
    """
    for sentence in misspelt(os.environ, "GATEWAY_"):
        warn(sentence)
    with failing_clearly():
        settings = Settings.from_environ(listens=found_at(host, port))
        _check_tracing()
        listening = bind(host, port, setting="PORT")
        set_up(settings.log_format, settings.log_level, Redaction(_secrets(settings)))
        streams, admission = Streams(), Admission(settings.operations_at_once)
        with _observed(settings, host, port) as observer:
            graph = create_app(settings, streams=streams, admission=admission, observer=observer)
            console.print(f"The graph is at http://{host}:{port}/graphql, over {settings.origin_url}.")
            serve(
                graph,
                listening,
                stopping=partial(streams.stop, after=settings.stop_delay),
                turnstile=Turnstile(admission, settings.tls_for, observer, settings.allowed_origins),
                observer=observer,
            )


@app.command()
def schema() -> None:
    """Print the graph's schema as GraphQL text."""
    sys.stdout.write(make_schema().as_str() + "\n")


@contextmanager
def _observed(settings: Settings, host: str, port: int) -> Iterator[Observer]:
    """Log, and count and trace where that is asked for; raise ``CannotListen`` or ``WrongSetting``."""
    observers: list[Observer] = [Logs()]
    with ExitStack() as stack:
        if settings.metrics_port is not None:
            observers.append(stack.enter_context(_counted(settings.metrics_port, host, port)))
        if os.environ.get(_TRACED_TO):
            observers.append(stack.enter_context(_traced(settings)))
        yield several(observers)


def _check_tracing() -> None:
    url = os.environ.get(_TRACED_TO)
    if url and not _URL.match(url):
        raise WrongSetting(f"{_TRACED_TO} must be a URL as http://127.0.0.1:4318, not {url}.")


def _traced(settings: Settings) -> AbstractContextManager[Observer]:
    try:
        from gateway.telemetry.tracing import exported  # noqa: PLC0415 - an extra
    except ImportError as error:
        text = f"{_TRACED_TO} is set, but what makes traces is not installed: it is in the extra `tracing`."
        raise WrongSetting(text) from error
    return exported(trusts_clients=settings.trust_traceparent)


@contextmanager
def _counted(metrics_port: int, host: str, port: int) -> Iterator[Observer]:
    if metrics_port == port:
        raise WrongSetting(f"GATEWAY_METRICS_PORT must not be {port}, where the graph is.")
    check_free(host, metrics_port, setting="GATEWAY_METRICS_PORT")
    metrics = Metrics()
    with served(metrics, host, metrics_port):
        yield metrics


def _secrets(settings: Settings) -> list[str]:
    """Return what no line of the log may hold, wherever it comes from."""
    redis = urlsplit(settings.redis_url or "").password
    return [settings.consumer_secret, *settings.session_keys, *([redis] if redis else [])]


def _demo_servers(url: str, consumer: Consumer, *, port: int, origin_port: int) -> list[Server]:
    origin_url = f"http://127.0.0.1:{origin_port}"
    origin = Server(
        "origin",
        ["origin", "serve"],
        {"ORIGIN_PORT": str(origin_port), "ORIGIN_DATABASE": url, "ORIGIN_PUBLIC_URL": origin_url},
        f"{origin_url}/catalog/titles",
        STOP_WITHIN,
    )
    gateway = Server(
        "gateway",
        ["serve"],
        {
            "PORT": str(port),
            "GATEWAY_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "GATEWAY_ORIGIN_URL": origin_url,
            "GATEWAY_CONSUMER_KEY": consumer.key,
            "GATEWAY_CONSUMER_SECRET": consumer.secret,
            "GATEWAY_CALLS_PER_OPERATION": os.environ.get("GATEWAY_CALLS_PER_OPERATION", "1000"),
            "GATEWAY_LOG_FORMAT": os.environ.get("GATEWAY_LOG_FORMAT", "text"),
            "GATEWAY_LOG_LEVEL": os.environ.get("GATEWAY_LOG_LEVEL", "WARNING"),
            "GATEWAY_CALLS_PER_SECOND": "1000",
            "GATEWAY_CALLS_PER_DAY": "1000000",
        },
        f"http://127.0.0.1:{port}/health/live",
        _stop_delay() + STOP_WITHIN,
    )
    return [origin, gateway]


def _stop_delay() -> float:
    """Return for how long the gateway goes on when it is told to stop; it refuses by itself what is none."""
    try:
        return max(0.0, float(os.environ.get("GATEWAY_STOP_DELAY", "0")))
    except ValueError:
        return 0.0


def _demo_text(credentials: DemoCredentials, *, port: int, origin_port: int) -> str:
    consumer = credentials.consumer
    people = "\n".join(_person_text(person) for person in credentials.subscribers)
    return f"""
GraphiQL   http://127.0.0.1:{port}/graphql   (open it in a browser; sign in as one of the subscribers)
REST API   http://127.0.0.1:{origin_port}
           consumer key {consumer.key}, secret {consumer.secret}
Subscribers (with their access tokens in {home() / FILE})
{people}

A first query:

  curl http://127.0.0.1:{port}/graphql -H 'content-type: application/json' \\
    -d '{{"query": "{FIRST_QUERY.replace('"', chr(92) + '"')}"}}'

Ctrl-C stops both."""


def _person_text(person: Person) -> str:
    formats = " + ".join(person.formats)
    return f"           {person.name} ({formats}): login {person.login}, password {person.password}"


def main() -> None:
    """Run the command."""
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    app()
