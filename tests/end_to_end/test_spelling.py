"""Names of variables that look like settings and are none."""

import re
from pathlib import Path

from gateway.cli.spelling import misspelt

README = Path(__file__).parents[2] / "README.md"


def test_all_that_readme_lists_are_settings() -> None:
    """Each variable of its tables."""
    listed = re.findall(r"^\| `((?:GATEWAY|ORIGIN)_[A-Z_]+)`", README.read_text(), re.MULTILINE)

    assert {"GATEWAY_ORIGIN_URL", "ORIGIN_DATABASE"} < set(listed)
    assert misspelt(dict.fromkeys(listed, ""), "GATEWAY_", "ORIGIN_") == []


def test_what_is_a_setting_is_not_told() -> None:
    """Settings, limits, files with secrets, and the two of the origin that options read."""
    names = (
        "GATEWAY_ORIGIN_URL",
        "GATEWAY_HOME",
        "GATEWAY_MAX_TOKENS",
        "GATEWAY_CONSUMER_SECRET_FILE",
        "ORIGIN_DATABASE",
        "ORIGIN_DATABASE_FILE",
        "ORIGIN_ERA",
        "ORIGIN_PORT",
    )

    assert misspelt(dict.fromkeys(names, ""), "GATEWAY_", "ORIGIN_") == []


def test_what_kubernetes_sets_is_not_told() -> None:
    """It does so for every service, by the service's name."""
    environ = {
        "GATEWAY_SERVICE_HOST": "10.0.0.1",
        "GATEWAY_SERVICE_PORT_HTTP": "80",
        "GATEWAY_PORT": "tcp://10.0.0.1:80",
        "GATEWAY_PORT_80_TCP_ADDR": "10.0.0.1",
    }

    assert misspelt(environ, "GATEWAY_") == []


def test_what_is_near_no_setting_is_told_alone() -> None:
    """No name is guessed where none is near."""
    assert misspelt({"GATEWAY_XYZ": "1", "PATH": "", "GATEWAY_BULK_LIMITS": "1"}, "GATEWAY_") == [
        "GATEWAY_BULK_LIMITS is no setting, and means nothing. Is it GATEWAY_BULK_LIMIT?",
        "GATEWAY_XYZ is no setting, and means nothing.",
    ]


def test_what_no_text_can_say_is_no_setting() -> None:
    """The limits have a variable each, and none for all of them."""
    (sentence,) = misspelt({"GATEWAY_LIMITS": "none"}, "GATEWAY_")

    assert sentence.startswith("GATEWAY_LIMITS is no setting, and means nothing.")
