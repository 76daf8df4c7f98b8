"""What the gateway is told by its environment: read once, refused at start if wrong."""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from platformdirs import user_data_path
from starlette.config import Config

from gateway.upstream.href import Origin


class WrongSetting(Exception):
    """A setting is missing or cannot be used; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Read by ``cli`` alone, and handed down as plain values. Times in seconds."""

    origin_url: str
    """Where the REST API is: scheme, host, perhaps a port and a path."""
    consumer_key: str
    consumer_secret: str = field(repr=False)
    origin_timeout: float = 5.0
    """How long one upstream request may take."""
    operation_timeout: float = 10.0
    """How long one GraphQL operation may take."""
    bulk_limit: int = 200
    """The most entries of one bulk request."""
    bulk_bytes: int = 4_000_000
    """The most bytes that a bulk answer is predicted to have."""

    def __post_init__(self) -> None:
        """Refuse at start what would fail at the first query."""
        try:
            Origin.at(self.origin_url)
        except ValueError as error:
            raise WrongSetting(f"GATEWAY_ORIGIN_URL: {error}") from error
        for name in ("consumer_key", "consumer_secret"):
            if not getattr(self, name):
                raise WrongSetting(f"GATEWAY_{name.upper()} must not be empty.")
        for name in ("origin_timeout", "operation_timeout", "bulk_limit", "bulk_bytes"):
            value = getattr(self, name)
            if not 0 < value < math.inf:
                raise WrongSetting(f"GATEWAY_{name.upper()} must be finite and greater than 0, not {value}.")

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read the ``GATEWAY_*`` variables; raise ``WrongSetting`` naming the one that is wrong."""
        read = Config(environ=environ, env_prefix="GATEWAY_")
        try:
            return cls(
                origin_url=read("ORIGIN_URL"),
                consumer_key=read("CONSUMER_KEY"),
                consumer_secret=read("CONSUMER_SECRET"),
                origin_timeout=read("ORIGIN_TIMEOUT", cast=float, default=5.0),
                operation_timeout=read("OPERATION_TIMEOUT", cast=float, default=10.0),
                bulk_limit=read("BULK_LIMIT", cast=int, default=200),
                bulk_bytes=read("BULK_BYTES", cast=int, default=4_000_000),
            )
        except KeyError as error:
            missing = str(error.args[0]).removeprefix("Config '").partition("'")[0]
            raise WrongSetting(f"{missing} is missing: {_MEANINGS[missing]}.") from error
        except ValueError as error:
            raise WrongSetting(str(error)) from error


_MEANINGS = {
    "GATEWAY_ORIGIN_URL": "set it to the address of the REST API, as http://127.0.0.1:8001",
    "GATEWAY_CONSUMER_KEY": "set it to the consumer key that the origin gave you",
    "GATEWAY_CONSUMER_SECRET": "set it to the secret of your consumer key",
}


def home(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of everything the program keeps: ``GATEWAY_HOME``, or the user's data folder."""
    named = environ.get("GATEWAY_HOME")
    return Path(named).expanduser() if named else user_data_path("netflix-graphql-gateway")
