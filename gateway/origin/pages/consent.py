"""The page that asks a subscriber whether an application may use the account. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.origin.pages.forms import CREDENTIALS, alert
from gateway.origin.pages.layout import Html, fill, hidden, page


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Who asks, on whose behalf, and what the form carries along."""

    application: str
    fields: Mapping[str, str]
    returns_to: str | None
    """Where the subscriber goes afterwards; without it a code is shown."""
    signed_in_as: str | None = None
    another: str = ""
    """The address of the same question to somebody else."""
    status: str = ""


def consent_page(question: Question) -> bytes:
    """Return the page that puts *question*."""
    name = question.application
    body = fill(
        _BODY,
        name=name,
        alert=alert(question.status),
        hidden=hidden(question.fields),
        who=_who(question),
        deed="Allow" if question.signed_in_as else "Sign in and allow",
        afterwards=_afterwards(question),
    )
    return page(f"Allow {name}?", body)


def _who(question: Question) -> Html:
    if question.signed_in_as is None:
        return CREDENTIALS
    return fill(_SIGNED_IN, login=question.signed_in_as, another=question.another)


def _afterwards(question: Question) -> Html:
    if question.returns_to is None:
        return fill("If you allow it, you are shown what to do next. If you deny it, nothing changes.")
    template = "Either way you then go back to <b>$where</b>."
    return fill(template, where=question.returns_to)


_BODY: Final = """<h1>Allow <em>$name</em> to use your account?</h1>
$alert<p>The application <b>$name</b> asks to act for you here. If you allow it, it can,
until you take that back:</p>
<ul>
<li>see your name and the formats you prefer</li>
<li>see and change your disc queue and your instant queue</li>
<li>see what you have at home and what you have rented and watched</li>
<li>see and change your ratings, and see your reviews</li>
<li>see what is recommended to you</li>
</ul>
<p>It never learns your password. You can take everything back at any time on the page
<a href="/oauth/authorizations">Applications you allowed</a>.</p>
<form method="post" action="/oauth/login">
$hidden$who<div class="choice">
<button class="deed" type="submit" name="decision" value="allow">$deed</button>
<button type="submit" name="decision" value="deny" formnovalidate>Deny</button>
</div>
</form>
<p class="quiet">$afterwards</p>"""

_SIGNED_IN: Final = """<p>You are signed in as <b>$login</b>. <a href="$another">Use another account</a></p>
"""
