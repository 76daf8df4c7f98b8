"""Requests that somebody between a client and us may read in another way than we do. Pure."""

import re
from collections.abc import Sequence
from typing import Final

_HOST: Final = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z._~-]+)(?::[0-9]{1,5})?")


def is_ambiguous(version: str, headers: Sequence[tuple[bytes, bytes]], *, upgrades: bool) -> bool:
    """Whether somebody between a client and us could read a request in another way than we do.

    *version* is that of HTTP; the names of *headers* are in lower case. Beside what httptools refuses that is
    no host or more than one (RFC 9112, 3.2), another coding of a body than chunks (6.1), and a body where
    *upgrades* says that the protocol is changed.
    """
    hosts = [value for name, value in headers if name == b"host"]
    codings = [value for name, value in headers if name == b"transfer-encoding"]
    lengths = [value for name, value in headers if name == b"content-length"]
    if version not in {"1.0", "1.1"} or (not hosts and version == "1.1"):
        return True
    if len(hosts) > 1 or not all(map(_HOST.fullmatch, hosts)):
        return True
    if codings and (version == "1.0" or [each.lower() for each in codings] != [b"chunked"]):
        return True
    return upgrades and bool(codings or any(each.strip(b"0") for each in lengths))
