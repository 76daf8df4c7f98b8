"""Requests that somebody between a client and us may read in another way than we do. Pure."""

import re
from collections.abc import Sequence
from typing import Final

_HOST: Final = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z._~-]+)(?::[0-9]{1,5})?")


def ambiguity(
    version: str, url: bytes, headers: Sequence[tuple[bytes, bytes]], *, upgrades: bool
) -> str | None:
    """Return why somebody between a client and us could read a request in another way than we do, if so.

    *version* is that of HTTP; the names of *headers* are in lower case. Beside what httptools refuses that is
    no host or more than one (RFC 9112, 3.2), a fragment (3.2), another coding of a body than chunks (6.1),
    and a body where *upgrades* says that the protocol is changed.
    """
    hosts = [value for name, value in headers if name == b"host"]
    if version not in {"1.0", "1.1"}:
        return "HTTP is spoken here in its versions 1.0 and 1.1."
    if not hosts and version == "1.1":
        return "A request needs a header `Host`."
    if len(hosts) > 1 or not all(map(_HOST.fullmatch, hosts)):
        return "The header `Host` must be there once, and be a name or an address with or without a port."
    if b"#" in url:
        return "The address of a request has no fragment."
    return _of_body(version, headers, upgrades=upgrades)


def _of_body(version: str, headers: Sequence[tuple[bytes, bytes]], *, upgrades: bool) -> str | None:
    codings = [value for name, value in headers if name == b"transfer-encoding"]
    lengths = [value for name, value in headers if name == b"content-length"]
    if codings and (version == "1.0" or [each.lower() for each in codings] != [b"chunked"]):
        return "A body may be coded in chunks only, said once, and by HTTP/1.1."
    if upgrades and (codings or any(each.strip(b"0") for each in lengths)):
        return "A request that changes the protocol has no body."
    return None
