"""Which of the media types that we write a client wants most. Pure."""

from typing import Final

JSON: Final = "application/json"
GRAPHQL_JSON: Final = "application/graphql-response+json"
EVENT_STREAM: Final = "text/event-stream"


_EXACTNESS: Final = {"*/*": 0, "application/*": 1}


def preferred(accept: str) -> str | None:
    """Return the media type to answer *accept* with; nothing where none of ours is accepted.

    Plain JSON where there is no preference: clients that know the newer type name it.
    """
    ranges = [_parsed(each) for each in accept.split(",") if each.strip()] or [("*/*", 1.0)]
    newer, plain = _weight(GRAPHQL_JSON, ranges), _weight(JSON, ranges)
    is_named = any(name == GRAPHQL_JSON for name, _ in ranges)
    if newer and (newer > plain or (is_named and newer == plain)):
        return GRAPHQL_JSON
    return JSON if plain else None


def accepts_events(accept: str) -> bool:
    """Whether *accept* names event streams: whoever accepts anything means one answer."""
    return any(name == EVENT_STREAM and weight for name, weight in map(_parsed, accept.split(",")))


def _parsed(text: str) -> tuple[str, float]:
    name, *parameters = (part.strip().lower() for part in text.split(";"))
    weights = [part.removeprefix("q=") for part in parameters if part.startswith("q=")]
    try:
        return name, float(weights[0]) if weights else 1.0
    except ValueError:
        return name, 0.0


def _weight(offered: str, ranges: list[tuple[str, float]]) -> float:
    """Return how much *offered* is wanted: what the most exact range that holds it says."""
    exactness = {**_EXACTNESS, offered: 2}
    found = [(exactness[name], weight) for name, weight in ranges if name in exactness]
    return max(found)[1] if found else 0.0
