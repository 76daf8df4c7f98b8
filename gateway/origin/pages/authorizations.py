"""The page on which a subscriber sees which applications are allowed, and takes that back. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from gateway.origin.pages.forms import CREDENTIALS, alert
from gateway.origin.pages.layout import Html, fill, hidden, join, page


@dataclass(frozen=True, slots=True)
class Allowed:
    """An application that a subscriber allowed."""

    consumer_key: str
    name: str
    since: int


def sign_in_page(csrf: str, status: str) -> bytes:
    """Return the page that asks who is there."""
    body = fill(_SIGN_IN, alert=alert(status), hidden=hidden({"csrf": csrf}), credentials=CREDENTIALS)
    return page("Sign in", body)


def authorizations_page(login: str, allowed: Sequence[Allowed], csrf: str, *, is_revoked: bool) -> bytes:
    """Return the list of *allowed* applications; *is_revoked* says that one was just taken out of it."""
    rows = join(
        fill(
            _ROW,
            name=one.name,
            since=f"{datetime.fromtimestamp(one.since, UTC):%Y-%m-%d}",
            hidden=hidden({"csrf": csrf, "consumer_key": one.consumer_key}),
        )
        for one in allowed
    )
    body = fill(
        _LIST,
        login=login,
        note=_REVOKED if is_revoked else Html(),
        rows=fill(_SOME, rows=rows) if allowed else _NONE,
        hidden=hidden({"csrf": csrf}),
    )
    return page("Applications you allowed", body)


_SIGN_IN: Final = """<h1>Applications you allowed</h1>
$alert<p>Sign in to see which applications may use your account, and to take that back.</p>
<form method="post" action="/oauth/authorizations">
$hidden$credentials<div class="choice">
<button class="deed" type="submit" name="decision" value="sign-in">Sign in</button>
</div>
</form>"""

_LIST: Final = """<h1>Applications you allowed</h1>
$note$rows<form method="post" action="/oauth/authorizations">
$hidden<div class="choice">
<button type="submit" name="decision" value="sign-out">Sign out</button>
</div>
</form>
<p class="quiet">You are signed in as <b>$login</b>.</p>"""

_SOME: Final = """<p>Each of these may see and change your queues and ratings, and see what you rented.
What you take back ends at once.</p>
<ul class="rows">
$rows</ul>
"""

_ROW: Final = """<li>
<div><b>$name</b><br><span class="quiet">allowed since $since</span></div>
<form method="post" action="/oauth/authorizations">
$hidden<button type="submit" name="decision" value="revoke" title="Take back from $name">Take back</button>
</form>
</li>
"""

_NONE: Final = Html("<p><b>No application may use your account.</b></p>\n")

_REVOKED: Final = Html(
    '<p class="good" role="status"><b>Taken back: it cannot use your account any more.</b></p>\n'
)
