"""What the tool that audits says, and how it ends."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
import typer
from typer.testing import CliRunner, Result

from gateway.audit.asking import Place, Who, get, post
from gateway.audit.command import audit
from gateway.audit.credentials import Credentials, Subscriber, read_demo
from gateway.audit.documents import parse
from gateway.audit.failures import AuditSkipped
from gateway.audit.mechanical import mechanical
from gateway.audit.queue import Queue
from gateway.audit.run import Outcome, judged
from gateway.audit.session import Session
from gateway.audit.signing import Keys, base_string, oauth_pairs, signature
from gateway.origin.app import create_app
from gateway.origin.database import Database
from gateway.origin.settings import OriginSettings
from tests.contract.audits import AUDITS
from tests.contract.claimant import Furnished
from tests.end_to_end.stack import serving

NOWHERE = "http://127.0.0.1:9"
KEYS = ("--consumer-key", "k", "--consumer-secret", "s")


def run(*arguments: str) -> Result:
    """Run the command with *arguments*."""
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(audit)
    return CliRunner().invoke(app, arguments)


@pytest.fixture(scope="module")
def place(furnish: Callable[[], Furnished]) -> Furnished:
    """Furnish an origin."""
    return furnish()


@pytest.fixture(scope="module")
def origin(place: Furnished) -> Iterator[str]:
    """Serve the furnished origin on loopback."""
    database = Database(place.url)
    with serving(lambda url: create_app(database, OriginSettings(public_url=url))) as url:
        yield url


@pytest.fixture
def keys(place: Furnished) -> tuple[str, ...]:
    """Return the options that name the consumer."""
    return ("--consumer-key", place.credentials.key, "--consumer-secret", place.credentials.secret)


def test_the_published_vector_is_signed() -> None:
    """The signature of the contract's vector comes out."""
    pairs = (
        ("term", "sneakers"),
        ("max_results", "5"),
        ("oauth_consumer_key", "123456789012345678901234"),
        ("oauth_nonce", "24aea97b0b5dd516145966aaf2945c6a"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "1233950836"),
        ("oauth_version", "1.0"),
    )
    base = base_string("GET", "http://api.netflix.com/catalog/titles", pairs)

    assert signature(base, Keys("123456789012345678901234", "1234567890")) == "vlROEST9UXwI+zc9fld82giaYPE="


def test_an_empty_replacement_leaves_a_parameter_out() -> None:
    """What is replaced by nothing is not sent and not signed."""
    ask = replace(get("/catalog/titles"), oauth=(("oauth_version", ""),))

    names = [name for name, _ in oauth_pairs(ask, Keys("k", "s"), "http://o.example/catalog/titles", 1)]

    assert names == [
        "oauth_consumer_key",
        "oauth_nonce",
        "oauth_signature_method",
        "oauth_timestamp",
        "oauth_signature",
    ]


def test_json_is_made_of_xml_mechanically() -> None:
    """Attributes and children become keys, what repeats an array, text beside attributes ``content``."""
    root = parse(b'<q><etag>7</etag><c s="1">One</c><l h="a"/><l h="b"/><e></e><t>true</t></q>')

    assert (mechanical(root, typed=False), mechanical(root, typed=True)) == (
        {
            "q": {
                "etag": "7",
                "c": {"s": "1", "content": "One"},
                "l": [{"h": "a"}, {"h": "b"}],
                "e": "",
                "t": "true",
            }
        },
        {
            "q": {
                "etag": 7,
                "c": {"s": 1, "content": "One"},
                "l": [{"h": "a"}, {"h": "b"}],
                "e": "",
                "t": True,
            }
        },
    )


def test_requests_are_owned_by_whom_they_concern() -> None:
    """What is below a subscriber is signed by the subscriber, all else by the application."""
    assert [get("/users/x").who, post("/users/x/queues").who, get("/catalog/titles").who] == [
        Who.ME,
        Who.ME,
        Who.APP,
    ]


def test_without_a_token_an_audit_is_skipped() -> None:
    """Nobody's resources can be asked for without a token."""
    credentials = Credentials("k", "s", (Subscriber(token="t", secret="s"),))

    with pytest.raises(AuditSkipped, match="needs a second subscriber's access token"):
        credentials.keys(Who.OTHER)


def test_the_demo_writes_its_credentials(tmp_path: Path) -> None:
    """The file of the demo is read; who audits is the first of its people, the other is the last."""
    path = tmp_path / "demo.json"
    common = {"login": "a@example.org", "password": "p", "token": "t", "secret": "u"}
    people = [{"user_id": user, **common} for user in ("T1x-", "T1y-", "T1z-")]
    path.write_bytes(orjson.dumps({"consumer": {"key": "k", "secret": "s"}, "subscribers": people}))

    assert read_demo(path) == Credentials(
        "k", "s", tuple(Subscriber(user_id=user, **common) for user in ("T1x-", "T1z-", "T1y-"))
    )


def test_where_nobody_answers_every_audit_fails() -> None:
    """An address without a server is a table of failures, and a non-zero exit."""
    result = run(NOWHERE, *KEYS, "--only", "^(SEARCH-0[12]|USER-01)$")

    assert (result.exit_code, result.output.splitlines()[-1]) == (1, "0 passed, 2 failed, 1 skipped")


def test_a_passing_api_is_a_zero_exit(origin: str, keys: tuple[str, ...]) -> None:
    """Audits that pass, and one that is skipped for want of a token, are no failure."""
    result = run(origin, *keys, "--only", "^(SEARCH-0[123]|USER-01)$", "--rate", "50")

    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "3 passed, 0 failed, 1 skipped")


def test_results_are_json_when_asked(origin: str, keys: tuple[str, ...]) -> None:
    """``--json`` prints one object an audit."""
    result = run(origin, *keys, "--only", "^SEARCH-02$", "--json")

    assert orjson.loads(result.output) == [
        {
            "id": "SEARCH-02",
            "level": "MUST",
            "section": "3.1",
            "title": "A search is a catalog_titles.",
            "kind": "root",
            "outcome": "passed",
            "reason": "",
        }
    ]


def test_someone_must_sign() -> None:
    """Without a consumer's key there is nothing to ask with."""
    assert run(NOWHERE).exit_code == 2


@pytest.mark.anyio
async def test_addresses_of_documents_are_asked_for_where_we_are(visit: Session) -> None:
    """An address that begins with the API's own name is asked for at the base that is audited."""
    moved = replace(visit, base="http://127.0.0.1:8001")

    assert [moved.address("http://api.netflix.com/users/1"), moved.address("/users/1")] == [
        "http://127.0.0.1:8001/users/1",
        "http://127.0.0.1:8001/users/1",
    ]


@pytest.mark.anyio
async def test_a_form_carries_the_signature(visit: Session) -> None:
    """Where OAuth travels in the form, the query is bare."""
    ask = replace(post("/catalog/titles", term="a"), place=Place.FORM)

    request = await visit.request(ask)

    assert (str(request.url), b"oauth_signature=" in request.content) == (
        "http://api.netflix.com/catalog/titles",
        True,
    )


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["instant", "disc"])
async def test_what_writes_puts_back(name: str, visit: Session) -> None:
    """After the audits that write, a queue holds the same titles in the same order."""
    chosen = {
        "instant": ("WRITE-04", "WRITE-13", "WRITE-25", "WRITE-82", "WRITE-83"),
        "disc": ("WRITE-43", "WRITE-51", "WRITE-62", "WRITE-78"),
    }[name]
    queue = Queue(visit, name)
    before = await queue.state()

    outcomes = {(await judged(one, visit)).outcome for one in AUDITS if one.id in chosen}
    after = await queue.state()

    assert (outcomes, [item.id for item in after.items]) == (
        {Outcome.PASSED},
        [item.id for item in before.items],
    )
