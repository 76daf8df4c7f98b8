"""Shows the origin's HTML: as harmless HTML, or as plain text. Pure."""

import html
import re
from typing import Final

import nh3

_TAGS: Final = {"p", "i", "b", "em", "strong", "a", "br"}
_BLOCKS: Final = {"p", "div", "li", "tr", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"}

_SPACES: Final = re.compile(r"\s+")
_BLOCK: Final = re.compile(rf"</?(?:{'|'.join(sorted(_BLOCKS))})>")
_TAG: Final = re.compile(r"<[^>]*>")
_GAPS: Final = re.compile(r"\n{3,}")


def sanitised(markup: str) -> str:
    """Return *markup* with paragraphs, emphasis and links to the web, and without anything else."""
    return nh3.clean(
        markup,
        tags=_TAGS,
        attributes={"a": {"href"}},
        attribute_filter=_web_address,
        link_rel=None,
    )


def plain(markup: str) -> str:
    """Return what *markup* says: paragraphs are set off by a blank line, lines broken only by ``br``."""
    # What comes out of the cleaner is well formed and without attributes, so that patterns can be exact.
    tidy = nh3.clean(markup, tags=_BLOCKS | {"br"}, attributes={})
    text = _BLOCK.sub("\n\n", _SPACES.sub(" ", tidy).replace("<br>", "\n"))
    text = html.unescape(_TAG.sub("", text))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return _GAPS.sub("\n\n", "\n".join(lines)).strip()


def _web_address(_tag: str, _attribute: str, value: str) -> str | None:
    # A relative link would lead into the page that shows it.
    return value if value.lower().startswith(("http://", "https://")) else None
