"""Imports of files that were damaged, by chance or on purpose: a report, or a sentence and nothing kept."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from random import Random

import pytest
from lxml import etree

from gateway.origin.catalog.index_file import CatalogFileUnusable, ImportReport, import_index
from gateway.origin.catalog.netflix_titles import import_titles
from gateway.origin.database import Database
from tests.databases import Databases
from tests.origin.index import shelf
from tests.origin.index.conftest import client_of, sign
from tests.origin.index.tables import FULL, dump

pytestmark = pytest.mark.anyio

NUMBERS = (
    "0",
    "-1",
    "1",
    "2147483647",
    "2147483648",
    "9" * 18,
    "9" * 40,
    "1e400",
    "NaN",
    "1.5",
    "٣",
    "",
    "0x1F",
)
TEXTS = (
    "",
    " ",
    "x" * 3_000,
    "é" * 3_000,
    "&amp;#0;",
    "&lt;b&gt;",
    "'; --",
    "\u202e",
    "\U0001f3ac",
    "http://[",
    "a,b",
)
NOISE = (
    b"",
    b"\0",
    b"\xff",
    b"<",
    b">",
    b'"',
    b"&",
    b",",
    b"\r\n",
    b"<!--",
    b"</a>",
    b"&#1;",
    b"\xed\xa0\x80",
)
IMPORTS = {"index": import_index, "full": import_index, "table": import_titles}


@pytest.fixture(params=list(IMPORTS))
async def kind(request: pytest.FixtureRequest) -> str:
    """Take each kind of file in turn."""
    chosen: str = request.param
    return chosen


@pytest.fixture
async def whole(kind: str, catalog: Database, tmp_path: Path, netflix_table: Callable[..., Path]) -> bytes:
    """Return a file of this kind that can be imported."""
    if kind == "table":
        return netflix_table(tmp_path / "whole.csv", 25).read_bytes()
    async with client_of(catalog) as client:
        query = "?include_amg=true&include_tms=true"
        answer = await client.get(sign(f"/catalog/titles/{kind}{query}", key=shelf.TRUSTED))
    assert answer.status_code == 200
    return answer.content


@pytest.fixture
async def target(databases: Databases) -> AsyncIterator[Database]:
    """Open a database that knows some of the titles, of every kind in turn."""
    database = Database(databases.copy(shelf.fill))
    yield database
    await database.close()


def damaged(file: bytes, chance: Random) -> bytes:
    """Return *file* with something wrong in it."""
    for _ in range(chance.randrange(1, 4)):
        file = chance.choice((_cut, _other_number, _other_number, _other_text, _other_text, _moved))(
            file, chance
        )
    return file


def _cut(file: bytes, chance: Random) -> bytes:
    place = chance.randrange(len(file) + 1)
    return file[:place] + chance.choice(NOISE) + file[place + chance.choice([0, 1, 1, 9, 500, 10**6]) :]


def _other_number(file: bytes, chance: Random) -> bytes:
    return _replaced(file, chance, rb"(?<=[>/\",-])[0-9]+(?=[<\"/,])", NUMBERS)


def _other_text(file: bytes, chance: Random) -> bytes:
    return _replaced(file, chance, rb"(?<=>)[^<]+(?=<)|(?<=\")[^\"<>]+(?=\")|(?<=,)[^,\"<>\r\n]+(?=,)", TEXTS)


def _replaced(file: bytes, chance: Random, pattern: bytes, values: tuple[str, ...]) -> bytes:
    """Replace something by a value that does not fit, or by what stands elsewhere."""
    found = list(re.finditer(pattern, file))
    if not found:
        return file
    one, other = chance.choice(found), chance.choice(found)
    value = chance.choice([other[0], chance.choice(values).encode()])
    return file[: one.start()] + value + file[one.end() :]


def _moved(file: bytes, chance: Random) -> bytes:
    """Repeat a stretch of it elsewhere."""
    places = [chance.randrange(len(file) + 1) for _ in range(3)]
    start, end = sorted(places[:2])
    return file[: places[2]] + file[start:end] + file[places[2] :]


async def _import_all(  # noqa: PLR0913  # The parts of one test, in two lengths.
    target: Database, kind: str, whole: bytes, folder: Path, *, seed: int, count: int
) -> Counter[str]:
    """Import *count* damaged files, one after the other; return how many were taken and refused."""
    outcomes: Counter[str] = Counter()
    file, before = folder / "damaged", await dump(target, FULL)
    for number in range(count):
        content = damaged(whole, Random(f"{seed}/{number}"))  # noqa: S311 - it is to be repeatable
        file.write_bytes(content)
        try:
            report = await IMPORTS[kind](target, file)
        except CatalogFileUnusable as refusal:
            # With the file and the reason; and nothing of it is kept.
            outcomes["refused" if refusal.file == file and refusal.reason else "muddled"] += 1
            outcomes["half-way"] += await dump(target, FULL) != before
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a fault
            pytest.fail(f"seed {seed}, number {number}: {error!r}\n{content[:3_000]!r}")
        else:
            assert _adds_up(report), (number, report)
            before = await dump(target, FULL)
            outcomes["taken"] += 1
    assert (outcomes["muddled"], outcomes["half-way"]) == (0, 0)
    await _show(target)
    return outcomes


def _adds_up(report: ImportReport) -> bool:
    """Tell whether each title that was read has become of something."""
    return report.imported + report.matched + sum(report.skipped.values()) == report.read


async def _show(target: Database) -> None:
    """Expect that whatever was taken can be shown."""
    async with client_of(target) as client:
        for name in ("index", "full"):
            answer = await client.get(sign(f"/catalog/titles/{name}"))
            assert len(etree.fromstring(answer.content, etree.XMLParser(huge_tree=True))) > 0


async def test_damaged_files(target: Database, kind: str, whole: bytes, tmp_path: Path) -> None:
    """Whatever is wrong in a file, it is taken with a report or refused by name, whole or not at all."""
    outcomes = await _import_all(target, kind, whole, tmp_path, seed=1, count=30)

    assert outcomes["taken"] > 3


@pytest.mark.verify
async def test_many_damaged_files(target: Database, kind: str, whole: bytes, tmp_path: Path) -> None:
    """Hundreds of them."""
    await _import_all(target, kind, whole, tmp_path, seed=2, count=500)
