"""The schema's history, applied by the program itself: no command and no configuration file needed."""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

HEAD: Final = "0006"
"""The newest revision; known here so that a start with nothing to do need not load alembic."""


class SchemaUnknown(Exception):
    """The database holds tables that no version of ours has laid, or only a newer one."""


def is_current(connection: Connection) -> bool:
    """Tell whether nothing is to do."""
    return _revision(connection) == HEAD


def upgrade(connection: Connection) -> None:
    """Bring the tables to ``HEAD`` within the transaction of *connection*."""
    # Loaded only when needed: it takes as long as the rest of a start.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    present = _revision(connection)
    if present is None and inspect(connection).get_table_names():
        raise SchemaUnknown("it holds tables of another program")
    if present is not None and present not in known:
        raise SchemaUnknown(f"a newer version of this program made it (revision {present})")
    command.upgrade(config, HEAD)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision
