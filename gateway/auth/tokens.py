"""``POST /auth/token``: bearer tokens for what is no browser (RFC 8628, in the form of RFC 6749)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.auth.dance import Dance, Person
from gateway.auth.devices import INTERVAL, LIFETIME, Devices, NotYet
from gateway.auth.errors import NotAllowed, OriginTroubled
from gateway.auth.sessions import IDLE, Sessions, Sort
from gateway.upstream.signing import Credentials

APPROVAL: Final = "/auth/device"
"""Where people approve devices, below our public address."""

_LARGEST: Final = 8_000
_NO_STORE: Final = {"cache-control": "no-store"}
_ACCESS: Final = ("oauth_token", "oauth_token_secret", "user_id")
_OF_DEVICES: Final = "urn:ietf:params:oauth:grant-type:device_code"
_CHOICE: Final = (
    "Give device_code, or oauth_token, oauth_token_secret and user_id; or nothing, for a device to begin."
)


class _Refused(Exception):
    """A request gets no token; the code is one of RFC 6749 section 5.2 or RFC 8628 section 3.5.

    Why is for whoever writes the client; nothing of what was sent is in it.
    """

    def __init__(self, error: str, why: str, *, status: int = 400) -> None:
        super().__init__(why)
        self.error = error
        self.status = status


@dataclass(frozen=True, slots=True)
class TokenRoute:
    """Gives tokens to devices that were approved, and to those who hold an access token of the origin."""

    public_url: str
    dance: Dance
    devices: Devices
    sessions: Sessions
    may_exchange: bool

    async def answer(self, request: Request) -> Response:
        """Answer ``POST /auth/token``: with nothing in it a device begins to wait."""
        try:
            given = await _read(request)
            if "device_code" in given:
                _check_given(given, "device_code")
                return await self._give(await self.devices.ask(given["device_code"]))
            if any(name in given for name in _ACCESS):
                return await self._give(await self._recognised(given))
            return await self._start(given)
        except NotYet as error:
            return JSONResponse({"error": error.error}, 400, _NO_STORE)
        except _Refused as error:
            told = {"error": error.error, "error_description": str(error)}
            return JSONResponse(told, error.status, _NO_STORE)

    async def _start(self, given: Mapping[str, str]) -> Response:
        if given:
            raise _Refused("invalid_request", _CHOICE)
        waiting = await self.devices.start()
        address = f"{self.public_url}{APPROVAL}"
        answer = {
            "device_code": waiting.device_code,
            "user_code": waiting.user_code,
            "verification_uri": address,
            "verification_uri_complete": f"{address}?{urlencode({'user_code': waiting.user_code})}",
            "expires_in": LIFETIME,
            "interval": INTERVAL,
        }
        return JSONResponse(answer, headers=_NO_STORE)

    async def _recognised(self, given: Mapping[str, str]) -> Person:
        """Return whose access token was given, as the origin says; the user id must be right, too."""
        if not self.may_exchange:
            raise _Refused("unsupported_grant_type", "This gateway takes no access tokens in exchange.")
        _check_given(given, *_ACCESS)
        try:
            person = await self.dance.recognise(
                Credentials(given["oauth_token"], given["oauth_token_secret"])
            )
        except NotAllowed as error:
            raise _Refused("invalid_grant", "The origin does not take this access token.") from error
        except OriginTroubled as error:
            raise _Refused("temporarily_unavailable", str(error), status=503) from error
        if person.user_id != given["user_id"]:
            raise _Refused("invalid_grant", "user_id is not whose access token it is.")
        return person

    async def _give(self, person: Person) -> Response:
        token = await self.sessions.begin(person, Sort.BEARER)
        return JSONResponse(
            {"access_token": token, "token_type": "Bearer", "expires_in": IDLE}, headers=_NO_STORE
        )


def slow_down(why: str) -> Response:
    """Return the answer to who asks too often: devices know the code, and leave more time from then on."""
    return JSONResponse({"error": "slow_down", "error_description": why}, 429, _NO_STORE)


def _check_given(given: Mapping[str, str], *names: str) -> None:
    for name in names:
        if not given.get(name):
            raise _Refused("invalid_request", f"{name} is missing.")


async def _read(request: Request) -> Mapping[str, str]:
    """Return the fields of a form or of a JSON object; each once, and each a text."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            why = f"The bytes of the body may be at most {_LARGEST}."
            raise _Refused("invalid_request", why, status=413)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        pairs = _from_json(body) if kind == "application/json" else _from_form(body)
    except ValueError as error:
        raise _Refused("invalid_request", "The body must be a form, or a JSON object of texts.") from error
    given = dict(pairs)
    if len(given) < len(pairs):
        raise _Refused("invalid_request", "A parameter is given twice.")
    if given.get("grant_type") == _OF_DEVICES:
        _check_given(given, "device_code")
    return {name: value for name, value in pairs if name not in {"grant_type", "client_id"}}


def _from_form(body: bytes) -> list[tuple[str, str]]:
    return parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=20)


def _from_json(body: bytes) -> list[tuple[str, str]]:
    parsed = orjson.loads(body or b"{}")
    if not isinstance(parsed, dict) or not all(isinstance(value, str) for value in parsed.values()):
        raise ValueError("not texts by name")
    return json.loads(body or b"{}", object_pairs_hook=list)  # type: ignore[no-any-return] # names twice, too
