"""The fields in which people say who they are. Pure."""

from typing import Final

from gateway.origin.pages.layout import Html, fill

# Programs fill these by name, so the names are part of the contract (9, 11).
CREDENTIALS: Final = Html("""<label>Login
<input name="login" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="254" required>
</label>
<label>Password
<input name="password" type="password" autocomplete="current-password" maxlength="1024" required>
</label>
""")

WRONG: Final = "Failed"
"""What the address says after a wrong password (contract 2.5)."""
TOO_OFTEN: Final = "Failed-Too-Often"

_ALERTS: Final = {
    WRONG: "Sign-in failed: the login or the password is not right. Nothing has been changed; try again.",
    TOO_OFTEN: "Sign-in failed: too many tries. Nothing has been changed; try again in ten minutes.",
}


def alert(status: str) -> Html:
    """Return what went wrong before, if something did."""
    template = '<p class="alert" role="alert">$text</p>\n'
    return fill(template, text=_ALERTS[status]) if status in _ALERTS else Html()
