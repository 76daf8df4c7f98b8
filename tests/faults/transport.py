"""What goes wrong below HTTP's words: connections, bytes, framing, compression (rows U of the fault list)."""

import asyncio
import gzip
import random
import zlib
from collections.abc import Callable
from functools import cache
from typing import Final

from tests.faults.exchange import Answer, Asked
from tests.faults.origin import Origin
from tests.faults.proxy import Fault, Inert, Line

_CHUNKED: Final = "Transfer-Encoding: chunked"


async def silence(_asked: Asked, _origin: Origin, line: Line) -> bool:
    """Accept the request and never answer (U5)."""
    await line.listen()
    return False


def dripping(*, headers: bool, pause: float) -> Fault:
    """Write the headers or the body byte by byte (U6, U7)."""

    async def drip(asked: Asked, origin: Origin, line: Line) -> bool:
        answer = await origin.ask(asked)
        whole = answer.encode()
        fast = 0 if headers else len(whole) - len(answer.body)
        _need(answer.body)
        await line.say(whole[:fast], *(bytes([each]) for each in whole[fast:]), pause=pause)
        return True

    return drip


def late(seconds: float) -> Fault:
    """Answer rightly, but late (U17)."""

    async def wait(asked: Asked, origin: Origin, line: Line) -> bool:
        answer = await origin.ask(asked)
        await asyncio.sleep(seconds)
        await line.say(answer.encode())
        return True

    return wait


async def sliced(asked: Asked, origin: Origin, line: Line) -> bool:
    """Answer rightly, in slices of a few bytes."""
    whole = (await origin.ask(asked)).encode()
    for start in range(0, len(whole), 997):
        await line.say(whole[start : start + 997])
        await asyncio.sleep(0)
    return True


def reset(*, after: str) -> Fault:
    """Break the connection: at once, within the headers, or after 60 bytes of the body (U8)."""

    async def broken(asked: Asked, origin: Origin, line: Line) -> bool:
        if after != "request":
            answer = await origin.ask(asked)
            whole = answer.encode()
            body = len(whole) - len(answer.body)
            await line.say(whole[: body // 2 if after == "headers" else body + 60])
            await asyncio.sleep(0.005)
        line.reset()
        return False

    return broken


async def closed(_asked: Asked, _origin: Origin, _line: Line) -> bool:
    """Close without a word, as one does who no longer keeps a connection (U15)."""
    return False


def answered(change: Callable[[Answer], bytes]) -> Fault:
    """Write what *change* makes of the origin's answer; close where that has no end of its own."""

    async def changed(asked: Asked, origin: Origin, line: Line) -> bool:
        answer = await origin.ask(asked)
        written = change(answer)
        if written == answer.encode():
            raise Inert("The answer is as it was.")
        await line.say(written)
        return change not in _UNENDED

    return changed


def truncated(answer: Answer) -> bytes:
    """Say a length, and write half of it (U9)."""
    _need(answer.body)
    return answer.head(f"Content-Length: {len(answer.body)}") + answer.body[: len(answer.body) // 2]


def cut_in_half(answer: Answer) -> bytes:
    """Say no length, and close in the middle (U10)."""
    _need(answer.body)
    return answer.head("Connection: close") + answer.body[: len(answer.body) // 2]


def bad_chunk_size(answer: Answer) -> bytes:
    """Write a size that is no number (U11)."""
    return answer.head(_CHUNKED) + b"zz\r\n" + answer.body + b"\r\n0\r\n\r\n"


def no_last_chunk(answer: Answer) -> bytes:
    """Close before the end is said (U11)."""
    return answer.head(_CHUNKED) + b"%x\r\n" % len(answer.body) + answer.body + b"\r\n"


def huge_extension(answer: Answer) -> bytes:
    """Write an extension of a chunk that is longer than anybody reads (U11)."""
    extension = b";" + b"x" * 1_000_000
    return (
        answer.head(_CHUNKED)
        + b"%x" % len(answer.body)
        + extension
        + b"\r\n"
        + answer.body
        + b"\r\n0\r\n\r\n"
    )


async def endless_extension(_asked: Asked, _origin: Origin, line: Line) -> bool:
    """Write an extension of a chunk that has no end (U11)."""
    await line.say(Answer(200, b"").head(_CHUNKED), b"10;")
    await line.say(*[b"x" * 0x1000] * 1_000, pause=0.01)
    raise Inert("All of 4 MB were read.")


async def endless(_asked: Asked, _origin: Origin, line: Line) -> bool:
    """Write a body that has no end (U12)."""
    await line.say(Answer(200, b"").head(_CHUNKED), b"10\r\n<catalog_titles>\r\n")
    for _ in range(4_000):
        await line.say(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
    raise Inert("All of 250 MB were read.")


async def claims_much(_asked: Asked, _origin: Origin, line: Line) -> bool:
    """Say that 200 MB come, and send as much as is read of it (U12)."""
    await line.say(Answer(200, b"").head("Content-Length: 200000000"))
    for _ in range(3_200):
        await line.say(b" " * 62_500)
    raise Inert("All of 200 MB were read.")


def gzip_bomb(answer: Answer) -> bytes:
    """Inflate to 100 MB of spaces (U13)."""
    return _zipped(answer, _bomb())


@cache
def _bomb() -> bytes:
    deflater = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    spaces = b" " * 1_000_000
    return b"".join([deflater.compress(spaces) for _ in range(100)]) + deflater.flush()


def gzip_truncated(answer: Answer) -> bytes:
    """Leave out the last bytes of the stream, but not the length (U13)."""
    return _zipped(answer, gzip.compress(answer.body)[:-12])


def gzip_bad_sum(answer: Answer) -> bytes:
    """Write another check sum (U13)."""
    packed = bytearray(gzip.compress(answer.body))
    packed[-8] ^= 0xFF
    return _zipped(answer, bytes(packed))


def gzip_trailing(answer: Answer) -> bytes:
    """Append a second stream (U13)."""
    return _zipped(answer, gzip.compress(answer.body) + gzip.compress(b"<x></x>"))


def gzip_label_only(answer: Answer) -> bytes:
    """Call a plain body compressed (U13)."""
    return _zipped(answer, answer.body)


def gzip_twice(answer: Answer) -> bytes:
    """Compress twice, which nobody asked for."""
    packed = gzip.compress(gzip.compress(answer.body))
    return Answer(answer.status, packed, {**answer.headers, "content-encoding": "gzip, gzip"}).encode()


def many_headers(answer: Answer) -> bytes:
    """Write 20,000 headers (U14)."""
    return answer.encode(None, *(f"X-{number}: {number}" for number in range(20_000)))


def long_header(answer: Answer) -> bytes:
    """Write a header of 1 MB (U14)."""
    return answer.encode(None, "X-Long: " + "x" * 1_000_000)


def garbage(_answer: Answer) -> bytes:
    """Write what is no HTTP (U14)."""
    return b"SSH-2.0-OpenSSH_9.2\r\n\r\n"


def early_hints(answer: Answer) -> bytes:
    """Write fifty provisional answers before the answer (U14)."""
    return b"HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n" * 50 + answer.encode()


def flipped(seed: int) -> Callable[[Answer], bytes]:
    """Flip bits of the body, one in a hundred bytes (U18)."""
    chance = random.Random(seed)  # noqa: S311

    def flip(answer: Answer) -> bytes:
        body = bytearray(answer.body)
        _need(answer.body)
        for place in chance.sample(range(len(body)), max(1, len(body) // 100)):
            body[place] ^= 1 << chance.randrange(8)
        return Answer(answer.status, bytes(body), answer.headers).encode()

    return flip


def redirected(to: Callable[[Asked, Origin], str], *, times: int = 1_000, status: int = 302) -> Fault:
    """Send whoever asks elsewhere: the first *times* of those who ask, of each path (U16)."""
    counts: dict[str, int] = {}

    async def redirect(asked: Asked, origin: Origin, line: Line) -> bool:
        counts[asked.path] = counts.get(asked.path, 0) + 1
        if counts[asked.path] > times:
            await line.say((await origin.ask(asked)).encode())
            return True
        await line.say(Answer(status, b"", {"location": to(asked, origin)}).encode())
        return True

    return redirect


_UNENDED: Final = frozenset({truncated, cut_in_half, no_last_chunk, bad_chunk_size, garbage})


def _zipped(answer: Answer, packed: bytes) -> bytes:
    return Answer(answer.status, packed, {**answer.headers, "content-encoding": "gzip"}).encode()


def _need(body: bytes) -> None:
    if not body:
        raise Inert("There is no body to spoil.")
