"""Times an import of the Netflix table: ``python bench/import_titles.py [FILE]``, or an invented one."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from gateway.origin.catalog.embedded import embed
from gateway.origin.catalog.netflix_titles import import_titles
from gateway.origin.database import Database
from tests import netflix_table


async def measure(file: Path, folder: Path) -> None:
    """Import *file* twice into a new database in *folder*, and print the seconds of both."""
    database = Database(f"sqlite+aiosqlite:///{folder / 'origin.sqlite3'}")
    await database.migrate()
    await embed(database)
    for time_ in ("first", "second"):
        started = time.perf_counter()
        report = await import_titles(database, file)
        seconds = time.perf_counter() - started
        print(f"{time_} import of {report.read} rows: {seconds:.1f} s ({report.imported} new titles)")
    await database.close()


def main() -> None:
    """Measure the file named on the command line, or an invented one of the same size."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        file = Path(sys.argv[1]) if len(sys.argv) > 1 else netflix_table.write(place / "titles.csv")
        asyncio.run(measure(file, place))


if __name__ == "__main__":
    main()
