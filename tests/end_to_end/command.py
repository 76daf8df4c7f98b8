"""The command ``gateway`` in this process: most commands take less time than a process to start."""

import os

from typer.testing import CliRunner, Result

from gateway.cli.commands import app


def invoke(*arguments: str, **environment: str) -> Result:
    """Run the command with *arguments*; of the environment it sees what is given alone, and no home."""
    hidden: dict[str, str | None] = dict.fromkeys(os.environ)
    told = {**hidden, "HOME": "/nonexistent", **environment}
    return CliRunner().invoke(app, arguments, env=told, catch_exceptions=False)
