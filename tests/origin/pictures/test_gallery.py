"""Pictures over HTTP: open to all, kept for ever, and drawn once."""

import asyncio
import io
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from PIL import Image

from gateway.contract import BOX_ART_WIDTHS
from gateway.origin.database import Database
from gateway.origin.errors import NotFound
from gateway.origin.paths import Paths
from gateway.origin.pictures import files, subjects
from gateway.origin.pictures.gallery import Gallery, GalleryBusy
from gateway.origin.pictures.posters import Poster
from tests.origin.pictures.conftest import BASE, DISC, EPISODE, JAWS, NAMELESS, SEASON, SHORE

pytestmark = pytest.mark.anyio

WIDTHS = {"tiny": 38, "small": 64, "large": 110, **{f"{width}pix_w": width for width in BOX_ART_WIDTHS}}


@pytest.mark.parametrize(("size", "width"), WIDTHS.items())
async def test_sizes(client: httpx.AsyncClient, size: str, width: int) -> None:
    """The address of every size leads to a picture that is as wide as the address says."""
    answer = await client.get(Paths(BASE).box_art(size, JAWS))

    assert (answer.status_code, Image.open(io.BytesIO(answer.content)).width) == (200, width)


async def test_headers(client: httpx.AsyncClient) -> None:
    """No key is needed; a picture can be kept for ever, by anybody, and is not compressed again."""
    answer = await client.get("/boxshots/large/1.jpg", headers={"accept-encoding": "gzip"})

    kept = {name: answer.headers.get(name) for name in ("content-type", "cache-control", "content-encoding")}
    assert kept == {
        "content-type": "image/jpeg",
        "cache-control": "public, max-age=31536000, immutable",
        "content-encoding": None,
    }
    assert re.fullmatch(r'"\d{12}"', answer.headers["etag"])


async def test_known_picture(client: httpx.AsyncClient) -> None:
    """Who has the picture is not sent it again, and keeps it for ever."""
    first = await client.get("/boxshots/large/1.jpg")
    again = await client.get("/boxshots/large/1.jpg", headers={"if-none-match": first.headers["etag"]})

    assert (again.status_code, again.content, again.headers["cache-control"]) == (
        304,
        b"",
        first.headers["cache-control"],
    )


async def test_head(client: httpx.AsyncClient) -> None:
    """HEAD answers what GET would, without the picture."""
    get, head = await client.get("/boxshots/tiny/1.jpg"), await client.head("/boxshots/tiny/1.jpg")

    assert (head.status_code, head.content, head.headers) == (200, b"", get.headers)


async def test_verb(client: httpx.AsyncClient) -> None:
    """A picture cannot be written to."""
    answer = await client.post("/boxshots/tiny/1.jpg")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "path",
    [
        "/boxshots/large/999.jpg",
        "/boxshots/39pix_w/1.jpg",
        "/boxshots/huge/1.jpg",
        "/boxshots/large/1.png",
        "/boxshots/large/99999999999.jpg",
        "/boxshots/large/1xjpg",
        "/boxshots/large/%2e%2e/1.jpg",
    ],
)
async def test_unknown(client: httpx.AsyncClient, path: str) -> None:
    """What is no title or no size is not found, in few words, which nobody keeps."""
    key = "?oauth_consumer_key=x"
    answer = await client.get(path + key)

    assert (answer.status_code, answer.headers["cache-control"], len(answer.content) < 300) == (
        404,
        "no-store",
        True,
    )


@pytest.mark.parametrize(
    ("id", "poster"),
    [
        (
            JAWS,
            Poster(id=JAWS, name="Jaws", kind="Film", year=1975, genres=("Horror Movies", "Comedies")),
        ),
        (SHORE, Poster(id=SHORE, name="The Shore", kind="Series", year=2009, genres=("Comedies",))),
        (SEASON, Poster(id=SEASON, name="The Shore: Season 2", kind="Season 2", genres=("Comedies",))),
        (EPISODE, Poster(id=EPISODE, name="Low Tide", kind="Episode 3", genres=("Comedies",))),
        (
            DISC,
            Poster(id=DISC, name="Jaws: Bonus", kind="Bonus disc", genres=("Horror Movies", "Comedies")),
        ),
    ],
)
async def test_subject(any_database: Database, id: int, poster: Poster) -> None:
    """A poster tells name, year and kind, in the colour of the title's genres or of what it is part of."""
    async with any_database.read() as session:
        subject = await subjects.find(session, id)

    assert subject == subjects.Subject(poster, None)


async def test_drawn_once(database: Database) -> None:
    """Ten who ask at once, and one who asks later, are handed the very same picture."""
    gallery = Gallery(database, None)

    pictures = await asyncio.gather(*(gallery.picture(JAWS, "large") for _ in range(10)))
    pictures.append(await gallery.picture(JAWS, "large"))

    assert {id(picture) for picture in pictures} == {id(pictures[0])}


async def test_room_is_bounded(database: Database) -> None:
    """What was not asked for longest is let go when there is no room, and drawn anew."""
    gallery = Gallery(database, None, room=4_000)
    first = await gallery.picture(JAWS, "tiny")
    for id_ in (SHORE, SEASON, EPISODE, NAMELESS):
        await gallery.picture(id_, "tiny")

    again = await gallery.picture(JAWS, "tiny")

    assert (again == first, again is first) == (True, False)


async def test_who_goes_away(database: Database) -> None:
    """Who goes away while a picture is drawn does not take it from others."""
    gallery = Gallery(database, None)
    leaving = asyncio.create_task(gallery.picture(JAWS, "284pix_w"))
    staying = asyncio.create_task(gallery.picture(JAWS, "284pix_w"))
    await asyncio.sleep(0.01)
    leaving.cancel()

    picture = await staying

    assert Image.open(io.BytesIO(picture)).width == 284


async def test_busy(database: Database) -> None:
    """More pictures at once than can be drawn are refused, not queued without end."""
    gallery = Gallery(database, None, longest_queue=0)

    with pytest.raises(GalleryBusy) as caught:
        await gallery.picture(JAWS, "tiny")

    assert (caught.value.status, caught.value.message) == (503, "Too many pictures are being drawn")


async def test_unknown_title(database: Database) -> None:
    """A title that is not there has no picture."""
    with pytest.raises(NotFound):
        await Gallery(database, None).picture(999, "large")


async def test_given_picture(
    client: httpx.AsyncClient, database: Database, make_file: Callable[..., Path], tmp_path: Path
) -> None:
    """A picture that was given is served instead of a poster, as wide as the address says."""
    await files.give(database, tmp_path / "pictures", JAWS, make_file("#20c040", (300, 450)))

    answer = await client.get("/boxshots/150pix_w/1.jpg")

    image = Image.open(io.BytesIO(answer.content))
    red, green, blue = image.convert("RGB").getpixel((75, 100))  # type: ignore[misc]
    assert (image.size, red < 60, green > 170, blue < 90) == ((150, 225), True, True, True)


async def test_lost_picture(
    client: httpx.AsyncClient, database: Database, make_file: Callable[..., Path], tmp_path: Path
) -> None:
    """Where the given file is gone or broken, a poster is drawn."""
    poster = (await client.get("/boxshots/tiny/1.jpg")).content
    copy = await files.give(database, tmp_path / "pictures", JAWS, make_file())
    copy.write_bytes(b"\xff\xd8 no picture")

    broken = (await client.get("/boxshots/tiny/1.jpg")).content
    copy.unlink()
    gone = (await client.get("/boxshots/small/1.jpg")).status_code

    assert (broken == poster, gone) == (True, 200)
