"""Multipart form bodies: their fields are parameters, their files are passed over."""

from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from gateway.origin.errors import Invalid
from gateway.origin.forms import MOST_PARAMETERS, Pairs, check_pair

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks


def read_fields(body: bytes, content_type: str) -> Pairs:
    """Return the fields of a ``multipart/form-data`` body; one that is cut short is refused."""
    _, options = parse_options_header(content_type)
    fields = _Fields()
    try:
        parser = MultipartParser(options.get(b"boundary", b""), fields.callbacks())
        parser.write(body)
        parser.finalize()
        pairs = fields.pairs()
    except (FormParserError, UnicodeDecodeError):
        raise Invalid("body", "it must be multipart/form-data in UTF-8") from None
    return pairs


class _Fields:
    """Collects the parts as the parser meets them."""

    def __init__(self) -> None:
        self._found: list[tuple[bytes, bytearray]] = []
        self._header_name = b""
        self._header_value = b""
        self._disposition = b""
        self._data: bytearray | None = None
        self._is_complete = False

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin_part,
            "on_header_begin": self._begin_header,
            "on_header_field": self._extend_name,
            "on_header_value": self._extend_value,
            "on_header_end": self._end_header,
            "on_headers_finished": self._end_headers,
            "on_part_data": self._extend_data,
            "on_end": self._end,
        }

    def pairs(self) -> Pairs:
        if not self._is_complete:
            raise Invalid("body", "it is cut short")
        return tuple(check_pair(name.decode(), data.decode()) for name, data in self._found)

    def _begin_part(self) -> None:
        self._disposition, self._data = b"", None

    def _begin_header(self) -> None:
        self._header_name = self._header_value = b""

    def _extend_name(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _extend_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _end_header(self) -> None:
        if self._header_name.lower() == b"content-disposition":
            self._disposition = self._header_value

    def _end_headers(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = options.get(b"name")
        if name is None or len(self._found) >= MOST_PARAMETERS:
            raise Invalid("body", f"it must have names for its fields, and at most {MOST_PARAMETERS} of them")
        if b"filename" not in options:
            self._data = bytearray()
            self._found.append((name, self._data))

    def _extend_data(self, data: bytes, start: int, end: int) -> None:
        if self._data is not None:
            self._data += data[start:end]

    def _end(self) -> None:
        self._is_complete = True
