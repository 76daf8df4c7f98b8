"""Secrets from files: ``NAME_FILE`` names the file that holds what ``NAME`` would say."""

from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Final

from gateway.settings import WrongSetting

SECRETS: Final = (
    "GATEWAY_CONSUMER_KEY",
    "GATEWAY_CONSUMER_SECRET",
    "GATEWAY_SESSION_KEYS",
    "GATEWAY_REDIS_URL",
    "ORIGIN_DATABASE",
)
"""What is secret, or an address that may hold a password."""


def read_files(environ: MutableMapping[str, str]) -> None:
    """Put into *environ* what the files hold, without the blanks around it; raise ``WrongSetting``."""
    environ.update({name: _read(name, environ) for name in SECRETS if f"{name}_FILE" in environ})


def _read(name: str, environ: Mapping[str, str]) -> str:
    if name in environ:
        raise WrongSetting(f"{name} and {name}_FILE cannot both be set.")
    file = environ[f"{name}_FILE"]
    try:
        text = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise WrongSetting(f"{name}_FILE names {file}, which cannot be read: {reason}.") from error
    if not text:
        raise WrongSetting(f"{name}_FILE names {file}, which is empty.")
    return text
