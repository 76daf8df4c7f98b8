"""What the origin is told at start, refused by name when it is wrong. Pure."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from gateway.origin.eras import Era

NONCE_PER_PROCESS: Final = "nonce-per-process"
CALLBACK_AT_LOGIN: Final = "callback-at-login"
HISTORIC_HOSTS: Final = "historic-hosts"
TOKEN_AS_USER: Final = "token-as-user"  # noqa: S105 - the name of a leniency
SHARED_QUEUE_ETAG: Final = "shared-queue-etag"

COMPAT: Final[Mapping[str, str]] = MappingProxyType(
    {
        NONCE_PER_PROCESS: "a nonce may repeat when the signature differs, and reads altogether",
        CALLBACK_AT_LOGIN: "the login page may name the callback, and then no verifier is needed",
        HISTORIC_HOSTS: "signatures made for api.netflix.com, api-public and api-user verify",
        TOKEN_AS_USER: "the caller's access token may stand for the user id in addresses",
        SHARED_QUEUE_ETAG: "a queue is written with the current etag of the user's other queue, too",
    }
)
"""The leniencies that can be asked for by name, and what each allows (contract 10)."""


def compat_names(names: Iterable[str]) -> frozenset[str]:
    """Return the leniencies that *names* ask for; ``historic`` asks for all of them."""
    asked = frozenset(names)
    unknown = sorted(asked - COMPAT.keys() - {"historic"})
    if unknown:
        known = ", ".join(["historic", *COMPAT])
        raise ValueError(f"compat does not know {', '.join(unknown)}; it knows {known}.")
    return frozenset(COMPAT) if "historic" in asked else asked


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginSettings:
    """Read once at start, and handed down as plain values."""

    public_url: str
    """The scheme, host and port that every generated address begins with."""
    compat: frozenset[str] = frozenset()
    body_bytes: int = 2_000_000
    body_seconds: float = 15.0
    header_bytes: int = 16_384
    url_bytes: int = 8_192
    bulk_url_bytes: int = 4_000
    bulk_entries: int = 500
    entry_url_bytes: int = 65_536
    """How long the URL of an entry may be: one that asks about 500 titles has some 36 KB (contract 11)."""
    answer_bytes: int = 32_000_000
    """How long the documents of one bulk answer may be together."""
    entry_seconds: float = 10.0
    """How long a resource may take, alone or as an entry of a bulk request."""
    entry_lanes: int = 4
    """How many groups of entries of one bulk request are read at the same time."""
    stall_seconds: float = 30.0
    """How long a caller may take to read the next piece of an index file."""
    pictures: Path | None = None
    """The folder of the pictures that were given; without it all are drawn."""
    nonces_per_key: int = 200_000
    era: Era = Era.EVERYTHING
    """The time to be like."""
    calls_per_second: int | None = None
    """What a consumer may ask that has no limit of its own, and a subscriber through it; None is no limit."""
    calls_per_day: int | None = None
    login_tries: int = 10
    """How often a login may be tried with a wrong password in ten minutes."""
    address_tries: int = 100
    """How often that may come from one address, which many people may share."""
    proxies: tuple[str, ...] = ()
    """The addresses and networks of proxies whose ``X-Forwarded-For`` says where a request comes from."""
    clock: Callable[[], float] = field(default=time.time)

    def __post_init__(self) -> None:
        """Refuse at start what would fail at the first request."""
        _check_public_url(self.public_url)
        compat_names(self.compat)
        _check_proxies(self.proxies)
        for name in _POSITIVE:
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise ValueError(f"{name} must be positive, not {getattr(self, name)}.")


_POSITIVE: Final = (
    "body_bytes",
    "body_seconds",
    "header_bytes",
    "url_bytes",
    "bulk_url_bytes",
    "bulk_entries",
    "entry_url_bytes",
    "answer_bytes",
    "entry_seconds",
    "entry_lanes",
    "stall_seconds",
    "nonces_per_key",
    "calls_per_second",
    "calls_per_day",
    "login_tries",
    "address_tries",
)


def _check_proxies(proxies: Iterable[str]) -> None:
    for proxy in proxies:
        try:
            ip_network(proxy)
        except ValueError as error:
            text = f"ORIGIN_PROXIES must be addresses or networks as 10.0.0.0/8, not {proxy!r}."
            raise ValueError(text) from error


def _check_public_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"ORIGIN_PUBLIC_URL must be an http or https URL, not {url!r}.")
    if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError(f"ORIGIN_PUBLIC_URL must name a scheme, a host and a port only, not {url!r}.")
