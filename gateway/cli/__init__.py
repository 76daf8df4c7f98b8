"""The command ``gateway``."""

from gateway.cli.commands import main

__all__ = ["main"]
