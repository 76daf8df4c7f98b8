"""``/auth/device``: somebody who is signed in decides about a device, by the code that it shows.

The page shows the code and asks to compare it: whoever sends somebody a link here began the wait themselves.
What is decided counts only from our own form, in the session that it was shown to.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response

from gateway.auth import cookies, pages
from gateway.auth.devices import Devices, GuessedTooOften, shown
from gateway.auth.guard import Guard
from gateway.auth.pages import fill, show
from gateway.auth.sealing import fingerprint
from gateway.auth.sessions import Session, Sessions, Sort
from gateway.auth.tokens import APPROVAL

_LARGEST: Final = 8_000


@dataclass(frozen=True, slots=True)
class Approval:
    """Asks people about devices."""

    devices: Devices
    sessions: Sessions
    guard: Guard

    async def ask(self, request: Request) -> Response:
        """``GET /auth/device?user_code=…``: show the code and ask; who is not signed in signs in first."""
        typed = request.query_params.get("user_code", "")
        user_code = shown(typed)
        secret, session = await self._who(request)
        if session is None:
            return _sign_in(user_code)
        if not typed:
            return show("A device", fill(_TYPE))
        if (absence := await self._absence(user_code, session)) is not None:
            return absence
        name = session.person.name or session.person.user_id
        again = f"/auth/login?{urlencode({'return_to': _address(user_code)})}"
        proof = _proof(secret, user_code)
        body = fill(_QUESTION, name=name, user_code=user_code, proof=proof, again=again)
        return show("Allow a device?", body)

    async def decide(self, request: Request) -> Response:
        """``POST /auth/device``: let the device act for whoever is signed in, or not."""
        self.guard.check(request)
        form = await _read(request)
        user_code = shown(form.get("user_code", ""))
        secret, session = await self._who(request)
        if session is None:
            # Browsers hold a form to its policy on all redirections: one to the origin would lead nowhere.
            return pages.sign_in_failed("You are no longer signed in.", _address(user_code), status=403)
        if not hmac.compare_digest(_proof(secret, user_code).encode(), form.get("proof", "").encode()):
            return pages.sign_in_failed("This form is not ours.", _address(user_code), status=403)
        if (absence := await self._absence(user_code, session)) is not None:
            return absence
        is_allowed = form.get("decision") == "allow"
        if not await self.devices.decide(user_code, session.person if is_allowed else None):
            return _unknown()
        return show("Done", fill(_ALLOWED if is_allowed else _DENIED))

    async def _absence(self, user_code: str, session: Session) -> Response | None:
        """Return what to say if no device shows *user_code*, or nothing if one does."""
        try:
            return None if await self.devices.is_waiting(user_code, asker=session.name) else _unknown()
        except GuessedTooOften:
            return show("Too many codes", fill(_TOO_OFTEN), status=429)

    async def _who(self, request: Request) -> tuple[str, Session | None]:
        secret = cookies.read(request, cookies.SESSION) or ""
        return secret, await self.sessions.find(secret, Sort.COOKIE) if secret else None


def _proof(secret: str, user_code: str) -> str:
    """Return what only a page of ours, shown in the session of *secret*, can hold."""
    return fingerprint("form", secret, user_code)


def _address(user_code: str) -> str:
    return f"{APPROVAL}?{urlencode({'user_code': user_code})}" if user_code else APPROVAL


def _sign_in(user_code: str) -> Response:
    location = f"/auth/login?{urlencode({'return_to': _address(user_code)})}"
    return Response(status_code=303, headers={"location": location, "cache-control": "no-store"})


def _unknown() -> Response:
    return show("No such code", fill(_UNKNOWN, where=APPROVAL), status=404)


async def _read(request: Request) -> Mapping[str, str]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            return {}
    try:
        return dict(parse_qsl(body.decode(), max_num_fields=20))
    except ValueError:
        return {}


_TYPE: Final = """<h1>Which device?</h1>
<form method="get" action="/auth/device">
<label>The code that the device shows
<input name="user_code" required autocomplete="off" autocapitalize="characters" maxlength="20"></label>
<button type="submit">Continue</button>
</form>"""

_QUESTION: Final = """<h1>Allow a device to use your account?</h1>
<p>You are signed in as <b>$name</b>. A device or program asks to act for you. It shows this code:</p>
<b class="code">$user_code</b>
<p>Allow it only if you began this yourself and the device in front of you shows the same code.
If somebody sent you this code or a link to this page, deny it.</p>
<form method="post" action="/auth/device">
<input type="hidden" name="user_code" value="$user_code">
<input type="hidden" name="proof" value="$proof">
<button type="submit" name="decision" value="allow">Allow</button>
<button type="submit" name="decision" value="deny">Deny</button>
</form>
<p><a href="$again">Use another account</a></p>"""

_ALLOWED: Final = """<h1>The device is signed in</h1>
<p role="status">It takes a few seconds to notice. You may close this page.</p>"""

_DENIED: Final = """<h1>The device is not signed in</h1>
<p role="status">You denied it. You may close this page.</p>"""

_TOO_OFTEN: Final = """<h1>Too many codes</h1>
<p role="alert">You tried too many codes that no device shows. Try again in ten minutes.</p>"""

_UNKNOWN: Final = """<h1>No device waits with this code</h1>
<p role="alert">It may have been mistyped, or it was shown more than ten minutes ago.</p>
<p><a href="$where">Try again</a></p>"""
