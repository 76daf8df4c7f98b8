"""The scalars of the graph."""

from datetime import UTC, date, datetime
from typing import Final, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

URL = NewType("URL", str)
Seconds = NewType("Seconds", int)


def web_address(address: str | None) -> URL | None:
    """Return *address* if a browser may follow it: it is shown, never fetched, and http or https."""
    if address is None or not address.lower().startswith(("http://", "https://")):
        return None
    return URL(address)


def _seconds(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        message = f"Seconds cannot represent {value!r}."
        raise TypeError(message)
    return value


def _rfc3339(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


SCALARS: Final[dict[object, ScalarDefinition]] = {
    URL: strawberry.scalar(
        name="URL",
        description="An absolute http or https address.",
        specified_by_url="https://url.spec.whatwg.org/",
        serialize=str,
        parse_value=str,
    ),
    Seconds: strawberry.scalar(
        name="Seconds",
        description="A length of time in whole seconds.",
        serialize=_seconds,
        parse_value=_seconds,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A day, as `2010-11-05`.",
        serialize=date.isoformat,
        parse_value=date.fromisoformat,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment in UTC, as `2010-11-05T08:15:30Z`.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=_rfc3339,
        parse_value=datetime.fromisoformat,
    ),
}
