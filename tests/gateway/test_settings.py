"""What the environment tells the gateway: read once, and refused by name if it is wrong."""

import base64
from pathlib import Path

import pytest

from gateway.edge.limits import Limits
from gateway.edge.persisted.trusted import Mode
from gateway.serving import found_at
from gateway.settings import Settings, WrongSetting, home
from gateway.telemetry.logs import LogFormat

ENVIRON = {
    "GATEWAY_ORIGIN_URL": "http://127.0.0.1:8001",
    "GATEWAY_CONSUMER_KEY": "key",
    "GATEWAY_CONSUMER_SECRET": "secret",
}


KEYS = (base64.urlsafe_b64encode(b"a" * 32).decode(), base64.urlsafe_b64encode(b"b" * 32).decode())


def test_what_is_set_is_read() -> None:
    """Each setting has its type, whatever else is in the environment."""
    environ = {
        **ENVIRON,
        "GATEWAY_ORIGIN_CONNECT": "http://origin:8001",
        "GATEWAY_ORIGIN_TIMEOUT": "1.5",
        "GATEWAY_OPERATION_TIMEOUT": "3",
        "GATEWAY_BULK_LIMIT": "50",
        "GATEWAY_BULK_BYTES": "1000",
        "GATEWAY_PUBLIC_URL": "https://Graph.Example/",
        "GATEWAY_HSTS_SECONDS": "60",
        "GATEWAY_SIGN_INS_PER_MINUTE": "7",
        "GATEWAY_PROXIES": "10.0.0.0/8, ::1",
        "GATEWAY_SESSION_KEYS": f"{KEYS[0]}, {KEYS[1]}",
        "GATEWAY_TOKEN_EXCHANGE": "true",
        "GATEWAY_REDIS_URL": "redis://:CANARY@r.test:6379/1",
        "GATEWAY_EXPAND_BYTES": "0",
        "GATEWAY_CALLS_PER_OPERATION": "7",
        "GATEWAY_MAX_DEPTH": "11",
        "GATEWAY_MAX_ROOT_FIELDS": "3",
        "GATEWAY_INTROSPECTION": "false",
        "GATEWAY_PERSISTED_QUERIES": "0",
        "GATEWAY_TRUSTED_DOCUMENTS": "/lists/web app.json, /lists/phone.json",
        "GATEWAY_TRUSTED_MODE": "enforce",
        "GATEWAY_HOME": "/nowhere",
        "GATEWAY_STOP_DELAY": "2.5",
        "GATEWAY_ORIGIN_FIRST_BYTE": "1",
        "GATEWAY_CHANGE_TIMEOUT": "4",
        "GATEWAY_LOG_FORMAT": "text",
        "GATEWAY_ORIGIN_NETWORKS": "10.0.0.0/8, public",
        "GATEWAY_LOG_LEVEL": "debug",
        "GATEWAY_METRICS_PORT": "9100",
        "PATH": "/bin",
    }

    assert Settings.from_environ(environ) == Settings(
        origin_url="http://127.0.0.1:8001",
        consumer_key="key",
        consumer_secret="secret",
        origin_connect="http://origin:8001",
        origin_networks=("10.0.0.0/8", "public"),
        origin_timeout=1.5,
        origin_first_byte=1.0,
        operation_timeout=3.0,
        change_timeout=4.0,
        bulk_limit=50,
        bulk_bytes=1000,
        public_url="https://graph.example",
        hsts_seconds=60,
        sign_ins_per_minute=7,
        proxies=("10.0.0.0/8", "::1"),
        session_keys=KEYS,
        token_exchange=True,
        redis_url="redis://:CANARY@r.test:6379/1",
        home=Path("/nowhere"),
        stop_delay=2.5,
        expand_bytes=0,
        calls_per_operation=7,
        limits=Limits(depth=11, root_fields=3),
        introspection=False,
        persisted_queries=0,
        trusted_documents=(Path("/lists/web app.json"), Path("/lists/phone.json")),
        trusted_mode=Mode.ENFORCE,
        log_format=LogFormat.TEXT,
        log_level="DEBUG",
        metrics_port=9100,
    )


def test_what_is_not_set_has_a_default() -> None:
    """Only the origin and the consumer's key must be told."""
    assert Settings.from_environ(ENVIRON) == Settings(
        origin_url="http://127.0.0.1:8001",
        consumer_key="key",
        consumer_secret="secret",
        origin_timeout=5.0,
        origin_first_byte=3.0,
        operation_timeout=10.0,
        change_timeout=15.0,
        bulk_limit=200,
        bulk_bytes=4_000_000,
        public_url="http://127.0.0.1:8000",
        session_keys=(),
        token_exchange=False,
        redis_url=None,
        home=home({}),
        expand_bytes=4_000_000,
        calls_per_operation=200,
    )


@pytest.mark.parametrize("name", ENVIRON)
def test_what_must_be_set_is_named(name: str) -> None:
    """The message says which setting is missing, and what to do."""
    environ = {each: value for each, value in ENVIRON.items() if each != name}

    with pytest.raises(WrongSetting, match=rf"^{name} is missing: set it to "):
        Settings.from_environ(environ)


def test_a_list_alone_is_allowed() -> None:
    """Whoever names a list wants it answered, and nothing else refused for it yet."""
    read = Settings.from_environ({**ENVIRON, "GATEWAY_TRUSTED_DOCUMENTS": "/lists/web.json"})

    assert read.trusted_mode is Mode.ALLOW


def test_what_no_text_can_say_is_not_read() -> None:
    """A variable that happens to be named as a field without text changes nothing."""
    assert Settings.from_environ({**ENVIRON, "GATEWAY_LIMITS": "none"}) == Settings.from_environ(ENVIRON)


@pytest.mark.parametrize("mode", ["audit", "allow", "enforce"])
@pytest.mark.parametrize("lists", [None, "", " , "])
def test_a_mode_needs_a_list(mode: str, lists: str | None) -> None:
    """Nobody believes that something is enforced when there is nothing to enforce."""
    named = {} if lists is None else {"GATEWAY_TRUSTED_DOCUMENTS": lists}

    with pytest.raises(WrongSetting, match=rf"^GATEWAY_TRUSTED_DOCUMENTS is missing: {mode} needs a list"):
        Settings.from_environ({**ENVIRON, **named, "GATEWAY_TRUSTED_MODE": mode})


WRONG = [
    ("GATEWAY_LOG_FORMAT", "xml"),
    ("GATEWAY_LOG_LEVEL", "LOUD"),
    ("GATEWAY_STOP_DELAY", "-1"),
    ("GATEWAY_STOP_DELAY", "inf"),
    ("GATEWAY_METRICS_PORT", "0"),
    ("GATEWAY_METRICS_PORT", "65536"),
    ("GATEWAY_METRICS_PORT", "x"),
    ("GATEWAY_EXPAND_BYTES", "-1"),
    ("GATEWAY_HSTS_SECONDS", "-1"),
    ("GATEWAY_SIGN_INS_PER_MINUTE", "0"),
    ("GATEWAY_PROXIES", "proxy.example"),
    ("GATEWAY_ORIGIN_NETWORKS", "private"),
    ("GATEWAY_ORIGIN_NETWORKS", "10.0.0.1/8"),
    ("GATEWAY_PROXIES", "10.0.0.1/8"),
    ("GATEWAY_PERSISTED_QUERIES", "-1"),
    ("GATEWAY_PERSISTED_QUERIES", "false"),
    ("GATEWAY_TRUSTED_MODE", "log-only"),
    ("GATEWAY_CALLS_PER_OPERATION", "0"),
    ("GATEWAY_ORIGIN_URL", ""),
    ("GATEWAY_ORIGIN_URL", "127.0.0.1:8001"),
    ("GATEWAY_ORIGIN_URL", "ftp://o.test"),
    ("GATEWAY_ORIGIN_URL", "http://"),
    ("GATEWAY_ORIGIN_URL", "http://user:word@o.test"),
    ("GATEWAY_ORIGIN_URL", "http://o.test?x=1"),
    ("GATEWAY_ORIGIN_URL", "http://o.test#x"),
    ("GATEWAY_ORIGIN_URL", "http://o.test:99999"),
    ("GATEWAY_ORIGIN_URL", "http://o.test/a/../b"),
    ("GATEWAY_CONSUMER_KEY", ""),
    ("GATEWAY_CONSUMER_SECRET", ""),
    ("GATEWAY_ORIGIN_TIMEOUT", "soon"),
    ("GATEWAY_ORIGIN_TIMEOUT", "0"),
    ("GATEWAY_ORIGIN_TIMEOUT", "-1"),
    ("GATEWAY_ORIGIN_TIMEOUT", "nan"),
    ("GATEWAY_ORIGIN_TIMEOUT", "inf"),
    ("GATEWAY_ORIGIN_TIMEOUT", ""),
    ("GATEWAY_OPERATION_TIMEOUT", "10s"),
    ("GATEWAY_OPERATION_TIMEOUT", "0"),
    ("GATEWAY_OPERATION_TIMEOUT", "inf"),
    ("GATEWAY_MAX_DEPTH", "0"),
    ("GATEWAY_MAX_TOKENS", "x"),
    ("GATEWAY_MAX_FIRST", "501"),
    ("GATEWAY_MAX_LIST_LENGTH", "501"),
    ("GATEWAY_BULK_LIMIT", "1.5"),
    ("GATEWAY_BULK_LIMIT", "0"),
    ("GATEWAY_BULK_LIMIT", "-5"),
    ("GATEWAY_BULK_LIMIT", "1001"),
    ("GATEWAY_BULK_LIMIT", "many"),
    ("GATEWAY_BULK_BYTES", "4MB"),
    ("GATEWAY_BULK_BYTES", "0"),
    ("GATEWAY_ALLOWED_HOSTS", "http://graph.example"),
    ("GATEWAY_ALLOWED_HOSTS", "graph.example, user@graph.example"),
    ("GATEWAY_ALLOWED_HOSTS", "graph.example/below"),
    ("GATEWAY_ORIGIN_FIRST_BYTE", "5.5"),
    ("GATEWAY_PUBLIC_URL", ""),
    ("GATEWAY_PUBLIC_URL", "graph.example"),
    ("GATEWAY_PUBLIC_URL", "https://graph.example/below"),
    ("GATEWAY_PUBLIC_URL", "https://graph.example?x"),
    ("GATEWAY_PUBLIC_URL", "https://user@graph.example"),
    ("GATEWAY_PUBLIC_URL", "javascript://graph.example"),
    ("GATEWAY_TOKEN_EXCHANGE", "on"),
    ("GATEWAY_REDIS_URL", "CANARY"),
    ("GATEWAY_REDIS_URL", "http://CANARY"),
    ("GATEWAY_SESSION_KEYS", "short"),
    ("GATEWAY_SESSION_KEYS", f"{KEYS[0]},CANARY"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_setting_is_refused_by_name(name: str, value: str) -> None:
    """At start, and not at the first query."""
    with pytest.raises(WrongSetting, match=name) as raised:
        Settings.from_environ({**ENVIRON, "GATEWAY_SESSION_KEYS": KEYS[0], name: value})

    assert "CANARY" not in str(raised.value)


def test_an_answer_begins_before_it_must_be_there() -> None:
    """A first byte that may come after the last is no limit; the default gives way to a shorter time."""
    assert Settings.from_environ({**ENVIRON, "GATEWAY_ORIGIN_TIMEOUT": "2"}).origin_timeout == 2.0

    with pytest.raises(WrongSetting) as raised:
        Settings.from_environ({**ENVIRON, "GATEWAY_ORIGIN_TIMEOUT": "2", "GATEWAY_ORIGIN_FIRST_BYTE": "2.5"})

    assert str(raised.value) == (
        "GATEWAY_ORIGIN_FIRST_BYTE must be at most GATEWAY_ORIGIN_TIMEOUT, which is 2, not 2.5."
    )


def test_a_host_is_no_url() -> None:
    """The message says what a host is; one may have a port, and capitals."""
    names = "Graph.Example, other.example:8443 [::1]:8000"
    assert Settings.from_environ({**ENVIRON, "GATEWAY_ALLOWED_HOSTS": names}).hosts[1:] == (
        "graph.example",
        "other.example:8443",
        "[::1]:8000",
    )

    with pytest.raises(WrongSetting) as raised:
        Settings.from_environ({**ENVIRON, "GATEWAY_ALLOWED_HOSTS": "http://x"})

    assert str(raised.value) == (
        "GATEWAY_ALLOWED_HOSTS must be hosts, perhaps with a port, as graph.example, not http://x."
    )


def test_a_limit_is_no_more_than_the_api_has() -> None:
    """What would be refused at each query is refused at start, with the reason."""
    most = {"GATEWAY_MAX_FIRST": "500", "GATEWAY_MAX_LIST_LENGTH": "500"}
    assert Settings.from_environ({**ENVIRON, **most}).limits == Limits()

    with pytest.raises(WrongSetting) as raised:
        Settings.from_environ({**ENVIRON, "GATEWAY_MAX_FIRST": "501"})

    assert str(raised.value) == (
        "GATEWAY_MAX_FIRST must be at most 500, not 501: the API has no more of anything at once."
    )


def test_a_wrong_setting_keeps_the_secret() -> None:
    """Neither a message nor the settings themselves show the consumer's secret."""
    with pytest.raises(WrongSetting) as raised:
        Settings.from_environ({**ENVIRON, "GATEWAY_CONSUMER_SECRET": "CANARY", "GATEWAY_BULK_LIMIT": "x"})

    secrets = {"CONSUMER_SECRET": "CANARY", "SESSION_KEYS": KEYS[0], "REDIS_URL": "redis://:CANARY@r.test"}
    environ = {**ENVIRON, **{f"GATEWAY_{name}": value for name, value in secrets.items()}}
    shown = str(raised.value) + repr(Settings.from_environ(environ))
    assert "CANARY" not in shown
    assert KEYS[0] not in shown


def test_nodes_that_share_sessions_share_their_keys() -> None:
    """A key that each node makes for itself would let nobody be recognised by another."""
    with pytest.raises(WrongSetting, match=r"^GATEWAY_SESSION_KEYS is missing: nodes that share Redis "):
        Settings.from_environ({**ENVIRON, "GATEWAY_REDIS_URL": "redis://r.test"})


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("127.0.0.1", "http://127.0.0.1:8123"),
        ("0.0.0.0", "http://127.0.0.1:8123"),  # noqa: S104 - nobody listens there
        ("::", "http://[::1]:8123"),
        ("::1", "http://[::1]:8123"),
        ("Graph.local", "http://graph.local:8123"),
    ],
)
def test_wherever_we_listen_there_is_an_address(host: str, found: str) -> None:
    """It is one that browsers can be told, and that settings take."""
    assert found_at(host, 8123) == found
    assert Settings.from_environ(ENVIRON, listens=found).public_url == found


def test_browsers_are_told_where_we_listen() -> None:
    """Unless they know us by another address."""
    told = Settings.from_environ(ENVIRON, listens="http://127.0.0.1:8123")

    assert told.public_url == "http://127.0.0.1:8123"


def test_an_origin_may_be_mounted_below_a_path() -> None:
    """Scheme, host, port and path are all that there may be."""
    settings = Settings.from_environ({**ENVIRON, "GATEWAY_ORIGIN_URL": "https://O.test:8443/api/"})

    assert settings.origin_url == "https://O.test:8443/api/"


def test_home_is_where_it_is_said_to_be(tmp_path: Path) -> None:
    """Everything the program keeps lies in one folder."""
    assert home({"GATEWAY_HOME": str(tmp_path)}) == tmp_path


@pytest.mark.parametrize("environ", [{}, {"GATEWAY_HOME": ""}])
def test_home_is_the_users_own_by_default(environ: dict[str, str]) -> None:
    """A folder of the platform's, named after the program."""
    assert home(environ).name == "netflix-graphql-gateway"


def test_home_may_be_named_from_the_users_folder() -> None:
    """As a shell would have it."""
    assert home({"GATEWAY_HOME": "~/films"}) == Path.home() / "films"
