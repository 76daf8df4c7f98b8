"""Tells of variables that look like settings and are none. Pure."""

import re
from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches
from typing import Final

from gateway.cli.secrets import SECRETS
from gateway.edge.limits import Limits
from gateway.settings import Settings

_ORIGINS: Final = ("PORT", "DATABASE", "PUBLIC_URL", "ERA", "CALLS_PER_SECOND", "CALLS_PER_DAY", "PROXIES")
"""What options of the origin's commands are read from."""
_KNOWN: Final = frozenset(
    {
        *(f"GATEWAY_{each.name.upper()}" for each in fields(Settings) if each.name != "limits"),
        *(f"GATEWAY_MAX_{each.name.upper()}" for each in fields(Limits)),
        *(f"ORIGIN_{name}" for name in _ORIGINS),
        *(f"{name}_FILE" for name in SECRETS),
    }
)
_OF_KUBERNETES: Final = re.compile(
    r"\w+_(?:SERVICE_(?:HOST|PORT)\w*|PORT_[0-9]+_\w+)=.*|\w+=(?:tcp|udp)://.*"
)
"""What it sets in every container for a service that is called as we are."""


def misspelt(environ: Mapping[str, str], *prefixes: str) -> list[str]:
    """Return a sentence for each variable with one of *prefixes* that is no setting; no value is in any."""
    return [
        f"{name} is no setting, and means nothing.{_nearest(name)}"
        for name, value in sorted(environ.items())
        if name.startswith(prefixes)
        and name not in _KNOWN
        and not _OF_KUBERNETES.fullmatch(f"{name}={value}")
    ]


def _nearest(name: str) -> str:
    near = get_close_matches(name, _KNOWN, n=1, cutoff=0.75)
    return f" Is it {near[0]}?" if near else ""
