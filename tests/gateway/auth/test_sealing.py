"""Secrets where they are stored: unreadable without a key, readable after the key has been replaced."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from gateway.auth.sealing import KeyUnusable, Sealer

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_what_is_sealed_can_be_unsealed_and_not_read() -> None:
    """The sealed form holds nothing of the secret."""
    sealer = Sealer([OLD])
    sealed = sealer.seal({"token": "CANARY"})

    assert sealer.unseal(sealed) == {"token": "CANARY"}
    assert b"CANARY" not in sealed


def test_a_key_can_be_replaced_in_peace() -> None:
    """The new key in front seals; the old one still opens; once it is gone, what it sealed is nothing."""
    before, between, after = Sealer([OLD]), Sealer([NEW, OLD]), Sealer([NEW])

    assert between.unseal(before.seal(1)) == 1
    assert after.unseal(between.seal(1)) == 1
    assert after.unseal(before.seal(1)) is None
    assert after.unseal(None) is None


@pytest.mark.parametrize(
    "spoiled",
    [b"", b"CANARY", Sealer([OLD]).seal(1)[:-9] + b"AAAAAAAA="],
    ids=["nothing", "nonsense", "changed"],
)
def test_what_we_did_not_seal_is_nothing(spoiled: bytes) -> None:
    """Neither nonsense nor a changed seal is opened."""
    assert Sealer([OLD]).unseal(spoiled) is None


def test_the_key_is_made_once(tmp_path: Path) -> None:
    """In a folder that is made for it; later starts find it."""
    home = tmp_path / "a" / "b"
    sealed = Sealer.kept_in(home).seal("x")

    assert Sealer.kept_in(home).unseal(sealed) == "x"
    assert (home / "session.key").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in home.iterdir()] == ["session.key"]


@pytest.mark.parametrize("key", ["", "short", "CANARY" * 8, "\N{SNOWMAN}" * 44])
def test_a_key_that_is_none_is_refused_without_showing_it(tmp_path: Path, key: str) -> None:
    """Be it given or found in the file."""
    (tmp_path / "session.key").write_text(key)
    for keys in ([key], None):
        with pytest.raises(KeyUnusable) as raised:
            Sealer.kept_in(tmp_path) if keys is None else Sealer(keys)

        assert "CANARY" not in str(raised.value)
