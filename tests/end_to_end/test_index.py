"""``gateway index`` against a real origin: its catalog in a file."""

import os
from pathlib import Path

import httpx
import oauthlib.oauth1
import pytest
from typer.testing import Result

from tests.end_to_end.command import invoke
from tests.end_to_end.stack import Stack

VERSIONS = {"full": "2.0", "streaming": "2.0", "dvd": "2.0", "index": "1.0"}


def _index(running: Stack, *arguments: str, **env: str) -> Result:
    told = {
        "GATEWAY_ORIGIN_URL": running.origin,
        "GATEWAY_CONSUMER_KEY": running.consumer.key,
        "GATEWAY_CONSUMER_SECRET": running.consumer.secret,
    }
    return invoke("index", *arguments, **{**told, **env})


def _asked_plainly(running: Stack, path: str) -> bytes:
    client = oauthlib.oauth1.Client(running.consumer.key, client_secret=running.consumer.secret)
    signed, headers, _ = client.sign(f"{running.origin}{path}")
    response = httpx.get(signed, headers=headers, timeout=60)
    response.raise_for_status()
    return response.content


@pytest.mark.parametrize("kind", VERSIONS)
def test_an_index_file_is_saved(kind: str, embedded: Stack, tmp_path: Path) -> None:
    """It is what the origin has, byte for byte, came compressed in one request, and is counted."""
    file = tmp_path / "catalog.xml"
    path = f"/catalog/titles/{kind}"
    expected = _asked_plainly(embedded, f"{path}?v={VERSIONS[kind]}")
    embedded.counter.requests.clear()

    done = _index(embedded, "--kind", kind, "--output", str(file))

    assert (done.exit_code, done.stderr) == (0, "")
    assert file.read_bytes() == expected
    assert embedded.counter.requests == [[path]]
    titles = expected.count(b"</title_index_item>") + expected.count(b"</catalog_title>")
    said, _, sent = done.stdout.partition(" (")
    assert said == f"{file} has {titles:,} titles in {len(expected):,} bytes"
    assert titles > 50
    assert int(sent.partition(" ")[0].replace(",", "")) < len(expected) / 4
    assert list(tmp_path.iterdir()) == [file]
    assert file.stat().st_mode & 0o777 == 0o666 & ~_umask()


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({"GATEWAY_CONSUMER_SECRET": "wrong"}, "The origin answered 401 for {}. It says: Invalid Signature"),
        ({"GATEWAY_ORIGIN_URL": "http://127.0.0.1:9"}, "The origin could not be reached for {}."),
        ({"GATEWAY_CONSUMER_KEY": ""}, "GATEWAY_CONSUMER_KEY must not be empty."),
    ],
)
def test_what_goes_wrong_is_a_sentence(
    env: dict[str, str], sentence: str, embedded: Stack, tmp_path: Path
) -> None:
    """The file is what it was before, and no other is left behind."""
    file = tmp_path / "catalog.xml"
    file.write_text("yesterday's")

    done = _index(embedded, "--output", str(file), **env)

    address = f"{env.get('GATEWAY_ORIGIN_URL', embedded.origin)}/catalog/titles/full"
    assert (done.exit_code, done.stderr) == (1, f"{sentence.format(address)}\n")
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {"catalog.xml": "yesterday's"}


def test_a_file_that_cannot_be_written_is_a_sentence(embedded: Stack, tmp_path: Path) -> None:
    """The origin is not asked for what cannot be kept."""
    file = tmp_path / "missing" / "catalog.xml"
    embedded.counter.requests.clear()

    done = _index(embedded, "--output", str(file))

    sentence = f"The file {file} cannot be written: No such file or directory."
    assert (done.exit_code, done.stderr) == (1, f"{sentence}\n")
    assert embedded.counter.requests == []
