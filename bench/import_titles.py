"""Times imports of the Netflix table, on SQLite and where it is found on PostgreSQL.

``python bench/import_titles.py [FILE]``; without a file, an invented table of the same size.
"""

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
from tests.databases import PostgreSQLDatabases, SQLiteDatabases
from tests.services import missing_postgresql


async def measure(name: str, url: str, file: Path) -> float:
    """Import *file* twice into the empty database at *url*, print the seconds of both, return the first."""
    database = Database(url)
    await database.migrate()
    await embed(database)
    taken: list[float] = []
    for time_ in ("first", "second"):
        started = time.perf_counter()
        report = await import_titles(database, file)
        taken.append(time.perf_counter() - started)
        print(
            f"{name}, {time_} import of {report.read} rows: {taken[-1]:.1f} s ({report.imported} new titles)"
        )
    await database.close()
    return taken[0]


def main() -> None:
    """Measure the file named on the command line, or an invented one of the same size."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        file = Path(sys.argv[1]) if len(sys.argv) > 1 else netflix_table.write(place / "titles.csv")
        in_file = asyncio.run(measure("SQLite", SQLiteDatabases(place).make(), file))
        missing = missing_postgresql()
        if missing is not None:
            print(f"PostgreSQL: not measured, for {missing}.")
            return
        databases = PostgreSQLDatabases()
        try:
            on_server = asyncio.run(measure("PostgreSQL", databases.make(), file))
        finally:
            databases.close()
        print(f"The first import takes PostgreSQL {on_server / in_file:.1f} times as long as SQLite.")


if __name__ == "__main__":
    main()
