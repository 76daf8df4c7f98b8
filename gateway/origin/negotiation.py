"""Which encoding a caller wants: ``output`` says it, or else ``Accept`` (contract 1.14). Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from gateway.origin.errors import Invalid
from gateway.origin.representations.view import Output

_OUTPUTS: Final = {"pox": Output.POX, "xml": Output.POX, **{output.value: output for output in Output}}
_POX_TYPES: Final = ("text/xml", "application/xml")
_JSON_TYPES: Final = ("application/json", "text/json", "text/javascript", "application/javascript")
_WEIGHT: Final = re.compile(r"\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*", re.IGNORECASE)

_Rank = tuple[float, int]
"""How welcome something is, and how exactly it was named."""


def read_output(parameters: Mapping[str, str], accept: str = "") -> Output:
    """Return the encoding that is asked for."""
    asked = parameters.get("output", "").lower()
    if not asked:
        return _most_welcome(accept)
    if asked not in _OUTPUTS:
        raise Invalid("output")
    return _OUTPUTS[asked]


def wants_json(parameters: Iterable[tuple[str, str]], accept: str) -> bool:
    """Tell whether a refusal is to be JSON, of a request that may be wrong in every other way."""
    asked = {value.lower() for name, value in parameters if name == "output"} - {""}
    return asked == {Output.JSON} if asked else _most_welcome(accept) is Output.JSON


def _most_welcome(accept: str) -> Output:
    """Return JSON where it is more welcome than XML, or as welcome and named where XML is not."""
    ranges = dict(_ranges(accept))
    is_json = _rank(ranges, _JSON_TYPES) > _rank(ranges, _POX_TYPES)
    return Output.JSON if is_json else Output.POX


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.lower().split(","):
        name, *parameters = part.split(";")
        weights = [found[1] for found in map(_WEIGHT.fullmatch, parameters) if found]
        yield name.strip(), float(weights[0]) if weights else 1.0


def _rank(ranges: Mapping[str, float], types: tuple[str, ...]) -> _Rank:
    return max(_rank_of(ranges, name) for name in types)


def _rank_of(ranges: Mapping[str, float], name: str) -> _Rank:
    """Return the rank of one media type; the range that names it most exactly counts (RFC 9110, 12.5.1)."""
    kind = name.partition("/")[0]
    for exactness, candidate in ((2, name), (1, f"{kind}/*"), (0, "*/*")):
        if candidate in ranges:
            weight = ranges[candidate]
            return (weight, exactness) if weight else (0.0, 0)
    return 0.0, 0
