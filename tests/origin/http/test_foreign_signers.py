"""Requests signed by foreign libraries, over a real connection to a real server."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import requests
import uvicorn
from oauthlib.oauth1 import SIGNATURE_TYPE_AUTH_HEADER, SIGNATURE_TYPE_BODY, SIGNATURE_TYPE_QUERY
from requests_oauthlib import OAuth1

from gateway.origin.app import create_app
from gateway.origin.database import Database
from gateway.origin.settings import OriginSettings

from .conftest import JAWS, KEY, SECRET

MOVIE = f"/catalog/titles/movies/{JAWS}"


@pytest.fixture
def server(catalog_url: str) -> Iterator[str]:
    """Serve the catalog on loopback, by the real clock."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        app = create_app(Database(catalog_url), OriginSettings(public_url=base))
        running = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()
        while not running.started and thread.is_alive():
            time.sleep(0.01)
        yield base
        running.should_exit = True
        thread.join()


PLACES = [SIGNATURE_TYPE_AUTH_HEADER, SIGNATURE_TYPE_QUERY, SIGNATURE_TYPE_BODY]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"v": "1.5", "expand": "cast, screen formats,@awards"},
        {"filler": "~-._ !*'()+&=,:@/?%;[]$\N{SNOWMAN}é", "": "empty name", "empty": ""},
    ],
)
def test_requests_oauthlib_is_understood(server: str, place: str, parameters: dict[str, str]) -> None:
    """Header, query and body: a foreign program's signature verifies wherever it is."""
    signer = OAuth1(KEY, SECRET, signature_type=place, realm="x" if place is PLACES[0] else None)
    if place == SIGNATURE_TYPE_BODY:
        body = {**parameters, "method": "GET"}
        answer = requests.post(server + MOVIE, data=body, auth=signer, timeout=10)
    else:
        answer = requests.get(server + MOVIE, params=parameters, auth=signer, timeout=10)

    assert (answer.status_code, answer.content[:60].splitlines()[0]) == (
        200,
        b'<?xml version="1.0" standalone="yes"?>',
    )


@pytest.mark.parametrize("verb", ["GET", "POST", "PUT", "DELETE"])
def test_the_real_verb_is_signed(server: str, verb: str) -> None:
    """``method`` overrides what is done, not what is signed (contract 1.3)."""
    signer = OAuth1(KEY, SECRET)

    answer = requests.request(verb, f"{server}{MOVIE}?method=get", auth=signer, timeout=10)

    assert answer.status_code == 200


def test_a_wrong_secret_is_refused(server: str) -> None:
    """The same request with another secret does not verify."""
    answer = requests.get(server + MOVIE, auth=OAuth1(KEY, "wrong"), timeout=10)

    assert (answer.status_code, answer.text) == (401, "Invalid Signature")


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("http://127.0.0.1:{}/bulk", 200),
        ("/bulk", 200),
        ("/catalog/titles/\\movies", 404),
        ("/%2e%2e/bulk", 404),
    ],
)
def test_request_targets_are_read_as_they_are(server: str, target: str, code: int) -> None:
    """Whole URLs and odd paths are understood as sent, over a real connection."""
    port = int(server.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        request = f"GET {target.format(port)} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n"
        connection.sendall(request.encode())
        status_line = connection.makefile("rb").readline()

    assert status_line.split()[1] == str(code).encode()
