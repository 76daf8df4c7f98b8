"""Secrets that lie in files, as Docker and Kubernetes hand them out."""

from pathlib import Path

import pytest

from gateway.cli.secrets import SECRETS, read_files
from gateway.settings import WrongSetting


def test_a_file_holds_what_the_variable_would_say(tmp_path: Path) -> None:
    """Every secret may lie in a file; the line's end is none of it, and what is in no file stays."""
    environ = {"PORT": "8000"}
    for name in SECRETS:
        (tmp_path / name).write_text(f"the {name}\n")
        environ[f"{name}_FILE"] = str(tmp_path / name)

    read_files(environ)

    assert {name: environ[name] for name in SECRETS} == {name: f"the {name}" for name in SECRETS}
    assert environ["PORT"] == "8000"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read: No such file or directory."),
        (b"\xff\xfe", "cannot be read: it is no text."),
        (b" \n", "is empty."),
    ],
)
def test_a_file_without_a_secret_is_refused(tmp_path: Path, content: bytes | None, said: str) -> None:
    """The sentence names the variable and the file, and shows nothing of what is in it."""
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(WrongSetting) as raised:
        read_files({"GATEWAY_CONSUMER_SECRET_FILE": str(file)})

    assert str(raised.value).startswith(f"GATEWAY_CONSUMER_SECRET_FILE names {file}, which ")
    assert str(raised.value).endswith(said)


def test_a_secret_is_given_once(tmp_path: Path) -> None:
    """Nobody has to guess which of two counts."""
    environ = {"ORIGIN_DATABASE": "one", "ORIGIN_DATABASE_FILE": str(tmp_path / "other")}

    with pytest.raises(WrongSetting, match="ORIGIN_DATABASE and ORIGIN_DATABASE_FILE cannot both be set"):
        read_files(environ)
