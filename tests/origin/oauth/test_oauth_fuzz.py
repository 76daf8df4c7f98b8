"""Whatever is sent below ``/oauth/``, nothing breaks: an answer that was meant, never a 500."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import quote

import httpx
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gateway.origin.app import create_app
from gateway.origin.database import Database
from gateway.origin.oauth import visits
from gateway.origin.settings import OriginSettings, compat_names

from .conftest import ALICE, BASE, CALLBACK, KEY, PASSWORD, Application, Clock, header

MEANT = {200, 302, 400, 401, 403, 404, 405, 413, 414, 415, 431}

paths = st.sampled_from(
    [
        "/oauth/request_token",
        "/oauth/access_token",
        "/oauth/login",
        "/oauth/authenticate/",
        "/oauth/authorizations",
        "/oauth/clock/time",
        "/oauth/%6cogin",
        "/oauth/",
    ]
)
words = st.one_of(
    st.sampled_from(
        ["", "x", KEY, ALICE, PASSWORD, "oob", CALLBACK, "http://[", "1.0", "0" * 300, "T1", "deny"]
    ),
    st.text(max_size=20),
    st.text("%&=;,\"'<>\\\r\n\t\0 é☃~", max_size=20),
)
names = st.sampled_from(
    [
        "oauth_token",
        "oauth_consumer_key",
        "oauth_callback",
        "oauth_verifier",
        "oauth_nonce",
        "oauth_timestamp",
        "oauth_signature",
        "oauth_signature_method",
        "oauth_version",
        "application_name",
        "output",
        "method",
        "login",
        "password",
        "csrf",
        "decision",
        "consumer_key",
        "status",
        "as",
    ]
)
pairs = st.dictionaries(names | words, words, max_size=6)
cookies = st.one_of(
    st.none(),
    words.map(lambda text: f"origin_visit={quote(text)}"),
    st.just(f"origin_visit={visits.begin().cookie}"),
    st.builds(
        lambda until, who: f"origin_visit={'m' * 43}~{until}~{'0' * 64}~{who}",
        st.integers(0, 10**11),
        st.from_regex(r"[A-Za-z0-9_.-]{1,20}", fullmatch=True),
    ),
    st.binary(max_size=20).map(lambda noise: f"origin_visit={noise.hex()}; ;=; origin_visit"),
)


@dataclass
class Sent:
    """One request to be made."""

    verb: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)
    is_signed: bool = False
    has_multipart: bool = False
    cookie: str | None = None
    authorization: str | None = None


requests = st.builds(
    Sent,
    verb=st.sampled_from(["GET", "POST", "POST", "HEAD", "PUT", "OPTIONS"]),
    path=paths,
    query=pairs,
    form=pairs,
    is_signed=st.booleans(),
    has_multipart=st.booleans(),
    cookie=cookies,
    authorization=st.none()
    | pairs.map(lambda given: header({quote(name): value for name, value in given.items()}))
    | words.map(lambda text: f"OAuth {quote(text, safe=' =,')}"),
)


def test_no_request_breaks_anything(url: str) -> None:
    """Signed or not, with cookies, forms and headers of any kind: 300 requests, no 500."""
    statuses: Counter[int] = Counter()
    options = OriginSettings(
        public_url=BASE, clock=Clock(), compat=compat_names({"historic"}), login_tries=10**6
    )

    with asyncio.Runner() as runner:
        database = Database(url)
        transport = httpx.ASGITransport(create_app(database, options), raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url=BASE)

        @settings(
            max_examples=300,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
        )
        @given(requests)
        def send(sent: Sent) -> None:
            answer = runner.run(_send(client, sent))
            statuses[answer.status_code] += 1
            assert answer.status_code in MEANT, (answer.status_code, answer.text)

        try:
            send()
        finally:
            runner.run(client.aclose())
            runner.run(database.close())

    # It got beyond the door: some were answered, some led on, some were refused for each reason.
    assert {200, 400, 401} <= statuses.keys()


async def _send(client: httpx.AsyncClient, sent: Sent) -> httpx.Response:
    form = sent.form
    if sent.is_signed:
        fixed = {
            "oauth_signature_method": "HMAC-SHA1",
            "oauth_version": "1.0",
            "oauth_timestamp": "1300000000",
        }
        signing = {**form, **fixed, "oauth_consumer_key": KEY}
        signing.pop("oauth_signature", None)
        signing.pop("oauth_nonce", None)
        form = Application(client).parameters(sent.path, sent.verb, **signing)
    headers = {"cookie": sent.cookie} if sent.cookie else {}
    if sent.authorization is not None:
        headers["authorization"] = sent.authorization
    query = "&".join(f"{quote(name)}={quote(value)}" for name, value in sent.query.items())
    address = f"{sent.path}?{query if not sent.is_signed else ''}"
    if sent.has_multipart:
        files = {name or "x": (None, value) for name, value in form.items()}
        return await client.request(sent.verb, address, headers=headers, files=files)
    return await client.request(sent.verb, address, headers=headers, data=form)
