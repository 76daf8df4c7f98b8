"""The three-legged flow by a JavaScript client from npm, where node and npm are."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from .conftest import ALICE, KEY, PASSWORD, SECRET

JS: Final = Path(__file__).parent / "js"
INSTALL: Final = ("ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the client beside a copy of the program that uses it; skip where that cannot be."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("node and npm are not here")
    folder = tmp_path_factory.mktemp("client") / "js"
    shutil.copytree(JS, folder, ignore=shutil.ignore_patterns("node_modules"))
    try:
        installed = subprocess.run(  # noqa: S603 - our own arguments
            [npm, *INSTALL], cwd=folder, capture_output=True, timeout=60, check=False
        )
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not get the client within a minute")
    if installed.returncode != 0:
        pytest.skip(f"npm cannot get the client: {installed.stderr.decode(errors='replace')[:200]}")
    return folder / "dance.js"


@pytest.mark.parametrize("callback", ["oob", "http://application.example/back?x=1"])
def test_a_javascript_client_dances_too(program: Path, origin_url: str, callback: str) -> None:
    """It gets both tokens, its call verifies with signs that encoders disagree on, and no copy does."""
    node = str(shutil.which("node"))
    ran = subprocess.run(  # noqa: S603 - our own program
        [node, program, origin_url, KEY, SECRET, callback, ALICE, PASSWORD],
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert (ran.returncode, ran.stderr.decode()) == (0, "")
    told = json.loads(ran.stdout)
    assert told["asked"]["application_name"] == "Sneakers & Co"
    assert (told["asked"]["oauth_callback_confirmed"], told["given"]["user_id"][:2]) == ("true", "T1")
    assert "<catalog_titles>" in told["body"]
    assert told["replay"] == {"statusCode": 401, "data": "Invalid Or Expired Token"}
