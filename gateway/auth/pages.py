"""The few pages that we show to people: plain, without scripts, and in nobody's frame. Pure."""

import hashlib
from base64 import b64encode
from html import escape
from string import Template
from typing import Final

from starlette.responses import HTMLResponse


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def fill(template: str, **values: str) -> Html:
    """Return *template* with *values* in it; whatever is not HTML already is escaped."""
    safe = {name: value if isinstance(value, Html) else escape(value) for name, value in values.items()}
    return Html(Template(template).substitute(safe))


def show(title: str, body: Html, *, status: int = 200) -> HTMLResponse:
    """Return a page."""
    return HTMLResponse(fill(_PAGE, title=title, style=_STYLE, body=body), status, _HEADERS)


def sign_in_failed(why: str, return_to: str, *, status: int) -> HTMLResponse:
    """Return the page that says why somebody is not signed in."""
    return show("Not signed in", fill(_FAILED, why=why, return_to=return_to), status=status)


def too_often(why: str) -> HTMLResponse:
    """Return the page for somebody from whose address too much is asked."""
    return show("Too many requests", fill(_TOO_OFTEN, why=why), status=429)


_STYLE: Final = Html("""
:root { color-scheme: light dark; }
body { margin: 0; padding: 3rem 1rem; font: 1rem/1.5 system-ui, "Liberation Sans", sans-serif; }
main { max-width: 30rem; margin: 0 auto; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; }
.code { display: block; margin: 1rem 0; padding: 1rem; text-align: center; font: 600 2rem/1 monospace;
  letter-spacing: .15em; border: 1px dashed; border-radius: .5rem; }
label { display: block; margin-bottom: 1rem; }
input { display: block; margin-top: .25rem; padding: .6rem .7rem; font: 1.2rem monospace; }
button { padding: .7rem 1.2rem; margin-right: .75rem; font: inherit; font-weight: 600; border-radius: .5rem; }
""")
_STYLE_HASH: Final = "sha256-" + b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

_HEADERS: Final = {
    "cache-control": "no-store",
    "content-security-policy": (
        f"default-src 'none'; style-src '{_STYLE_HASH}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    # With none at all, browsers would not say where a form comes from, either.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}

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

_FAILED: Final = """<h1>You are not signed in</h1>
<p role="alert">$why</p>
<p><a href="$return_to">Go back</a></p>"""

_TOO_OFTEN: Final = """<h1>Too many requests</h1>
<p role="alert">$why Try again in a minute.</p>"""
