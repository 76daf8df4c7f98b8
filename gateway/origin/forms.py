"""Query strings and form bodies, read strictly. Pure."""

from urllib.parse import unquote_to_bytes

from gateway.origin.errors import Invalid

Pairs = tuple[tuple[str, str], ...]

MOST_PARAMETERS = 2_000


def read_pairs(encoded: bytes) -> Pairs:
    """Return the parameters of a query string or a form body, decoded, in their order.

    A plus is a blank; an empty value counts; what is not UTF-8 is refused (contract 9, 4 and 13).
    """
    parts = [part for part in encoded.split(b"&") if part]
    if len(parts) > MOST_PARAMETERS:
        raise Invalid("request", f"at most {MOST_PARAMETERS} parameters")
    return tuple(_pair(part) for part in parts)


def check_pair(name: str, value: str) -> tuple[str, str]:
    """Return a parameter, unless it holds what no database takes as text."""
    if "\0" in name or "\0" in value:
        raise Invalid(_shown(name))
    return name, value


def _pair(part: bytes) -> tuple[str, str]:
    name, _, value = part.partition(b"=")
    try:
        return check_pair(_decode(name), _decode(value))
    except UnicodeDecodeError:
        raise Invalid("request", "parameters must be UTF-8") from None


def _decode(encoded: bytes) -> str:
    return unquote_to_bytes(encoded.replace(b"+", b" ")).decode()


def _shown(name: str) -> str:
    return name if name.isidentifier() and len(name) <= 64 else "parameter"
