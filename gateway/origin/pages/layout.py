"""What all pages have in common: the frame, the look, the way text gets in, and the policy. Pure."""

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Mapping
from html import escape
from string import Template
from typing import Final


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def fill(template: str, **values: str) -> Html:
    """Return *template* with *values* in it; whatever is not HTML already is escaped."""
    safe = {name: value if isinstance(value, Html) else escape(value) for name, value in values.items()}
    return Html(Template(template).substitute(safe))


def join(parts: Iterable[Html]) -> Html:
    """Return *parts* one after the other."""
    return Html("".join(parts))


def page(title: str, body: Html) -> bytes:
    """Return a whole page."""
    return fill(_PAGE, title=title, style=_STYLE, body=body).encode()


def hidden(fields: Mapping[str, str]) -> Html:
    """Return *fields* as a form carries them unseen; empty ones are left out."""
    template = '<input type="hidden" name="$name" value="$value">\n'
    return join(fill(template, name=name, value=value) for name, value in fields.items() if value)


def headers(*, leads_away: bool = False) -> Mapping[str, str]:
    """Return what a browser is told to allow a page: next to nothing, least of all a frame around it.

    *leads_away* is for forms whose answer sends the browser to an application: browsers hold a form to its
    policy on all the way, and where an application sends people on to is not ours to know.
    """
    forms = "'self' https: http:" if leads_away else "'self'"
    policy = (
        f"default-src 'none'; style-src '{_STYLE_HASH}'; form-action {forms}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    return {
        "content-type": "text/html;charset=UTF-8",
        "cache-control": "no-store",
        "content-security-policy": policy,
        "x-frame-options": "DENY",
        # With none at all, browsers would not say where a form comes from, either.
        "referrer-policy": "same-origin",
    }


_STYLE: Final = Html("""
:root { color-scheme: light dark; --ink: #1c1b1a; --paper: #fbfaf8; --card: #fff; --line: #d8d4cd;
  --quiet: #5f5a53; --deed: #a3161d; --warn: #8f1219; --warn-paper: #fdecec; --good: #17663a; }
@media (prefers-color-scheme: dark) { :root { --ink: #f1efec; --paper: #191817; --card: #242220;
  --line: #45413c; --quiet: #b4aea5; --deed: #c9252d; --warn: #ffb4b4; --warn-paper: #48181b;
  --good: #7fd6a2; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 3rem 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
main { max-width: 30rem; margin: 0 auto; padding: 2rem; background: var(--card);
  border: 1px solid var(--line); border-radius: .75rem; overflow-wrap: anywhere; }
h1 { margin: 0 0 1rem; font-size: 1.4rem; line-height: 1.25; }
p, ul { margin: 0 0 1rem; }
ul { padding-left: 1.25rem; }
a { color: inherit; }
.quiet { color: var(--quiet); font-size: .9rem; }
.alert { padding: .75rem 1rem; border-radius: .5rem; background: var(--warn-paper); color: var(--warn);
  font-weight: 600; }
.good { color: var(--good); }
label { display: block; margin: 0 0 .9rem; font-weight: 600; }
input { display: block; width: 100%; margin-top: .25rem; padding: .6rem .7rem; font: inherit;
  color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: .5rem; }
.choice { display: flex; gap: .75rem; margin: 1.25rem 0 1rem; }
button { flex: 1; padding: .7rem 1rem; font: inherit; font-weight: 600; border-radius: .5rem;
  border: 1px solid var(--line); background: transparent; color: inherit; cursor: pointer; }
button.deed { flex: 2; background: var(--deed); border-color: var(--deed); color: #fff; }
:focus-visible { outline: 3px solid #2f6fd0; outline-offset: 2px; }
.code { display: block; margin: 1rem 0; padding: 1rem; text-align: center; font: 600 2rem/1 monospace;
  letter-spacing: .2em; border: 1px dashed var(--line); border-radius: .5rem; }
.rows { list-style: none; padding: 0; }
.rows li { display: flex; align-items: center; gap: 1rem; padding: .9rem 0;
  border-top: 1px solid var(--line); }
.rows div { flex: 1; }
.rows form { flex: none; }
""")

_STYLE_HASH: Final = "sha256-" + b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>$style</style>
</head>
<body>
<main>
$body
</main>
</body>
</html>
"""
