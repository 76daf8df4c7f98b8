"""Secrets, and all that is said or kept anywhere: none of the one may be in the other."""

import io
import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from cryptography.fernet import Fernet
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Tracer
from prometheus_client import generate_latest
from redis.asyncio import Redis

from gateway.auth import cookies
from gateway.auth.authenticator import Authenticator
from gateway.auth.dance import Person
from gateway.auth.guard import Guard
from gateway.auth.sealing import Sealer
from gateway.auth.sessions import Sessions, Sort
from gateway.stores.sqlite_records import SQLiteRecords
from gateway.telemetry.events import several
from gateway.telemetry.logs import TALKATIVE, LogFormat, Logs, handler
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.redaction import Redaction
from gateway.telemetry.tracing import Traces
from gateway.upstream.signing import Credentials
from tests.faults.rig import Doors, House, Rig

CHANNELS: Final = ("logs", "wire", "traces", "metrics", "answers", "memory", "redis")

LOUD: Final = ("httpx", "httpcore", "aiohttp", "urllib3")
"""Libraries that write whole addresses and headers: what is written of that is heard, after it is redacted.

Those of databases are never let below warnings (``test_databases_are_quiet_at_every_level``): rows hold
secrets with no name before them. Here they would tell of the origin's, which is in the same process.
"""


@dataclass(slots=True)
class Canaries:
    """Listens to everything; ``house`` is one whose gateways are listened to."""

    house: House
    metrics: Metrics
    spans: InMemorySpanExporter
    tracer: Tracer
    """Traces where the gateways do."""
    lines: "_Lines"
    written: io.StringIO
    """What is written of what loud libraries log."""
    secrets: dict[str, str]
    """By what they are."""
    said: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """What was heard, by channel."""

    def dump(self, rig: Rig) -> None:
        """Hear what the memory of a gateway holds."""
        entries = getattr(rig.fetcher._shelf._place, "_entries", {})  # noqa: SLF001 - a dump sees all
        self.said["memory"] += [f"{key} {entry}" for key, entry in entries.items()]

    async def dump_redis(self, url: str) -> None:
        """Hear what is in Redis, names and values."""
        async with Redis.from_url(url) as redis:
            async for key in redis.scan_iter(count=1000):
                self.said["redis"].append(f"{key} {await _value(redis, key)}")

    def leaks(self) -> list[str]:
        """Return which secrets are in what was heard, and where."""
        self.said["logs"] += self.lines.texts
        self.said["wire"].append(self.written.getvalue())
        self.said["traces"] += [each.to_json() for each in self.spans.get_finished_spans()]
        self.said["metrics"].append(generate_latest(self.metrics.registry).decode())
        texts = {channel: "\n".join(said) for channel, said in self.said.items()}
        return [
            f"{what} in {channel}"
            for channel, text in texts.items()
            for what, secret in self.secrets.items()
            if secret in text
        ]


class _Lines(logging.Handler):
    """Keeps all that is logged, with the traces of errors, before anything is redacted."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep *record*."""
        if record.name.startswith(LOUD):
            return
        facts = {name: value for name, value in vars(record).items() if name == "facts"}
        self.texts.append(f"{record.levelname} {logging.Formatter().format(record)} {facts}")


@contextmanager
def released(house: House) -> Iterator[Canaries]:
    """Let everybody at *house* be signed in, by cookie or by bearer token, and listen at DEBUG meanwhile."""
    lines, written, spans, metrics = _Lines(), io.StringIO(), InMemorySpanExporter(), Metrics()
    writing = handler(LogFormat.JSON, Redaction(), written)
    writing.addFilter(lambda record: record.name.startswith(LOUD))
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(spans))
    root = logging.getLogger()
    before = {logging.getLogger(name): logging.getLogger(name).level for name in ("", *TALKATIVE, *LOUD)}
    for logger in before:
        logger.setLevel(logging.DEBUG if logger.name in {"root", *LOUD} else logging.WARNING)
    root.addHandler(lines)
    root.addHandler(writing)
    dressed = replace(house, observer=several([Logs(), metrics, Traces(provider)]))
    try:
        yield Canaries(dressed, metrics, spans, provider.get_tracer("tests"), lines, written, {})
    finally:
        root.removeHandler(lines)
        root.removeHandler(writing)
        for logger, level in before.items():
            logger.setLevel(level)


async def sign_in(canaries: Canaries) -> SQLiteRecords:
    """Begin a session for everybody; what they are signed in with is secret from then on."""
    house, key = canaries.house, Fernet.generate_key().decode()
    records = SQLiteRecords()
    await records.open()
    sessions = Sessions(records, Sealer([key]))
    secrets = {"sealing key": key, "consumer secret": house.credentials.consumer.secret}
    passes: dict[str, Mapping[str, str]] = {}
    for number, each in enumerate(house.credentials.subscribers):
        sort = Sort.BEARER if number % 2 else Sort.COOKIE
        person = Person(each.user_id, each.name, Credentials(each.token, each.secret))
        secret = await sessions.begin(person, sort)
        by_cookie = {"cookie": f"{cookies.SESSION}={secret}", "sec-fetch-site": "same-origin"}
        passes[each.user_id] = {"authorization": f"Bearer {secret}"} if number % 2 else by_cookie
        secrets |= {f"{each.name}'s {sort}": secret, f"{each.name}'s token": each.token}
        secrets |= {f"{each.name}'s secret": each.secret, f"{each.name}'s password": each.password}
    canaries.secrets |= secrets
    house.doors = Doors(Authenticator(sessions, Guard("http://gateway.test")).viewer, passes)
    house.told = {"session_keys": (key,)}
    house.closing = canaries.dump
    return records


async def _value(redis: Redis, key: bytes) -> object:
    """Return all that is under *key*, whatever it is."""
    read: dict[bytes, tuple[str | int | bytes, ...]] = {
        b"string": ("GET", key),
        b"hash": ("HGETALL", key),
        b"set": ("SMEMBERS", key),
        b"zset": ("ZRANGE", key, 0, -1),
        b"list": ("LRANGE", key, 0, -1),
    }
    kind = await redis.type(key)
    if kind not in read:
        return kind
    said: object = await redis.execute_command(*read[kind])  # type: ignore[no-untyped-call]
    return said
