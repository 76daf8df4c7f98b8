"""What the gateway is told by its environment: read once, refused at start if wrong."""

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

from platformdirs import user_data_path

from gateway.auth.sealing import KeyUnusable, check
from gateway.casts import read_fields
from gateway.edge.limits import Limits
from gateway.edge.persisted.trusted import Mode
from gateway.schema.connection import LARGEST_FIRST
from gateway.telemetry.logs import LEVELS, LogFormat
from gateway.upstream.addresses import Networks
from gateway.upstream.href import Origin
from gateway.upstream.pox import MOST_CHILDREN

LISTENS: Final = "http://127.0.0.1:8000"

_PUBLIC: Final = re.compile(r"https?://[a-z0-9.-]+(?::[0-9]{1,5})?|https?://\[[0-9a-f:]+\](?::[0-9]{1,5})?")
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_REDIS: Final = re.compile(r"(?:rediss?|unix)://.")


class WrongSetting(Exception):
    """A setting is missing or cannot be used; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Read by ``cli`` alone, and handed down as plain values. Times in seconds."""

    origin_url: str
    """Where the REST API is: scheme, host, perhaps a port and a path."""
    origin_connect: str | None = None
    """Where requests to it are sent instead, past the proxy in front of it: scheme, host, perhaps a port."""
    origin_networks: tuple[str, ...] = ()
    """Networks that connections to it may lead to, or ``public`` for the internet; without any: all."""
    consumer_key: str
    consumer_secret: str = field(repr=False)
    origin_timeout: float = 5.0
    """How long one upstream request may take."""
    origin_first_byte: float = 3.0
    """After which its answer must have begun; sooner where ``origin_timeout`` is less."""
    operation_timeout: float = 10.0
    """How long one GraphQL operation may take."""
    change_timeout: float = 15.0
    """How long one that changes anything may take, where that is longer."""
    bulk_limit: int = 200
    """The most entries of one bulk request."""
    bulk_bytes: int = 4_000_000
    """The most bytes that a bulk answer is predicted to have."""
    expand_bytes: int = 4_000_000
    """The most bytes that a document is predicted to have with what comes along in its links; 0: nothing."""
    calls_per_operation: int = 200
    """The most calls that one GraphQL operation may cost."""
    watch_min: float = 5.0
    """Between two looks at a queue that is watched and has just changed."""
    watch_max: float = 60.0
    """Between two looks at one that is quiet."""
    public_url: str = LISTENS
    """Where browsers find us: scheme, host and perhaps a port. The origin sends people back there."""
    hsts_seconds: int = 31_536_000
    """For which browsers come by TLS alone, once they have; where *public_url* is https. 0: not said."""
    home: Path | None = None
    """The folder of what is kept: sessions, their key, changes; without one that ends with the process."""
    session_keys: tuple[str, ...] = field(default=(), repr=False)
    """The first seals what is kept of sessions, all of them open it; without any, a key lies in *home*."""
    token_exchange: bool = False
    """Whether who holds an access token of the origin may exchange it for one of ours."""
    sign_ins_per_minute: int = 120
    """How often one address may ask for what signs people in."""
    proxies: tuple[str, ...] = ()
    """The addresses and networks of proxies whose ``X-Forwarded-For`` says where a request comes from."""
    limits: Limits = field(default_factory=Limits)
    """What a request may be, whatever it asks for."""
    introspection: bool = True
    """Whether the schema may be asked about, and names are suggested to who misspells one."""
    persisted_queries: int = 1_000
    """The most documents that clients may register by their hashes; 0: none."""
    trusted_documents: tuple[Path, ...] = ()
    """Lists of trusted documents."""
    trusted_mode: Mode = Mode.OFF
    """What comes of them."""
    operations_at_once: int = 200
    """The most operations that a worker is at; one more waits for a moment, and is refused then."""
    allowed_origins: tuple[str, ...] = ()
    """Other sites whose pages may read answers, as ``https://app.example``."""
    allowed_hosts: tuple[str, ...] = ()
    """Names that we are asked by, beside that of *public_url*; by any name where there are none."""
    attempts: int = 3
    """How often a read is sent at most, where asking again may help."""
    calls_per_second: int = 4
    """What the origin allows the consumer, and each subscriber through it."""
    calls_per_day: int = 5_000
    """The same for a calendar day in UTC."""
    cache_bytes: int = 64 * 1024 * 1024
    """The most bytes of representations that are kept in memory, about."""
    redis_url: str | None = field(default=None, repr=False)
    """A Redis server that all nodes share: for sessions, for representations, and for counting calls."""

    stop_delay: float = 0.0
    """For which we go on when we are told to stop, though not ready any more: till proxies have noticed."""
    log_format: LogFormat = LogFormat.JSON
    """How a line of the log is written."""
    log_level: str = "INFO"
    """What is logged: this, and what is worse."""
    trust_traceparent: bool = False
    """Whether an operation belongs to the trace that its client names; otherwise it begins one of its own."""
    metrics_port: int | None = None
    """Where metrics are served, never where the graph is; None: nowhere."""

    def __post_init__(self) -> None:
        """Refuse at start what would fail at the first query."""
        self._check_addresses()
        self._check_callers()
        try:
            check(self.session_keys)
        except KeyUnusable as error:
            raise WrongSetting(f"GATEWAY_SESSION_KEYS: {error}") from error
        if self.redis_url is not None and not _REDIS.match(self.redis_url):
            raise WrongSetting("GATEWAY_REDIS_URL must be as redis://host:6379/0 or rediss://host:6379/0.")
        for name in ("consumer_key", "consumer_secret"):
            if not getattr(self, name):
                raise WrongSetting(f"GATEWAY_{name.upper()} must not be empty.")
        for name in _POSITIVE:
            value = getattr(self, name)
            if not 0 < value < math.inf:
                raise WrongSetting(f"GATEWAY_{name.upper()} must be finite and greater than 0, not {value}.")
        self._check_bulk()
        self._check_watching()
        _check_limits(self.limits)
        self._check_telemetry()
        for name in ("expand_bytes", "hsts_seconds", "persisted_queries", "stop_delay"):
            if not 0 <= (value := getattr(self, name)) < math.inf:
                raise WrongSetting(f"GATEWAY_{name.upper()} must be finite and not negative, not {value}.")
        if self.trusted_mode is not Mode.OFF and not self.trusted_documents:
            raise WrongSetting(f"GATEWAY_TRUSTED_DOCUMENTS is missing: {self.trusted_mode} needs a list.")

    def _check_addresses(self) -> None:
        try:
            Origin.at(self.origin_url)
        except ValueError as error:
            raise WrongSetting(f"GATEWAY_ORIGIN_URL: {error}") from error
        if self.origin_connect is not None and not _PUBLIC.fullmatch(self.origin_connect):
            raise WrongSetting(
                "GATEWAY_ORIGIN_CONNECT must be http or https, a host and perhaps a port, as http://origin:8001."
            )
        if not _PUBLIC.fullmatch(self.public_url):
            raise WrongSetting(
                "GATEWAY_PUBLIC_URL must be http or https, a host and perhaps a port, as https://graph.example."
            )
        try:
            Networks.of(self.origin_networks)
        except ValueError as error:
            text = f"GATEWAY_ORIGIN_NETWORKS must be networks as 10.0.0.0/8, or public: {error}."
            raise WrongSetting(text) from error

    def _check_callers(self) -> None:
        for each in self.allowed_origins:
            if not _PUBLIC.fullmatch(each):
                raise WrongSetting(f"GATEWAY_ALLOWED_ORIGINS must be as https://app.example, not {each}.")
        for each in self.allowed_hosts:
            if not _PUBLIC.fullmatch(f"http://{each.lower()}"):
                text = f"must be hosts, perhaps with a port, as graph.example, not {each}."
                raise WrongSetting(f"GATEWAY_ALLOWED_HOSTS {text}")
        for each in self.proxies:
            try:
                ip_network(each)
            except ValueError as error:
                text = f"GATEWAY_PROXIES must be addresses or networks as 10.0.0.0/8, not {each}."
                raise WrongSetting(text) from error

    def _check_bulk(self) -> None:
        if self.bulk_limit > MOST_CHILDREN:
            raise WrongSetting(f"GATEWAY_BULK_LIMIT must be at most {MOST_CHILDREN}, not {self.bulk_limit}.")

    def _check_watching(self) -> None:
        if self.watch_min > self.watch_max:
            raise WrongSetting("GATEWAY_WATCH_MIN must not be greater than GATEWAY_WATCH_MAX.")

    def _check_telemetry(self) -> None:
        if self.log_level not in LEVELS:
            raise WrongSetting(f"GATEWAY_LOG_LEVEL must be one of {', '.join(LEVELS)}, not {self.log_level}.")
        if self.metrics_port is not None and not 0 < self.metrics_port < 65536:
            raise WrongSetting(f"GATEWAY_METRICS_PORT must be from 1 to 65535, not {self.metrics_port}.")

    @property
    def tls_for(self) -> int:
        """Return for how many seconds browsers are to come by TLS alone.

        Not to this machine: they would do so for all that listens here, at any port.
        """
        public = urlsplit(self.public_url)
        is_meant = public.scheme == "https" and public.hostname not in _LOOPBACK
        return self.hsts_seconds if is_meant else 0

    @property
    def origins(self) -> tuple[str, ...]:
        """Return the sites whose pages may open WebSockets: ours first."""
        return (self.public_url, *self.allowed_origins)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Return the names that we are asked by; none where any will do."""
        public = urlsplit(self.public_url).netloc
        return (public, *map(str.lower, self.allowed_hosts)) if self.allowed_hosts else ()

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ, *, listens: str = LISTENS) -> Self:
        """Read the ``GATEWAY_*`` variables; raise ``WrongSetting`` naming the one that is wrong.

        *listens* is the address that we listen at, which browsers are told by default.
        """
        for name in _REQUIRED:
            if name not in environ:
                raise WrongSetting(f"{name} is missing: {_MEANINGS[name]}.")
        if "GATEWAY_REDIS_URL" in environ and "GATEWAY_SESSION_KEYS" not in environ:
            raise WrongSetting(f"GATEWAY_SESSION_KEYS is missing: {_MEANINGS['GATEWAY_SESSION_KEYS']}.")
        told = {"public_url": listens} | _read(cls, environ, "GATEWAY_")
        told["public_url"] = told["public_url"].rstrip("/").lower()
        if "log_level" in told:
            told["log_level"] = told["log_level"].upper()
        if told.get("trusted_documents"):
            told.setdefault("trusted_mode", Mode.ALLOW)
        settings = cls(**told | {"home": home(environ), "limits": limits(environ)})
        if "origin_first_byte" in told and settings.origin_first_byte > settings.origin_timeout:
            text = f"which is {settings.origin_timeout:g}, not {settings.origin_first_byte:g}."
            raise WrongSetting(f"GATEWAY_ORIGIN_FIRST_BYTE must be at most GATEWAY_ORIGIN_TIMEOUT, {text}")
        return settings


def limits(environ: Mapping[str, str] = os.environ) -> Limits:
    """Read what a request may be; raise ``WrongSetting``."""
    found = Limits(**_read(Limits, environ, "GATEWAY_MAX_"))
    _check_limits(found)
    for name in ("first", "list_length"):
        if (value := getattr(found, name)) > LARGEST_FIRST:
            most = f"at most {LARGEST_FIRST}, not {value}: the API has no more of anything at once"
            raise WrongSetting(f"GATEWAY_MAX_{name.upper()} must be {most}.")
    return found


def _read(kind: type[Limits | Settings], environ: Mapping[str, str], prefix: str) -> dict[str, Any]:
    try:
        return read_fields(kind, environ, prefix)
    except ValueError as error:
        raise WrongSetting(str(error)) from error


def _check_limits(limits: Limits) -> None:
    for each in fields(limits):
        if (value := getattr(limits, each.name)) <= 0:
            raise WrongSetting(f"GATEWAY_MAX_{each.name.upper()} must be greater than 0, not {value}.")


_POSITIVE = (
    "origin_timeout",
    "origin_first_byte",
    "operation_timeout",
    "change_timeout",
    "bulk_limit",
    "bulk_bytes",
    "calls_per_operation",
    "operations_at_once",
    "attempts",
    "calls_per_second",
    "calls_per_day",
    "cache_bytes",
    "watch_min",
    "watch_max",
    "sign_ins_per_minute",
)

_REQUIRED = ("GATEWAY_ORIGIN_URL", "GATEWAY_CONSUMER_KEY", "GATEWAY_CONSUMER_SECRET")

_MEANINGS = {
    "GATEWAY_ORIGIN_URL": "set it to the address of the REST API, as http://127.0.0.1:8001",
    "GATEWAY_CONSUMER_KEY": "set it to the consumer key that the origin gave you",
    "GATEWAY_CONSUMER_SECRET": "set it to the secret of your consumer key",
    "GATEWAY_SESSION_KEYS": "nodes that share Redis share it, as 32 random bytes in URL-safe base64",
}


def home(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of everything the program keeps: ``GATEWAY_HOME``, or the user's data folder."""
    named = environ.get("GATEWAY_HOME")
    return Path(named).expanduser() if named else user_data_path("netflix-graphql-gateway")
