"""``gateway origin consumer`` and ``gateway origin user``, as somebody types them."""

import asyncio
import re
from pathlib import Path

import pytest
import typer
from sqlalchemy import select
from typer.testing import CliRunner

from gateway.origin.accounts import AccessToken, PreferredFormat, RequestToken, Subscriber
from gateway.origin.commands import ConsumerCommands, UserCommands
from gateway.origin.database import Database
from gateway.origin.oauth import grants
from gateway.origin.oauth.passwords import Passwords
from gateway.origin.registry import subscribers
from tests.databases import Databases

from .conftest import ALICE, KEY, NOW, fill


@pytest.fixture
def url(databases: Databases) -> str:
    """Return the address of accounts of one's own, on every kind of database."""
    return databases.copy(fill)


@pytest.fixture
def app(tmp_path: Path) -> typer.Typer:
    """Return both groups of commands, at home in an empty folder."""
    together = typer.Typer()
    together.add_typer(ConsumerCommands(lambda: tmp_path).app(), name="consumer")
    together.add_typer(UserCommands(lambda: tmp_path).app(), name="user")
    return together


def run(app: typer.Typer, *words: str, typed: str = "") -> tuple[int, str, str]:
    """Return exit code, output and errors of a command."""
    result = CliRunner().invoke(app, words, input=typed)
    return result.exit_code, result.stdout, result.stderr


def test_a_consumer_is_registered_listed_and_locked_out(app: typer.Typer) -> None:
    """The key and the secret are printed once; the list shows no secrets."""
    code, printed, _ = run(app, "consumer", "add", "My [b]App", "--callback", "http://localhost:3000/back")
    found = re.fullmatch(r"consumer key     ([0-9a-f]{24})\nconsumer secret  ([\w-]{22})\n", printed)
    assert found is not None

    key, secret = found.groups()
    listed = [run(app, "consumer", "list")[1]]
    said = [run(app, "consumer", "disable", key)[1]]
    listed.append(run(app, "consumer", "list")[1])
    said.append(run(app, "consumer", "enable", "My [b]App")[1])

    assert (code, said) == (0, [f"My [b]App ({key}) is {state}.\n" for state in ("disabled", "enabled")])
    header = "KEY                       STATE    NAME       CALLBACK\n"
    assert listed[0] == f"{header}{key}  enabled  My [b]App  http://localhost:3000/back\n"
    assert (f"{key}  disabled" in listed[1], secret in "".join(listed)) == (True, False)


def test_a_consumer_is_kept_as_it_was_chosen(app: typer.Typer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key and the secret come from the environment; a second time changes what differs, and no more."""
    monkeypatch.setenv("GATEWAY_CONSUMER_KEY", "chosen-key")
    monkeypatch.setenv("GATEWAY_CONSUMER_SECRET", "a-secret-of-choice")
    words = ["consumer", "keep", "Graph", "--callback"]

    said = [run(app, *words, "https://old.example/back")]
    run(app, "consumer", "disable", "chosen-key")
    said += [run(app, *words, "https://graph.example/back")]
    listed = run(app, "consumer", "list")[1]

    assert said == [(0, "Graph (chosen-key) is registered.\n", "")] * 2
    assert listed.splitlines()[1:] == ["chosen-key  disabled  Graph  https://graph.example/back"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["consumer", "add", ""], "A name has 1 to 100 characters that can be seen."),
        (["consumer", "add", "a\x1b[2J"], "A name has 1 to 100 characters that can be seen."),
        (["consumer", "add", "x" * 101], "A name has 1 to 100 characters that can be seen."),
        (
            ["consumer", "add", "x", "--callback", "myapp://back"],
            "A callback is an http or https address, as http://localhost:3000/callback.",
        ),
        (["consumer", "keep", "x", "--key", "short", "--secret", "x" * 16], "A key has 8 to 64 letters, "),
        (["consumer", "keep", "x", "--key", "long-enough", "--secret", "x" * 15], "and a secret 16 to 128."),
        (["consumer", "disable", "x"], "There is no consumer with the key or the name x."),
        (["user", "add", "", "--password-stdin"], "A login has 1 to 254 characters that can be seen."),
        (
            ["user", "add", "a", "--format", "VHS", "--password-stdin"],
            "A format is one of Instant, DVD, Blu-ray, each once.",
        ),
        (["user", "password", "a", "--password-stdin"], "There is no subscriber with the login a."),
        (["user", "revoke", "a"], "There is no subscriber with the login a."),
        (["consumer", "list", "--database", "sqlite+aiosqlite:////nowhere/x"], "cannot be used"),
    ],
)
def test_what_cannot_be_is_one_sentence(app: typer.Typer, words: list[str], said: str) -> None:
    """Exit code 1, the reason on standard error, and nothing of where it happened."""
    code, printed, errors = run(app, *words, typed="correct horse\n")

    assert (code, printed, said in errors, errors.count("\n")) == (1, "", True, 1)


def test_names_are_taken_once(app: typer.Typer) -> None:
    """A second consumer or subscriber of the same name is refused, however it is written."""
    run(app, "consumer", "add", "Mine")
    run(app, "user", "add", "ada@example.com", "--password-stdin", typed="correct horse\n")

    kept = ["--key", "chosen-key", "--secret", "a-secret-of-choice"]
    errors = [
        run(app, "consumer", "add", " Mine ")[2],
        run(app, "consumer", "keep", "Mine", *kept)[2],
        run(app, "user", "add", "ADA@example.com ", "--password-stdin", typed="correct horse\n")[2],
    ]

    assert errors == [
        "There is a consumer called Mine already.\n",
        "There is a consumer called Mine already.\n",
        "There is a subscriber with the login ada@example.com already.\n",
    ]


def test_a_subscriber_is_added_and_listed(app: typer.Typer, tmp_path: Path) -> None:
    """With a name, formats in their order, and a password that is asked for twice."""
    words = [
        "user",
        "add",
        "ada@example.com",
        "--name",
        "Ada King Lovelace",
        "--format",
        "DVD",
        "--format",
        "Blu-ray",
    ]

    code, printed, _ = run(app, *words, typed="correct horse\ncorrect horse\n")
    listed = run(app, "user", "list")[1]

    user = printed.rpartition("user id  ")[2].strip()
    subscriber, formats = asyncio.run(_read(tmp_path, user))
    assert (code, "correct" in printed) == (0, False)
    assert (subscriber.first_name, subscriber.last_name, subscriber.can_instant_watch) == (
        "Ada",
        "King Lovelace",
        False,
    )
    assert formats == ["DVD", "Blu-ray"]
    assert listed.splitlines()[1].split() == [user, "0", "ada@example.com", "Ada", "King", "Lovelace"]


async def _read(home: Path, id: str) -> tuple[Subscriber, list[str]]:
    database = Database(f"sqlite+aiosqlite:///{home / 'origin.sqlite3'}")
    try:
        async with database.read() as session:
            subscriber = await session.get_one(Subscriber, id)
            formats = [await session.get_one(PreferredFormat, (id, position)) for position in range(2)]
            return subscriber, [one.format for one in formats]
    finally:
        await database.close()


@pytest.mark.parametrize("password", ["", "short", "x" * 1_025])
def test_passwords_have_a_length(app: typer.Typer, password: str) -> None:
    """Eight characters to a thousand."""
    errors = run(app, "user", "add", "ada", "--password-stdin", typed=f"{password}\n")[2]

    assert errors == "A password has 8 to 1024 characters.\n"


def test_a_password_is_changed(app: typer.Typer, url: str) -> None:
    """The new one is right from then on, the old one wrong."""
    code, printed, _ = run(
        app, "user", "password", ALICE.upper(), "--database", url, "--password-stdin", typed="another horse\n"
    )

    assert (code, printed) == (0, f"{ALICE} has a new password.\n")
    assert asyncio.run(_tried(url, "another horse", "correct horse")) == [True, False]


async def _tried(url: str, *passwords: str) -> list[bool]:
    database = Database(url)
    try:
        async with database.read() as session:
            alice = await subscribers.existing(session, ALICE)
    finally:
        await database.close()
    return [await Passwords().is_right(alice.password, password) for password in passwords]


def test_what_was_allowed_is_taken_back(app: typer.Typer, url: str) -> None:
    """The tokens of one application, then of all; what waits to be exchanged ends, too."""
    asyncio.run(_allow(url))
    listed = run(app, "user", "list", "--database", url)[1]

    said = [
        run(app, "user", "revoke", ALICE, *words, "--database", url)[1]
        for words in (["--consumer", "other-key"], [], [])
    ]

    assert listed.splitlines()[1].split()[1:3] == ["2", ALICE]
    assert said == ["1 access token revoked.\n", "2 access tokens revoked.\n", "0 access tokens revoked.\n"]
    assert asyncio.run(_waiting(url)) == 5


async def _allow(url: str) -> None:
    database = Database(url)
    try:
        async with database.write() as session:
            alice = await subscribers.existing(session, ALICE)
            for token, key in (("a", KEY), ("b", KEY), ("c", "other-key")):
                session.add(
                    AccessToken(
                        token=token, secret="s", consumer_key=key, subscriber_id=alice.id, created=NOW
                    )
                )
            request = await grants.issue(session, KEY, "oob", now=NOW)
            grants.approve(request, alice.id)
    finally:
        await database.close()


async def _waiting(url: str) -> int | None:
    database = Database(url)
    try:
        async with database.read() as session:
            return await session.scalar(select(RequestToken.wrong_tries))
    finally:
        await database.close()


def test_a_key_counts_before_a_name(app: typer.Typer) -> None:
    """A consumer that is called as another's key is not taken for it."""
    printed = run(app, "consumer", "add", "Mine")[1]
    key = printed.split()[2]
    run(app, "consumer", "add", key)

    assert run(app, "consumer", "disable", key)[1] == f"Mine ({key}) is disabled.\n"
