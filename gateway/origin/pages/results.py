"""The pages at the end: allowed, denied, or nothing to decide. Pure."""

from typing import Final

from gateway.origin.pages.layout import fill, page


def allowed_page(application: str, pin: str, *, is_awaited: bool) -> bytes:
    """Return the page after an application was allowed; *is_awaited* says that it waits for the code."""
    lead = fill(_FINISH if is_awaited else _IN_CASE, name=application)
    return page("Allowed", fill(_ALLOWED, name=application, lead=lead, pin=pin))


def denied_page(application: str) -> bytes:
    """Return the page after an application was denied."""
    return page("Denied", fill(_DENIED, name=application))


def refused_page(reason: str) -> bytes:
    """Return the page that says why there is nothing to decide."""
    return page("This did not work", fill(_REFUSED, reason=reason))


def passing_page(text: str, location: str) -> bytes:
    """Return what stands behind a redirection, for programs that read and do not follow it."""
    return page("One moment", fill(_PASSING, text=text, location=location))


_ALLOWED: Final = """<h1 class="good">Done</h1>
<p><b>$name</b> was successfully linked to your account.</p>
<p>$lead</p>
<code class="code" id="pin">$pin</code>
<p class="quiet">Give it to nobody else: whoever has it can use your account.</p>
<p>You can close this page. If you change your mind, take it back on the page
<a href="/oauth/authorizations">Applications you allowed</a>.</p>"""

_FINISH: Final = "To finish, type this code into <b>$name</b> within ten minutes:"

_IN_CASE: Final = "Go back to <b>$name</b> now. If it asks for a code, this is it:"

_DENIED: Final = """<h1>Denied</h1>
<p><b>$name</b> cannot use your account. Nothing has been changed.</p>
<p>You can close this page.</p>"""

_REFUSED: Final = """<h1>This did not work</h1>
<p class="alert" role="alert">Linking failed: $reason.</p>
<p>Such a page is good for ten minutes and for one decision. Go back to the application and start again
from there.</p>"""

_PASSING: Final = """<p>$text <a href="$location">Continue</a></p>"""
