"""What ``title_ref`` and ``title_refs`` name, by whatever host it was learnt from (contract 9, 9). Pure."""

from collections.abc import Collection, Sequence
from typing import Final
from urllib.parse import urlsplit

from gateway.origin.errors import Invalid
from gateway.origin.hosts import HISTORIC_BASES, LOOPBACK
from gateway.origin.models import Kind
from gateway.origin.paths import Address, Paths, Place
from gateway.origin.queues.candidates import Candidate

MOST_REFERENCES: Final = 500
"""How many titles may be asked about at once (contract 1.10)."""

_KINDS: Final = frozenset(Place(kind.value) for kind in Kind)
_HISTORIC: Final = frozenset(urlsplit(base).netloc for base in HISTORIC_BASES)
_PORTS: Final = {"http": ":80", "https": ":443"}


def read_address(paths: Paths, text: str) -> Address | None:
    """Return what *text* is the address of, if it is one of ours."""
    path = _path(paths, text.strip())
    return paths.read(path) if path else None


def read_reference(paths: Paths, text: str) -> Address | None:
    """Return the title, or the entry of a queue, that *text* is the address of."""
    address = read_address(paths, text)
    if address is None or address.part is not None:
        return None
    return address if address.place in _KINDS or address.place is Place.QUEUE_ENTRY else None


def read_references(paths: Paths, text: str) -> Sequence[Address]:
    """Return the titles that a list with commas names, each once."""
    parts = [part for part in text.split(",") if part.strip()]
    if len(parts) > MOST_REFERENCES:
        raise Invalid("title_refs", f"at most {MOST_REFERENCES} of them")
    addresses = [read_reference(paths, part) for part in parts]
    titles = [address for address in addresses if address and address.place in _KINDS]
    if len(titles) != len(parts):
        raise Invalid("title_refs")
    return list({address.id: address for address in titles}.values())


def is_named(title: Candidate, address: Address) -> bool:
    """Tell whether *address* is that of *title*: of its kind, and below its series if one is named."""
    if address.place is Place.QUEUE_ENTRY:
        return True
    is_same_kind = title.reference.kind.value == address.place.value
    return is_same_kind and address.series in (None, title.reference.series_id)


def _own(base: str) -> Collection[str]:
    """Return how our host is called; this machine has several names for itself."""
    parts = urlsplit(base.lower())
    port = f":{parts.port}" if parts.port else ""
    names = {f"{name}{port}" for name in LOOPBACK}
    return names if parts.netloc in names else {parts.netloc}


def _path(paths: Paths, text: str) -> str | None:
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if parts.query or parts.fragment or not (parts.scheme or text.startswith("/")):
        return None
    authority = parts.netloc.lower().removesuffix(_PORTS.get(parts.scheme, ""))
    known = {*_own(paths.base), *_HISTORIC}
    is_ours = authority in known if parts.scheme in _PORTS else not (parts.scheme or parts.netloc)
    return parts.path if is_ours else None
