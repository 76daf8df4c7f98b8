"""Catches what is logged, in the form that it is written in."""

import io
import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from gateway.telemetry.logs import TALKATIVE, LogFormat, handler
from gateway.telemetry.redaction import Redaction


@dataclass
class Lines:
    """What was written, line by line."""

    stream: io.StringIO = field(default_factory=io.StringIO)

    @property
    def text(self) -> str:
        """Return everything."""
        return self.stream.getvalue()

    def of(self, event: str) -> list[dict[str, Any]]:
        """Return the lines that say that *event* happened."""
        return [line for line in map(json.loads, self.text.splitlines()) if line["event"] == event]


@contextmanager
def caught(level: str = "INFO", secrets: Sequence[str] = ()) -> Iterator[Lines]:
    """Catch everything from *level* on that any library logs."""
    root, ours = logging.getLogger(), Lines()
    before = root.level
    levels = {name: logging.getLogger(name).level for name in TALKATIVE}
    catching = handler(LogFormat.JSON, Redaction(secrets), ours.stream)
    root.addHandler(catching)
    root.setLevel(level)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        yield ours
    finally:
        root.removeHandler(catching)
        root.setLevel(before)
        for name, level_before in levels.items():
            logging.getLogger(name).setLevel(level_before)
