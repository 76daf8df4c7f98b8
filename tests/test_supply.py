"""What others wrote is what it was when it was chosen, and a secret in the code is found."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
PLANTED: Final = {
    "a password": 'password = "CANARY-hunter2"\n',
    "a secret": 'CONSUMER_SECRET = "CANARY-hunter2"\n',
    "a token as an argument": 'connect(token="CANARY-hunter2")\n',
    "a default": 'def connect(password="CANARY-hunter2"): ...\n',
}


def test_versions_are_pinned() -> None:
    """Each package that is installed is one version, and GraphiQL's also one content."""
    lines = (ROOT / "requirements.txt").read_text().split()
    packages = json.loads((ROOT / "gateway" / "explorer" / "package-lock.json").read_text())["packages"]

    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9A-Za-z.]*", line)] == []
    assert [name for name, each in packages.items() if name and not each.get("integrity")] == []


@pytest.mark.parametrize("what", PLANTED)
def test_a_secret_in_the_code_is_found(what: str) -> None:
    """What ``make check`` runs refuses it."""
    ruff = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--stdin-filename",
        "gateway/planted.py",
        "--select",
        "S",
        "-",
    ]
    found = subprocess.run(ruff, input=PLANTED[what], capture_output=True, text=True, cwd=ROOT, check=False)  # noqa: S603 - our own arguments

    assert found.returncode == 1, found.stderr
    assert re.search("S10[567]", found.stdout)
