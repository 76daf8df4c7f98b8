"""Picture files: what is taken, what is refused, and that nothing outside their folder is served."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from gateway.origin.database import Database
from gateway.origin.models import Picture
from gateway.origin.pictures.files import PictureRefused, cut, give
from tests.origin.pictures.conftest import JAWS

pytestmark = pytest.mark.anyio


async def stored(database: Database) -> list[tuple[int, str]]:
    """Return what is stored of pictures."""
    async with database.read() as session:
        rows = await session.execute(select(Picture.title_id, Picture.path))
        return [(title, path) for title, path in rows]


async def test_given(database: Database, make_file: Callable[..., Path], tmp_path: Path) -> None:
    """A picture is copied into the folder as a JPEG, and its name there is stored."""
    copy = await give(database, tmp_path / "pictures", JAWS, make_file(size=(2400, 3360)))

    with Image.open(copy) as image:
        assert (image.format, image.size, await stored(database)) == (
            "JPEG",
            (1200, 1680),
            [(JAWS, copy.name)],
        )


async def test_given_again(any_database: Database, make_file: Callable[..., Path], tmp_path: Path) -> None:
    """Another picture takes the place of the one before it, which is not kept."""
    folder = tmp_path / "pictures"
    await give(any_database, folder, JAWS, make_file())
    copy = await give(any_database, folder, JAWS, make_file("red"))

    assert (list(folder.iterdir()), await stored(any_database)) == ([copy], [(JAWS, copy.name)])


@pytest.mark.parametrize(
    ("name", "mode"), [("a.gif", "P"), ("a.png", "RGBA"), ("a.jpg", "CMYK"), ("a.bmp", "L")]
)
async def test_kinds(
    database: Database, make_file: Callable[..., Path], tmp_path: Path, name: str, mode: str
) -> None:
    """Pictures of all common kinds are taken, whatever their colours are made of."""
    copy = await give(database, tmp_path / "pictures", JAWS, make_file(0, (100, 140), name, mode))

    with Image.open(copy) as image:
        assert (image.mode, image.size) == ("RGB", (100, 140))


@pytest.mark.parametrize(
    "content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n torn", b"GIF89a"]
)
async def test_no_picture(database: Database, tmp_path: Path, content: bytes) -> None:
    """What cannot be read as a picture is refused by name, and nothing is stored."""
    file = tmp_path / "box.png"
    file.write_bytes(content)

    with pytest.raises(PictureRefused, match=r"box\.png"):
        await give(database, tmp_path / "pictures", JAWS, file)

    assert await stored(database) == []


@pytest.mark.parametrize("size", [(8, 8), (2000, 100)])
async def test_no_box(
    database: Database, make_file: Callable[..., Path], tmp_path: Path, size: tuple[int, int]
) -> None:
    """A picture that is too small, or far from the shape of a box, is refused."""
    with pytest.raises(PictureRefused, match="which is no box"):
        await give(database, tmp_path / "pictures", JAWS, make_file(size=size))


async def test_bomb(database: Database, tmp_path: Path) -> None:
    """A small file that would unpack to a huge picture is refused before it is unpacked."""
    file = tmp_path / "bomb.png"
    Image.new("1", (14_000, 14_000)).save(file)

    with pytest.raises(PictureRefused, match="not a picture that can be read"):
        await give(database, tmp_path / "pictures", JAWS, file)


async def test_unknown_title(database: Database, make_file: Callable[..., Path], tmp_path: Path) -> None:
    """Nobody can give a picture to a title that is not there."""
    with pytest.raises(PictureRefused, match="There is no title 999"):
        await give(database, tmp_path / "pictures", 999, make_file())


async def test_missing_file(database: Database, tmp_path: Path) -> None:
    """A file that is not there is refused by name."""
    with pytest.raises(PictureRefused, match="cannot be read"):
        await give(database, tmp_path / "pictures", JAWS, tmp_path / "nothing.png")


@pytest.mark.parametrize("path", ["../box.png", "/etc/hostname", "sub/../../box.png"])
def test_outside(make_file: Callable[..., Path], tmp_path: Path, path: str) -> None:
    """A stored path that leads out of the folder leads nowhere."""
    make_file()
    (tmp_path / "pictures").mkdir()

    with pytest.raises(FileNotFoundError):
        cut(tmp_path / "pictures", path, 38)
