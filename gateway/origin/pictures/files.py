"""Picture files that were given: checked when they come, cut to size when they go."""

import io
import os
import secrets
import warnings
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.database import Database
from gateway.origin.models import Picture, Title
from gateway.origin.pictures.posters import encode

_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP")
_LARGEST_BYTES: Final = 50_000_000
_LARGEST_WIDTH: Final = 1_200
_SMALLEST_SIDE: Final = 16
_LONGEST: Final = 4
"""How much longer one side may be than the other."""


class PictureRefused(Exception):
    """The file is no picture that could be shown, or there is no such title."""


async def give(database: Database, folder: Path, id: int, file: Path) -> Path:
    """Make *file* the picture of the title *id*, and return the copy in *folder* that is served."""
    image = _opened(file)
    async with database.write() as session:
        if await session.get(Title, id) is None:
            raise PictureRefused(f"There is no title {id}.")
        copy = _kept(image, folder, id)
        older = await _stored(session, id, copy.name)
    if older is not None and older != copy.name:
        _path(folder, older).unlink(missing_ok=True)
    return copy


async def _stored(session: AsyncSession, id: int, path: str) -> str | None:
    """Store where the picture is; return where it was."""
    known = await session.get(Picture, id)
    if known is None:
        session.add(Picture(title_id=id, path=path))
        return None
    older, known.path = known.path, path
    return older


def cut(folder: Path, path: str, width: int) -> bytes:
    """Return the picture at *path* as a JPEG that is *width* pixels wide; ``OSError`` if it is gone."""
    with Image.open(_path(folder, path), formats=_FORMATS) as image:
        height = max(1, round(image.height * width / image.width))
        return encode(image.convert("RGB").resize((width, height), Image.Resampling.LANCZOS))


def _path(folder: Path, path: str) -> Path:
    """Return the file *path* below *folder*, and nothing outside of it."""
    whole = (folder / path).resolve()
    if not whole.is_relative_to(folder.resolve()):
        raise FileNotFoundError(path)
    return whole


def _opened(file: Path) -> Image.Image:
    try:
        if file.stat().st_size > _LARGEST_BYTES:
            raise PictureRefused(f"{file} is larger than {_LARGEST_BYTES} bytes.")
        with warnings.catch_warnings():
            # Pillow warns of what may be a bomb before it refuses it.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(file.read_bytes()), formats=_FORMATS) as opened:
                image = _upright(opened)
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureRefused(f"{file} is not a picture that can be read.") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise PictureRefused(f"{file} cannot be read ({error}).") from error
    short, long = sorted(image.size)
    if short < _SMALLEST_SIDE or long > _LONGEST * short:
        raise PictureRefused(f"{file} has {image.width} by {image.height} pixels, which is no box.")
    return image


def _upright(image: Image.Image) -> Image.Image:
    """Return *image* as a camera held it, on white where it is clear, and no larger than is of use."""
    turned = ImageOps.exif_transpose(image).convert("RGBA")
    whole = Image.new("RGB", turned.size, "white")
    whole.paste(turned, mask=turned.getchannel("A"))
    if whole.width > _LARGEST_WIDTH:
        whole.thumbnail((_LARGEST_WIDTH, _LARGEST_WIDTH * _LONGEST), Image.Resampling.LANCZOS)
    return whole


def _kept(image: Image.Image, folder: Path, id: int) -> Path:
    """Write *image* into *folder*, whole or not at all, under a name that it never had."""
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / f"{id}-{secrets.token_hex(4)}.jpg"
    unfinished = copy.with_suffix(".part")
    with unfinished.open("wb") as file:
        file.write(encode(image))
        file.flush()
        os.fsync(file.fileno())
    return unfinished.replace(copy)
