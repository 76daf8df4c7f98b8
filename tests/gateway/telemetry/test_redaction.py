"""What is secret is cut out of any text, whatever form it has; what is not stays."""

import json
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.telemetry.redaction import Redaction

CANARY = "CANARY.mcz+/=x"
HEADER = f'OAuth oauth_token="{CANARY}", oauth_signature="{quote(CANARY)}"'
SIGNED = f"http://o.test/t?oauth_token={quote(CANARY)}&oauth_signature={quote(CANARY)}"

TEXTS = {
    "an address": f'HTTP Request: GET {SIGNED} "HTTP/1.1 200 OK"',
    "a path": f'"GET /people?term={quote(CANARY)} HTTP/1.1" 200',
    "a user in an address": f"redis://user:{quote(CANARY)}@127.0.0.1:6379/0 is away",
    "a form": urlencode({"oauth_token": CANARY, "entry_1_0": SIGNED}),
    "a form, escaped once more": quote(urlencode({"oauth_token": CANARY}), safe=""),
    "a feed": f"feed_token={CANARY}",
    "a header": f"> Authorization: {HEADER}",
    "a cookie": f"> Cookie: __Host-gateway_session={CANARY}; theme={CANARY}\r\n> Host: o.test",
    "headers as a dictionary": repr({"authorization": HEADER, "Cookie": f"a={CANARY}; b='{CANARY}'"}),
    "headers as pairs": repr([(b"authorization", HEADER.encode()), (b"set-cookie", CANARY.encode())]),
    "JSON": json.dumps({"payload": {"authorization": f"Bearer {CANARY}", "oauth_token_secret": CANARY}}),
    "JSON in JSON": json.dumps(json.dumps({"Authorization": f"Bearer {CANARY}", "feed_token": CANARY})),
    "a bearer token": f"the token Bearer {CANARY} is not good",
    "a dataclass": f"Credentials(key='k', secret={CANARY!r})",
    "a password": f"password={CANARY}",
    "a device": json.dumps({"device_code": CANARY}),
    "a known secret": f"somewhere {CANARY} stands",
}


@pytest.mark.parametrize("what", TEXTS)
def test_a_secret_is_cut_out(what: str) -> None:
    """By the name before it, or by what it is."""
    redact = Redaction([CANARY] if what == "a known secret" else [])

    assert "CANARY" not in redact(TEXTS[what])


PLAIN = (
    "The origin answered 404 for http://o.test/catalog/titles/movies/1.",
    '{"event": "operation", "codes": {"NOT_FOUND": 1}, "seconds": 0.1}',
    "Started server process [12]",
    "Task <Task finished name='Task-1' coro=<answer() done>> took 0.100 seconds",
    "Nobody can be recognised now: who is it?",
)


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_no_secret_stays(text: str) -> None:
    """Lines say what they say."""
    assert Redaction(["consumer-secret"])(text) == text


def test_what_surrounds_a_secret_stays() -> None:
    """One sees where it was, and what else was said."""
    assert Redaction()(f"GET {SIGNED} took 3 s") == "GET http://o.test/t?… took 3 s"
    assert Redaction()(f"{{'Cookie': 'a={CANARY}', 'Host': 'o.test'}}") == "{'Cookie': …, 'Host': 'o.test'}"


_NAMES = st.sampled_from(["oauth_token", "oauth_signature", "feed_token", "entry_ab_3", "Authorization"])
_SIGNS = st.text(alphabet="abcXYZ019._~-+/=%", min_size=6, max_size=60)


@given(_NAMES, _SIGNS, st.sampled_from(["{}={}", "{}: {}", "'{}': '{}'", '"{}":"{}"', "('{}', b'{}')"]))
def test_no_value_of_a_secret_name_stays(name: str, value: str, form: str) -> None:
    """Whatever characters it has that tokens, signatures and their encodings have."""
    secret = f"CANARY{value}CANARY"

    assert "CANARY" not in Redaction()(f"before {form.format(name, secret)} after")
